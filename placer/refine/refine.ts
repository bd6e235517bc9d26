// Coordinate descent (Circuit Training's last step): one macro after another, each to the best cell within reach and
// in the best orientation, all others standing still; the exact judge decides. Sweeps after the first begin with
// some macros of one size changing places, or they would all end in the same trap. Macros that may be turned by 90° try
// the cells both ways.
import {
  type CellPlacer,
  fencesOf,
  IncrementalJudge,
  type Judge,
  MaskMaker,
  MIRRORS,
  type Move,
  macrosByArea,
} from "../../env/index.js";
import type { Placement, Random } from "../../netlist/index.js";
import { snapHardMacros } from "../legaliser/snap.js";
import type { OneShotPlacer } from "../restarts/one-shot.js";

/** How far a macro may go, in cells (Manhattan). */
const REACH = 5;
/** Most exchanges before a sweep. */
const MOST_KICKS = 4;

const refinePlacer: OneShotPlacer = {
  name: "refine",
  description: "one macro after another moved to the best cell and orientation within reach",
  module: import.meta.url,
  // Every attempt continues from the best placement, so few run side by side.
  lag: 2,
  improves: true,
  turns: true,

  place(context, { from }, random) {
    const refiner = context.once(Refiner, () => new Refiner(context.judge, context.cells));
    return from ? refiner.sweep(from.placement, random) : refiner.start() || context.placeFirst(random);
  },
};
export default refinePlacer;

export class Refiner {
  private readonly judge: Judge;
  private readonly cells: CellPlacer;
  private readonly incremental: IncrementalJudge;
  private readonly masks: MaskMaker;
  private readonly macros: Int32Array;

  constructor(judge: Judge, cells: CellPlacer) {
    this.judge = judge;
    this.cells = cells;
    this.incremental = new IncrementalJudge(judge);
    this.masks = new MaskMaker(judge);
    this.macros = macrosByArea(judge.block);
  }

  /**
   * The block's own placement, every macro on the feasible cell nearest to its place. False if some macro has no
   * place or finds no cell.
   */
  start(): boolean {
    const { initial } = this.judge.block;
    if (this.macros.some((macro) => Number.isNaN(initial.xs[macro]! + initial.ys[macro]!))) return false;
    return snapHardMacros(this.masks, initial) !== undefined;
  }

  /**
   * One sweep over all macros in random order, from a legal placement on cell centres. The judge's placement becomes
   * the result, its soft macros yet to be settled. Always true.
   */
  sweep(from: Placement, random: Random): boolean {
    this.judge.evaluate(from);
    const exchanges = random.below(MOST_KICKS + 1);
    for (let i = 0; i < exchanges; i++) this.exchange(random);
    if (exchanges > 0) this.cells.placeSoftMacros();
    let cost = this.incremental.start().proxyCost;
    for (const macro of random.shuffle(this.macros.slice())) cost = this.improve(macro, cost);
    return true;
  }

  /** Two macros of one size, of the same fences if any, change places. */
  private exchange(random: Random): void {
    const { block, placement } = this.judge;
    const a = this.macros[random.below(this.macros.length)]!;
    const same = this.macros.filter(
      (b) =>
        b !== a &&
        block.widths[b] === block.widths[a] &&
        block.heights[b] === block.heights[a] &&
        fencesOf(block, b) === fencesOf(block, a) &&
        placement.orientations[b]! >> 2 === placement.orientations[a]! >> 2,
    );
    if (same.length === 0) return;
    const b = same[random.below(same.length)]!;
    for (const places of [placement.xs, placement.ys]) {
      const kept = places[a]!;
      places[a] = places[b]!;
      places[b] = kept;
    }
  }

  /** Moves a macro to the best cell and orientation within reach; returns the cost after it. */
  private improve(node: number, cost: number): number {
    let best: Move | undefined;
    let least = cost;
    for (const move of this.movesOf(node)) {
      const { proxyCost } = this.incremental.try([move]);
      this.incremental.revert();
      if (proxyCost >= least) continue;
      least = proxyCost;
      best = move;
    }
    if (best) {
      this.incremental.try([best]);
      this.incremental.commit();
    }
    return least;
  }

  private movesOf(node: number): Move[] {
    const { placement, block } = this.judge;
    const { canvas, grid } = block;
    const x = placement.xs[node]!;
    const y = placement.ys[node]!;
    const column = Math.floor((x * grid.columns) / canvas.width);
    const row = Math.floor((y * grid.rows) / canvas.height);
    const now = placement.orientations[node]!;
    const family = now & ~(MIRRORS - 1);
    const families = block.turnable?.[node] ? [family, family ^ MIRRORS] : [family];
    const moves: Move[] = [];
    for (const first of families) {
      placement.xs[node] = Number.NaN; // its own body is not in its way
      placement.orientations[node] = first;
      this.masks.maskFor(node);
      placement.xs[node] = x;
      placement.orientations[node] = now;
      this.addMoves(moves, node, { column, row, first });
    }
    return moves;
  }

  /** Adds the cells within reach that the mask allows, in the four orientations from `first` on if it may be mirrored. */
  private addMoves(
    moves: Move[],
    node: number,
    { column, row, first }: { readonly column: number; readonly row: number; readonly first: number },
  ): void {
    const { canvas, grid, unmirrored } = this.judge.block;
    const mirrors = unmirrored?.[node] ? 1 : MIRRORS;
    for (let r = Math.max(0, row - REACH); r <= Math.min(grid.rows - 1, row + REACH); r++) {
      const left = REACH - Math.abs(r - row);
      for (let c = Math.max(0, column - left); c <= Math.min(grid.columns - 1, column + left); c++) {
        if (this.masks.mask[r * grid.columns + c] !== 1) continue;
        const centre = {
          x: ((c + 0.5) * canvas.width) / grid.columns,
          y: ((r + 0.5) * canvas.height) / grid.rows,
        };
        for (let mirror = 0; mirror < mirrors; mirror++)
          moves.push({ node, ...centre, orientation: first + mirror });
      }
    }
  }
}
