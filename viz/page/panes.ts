// The one or two panes of the page: views with linked cameras, pointer, ruler and captions.
import type { Costs } from "../../env/index.js";
import type { Placement } from "../../netlist/index.js";
import { roundLength } from "../axis.js";
import { byId, h } from "./dom.js";
import { Emitter } from "./emitter.js";
import { cost, length, placementName, short } from "./format.js";
import { MAP_UNITS, SPARSE_MAPS } from "./maps.js";
import { PlacementView } from "./placement-view.js";
import { listenToPointer, type Tool } from "./pointer.js";
import type { SceneState } from "./scene-state.js";
import type { ThemeState } from "./theme.js";

/** A view with its scale bar and texts. */
export interface Pane {
  readonly host: HTMLElement;
  readonly view: PlacementView;
  readonly frame: StageFrame;
}

export class Panes extends Emitter<{ camera: undefined }> {
  /** Shows the scene's placement, which can be edited. */
  readonly main: Pane;
  /** A second pane for comparison, if one is open. */
  other: Pane | undefined;
  private readonly scene: SceneState;
  private readonly theme: ThemeState;
  /** The second pane, also while it is closed, so that its view is made only once. */
  private second: Pane | undefined;
  private preparing: Promise<void> | undefined;
  private tool: Tool = "select";

  private constructor(scene: SceneState, theme: ThemeState, main: Pane) {
    super();
    this.scene = scene;
    this.theme = theme;
    this.main = main;
    main.view.overlay.isEdited = true;
    this.listen(main, true);
    this.follow();
  }

  static async open(scene: SceneState, theme: ThemeState): Promise<Panes> {
    return new Panes(scene, theme, await openPane("view-a", scene, theme));
  }

  get all(): readonly Pane[] {
    return this.other ? [this.main, this.other] : [this.main];
  }

  /** Makes the second pane, which `openOther` needs. */
  prepareOther(): Promise<void> {
    this.preparing ??= openPane("view-b", this.scene, this.theme).then((pane) => {
      this.second = pane;
      this.listen(pane, false);
    });
    return this.preparing;
  }

  /** Opens the second pane, or shows another placement in it. */
  openOther(placement: Placement, label: string): void {
    if (!this.second) throw new Error("internal: no second pane");
    this.other = this.second;
    this.other.view.overlay.from = this.scene.placement;
    this.other.view.recolour();
    this.showOther(placement, label, this.scene.costsOf(placement));
    this.caption();
    this.rearrange();
  }

  closeOther(): void {
    this.other = undefined;
    this.caption();
    this.rearrange();
  }

  /** Side by side or one above the other, whichever shows larger dies; what was seen stays in view. */
  private rearrange(): void {
    const stage = byId("stage");
    const { width, height } = this.scene.block.canvas;
    const scaleOf = (columns: number, rows: number) =>
      Math.min(stage.clientWidth / columns / width, stage.clientHeight / rows / height);
    stage.classList.toggle("stacked", this.other !== undefined && scaleOf(1, 2) > scaleOf(2, 1));
    for (const { view } of this.all) view.resize();
    this.link(this.main.view);
  }

  showOther(placement: Placement, label: string, { proxyCost }: Costs): void {
    if (!this.other) return;
    this.other.view.place(placement);
    this.other.frame.caption.textContent = captionOf(label, this.scene.isPartial(placement), proxyCost);
  }

  /** Updates the caption of the main pane, which is shown when there are two. */
  caption(): void {
    const { label, costs, edited, partial } = this.scene;
    const text = captionOf(edited ? "edited" : label, partial, costs?.proxyCost);
    this.main.frame.caption.textContent = this.other ? text : "";
  }

  paintMap(range: readonly [number, number]): void {
    const { scene, main } = this;
    const clear = SPARSE_MAPS.includes(scene.mapName);
    const sparse = !scene.isUnderMap;
    main.view.showMap(scene.map, range, { ...scene.mapGrid, sparse, clear });
    main.view.invalidate();
  }

  /** Shows a part of the die: its middle in µm and the scale as a multiple of that of the whole die. Default: the whole. */
  show(part: readonly [x: number, y: number, zoom: number] | undefined): void {
    if (part) this.main.view.camera.show(...part);
    else this.main.view.fit();
    this.link(this.main.view);
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
    byId("box").setAttribute("aria-pressed", String(tool === "box"));
    if (tool !== "ruler")
      for (const { view } of this.all) {
        view.overlay.ruler = undefined;
        view.invalidate();
      }
  }

  toggleRuler(): void {
    this.setTool(this.tool === "ruler" ? "select" : "ruler");
  }

  toggleBox(): void {
    this.setTool(this.tool === "box" ? "select" : "box");
  }

