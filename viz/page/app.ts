// The page: reads the data, opens views and panels, and connects them.
import { unpackFrame } from "../design-frame.js";
import {
  type PlacementEntry,
  type RunMetrics,
  type RunState,
  type Session,
  unpackBlock,
  unpackEmbedding,
  unpackPlacement,
} from "../protocol.js";
import { Charts } from "./charts.js";
import { keysOf, listenToKeys, showHelp } from "./commands.js";
import { costsPanel } from "./costs-panel.js";
import { followLive, type PageData, pageData } from "./data.js";
import { byId, fill, h, icon } from "./dom.js";
import { flip, save } from "./edits.js";
import { EmbeddingMap } from "./embedding-map.js";
import { Inspector } from "./inspector.js";
import { layersPanel } from "./layers-panel.js";
import { MapPanel } from "./map-panel.js";
import { PageJudge } from "./page-judge.js";
import { Panes } from "./panes.js";
import { printInLight } from "./printing.js";
import { SceneState } from "./scene-state.js";
import { searchBox } from "./search-box.js";
import { sheets } from "./sheets.js";
import { StateKeeper } from "./state-keeper.js";
import { ThemeState } from "./theme.js";
import { TimeControl } from "./time-control.js";

const STATE_TEXT: Readonly<Record<RunState, string>> = {
  block: "block",
  running: "running",
  finished: "finished",
  stopped: "stopped without a result",
  died: "died: its process is gone",
};

/** How long a notice is shown, in ms. */
const NOTICE_TIME = 6000;

interface AppParts {
  readonly data: PageData;
  readonly session: Session;
  readonly theme: ThemeState;
  readonly panes: Panes;
  readonly scene: SceneState;
}

export class App {
  readonly scene: SceneState;
  readonly theme: ThemeState;
  readonly panes: Panes;
  readonly charts: Charts;
  readonly mapPanel: MapPanel;
  readonly time: TimeControl;
  session: Session;
  /** Number of tasks in progress. */
  busy = 0;
  connected = true;
  private readonly data: PageData;
  private readonly embeddings: EmbeddingMap;
  private metrics: readonly RunMetrics[] = [];
  /** ID of the placement shown; empty for a step of the replay. */
  shownId = "";
  /** ID of the placement that it is compared with; empty for none. */
  comparedId = "";
  /** Whether new placements of the run are shown as they come. */
  following = true;
  readonly keeper: StateKeeper;
  private readonly followBox = h("input", {
    type: "checkbox",
    id: "follow",
    onchange: () => {
      this.setFollow(this.followBox.checked);
      this.keeper.address.note(true);
    },
  });
  private policyOffered = false;
  private noticeTimer: ReturnType<typeof setTimeout> | undefined;

  private constructor({ data, session, theme, panes, scene }: AppParts) {
    this.data = data;
    this.session = session;
    this.scene = scene;
    this.theme = theme;
    this.panes = panes;
    this.charts = new Charts(theme);
    this.mapPanel = new MapPanel(scene);
    this.embeddings = new EmbeddingMap(scene, theme);
    this.time = new TimeControl(this, data);
    this.keeper = new StateKeeper(this);
  }

  /** Loads everything and shows it. */
  static async open(): Promise<App> {
    const theme = new ThemeState();
    const data = pageData();
    const [session, read, module] = await Promise.all([
      data.session(),
      data.block().then((message) => ({ block: unpackBlock(message), frame: unpackFrame(message) })),
      data.kernels(),
    ]);
    const { block, frame } = read;
    const scene = new SceneState(block, new PageJudge(module, block, session.rules), frame);
    const app = new App({ data, session, theme, scene, panes: await Panes.open(scene, theme) });
    await app.start();
    return app;
  }

  private async start(): Promise<void> {
    const { session, time } = this;
    document.title = `${session.title} · Ashlar`;
    byId("title").textContent = session.title;
    byId("title").title = session.title;
    this.openPanels();
    this.showState(session.state);
    await this.work(async () => {
      this.metrics = await this.data.metrics();
      await time.replay.loadFrames();
      this.charts.update(this.metrics);
    });
    this.offerPlacements();
    time.offer();
    this.offerPolicy();
    await this.keeper.start();
    if (!window.ashlarReport && session.state !== "block") this.follow();
  }

  private openPanels(): void {
    const { scene, panes, mapPanel, embeddings, theme } = this;
    const inspector = new Inspector(scene, {
      zoomTo: () => panes.zoomToSelection(),
      turn: (how) => flip(scene, how),
    });
    const actions = { undo: () => scene.undo(), redo: () => scene.redo(), save: () => void this.save() };
    fill(byId("left"), layersPanel(scene), mapPanel.element);
    fill(byId("right"), costsPanel(scene, actions), inspector.element, embeddings.element);
    fill(byId("foot"), this.time.timeline.element, this.charts.element);
    this.followBox.checked = this.following;
    byId("state").after(h("label", { class: "field", id: "follow-field" }, this.followBox, "Follow"));
    scene.on("costs", () => {
      if (scene.edited) this.setFollow(false);
    });
    this.setTools();
    sheets();
    printInLight(theme, panes);
    searchBox(
      scene,
      () => panes.zoomToSelection(),
      () => panes.main.host.focus(),
    );
    scene.on("map", () => panes.paintMap(mapPanel.range));
    mapPanel.on("range", () => panes.paintMap(mapPanel.range));
  }

