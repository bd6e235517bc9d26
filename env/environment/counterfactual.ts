// Which macros of a finished placement stand well: difference rewards (Wolpert and Tumer 2002) by the exact judge. A
// final cost alone tells a policy next to nothing about one decision of a hundred; what the same placement would cost
// with that one macro elsewhere does, and the incremental judge answers in microseconds.
import type { Random } from "../../netlist/index.js";
import { IncrementalJudge, type Move } from "../cost/incremental-judge.js";
import type { Judge } from "../cost/judge.js";
import { MaskMaker } from "./feasibility.js";
import { fencesOf } from "./fences.js";

export class CounterfactualEvaluator {
  private readonly judge: Judge;
  private readonly incremental: IncrementalJudge;
  private readonly masks: MaskMaker;

  constructor(judge: Judge) {
    this.judge = judge;
    this.incremental = new IncrementalJudge(judge);
    this.masks = new MaskMaker(judge);
  }

  /**
   * For each of `macros`, all on cell centres in the judge's placement: by how much the proxy cost would grow, on
   * average over `draws` random alternatives, if it stood elsewhere and all else as it is. Alternatives are, by turns,
   * changing places with a macro of the same sides, and a free cell; 0 where there is neither. The placement stays.
   */
  assign(macros: Int32Array, draws: number, random: Random, out: Float32Array): void {
    const { incremental } = this;
    const cost = incremental.start().proxyCost;
    const peers = this.peersOf(macros);
    for (const [i, node] of macros.entries()) {
      const free = this.freeCells(node);
      let sum = 0;
      let count = 0;
      for (let draw = 0; draw < draws; draw++) {
        const moves =
          (draw % 2 === 0 || free.length === 0) && peers[i]!.length > 1
            ? this.exchange(node, peers[i]![random.below(peers[i]!.length)]!)
            : free.length > 0
              ? [this.toCell(node, free[random.below(free.length)]!)]
              : [];
        if (moves.length === 0) continue;
        sum += incremental.try(moves).proxyCost - cost;
        incremental.revert();
        count++;
      }
      out[i] = count > 0 ? sum / count : 0;
    }
  }

  /** Per macro, those with the same sides as turned, itself included. */
  private peersOf(macros: Int32Array): Int32Array[] {
    const { block, placement } = this.judge;
    const classes = new Map<string, number[]>();
    const keys = Array.from(macros, (node) => {
      const sides = [block.widths[node], block.heights[node]];
      const standing = placement.orientations[node]! >= 4 ? sides.reverse() : sides;
      const key = [...standing, fencesOf(block, node)].join(" ");
      classes.set(key, [...(classes.get(key) ?? []), node]);
      return key;
    });
    const arrays = new Map([...classes].map(([key, nodes]) => [key, Int32Array.from(nodes)]));
    return keys.map((key) => arrays.get(key)!);
  }

  /** Cells that a macro could go to, its own aside. */
  private freeCells(node: number): number[] {
    const { placement, block } = this.judge;
    const { canvas, grid } = block;
    const x = placement.xs[node]!;
    const own =
      Math.floor((placement.ys[node]! * grid.rows) / canvas.height) * grid.columns +
      Math.floor((x * grid.columns) / canvas.width);
    placement.xs[node] = Number.NaN; // its own body is not in its way
    this.masks.maskFor(node);
    placement.xs[node] = x;
    const cells: number[] = [];
    for (let cell = 0; cell < this.masks.mask.length; cell++)
      if (this.masks.mask[cell] === 1 && cell !== own) cells.push(cell);
    return cells;
  }

  private exchange(a: number, b: number): Move[] {
    if (a === b) return [];
    const { xs, ys, orientations } = this.judge.placement;
    return [
      { node: a, x: xs[b]!, y: ys[b]!, orientation: orientations[a]! },
      { node: b, x: xs[a]!, y: ys[a]!, orientation: orientations[b]! },
    ];
  }

  private toCell(node: number, cell: number): Move {
    const { placement, block } = this.judge;
    const { canvas, grid } = block;
    return {
      node,
      x: (((cell % grid.columns) + 0.5) * canvas.width) / grid.columns,
      y: ((Math.floor(cell / grid.columns) + 0.5) * canvas.height) / grid.rows,
      orientation: placement.orientations[node]!,
    };
  }
}
