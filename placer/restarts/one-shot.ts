// The contract of a one-shot placer: something that makes one placement, quickly. `restartMethod` runs one again and
// again on worker threads, with other settings and random numbers each time, and keeps the best placement.
import {
  type CellPlacer,
  type CellPlacerFactory,
  Environment,
  Judge,
  type JudgeOptions,
  type JudgeRules,
  MACRO_ORDERS,
  type MacroOrder,
  MaskMaker,
  macrosByArea,
} from "../../env/index.js";
import { Kernels } from "../../kernels/index.js";
import type { Block, Random } from "../../netlist/index.js";
import type { Protocol } from "../cells/protocols.js";
import type { ScoredPlacement } from "../method.js";
import type { OldNames } from "../settings.js";

/** A setting that attempts draw, evenly on a logarithmic scale. */
export interface DrawnSetting {
  readonly least: number;
  readonly most: number;
  readonly meaning: string;
}

export type DrawnSettings = Readonly<Record<string, number>>;

/** A placer of one shot; the default export of its module. */
export interface OneShotPlacer {
  /** Letters, digits, `-` and `_`: it is part of folder names. */
  readonly name: string;
  /** One sentence for help and docs. */
  readonly description?: string;
  /** `import.meta.url` of the module that exports the placer by default: worker threads import it. */
  readonly module: string;
  /** What attempts draw. Drawn settings can also be given. None by default. */
  readonly settings?: Readonly<Record<string, DrawnSetting>>;
  /** Names of settings that changed; they still work, with a warning. */
  readonly oldNames?: OldNames;
  /** Settings of the first attempts, known to be good. None by default. */
  readonly starts?: readonly DrawnSettings[];
  /**
   * How many attempts run side by side: attempt n knows of the best up to attempt n - lag. The same for any number of
   * workers, because it shapes the result. Default 8.
   */
  readonly lag?: number;
  /** Whether an attempt continues from `from`, so that a search can begin from a given placement. */
  readonly improves?: boolean;
  /** Whether it turns macros by 90° where the block allows it (`turnable`). */
  readonly turns?: boolean;
  /**
   * Puts every movable hard macro of `context.judge.placement` on a cell. Soft macros are placed and orientations
   * chosen afterwards. False if a macro finds no cell. All randomness must come from `random`.
   */
  place(context: WorkerContext, attempt: Attempt, random: Random): boolean;
}

/** One attempt. It depends on nothing but this and the block, so any thread can make it. */
export interface Attempt {
  /** From 0. */
  readonly attempt: number;
  readonly settings: DrawnSettings;
  /** The best placement that the attempt may know of. */
  readonly from: ScoredPlacement | undefined;
}

/** What is the same for all attempts of a search. */
export interface WorkerSetup {
  readonly block: Block;
  readonly rules: JudgeRules;
  readonly protocol: Protocol;
  readonly cellPlacer?: string | undefined;
  /** Modules of the placer, and of the one that makes its first placement. */
  readonly placer: string;
  readonly first?: string | undefined;
}

/** A worker thread's own tools, made when first needed: kernel memory is never given back. */
export class WorkerContext {
  readonly judge: Judge;
  readonly cells: CellPlacer;
  /** Feasible cells of a macro. */
  readonly masks: MaskMaker;
  /** The hard macros that may move, the largest first. */
  readonly macros: Int32Array;
  /** Makes a placement by the `first` placer of `restartMethod`, for one that only improves. False without one. */
  placeFirst: (random: Random) => boolean = () => false;
  private readonly made = new Map<unknown, unknown>();

  constructor(block: Block, judging: JudgeOptions, cells: CellPlacerFactory) {
    this.judge = new Judge(Kernels.create(), block, judging);
    this.cells = cells(this.judge);
    this.masks = new MaskMaker(this.judge);
    this.macros = macrosByArea(block);
  }

  /**
   * The environment in which macros go one by one, in one of the orders, each to a feasible cell. Its `step` scores the
   * placement at the end, which the engine does anyway: a placer can save that by playing its `episode`.
   */
  environment(order: MacroOrder): Environment {
    return this.once(order, () => {
      const macros = MACRO_ORDERS[order](this.judge.block);
      return new Environment(this.judge, this.cells, { macros });
    });
  }

  /** What `make` returned when it was first called under this key: for tools of a placer's own. */
  once<Tool>(key: unknown, make: () => Tool): Tool {
    if (!this.made.has(key)) this.made.set(key, make());
    return this.made.get(key) as Tool;
  }
}
