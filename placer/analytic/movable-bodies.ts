// What analytic placement moves: macros and cells as rectangles with a charge, and the Adam steps that move them.
import { type Block, isSideways, NodeKind, nodesOfKind, type Placement } from "../../netlist/index.js";
import { addFullness, type Bins, type Bodies } from "./overflow-penalty.js";

/** Bodies narrower than this many bins are widened, at the same total charge: they feel a slope wherever they are. */
const NARROWEST = 1.5;

export interface CloudOptions {
  readonly target: number;
  readonly bins: number;
  readonly inflation: number;
  readonly softGrowth: number;
}

/** All nodes that move, as bodies in node order. */
export class Cloud implements Bodies {
  readonly nodes: Int32Array;
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  readonly halfWidths: Float64Array;
  readonly halfHeights: Float64Array;
  readonly charges: Float64Array;
  readonly bins: Bins;
  /** Fullness of the bins by fixed hard macros and blockages. */
  readonly standing: Float64Array;
  /** The target given, or what the charge needs if that is more. */
  readonly target: number;
  readonly block: Block;

  constructor(block: Block, placement: Placement, options: CloudOptions) {
    const { canvas } = block;
    this.block = block;
    this.bins = {
      columns: options.bins,
      rows: options.bins,
      binWidth: canvas.width / options.bins,
      binHeight: canvas.height / options.bins,
    };
    this.nodes = movingNodes(block);
    const count = this.nodes.length;
    this.xs = new Float64Array(count);
    this.ys = new Float64Array(count);
    this.halfWidths = new Float64Array(count);
    this.halfHeights = new Float64Array(count);
    this.charges = new Float64Array(count);
    const hardCharge = Math.min(1, options.target); // a hard macro by itself is no overflow
    for (let body = 0; body < count; body++) {
      const node = this.nodes[body]!;
      const hard = block.kinds[node] === NodeKind.HardMacro;
      const [width, height] = hard ? inflated(block, node, options.inflation) : squareOf(block, node);
      const wide = Math.max(width, NARROWEST * this.bins.binWidth);
      const high = Math.max(height, NARROWEST * this.bins.binHeight);
      this.xs[body] = placement.xs[node]!;
      this.ys[body] = placement.ys[node]!;
      this.halfWidths[body] = Math.min(wide, canvas.width) / 2;
      this.halfHeights[body] = Math.min(high, canvas.height) / 2;
      this.charges[body] = ((hard ? hardCharge : options.softGrowth) * width * height) / (wide * high);
    }
    this.standing = standingFullness(block, placement, this.bins, hardCharge);
    this.target = Math.max(options.target, 1.02 * this.meanFullness());
    this.keepInside();
  }

  /** Bodies whose middle the walls keep half a width away. */
  keepInside(): void {
    const { xs, ys, halfWidths, halfHeights } = this;
    const { width, height } = this.block.canvas;
    for (let body = 0; body < xs.length; body++) {
      xs[body] = Math.min(width - halfWidths[body]!, Math.max(halfWidths[body]!, xs[body]!));
      ys[body] = Math.min(height - halfHeights[body]!, Math.max(halfHeights[body]!, ys[body]!));
    }
  }

  /** Writes the bodies' places to their nodes. */
  writeTo(placement: Pick<Placement, "xs" | "ys">): void {
    for (let body = 0; body < this.nodes.length; body++) {
      placement.xs[this.nodes[body]!] = this.xs[body]!;
      placement.ys[this.nodes[body]!] = this.ys[body]!;
    }
  }

  private meanFullness(): number {
    let charge = 0;
    for (let body = 0; body < this.xs.length; body++)
      charge += this.charges[body]! * 4 * this.halfWidths[body]! * this.halfHeights[body]!;
    let standing = 0;
    for (const share of this.standing) standing += share;
    const { width, height } = this.block.canvas;
    return charge / (width * height) + standing / this.standing.length;
  }
}

const FADE = 0.9;
const FADE_SQUARES = 0.99;

/** Adam (Kingma and Ba 2014) on the places of a cloud. */
export class CloudAdam {
  private readonly cloud: Cloud;
  private readonly means: Float64Array;
  private readonly squares: Float64Array;
  private steps = 0;

  constructor(cloud: Cloud) {
    this.cloud = cloud;
    this.means = new Float64Array(2 * cloud.nodes.length);
    this.squares = new Float64Array(2 * cloud.nodes.length);
  }

  /** A step of about `length` µm per body against the slopes given, one per body. */
  step(xSlopes: Float64Array, ySlopes: Float64Array, length: number): void {
    this.steps++;
    const count = this.cloud.nodes.length;
    this.move(this.cloud.xs, xSlopes, length, 0);
    this.move(this.cloud.ys, ySlopes, length, count);
    this.cloud.keepInside();
  }

  private move(places: Float64Array, slopes: Float64Array, length: number, offset: number): void {
    const { means, squares, steps } = this;
    const unbias = 1 / (1 - FADE ** steps);
    const unbiasSquares = 1 / (1 - FADE_SQUARES ** steps);
    for (let body = 0; body < places.length; body++) {
      const slope = slopes[body]!;
      const mean = FADE * means[offset + body]! + (1 - FADE) * slope;
      const square = FADE_SQUARES * squares[offset + body]! + (1 - FADE_SQUARES) * slope * slope;
      means[offset + body] = mean;
      squares[offset + body] = square;
      if (square > 0) places[body]! -= (length * mean * unbias) / Math.sqrt(square * unbiasSquares);
    }
  }
}

function movingNodes(block: Block): Int32Array {
  const nodes: number[] = [];
  for (let node = 0; node < block.nodeCount; node++)
    if (!block.fixed[node] && block.kinds[node] !== NodeKind.Port) nodes.push(node);
  return Int32Array.from(nodes);
}

/** A hard macro's size in orientation N, grown towards whole grid cells. */
function inflated({ canvas, grid, widths, heights }: Block, node: number, share: number): [number, number] {
  const grown = (size: number, cell: number) => size + share * (Math.ceil(size / cell - 1e-6) * cell - size);
  return [
    grown(widths[node]!, canvas.width / grid.columns),
    grown(heights[node]!, canvas.height / grid.rows),
  ];
}

/** Soft macros are stored one cell wide; they stand for cells, so a square is nearer the truth. */
function squareOf({ widths, heights }: Block, node: number): [number, number] {
  const side = Math.sqrt(widths[node]! * heights[node]!);
  return [side, side];
}

function standingFullness(block: Block, placement: Placement, bins: Bins, charge: number): Float64Array {
  const fullness = new Float64Array(bins.columns * bins.rows);
  const add = (x: number, y: number, width: number, height: number, rate: number) =>
    addFullness(
      bins,
      {
        xs: Float64Array.of(x),
        ys: Float64Array.of(y),
        halfWidths: Float64Array.of(width / 2),
        halfHeights: Float64Array.of(height / 2),
        charges: Float64Array.of(rate),
      },
      fullness,
    );
  for (const { left, bottom, right, top, rate } of block.blockages)
    add((left + right) / 2, (bottom + top) / 2, right - left, top - bottom, rate);
  for (const node of nodesOfKind(block, NodeKind.HardMacro)) {
    if (!block.fixed[node] || Number.isNaN(placement.xs[node]! + placement.ys[node]!)) continue;
    const sideways = isSideways(placement.orientations[node]!);
    const [width, height] = [block.widths[node]!, block.heights[node]!];
    add(
      placement.xs[node]!,
      placement.ys[node]!,
      sideways ? height : width,
      sideways ? width : height,
      charge,
    );
  }
  return fullness;
}
