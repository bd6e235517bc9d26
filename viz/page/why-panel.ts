// "Why here?": the place of the selected macro against the best other one, term by term.
import { fill, h } from "./dom.js";
import { change, count, length } from "./format.js";
import type { SceneState } from "./scene-state.js";
import { centreOfCell, isWhyMap, TERMS, type WhyMap } from "./why-here.js";

const NAMES: Readonly<Record<WhyMap, string>> = {
  why: "proxy",
  whyWirelength: "wirelength",
  whyDensity: "density",
  whyCongestion: "congestion",
};

export function whyPanel(scene: SceneState): HTMLElement {
  const element = h("section", { id: "why", hidden: true });
  const refresh = () => {
    const { why, block, mapName } = scene;
    element.hidden = !isWhyMap(mapName) || !why;
    if (element.hidden || !why) return;
    const [x, y] = centreOfCell(block, Math.max(0, why.best));
    const rows = (Object.keys(TERMS) as WhyMap[]).map((term) => {
      const difference = why.changes[term][why.best]!;
      const text = difference === 0 ? "0" : change(0, difference);
      const colour = difference > 0 ? "worse" : difference < 0 ? "better" : "";
      return h(
        "tr",
        {},
        h("th", { scope: "row" }, NAMES[term]),
        h("td", { class: `number delta ${colour}` }, text),
      );
    });
    const isBest = why.cheaper === 0;
    fill(
      element,
      h("h2", {}, "Why here?"),
      h("p", { class: "name" }, block.nodeNames[why.node]!),
      why.best < 0
        ? h(
            "p",
            { class: "note" },
            "It fits in no other grid cell without overlap, with the others where they are.",
          )
        : h(
            "p",
            { class: "note", id: "why-text" },
            isBest
              ? `No other place costs less: ${count(why.allowed)} other cells were tried.`
              : `${count(why.cheaper)} of ${count(why.allowed)} other cells cost less.`,
          ),
      why.best >= 0 &&
        h("p", { class: "note" }, `Best other place, at ${length(x)}, ${length(y)} µm, against this one:`),
      why.best >= 0 && h("table", {}, ...rows),
      why.best >= 0 &&
        h(
          "div",
          { class: "row" },
          h("button", { id: "why-move", onclick: () => scene.moveTo(why.node, x, y) }, "Move it there"),
        ),
    );
  };
  scene.on("map", refresh);
  return element;
}
