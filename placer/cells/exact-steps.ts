// Steps of single soft macros by the judge's exact cost, after a descent along a smooth one. The smooth cost shares a wire
// between two rows, the judge counts it in one. Where tracks are few, the smooth cost is lowest with macros right between two
// rows: then the next rounding error decides in which row the judge counts all their wires. Choosing the cheaper row lowers the
// cost, and where both cost the same it does not matter which one it is.
import { IncrementalJudge, type Judge } from "../../env/index.js";
import type { CellNets } from "./cell-nets.js";

/** Macros are tried across a border that is nearer than this, in cells. */
const NEAR_BORDER = 0.3;
/** Moves of less than this are not tried, in cells. */
const LEAST_MOVE = 0.001;
/** Right, up, left, down. */
const SIDES = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;

interface Bounds {
  /** Per moving node, pairs of x and y, µm: between these its centre stays. */
  readonly least: Float32Array;
  readonly most: Float32Array;
}

/** Moves soft macros of a judge's placement, one at a time, and keeps the moves that lower the proxy cost without cost terms. */
export class ExactSteps {
  private readonly judge: Judge;
  private readonly nets: CellNets;
  private readonly bounds: Bounds;
  private readonly moves: IncrementalJudge;
  private cost = 0;

  constructor(judge: Judge, nets: CellNets, bounds: Bounds) {
    this.judge = judge;
    this.nets = nets;
    this.bounds = bounds;
    this.moves = new IncrementalJudge(judge);
  }

  /** Tries each macro near a border between two columns or rows of cells at the mirrored place beyond that border. */
  crossBorders(): void {
    const { canvas, grid } = this.judge.block;
    const { xs, ys } = this.judge.placement;
    const width = canvas.width / grid.columns;
    const height = canvas.height / grid.rows;
    this.begin();
    for (let i = 0; i < this.nets.movingCount; i++) {
      const node = this.nets.nodes[i]!;
      const x = mirrored(xs[node]!, width, grid.columns);
      if (x !== undefined) this.tryAt(i, this.inside(2 * i, x), ys[node]!);
      const y = mirrored(ys[node]!, height, grid.rows);
      if (y !== undefined) this.tryAt(i, xs[node]!, this.inside(2 * i + 1, y));
    }
  }

  /**
   * Tries each macro at places `length` cells to its right, above it, to its left and below it, each from where the last one has
   * put it: a sweep of a pattern search (Hooke, Jeeves: "Direct Search" Solution of Numerical and Statistical Problems, JACM 8, 1961).
   */
  stepAside(length: number): void {
    const { canvas, grid } = this.judge.block;
    const { xs, ys } = this.judge.placement;
    const dx = (length * canvas.width) / grid.columns;
    const dy = (length * canvas.height) / grid.rows;
    this.begin();
    for (let i = 0; i < this.nets.movingCount; i++) {
      const node = this.nets.nodes[i]!;
      for (const [alongX, alongY] of SIDES) {
        const x = this.inside(2 * i, xs[node]! + alongX * dx);
        const y = this.inside(2 * i + 1, ys[node]! + alongY * dy);
        if (x !== xs[node] || y !== ys[node]) this.tryAt(i, x, y);
      }
    }
  }

  /** The places of the moving nodes, pairs of x and y, µm, for `follow`. */
  places(): Float64Array {
    const { nets, judge } = this;
    const { xs, ys } = judge.placement;
    const places = new Float64Array(2 * nets.movingCount);
    for (let i = 0; i < nets.movingCount; i++) {
      const node = nets.nodes[i]!;
      const known = !Number.isNaN(xs[node]! + ys[node]!);
      places[2 * i] = this.inside(2 * i, known ? xs[node]! : nets.places[2 * i]!);
      places[2 * i + 1] = this.inside(2 * i + 1, known ? ys[node]! : nets.places[2 * i + 1]!);
    }
    return places;
  }

  /** Puts the moving nodes back to `from`, then tries each where it was. */
  follow(from: Float64Array): void {
    const { nets, judge } = this;
    const { canvas, grid } = judge.block;
    const { xs, ys } = judge.placement;
    const to = this.places();
    for (let i = 0; i < nets.movingCount; i++) {
      xs[nets.nodes[i]!] = from[2 * i]!;
      ys[nets.nodes[i]!] = from[2 * i + 1]!;
    }
    this.begin();
    for (let i = 0; i < nets.movingCount; i++) {
      const dx = Math.abs(to[2 * i]! - from[2 * i]!) * (grid.columns / canvas.width);
      const dy = Math.abs(to[2 * i + 1]! - from[2 * i + 1]!) * (grid.rows / canvas.height);
      if (Math.max(dx, dy) >= LEAST_MOVE) this.tryAt(i, to[2 * i]!, to[2 * i + 1]!);
    }
  }

  private begin(): void {
    this.moves.start();
    this.cost = this.judge.proxyOfKernels();
  }

  private tryAt(i: number, x: number, y: number): void {
    const node = this.nets.nodes[i]!;
    const orientation = this.judge.placement.orientations[node]!;
    const cost = this.moves.tryWithoutTerms([{ node, x, y, orientation }]);
    if (cost < this.cost) {
      this.cost = cost;
      this.moves.commit();
    } else this.moves.revert();
  }

  private inside(at: number, place: number): number {
    return Math.min(this.bounds.most[at]!, Math.max(this.bounds.least[at]!, place));
  }
}

/** The mirror image of a coordinate at the nearest border between two of `count` cells, if that is near. */
function mirrored(at: number, side: number, count: number): number | undefined {
  const border = Math.round(at / side);
  const near = Math.abs(at / side - border) < NEAR_BORDER && border > 0 && border < count;
  return near ? 2 * border * side - at : undefined;
}
