// `compare`: methods × blocks × seeds, one run after the other at equal wall time and workers. Losses count like wins,
// and a method that cannot do a block is a row that says why.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import {
  fileNameOf,
  InputError,
  isInputError,
  makeFolder,
  removeFile,
  writeFileAtomically,
} from "../netlist/index.js";
import type { Method, MethodContext, OpenPool } from "../placer/index.js";
import { METHOD_JOBS, type MethodAnswer, type MethodSetup, type MethodTask } from "../queue/index.js";
import { renderCurvesSvg } from "../viz/index.js";
import { type DesignOptions, designOptions } from "./block-options.js";
import {
  COMPARED_VERIFIED,
  type ComparedRun,
  type ComparedVerified,
  type Comparison,
  costCurve,
  medianCurve,
  rowOf,
} from "./comparison.js";
import { evaluate } from "./evaluate.js";
import { refuseWithoutCells } from "./flat-cells.js";
import { refuseRunning, whileOwning } from "./folder-owner.js";
import { loadDistinct } from "./learning-blocks.js";
import { refuseOwnCodeOnQueue, refuseUndistributed, withQueue } from "./on-queue.js";
import { budgetOf, parseOptions, runOptions } from "./options.js";
import { ownCodeProblem } from "./own-code.js";
import { costTermOptions, openJudging } from "./own-module.js";
import { type PlaceOptions, type PlaceSummary, placeBy, protocolOption, type RunMethod } from "./place.js";
import { type PublishedFigure, publishedFigures } from "./published.js";
import { findMethod, METHODS, type MethodChoice, methodNames } from "./registry.js";
import { controlOf, interruptedBy, type RunControl, type RunObserver } from "./run-control.js";
import { readMetricsOf } from "./run-folder.js";
import { verify } from "./verify.js";
import { VERSION } from "./version.js";

const COMPARISON = "compare.json";
const DEFAULT_BUDGET = "60s";
/** Under protocol fd, where a nudge changes the cost by as much as a swap of two macros does. */
const DEFAULT_NUDGES = 32;
/** Runs that are on a queue at the same time, each with its block in the memory of this process. */
const REMOTE_CELLS = 32;
/** When a run on a queue counts as lost though its worker lives: this much over twice its budget, or without one a day, s. */
const GRACE_SECONDS = 300;
const LONGEST_SECONDS = 86_400;

export const compareOptionsSchema = z.strictObject({
  methods: z
    .custom<string | readonly MethodChoice[]>()
    .default("policy,anneal")
    .describe(
      `methods of place, with commas between: ${methodNames().join(", ")}, or modules of your own, such as ./mine.js`,
    ),
  budget: z
    .string()
    .optional()
    .describe("wall-clock time of each run, such as 60s or 5m (default 60s if no --iterations)"),
  iterations: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe("budget of each run in iterations of its method; reproduces exactly"),
  seeds: z.string().default("1,2,3").describe("seeds, with commas between"),
  workers: runOptions.workers.describe("worker threads of each run"),
  protocol: protocolOption,
  ...designOptions,
  ...costTermOptions,
  verify: z
    .boolean()
    .default(false)
    .describe(
      "place the cells and route the nets of every run's best placement, as verify does, after its budget; for flat netlists",
    ),
  nudges: z
    .number()
    .int()
    .min(0)
    .max(10_000)
    .optional()
    .describe(
      "of every run's best placement, score so many copies in which a hard macro is a thousandth of a cell away: their mean is free of luck (default 32 under protocol fd, else 0)",
    ),
  queue: z
    .string()
    .optional()
    .describe(
      "compute each run on a worker (ashlar worker) of this Redis server, redis://HOST:PORT; default: one after the other here",
    ),
  out: z.string().default("runs/compare").describe("folder for compare.json, charts and the runs"),
  force: z.boolean().default(false).describe("replace the comparison that the folder holds"),
});

export type CompareOptions = z.input<typeof compareOptionsSchema>;
type ResolvedCompareOptions = z.output<typeof compareOptionsSchema>;

/**
 * Runs every method on every block with every seed; writes `compare.json` and a chart per block. Throws `InputError`
 * for bad options and blocks that cannot be read, before anything runs.
 */
