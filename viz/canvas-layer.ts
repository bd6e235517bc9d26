// Draws the placement: die, grid, blockages, macros, cells and ports, in pixels with y downward. Nodes that are not
// placed are left out.
import {
  type Block,
  buildMacroGraph,
  compileGraph,
  edgesOf,
  leastOf,
  NodeKind,
  ORIENTATION_NAMES,
  type Placement,
  shapesOf,
  turnOffset,
} from "../netlist/index.js";
import { isPlaced, placedSize } from "./geometry.js";
import { coordinate, element, escapeText, label, moved, readable, rectanglePath } from "./markup.js";
import type { Box } from "./scene.js";
import { fitName } from "./text-fit.js";

/** Room around the die for ports and for macros that stick out. */
export const CANVAS_MARGIN = 10;
const PORT_TICK = 7;
/** With more cells none are drawn: the picture would be a grey area of many megabytes. */
const MOST_CELLS = 30_000;
const LEAST_GRID_PIXELS = 7;

export function countUnplaced(block: Block, placement: Placement): number {
  let count = 0;
  for (let node = 0; node < block.nodeCount; node++) if (!isPlaced(placement, node)) count++;
  return count;
}

/** Placed hard macros that reach outside the die. */
export function countOutside(block: Block, placement: Placement): number {
  const { width, height } = block.canvas;
  const tolerance = 1e-6 * Math.max(width, height);
  let count = 0;
  for (let node = 0; node < block.nodeCount; node++) {
    const kind = block.kinds[node];
    if (kind !== NodeKind.HardMacro || !isPlaced(placement, node)) continue;
    const [across, up] = placedSize(block, placement, node);
    const x = placement.xs[node]!;
    const y = placement.ys[node]!;
    const outside = Math.max(across / 2 - x, up / 2 - y, x + across / 2 - width, y + up / 2 - height);
    if (outside > tolerance) count++;
  }
  return count;
}

/** A placement drawn in a box with the aspect of the die. */
export class CanvasLayer {
  private readonly block: Block;
  private readonly placement: Placement;
  private readonly box: Box;
  private readonly scale: number;
  /** Markup of the connections; empty if there are none to draw. */
  readonly connections: string;

  constructor(block: Block, placement: Placement, box: Box) {
    this.block = block;
    this.placement = placement;
    this.box = box;
    this.scale = box.width / block.canvas.width;
    this.connections = connectionLines(block, placement, { toX: this.toX, toY: this.toY });
  }

  render(): string {
    const { width, height } = this.box;
    const margin = CANVAS_MARGIN;
    const frame = { x: -margin, y: -margin, width: width + 2 * margin, height: height + 2 * margin };
    const hard = this.nodes(NodeKind.HardMacro);
    const definitions = element("defs", {}, [
      element("clipPath", { id: "ashlar-canvas" }, element("rect", frame)),
      element(
        "pattern",
        {
          id: "ashlar-hatch",
          width: 7,
          height: 7,
          patternUnits: "userSpaceOnUse",
          patternTransform: "rotate(45)",
        },
        element("path", { class: "hatch", d: "M0 0V7" }),
      ),
    ]);
    const layers = [
      this.grid(),
      this.blockages(),
      ...this.nodes(NodeKind.SoftMacro).map((node) => this.macro(node, "soft")),
      this.cells(),
      this.connections,
      ...hard.map((node) => this.hardMacro(node)),
      element("path", { class: "outline", d: rectanglePath({ x: 0, y: 0, width, height }) }),
      element("path", { class: "port", d: this.ports() }),
    ];
    return moved(this.box.x, this.box.y, [
      definitions,
      element("rect", { class: "die", x: 0, y: 0, width, height }),
      element("g", { "clip-path": "url(#ashlar-canvas)" }, layers),
    ]);
  }

  private readonly toX = (x: number): number => x * this.scale;
  private readonly toY = (y: number): number => this.box.height - y * this.scale;

  /** Placed nodes of a kind in node order. */
  private nodes(kind: NodeKind): number[] {
    const nodes: number[] = [];
    for (let node = 0; node < this.block.nodeCount; node++)
      if (this.block.kinds[node] === kind && isPlaced(this.placement, node)) nodes.push(node);
    return nodes;
  }

