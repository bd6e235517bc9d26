// One picture of a placement: a pixi canvas with its layers, drawn only when something changed.
import "pixi.js/unsafe-eval"; // the page's security policy forbids code generation
import { Application, Container, Graphics } from "pixi.js";
import type { Grid, Placement } from "../../netlist/index.js";
import { boxAround, boxOf, isPlaced } from "../geometry.js";
import { Camera } from "./camera.js";
import { CellField } from "./cell-field.js";
import { HeatLayer } from "./heat-layer.js";
import { Labels } from "./labels.js";
import { layerOf } from "./layers.js";
import { makeMarks, NodeSprites } from "./node-sprites.js";
import { Overlay } from "./overlay.js";
import type { SceneState } from "./scene-state.js";
import type { ThemeState } from "./theme.js";

export class PlacementView {
  readonly camera = new Camera();
  readonly overlay: Overlay;
  private readonly heat: HeatLayer;
  /** Whether the map is a sparse one, under which macros are drawn as usual. */
  private sparse = false;
  /** The placement shown; set by `place`. */
  placement: Placement;
  /** Called after every drawing. */
  onDrawn: () => void = () => {};
  /** Called when the view has another size, before it is drawn again. */
  onSized: () => void = () => {};
  private readonly host: HTMLElement;
  private readonly app = new Application();
  private readonly scene: SceneState;
  private readonly theme: ThemeState;
  private readonly world = new Container();
  private readonly die = new Graphics();
  private readonly sprites: NodeSprites;
  private readonly cells: CellField;
  private readonly labels: Labels;
  private frame = 0;
  private sized = false;

  private constructor(host: HTMLElement, scene: SceneState, theme: ThemeState) {
    this.host = host;
    this.scene = scene;
    this.theme = theme;
    this.placement = scene.placement;
    this.overlay = new Overlay(scene);
    this.sprites = new NodeSprites(scene.block, makeMarks(), scene.layers);
    this.cells = new CellField(scene.block);
    this.heat = new HeatLayer(scene.block);
    this.labels = new Labels(scene.block);
  }

  /** A view that fills `host` and shows the whole die. */
  static async open(host: HTMLElement, scene: SceneState, theme: ThemeState): Promise<PlacementView> {
    const view = new PlacementView(host, scene, theme);
    const renderer = new URLSearchParams(location.search).get("renderer");
    await view.app.init({
      preference: renderer === "canvas" ? "canvas" : "webgl",
      antialias: hasGraphicsCard(),
      autoDensity: true,
      resolution: Math.min(2, devicePixelRatio),
      autoStart: false,
      sharedTicker: false,
      preserveDrawingBuffer: true,
      backgroundAlpha: 0,
      width: 16,
      height: 16,
      eventMode: "none",
      eventFeatures: { move: false, globalMove: false, click: false, wheel: false },
    });
    view.app.ticker.stop();
    host.prepend(view.app.canvas);
    view.app.canvas.setAttribute("aria-hidden", "true");
    const { world, sprites, cells, heat, overlay, labels } = view;
    world.addChild(view.die, heat.sprite, cells.container, sprites.soft);
    const nodes = new Container();
    nodes.addChild(sprites.hard, sprites.ports);
    view.upper.addChild(nodes);
    view.app.stage.addChild(world, overlay.underlay.drawing, view.upper, overlay.over, labels.container);
    view.recolour();
    view.resize();
    new ResizeObserver(() => view.resize()).observe(host);
    return view;
  }

  /** The part of the world above the grid lines. */
  private readonly upper = new Container();

  /** Shows a placement. `nodes`: the only ones that moved. */
  place(placement: Placement, nodes?: readonly number[]): void {
    this.placement = placement;
    this.sprites.place(placement, nodes);
    if (!nodes || nodes.some((node) => layerOf(this.scene.block, node) === "cells")) this.cells.moved(nodes);
    this.overlay.moved();
    this.invalidate();
  }

  /** Shows a map of values per cell of a grid, or none. */
  showMap(
    values: Float64Array | undefined,
    range: readonly [number, number],
    { sparse, clear, ...grid }: Grid & { readonly sparse: boolean; readonly clear: boolean },
  ): void {
    this.sparse = sparse;
    this.heat.update(values, range, { ...grid, clear });
    // Under a map with gaps nodes are drawn, but let its cells shine through.
    this.sprites.hard.alpha = values && sparse && !clear ? 0.3 : 1;
    this.sprites.soft.alpha = this.sprites.hard.alpha;
    this.invalidate();
  }

  recolour(): void {
    const { canvas } = this.scene.block;
    const { colours } = this.theme;
    this.die.clear().rect(0, 0, canvas.width, canvas.height).fill({ color: colours.die });
    this.sprites.recolour(colours, (node) => this.scene.hierarchy.colourOf(node));
    this.cells.recolour(colours);
    this.labels.recolour(colours);
    this.invalidate();
  }