export async function compare(
  paths: readonly string[],
  given: CompareOptions,
  observer: RunObserver = {},
): Promise<Comparison> {
  const control = controlOf(observer);
  const { onProgress, onStart, signal } = control;
  const options = parseOptions(compareOptionsSchema, given);
  const { seconds } = budgetOf(options, DEFAULT_BUDGET);
  const nudges = nudgesOf(options);
  refuseRunning(options.out);
  if (!options.force && existsSync(join(options.out, COMPARISON)))
    throw new InputError(
      options.out,
      "holds a comparison already",
      "replace it with --force, or choose another --out",
    );
  const methods = await findMethods(options.methods);
  refuseOwnCodeOnQueue(options.queue, { "--cost-term": options.costTerms });
  for (const { name, method, file } of methods) {
    refuseOwnCodeOnQueue(options.queue, {
      "--methods": file ?? (METHODS.includes(method) ? undefined : name),
    });
    refuseUndistributed(options.queue, method, "--methods");
  }
  await openJudging({ costTerms: options.costTerms });
  const seeds = parseSeeds(options.seeds);
  const blocks = await readBlocks(paths, options, onProgress);
  makeFolder(options.out);
  const timeoutSeconds = seconds === undefined ? LONGEST_SECONDS : GRACE_SECONDS + 2 * seconds;
  return withQueue(options.queue, { ...control, timeoutSeconds }, (openPool) =>
    whileOwning(options.out, async () => {
      onStart();
      removeFile(join(options.out, COMPARISON)); // its runs are replaced
      const cells = blocks.flatMap((block) =>
        methods.flatMap((method) => seeds.map((seed): Cell => ({ block, method, seed }))),
      );
      const runs = await runCells(cells, { ...options, nudges, openPool, onProgress, signal });
      const rows = blocks.flatMap((block) =>
        methods.flatMap((method) => {
          const own = runs.filter(
            (_, index) => cells[index]!.block === block && cells[index]!.method === method,
          );
          const done = own.filter((run) => run !== undefined);
          return done.length > 0 ? [rowOf(block.block, method.name, options.protocol, done)] : [];
        }),
      );
      const comparison: Comparison = {
        ashlar: VERSION,
        protocol: options.protocol,
        ...budgetTold(options),
        workers: options.workers,
        seeds,
        methods: methods.map(({ name }) => name),
        blocks: blocks.map(({ block }) => block),
        rows,
        published: blocks.flatMap(({ published }) => published(options.protocol)),
        out: options.out,
        ...interruptedBy(signal),
      };
      await writeComparison(comparison);
      return comparison;
    }),
  );
}

/** Nudged copies of every result. Throws `InputError` under protocol free, which has no cell placer that could follow a nudge. */
function nudgesOf({ nudges, protocol }: ResolvedCompareOptions): number {
  if (nudges === 1) throw new InputError("--nudges", "1, but 0, or 2 and more, were expected");
  if (nudges && protocol === "free")
    throw new InputError("--nudges", "protocol free places no soft macros anew", "leave it out");
  return nudges ?? (protocol === "fd" ? DEFAULT_NUDGES : 0);
}

/** What a run may spend, as it is told. */
function budgetTold({
  budget,
  iterations,
}: ResolvedCompareOptions): Pick<Comparison, "budget" | "iterations"> {
  return {
    budget:
      budget ??
      (iterations === undefined ? DEFAULT_BUDGET : `${iterations} iteration${iterations === 1 ? "" : "s"}`),
    ...(iterations !== undefined && { iterations }),
  };
}

/** One run of the comparison. */
interface Cell {
  readonly block: NamedBlock;
  readonly method: NamedMethod;
  readonly seed: number;
}

type CellOptions = ResolvedCompareOptions & { readonly nudges: number } & Pick<RunControl, "signal"> & {
    readonly openPool: OpenPool | undefined;
    readonly onProgress: (line: string) => void;
  };

/**
 * Runs the cells: one after the other here, or many at the same time on the workers of a queue. Undefined for those that
 * were not run, or given up, because the comparison was stopped.
 */
