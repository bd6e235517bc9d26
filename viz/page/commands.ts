// Keyboard commands, and the dialog that lists them.

import { type Block, NodeKind } from "../../netlist/index.js";
import { byId, fill, h } from "./dom.js";
import { type EditCommand, nudge, selectAll, toggleLock } from "./edits.js";
import type { MapPanel } from "./map-panel.js";
import type { MapName } from "./maps.js";
import type { Panes } from "./panes.js";
import type { SceneState } from "./scene-state.js";
import type { ThemeState } from "./theme.js";
import type { TimeControl } from "./time-control.js";

/** The parts of the page that commands act on. */
export interface CommandHost {
  readonly scene: SceneState;
  readonly panes: Panes;
  readonly time: TimeControl;
  readonly theme: ThemeState;
  readonly mapPanel: MapPanel;
  save(): Promise<void>;
  edit(command: EditCommand): void;
}

/** All keys with their commands. */
export function keysOf(host: CommandHost): Key[] {
  const { scene } = host;
  const { timeline } = host.time;
  const step = 60;
  const arrow = (key: string, dx: number, dy: number) => ({
    keys: [key],
    run: (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey) nudge(scene, dx, -dy, "lattice");
      else if (event.shiftKey) nudge(scene, dx, -dy, "cell");
      else host.panes.pan(-dx * step, -dy * step);
    },
  });
  const [left, right, up, down] = [
    arrow("ArrowLeft", -1, 0),
    arrow("ArrowRight", 1, 0),
    arrow("ArrowUp", 0, -1),
    arrow("ArrowDown", 0, 1),
  ];
  const arrows: Key = {
    keys: [left, right, up, down].flatMap(({ keys }) => [...keys, `Ctrl+${keys[0]!.toLowerCase()}`]),
    shown: "arrows",
    what: "pan; with Shift move the selected macros by a grid cell, with Ctrl by a step of the lattice",
    run: (event) => [left, right, up, down].find(({ keys }) => keys.includes(event.key))?.run(event),
  };
  const key = (keys: readonly string[], [shown, what]: readonly [string, string], run: () => void): Key => ({
    keys,
    shown,
    what,
    run,
  });
  return [
    key(["f"], ["f", "fit the die"], () => host.panes.fit()),
    key(["z"], ["z", "zoom to the selection"], () => host.panes.zoomToSelection()),
    key(["+", "="], ["+", "zoom in"], () => host.panes.zoom(1.3)),
    key(["-"], ["−", "zoom out"], () => host.panes.zoom(1 / 1.3)),
    arrows,
    key(["/"], ["/", "search"], () => byId("search").focus()),
    key(["n"], ["n", "select the next macro"], () => selectNext(host, 1)),
    key(["p"], ["p", "select the macro before"], () => selectNext(host, -1)),
    key(["x"], ["x", "mirror the selected macros left to right"], () =>
      host.edit({ do: "turn", how: "flipX" }),
    ),
    key(["y"], ["y", "mirror them top to bottom"], () => host.edit({ do: "turn", how: "flipY" })),
    key(["o"], ["o", "turn them by 90°"], () => host.edit({ do: "turn", how: "rotate" })),
    key(["w"], ["w", "swap two macros"], () => host.edit({ do: "swap" })),
    key(["l"], ["l", "lock the selected macros, or release them"], () => toggleLock(scene)),
    key(["g"], ["g", "snap to the lattice, edges and halos, or not"], () => {
      scene.snapping = !scene.snapping;
    }),
    key(["Ctrl+a"], ["Ctrl+A", "select all hard macros"], () => selectAll(scene)),
    key(["b"], ["b", "select in a box"], () => host.panes.toggleBox()),
    key(["Ctrl+z", "u"], ["u, Ctrl+Z", "undo"], () => scene.undo()),
    key(["Ctrl+y", "U"], ["U, Ctrl+Y", "redo"], () => scene.redo()),
    key(["s"], ["s", "save the placement"], () => void host.save()),
    key([" "], ["space", "play or pause"], () => timeline.toggle()),
    key([","], [",", "one step back"], () => timeline.step(-1)),
    key(["."], [".", "one step on"], () => timeline.step(1)),
    key(["m"], ["m", "next heat map"], () => nextMap(host)),
    key(["r"], ["r", "ruler"], () => host.panes.toggleRuler()),
    key(["t"], ["t", "light or dark"], () => host.theme.toggle()),
    key(["?"], ["?", "these keys"], () => showHelp(host)),
    key(["Escape"], ["Esc", "select nothing, put ruler and box away"], () => {
      host.panes.setTool("select");
      scene.select([]);
    }),
  ];
}

