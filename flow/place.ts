// `place`: a netlist in, a placement out, by any method.
import { z } from "zod";
import { type Block, copyPlacement, GUIDE_WEIGHT, InputError, NodeKind } from "../netlist/index.js";
import {
  type Budget,
  checkWith,
  loadCellPlacer,
  type Method,
  type MethodContext,
  type MethodRequest,
  type MethodResult,
  migrated,
  oldNamesUnder,
  PROTOCOL_NAMES,
  PROTOCOLS,
  type Protocol,
} from "../placer/index.js";
import { policyFiles } from "../policy/index.js";
import { blockOptionsSchema } from "./block-options.js";
import { openBlockSource } from "./block-source.js";
import { clusterOptions } from "./cluster.js";
import { methodByDefault } from "./default-method.js";
import type { Score } from "./evaluate.js";
import type { CellsInPlace } from "./flat-cells.js";
import type { FlatCosts } from "./flat-output.js";
import {
  queueModeOption,
  queueOption,
  queueTimeoutOption,
  refuseIdleFastMode,
  refuseOwnCodeOnQueue,
  refuseUndistributed,
} from "./on-queue.js";
import { budgetOf, budgetOptions, parseOptions, runOptions, settingsOption } from "./options.js";
import {
  cellPlacerOption,
  costTermOptions,
  networkOption,
  openCellPlacer,
  openNetwork,
} from "./own-module.js";
import { findMethod, METHODS, type MethodChoice, methodNames } from "./registry.js";
import { type BlockRun, runOnBlock } from "./run.js";
import { controlOf, type RunObserver } from "./run-control.js";
import { leftOutLine, recordedOptions, runAt } from "./run-record.js";
import type { TopResult } from "./top-results.js";
import { OBJECTIVES, SEARCH_SHARE, VERIFIED_RESULTS, type VerifiedResult } from "./verified-choice.js";
import { warmStart } from "./warm-start.js";

const DEFAULT_BUDGET = "60s";
const MOST_RESULTS = 20;

/** The methods that turn macros, as a text. */
function turningMethods(): string {
  return METHODS.flatMap(({ name, turns = [] }) =>
    turns.length > 0 ? `${name} (protocol ${turns.join(" or ")})` : [],
  ).join(", ");
}

/** The protocol that figures are quoted under. */
export const protocolOption = z
  .enum(PROTOCOL_NAMES)
  .default("fd")
  .describe(describedProtocols(PROTOCOL_NAMES));

function describedProtocols(names: readonly Protocol[]): string {
  return names.map((name) => `${name}: ${PROTOCOLS[name].description}`).join("; ");
}

/** The protocol that a policy is trained under. */
export const trainingProtocolOption = z
  .enum(["fd", "es"])
  .default("fd")
  .describe(`what rewards are made by: ${describedProtocols(["fd", "es"])}`);

/** The trained policy that a run starts with. */
export const policyOption = z
  .string()
  .optional()
  .describe("trained policy to start with: a policy.safetensors or checkpoint, shipped, or none");