  private nodeBox(node: number): Box {
    const [width, height] = placedSize(this.block, this.placement, node);
    return {
      x: this.toX(this.placement.xs[node]! - width / 2),
      y: this.toY(this.placement.ys[node]! + height / 2),
      width: width * this.scale,
      height: height * this.scale,
    };
  }

  private grid(): string {
    const { columns, rows } = this.block.grid;
    const { width, height } = this.box;
    let path = "";
    const xStep = Math.ceil(LEAST_GRID_PIXELS / (width / columns));
    const yStep = Math.ceil(LEAST_GRID_PIXELS / (height / rows));
    for (let column = xStep; column < columns; column += xStep)
      path += `M${coordinate((column * width) / columns)} 0v${coordinate(height)}`;
    for (let row = yStep; row < rows; row += yStep)
      path += `M0 ${coordinate(height - (row * height) / rows)}h${coordinate(width)}`;
    return element("path", { class: "grid", d: path });
  }

  private blockages(): string {
    return this.block.blockages
      .map(({ left, bottom, right, top, rate }) => {
        const x = this.toX(left);
        const y = this.toY(top);
        const size = { width: (right - left) * this.scale, height: (top - bottom) * this.scale };
        const rectangle = { x, y, ...size, fill: "url(#ashlar-hatch)", "fill-opacity": 0.35 + 0.5 * rate };
        const title = element("title", {}, escapeText(`blockage, rate ${readable(rate)}`));
        return (
          element("rect", rectangle, title) +
          element("path", {
            class: "blockage",
            d: rectanglePath({ x, y, width: size.width, height: size.height }),
          })
        );
      })
      .join("");
  }

  /** A macro with its mark and name, so that a macro on top of it hides those too. */
  private hardMacro(node: number): string {
    const mark = element("path", { class: "mark", d: this.mark(node) });
    return this.macro(node, this.block.fixed[node] ? "fixed" : "hard") + mark + this.nameOf(node);
  }

  private macro(node: number, className: string): string {
    const box = this.nodeBox(node);
    const radius = className === "soft" ? Math.min(box.width, box.height) * 0.35 : undefined;
    const title = element("title", {}, escapeText(this.description(node)));
    const { outlines } = this.block;
    if (!outlines?.has(node)) return element("rect", { class: className, ...box, rx: radius }, title);
    const lines = edgesOf(shapesOf(this.block, this.placement, node)).map((points) =>
      points.map(([x, y]) => `${coordinate(this.toX(x))} ${coordinate(this.toY(y))}`).join("L"),
    );
    return element("path", { class: className, d: lines.map((line) => `M${line}z`).join("") }, title);
  }

  private description(node: number): string {
    const [width, height] = placedSize(this.block, this.placement, node);
    const { xs, ys, orientations } = this.placement;
    const size = `${readable(width)} × ${readable(height)} µm`;
    const place = `centre ${readable(xs[node]!)}, ${readable(ys[node]!)} µm`;
    const orientation = ORIENTATION_NAMES[orientations[node]!] ?? "N";
    const fixed = this.block.fixed[node] ? ", fixed" : "";
    return `${this.block.nodeNames[node]!}\n${size}\n${place}\norientation ${orientation}${fixed}`;
  }

  private cells(): string {
    const cells = this.nodes(NodeKind.StandardCell);
    if (cells.length === 0 || cells.length > MOST_CELLS) return "";
    const path = cells.map((node) => {
      const { x, y, width, height } = this.nodeBox(node);
      const side = [Math.max(width, 0.6), Math.max(height, 0.6)] as const;
      return rectanglePath({
        x: x + (width - side[0]) / 2,
        y: y + (height - side[1]) / 2,
        width: side[0],
        height: side[1],
      });
    });
    return element("path", { class: "cell", d: path.join("") });
  }

  /** A triangle in the corner that is the lower left one in orientation N. */
  private mark(node: number): string {
    const { x, y, width, height } = this.nodeBox(node);
    const side = markSide(width, height);
    if (side < 1) return "";
    const [right, up] = turnOffset(this.placement.orientations[node]!, -1, -1);
    const cornerX = right < 0 ? x : x + width;
    const cornerY = up < 0 ? y + height : y;
    const alongX = right < 0 ? side : -side;
    const alongY = up < 0 ? -side : side;
    return (
      `M${coordinate(cornerX)} ${coordinate(cornerY)}h${coordinate(alongX)}` +
      `L${coordinate(cornerX)} ${coordinate(cornerY + alongY)}z`
    );
  }

