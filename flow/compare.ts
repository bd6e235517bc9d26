// `compare`: methods × blocks × seeds, one run after the other at equal wall time and workers. Losses count like wins,
// and a method that cannot do a block is a row that says why.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { fileNameOf, InputError, isInputError, makeFolder, writeFileAtomically } from "../netlist/index.js";
import { renderCurvesSvg } from "../viz/index.js";
import { type DesignOptions, designOptions } from "./block-options.js";
import {
  COMPARED_VERIFIED,
  type ComparedRun,
  type ComparedVerified,
  type Comparison,
  type ComparisonRow,
  costCurve,
  medianCurve,
  rowOf,
} from "./comparison.js";
import { refuseWithoutCells } from "./flat-cells.js";
import { refuseRunning, whileOwning } from "./folder-owner.js";
import { loadDistinct } from "./learning-blocks.js";
import { parseBudget, parseOptions, runOptions } from "./options.js";
import { ownCodeProblem } from "./own-code.js";
import { costTermOptions, openJudging } from "./own-module.js";
import { type PlaceSummary, place, protocolOption } from "./place.js";
import { type PublishedFigure, publishedFigures } from "./published.js";
import { findMethod, type MethodChoice, methodNames } from "./registry.js";
import { controlOf, interruptedBy, type RunControl, type RunObserver } from "./run-control.js";
import { readMetricsOf } from "./run-folder.js";
import { verify } from "./verify.js";
import { VERSION } from "./version.js";

const COMPARISON = "compare.json";

export const compareOptionsSchema = z.strictObject({
  methods: z
    .custom<string | readonly MethodChoice[]>()
    .default("policy,anneal")
    .describe(
      `methods of place, with commas between: ${methodNames().join(", ")}, or modules of your own, such as ./mine.js`,
    ),
  budget: z.string().default("60s").describe("wall-clock time of each run, such as 60s or 5m"),
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
  const { onProgress, onStart, signal } = controlOf(observer);
  const options = parseOptions(compareOptionsSchema, given);
  parseBudget(options.budget);
  refuseRunning(options.out);
  if (!options.force && existsSync(join(options.out, COMPARISON)))
    throw new InputError(
      options.out,
      "holds a comparison already",
      "replace it with --force, or choose another --out",
    );
  const methods = await findMethods(options.methods);
  await openJudging({ costTerms: options.costTerms });
  const seeds = parseSeeds(options.seeds);
  const blocks = await readBlocks(paths, options, onProgress);
  makeFolder(options.out);
  return whileOwning(options.out, async () => {
    onStart();
    const rows: ComparisonRow[] = [];
    for (const { block, path, design } of blocks)
      for (const method of methods) {
        const runs: ComparedRun[] = [];
        for (const seed of seeds) {
          if (signal?.aborted) break;
          onProgress(`${block}  ${method.name}  seed ${seed}`);
          const run = await runOnce({ path, block, design }, method, seed, { ...options, signal });
          runs.push(options.verify ? await verified(run, options.workers, { onProgress, signal }) : run);
        }
        if (runs.length > 0) rows.push(rowOf(block, method.name, options.protocol, runs));
      }
    const comparison: Comparison = {
      ashlar: VERSION,
      protocol: options.protocol,
      budget: options.budget,
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
  });
}

interface NamedMethod {
  readonly name: string;
  /** As it was chosen, for the record of the run. */
  readonly choice: MethodChoice;
}

async function runOnce(
  { path, block, design }: Pick<NamedBlock, "path" | "block" | "design">,
  { name, choice: method }: NamedMethod,
  seed: number,
  {
    budget,
    workers,
    protocol,
    costTerms,
    out: folder,
    signal,
  }: ResolvedCompareOptions & Pick<RunControl, "signal">,
): Promise<ComparedRun> {
  const out = join(folder, fileNameOf(block), `${name}-s${seed}`);
  const started = performance.now();
  try {
    const options = { ...design, method, protocol, budget, workers, seed, costTerms, out, force: true };
    const summary = await place(path, options, { signal });
    const { seconds, iterations } = summary;
    const curve = costCurve(readMetricsOf(out), { seconds, cost: summary.proxy_cost });
    return { seed, out, seconds, iterations, score: scoreIn(summary), curve };
  } catch (error) {
    const reason = isInputError(error)
      ? error.message
      : (ownCodeProblem(error) ?? `internal: ${(error as Error).message}`);
    const seconds = (performance.now() - started) / 1000;
    return { seed, out, seconds, curve: { seconds: [], costs: [] }, reason };
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

async function writeComparison(comparison: Comparison): Promise<void> {
  const { out, blocks, rows, protocol, budget, workers, seeds } = comparison;
  await writeFileAtomically(join(out, COMPARISON), `${JSON.stringify(comparison, null, 2)}\n`);
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
    const { name } = (await findMethod(choice, "--methods")).method;
    if (methods.some((method) => method.name === name))
      throw new InputError("--methods", `two methods are named '${name}'`, "rename one of them");
    methods.push({ name, choice });
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
