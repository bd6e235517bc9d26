// Buttons for the selected macros: mirror, turn, align, distribute, swap, lock; and whether they snap.
import { fill, h, type IconName, icon } from "./dom.js";
import { arrangementOf, type EditCommand } from "./edits.js";
import type { SceneState } from "./scene-state.js";

export interface EditPanelActions {
  readonly edit: (command: EditCommand) => void;
  readonly lock: () => void;
}

interface EditButton {
  readonly id: string;
  readonly title: string;
  readonly icon: IconName;
  /** Fewest selected macros. */
  readonly from: number;
  readonly command: EditCommand;
}

const button = (
  id: string,
  [title, picture, from]: readonly [string, IconName, number],
  command: EditCommand,
): EditButton => ({ id, title, icon: picture, from, command });

const ROWS: readonly (readonly EditButton[])[] = [
  [
    button("flip-x", ["Mirror left to right (x)", "flipX", 1], { do: "turn", how: "flipX" }),
    button("flip-y", ["Mirror top to bottom (y)", "flipY", 1], { do: "turn", how: "flipY" }),
    button("rotate", ["Turn by 90° (o)", "rotate", 1], { do: "turn", how: "rotate" }),
  ],
  [
    button("align-left", ["Align left edges", "alignLeft", 2], { do: "align", side: "left" }),
    button("align-centre", ["Align centres left to right", "alignCentre", 2], {
      do: "align",
      side: "centre",
    }),
    button("align-right", ["Align right edges", "alignRight", 2], { do: "align", side: "right" }),
    button("align-top", ["Align top edges", "alignTop", 2], { do: "align", side: "top" }),
    button("align-middle", ["Align centres top to bottom", "alignMiddle", 2], {
      do: "align",
      side: "middle",
    }),
    button("align-bottom", ["Align bottom edges", "alignBottom", 2], { do: "align", side: "bottom" }),
  ],
  [
    button("distribute-x", ["Equal gaps from left to right", "distributeX", 3], {
      do: "distribute",
      axis: "x",
    }),
    button("distribute-y", ["Equal gaps from top to bottom", "distributeY", 3], {
      do: "distribute",
      axis: "y",
    }),
    button("swap", ["Swap two macros (w)", "swap", 2], { do: "swap" }),
  ],
];

/** The panel. It is hidden while no hard macro is selected. */
export function editPanel(scene: SceneState, actions: EditPanelActions): HTMLElement {
  const section = h("section", { id: "edit" });
  const snaps = h("input", {
    type: "checkbox",
    id: "snap",
    onchange: () => {
      scene.snapping = snaps.checked;
    },
  });
  const grid = h("span", { class: "note" });
  const lock = h(
    "button",
    { id: "lock", title: "Lock or release (l)", "aria-label": "Lock", onclick: actions.lock },
    icon("lock"),
  );
  const buttons = ROWS.map((row) =>
    row.map((each) => ({
      ...each,
      element: h(
        "button",
        {
          id: each.id,
          title: each.title,
          "aria-label": each.title,
          onclick: () => actions.edit(each.command),
        },
        icon(each.icon),
      ),
    })),
  );
  const count = h("span", { class: "heading-note" });
  fill(
    section,
    h("h2", {}, "Edit", count),
    ...buttons.map((row, index) =>
      h("div", { class: "row icons" }, ...row.map(({ element }) => element), index === 0 && lock),
    ),
    h(
      "label",
      { class: "check", title: "Alt while dragging turns it off" },
      snaps,
      h("span", {}, "Snap (g)"),
      grid,
    ),
  );
  const refresh = () => {
    const { nodes, mayMove } = arrangementOf(scene);
    section.hidden = nodes.length === 0;
    if (section.hidden) return;
    const movable = nodes.filter(mayMove).length;
    const locked = nodes.filter((node) => scene.locked.has(node)).length;
    const fixed = nodes.length - movable - locked;
    count.textContent = [
      ...(locked > 0 ? [`${locked} locked`] : []),
      ...(fixed > 0 ? [`${fixed} fixed`] : []),
    ].join(", ");
    for (const { element, from, id } of buttons.flat()) {
      element.disabled = movable === 0 || nodes.length < from || (id === "swap" && nodes.length > 2);
    }
    lock.disabled = movable + locked === 0;
    lock.setAttribute("aria-pressed", String(movable + locked > 0 && movable === 0));
    snaps.checked = scene.snapping;
    grid.textContent = `to ${scene.legality.rules.grid ? `${scene.legality.rules.grid.name}, ` : ""}edges and halos`;
  };
  scene.on("selection", refresh);
  scene.on("editing", refresh);
  scene.on("placement", (nodes) => {
    if (!nodes) refresh();
  });
  refresh();
  return section;
}
