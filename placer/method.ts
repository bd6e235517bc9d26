// The contract between a placement method and whoever runs it: what a method says about itself, what it is given, and
// what it gives back. `place`, `compare` and the command line run any object of this shape alike, the built-in methods
// and a user's own.
import type { z } from "zod";
import type { Costs, Judge, JudgeRules } from "../env/index.js";
import type { Block, Placement } from "../netlist/index.js";
import type { Protocol } from "./cells/protocols.js";
import type { OpenPool } from "./jobs.js";
import type { OldNames } from "./settings.js";

/** A way to place the macros of a block. */
export interface Method<Settings = unknown> {
  /** Letters, digits, `-` and `_`: it is part of folder names. */
  readonly name: string;
  /** One sentence for help and docs. */
  readonly description: string;
  readonly protocols: readonly Protocol[];
  /** Checks the settings and fills in defaults. A method without a schema takes no settings. */
  readonly settings?: z.ZodType<Settings>;
  /** Names of settings that changed; they still work, with a warning. */
  readonly oldNames?: OldNames;
  /** The file in the run folder from which `run` continues when `resume` is set. Without one, `--resume` is refused. */
  readonly checkpoint?: string;
  /**
   * That `run` can begin from a given placement, `context.start`. `upright`: hard macros must stand upright in it (N, or mirrored).
   */
  readonly warmStart?: { readonly upright?: boolean };
  /** Protocols under which `run` turns macros by 90° where the block allows it (`turnable`). Default: none. */
  readonly turns?: readonly Protocol[];
  /**
   * Whether it chooses how hard macros are mirrored. Otherwise `place` mirrors those of a design in the end where that lowers the
   * proxy cost.
   */
  readonly mirrors?: boolean;
  /** Whether it computes by `openPool` where one is given, so that it can run on a queue. */
  readonly distributes?: boolean;
  /** Whether it plays a policy, so that one can be given. */
  readonly usesPolicy?: boolean;
  /** Finds what is wrong with a request before a run folder is touched. Throws `InputError`. */
  check?(request: MethodRequest<Settings>): Promise<void>;
  /**
   * Searches until the budget is spent. Returns undefined if no legal placement was found. Throws `InputError` for what
   * the user can mend.
   */
  run(context: MethodContext<Settings>): Promise<MethodResult | undefined>;
}

/** What ends a search: seconds, iterations, or whichever of both comes first. */
export interface Budget {
  /** Wall-clock time. */
  readonly seconds?: number | undefined;
  /** Iterations as the method counts them. With a fixed seed these reproduce a run exactly. */
  readonly iterations?: number | undefined;
}

/** What is asked of a method, before any file is read or written. */
export interface MethodRequest<Settings = unknown> {
  readonly settings: Settings;
  readonly protocol: Protocol;
  /** URL of the module of a cell placer of the user's own, instead of the protocol's; see `loadCellPlacer`. */
  readonly cellPlacer?: string | undefined;
  /** Root of all random numbers: the same seed and iterations give the same bytes, for any number of workers. */
  readonly seed: number;
  /** Worker threads to use. */
  readonly workers: number;
  /** Where to compute instead of threads of this process: on the workers of a queue. */
  readonly openPool?: OpenPool | undefined;
  readonly budget: Budget;
  /** The policy to begin with: the path of a file, or a name that `usesPolicy` methods know. */
  readonly policy?: string | undefined;
  /** A policy network of the user's own: a `PolicyNetworkModule`, which only `usesPolicy` methods know. */
  readonly network?: unknown;
  /** Whether that policy keeps learning. */
  readonly finetune: boolean;
}

/** The netlist before its cells were clustered, and the way between its placements and those of `MethodContext.block`. */
export interface FlatNetlist {
  readonly block: Block;
  /** A placement of the clustered block: soft macros are at the mean of their cells. */
  fromFlat(placement: Placement): Placement;
  /** A placement of the flat netlist: cells are in the middle of their soft macros. */
  toFlat(placement: Placement): Placement;
  /** Whether the design allows an orientation of a hard macro of the flat netlist. Default: yes. */
  allows?(node: number, orientation: number): boolean;
}

/** What a method works with. */
export interface MethodContext<Settings = unknown> extends MethodRequest<Settings> {
  readonly block: Block;
  /** Set if `block` was clustered. */
  readonly flat?: FlatNetlist;
  /** Scores placements in this thread. */
  readonly judge: Judge;
  /** The judge's rules as plain data, to make a judge like it in a worker thread. */
  readonly rules: JudgeRules;
  /** Continue from `checkpoint`, if it is there. */
  readonly resume: boolean;
  readonly run: RunStore;
  /** A placement to start from: found by a method that ran before, or given, with no iterations and no episodes. */
  readonly start?: MethodResult | undefined;
  /** Aborted when the run is to end: finish the current step, then return the best that was found. */
  readonly signal?: AbortSignal | undefined;
  /** One line about the progress. */
  onProgress(line: string): void;
}

/** A placement and its costs. */
export interface ScoredPlacement {
  readonly placement: Placement;
  readonly costs: Costs;
}

/** The best placement that a method found. */
export interface MethodResult extends ScoredPlacement {
  readonly iterations: number;
  readonly episodes: number;
}

/** The run folder, as methods see it. Files are replaced whole, so that a kill leaves the last good state. */
export interface RunStore {
  /** Path of a file in the folder. */
  file(name: string): string;
  writeJson(name: string, value: unknown): Promise<void>;
  /** Writes `best.plc`, and a frame for the replay if this is better than the last one. */
  writeBest(block: Block, placement: Placement, costs: Costs): Promise<void>;
  /**
   * Offers a complete placement of `context.block`, which need not be the best, as one of several results (`--top`).
   * Undefined if only the best is asked for. What `writeBest` is given is offered by it.
   */
  readonly offer?: ((placement: Placement, costs: Costs) => void) | undefined;
  /** Must be called before a checkpoint is written in another way than by `writeJson`: keeps what was offered so far. */
  beforeCheckpoint(): Promise<void>;
  /** Adds a frame for the replay of a placement on its way. It belongs to the last line of metrics. */
  appendFrame(block: Block, placement: Placement, frame: { readonly costs: Costs }): void;
  /** Adds a line to `metrics.jsonl`; `seconds` since the stage began. `cost/best` is what charts show. */
  appendMetrics<Line extends { readonly seconds: number }>(line: Line): void;
  /** Must be called on `resume` before anything is written: drops metrics after `iterations`. */
  continueAfter(iterations: number): Promise<void>;
  /** Seconds of the metrics that follow are counted on from the last line's. */
  beginStage(): void;
}
