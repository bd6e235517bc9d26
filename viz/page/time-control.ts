// Connects the timeline to the page: it steps through a run's best placements, alone or alongside those of another run, or
// through a policy's episode with its maps.
import type { Packed } from "../packing.js";
import type { Session } from "../protocol.js";
import type { Charts } from "./charts.js";
import type { PageData } from "./data.js";
import { Latest } from "./latest.js";
import type { MapPanel } from "./map-panel.js";
import { isRouted, type MapName, POLICY_MAPS, policyMap, ROUTED_MAPS } from "./maps.js";
import type { Panes } from "./panes.js";
import { Replay } from "./replay.js";
import type { SceneState } from "./scene-state.js";
import { Timeline, type TimeSource } from "./timeline.js";

export interface TimeHost {
  readonly scene: SceneState;
  readonly panes: Panes;
  readonly charts: Charts;
  readonly mapPanel: MapPanel;
  readonly session: Session;
  /** What was asked to be shown last. */
  readonly wishes: Latest;
  /** Runs a task, and shows a notice if it fails. */
  work(task: () => Promise<void>): Promise<void>;
  /** Called when a step of the replay is shown instead of a listed placement. `isNewest`: the last of the run. */
  onStep(isNewest: boolean): void;
}

export class TimeControl {
  readonly timeline = new Timeline();
  readonly replay: Replay;
  private readonly host: TimeHost;
  private readonly data: PageData;
  private routing: Packed | undefined;
  /** The map that was asked for last. */
  private readonly maps = new Latest();

  constructor(host: TimeHost, data: PageData) {
    this.host = host;
    this.data = data;
    this.replay = new Replay({ block: host.scene.block, data, weights: host.session.rules.weights });
    this.timeline.on("step", () => this.showStep());
    this.timeline.on("source", () => void this.changeSource());
    host.charts.on("step", (x) => this.goTo(x));
    host.mapPanel.on("choose", (name) => void this.showMap(name));
    host.mapPanel.show = (name) => this.showMap(name);
  }

  /** Updates what can be replayed. */
  offer(): void {
    const { timeline, replay, host } = this;
    const sources = this.sources();
    timeline.offer(sources);
    if (timeline.source === "best") timeline.resize(replay.moments.length);
    timeline.element.hidden = sources.length === 0;
    document.body.classList.toggle("still", sources.length === 0 && !host.charts.hasCurves);
  }

  /** Goes to the last step at or before `x` on the charts, which is an iteration or a step of the episode. */
  goTo(x: number): void {
    const { timeline, replay } = this;
    timeline.stop();
    if (timeline.source === "episode") {
      timeline.go(Math.round(x) - 1);
      return;
    }
    const later = replay.moments.findIndex((iteration) => iteration > x);
    timeline.go(later < 0 ? timeline.steps - 1 : Math.max(0, later - 1));
  }

  /** The step shown: an iteration, or a step of the episode. */
  get state(): { readonly source: TimeSource; readonly at: number } {
    const { timeline, replay } = this;
    const { source, index } = timeline;
    return { source, at: source === "episode" ? index : (replay.moments[index] ?? 0) };
  }

  /** Whether there is something to replay of this kind. */
  has(source: TimeSource): boolean {
    return this.sources().includes(source);
  }

  /** Shows a step of the replay or the episode. */
  async restore({ source, at }: { readonly source: TimeSource; readonly at: number }): Promise<void> {
    const { timeline, host } = this;
    timeline.stop();
    if (source === "best") {
      this.leaveEpisode();
      return this.goTo(at);
    }
    if (timeline.source !== "episode") await host.work(() => this.beginEpisode());
    if (timeline.source === "episode") timeline.go(at);
  }

  /** Goes back from the episode to the best placements, without showing one. */
  leaveEpisode(): void {
    const { timeline, replay } = this;
    if (timeline.source !== "episode") return;
    timeline.source = "best";
    timeline.offer(this.sources());
    timeline.resize(replay.moments.length);
  }

  /** Shows the newest of the run's best placements. */
  goToEnd(): void {
    this.leaveEpisode();
    this.timeline.go(this.replay.moments.length - 1);
  }

  /** Replays another run alongside this one; undefined: none. With `stay` the replay remains where it is. */
  async compareWith(id: string | undefined, stay: boolean): Promise<void> {
    const { replay, timeline } = this;
    const at = replay.moments[timeline.index];
    await replay.compareWith(id);
    this.offer();
    if (stay && timeline.source === "best" && at !== undefined) this.goTo(at);
  }

