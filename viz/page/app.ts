// The page as a whole: reads the data, opens views and panels, and ties them together.
import type { Costs } from "../../env/index.js";
import type { Placement } from "../../netlist/index.js";
import type { RunMetrics, RunState, Session } from "../protocol.js";
import { unpackBlock, unpackEmbedding, unpackPlacement } from "../protocol.js";
import { Charts } from "./charts.js";
import { keysOf, showHelp } from "./commands.js";
import { costsPanel } from "./costs-panel.js";
import { type PageData, pageData } from "./data.js";
import { byId, fill, h } from "./dom.js";
import { flip, save } from "./edits.js";
import { EmbeddingMap } from "./embedding-map.js";
import { cost } from "./format.js";
import { icon } from "./icons.js";
import { Inspector } from "./inspector.js";
import { listenToKeys } from "./keyboard.js";
import { layersPanel } from "./layers-panel.js";
import { followLive } from "./live.js";
import { MapPanel } from "./map-panel.js";
import { type MapName, POLICY_MAPS, policyMap, SPARSE_MAPS } from "./maps.js";
import { PageJudge } from "./page-judge.js";
import { PlacementView } from "./placement-view.js";
import { listenToPointer, type Tool } from "./pointer.js";
import { Replay } from "./replay.js";
import { SceneState } from "./scene-state.js";
import { searchBox } from "./search-box.js";
import { StageFrame } from "./stage-frame.js";
import { ThemeState } from "./theme.js";
import { Timeline } from "./timeline.js";

const STATE_TEXT: Readonly<Record<RunState, string>> = {
  block: "block",
  running: "running",
  finished: "finished",
  stopped: "stopped without a result",
  died: "died: its process is gone",
};

/** A view with what stands around it. */
interface Pane {
  readonly host: HTMLElement;
  readonly view: PlacementView;
  readonly frame: StageFrame;
}

export class App {
  readonly scene: SceneState;
  readonly main: Pane;
  other: Pane | undefined;
  readonly timeline = new Timeline();
  readonly charts: Charts;
  readonly replay: Replay;
  session: Session;
  readonly theme: ThemeState;
  /** Work under way that the page is not idle before. */
  busy = 0;
  connected = true;
  private readonly data: PageData;
  readonly mapPanel: MapPanel;
  private tool: Tool = "select";
  private metrics: readonly RunMetrics[] = [];
  private shownId = "";

  private constructor(data: PageData, session: Session, scene: SceneState, theme: ThemeState, main: Pane) {
    this.data = data;
    this.session = session;
    this.scene = scene;
    this.theme = theme;
    this.main = main;
    this.charts = new Charts(theme);
    this.replay = new Replay(scene.block, data);
    this.mapPanel = new MapPanel(scene, session.policy);
  }

  /** Loads everything and shows it. */
  static async open(): Promise<App> {
    const theme = new ThemeState();
    const data = pageData();
    const [session, block, module] = await Promise.all([
      data.session(),
      data.block().then(unpackBlock),
      data.kernels(),
    ]);
    const scene = new SceneState(block, new PageJudge(module, block, session.rules));
    const host = byId("view-a");
    const view = await PlacementView.open(host, scene, theme);
    const app = new App(data, session, scene, theme, { host, view, frame: new StageFrame(host) });
    await app.start();
    return app;
  }

  private async start(): Promise<void> {
    const { scene, session, main } = this;
    document.title = `${session.title} · Ashlar`;
    byId("title").textContent = session.title;
    this.showState(session.state);
    const embeddings = new EmbeddingMap(scene, this.theme);
    const inspector = new Inspector(scene, {
      zoomTo: () => this.zoomToSelection(),
      turn: (how) => flip(scene, how),
    });
    const actions = { undo: () => scene.undo(), redo: () => scene.redo(), save: () => void this.save() };
    fill(byId("left"), layersPanel(scene), this.mapPanel.element);
    fill(byId("right"), costsPanel(scene, actions), inspector.element, embeddings.element);
    fill(byId("foot"), this.timeline.element, this.charts.element);
    this.setTools();
    searchBox(
      scene,
      () => this.zoomToSelection(),
      () => main.host.focus(),
    );
    this.tie();
    this.listen(main, true);
    await this.work(async () => {
      this.metrics = await this.data.metrics();
      await this.replay.loadFrames();
      this.charts.update(this.metrics);
    });
    this.offerPlacements();
    const asked = new URLSearchParams(location.search);
    await this.showPlacement(asked.get("placement") ?? session.placements[0]!.id);
    this.offerTime();
    if (asked.get("compare")) await this.compare(asked.get("compare")!);
    if (session.policy)
      void this.work(async () => embeddings.show(unpackEmbedding(await this.data.embedding())));
    if (!window.ashlarReport && session.state !== "block") this.follow();
    const map = asked.get("map");
    if (map) this.mapPanel.choose(map as MapName);
  }