/** Opens the dialog that lists the keys. */
export function showHelp(host: CommandHost): void {
  const dialog = byId<HTMLDialogElement>("help");
  fill(
    dialog,
    h("h2", {}, "Keys"),
    h(
      "table",
      {},
      ...keysOf(host).map(({ shown, what }) =>
        h("tr", {}, h("th", { scope: "row" }, h("kbd", {}, shown)), h("td", {}, what)),
      ),
    ),
    h(
      "p",
      { class: "note" },
      "Shift and drag selects hard macros in a box; Shift and click adds to the selection; a double click zooms. Alt while dragging turns snapping off.",
    ),
    h("form", { method: "dialog" }, h("button", {}, "Close")),
  );
  dialog.showModal();
}

function selectNext({ scene }: CommandHost, by: number): void {
  const next = nextMacro(scene.block, scene.selection, by);
  if (next >= 0) scene.select([next]);
}

function nextMap({ mapPanel }: CommandHost): void {
  const select = byId<HTMLSelectElement>("map");
  const names = [...select.options].map((option) => option.value as MapName);
  mapPanel.choose(names[(names.indexOf(select.value as MapName) + 1) % names.length]!);
}

export interface Key {
  /** Values of `KeyboardEvent.key`. */
  readonly keys: readonly string[];
  readonly shown: string;
  readonly what: string;
  readonly run: (event: KeyboardEvent) => void;
}

/** Runs the command of a key, unless the user is typing into a field. */
export function listenToKeys(keys: readonly Key[]): void {
  window.addEventListener("keydown", (event) => {
    const target = event.target instanceof HTMLElement ? event.target : undefined;
    const typing = target?.matches("input:not([type=checkbox]):not([type=range]), textarea, select");
    if (typing || event.altKey || document.querySelector("dialog[open]")) return;
    const onButton =
      target?.matches("button, input, [role=tab]") && (event.key === " " || event.key === "Enter");
    if (onButton) return;
    const command = event.ctrlKey || event.metaKey ? `Ctrl+${event.key.toLowerCase()}` : event.key;
    const inSlider = target?.matches("input[type=range]") && event.key.startsWith("Arrow");
    const key = keys.find((entry) => entry.keys.includes(command));
    if (!key || inSlider) return;
    event.preventDefault();
    key.run(event);
  });
}

/** The hard macro `by` places after the selected one, by descending area; the first if none is selected, -1 if there are none. */
export function nextMacro(block: Block, selection: ReadonlySet<number>, by: number): number {
  const macros: number[] = [];
  for (let node = 0; node < block.nodeCount; node++)
    if (block.kinds[node] === NodeKind.HardMacro) macros.push(node);
  const area = (node: number) => block.widths[node]! * block.heights[node]!;
  macros.sort((a, b) => area(b) - area(a) || a - b);
  if (macros.length === 0) return -1;
  const [selected] = selection;
  const at = selected === undefined ? -1 : macros.indexOf(selected);
  if (at < 0) return by > 0 ? macros[0]! : macros.at(-1)!;
  return macros[(at + by + macros.length) % macros.length]!;
}
