// What a method of `place` is: what it is given, what it gives back, and which options go with it.
import type { z } from "zod";
import type { Costs, Judge, JudgeRules } from "../env/index.js";
import { type Block, InputError, type Placement } from "../netlist/index.js";
import type { placeOptionsSchema, ResolvedPlaceOptions } from "./place-options.js";
import type { RunFolder } from "./run-folder.js";
import { type Migrate, parseSettings } from "./settings.js";

/** Every method leaves checkpoints in its run folder and goes on from the last one with `--resume`. */
export interface Method {
  readonly protocols: readonly ("fd" | "free")[];
  /** What `--set` may name. */
  readonly settings: z.ZodType;
  /** Gives old names of settings those of today. */
  readonly migrate?: Migrate;
  /** Whether it plays a policy, so that one can be given. */
  readonly policies?: boolean;
  /** Finds out what is wrong with the options and the files they name, before a run folder is touched. */
  readonly check?: (options: CheckedOptions) => Promise<unknown>;
  /** Runs until its budget is spent; undefined if it found no legal placement. */
  readonly run: (context: MethodContext) => Promise<Found | undefined>;
}

/** What a method gives back: its best placement. */
export interface Found {
  readonly placement: Placement;
  readonly costs: Costs;
  readonly iterations: number;
  readonly episodes: number;
}

/** What a method gets to work with. */
export interface MethodContext {
  readonly block: Block;
  readonly judge: Judge;
  /** How the judge scores, as plain data from which worker threads make their own. */
  readonly rules: JudgeRules;
  readonly options: ResolvedPlaceOptions;
  /** Undefined if only `iterations` counts. */
  readonly seconds: number | undefined;
  readonly run: RunFolder;
  /** One line about how it goes. */
  readonly report: (line: string) => void;
}

/** Options of `place` as they were given, defaults filled in. */
export type CheckedOptions = z.output<typeof placeOptionsSchema>;

/** What can be said against the options before anything is written. Throws `InputError`. */
export async function checkMethodOptions(method: Method, options: CheckedOptions): Promise<void> {
  parseSettings(method.settings, options.set, method.migrate && { migrate: method.migrate });
  if (!method.protocols.includes(options.protocol))
    throw new InputError(
      "--protocol",
      `method '${options.method}' does not know '${options.protocol}'`,
      `use ${method.protocols.join(" or ")}`,
    );
  if (options.policy !== undefined && !method.policies)
    throw new InputError(
      "--policy",
      `method '${options.method}' plays no policy`,
      "use it with --method policy or pipeline",
    );
  if (options.finetune && options.policy === undefined)
    throw new InputError(
      "--finetune",
      "no --policy to tune",
      "name one, or leave --finetune out: it learns anyway",
    );
  await method.check?.(options);
}
