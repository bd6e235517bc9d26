// The judge in the page: the same kernels and code as on the command line, so that costs agree to the last bit. Moves are
// evaluated incrementally, whole placements in full.
import { type CostMaps, type Costs, IncrementalJudge, Judge, type Move } from "../../env/index.js";
import { Kernels } from "../../kernels/index.js";
import type { Block, Placement } from "../../netlist/index.js";
import type { PageRules } from "../protocol.js";

export class PageJudge {
  private readonly judge: Judge;
  private readonly moves: IncrementalJudge;
  private trying = false;

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
    return this.moves.start(placement);
  }

  /** Costs after moves, instead of those tried before. */
  try(moves: readonly Move[]): Costs {
    if (this.trying) this.moves.revert();
    this.trying = true;
    return this.moves.try(moves);
  }

  /** Undoes the moves that were tried. */
  revert(): Costs {
    if (this.trying) this.moves.revert();
    this.trying = false;
    return this.judge.costs();
  }

  /** Keeps the moves that were tried. */
  commit(): void {
    if (this.trying) this.moves.commit();
    this.trying = false;
  }

  maps(): CostMaps {
    return this.judge.maps();
  }
}
