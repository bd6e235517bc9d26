// Counterfactual advantages: how much each macro of a finished placement contributes to it, as difference rewards
// (Wolpert and Tumer 2002) under the exact judge. The final cost alone says almost nothing about one of a hundred
// decisions. What the same placement would cost with that one macro elsewhere does, and the incremental judge computes
// it in microseconds.
import type { Random } from "../../netlist/index.js";
import { IncrementalJudge, type Move } from "../cost/incremental-judge.js";
import type { Judge } from "../cost/judge.js";
import { MaskMaker } from "./feasibility.js";
import { fencesOf } from "./fences.js";

/** Evaluates placements of one judge; keeps nothing from one call to the next. */
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
   * For each of `macros`, writes the mean rise of the proxy cost over `samples` random alternatives for that macro, all
   * other nodes staying where they are. Alternatives take turns: exchanging places with a macro of the same size, and
   * moving to a free cell. The value is 0 for a macro that has neither. Expects the macros of the judge's placement on
   * cell centres, and leaves the placement as it was.
   */
  evaluate(
    macros: Int32Array,
    { samples, random }: { readonly samples: number; readonly random: Random },
    out: Float32Array,
  ): void {
    const { incremental } = this;
    const cost = incremental.start().proxyCost;
    const peers = this.peersOf(macros);
    for (const [i, node] of macros.entries()) {
      const free = this.freeCells(node);
      let sum = 0;
      let count = 0;
      for (let sample = 0; sample < samples; sample++) {
        const moves =
          (sample % 2 === 0 || free.length === 0) && peers[i]!.length > 1
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

  /** For each macro, those with the same sides as oriented and the same fences, itself included. */
  private peersOf(macros: Int32Array): Int32Array[] {
    const { block, placement } = this.judge;
    const classes = new Map<string, number[]>();
    const keys = Array.from(macros, (node) => {
      const sides = [block.widths[node], block.heights[node]];
      if (placement.orientations[node]! >= 4) sides.reverse();
      const key = [...sides, fencesOf(block, node)].join(" ");
      classes.set(key, [...(classes.get(key) ?? []), node]);
      return key;
    });
    const arrays = new Map([...classes].map(([key, nodes]) => [key, Int32Array.from(nodes)]));
    return keys.map((key) => arrays.get(key)!);
  }

  /** Cells that a macro could move to, without its own. */
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
