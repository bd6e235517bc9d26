// Keeps the maps of "why here" up to date: computed anew when the selection or the placement changes, a little at a time.
import type { SceneState } from "./scene-state.js";
import { isWhyMap, whyHere, whyNoAnswer } from "./why-here.js";

/** Time from a change until the computation begins, ms: a drag changes the placement with every frame. */
const DELAY = 150;

export class WhyMaps {
  private readonly scene: SceneState;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts changes; a computation that began before the last one gives up. */
  private changes = 0;
  private working = 0;
  private shown = "none";

  constructor(scene: SceneState) {
    this.scene = scene;
    scene.on("selection", () => this.changed());
    scene.on("placement", () => this.changed());
    scene.on("costs", () => {
      if (!scene.isTrying) this.changed();
    });
    scene.on("map", () => {
      const { mapName } = scene;
      if (isWhyMap(mapName) && (!isWhyMap(this.shown) || !scene.why) && scene.mapEmpty === undefined)
        this.changed();
      this.shown = mapName;
    });
  }

  get idle(): boolean {
    return this.timer === undefined && this.working === 0;
  }

  private changed(): void {
    this.changes++;
    clearTimeout(this.timer);
    this.timer = undefined;
    const { scene } = this;
    if (!isWhyMap(scene.mapName)) return;
    const reason = whyNoAnswer(scene, scene.selection);
    const now = reason ?? "Computing what other places would cost …";
    if (scene.why || scene.mapEmpty !== now) scene.showWhy(undefined, now);
    if (reason === undefined) this.timer = setTimeout(() => void this.compute(), DELAY);
  }

  private async compute(): Promise<void> {
    this.timer = undefined;
    const { scene } = this;
    if (scene.isTrying) return; // the end of the drag is a change, too
    const [node] = scene.selection;
    if (node === undefined) return;
    this.working++;
    try {
      const { costs, probe } = scene.prober();
      // Evaluating the placement for the first time tells costs, which is no change.
      clearTimeout(this.timer);
      this.timer = undefined;
      const { changes } = this;
      const isCurrent = () => this.changes === changes && !scene.isTrying && isWhyMap(scene.mapName);
      const pause = () => new Promise<boolean>((resolve) => setTimeout(() => resolve(isCurrent()), 0));
      const { block, placement } = scene;
      const why = await whyHere({ block, placement, costs }, node, { tryMoves: probe, pause });
      if (why && isCurrent())
        scene.showWhy(why, why.best < 0 ? "It fits in no other cell without overlap." : undefined);
    } finally {
      this.working--;
    }
  }
}