  /** Counts work so that the page knows when it rests; failures are told to the reader. */
  private async work(task: () => Promise<void>): Promise<void> {
    this.busy++;
    try {
      await task();
    } catch (error) {
      this.notice((error as Error).message);
    } finally {
      this.busy--;
    }
  }

  private panes(): Pane[] {
    return this.other ? [this.main, this.other] : [this.main];
  }

  private tie(): void {
    const { scene, theme, mapPanel, timeline } = this;
    scene.on("placement", (nodes) => {
      this.main.view.place(scene.placement, nodes);
      if (this.other) {
        this.other.view.overlay.from = scene.placement;
        this.other.view.invalidate();
      }
    });
    scene.on("costs", () => this.caption());
    scene.on("selection", () => {
      for (const { view } of this.panes()) view.invalidate();
    });
    scene.layers.on("change", () => {
      for (const { view } of this.panes()) view.relayer();
    });
    const paintMap = () => {
      this.main.view.showMap(scene.map, mapPanel.range, SPARSE_MAPS.includes(scene.mapName));
      this.main.view.invalidate();
    };
    scene.on("map", paintMap);
    mapPanel.on("range", paintMap);
    mapPanel.on("choose", (name) => void this.showMap(name));
    theme.on("change", () => {
      for (const { view } of this.panes()) view.recolour();
    });
    timeline.on("step", () => this.showStep());
    timeline.on("source", () => void this.changeSource());
    this.charts.on("step", (x) => this.goToIteration(x));
  }

  private listen(pane: Pane, editable: boolean): void {
    const { view, frame, host } = pane;
    const scene = this.scene;
    host.tabIndex = 0;
    host.setAttribute("role", "application");
    view.onDrawn = () => frame.update(view);
    listenToPointer({
      view,
      element: host,
      scene,
      tool: () => this.tool,
      get editable() {
        return editable && !(scene.selection.size > 0 && scene.mapName === "probabilities");
      },
      onCamera: () => this.link(view),
      onCursor: (x, y) => {
        for (const each of this.panes()) each.frame.showCursor(x, y);
      },
      onBox: (box) => frame.showBox(box),
    });
  }

  /** Moves the other views as this one moved. */
  private link(moved: PlacementView): void {
    for (const { view } of this.panes()) {
      if (view !== moved) view.camera.copyFrom(moved.camera);
      view.invalidate();
    }
  }

  private offerPlacements(): void {
    const { placements } = this.session;
    const options = () => placements.map(({ id, label }) => h("option", { value: id }, label));
    const shown = byId<HTMLSelectElement>("shown");
    const compare = byId<HTMLSelectElement>("compare");
    const [was, wasOther] = [shown.value, compare.value];
    fill(shown, ...options(), h("option", { value: "", hidden: true }, "replay"));
    fill(compare, h("option", { value: "" }, "nothing"), ...options());
    shown.value = was;
    compare.value = wasOther;
    shown.onchange = () => void this.showPlacement(shown.value);
    compare.onchange = () => void this.compare(compare.value);
  }

  async showPlacement(id: string): Promise<void> {
    const entry = this.session.placements.find((candidate) => candidate.id === id);
    if (!entry) return;
    this.timeline.stop();
    await this.work(async () => {
      const placement = unpackPlacement(await this.data.placement(id), this.scene.block.nodeCount);
      this.shownId = id;
      byId<HTMLSelectElement>("shown").value = id;
      this.main.view.overlay.markedCell = -1;
      this.scene.show(placement, entry.label);
      this.caption();
    });
  }

