// The page: reads the data, opens views and panels, and connects them.
import { NodeKind } from "../../netlist/index.js";
import { unpackFrame } from "../design-frame.js";
import { placeCommand } from "../place-command.js";
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
import { ask, byId, fill, h, icon, showLoading } from "./dom.js";
import { editPanel } from "./edit-panel.js";
import { downloadEdit, type EditCommand, edit, save, toggleLock, tokenOf } from "./edits.js";
import { EmbeddingMap } from "./embedding-map.js";
import { Inspector } from "./inspector.js";
import { layersPanel } from "./layers-panel.js";
import { violationCounts } from "./legality.js";
import { legalityPanel } from "./legality-panel.js";
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
  readonly whyMaps: WhyMaps;
  private readonly followBox = h("input", {
    type: "checkbox",
    id: "follow",
    onchange: () => {
      this.setFollow(this.followBox.checked);
      this.keeper.address.note(true);
    },
  });
  private policyOffered = false;
  /** Names of the edits that this page has saved. */
  private readonly ownEdits = new Set<string>();
  private readonly goesOn = h("section", { id: "goes-on", hidden: true });
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
    this.whyMaps = new WhyMaps(scene);
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
      download: (format: EditFormat) => void this.download(format),
    };
    const { formats } = this.session;
    fill(byId("left"), layersPanel(scene, panes), mapPanel.element);
    fill(
      byId("right"),
      costsPanel(scene, actions, {
        formats: window.ashlarReport ? ["plc"] : formats,
        canSave: this.canSave,
      }),
      this.goesOn,
      legalityPanel(scene, zoomTo),
      editPanel(scene, { edit: (command) => this.edit(command), lock: () => toggleLock(scene) }),
      whyPanel(scene),
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
      this.notice((error as Error).message, { stays: true });
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
    await this.work(async () => {
      const { scene } = this;
      if (entry) {
        const message = await this.data.placement(id);
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
    byId<HTMLSelectElement>("shown").value = this.shownId;
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
        const ended = this.session.state === "running" && state !== "running" && state !== "gone";
        if (state === "gone" && this.session.state !== "gone")
          this.notice(`The run's folder ${this.session.path} is gone. ${KEPT}`, { stays: true });
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
      onEdits: (files) => void this.takeEdits(files),
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
      if (this.session.state === "gone") return;
      await this.time.takeFrames(() => this.following && !this.scene.edited && !this.time.timeline.isPlaying);
    });
  }

  private async refreshSession(): Promise<void> {
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
    pill.textContent = cut ? "server gone, trying again" : STATE_TEXT[state];
    pill.dataset.state = cut ? "cut" : state;
    byId("follow-field").hidden = state !== "running" || window.ashlarReport !== undefined;
  }

  /** Whether edits are saved in the run's folder; otherwise they are downloads. */
  private get canSave(): boolean {
    return this.session.writable && tokenOf() !== null && !window.ashlarReport;
  }

  edit(command: EditCommand): void {
    const problem = edit(this.scene, command);
    if (problem) this.notice(problem);
  }

  /** Saves the placement, after a question if it breaks rules. */
  async save(): Promise<void> {
    if (!this.canSave) return this.download("plc");
    if (!(await this.mayWrite())) return;
    await this.work(async () => {
      const { scene, session } = this;
      const { file, problem } = await save(scene);
      this.ownEdits.add(file.replace("edits/", ""));
      scene.markSaved();
      const [stem, more] = [file.replace(/\.plc$/, ""), session.formats.length > 1 ? ", .def and .tcl" : ""];
      if (problem === undefined) this.notice(`Saved as ${stem}.plc${more} in the run's folder.`);
      else this.notice(`Saved as ${stem}.plc, but not as .def and .tcl: ${problem}`, { stays: true });
      this.sayHowToGoOn(`${session.path}/${file}`, `${session.path}-${stem.replace("edits/", "")}`);
      await this.refreshSession();
    });
  }

  private async download(format: EditFormat): Promise<void> {
    if (!(await this.mayWrite())) return;
    await this.work(async () => {
      const { scene, session } = this;
      const name = await downloadEdit(scene, format, session);
      if (format === "plc") scene.markSaved();
      this.notice(`${name} is offered as a download.`);
      if (!window.ashlarReport && format !== "tcl") this.sayHowToGoOn(name, undefined);
    });
  }

  /** Asks before something that breaks rules is written. */
  private async mayWrite(): Promise<boolean> {
    const { violations } = this.scene.legality;
    if (violations.length === 0) return true;
    const count = violations.length === 1 ? "a rule" : `${violations.length.toLocaleString("en-US")} rules`;
    return ask(`This placement breaks ${count}: ${violationCounts(violations)}.`, "Save anyway");
  }

  /** Shows the command that goes on from a file, with the locked macros. */
  private sayHowToGoOn(from: string, out: string | undefined): void {
    const { scene, session } = this;
    const { nodeNames, kinds } = scene.block;
    const keep = [...scene.locked]
      .filter((node) => kinds[node] === NodeKind.HardMacro)
      .map((node) => nodeNames[node]!);
    const { path: block, method } = session;
    const command = placeCommand({ block, from, keep, method, ...(out !== undefined && { out }) });
    this.goesOn.hidden = false;
    fill(
      this.goesOn,
      h(
        "h2",
        {},
        "Go on from here",
        h("button", { class: "link", onclick: () => void navigator.clipboard?.writeText(command) }, "copy"),
      ),
      h("code", { id: "command", tabindex: 0 }, command),
    );
  }

  /** Another page or process has saved an edit of the run, or this one. */
  private async takeEdits(files: readonly string[]): Promise<void> {
    const known = new Set(this.session.placements.map(({ label }) => label));
    const others = files.filter((name) => !known.has(name) && !this.ownEdits.has(name));
    if (others.length > 0)
      this.notice(
        `Another page saved edits/${others.at(-1)}. It is in the list of placements; nothing here was changed.`,
      );
    await this.work(() => this.refreshSession());
  }

  /** Says something in one line; what `stays` until it is closed is a problem. */
  private notice(text: string, { stays = false } = {}): void {
    const line = byId("notice");
    const close = () => {
      line.hidden = true;
    };
    const button = h("button", { class: "link", "aria-label": "Close this message", onclick: close }, "×");
    fill(line, h("span", {}, text), button);
    line.classList.toggle("problem", stays);
    line.hidden = false;
    clearTimeout(this.noticeTimer);
    if (!stays) this.noticeTimer = setTimeout(close, NOTICE_TIME);
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
