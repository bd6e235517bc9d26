// Signs on buttons, drawn: fonts differ in which of them they have.

const PATHS = {
  play: "M4 2.5v11l9-5.5z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  back: "M12 3v10L5.5 8zM3.5 3H5v10H3.5z",
  on: "M4 3v10l6.500-5zM11 3h1.500v10H11z",
  theme: "M8 1.500a6.500 6.500 0 1 0 0 13zM8 1.500a6.500 6.500 0 0 1 0 13v-1a5.500 5.500 0 0 0 0-11z",
  flipX: "M1 3.500l5.500 4.500L1 12.500zM15 3.500L9.500 8l5.500 4.500zM7.500 1h1v14h-1z",
  flipY: "M3.500 1L8 6.500 12.500 1zM3.500 15L8 9.500l4.500 5.500zM1 7.500h14v1H1z",
} as const;

export type IconName = keyof typeof PATHS;

export function icon(name: IconName): SVGSVGElement {
  const make = (tag: string) => document.createElementNS("http://www.w3.org/2000/svg", tag);
  const svg = make("svg") as SVGSVGElement;
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = make("path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
