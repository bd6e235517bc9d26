// The policy's node embeddings in two dimensions. Points and nodes are selected together.
import { NodeKind } from "../../netlist/index.js";
import type { Embedding } from "../protocol.js";
import { h } from "./dom.js";
import type { SceneState } from "./scene-state.js";
import type { ThemeState } from "./theme.js";

const MARGIN = 10;
const NEAR = 8;

export class EmbeddingMap {
  readonly element: HTMLElement;
  private readonly canvas = h("canvas", {
    id: "embedding",
    title: "Node embeddings: click a point to select its node",
  });
  private readonly note = h("p", { class: "note" });
  private readonly scene: SceneState;
  private readonly theme: ThemeState;
  private embedding: Embedding | undefined;

  constructor(scene: SceneState, theme: ThemeState) {
    this.scene = scene;
    this.theme = theme;
    this.element = h("section", { hidden: true }, h("h2", {}, "Embeddings"), this.canvas, this.note);
    this.canvas.addEventListener("click", (event) => this.pick(event));
    scene.on("selection", () => this.draw());
    theme.on("change", () => this.draw());
    new ResizeObserver(() => this.draw()).observe(this.canvas);
  }

  show(embedding: Embedding): void {
    if (embedding.nodes.length === 0) return;
    this.embedding = embedding;
    this.element.hidden = false;
    const [first, second] = embedding.explained.map((share) => (100 * share).toFixed(0));
    this.note.textContent = `principal components: ${first} % and ${second} % of the variance`;
    this.draw();
  }

  private positions(): { x: number; y: number }[] {
    const { embedding, canvas } = this;
    if (!embedding) return [];
    const { clientWidth: width, clientHeight: height } = canvas;
    const range = (values: Float32Array): [number, number] => {
      let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (const value of values) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
      return [low, high - low || 1];
    };
    const [x0, xSpan] = range(embedding.xs);
    const [y0, ySpan] = range(embedding.ys);
    return Array.from(embedding.xs, (x, i) => ({
      x: MARGIN + ((x - x0) / xSpan) * (width - 2 * MARGIN),
      y: height - MARGIN - ((embedding.ys[i]! - y0) / ySpan) * (height - 2 * MARGIN),
    }));
  }

  private draw(): void {
    const { canvas, embedding, scene } = this;
    const { clientWidth: width, clientHeight: height } = canvas;
    if (!embedding || width === 0) return;
    const ratio = devicePixelRatio;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const context = canvas.getContext("2d");
    if (!context) return;
    context.scale(ratio, ratio);
    const { colours } = this.theme;
    const points = this.positions();
    const order = points.map((_, i) => i).sort((a, b) => this.rank(a) - this.rank(b));
    for (const i of order) {
      const node = embedding.nodes[i]!;
      const hard = scene.block.kinds[node] === NodeKind.HardMacro;
      const selected = scene.selection.has(node);
      context.beginPath();
      context.arc(points[i]!.x, points[i]!.y, selected ? 5 : hard ? 3.5 : 2.5, 0, 2 * Math.PI);
      context.globalAlpha = selected ? 1 : 0.75;
      context.fillStyle = selected ? colours.series[1]! : hard ? colours.hard : colours.soft;
      context.fill();
      if (selected) {
        context.strokeStyle = colours.ink;
        context.stroke();
      }
    }
  }

  /** Drawing order: soft macros, hard macros, then the selection. */
  private rank(index: number): number {
    const node = this.embedding!.nodes[index]!;
    if (this.scene.selection.has(node)) return 2;
    return this.scene.block.kinds[node] === NodeKind.HardMacro ? 1 : 0;
  }

  private pick(event: MouseEvent): void {
    let [best, distance] = [-1, NEAR];
    this.positions().forEach(({ x, y }, index) => {
      const away = Math.hypot(x - event.offsetX, y - event.offsetY);
      if (away < distance) [best, distance] = [index, away];
    });
    this.scene.select(best < 0 ? [] : [this.embedding!.nodes[best]!], event.shiftKey);
  }
}
