// What keys do, and the page that lists them.
import type { App } from "./app.js";
import { byId, fill, h } from "./dom.js";
import { flip, nudge } from "./edits.js";
import type { Key } from "./keyboard.js";
import type { MapName } from "./maps.js";
import { tourOf } from "./tour.js";

/** All keys, with what they do. */
export function keysOf(app: App): Key[] {
  const { scene } = app;
  const { timeline } = app.time;
  const step = 60;
  const arrow = (key: string, dx: number, dy: number) => ({
    keys: [key],
    run: (event: KeyboardEvent) =>
      event.shiftKey ? nudge(scene, dx, -dy) : app.panes.pan(-dx * step, -dy * step),
  });
  const [left, right, up, down] = [
    arrow("ArrowLeft", -1, 0),
    arrow("ArrowRight", 1, 0),
    arrow("ArrowUp", 0, -1),
    arrow("ArrowDown", 0, 1),
  ];
  const arrows: Key = {
    keys: [left, right, up, down].flatMap(({ keys }) => keys),
    shown: "arrows",
    what: "pan; with Shift move the selected macros by a grid cell",
    run: (event) => [left, right, up, down].find(({ keys }) => keys.includes(event.key))?.run(event),
  };
  const key = (keys: readonly string[], shown: string, what: string, run: () => void): Key => ({
    keys,
    shown,
    what,
    run,
  });
  return [
    key(["f"], "f", "fit the die", () => app.panes.fit()),
    key(["z"], "z", "zoom to the selection", () => app.panes.zoomToSelection()),
    key(["+", "="], "+", "zoom in", () => app.panes.zoom(1.3)),
    key(["-"], "−", "zoom out", () => app.panes.zoom(1 / 1.3)),
    arrows,
    key(["/"], "/", "search", () => byId("search").focus()),
    key(["n"], "n", "select the next macro", () => selectNext(app, 1)),
    key(["p"], "p", "select the macro before", () => selectNext(app, -1)),
    key(["x"], "x", "flip the selected macros left to right", () => flip(scene, "flipX")),
    key(["y"], "y", "flip them top to bottom", () => flip(scene, "flipY")),
    key(["Ctrl+z", "u"], "u, Ctrl+Z", "undo", () => scene.undo()),
    key(["Ctrl+y", "U"], "U, Ctrl+Y", "redo", () => scene.redo()),
    key(["s"], "s", "save the placement", () => void app.save()),
    key([" "], "space", "play or pause", () => timeline.toggle()),
    key([","], ",", "one step back", () => timeline.step(-1)),
    key(["."], ".", "one step on", () => timeline.step(1)),
    key(["m"], "m", "next heat map", () => nextMap(app)),
    key(["r"], "r", "ruler", () => app.panes.toggleRuler()),
    key(["t"], "t", "light or dark", () => app.theme.toggle()),
    key(["?"], "?", "these keys", () => showHelp(app)),
    key(["Escape"], "Esc", "select nothing, put the ruler away", () => {
      app.panes.setTool("select");
      scene.select([]);
    }),
  ];
}

/** The table of keys. */
export function showHelp(app: App): void {
  const dialog = byId<HTMLDialogElement>("help");
  fill(
    dialog,
    h("h2", {}, "Keys"),
    h(
      "table",
      {},
      ...keysOf(app).map(({ shown, what }) =>
        h("tr", {}, h("th", { scope: "row" }, h("kbd", {}, shown)), h("td", {}, what)),
      ),
    ),
    h(
      "p",
      { class: "note" },
      "Shift and drag selects hard macros in a box; Shift and click adds to the selection; a double click zooms.",
    ),
    h("form", { method: "dialog" }, h("button", {}, "Close")),
  );
  dialog.showModal();
}

function selectNext({ scene }: App, by: number): void {
  const next = tourOf(scene.block, scene.selection, by);
  if (next >= 0) scene.select([next]);
}

function nextMap({ mapPanel }: App): void {
  const select = byId<HTMLSelectElement>("map");
  const names = [...select.options].map((option) => option.value as MapName);
  mapPanel.choose(names[(names.indexOf(select.value as MapName) + 1) % names.length]!);
}