export const placeOptionsSchema = blockOptionsSchema.extend({
  ...clusterOptions,
  ...costTermOptions,
  method: z
    .custom<MethodChoice>()
    .optional()
    .describe(
      `how to place: ${methodNames().join(", ")}, or a module of your own, such as ./mine.js (default: pipeline under protocol es; ` +
        "for a .def or a Bookshelf set mixed under free; policy under fd if an option on policies or on the proxy cost is given)",
    ),
  protocol: protocolOption,
  ...budgetOptions(DEFAULT_BUDGET, 1),
  policy: policyOption,
  cellPlacer: cellPlacerOption,
  network: networkOption,
  finetune: z
    .boolean()
    .default(false)
    .describe(
      "with --policy: let it keep learning on the block, as without --policy, instead of only playing",
    ),
  from: z
    .string()
    .optional()
    .describe("placement to start from: a run's folder, .plc, .pl, or .def of the same design"),
  keep: z
    .array(z.string())
    .default([])
    .describe(
      "hard macros that stay where --from or the block has them: names, with commas between, * for any text; may be repeated",
    ),
  group: z
    .array(z.string())
    .default([])
    .describe(
      "hard macros that move as one rigid body, laid out as --from or the block has them: names as for --keep; one group each time " +
        "it is given",
    ),
  turn: z
    .boolean()
    .default(false)
    .describe(
      "let hard macros be turned by 90°; of a .def, those whose LEF master has SYMMETRY R90. Methods that do: " +
        turningMethods(),
    ),
  cells: z
    .boolean()
    .default(false)
    .describe(
      "then place the standard cells of a flat netlist in rows around the macros, as the command cells does",
    ),
  top: z
    .number()
    .int()
    .min(1)
    .max(MOST_RESULTS)
    .optional()
    .describe(
      "write this many different results, top-1.plc to top-N.plc: hard macros of any two lie a twentieth of the canvas's side " +
        "or more apart on average (default 1, the best alone)",
    ),
  objective: z
    .enum(OBJECTIVES)
    .default("proxy")
    .describe(
      `what decides among the results of a flat netlist: the proxy cost, or verification, in which up to ${VERIFIED_RESULTS} different ` +
        "results have their cells placed and nets routed as verify does; the search then gets two thirds of the budget",
    ),
  guideWeight: z
    .number()
    .min(0)
    .optional()
    .describe(
      "how strongly guides of a .def pull their macros: proxy cost of one that is as far away as the canvas is wide and high " +
        `together (default ${GUIDE_WEIGHT}; 0: not at all)`,
    ),
  ...runOptions,
  queue: queueOption,
  queueTimeout: queueTimeoutOption,
  queueMode: queueModeOption,
  out: z.string().optional().describe("run folder (default runs/BLOCK/METHOD-sSEED)"),
  settings: settingsOption("setting of the method, as NAME=VALUE; may be repeated"),
});

/** Options of `place`, by their names on the command line in camelCase; `place --help` explains each. */
export type PlaceOptions = z.input<typeof placeOptionsSchema>;
type ResolvedPlaceOptions = z.output<typeof placeOptionsSchema>;

/** Costs, legality and how they came about; also summary.json. */
export interface PlaceSummary extends Score, Partial<CellsInPlace> {
  /** Of constraints of a DEF design by its hard macros. */
  readonly violations?: number;
  /** Of the block as its own files have the result, with single cells; absent if no cells were clustered and no such file is written. */
  readonly flat?: FlatCosts;
  readonly block: string;
  readonly method: string;
  readonly protocol: string;
  readonly seconds: number;
  readonly seed: number;
  readonly workers: number;
  readonly iterations: number;
  readonly episodes: number;
  readonly out: string;
  /** It was asked to stop before its budget was spent. */
  readonly interrupted?: true;
  /** With `top`: different results, the best first. */
  readonly top?: readonly TopResult[];
  /** With objective `verified`: the results that were verified, in the order of their cost. */
  readonly verified?: readonly VerifiedResult[];
}

/**
 * Places the macros of the block at `path` and writes the run folder. Throws `InputError` for bad input and blocks
 * that cannot be placed.
 */
export async function place(
  blockOrRun: string,
  given: PlaceOptions,
  observer: RunObserver = {},
): Promise<PlaceSummary> {
  return placeBy((method, context) => method.run(context), { blockOrRun, given, observer });
}

/** Runs a method, here or elsewhere. */
export type RunMethod = (method: Method, context: MethodContext) => Promise<MethodResult | undefined>;

