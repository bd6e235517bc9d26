// The search field, with results below it that are chosen by mouse or keys. Enter without a choice selects all of them.
import { byId, h } from "./dom.js";
import { count } from "./format.js";
import type { SceneState } from "./scene-state.js";

const MOST_FOUND = 5000;
const MOST_LISTED = 40;

export function searchBox(scene: SceneState, zoomTo: () => void, leave: () => void): void {
  const input = byId<HTMLInputElement>("search");
  const list = byId<HTMLUListElement>("found");
  let found: number[] = [];
  let chosen = -1;
  const close = () => {
    list.hidden = true;
    chosen = -1;
  };
  const take = (nodes: readonly number[]) => {
    scene.select(nodes);
    zoomTo();
    close();
    leave();
  };
  const look = () => {
    try {
      found = searchNames(scene.block.nodeNames, input.value, MOST_FOUND);
    } catch {
      found = [];
    }
    chosen = -1;
    const items = found
      .slice(0, MOST_LISTED)
      .map((node) =>
        h(
          "li",
          {},
          h(
            "button",
            { class: "link line", title: scene.block.nodeNames[node]!, onclick: () => take([node]) },
            h("span", { class: "path" }, h("bdi", {}, scene.block.nodeNames[node]!)),
          ),
        ),
      );
    const many = found.length >= MOST_FOUND ? `${count(MOST_FOUND)} or more` : count(found.length);
    const head = found.length === 0 ? "no name matches" : `${many} found; Enter selects all`;
    list.replaceChildren(h("li", { class: "note", id: "found-count" }, head), ...items);
    list.hidden = input.value.trim() === "";
  };
  input.addEventListener("input", look);
  input.addEventListener("focus", () => {
    if (input.value.trim() !== "") look();
  });
  input.addEventListener("keydown", (event) => {
    const buttons = list.querySelectorAll("button");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      chosen = Math.min(buttons.length - 1, Math.max(-1, chosen + (event.key === "ArrowDown" ? 1 : -1)));
      buttons.forEach((button, index) => {
        button.classList.toggle("chosen", index === chosen);
      });
      buttons[chosen]?.scrollIntoView({ block: "nearest" });
      event.preventDefault();
    } else if (event.key === "Enter" && found.length > 0) take(chosen >= 0 ? [found[chosen]!] : found);
    else if (event.key === "Escape") {
      input.value = "";
      close();
      leave();
    }
    event.stopPropagation();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!byId("search-field").contains(event.target as Node)) close();
  });
}

/**
 * Nodes whose names match, in node order, at most `most`. A query is a part of the name, a pattern with * and ?, or a
 * regular expression between slashes. Throws if that is malformed.
 */
export function searchNames(names: readonly string[], query: string, most: number): number[] {
  const text = query.trim();
  if (text === "") return [];
  const matches = matcher(text);
  const found: number[] = [];
  for (let node = 0; node < names.length && found.length < most; node++)
    if (matches(names[node]!)) found.push(node);
  return found;
}

function matcher(text: string): (name: string) => boolean {
  const regular = /^\/(.+)\/(i?)$/.exec(text);
  if (regular) {
    const expression = new RegExp(regular[1]!, regular[2]);
    return (name) => expression.test(name);
  }
  if (/[*?]/.test(text)) {
    const escaped = text.replace(/[.+^${}()|[\]\\]/g, "\\$&");
    const expression = new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "i");
    return (name) => expression.test(name);
  }
  const part = text.toLowerCase();
  return (name) => name.toLowerCase().includes(part);
}
