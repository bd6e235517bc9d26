// Elements by function calls, and the few browser services that the page's parts share.

type Child = Node | string | undefined | false;
type Attributes = Readonly<Record<string, string | number | boolean | undefined | ((event: never) => void)>>;

/** An element; attributes that start with `on` are listeners, `true` is an empty attribute, undefined none. */
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

/** The element of the page's frame with this id. */
export function byId<Type extends HTMLElement = HTMLElement>(id: string): Type {
  const element = document.getElementById(id);
  if (!element) throw new Error(`internal: no element '${id}'`);
  return element as Type;
}

/** Offers a file to the reader. */
export function download(name: string, content: BlobPart, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** What the page remembers between visits; silently nothing where storage is forbidden (a file from disk may be). */
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
      // no storage, no memory
    }
  },
};

/** Replaces all children. */
export function fill(element: HTMLElement, ...children: readonly Child[]): void {
  element.replaceChildren(...children.filter((child): child is Node | string => Boolean(child)));
}