/** `place` with its search left to `runMethod`. */
export async function placeBy(
  runMethod: RunMethod,
  {
    blockOrRun,
    given,
    observer = {},
  }: { readonly blockOrRun: string; readonly given: PlaceOptions; readonly observer?: RunObserver },
): Promise<PlaceSummary> {
  const control = controlOf(observer);
  const { onProgress, signal } = control;
  const source = openBlockSource(blockOrRun, given);
  const { path, run: before } = source;
  const byDefault = methodByDefault(path, source.options);
  const chosen = {
    method: source.options.method ?? byDefault.method,
    protocol: source.options.protocol ?? byDefault.protocol,
  };
  const { method, file } = await findMethod(chosen.method);
  const from =
    source.options.from ?? (method.warmStart && before ? (before.placement ?? before.folder) : undefined);
  const options = parseOptions(placeOptionsSchema, { ...source.options, ...chosen, from });
  const { protocol, seed, workers, resume, queue } = options;
  const leftOut = before && options.costTerms.length === 0 ? leftOutLine(before.folder) : undefined;
  if (leftOut !== undefined) onProgress(leftOut);
  const settings = migrated(options.settings, method.oldNames ?? {}, onProgress);
  const { network, ...code } = await openNetwork(options.network);
  const cells = await openCellPlacer(options.cellPlacer);
  const { cellPlacer } = cells;
  const request = { ...requestFor(method, { ...options, settings }), network, cellPlacer };
  await method.check?.(request);
  refuseOwnCodeOnQueue(queue, {
    ...{
      "--method": file,
      "--network": network,
      "--cell-placer": cellPlacer,
      "--cost-term": options.costTerms,
    },
  });
  refuseUndistributed(queue, method);
  refuseIdleFastMode(options, method);
  return runOnBlock(path, {
    name: `${method.name}-s${seed}`,
    options,
    mirrors: method.mirrors,
    schema: placeOptionsSchema,
    record: {
      settings,
      method: method.name,
      ...(file !== undefined && { methodModule: options.method }),
      ...code.record,
      ...cells.record,
    },
    inputs: [
      ...policyFiles(options.policy),
      ...(file === undefined ? [] : [file]),
      ...code.files,
      ...cells.files,
    ],
    oldNames: oldNamesUnder("settings", method.oldNames ?? {}),
    control,
    seconds: budgetOf(options, DEFAULT_BUDGET).seconds,
    async work({ given: places, ...place }) {
      const warm =
        places && from !== undefined && method.warmStart
          ? warmStart(place.judge, places, {
              from,
              protocol,
              keepSoftMacros: protocolOf(from) === protocol,
              upright: method.warmStart.upright === true,
            })
          : undefined;
      if (warm)
        onProgress(
          `starting from ${from}: cost ${warm.cost.toFixed(4)}, ${warm.start.costs.proxyCost.toFixed(4)} on cell centres`,
        );
      // Under protocol free soft macros move, too.
      const isDone = protocol !== "free" && !hasMovableMacro(place.block);
      if (isDone) onProgress("no search is needed: soft macros are placed once");
      const best = isDone
        ? await placeSoftMacrosOnce(place, request)
        : await runMethod(method, {
            ...{ ...request, ...place, start: warm?.start, resume, signal, onProgress },
          });
      if (!best)
        throw new InputError(
          place.block.name,
          "no legal placement was found in the time given",
          `allow a larger --budget, ${place.block.halos ? "make halos smaller, " : ""}or choose another --seed or --grid`,
        );
      refuseIncomplete(method, place.block, best);
      const { iterations, episodes } = best;
      return {
        best,
        ...(warm && { given: warm.complete }),
        found: { method: method.name, protocol: cells.name ?? protocol, seed, workers, iterations, episodes },
      };
    },
  }) as Promise<PlaceSummary>;
}

function hasMovableMacro({ kinds, fixed }: Block): boolean {
  return kinds.some((kind, node) => kind === NodeKind.HardMacro && !fixed[node]);
}

/** The result where no hard macro can move. */
async function placeSoftMacrosOnce(
  { block, judge, run }: Pick<BlockRun, "block" | "judge" | "run">,
  rules: Pick<MethodRequest, "protocol" | "cellPlacer">,
): Promise<MethodResult> {
  const cells = (await loadCellPlacer(rules))(judge);
  judge.evaluate(block.initial);
  cells.placeSoftMacros();
  const costs = judge.evaluate();
  const placement = copyPlacement(judge.placement);
  await run.writeBest(block, placement, costs);
  return { placement, costs, iterations: 0, episodes: 0 };
}

