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

/** Says what is loaded, and how much of it, 0 to 1; the page shows it before the next step begins. Undefined: all is loaded. */
export async function showLoading(text: string | undefined, share?: number): Promise<void> {
  const line = document.getElementById("loading");
  if (!line) return;
  line.hidden = text === undefined;
  const progress = line.querySelector("progress")!;
  line.querySelector("span")!.textContent = text ?? "";
  if (share === undefined) progress.removeAttribute("value");
  else progress.value = share;
  // A page in the background gets no frames.
  await new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, 100);
  });
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

/** Asks a question that is answered by a button or by Cancel. */
export function ask(question: string, yes: string): Promise<boolean> {
  const dialog = byId<HTMLDialogElement>("ask");
  return new Promise((resolve) => {
    // The dialog's close event comes late, when the next question may be open; these are of this question alone.
    const answer = (said: boolean) => () => resolve(said);
    fill(
      dialog,
      h("p", { id: "ask-text" }, question),
      h(
        "form",
        { method: "dialog", class: "row" },
        h("button", { id: "ask-cancel", onclick: answer(false) }, "Cancel"),
        h("button", { id: "ask-yes", onclick: answer(true) }, yes),
      ),
    );
    dialog.addEventListener("cancel", answer(false), { once: true });
    dialog.showModal();
  });
}

const PATHS = {
  play: "M4 2.5v11l9-5.5z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  back: "M12 3v10L5.5 8zM3.5 3H5v10H3.5z",
  on: "M4 3v10l6.500-5zM11 3h1.500v10H11z",
  theme: "M8 1.500a6.500 6.500 0 1 0 0 13zM8 1.500a6.500 6.500 0 0 1 0 13v-1a5.500 5.500 0 0 0 0-11z",
  rotate: "M8 2.500V0L4.500 3.500 8 7V4.500a4 4 0 1 1-4 4H2a6 6 0 1 0 6-6z",
  lock: "M4 7V5a4 4 0 0 1 8 0v2h1v8H3V7zM6 7h4V5a2 2 0 0 0-4 0z",
  alignLeft: "M1 1h1.500v14H1zM4 3h10v4H4zM4 9h6v4H4z",
  alignCentre: "M7.250 1h1.500v2H13v4H8.750v2H11v4H8.750v2h-1.500v-2H5V9h2.250V7H3V3h4.250z",
  alignRight: "M13.500 1H15v14h-1.500zM2 3h10v4H2zM6 9h6v4H6z",
  alignTop: "M1 1h14v1.500H1zM3 4h4v10H3zM9 4h4v6H9z",
  alignMiddle: "M1 7.250h2V3h4v4.250h2V5h4v2.250h2v1.500h-2V11H9V8.750H7V13H3V8.750H1z",
  alignBottom: "M1 13.500h14V15H1zM3 2h4v10H3zM9 6h4v6H9z",
  distributeX: "M1 1h1.500v14H1zM13.500 1H15v14h-1.500zM5.500 4h5v8h-5z",
  distributeY: "M1 1h14v1.500H1zM1 13.500h14V15H1zM4 5.500h8v5H4z",
  swap: "M11 2l4 3.500L11 9V6.500H3v-2h8zM5 7v2.500h8v2H5V14l-4-3.500z",
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