  /** Opens a second view beside the first, or closes it. */
  async compare(id: string): Promise<void> {
    const host = byId("view-b");
    const entry = this.session.placements.find((candidate) => candidate.id === id);
    byId<HTMLSelectElement>("compare").value = entry ? id : "";
    host.hidden = !entry;
    byId("stage").classList.toggle("two", Boolean(entry));
    if (!entry) {
      this.other = undefined;
      await this.playBeside(undefined);
      this.caption();
      return;
    }
    await this.work(async () => {
      const placement = unpackPlacement(await this.data.placement(id), this.scene.block.nodeCount);
      this.second ??= {
        host,
        view: await PlacementView.open(host, this.scene, this.theme),
        frame: new StageFrame(host),
      };
      if (!this.other) this.listen(this.second, false);
      this.other = this.second;
      this.other.view.overlay.from = this.scene.placement;
      this.other.view.recolour();
      this.showOther(placement, entry.label, this.scene.costsOf(placement));
      await this.playBeside(entry.frames && id !== "best" ? id : undefined);
      this.caption();
      requestAnimationFrame(() => this.fit());
    });
  }
  private second: Pane | undefined;

  /** Replays another run beside this one, or no longer; a replay stays at the moment that it shows. */
  private async playBeside(id: string | undefined): Promise<void> {
    const { replay, timeline } = this;
    const at = replay.moments[timeline.index];
    await replay.playBeside(id);
    this.offerTime();
    if (this.shownId === "" && timeline.source === "best" && at !== undefined) this.goToIteration(at);
  }

  private showOther(placement: Placement, label: string, { proxyCost }: Costs): void {
    if (!this.other) return;
    this.other.view.place(placement);
    this.other.frame.caption.textContent = `${label}: proxy ${cost(proxyCost)}`;
  }

  private caption(): void {
    const { label, costs, edited } = this.scene;
    const text = `${edited ? "edited" : label}: proxy ${cost(costs?.proxyCost)}`;
    this.main.frame.caption.textContent = this.other ? text : "";
  }

  private async showMap(name: MapName): Promise<void> {
    const { scene, timeline } = this;
    if (!POLICY_MAPS.includes(name)) return scene.showMap(name);
    await this.work(async () => {
      await this.replay.loadTrace();
      if (timeline.source !== "episode") {
        timeline.source = "episode";
        timeline.offer(this.sources());
        await this.changeSource();
      }
      scene.showMap(name, this.policyValues(name));
    });
  }

  private policyValues(name: MapName): Float64Array | undefined {
    const { trace } = this.replay;
    const { columns, rows } = this.scene.block.grid;
    const step = Math.min(this.timeline.index, (trace?.macros.length ?? 1) - 1);
    return trace && policyMap(name, trace, step, columns * rows);
  }

  private sources(): ("best" | "episode")[] {
    return [
      ...(this.replay.moments.length > 0 ? (["best"] as const) : []),
      ...(this.session.policy ? (["episode"] as const) : []),
    ];
  }

  private offerTime(): void {
    const sources = this.sources();
    const { timeline } = this;
    timeline.offer(sources);
    if (timeline.source === "best") timeline.resize(this.replay.moments.length);
    timeline.element.hidden = sources.length === 0;
    const nothing = sources.length === 0 && !this.charts.hasCurves;
    document.body.classList.toggle("still", nothing);
  }

  private async changeSource(): Promise<void> {
    const { timeline, scene } = this;
    if (timeline.source === "episode") {
      await this.work(async () => {
        const trace = await this.replay.loadTrace();
        this.charts.showTrace(trace);
        timeline.resize(trace.macros.length + 1);
        timeline.go(0);
      });
      return;
    }
    if (POLICY_MAPS.includes(scene.mapName)) this.mapPanel.choose("none");
    timeline.resize(this.replay.moments.length);
    timeline.go(this.replay.moments.length - 1);
  }

  private showStep(): void {
    const { timeline, scene, replay } = this;
    this.shownId = "";
    byId<HTMLSelectElement>("shown").value = "";
    if (timeline.source === "episode") {
      const placement = replay.step(timeline.index);
      const { trace } = replay;
      if (!placement || !trace) return;
      const last = timeline.index >= trace.macros.length;
      this.main.view.overlay.markedCell = last ? -1 : trace.actions[timeline.index]!;
      if (POLICY_MAPS.includes(scene.mapName)) scene.showMap(scene.mapName, this.policyValues(scene.mapName));
      scene.show(placement, last ? "episode, settled" : `episode, step ${timeline.index + 1}`);
      this.charts.mark(timeline.index + 1, "value");
    } else {
      const frames = replay.frames(timeline.index);
      if (!frames) return;
      const { iteration, own, other } = frames;
      scene.show(own.placement, `iteration ${iteration}`, own.costs);
      if (other) this.showOther(other.placement, `iteration ${iteration}`, other.costs);
      this.charts.mark(iteration, "cost");
    }
    this.caption();
  }