/** Throws `InputError` for a method that gives back something else than a whole placement of the block. */
function refuseIncomplete(
  { name }: Method,
  { nodeCount, kinds, nodeNames }: Block,
  best: MethodResult,
): void {
  const { xs, ys, orientations } = (best.placement ?? {}) as Partial<MethodResult["placement"]>;
  const remedy =
    "return { placement, costs, iterations, episodes } with a place for every hard macro; see docs/methods.md";
  if (xs?.length !== nodeCount || ys?.length !== nodeCount || orientations?.length !== nodeCount)
    throw new InputError(`method '${name}'`, "run() returned no placement of the block", remedy);
  const missing = kinds.findIndex(
    (kind, node) => kind === NodeKind.HardMacro && !Number.isFinite(xs[node]! + ys[node]!),
  );
  if (missing >= 0)
    throw new InputError(
      `method '${name}'`,
      `macro '${nodeNames[missing]}' has no place in what run() returned`,
      remedy,
    );
}

/** The protocol that a run's placement is of; undefined for other files. */
function protocolOf(from: string): unknown {
  const run = runAt(from);
  return run && recordedOptions(run.folder).protocol;
}

/** What the search may spend of the budget. */
function searchBudget(options: ResolvedPlaceOptions): Budget {
  const budget = budgetOf(options, DEFAULT_BUDGET);
  if (options.objective === "proxy" || budget.seconds === undefined) return budget;
  return { ...budget, seconds: SEARCH_SHARE * budget.seconds };
}

/** What is asked of a method. Throws `InputError` for what it does not know. */
function requestFor(method: Method, options: ResolvedPlaceOptions): MethodRequest {
  const { protocol, seed, workers, policy, finetune, settings } = options;
  const budget = searchBudget(options);
  const request = { protocol, seed, workers, policy, finetune, budget };
  if (!method.settings && Object.keys(settings).length > 0)
    throw new InputError("--set", `method '${method.name}' has no settings`, "leave it out");
  const checked = method.settings ? checkWith(method.settings, settings, "--set") : {};
  refuseOthers(method, protocol, options);
  return { ...request, settings: checked };
}

function refuseOthers(method: Method, protocol: Protocol, options: ResolvedPlaceOptions): void {
  if (!method.protocols.includes(protocol))
    throw new InputError(
      "--protocol",
      `method '${method.name}' does not know '${protocol}'`,
      `use ${method.protocols.join(" or ")}`,
    );
  if (options.policy !== undefined && !method.usesPolicy)
    throw new InputError(
      "--policy",
      `method '${method.name}' plays no policy`,
      "use it with --method policy or pipeline",
    );
  if (options.network !== undefined && !method.usesPolicy)
    throw new InputError(
      "--network",
      `method '${method.name}' plays no policy`,
      "use it with --method policy or pipeline",
    );
  if (
    options.from !== undefined &&
    !method.warmStart &&
    options.keep.length === 0 &&
    options.group.length === 0
  )
    throw new InputError(
      "--from",
      `method '${method.name}' does not start from a placement`,
      `use it with --method ${METHODS.filter(({ warmStart }) => warmStart)
        .map(({ name }) => name)
        .join(" or ")}`,
    );
  if (options.turn && !method.turns?.includes(protocol))
    throw new InputError(
      "--turn",
      `method '${method.name}' does not turn macros under protocol ${protocol}`,
      `these do: ${turningMethods()}`,
    );
  if (options.finetune && options.policy === undefined)
    throw new InputError(
      "--finetune",
      "no --policy to tune",
      "name one, or leave --finetune out: it learns anyway",
    );
  if (options.resume && method.checkpoint === undefined)
    throw new InputError(
      "--resume",
      `method '${method.name}' keeps no checkpoint to continue from`,
      "start over without --resume",
    );
}
