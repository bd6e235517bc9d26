// Elements by function calls, icons, and the few browser services that the parts of the page share.

type Child = Node | string | undefined | false;
type Attributes = Readonly<Record<string, string | number | boolean | undefined | ((event: never) => void)>>;

/** An element. Attributes whose values are functions are listeners; `true` is an empty attribute; undefined is none. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value as (event: Event) => void);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

/** The element with this id. Throws if there is none. */
export function byId<Type extends HTMLElement = HTMLElement>(id: string): Type {
  const element = document.getElementById(id);
  if (!element) throw new Error(`internal: no element '${id}'`);
  return element as Type;
}

/** Offers a file for download. */
export function download(name: string, content: BlobPart, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Settings kept between visits. Where storage is forbidden, as for some files from disk, nothing is kept. */
export const memory = {
  read<Value>(key: string, otherwise: Value): Value {
    try {
      const text = localStorage.getItem(`ashlar.${key}`);
      return text === null ? otherwise : (JSON.parse(text) as Value);
    } catch {
      return otherwise;
    }
  },
  write(key: string, value: unknown): void {
    try {
      localStorage.setItem(`ashlar.${key}`, JSON.stringify(value));
    } catch {
      // storage is forbidden
    }
  },
};

/** Replaces all children. */
export function fill(element: HTMLElement, ...children: readonly Child[]): void {
  element.replaceChildren(...children.filter((child): child is Node | string => Boolean(child)));
}

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
