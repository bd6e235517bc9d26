// The judge in the page: the same kernels and code as on the command line, so that costs agree to the last bit. Moves are
// evaluated incrementally, whole placements in full.
import {
  type CostMaps,
  type Costs,
  IncrementalJudge,
  Judge,
  MOST_NODES_PER_MOVE,
  type Move,
} from "../../env/index.js";
import { Kernels } from "../../kernels/index.js";
import type { Block, Placement } from "../../netlist/index.js";
import type { PageRules } from "../protocol.js";

export class PageJudge {
  private readonly judge: Judge;
  private readonly moves: IncrementalJudge;
  private trying = false;
  /** Places before the moves that were tried, if they were too many to be tried at once. */
  private before: readonly Move[] | undefined;

  /** Names of cost terms that the run had and the page leaves out. */
  readonly leftOut: readonly string[];

  constructor(module: WebAssembly.Module, block: Block, { outside, weights, leftOut }: PageRules) {
    this.leftOut = leftOut;
    this.judge = new Judge(Kernels.create(module), block, { outside, weights });
    this.moves = new IncrementalJudge(this.judge);
  }

  /** Costs of a whole placement, from which later moves start. */
  evaluate(placement: Placement): Costs {
    this.trying = false;
    this.before = undefined;
    return this.moves.start(placement);
  }

  /** Costs after moves, instead of those tried before. */
  try(moves: readonly Move[]): Costs {
    this.revert();
    if (moves.length > MOST_NODES_PER_MOVE) {
      const { xs, ys, orientations } = this.judge.placement;
      this.before = moves.map(({ node }) => ({
        node,
        x: xs[node]!,
        y: ys[node]!,
        orientation: orientations[node]!,
      }));
      return this.keep(moves);
    }
    this.trying = true;
    return this.moves.try(moves);
  }

  /** Costs if these moves were made, which they are not; none may be tried at the moment. */
  probe(moves: readonly Move[]): Costs {
    const costs = this.moves.try(moves);
    this.moves.revert();
    return costs;
  }

  /** Carries out any number of moves. Costs are exact sums, so the way back leads to the same costs. */
  private keep(moves: readonly Move[]): Costs {
    for (let from = 0; from < moves.length; from += MOST_NODES_PER_MOVE) {
      this.moves.try(moves.slice(from, from + MOST_NODES_PER_MOVE));
      this.moves.commit();
    }
    return this.judge.costs();
  }

  /** Undoes the moves that were tried. */
  revert(): Costs {
    if (this.before) this.keep(this.before);
    else if (this.trying) this.moves.revert();
    this.before = undefined;
    this.trying = false;
    return this.judge.costs();
  }

  /** Keeps the moves that were tried. */
  commit(): void {
    if (this.trying) this.moves.commit();
    this.before = undefined;
    this.trying = false;
  }

  maps(): CostMaps {
    return this.judge.maps();
  }
}
