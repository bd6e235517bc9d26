// Search under protocol `free` from start to end: from scratch, hard macros are annealed on grid cells first and all
// macros anywhere after that; or all macros anywhere from the block's own placement. What the result started from is
// part of the result: a given placement is somebody else's work.
import type { CellPlacer, Costs, Judge } from "../env/index.js";
import type { Placement, Random } from "../netlist/index.js";
import { FreeAnnealer, type FreeAnnealOptions } from "./anneal-free.js";
import { GRID_ANNEAL_DEFAULTS, GridAnnealer, type GridAnnealOptions } from "./anneal-grid.js";

export interface FreeSearchOptions {
  /** "scratch" uses no given place of a movable macro; "initial" starts from those of the block's files. */
  readonly start: "scratch" | "initial";
  /** Part of the search that goes to the grid when it starts from scratch. */
  readonly gridShare: number;
  readonly grid: GridAnnealOptions;
  readonly free: Partial<FreeAnnealOptions>;
}

export const FREE_SEARCH_DEFAULTS: FreeSearchOptions = {
  start: "scratch",
  gridShare: 0.35,
  grid: GRID_ANNEAL_DEFAULTS,
  free: {},
};

export class FreeSearch {
  readonly options: FreeSearchOptions;
  private readonly judge: Judge;
  private readonly random: Random;
  private grid: GridAnnealer | undefined;
  private free: FreeAnnealer | undefined;

  /**
   * @param onCells from scratch: where the search begins, hard macros on cell centres without overlap, such as a
   * random or a greedy placement; not looked at otherwise
   */
  constructor(
    judge: Judge,
    cells: CellPlacer,
    onCells: Placement,
    random: Random,
    options: Partial<FreeSearchOptions> = {},
  ) {
    this.judge = judge;
    this.random = random;
    this.options = { ...FREE_SEARCH_DEFAULTS, ...options };
    if (this.options.start === "initial") this.free = this.release(judge.block.initial);
    else {
      this.grid = new GridAnnealer(judge, cells, this.options.grid);
      this.grid.begin(onCells, random);
    }
  }

  /** Best placement so far. While the search is on the grid, soft macros may stand partly off the canvas. */
  get best(): { readonly placement: Placement; readonly costs: Costs } {
    return (this.free ?? this.grid)!.best;
  }

  /** The second stage, once it has begun. */
  get annealer(): FreeAnnealer | undefined {
    return this.free;
  }

  /** One slice of the stage that `progress` (0 to 1) lies in. Returns the costs after it. */
  slice(progress: number): Costs {
    const { start, gridShare } = this.options;
    const share = start === "scratch" ? gridShare : 0;
    if (this.grid && progress < share) return this.grid.slice(progress / share);
    if (!this.free) {
      this.free = this.release(this.grid!.best.placement);
      this.grid = undefined;
    }
    return this.free.slice((progress - share) / (1 - share));
  }

  private release(placement: Placement): FreeAnnealer {
    this.random.int32(); // the grid stage has used a stream from the state before
    return new FreeAnnealer(this.judge, placement, this.random, this.options.free);
  }
}
