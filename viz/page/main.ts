// The page's entry. Tests and screenshots use `window.ashlar` to read the page's state and to wait until it is idle.
import "./page.css";
import { NodeKind } from "../../netlist/index.js";
import { App } from "./app.js";
import { byId } from "./dom.js";

/** Access to the page for tests and screenshots. */
export interface PageHook {
  /** Resolves when the page is idle: data are loaded, and nothing is drawn or computed. */
  whenIdle(): Promise<void>;
  query(): Record<string, unknown>;
  /** Converts a place in µm to pixels of the page. */
  toPage(x: number, y: number): [number, number];
  /** Values of the heat map shown, per grid cell. */
  map(): number[];
  /** Sides of the die in µm. */
  die(): { readonly width: number; readonly height: number };
  /** A node's halo in orientation N, µm: left, bottom, right, top. Undefined if the design gives none. */
  halo(name: string): number[] | undefined;
  /** The placement shown: x, y and orientation of a node. */
  place(name: string): [number, number, number];
}

declare global {
  interface Window {
    ashlar?: PageHook;
  }
}

const opened = App.open();

function hookOf(app: App): PageHook {
  const { scene, panes } = app;
  const { main } = panes;
  const { timeline, replay } = app.time;
  return {
    whenIdle: () =>
      new Promise((resolve) => {
        let quiet = 0;
        const look = () => {
          const rests =
            app.busy === 0 &&
            app.attached &&
            app.keeper.address.idle &&
            app.whyMaps.idle &&
            app.influences.idle &&
            main.view.idle &&
            (panes.other?.view.idle ?? true) &&
            app.charts.idle &&
            scene.idle &&
            scene.legality.idle;
          quiet = rests ? quiet + 1 : 0;
          if (quiet >= 2) resolve();
          else requestAnimationFrame(look);
        };
        look();
      }),
    query: () => ({
      nodes: scene.block.nodeCount,
      selected: [...scene.selection].map((node) => scene.block.nodeNames[node]!),
      costs: scene.costs,
      map: scene.mapName,
      label: scene.label,
      placedMacros: scene.placement.xs.filter(
        (x, node) => scene.block.kinds[node] === NodeKind.HardMacro && !Number.isNaN(x),
      ).length,
      edited: scene.edited,
      unsaved: scene.unsaved,
      cells: main.view.cellDetail,
      kept: scene.kept.map(({ id }) => id),
      locked: [...scene.locked].map((node) => scene.block.nodeNames[node]!),
      violations: scene.legality.violations.map(({ kind, macro, other }) => [kind, macro, other ?? ""]),
      state: app.session.state,
      following: app.following,
      connected: app.connected,
      placements: app.session.placements.map(({ id }) => id),
      frames: replay.moments.length,
      step: timeline.index,
      steps: timeline.steps,
      playing: timeline.isPlaying,
      chartPoints: app.charts.points,
      axisTitles: app.charts.axisTitles,
      yTicks: app.charts.yTicks,
      xRange: app.charts.xRange,
      notches: scene.notches.of(scene.placement).length,
      best: app.charts.best,
      lines: app.charts.drawn.lines.map(({ label, ys, lows, highs }) => ({ label, ys, lows, highs })),
      singles: app.charts.drawn.singles,
      influences: main.view.overlay.influences.map(({ nodes }) => scene.block.nodeNames[nodes[0]!]),
      markedCell: main.view.overlay.markedCell,
      renderer: main.view.renderer,
      theme: app.theme.name,
      comparing: panes.other !== undefined,
      cameras: [main, ...(panes.other ? [panes.other] : [])].map(({ view }) => ({
        x: view.camera.x,
        y: view.camera.y,
        scale: view.camera.scale,
      })),
    }),
    toPage: (x, y) => {
      const { left, top } = main.host.getBoundingClientRect();
      return [left + main.view.camera.toScreenX(x), top + main.view.camera.toScreenY(y)];
    },
    map: () => [...(scene.map ?? [])],
    die: () => scene.block.canvas,
    halo: (name) => {
      const node = scene.block.nodeNames.indexOf(name);
      const { halos } = scene.frame;
      return halos && [halos.lefts[node]!, halos.bottoms[node]!, halos.rights[node]!, halos.tops[node]!];
    },
    place: (name) => {
      const node = scene.block.nodeNames.indexOf(name);
      const { xs, ys, orientations } = scene.placement;
      return [xs[node]!, ys[node]!, orientations[node]!];
    },
  };
}

opened.then(
  (app) => {
    window.ashlar = hookOf(app);
    document.body.dataset.ready = "";
  },
  (error: Error) => {
    byId("loading").hidden = true;
    byId("notice").textContent = `The page cannot be shown: ${error.message}`;
    byId("notice").hidden = false;
    document.body.dataset.failed = "";
    throw error;
  },
);
