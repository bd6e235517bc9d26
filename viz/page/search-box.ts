// The search field: results below it, chosen with mouse or keys; Enter without a choice selects all of them.
import { byId, h } from "./dom.js";
import { count } from "./format.js";
import type { SceneState } from "./scene-state.js";
import { searchNames } from "./search.js";

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
