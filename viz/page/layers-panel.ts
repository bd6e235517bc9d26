// The list of layers: whether each is shown and selectable, and how many nodes it has.
import { NodeKind } from "../../netlist/index.js";
import { h } from "./dom.js";
import { count } from "./format.js";
import { LAYER_NAMES, LAYERS, type Layer, SELECTABLE, type SelectableLayer } from "./layers.js";
import type { SceneState } from "./scene-state.js";

export function layersPanel(scene: SceneState): HTMLElement {
  const { layers } = scene;
  const counts = countLayers(scene);
  const rows = LAYER_NAMES.filter((layer) => counts[layer] !== 0).map((layer) => {
    const show = h("input", {
      type: "checkbox",
      id: `show-${layer}`,
      onchange: () => layers.show(layer, show.checked),
    });
    show.checked = layers.shown(layer);
    const selectable = (SELECTABLE as readonly string[]).includes(layer);
    const select = h("input", {
      type: "checkbox",
      id: `select-${layer}`,
      title: `${LAYERS[layer]} can be selected`,
      "aria-label": `${LAYERS[layer]} can be selected`,
      onchange: () => layers.allowSelecting(layer as SelectableLayer, select.checked),
    });
    if (selectable) select.checked = layers.selectable(layer as SelectableLayer) || !layers.shown(layer);
    const sync = () => {
      show.checked = layers.shown(layer);
      if (selectable && layers.shown(layer)) select.checked = layers.selectable(layer as SelectableLayer);
      select.disabled = !layers.shown(layer);
    };
    layers.on("change", sync);
    sync();
    const more = counts[layer];
    return h(
      "div",
      { class: "layer" },
      h("label", {}, show, h("span", { class: `swatch ${layer}` }), h("span", {}, LAYERS[layer])),
      layer === "halos" && !scene.frame.halos
        ? haloWidth(scene)
        : more !== undefined && h("span", { class: "count" }, count(more)),
      selectable ? select : h("span", {}),
    );
  });
  return h("section", {}, h("h2", {}, "Layers", h("span", { class: "heading-note" }, "selectable")), ...rows);
}

function haloWidth({ layers }: SceneState): HTMLElement {
  const input = h("input", {
    type: "number",
    min: 0,
    step: "any",
    value: layers.halo,
    class: "tiny",
    "aria-label": "Width of the halos in µm",
    title: "µm",
    onchange: () => {
      layers.halo = Number(input.value) || 0;
    },
  });
  layers.on("change", () => {
    if (document.activeElement !== input) input.value = String(layers.halo);
  });
  return input;
}

/** Number of nodes on a layer. Undefined for layers that are not counted; 0 hides the row. */
function countLayers({ block, frame }: SceneState): Partial<Record<Layer, number | undefined>> {
  const counts = { hard: 0, fixed: 0, soft: 0, cells: 0, ports: 0 };
  for (let node = 0; node < block.nodeCount; node++) {
    const kind = block.kinds[node];
    if (kind === NodeKind.HardMacro) counts[block.fixed[node] ? "fixed" : "hard"]++;
    else if (kind === NodeKind.SoftMacro) counts.soft++;
    else if (kind === NodeKind.Port) counts.ports++;
    else counts.cells++;
  }
  const designs = { core: frame.core ? undefined : 0, rows: frame.rows.length, fences: frame.fences.length };
  return { ...counts, ...designs, blockages: block.blockages.length };
}
