// Jobs that are whole runs of a method on a block, as cells of a comparison are: how they travel. flow/method-job.ts
// computes them, with all that a run needs; workers load it by its path, as no file here may import it.
import type { JudgeRules } from "../env/index.js";
import type { Block } from "../netlist/index.js";
import type { Budget, JobKind, MethodResult, Protocol } from "../placer/index.js";
import { moduleUrl } from "./schemas.js";

export const METHOD_JOBS: JobKind = { name: "method", module: moduleUrl("flow/method-job.js") };

/** What is the same for all runs on a block. */
export interface MethodSetup {
  readonly block: Block;
  readonly rules: JudgeRules;
}

/** A run, as `MethodRequest` has it; the method is a built-in one. */
export interface MethodTask {
  readonly method: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly protocol: Protocol;
  readonly seed: number;
  /** Threads of the run, all on the machine of the worker. */
  readonly workers: number;
  readonly budget: Budget;
}

/** What a run told its folder, to be told to the folder of whoever asked. */
export type RunEvent =
  | { readonly metrics: { readonly seconds: number } }
  | { readonly continueAfter: number }
  | { readonly stage: true };

export interface MethodAnswer {
  /** Undefined if no legal placement was found. */
  readonly result: MethodResult | undefined;
  readonly events: readonly RunEvent[];
  /** Wall-clock time of the run, s. */
  readonly seconds: number;
}