  /** Redraws when the scene or the theme changes. */
  private follow(): void {
    const { scene, theme } = this;
    scene.on("placement", (nodes) => {
      this.main.view.place(scene.placement, nodes);
      if (this.other) {
        this.other.view.overlay.from = scene.placement;
        this.other.view.invalidate();
      }
    });
    scene.on("costs", () => this.caption());
    scene.on("selection", () => {
      for (const { view } of this.all) view.invalidate();
    });
    scene.legality.on("change", () => this.main.view.invalidate());
    scene.on("editing", () => this.main.view.invalidate());
    scene.influences.on("change", () => this.main.view.invalidate());
    scene.layers.on("change", () => {
      for (const { view } of this.all) view.relayer();
    });
    const recolour = () => {
      for (const { view } of this.all) view.recolour();
    };
    theme.on("change", recolour);
    scene.hierarchy.on("change", recolour);
  }

  private listen(pane: Pane, editable: boolean): void {
    const { view, frame, host } = pane;
    const { scene } = this;
    host.tabIndex = 0;
    host.setAttribute("role", "application");
    view.onDrawn = () => frame.update(view);
    view.onSized = () => {
      if (view !== this.main.view) view.camera.copyFrom(this.main.view.camera);
      else if (this.other) this.link(view);
    };
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
        for (const each of this.all)
          each.frame.showCursor(x, y, each === this.main ? this.valueAt(x, y) : undefined);
      },
      onBox: (box) => frame.showBox(box),
    });
  }

  /** The map's value at a place, with its unit. */
  private valueAt(x: number | undefined, y: number | undefined): string | undefined {
    const { scene } = this;
    const value = x === undefined || y === undefined ? undefined : scene.mapValueAt(x, y);
    if (value === undefined) return undefined;
    return Number.isNaN(value)
      ? "not possible here"
      : `${short(value)} ${MAP_UNITS[scene.mapName].split(",")[0]}`;
  }

  /** Gives the other view the camera of this one. */
  private link(moved: PlacementView): void {
    for (const { view } of this.all) {
      if (view !== moved) view.camera.copyFrom(moved.camera);
      view.invalidate();
    }
    this.emit("camera", undefined);
  }
}

function captionOf(label: string, partial: boolean, proxyCost: number | undefined): string {
  return `${placementName(label, partial)}: proxy ${cost(proxyCost)}`;
}

async function openPane(id: string, scene: SceneState, theme: ThemeState): Promise<Pane> {
  const host = byId(id);
  const view = await PlacementView.open(host, scene, theme);
  return { host, view, frame: new StageFrame(host) };
}

/** Longest scale bar, in pixels. */
const LONGEST_BAR = 140;

export class StageFrame {
  readonly caption = h("p", { class: "caption" });
  private readonly bar = h("span", { class: "bar" });
  private readonly barText = h("span", {});
  private readonly cursor = h("p", { class: "cursor" });
  private readonly ruler = h("p", { class: "ruler", hidden: true });
  private readonly box = h("div", { class: "box", hidden: true });
  /** The scale that the bar tells. */
  private scale = Number.NaN;

  constructor(host: HTMLElement) {
    const scale = h("p", { class: "scale", title: "Scale" }, this.bar, this.barText);
    host.append(this.caption, scale, this.cursor, this.ruler, this.box);
  }

  update(view: PlacementView): void {
    const { camera } = view;
    if (camera.scale !== this.scale) {
      const um = roundLength(LONGEST_BAR / camera.scale);
      this.scale = camera.scale;
      this.bar.style.width = `${um * camera.scale}px`;
      this.barText.textContent = `${Number(um.toPrecision(6))} µm`;
    }
    const { ruler } = view.overlay;
    this.ruler.hidden = ruler === undefined;
    if (!ruler) return;
    const [dx, dy] = [ruler.x2 - ruler.x1, ruler.y2 - ruler.y1];
    this.ruler.textContent = `${length(Math.hypot(dx, dy))} µm (${length(Math.abs(dx))} × ${length(Math.abs(dy))})`;
    const x = camera.toScreenX((ruler.x1 + ruler.x2) / 2);
    const y = camera.toScreenY((ruler.y1 + ruler.y2) / 2);
    this.ruler.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px) translate(-50%, 8px)`;
  }

  /** Shows a place, and what the map says there. */
  showCursor(x: number | undefined, y: number | undefined, value: string | undefined): void {
    const place = x === undefined || y === undefined ? "" : `${length(x)}, ${length(y)} µm`;
    this.cursor.textContent = value === undefined ? place : `${value} at ${place}`;
  }

  showBox(box: { x: number; y: number; width: number; height: number } | undefined): void {
    this.box.hidden = box === undefined;
    if (!box) return;
    this.box.style.transform = `translate(${box.x}px, ${box.y}px)`;
    this.box.style.width = `${box.width}px`;
    this.box.style.height = `${box.height}px`;
  }
}