async function runCells(cells: readonly Cell[], options: CellOptions): Promise<(ComparedRun | undefined)[]> {
  const { openPool, onProgress, signal, workers } = options;
  const runs: (ComparedRun | undefined)[] = cells.map(() => undefined);
  const waiting = cells.entries();
  // Verification takes all threads of this process, so there is one at a time.
  let before: Promise<unknown> = Promise.resolve();
  const feed = async (): Promise<void> => {
    for (const [index, { block, method, seed }] of waiting) {
      if (signal?.aborted) return;
      onProgress(`${block.block}  ${method.name}  seed ${seed}`);
      const run = await runOnce(block, method, seed, options);
      if (run && options.verify) {
        const verifying = before.then(() => verified(run, workers, { onProgress, signal }));
        before = verifying.catch(() => {});
        runs[index] = await verifying;
      } else runs[index] = run;
    }
  };
  await Promise.all(Array.from({ length: openPool ? REMOTE_CELLS : 1 }, feed));
  return runs;
}

interface NamedMethod {
  readonly name: string;
  readonly method: Method;
  /** The file that it was loaded from. */
  readonly file: string | undefined;
  /** As it was chosen, for the record of the run. */
  readonly choice: MethodChoice;
}

/** A run; undefined if it was given up on a queue because the comparison was stopped. */
async function runOnce(
  { path, block, design }: NamedBlock,
  { name, choice: method }: NamedMethod,
  seed: number,
  {
    budget,
    iterations: most,
    workers,
    protocol,
    costTerms,
    nudges,
    out: folder,
    signal,
    openPool,
  }: CellOptions,
): Promise<ComparedRun | undefined> {
  const out = join(folder, fileNameOf(block), `${name}-s${seed}`);
  const started = performance.now();
  let waited = 0;
  const remote: RunMethod = async (chosen, context) => {
    const began = performance.now();
    const answer = await runRemotely(openPool!, chosen, context);
    waited = (performance.now() - began) / 1000 - answer.seconds;
    return answer.result;
  };
  try {
    const given: PlaceOptions = {
      ...{ ...design, method, protocol, workers, seed, costTerms, out, force: true },
      budget: budget ?? (most === undefined ? DEFAULT_BUDGET : undefined),
      iterations: most,
    };
    const place = { blockOrRun: path, given, observer: { signal } };
    const summary = await placeBy(openPool ? remote : (chosen, context) => chosen.run(context), place);
    const { iterations } = summary;
    const seconds = summary.seconds - waited;
    const curve = costCurve(readMetricsOf(out), { seconds, cost: summary.proxy_cost });
    const nudged =
      nudges > 0 && protocol !== "free"
        ? (await evaluate(out, { placeCells: protocol, nudges, costTerms })).score.nudged
        : undefined;
    return { seed, out, seconds, iterations, score: scoreIn(summary), ...(nudged && { nudged }), curve };
  } catch (error) {
    if (openPool && signal?.aborted) return undefined;
    const reason = isInputError(error)
      ? error.message
      : (ownCodeProblem(error) ?? `internal: ${(error as Error).message}`);
    const seconds = (performance.now() - started) / 1000 - waited;
    return { seed, out, seconds, curve: { seconds: [], costs: [] }, reason };
  }
}

/** Runs a method as one job, and tells the run's folder what it told the worker's. Throws once the signal is aborted. */
async function runRemotely(
  openPool: OpenPool,
  { name }: Method,
  { block, rules, run, settings, protocol, seed, workers, budget, signal }: MethodContext,
): Promise<MethodAnswer> {
  const pool = openPool(METHOD_JOBS, workers, { block, rules } satisfies MethodSetup);
  const task: MethodTask = {
    ...{ method: name, protocol, seed, workers, budget },
    settings: settings as Readonly<Record<string, unknown>>,
  };
  const stopped = new AbortController();
  try {
    const answer = await Promise.race([
      pool.run("run", task) as Promise<MethodAnswer>,
      new Promise<never>((_, reject) => {
        const stop = () => reject(new Error("the comparison was stopped"));
        if (signal?.aborted) stop();
        signal?.addEventListener("abort", stop, { once: true, signal: stopped.signal });
      }),
    ]);
    for (const event of answer.events)
      if ("metrics" in event) run.appendMetrics(event.metrics);
      else if ("stage" in event) run.beginStage();
      else await run.continueAfter(event.continueAfter);
    const { result } = answer;
    if (result) await run.writeBest(block, result.placement, result.costs);
    return answer;
  } finally {
    stopped.abort();
    await pool.close();
  }
}