  private nameOf(node: number): string {
    const { x, y, width, height } = this.nodeBox(node);
    const tall = height > width * 1.2;
    const [along, across] = tall ? [height, width] : [width, height];
    const fitted = fitName(this.block.nodeNames[node]!, along - 2 * markSide(width, height) - 2, across - 1);
    if (!fitted) return "";
    const { size, lines } = fitted;
    const turn = tall ? " rotate(-90)" : "";
    const middle = `translate(${coordinate(x + width / 2)} ${coordinate(y + height / 2)})${turn}`;
    const line = size * 1.15;
    // The middle of letters is about a third of the font size above the base line.
    const first = size * 0.35 - ((lines.length - 1) * line) / 2;
    return element(
      "g",
      { transform: middle, "text-anchor": "middle", "pointer-events": "none" },
      lines.map((text, index) => label(text, { x: 0, y: first + index * line, size, class: "on-hard" })),
    );
  }

  /** Ports on an edge as outward ticks, ports inside as diamonds. */
  private ports(): string {
    const { width, height } = this.box;
    const near = 0.01 * Math.max(width, height);
    let path = "";
    for (const node of this.nodes(NodeKind.Port)) {
      const x = this.toX(this.placement.xs[node]!);
      const y = this.toY(this.placement.ys[node]!);
      const distances = [Math.abs(x), Math.abs(width - x), Math.abs(y), Math.abs(height - y)];
      const edge = distances.indexOf(leastOf(distances));
      if (distances[edge]! > near) path += `M${coordinate(x - 3)} ${coordinate(y)}l3 -3l3 3l-3 3z`;
      else if (edge === 0) path += `M0 ${coordinate(y)}h${-PORT_TICK}`;
      else if (edge === 1) path += `M${coordinate(width)} ${coordinate(y)}h${PORT_TICK}`;
      else if (edge === 2) path += `M${coordinate(x)} 0v${-PORT_TICK}`;
      else path += `M${coordinate(x)} ${coordinate(height)}v${PORT_TICK}`;
    }
    return path;
  }
}

function markSide(width: number, height: number): number {
  return Math.min(7, 0.25 * Math.min(width, height));
}

const MOST_LINES = 150;
/** With more macros and cells than this, connections would cover the picture. */
const MOST_NODES = 5000;

/** The strongest connections as lines: between macros, and between macros and ports that share a grid cell. */
export function connectionLines(
  block: Block,
  placement: Placement,
  { toX, toY }: { readonly toX: (x: number) => number; readonly toY: (y: number) => number },
): string {
  let nodes = 0;
  for (const kind of block.kinds) if (kind !== NodeKind.Port) nodes++;
  if (nodes > MOST_NODES || nodes === 0) return "";
  const graph = compileGraph(buildMacroGraph(block, placement));
  const place = (node: number): [number, number] => {
    const blockNode = graph.blockNodes[node]!;
    if (blockNode < 0) return [graph.clusterXs[node]!, graph.clusterYs[node]!];
    return [placement.xs[blockNode]!, placement.ys[blockNode]!];
  };
  const drawn: number[] = [];
  for (let edge = 0; edge < graph.edgeCount; edge++) {
    const ends = [...place(graph.edgeSources[edge]!), ...place(graph.edgeTargets[edge]!)];
    if (ends.every(Number.isFinite) && graph.edgeWeights[edge]! > 0) drawn.push(edge);
  }
  drawn.sort((a, b) => graph.edgeWeights[b]! - graph.edgeWeights[a]! || a - b);
  drawn.length = Math.min(drawn.length, MOST_LINES);
  const strongest = drawn.length > 0 ? graph.edgeWeights[drawn[0]!]! : 1;
  return drawn
    .reverse()
    .map((edge) => {
      const share = Math.sqrt(graph.edgeWeights[edge]! / strongest);
      const [x1, y1] = place(graph.edgeSources[edge]!);
      const [x2, y2] = place(graph.edgeTargets[edge]!);
      return element("path", {
        class: "link",
        d: `M${coordinate(toX(x1))} ${coordinate(toY(y1))}L${coordinate(toX(x2))} ${coordinate(toY(y2))}`,
        "stroke-width": 0.4 + 1.8 * share,
        "stroke-opacity": 0.2 + 0.4 * share,
      });
    })
    .join("");
}