  /** Runs a task and counts it, so that tests know when the page is idle. Shows a notice if it fails. */
  async work(task: () => Promise<void>): Promise<void> {
    this.busy++;
    try {
      await task();
    } catch (error) {
      this.notice((error as Error).message);
    } finally {
      this.busy--;
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
    shown.onchange = () => {
      void this.showPlacement(shown.value);
      if (shown.value !== "best") this.setFollow(false);
    };
    compare.onchange = () => void this.compare(compare.value);
  }

  /** Adds the parts of the page that need a policy. A run's first checkpoint may come while the page is open. */
  private offerPolicy(): void {
    if (!this.session.policy || this.policyOffered) return;
    this.policyOffered = true;
    this.mapPanel.offerPolicy();
    void this.work(async () => this.embeddings.show(unpackEmbedding(await this.data.embedding())));
  }

  private entry(id: string): PlacementEntry | undefined {
    return this.session.placements.find((candidate) => candidate.id === id);
  }

  async showPlacement(id: string): Promise<void> {
    const entry = this.entry(id);
    if (!entry) return;
    this.time.timeline.stop();
    await this.work(async () => {
      const placement = unpackPlacement(await this.data.placement(id), this.scene.block.nodeCount);
      this.shownId = id;
      byId<HTMLSelectElement>("shown").value = id;
      this.panes.main.view.overlay.markedCell = -1;
      this.scene.show(placement, entry.label);
      this.panes.caption();
      this.keeper.address.note(true);
    });
  }

  onStep(isNewest: boolean): void {
    this.shownId = "";
    byId<HTMLSelectElement>("shown").value = "";
    if (!isNewest) this.setFollow(false);
  }

  /** Whether to show new placements of the run as they come; if so, the newest one at once. */
  setFollow(on: boolean): void {
    const turnedOn = on && !this.following;
    this.following = on;
    this.followBox.checked = on;
    if (turnedOn && this.session.state === "running" && this.time.replay.moments.length > 0)
      this.time.goToEnd();
  }

  /** Opens a second view next to the first, or closes it. */
  async compare(id: string): Promise<void> {
    const { panes, time } = this;
    const entry = this.entry(id);
    this.comparedId = entry ? id : "";
    this.keeper.address.note(true);
    byId<HTMLSelectElement>("compare").value = entry ? id : "";
    byId("view-b").hidden = !entry;
    byId("stage").classList.toggle("two", Boolean(entry));
    const stay = this.shownId === "";
    await this.work(async () => {
      if (!entry) {
        panes.closeOther();
        return time.compareWith(undefined, stay);
      }
      const placement = unpackPlacement(await this.data.placement(id), this.scene.block.nodeCount);
      await panes.openOther(placement, entry.label);
      await time.compareWith(entry.frames && id !== "best" ? id : undefined, stay);
    });
  }

  private follow(): void {
    followLive({
      onState: (state) => {
        const ended = this.session.state === "running" && state !== "running";
        this.session = { ...this.session, state };
        this.showState(state);
        if (ended) void this.work(() => this.refreshSession());
      },
      onMetrics: (run) => {
        this.metrics = [run, ...this.metrics.slice(1)];
        this.charts.update(this.metrics);
        this.time.offer();
      },
      onFrames: () => void this.takeFrames(),
      onConnection: (connected) => {
        if (connected && !this.connected) void this.takeFrames();
        this.connected = connected;
        this.showState(this.session.state);
      },
    });
  }

  /** Loads new frames of a running run, and shows the newest one to whoever follows it. */
  private async takeFrames(): Promise<void> {
    await this.work(async () => {
      await this.refreshSession();
      await this.time.takeFrames(() => this.following && !this.scene.edited && !this.time.timeline.isPlaying);
    });
  }

  private async refreshSession(): Promise<void> {
    this.session = await this.data.session();
    this.offerPlacements();
    this.offerPolicy();
    this.time.offer();
  }

  private showState(state: RunState): void {
    const pill = byId("state");
    const cut = !this.connected;
    pill.textContent = cut ? "server gone, trying again" : STATE_TEXT[state];
    pill.dataset.state = cut ? "cut" : state;
    byId("follow-field").hidden = state !== "running" || window.ashlarReport !== undefined;
  }

  async save(): Promise<void> {
    await this.work(async () => {
      this.notice(await save(this.scene, this.session));
      if (!window.ashlarReport) await this.refreshSession();
    });
  }

  private notice(text: string): void {
    const line = byId("notice");
    line.textContent = text;
    line.hidden = false;
    clearTimeout(this.noticeTimer);
    this.noticeTimer = setTimeout(() => {
      line.hidden = true;
    }, NOTICE_TIME);
  }

  private setTools(): void {
    const { panes } = this;
    const tool = (id: string, [title, text]: readonly [string, string | Node], run: () => void) =>
      h("button", { id, title, "aria-label": title, onclick: run }, text);
    fill(
      byId("tools"),
      tool("fit", ["Fit the die (f)", "Fit"], () => panes.fit()),
      tool("ruler", ["Ruler (r)", "Ruler"], () => panes.toggleRuler()),
      tool("theme", ["Light or dark (t)", icon("theme")], () => this.theme.toggle()),
      tool("help-button", ["Keys (?)", "?"], () => showHelp(this)),
    );
    listenToKeys(keysOf(this));
  }
}