/** The run with what `verify` finds of its best placement. What is cut short is not counted. */
async function verified(
  run: ComparedRun,
  workers: number,
  control: Pick<RunControl, "onProgress" | "signal">,
): Promise<ComparedRun> {
  if (!run.score || control.signal?.aborted) return run;
  try {
    const figures = await verify(run.out, { workers }, control);
    if (control.signal?.aborted) return run;
    const { legal, macro_overlaps, seconds } = figures;
    const compared = Object.fromEntries(COMPARED_VERIFIED.map((name) => [name, figures[name]])) as Record<
      ComparedVerified,
      number
    >;
    return { ...run, verified: { ...compared, legal, macro_overlaps, seconds } };
  } catch (error) {
    if (!isInputError(error)) throw error;
    return { ...run, unverified: `not verified: ${error.message}` };
  }
}

function scoreIn(summary: PlaceSummary): NonNullable<ComparedRun["score"]> {
  const { wirelength, wirelength_cost, density_cost, congestion_cost, proxy_cost, overlaps, legal } = summary;
  return { wirelength, wirelength_cost, density_cost, congestion_cost, proxy_cost, overlaps, legal };
}

/** Writes charts and table, the table last: with it all is there. */
async function writeComparison(comparison: Comparison): Promise<void> {
  const { out, blocks, rows, protocol, budget, workers, seeds } = comparison;
  for (const block of blocks) {
    const curves = rows
      .filter((row) => row.block === block && row.costs)
      .map((row) => ({ label: row.method, ...medianCurve(row.runs.map((run) => run.curve)) }));
    const runs = `${budget}, ${workers} worker${workers === 1 ? "" : "s"}, ${seeds.length} seed${seeds.length === 1 ? "" : "s"}`;
    const chart = renderCurvesSvg(curves, {
      title: `${block}, protocol ${protocol}: best cost, median and range (${runs})`,
      xLabel: "seconds",
      yLabel: "proxy cost",
      logX: true,
    });
    await writeFileAtomically(join(out, `${fileNameOf(block)}.svg`), chart);
  }
  await writeFileAtomically(join(out, COMPARISON), `${JSON.stringify(comparison, null, 2)}\n`);
}

interface NamedBlock {
  readonly path: string;
  readonly block: string;
  readonly design: DesignOptions;
  /** Figures of others; the block itself need not stay in memory. */
  readonly published: (protocol: string) => readonly PublishedFigure[];
}

async function readBlocks(
  paths: readonly string[],
  options: DesignOptions & { readonly verify: boolean },
  onProgress: (line: string) => void,
): Promise<NamedBlock[]> {
  const blocks: NamedBlock[] = [];
  for await (const { path, block, flat, design } of loadDistinct(paths, options, onProgress)) {
    if (options.verify) refuseWithoutCells(flat);
    const figures = ["fd", "free"].flatMap((protocol) => publishedFigures(block, protocol));
    blocks.push({
      path,
      block: block.name,
      design,
      published: (protocol) => figures.filter((figure) => figure.protocol === protocol),
    });
  }
  return blocks;
}

async function findMethods(given: string | readonly MethodChoice[]): Promise<NamedMethod[]> {
  const choices = [...new Set(typeof given === "string" ? words(given) : given)];
  if (choices.length === 0)
    throw new InputError("--methods", "no method is named", `known are ${methodNames().join(", ")}`);
  const methods: NamedMethod[] = [];
  for (const choice of choices) {
    const { method, file } = await findMethod(choice, "--methods");
    const { name } = method;
    if (methods.some((method) => method.name === name))
      throw new InputError("--methods", `two methods are named '${name}'`, "rename one of them");
    methods.push({ name, choice, method, file });
  }
  return methods;
}

function parseSeeds(text: string): number[] {
  const seeds = [...new Set(words(text).map(Number))];
  if (seeds.length === 0 || !seeds.every((seed) => Number.isSafeInteger(seed) && seed >= 0))
    throw new InputError("--seeds", `'${text}', whole numbers from 0 were expected, as in 1,2,3`);
  return seeds;
}

function words(text: string): string[] {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}