  /** Tells that layers were shown or hidden. */
  relayer(): void {
    this.sprites.place(this.placement, undefined);
    this.invalidate();
  }

  /** Shows the whole die. The size of the view is read again, because the page may just have changed it. */
  fit(): void {
    const { clientWidth, clientHeight } = this.host;
    if (clientWidth !== this.camera.width || clientHeight !== this.camera.height) this.resize();
    this.camera.fitDie(this.scene.block.canvas.width, this.scene.block.canvas.height);
    this.invalidate();
  }

  fitNodes(nodes: Iterable<number>): void {
    const box = boxAround(this.scene.block, this.placement, nodes);
    if (!box) return;
    const room =
      0.6 * Math.max(box.right - box.left, box.top - box.bottom, this.scene.block.canvas.width / 40);
    this.camera.fitPart({
      left: box.left - room,
      right: box.right + room,
      bottom: box.bottom - room,
      top: box.top + room,
    });
    this.invalidate();
  }

  /** Requests a drawing in the next frame. */
  invalidate(): void {
    if (this.frame === 0) this.frame = requestAnimationFrame(() => this.draw());
  }

  get idle(): boolean {
    return this.frame === 0;
  }

  /** The topmost selectable node at a pixel, or -1. */
  nodeAt(pixelX: number, pixelY: number): number {
    const { block, layers } = this.scene;
    const { placement, camera } = this;
    const [x, y] = [camera.toWorldX(pixelX), camera.toWorldY(pixelY)];
    const order = ["ports", "hard", "fixed", "soft"] as const;
    let found = -1;
    let rank: number = order.length;
    for (const node of this.scene.pickable) {
      const layer = layerOf(block, node);
      if (layer === "cells" || !layers.selectable(layer) || !isPlaced(placement, node)) continue;
      const at = order.indexOf(layer);
      if (at >= rank) continue;
      const room = layer === "ports" ? 5 / camera.scale : 0;
      const box = boxOf(block, placement, node);
      if (x < box.left - room || x > box.right + room || y < box.bottom - room || y > box.top + room)
        continue;
      found = node;
      rank = at;
      if (rank === 0) break;
    }
    if (found >= 0) return found;
    return layers.selectable("cells") ? this.cells.at(x, y, placement) : -1;
  }

  /** How standard cells are drawn. */
  get cellDetail(): "tiles" | "cells" | "none" {
    return this.cells.detail;
  }

  /** Name of the pixi renderer in use. */
  get renderer(): string {
    return this.app.renderer.name;
  }

  /** Takes the size of its place on the page. */
  resize(): void {
    const { clientWidth, clientHeight } = this.host;
    if (clientWidth === 0 || clientHeight === 0) return;
    const first = !this.sized;
    this.sized = true;
    this.camera.resize(clientWidth, clientHeight);
    this.app.renderer.resize(clientWidth, clientHeight);
    if (first) this.fit();
    this.onSized();
    // Resizing clears the canvas. Drawing at once avoids flicker.
    this.draw();
  }

  /** Draws at once what the next frame would draw. */
  drawNow(): void {
    this.draw();
  }

  private draw(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const { camera, placement, scene, theme } = this;
    for (const container of [this.world, this.upper]) {
      container.scale.set(camera.scale, -camera.scale);
      container.position.set(camera.toScreenX(0), camera.toScreenY(0));
    }
    const heat = this.heat.sprite.visible && !this.sparse;
    this.sprites.zoom(camera, placement);
    // Nodes would hide the colours of a map, so hard macros become outlines and soft ones are hidden.
    this.sprites.hard.visible = !heat;
    if (heat) this.sprites.soft.visible = false;
    const isMore = this.cells.update(camera, placement, scene.layers.shown("cells") && !heat);
    this.overlay.draw({ camera, colours: theme.colours, placement, heat });
    const isFaint = this.sprites.hard.alpha < 1;
    this.labels.update({
      ...{ camera, placement, layers: scene.layers, isFaint },
      map: heat || isFaint ? this.heat : undefined,
      hidesSoft: heat,
    });
    this.app.render();
    this.onDrawn();
    if (isMore) this.invalidate();
  }
}

/** Names of WebGL renderers without a graphics card. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** Whether there is a graphics card. Without one, antialiasing takes a third of each frame (benchmarks/viewer.ts). */
export function hasGraphicsCard(): boolean {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (!gl) return false;
  const named = gl.getExtension("WEBGL_debug_renderer_info");
  const name = String(gl.getParameter(named?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER));
  // Browsers limit the number of contexts.
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return !SOFTWARE.test(name);
}