  /** Reads the run's frames again, and shows the newest one if `follows` is still true then. */
  async takeFrames(follows: () => boolean): Promise<void> {
    await this.replay.loadFrames();
    this.offer();
    if (follows()) this.goToEnd();
  }

  private sources(): TimeSource[] {
    return [
      ...(this.replay.moments.length > 0 ? (["best"] as const) : []),
      ...(this.host.session.policy ? (["episode"] as const) : []),
    ];
  }

  private async changeSource(): Promise<void> {
    const { timeline, replay, host } = this;
    if (timeline.source === "episode") return host.work(() => this.beginEpisode());
    if (POLICY_MAPS.includes(host.scene.mapName)) host.mapPanel.choose("none");
    timeline.resize(replay.moments.length);
    timeline.go(replay.moments.length - 1);
  }

  private async beginEpisode(): Promise<void> {
    const { timeline, replay, host } = this;
    const isWanted = host.wishes.begin();
    const trace = await timeline.heldUntil(replay.loadTrace()).catch((error: unknown) => {
      this.leaveEpisode();
      throw error;
    });
    if (!isWanted()) return this.leaveEpisode();
    timeline.source = "episode";
    timeline.offer(this.sources());
    host.charts.showTrace(trace);
    timeline.resize(trace.macros.length + 1);
    timeline.go(0);
  }

  /** Shows a map. Those of a policy belong to a step of the episode, which is opened first. */
  private async showMap(name: MapName): Promise<void> {
    const { timeline, replay, host } = this;
    const isWanted = this.maps.begin();
    if (isRouted(name)) return host.work(() => this.showRouted(name, isWanted));
    if (!POLICY_MAPS.includes(name)) return host.scene.showMap(name);
    await host.work(async () => {
      if (timeline.source !== "episode" || !replay.trace) await this.beginEpisode();
      if (isWanted() && timeline.source === "episode") host.scene.showMap(name, this.policyValues(name));
    });
  }

  private async showRouted(name: keyof typeof ROUTED_MAPS, isWanted: () => boolean): Promise<void> {
    this.routing ??= await this.data.routing();
    if (!isWanted()) return;
    const { meta, arrays } = this.routing;
    const grid = { columns: Number(meta.columns), rows: Number(meta.rows) };
    this.host.scene.showMap(name, arrays[ROUTED_MAPS[name]] as Float64Array, grid);
  }

  private policyValues(name: MapName): Float64Array | undefined {
    const { trace } = this.replay;
    const { columns, rows } = this.host.scene.block.grid;
    const step = Math.min(this.timeline.index, (trace?.macros.length ?? 1) - 1);
    return trace && policyMap(name, trace, { step, cells: columns * rows });
  }

  private showStep(): void {
    const { timeline } = this;
    this.host.onStep(timeline.source === "best" && timeline.index >= timeline.steps - 1);
    if (this.timeline.source === "episode") this.showEpisode();
    else this.showBest();
    this.host.panes.caption();
  }

  private showEpisode(): void {
    const { timeline, replay, host } = this;
    const { scene, panes, charts } = host;
    const placement = replay.step(timeline.index);
    const { trace } = replay;
    if (!placement || !trace) return;
    const last = timeline.index >= trace.macros.length;
    panes.main.view.overlay.markedCell = last ? -1 : trace.actions[timeline.index]!;
    if (POLICY_MAPS.includes(scene.mapName)) scene.showMap(scene.mapName, this.policyValues(scene.mapName));
    scene.show(placement, last ? "episode, settled" : `episode, step ${timeline.index + 1}`);
    if (!last) scene.influences.show({ step: timeline.index, checkpoint: trace.checkpoint });
    charts.mark(timeline.index + 1, "value");
  }

  private showBest(): void {
    const { scene, panes, charts } = this.host;
    const frames = this.replay.frames(this.timeline.index);
    if (!frames) return;
    const { iteration, own, other } = frames;
    panes.main.view.overlay.markedCell = -1;
    scene.show(own.placement, `iteration ${iteration}`, own.costs);
    if (other) panes.showOther(other.placement, `iteration ${iteration}`, other.costs);
    charts.mark(iteration, "cost");
  }
}
