// The list of layers: whether each is shown and selectable, and how many nodes it has.
import { NodeKind } from "../../netlist/index.js";
import { isPlaced, placedSize } from "../geometry.js";
import { h } from "./dom.js";
import { count } from "./format.js";
import {
  LEAST_NAME_PIXELS,
  LEAST_PINS_PIXELS,
  LEAST_ROW_PIXELS,
  LEAST_TRACK_PIXELS,
} from "./layer-limits.js";
import { LAYER_NAMES, LAYERS, type Layer, layerOf, SELECTABLE, type SelectableLayer } from "./layers.js";
import type { Panes } from "./panes.js";
import type { SceneState } from "./scene-state.js";

export function layersPanel(scene: SceneState, panes: Panes): HTMLElement {
  const { layers } = scene;
  const reasons = new Map<Layer, HTMLElement>();
  let seen: Seen = { scale: Number.NaN, comparing: false };
  const look = (): Seen => ({
    scale: panes.main.view.camera.scale,
    comparing: panes.other !== undefined,
  });
  const refresh = () => {
    seen = look();
    for (const [layer, element] of reasons) {
      const reason = whyLayerEmpty(layer, scene, seen) ?? "";
      // The same text again would still be laid out and painted again.
      if (element.textContent === reason) continue;
      element.textContent = reason;
      element.hidden = reason === "";
    }
  };
  layers.on("change", refresh);
  scene.on("selection", refresh);
  scene.on("costs", refresh);
  scene.on("map", refresh);
  scene.influences.on("change", refresh);
  panes.on("camera", () => {
    const { scale, comparing } = look();
    if (scale !== seen.scale || comparing !== seen.comparing) refresh();
  });
  const counts = countLayers(scene);
  const rows = LAYER_NAMES.filter((layer) => counts[layer] !== 0).map((layer) => {
    const show = h("input", {
      type: "checkbox",
      id: `show-${layer}`,
      "aria-describedby": `why-${layer}`,
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
    const why = h("small", { class: "why", id: `why-${layer}`, hidden: true });
    reasons.set(layer, why);
    return h(
      "div",
      { class: "layer" },
      h(
        "label",
        {},
        show,
        h("span", { class: `swatch ${layer}` }),
        h("span", { class: "layer-name" }, LAYERS[layer]),
      ),
      layer === "halos" && !scene.frame.halos
        ? haloWidth(scene)
        : more !== undefined && h("span", { class: "count" }, count(more)),
      selectable ? select : h("span", {}),
      why,
    );
  });
  const missing = LAYER_NAMES.filter((layer) => counts[layer] === 0).map((layer) =>
    LAYERS[layer].toLowerCase(),
  );
  return h(
    "section",
    {},
    h("h2", {}, "Layers", h("span", { class: "heading-note" }, "selectable")),
    ...rows,
    missing.length > 0 &&
      h("p", { class: "note", id: "layers-missing" }, `Not in this design: ${missing.join(", ")}.`),
  );
}

/** Why a layer that is shown has nothing to draw; undefined if it has something, or nobody can tell before drawing it. */
export function whyLayerEmpty(
  layer: Layer,
  scene: SceneState,
  { scale, comparing }: Seen,
): string | undefined {
  const { layers, selection, block, frame, placement, notches } = scene;
  if (!layers.shown(layer)) return undefined;
  const apart = (um: number, least: number) =>
    um * scale < least ? "zoom in: too close to be told apart" : undefined;
  switch (layer) {
    case "flylines":
      return selection.size === 0 ? "nothing is selected" : undefined;
    case "influences":
      return scene.influences.reason;
    case "arrows":
      return comparing ? undefined : "nothing is compared";
    case "halos":
      return frame.halos || layers.halo > 0 ? undefined : "their width is 0";
    case "tracks": {
      const most = Math.min(block.routing.horizontal, block.routing.vertical);
      return most > 0 ? apart(1 / most, LEAST_TRACK_PIXELS) : "the design has none";
    }
    case "rows":
      return apart(frame.rows[0]?.height ?? 0, LEAST_ROW_PIXELS);
    case "notches":
      if (notches.narrowBelow === undefined) return "needs rows of sites, by which it is measured";
      return notches.of(placement).length > 0 ? undefined : "there are none";
    case "pins":
    case "names": {
      const isLarge = (node: number) => {
        const [width, height] = placedSize(block, placement, node);
        return layer === "pins"
          ? width * scale >= LEAST_PINS_PIXELS
          : Math.max(width, height) * scale >= LEAST_NAME_PIXELS;
      };
      return scene.hardMacros.some(isLarge) ? undefined : "zoom in: macros are too small";
    }
    case "cells":
      if (scene.isUnderMap) return "hidden under the map";
      return placement.xs.some((x, node) => !Number.isNaN(x) && layerOf(block, node) === layer)
        ? undefined
        : "none is placed";
    case "hard":
    case "fixed":
    case "soft":
      if (layer === "soft" && scene.isUnderMap) return "hidden under the map";
      return scene.pickable.some((node) => isPlaced(placement, node) && layerOf(block, node) === layer)
        ? undefined
        : "none is placed";
    default:
      return undefined;
  }
}

/** What the view shows that decides on layers. */
export interface Seen {
  /** Pixels per µm. */
  readonly scale: number;
  readonly comparing: boolean;
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
  const designs = {
    core: frame.core ? undefined : 0,
    rows: frame.rows.length,
    fences: frame.fences.length,
    guides: frame.guides?.length ?? 0,
  };
  return { ...counts, ...designs, blockages: block.blockages.length };
}
