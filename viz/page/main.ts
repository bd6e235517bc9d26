// The page's entry. `window.ashlar` is how tests and screenshots ask what is shown and when the page rests.
import "./page.css";
import { App } from "./app.js";
import { byId } from "./dom.js";

/** What the page says of itself. */
export interface PageHook {
  /** Resolves when data are loaded, nothing is to be drawn and nothing is computed. */
  whenIdle(): Promise<void>;
  query(): Record<string, unknown>;
  /** Where a world point, µm, is on the page, px. */
  toPage(x: number, y: number): [number, number];
  /** Values of the heat map shown, per grid cell. */
  map(): number[];
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
            main.view.idle &&
            (panes.other?.view.idle ?? true) &&
            app.charts.idle &&
            scene.resting;
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
      placedMacros: scene.placement.xs.filter((x, node) => scene.block.kinds[node] === 0 && !Number.isNaN(x))
        .length,
      edited: scene.edited,
      state: app.session.state,
      connected: app.connected,
      placements: app.session.placements.map(({ id }) => id),
      frames: replay.moments.length,
      step: timeline.index,
      steps: timeline.steps,
      playing: timeline.isPlaying,
      chartPoints: app.charts.points,
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
    byId("notice").textContent = `The page cannot be shown: ${error.message}`;
    byId("notice").hidden = false;
    document.body.dataset.failed = "";
    throw error;
  },
);
