// The page: reads the data, opens views and panels, and connects them.
import { unpackFrame } from "../design-frame.js";
import {
  type EditFormat,
  lockedOf,
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
import { byId, fill, h, icon, showLoading } from "./dom.js";
import { editPanel } from "./edit-panel.js";
import { type EditCommand, edit, toggleLock } from "./edits.js";
import { EmbeddingMap } from "./embedding-map.js";
import { hierarchyPanel } from "./hierarchy-panel.js";
import { influencePanel } from "./influence-panel.js";
import { InfluenceLoader } from "./influences.js";
import { Inspector } from "./inspector.js";
import { Latest } from "./latest.js";
import { layersPanel } from "./layers-panel.js";
import { legalityPanel } from "./legality-panel.js";
import { MapPanel } from "./map-panel.js";
import { notice } from "./notices.js";
import { PageJudge } from "./page-judge.js";
import { Panes } from "./panes.js";
import { printInLight } from "./printing.js";
import { QueuePanel } from "./queue-panel.js";
import { Saving } from "./saving.js";
import { SceneState } from "./scene-state.js";
import { searchBox } from "./search-box.js";
import { sheets } from "./sheets.js";
import { StateKeeper } from "./state-keeper.js";
import { ThemeState } from "./theme.js";
import { TimeControl } from "./time-control.js";
import { WhyMaps } from "./why-maps.js";
import { whyPanel } from "./why-panel.js";

const STATE_TEXT: Readonly<Record<RunState, string>> = {
  block: "block",
  running: "running",
  finished: "finished",
  stopped: "stopped without a result",
  died: "died: its process is gone",
  gone: "its folder is gone",
};

const KEPT = "What you see stays in this page; download it to keep it.";

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
  /** Whether what changed while the page was loaded is known. */
  attached = true;
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
  readonly whyMaps: WhyMaps;
  readonly influences: InfluenceLoader;
  private readonly followBox = h("input", {
    type: "checkbox",
    id: "follow",
    onchange: () => {
      this.setFollow(this.followBox.checked);
      this.keeper.address.note(true);
    },
  });
  private readonly queuePanel = new QueuePanel();
  private policyOffered = false;
  private readonly saving = new Saving(this);
  /** What was asked to be shown last. */
  readonly wishes = new Latest();
  private readonly comparisons = new Latest();

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
    this.whyMaps = new WhyMaps(scene);
    this.influences = new InfluenceLoader(scene.influences, scene.layers, data);
  }

  /** Loads everything and shows it. */
  static async open(): Promise<App> {
    const theme = new ThemeState();
    const data = pageData();
    await showLoading("Reading the block");
    const [session, read, module] = await Promise.all([
      data.session(),
      data.block().then((message) => ({ block: unpackBlock(message), frame: unpackFrame(message) })),
      data.kernels(),
    ]);
    const { block, frame } = read;
    await showLoading(`Preparing the costs of ${block.nodeCount.toLocaleString("en-US")} nodes`);
    const scene = new SceneState(block, new PageJudge(module, block, session.rules), frame);
    await showLoading("Drawing");
    const app = new App({ data, session, theme, scene, panes: await Panes.open(scene, theme) });
    await app.start();
    await showLoading(undefined);
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
    if (session.routing) this.mapPanel.offerRouting();
    await this.keeper.start();
    // The first placement may be a file that cannot be read.
    if (this.scene.label === "") await this.showPlacement("initial");
    if (!this.scene.idle) {
      await showLoading("Computing the costs");
      this.scene.settle();
    }
    void this.work(async () => {
      const constraints = await this.data.constraints();
      if (constraints) this.scene.legality.useDesign(constraints);
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.scene.unsaved || this.scene.kept.length > 0) event.preventDefault();
    });
    if (!window.ashlarReport && session.state !== "block") this.follow();
  }

  private openPanels(): void {
    const { scene, panes, mapPanel, embeddings, theme } = this;
    const zoomTo = () => panes.zoomToSelection();
    const inspector = new Inspector(scene, { zoomTo });
    const actions = {
      undo: () => scene.undo(),
      redo: () => scene.redo(),
      save: () => void this.save(),
      download: (format: EditFormat) => void this.saving.download(format),
    };
    const { formats } = this.session;
    fill(byId("left"), layersPanel(scene, panes), mapPanel.element, hierarchyPanel(scene));
    fill(
      byId("right"),
      costsPanel(scene, actions, {
        formats: window.ashlarReport ? ["plc"] : formats,
        canSave: this.saving.canSave,
      }),
      this.saving.goesOn,
      this.queuePanel.element,
      legalityPanel(scene, zoomTo),
      editPanel(scene, { edit: (command) => this.edit(command), lock: () => toggleLock(scene) }),
      whyPanel(scene),
      influencePanel(scene),
      inspector.element,
      embeddings.element,
    );
    fill(byId("foot"), this.time.timeline.element, this.charts.element);
    this.followBox.checked = this.following;
    byId("state").after(h("label", { class: "field", id: "follow-field" }, this.followBox, "Follow"));
    scene.on("costs", () => {
      if (scene.edited) this.setFollow(false);
    });
    this.setTools();
    scene.on("unsaved", () => this.offerPlacements());
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
      notice((error as Error).message, { stays: true });
    } finally {
      this.busy--;
    }
  }

  private offerPlacements(): void {
    const options = (more: readonly { readonly id: string; readonly label: string }[] = []) =>
      [...this.session.placements, ...more].map(({ id, label }) => h("option", { value: id }, label));
    const shown = byId<HTMLSelectElement>("shown");
    const compare = byId<HTMLSelectElement>("compare");
    const [was, wasOther] = [shown.value, compare.value];
    fill(shown, ...options(this.scene.kept), h("option", { value: "", hidden: true }, "replay"));
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
    this.scene.influences.hasPolicy = true;
    this.mapPanel.offerPolicy();
    void this.work(async () => this.embeddings.show(unpackEmbedding(await this.data.embedding())));
  }

  private entry(id: string): PlacementEntry | undefined {
    return this.session.placements.find((candidate) => candidate.id === id);
  }

  async showPlacement(id: string): Promise<void> {
    const entry = this.entry(id);
    const isKept = this.scene.kept.some((kept) => kept.id === id);
    if (!entry && !isKept) return;
    this.time.timeline.stop();
    const isWanted = this.wishes.begin();
    await this.work(async () => {
      const { scene } = this;
      if (entry) {
        const message = await this.data.placement(id);
        if (!isWanted()) return;
        const placement = unpackPlacement(message, scene.block.nodeCount);
        const locked = lockedOf(message, scene.block.nodeCount);
        scene.show(placement, entry.label);
        if (locked.length > 0) {
          scene.locked.clear();
          scene.lock(locked, true);
        }
      } else scene.restore(id);
      this.shownId = id;
      byId<HTMLSelectElement>("shown").value = id;
      this.panes.main.view.overlay.markedCell = -1;
      this.panes.caption();
      this.keeper.address.note(true);
    });
    // A placement that cannot be read leaves what was shown before.
    if (isWanted()) byId<HTMLSelectElement>("shown").value = this.shownId;
  }

  onStep(isNewest: boolean): void {
    this.wishes.begin();
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
    const isWanted = this.comparisons.begin();
    await this.work(async () => {
      const message = entry && (await this.data.placement(id));
      if (entry) await panes.prepareOther();
      if (!isWanted()) return;
      this.comparedId = entry ? id : "";
      this.keeper.address.note(true);
      byId("view-b").hidden = !entry;
      byId("stage").classList.toggle("two", Boolean(entry));
      const stay = this.shownId === "";
      if (message) panes.openOther(unpackPlacement(message, this.scene.block.nodeCount), entry.label);
      else panes.closeOther();
      await time.compareWith(entry?.frames && id !== "best" ? id : undefined, stay);
    });
    if (isWanted()) byId<HTMLSelectElement>("compare").value = this.comparedId;
  }

  private follow(): void {
    this.attached = false;
    followLive({
      onState: (state) => {
        const ended = this.session.state === "running" && state !== "running" && state !== "gone";
        if (state === "gone" && this.session.state !== "gone")
          notice(`The run's folder ${this.session.path} is gone. ${KEPT}`, { stays: true });
        this.session = { ...this.session, state };
        this.showState(state);
        if (ended) void this.work(() => this.refreshSession());
      },
      onMetrics: (run) => {
        if (isSame(run, this.metrics[0])) return;
        this.metrics = [run, ...this.metrics.slice(1)];
        this.charts.update(this.metrics);
        this.time.offer();
      },
      onQueue: (queue) => this.queuePanel.show({ queue }),
      onFrames: (bytes) => {
        if (bytes === undefined || !this.time.replay.has(bytes)) void this.takeFrames();
      },
      onEdits: (files) => void this.saving.takeEdits(files),
      onAttached: () => {
        this.attached = true;
      },
      onConnection: (connected) => {
        if (connected && !this.connected) void this.takeFrames();
        if (!connected) this.attached = true; // nothing comes for now
        this.connected = connected;
        this.showState(this.session.state);
      },
    });
  }

  /** Loads new frames of a running run, and shows the newest one to whoever follows it. */
  private async takeFrames(): Promise<void> {
    await this.work(async () => {
      await this.refreshSession();
      if (this.session.state === "gone") return;
      const { scene, time } = this;
      await time.takeFrames(
        () => this.following && !scene.edited && !scene.isTrying && !time.timeline.isPlaying,
      );
    });
  }

  async refreshSession(): Promise<void> {
    const session = await this.data.session();
    // Of a folder that is gone nothing can be listed, but what was loaded is still here.
    this.session = session.state === "gone" ? { ...this.session, state: "gone" } : session;
    this.offerPlacements();
    this.offerPolicy();
    this.time.offer();
  }

  private showState(state: RunState): void {
    const pill = byId("state");
    const cut = !this.connected;
    this.queuePanel.show({ state });
    pill.textContent = cut ? "server gone, trying again" : STATE_TEXT[state];
    pill.dataset.state = cut ? "cut" : state;
    byId("follow-field").hidden = state !== "running" || window.ashlarReport !== undefined;
  }

  edit(command: EditCommand): void {
    const problem = edit(this.scene, command);
    if (problem) notice(problem);
  }

  save(): Promise<void> {
    return this.saving.save();
  }

  private setTools(): void {
    const { panes } = this;
    const tool = (id: string, [title, text]: readonly [string, string | Node], run: () => void) =>
      h("button", { id, title, "aria-label": title, onclick: run }, text);
    fill(
      byId("tools"),
      tool("fit", ["Fit the die (f)", "Fit"], () => panes.fit()),
      tool("ruler", ["Ruler (r)", "Ruler"], () => panes.toggleRuler()),
      tool("box", ["Select in a box (b)", "Box"], () => panes.toggleBox()),
      tool("theme", ["Light or dark (t)", icon("theme")], () => this.theme.toggle()),
      tool("help-button", ["Keys (?)", "?"], () => showHelp(this)),
    );
    listenToKeys(keysOf(this));
  }
}

/** Whether metrics are those that are known: lines are only added, and cut back by a run that starts again. */
function isSame(run: RunMetrics, known: RunMetrics | undefined): boolean {
  const told = (metrics: RunMetrics | undefined) => {
    const { lines = [], ...rest } = metrics ?? {};
    return JSON.stringify([lines.length, lines.at(-1), rest]);
  };
  return told(run) === told(known);
}
