// The rules that the placement breaks, counted, and one by one.
import { fill, h } from "./dom.js";
import { violationCounts } from "./legality.js";
import type { SceneState } from "./scene-state.js";

const MOST_LISTED = 6;

export function legalityPanel(scene: SceneState, zoomTo: () => void): HTMLElement {
  const { legality } = scene;
  const heading = h("span", { class: "heading-note", id: "legal" });
  const counts = h("p", { class: "wrong", id: "violations", role: "status" });
  const list = h("ul", {});
  const refresh = () => {
    const { violations, isCut } = legality;
    const isLegal = violations.length === 0;
    heading.textContent = isLegal
      ? "no rule is broken"
      : `${isCut ? "more than " : ""}${violations.length.toLocaleString("en-US")}`;
    counts.textContent = violationCounts(violations);
    counts.hidden = isLegal;
    fill(
      list,
      ...violations.slice(0, MOST_LISTED).map(({ kind, macro, other, message, nodes, by_um: by }) =>
        h(
          "li",
          {},
          h(
            "button",
            {
              class: "link line",
              title: message,
              onclick: () => {
                scene.select(nodes);
                zoomTo();
              },
            },
            h("span", { class: "path" }, h("bdi", {}, other === undefined ? macro : `${macro}, ${other}`)),
            h("span", { class: "count" }, by === undefined ? kind : `${kind} ${by} µm`),
          ),
        ),
      ),
    );
  };
  legality.on("change", refresh);
  refresh();
  return h(
    "section",
    { id: "legality" },
    h("h2", {}, "Rules", heading),
    counts,
    h("div", { class: "list" }, list),
  );
}