  private goToIteration(x: number): void {
    const { timeline, replay } = this;
    timeline.stop();
    if (timeline.source === "episode") {
      timeline.go(Math.round(x) - 1);
      return;
    }
    const later = replay.moments.findIndex((iteration) => iteration > x);
    timeline.go(later < 0 ? timeline.steps - 1 : Math.max(0, later - 1));
  }

  private follow(): void {
    followLive({
      onState: (state) => {
        const ended = this.session.state === "running" && state !== "running";
        this.session = { ...this.session, state };
        this.showState(state);
        if (ended) void this.refreshSession();
      },
      onMetrics: (run) => {
        this.metrics = [run, ...this.metrics.slice(1)];
        this.charts.update(this.metrics);
        this.offerTime();
      },
      onFrames: () => void this.takeFrames(),
      onConnection: (connected) => {
        if (connected && !this.connected) void this.takeFrames();
        this.connected = connected;
        this.showState(this.session.state);
      },
    });
  }

  /** New frames of a running run; who looks at the newest goes on looking at the newest. */
  private async takeFrames(): Promise<void> {
    const { timeline, replay, scene } = this;
    const newest = timeline.index >= replay.moments.length - 1 && !timeline.isPlaying && !scene.edited;
    const following = newest && this.shownId !== "initial" && timeline.source === "best";
    await this.work(async () => {
      await replay.loadFrames();
      await this.refreshSession();
      this.offerTime();
      if (following) timeline.go(replay.moments.length - 1);
    });
  }

  private async refreshSession(): Promise<void> {
    this.session = await this.data.session();
    this.offerPlacements();
  }

  private showState(state: RunState): void {
    const pill = byId("state");
    const cut = !this.connected;
    pill.textContent = cut ? "server gone, trying again" : STATE_TEXT[state];
    pill.dataset.state = cut ? "cut" : state;
  }

  fit(): void {
    this.main.view.fit();
    this.link(this.main.view);
  }

  zoomToSelection(): void {
    if (this.scene.selection.size === 0) return;
    this.main.view.fitNodes(this.scene.selection);
    this.link(this.main.view);
  }

  zoom(factor: number): void {
    const { camera } = this.main.view;
    camera.zoomAt(camera.width / 2, camera.height / 2, factor);
    this.link(this.main.view);
  }

  pan(dx: number, dy: number): void {
    this.main.view.camera.pan(dx, dy);
    this.link(this.main.view);
  }

  setTool(tool: Tool): void {
    this.tool = tool;
    byId("ruler").setAttribute("aria-pressed", String(tool === "ruler"));
    if (tool === "select")
      for (const { view } of this.panes()) {
        view.overlay.ruler = undefined;
        view.invalidate();
      }
  }

  toggleRuler(): void {
    this.setTool(this.tool === "ruler" ? "select" : "ruler");
  }

  async save(): Promise<void> {
    await this.work(async () => {
      this.notice(await save(this.scene, this.session));
      if (!window.ashlarReport) await this.refreshSession();
    });
  }

  private noticeTimer: ReturnType<typeof setTimeout> | undefined;

  private notice(text: string): void {
    const line = byId("notice");
    line.textContent = text;
    line.hidden = false;
    clearTimeout(this.noticeTimer);
    this.noticeTimer = setTimeout(() => {
      line.hidden = true;
    }, 6000);
  }

  private setTools(): void {
    const tool = (id: string, title: string, text: string | Node, run: () => void) =>
      h("button", { id, title, "aria-label": title, onclick: run }, text);
    fill(
      byId("tools"),
      tool("fit", "Fit the die (f)", "Fit", () => this.fit()),
      tool("ruler", "Ruler (r)", "Ruler", () => this.toggleRuler()),
      tool("theme", "Light or dark (t)", icon("theme"), () => this.theme.toggle()),
      tool("help-button", "Keys (?)", "?", () => showHelp(this)),
    );
    listenToKeys(keysOf(this));
  }
}
