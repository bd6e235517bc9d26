// The exact costs of the placement shown, and how edits change them.
import type { Costs } from "../../env/index.js";
import type { EditFormat } from "../protocol.js";
import { h } from "./dom.js";
import { change, cost, placementName } from "./format.js";
import type { SceneState } from "./scene-state.js";

const ROWS: readonly (readonly [Exclude<keyof Costs, "extra">, string])[] = [
  ["proxyCost", "proxy"],
  ["wirelengthCost", "wirelength"],
  ["densityCost", "density"],
  ["congestionCost", "congestion"],
];

export interface EditActions {
  readonly undo: () => void;
  readonly redo: () => void;
  readonly save: () => void;
  readonly download: (format: EditFormat) => void;
}

export function costsPanel(
  scene: SceneState,
  actions: EditActions,
  { formats, canSave }: { readonly formats: readonly EditFormat[]; readonly canSave: boolean },
): HTMLElement {
  const cells = ROWS.map(([key, name]) => {
    const value = h("td", { class: "number", id: `cost-${name}` });
    const delta = h("td", { class: "number delta" });
    return { key, value, delta, row: h("tr", {}, h("th", { scope: "row" }, name), value, delta) };
  });
  const undo = h("button", { id: "undo", title: "Undo (Ctrl+Z)", onclick: actions.undo }, "Undo");
  const redo = h("button", { id: "redo", title: "Redo (Ctrl+Y)", onclick: actions.redo }, "Redo");
  const save = h(
    "button",
    {
      id: "save",
      title: canSave ? "Save in the run's folder (s)" : "Download as .plc (s)",
      onclick: actions.save,
    },
    canSave ? "Save" : "Save .plc",
  );
  const downloads = h(
    "p",
    { class: "note downloads" },
    "Download ",
    ...formats.map((format) =>
      h(
        "button",
        {
          class: "link",
          id: `download-${format}`,
          title: `Download the placement as .${format}`,
          onclick: () => actions.download(format),
        },
        `.${format}`,
      ),
    ),
  );
  const label = h("span", { class: "heading-note", id: "shown-label" });
  const { leftOut } = scene;
  const note = h(
    "p",
    { class: "note", id: "left-out" },
    `without the run's cost terms: ${leftOut.join(", ")}`,
  );
  const refresh = () => {
    for (const { key, value, delta } of cells) {
      value.textContent = cost(scene.costs?.[key]);
      value.title = scene.costs ? String(scene.costs[key]) : "";
      const text = change(scene.baseline?.[key], scene.costs?.[key]);
      delta.textContent = text;
      delta.className = `number delta ${text.startsWith("+") ? "worse" : text ? "better" : ""}`;
    }
    undo.disabled = !scene.canUndo;
    redo.disabled = !scene.canRedo;
    label.textContent = scene.edited
      ? scene.unsaved
        ? "edited"
        : "edited, saved"
      : placementName(scene.label, scene.partial);
  };
  scene.on("costs", refresh);
  refresh();
  return h(
    "section",
    { id: "costs" },
    h("h2", {}, "Costs", label),
    h("table", {}, ...cells.map(({ row }) => row)),
    ...(leftOut.length > 0 ? [note] : []),
    h("div", { class: "row" }, undo, redo, save),
    downloads,
  );
}
