// How every job runs, whatever it computes: limits and options are checked, files are read and judged, then the run
// folder is opened, and only there anything is written; the work is done, scored, and a summary is left.
import type { z } from "zod";
import { type Costs, checkFeasible, checkLegality, Judge, type JudgeRules } from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import {
  type Block,
  copyPlacement,
  fileNameOf,
  NodeKind,
  nodesOfKind,
  type Placement,
} from "../netlist/index.js";
import {
  type FlatNetlist,
  type OldNames,
  type OpenPool,
  refuseWithoutRoom,
  type ScoredPlacement,
} from "../placer/index.js";
import { CANDIDATES_FILE, Candidates } from "./candidates.js";
import { clusteredPlacement, flatPlacement, writeClustering } from "./cluster.js";
import { type Score, scoreOf } from "./evaluate.js";
import {
  type CellsInPlace,
  forgetMacros,
  keepMacros,
  placeCellsAfterMacros,
  readMacros,
  refuseWithoutCells,
} from "./flat-cells.js";
import { type FlatCosts, flatCosts } from "./flat-output.js";
import { withQueue } from "./on-queue.js";
import { defaultsOf } from "./options.js";
import { type CostTermChoice, openJudging } from "./own-module.js";
import { costWithPull, type JobOptions, openPlacingJob, type PlacingJob } from "./placing-job.js";
import { tellQueue } from "./queue-state.js";
import { writeResult } from "./report.js";
import { type controlOf, interruptedBy } from "./run-control.js";
import { RunFolder, type RunSpec, refuseTaken } from "./run-folder.js";
import { chooseResults, type TopResult, writeTopResults } from "./top-results.js";
import { chooseVerified, type OBJECTIVES, VERIFIED_RESULTS, type VerifiedResult } from "./verified-choice.js";

/** Does the work in a run folder and returns what it leaves as its summary. */
export async function runInFolder<Summary>(
  spec: RunSpec,
  work: (run: RunFolder) => Promise<Summary>,
  onStart: () => void = () => {},
): Promise<Summary> {
  const run = await RunFolder.open(spec);
  onStart();
  return run.whileOpen(() => work(run));
}

/** Options of a job on one block. */
export interface BlockRunOptions extends JobOptions {
  readonly out?: string | undefined;
  readonly resume: boolean;
  readonly force: boolean;
  readonly costTerms?: readonly CostTermChoice[];
  /** Whether the cells of the flat netlist are placed in the end. */
  readonly cells?: boolean;
  /** Threads for these cells; 1 by default. */
  readonly workers?: number;
  readonly queue?: string | undefined;
  readonly queueTimeout?: number | undefined;
  readonly queueMode?: "exact" | "fast";
  /** How many different results are asked for; 1 by default. */
  readonly top?: number | undefined;
  /** What decides among the results; the proxy cost by default. */
  readonly objective?: (typeof OBJECTIVES)[number];
}

/** A job on one block. */
export interface BlockJob<Found extends object> {
  /** Name of the default run folder, `runs/BLOCK/NAME`. */
  readonly name: string;
  readonly options: BlockRunOptions;
  /** Of these options. */
  readonly schema: z.ZodObject;
  /** What the run folder records instead of `options`, where these are no plain data. */
  readonly record?: Readonly<Record<string, unknown>>;
  /** Files that the result depends on besides the block's. */
  readonly inputs: readonly string[];
  /** Names of options that changed since older records were written: `settings.cycle`. */
  readonly oldNames?: OldNames | undefined;
  readonly control: ReturnType<typeof controlOf>;
  /** Whether `work` chooses how hard macros are mirrored. */
  readonly mirrors?: boolean | undefined;
  /** Wall-clock budget of the job with all that follows the search, s. */
  readonly seconds?: number | undefined;
  work(place: BlockRun): Promise<BlockWork<Found>>;
}

/** What a job on one block works with. */
export interface BlockRun {
  readonly block: Block;
  readonly judge: Judge;
  readonly rules: JudgeRules;
  readonly run: RunFolder;
  /** Set if the job computes on the workers of a queue. */
  readonly openPool: OpenPool | undefined;
  /** The placement that `--from` names, of the same nodes. */
  readonly given?: Placement;
  /** Set if the block was clustered. */
  readonly flat?: FlatNetlist;
}

export interface BlockWork<Found extends object> {
  /** The placement to score and to write; a run may end without one. */
  readonly best?: ScoredPlacement | undefined;
  /** The given placement, complete: it is the result if it is legal and nothing better was found. */
  readonly given?: Placement;
  /** Said in the summary. */
  readonly found: Found;
}

/** Summary of a job on one block; a score if there is a placement. */
export type BlockSummary<Found extends object> = Partial<Score & CellsInPlace> & {
  /** Of constraints of a DEF design by its hard macros. */
  readonly violations?: number;
  /** Of the block as its own files have the result, with single cells; absent if no cells were clustered and no such file is written. */
  readonly flat?: FlatCosts;
  readonly block: string;
  /** Wall-clock time of the whole command; of a run that was resumed, of all its processes. */
  readonly seconds: number;
  readonly out: string;
  /** The job was asked to stop before its budget was spent. */
  readonly interrupted?: true;
  /** Several different results, if they were asked for; the first is the best. */
  readonly top?: readonly TopResult[];
  /** With objective `verified`: the results that were verified, in the order of their cost. */
  readonly verified?: readonly VerifiedResult[];
} & Found;

/** Runs a job on the block at `path`. Throws `InputError` for bad input and blocks that cannot be placed. */
export async function runOnBlock<Found extends object>(
  path: string,
  job: BlockJob<Found>,
): Promise<BlockSummary<Found>> {
  const started = performance.now();
  const { options } = job;
  const { onProgress, onStart, signal } = job.control;
  if (options.out !== undefined) refuseTaken(options.out, options);
  const { rules, options: judging, files, record: termRecord } = await openJudging(options);
  const opened = await openPlacingJob(path, { ...options, keepMirrors: job.mirrors }, onProgress);
  const { block, scored, flat, clustering } = opened;
  const judge = new Judge(Kernels.create(), block, judging);
  checkFeasible(judge);
  const isVerified = options.objective === "verified";
  if (options.cells || isVerified) {
    refuseWithoutCells(flat);
    refuseWithoutRoom(flat, flat.initial, (node) => flat.fixed[node] === 1);
  }
  for (const note of nothingToDo(block)) onProgress(note);
  const out = options.out ?? `runs/${fileNameOf(block.name)}/${job.name}`;
  const record = { ...options, ...termRecord, ...job.record, out };
  const inputs = [...opened.inputs, ...job.inputs, ...files];
  const { resume, force } = options;
  const defaults = defaultsOf(job.schema);
  const spec = { out, options: record, inputs, resume, force, oldNames: job.oldNames, defaults };
  const work = async (run: RunFolder, openPool: OpenPool | undefined) => {
    const { columns, rows } = block.grid;
    onProgress(
      `${block.name}: canvas ${block.canvas.width} x ${block.canvas.height} µm, grid ${columns} x ${rows}`,
    );
    if (clustering) await writeClustering(out, flat, clustering);
    const { view } = opened;
    if (block !== scored) run.writesAs({ block: scored, toScored: view.toBlock });
    const count = options.top ?? 1;
    const most = isVerified ? Math.max(count, VERIFIED_RESULTS) : count;
    const candidates = most > 1 ? new Candidates(block, most) : undefined;
    run.keepCandidates(candidates);
    const given = opened.given && view.fromBlock(opened.given);
    const unclustered = flatNetlistOf(opened);
    // If an earlier process was stopped while it placed the cells, its macros are there.
    const earlier = options.cells && resume ? await readMacros<Found>(run, block) : undefined;
    if (earlier) candidates?.readAfter(run.file(CANDIDATES_FILE), Number.POSITIVE_INFINITY);
    const worked =
      earlier ??
      (await job.work({
        block,
        judge,
        rules,
        run,
        openPool,
        ...(given && { given }),
        ...(unclustered && { flat: unclustered }),
      }));
    run.writesAs(undefined);
    run.keepCandidates(undefined);
    const { best, found } = worked;
    // Read late: the user may stop the run while cells are placed.
    const summary = () => ({ block: block.name, ...found, out, ...interruptedBy(signal) });
    const seconds = () => run.earlierSeconds + (performance.now() - started) / 1000;
    if (!best) return { ...summary(), seconds: seconds() } as BlockSummary<Found>;
    const scorer = scored === block ? judge : new Judge(Kernels.create(), scored, judging);
    const single = betterOf(opened, scorer, opened.finish(best.placement, judging), worked.given);
    const cheapest =
      candidates &&
      chooseResults({
        ...{ job: opened, judge: scorer, judging, best: single, candidates: candidates.list(), count: most },
      });
    const choice =
      isVerified && !signal?.aborted
        ? await chooseVerified(cheapest!.slice(0, VERIFIED_RESULTS), opened, {
            secondsLeft: () => (job.seconds ?? Number.POSITIVE_INFINITY) - seconds(),
            ...{ workers: options.workers ?? 1, signal, onProgress },
          })
        : undefined;
    const results = choice
      ? [...choice.results, ...cheapest!.slice(VERIFIED_RESULTS)].slice(0, count)
      : cheapest?.slice(0, count);
    const placement = results?.at(0)?.placement ?? single;
    const costs: Costs = scorer.evaluate(placement);
    const score = scoreOf(scored, costs, scorer);
    const { violations } = await opened.write(run, placement);
    const top =
      results &&
      count > 1 &&
      (await writeTopResults(results, { job: opened, judge: scorer, count, run, onProgress }));
    if (top) scorer.evaluate(placement); // its maps are the picture's
    let flatOutput = opened.flatOutput?.(placement);
    let cells: CellsInPlace | undefined;
    if (options.cells && signal?.aborted)
      onProgress("cells are not placed, as the search was stopped; --resume goes on");
    else if (options.cells && flatOutput) {
      await run.writeFinal(scored, placement, costs);
      await keepMacros(run, { best, found, ...(worked.given && { given: worked.given }) });
      const after = await placeCellsAfterMacros(run, {
        ...{ ...flatOutput, design: opened.design, resume, signal, onProgress },
        workers: options.workers ?? 1,
      });
      cells = after.summary;
      flatOutput = { ...flatOutput, placement: after.placement };
    }
    const flatScore = flatOutput && flatCosts(flatOutput, judging, onProgress);
    const whole: BlockSummary<Found> = {
      ...score,
      ...(violations !== undefined && { violations }),
      ...cells,
      legal: score.legal && (violations ?? 0) === 0 && (cells?.cells_legal ?? true),
      ...(flatScore && { flat: flatScore }),
      ...summary(),
      seconds: seconds(),
      ...(top && { top }),
      ...(choice && { verified: choice.verified }),
    };
    await writeResult(run, scored, placement, costs, scorer.maps(), whole);
    if (cells && !signal?.aborted) forgetMacros(run);
    return whole;
  };
  const { queueTimeout: patienceSeconds, queueMode: mode } = options;
  const control = { ...job.control, patienceSeconds, mode };
  return withQueue(options.queue, control, (openPool, queue) =>
    runInFolder(spec, (run) => tellQueue(queue, run, () => work(run, openPool)), onStart),
  );
}

function flatNetlistOf(job: PlacingJob): FlatNetlist | undefined {
  const { flat, flatView, clustering, scored, view, design } = job;
  if (!clustering) return undefined;
  return {
    block: flatView.block,
    fromFlat: (placement) =>
      view.fromBlock(clusteredPlacement(flat, flatView.toBlock(placement), { ...clustering, block: scored })),
    toFlat: (placement) => flatView.fromBlock(flatPlacement(flat, view.toBlock(placement), clustering)),
    ...(design && {
      allows: (node, orientation) => design.allowed[node]?.includes(orientation) ?? true,
    }),
  };
}

/** What was found, or the given placement where that is legal and nothing better was found. */
function betterOf(
  job: PlacingJob,
  scorer: Judge,
  found: Placement,
  complete: Placement | undefined,
): Placement {
  const { scored, given, isAllowed } = job;
  if (!given || !complete) return found;
  // Soft macros are in the same terms in both.
  const candidate = copyPlacement(given);
  for (const node of nodesOfKind(scored, NodeKind.SoftMacro)) {
    candidate.xs[node] = complete.xs[node]!;
    candidate.ys[node] = complete.ys[node]!;
  }
  if (!checkLegality(scored, candidate).legal || !isAllowed(candidate)) return found;
  const costOf = (placement: Placement) =>
    costWithPull(job, { placement, costs: scorer.evaluate(placement) });
  return costOf(candidate) < costOf(found) ? candidate : found;
}

/** Says at once if no macro can move or no net connects anything: the result is then what it is. */
function nothingToDo(block: Block): string[] {
  const { name, kinds, fixed, netCount, netStarts } = block;
  let macros = 0;
  let movable = 0;
  for (let node = 0; node < block.nodeCount; node++) {
    if (kinds[node] !== NodeKind.HardMacro) continue;
    macros++;
    if (!fixed[node]) movable++;
  }
  let isConnected = false;
  for (let net = 0; net < netCount && !isConnected; net++)
    isConnected = netStarts[net + 1]! - netStarts[net]! > 1;
  return [
    ...(macros > 0 && movable === 0 ? [`${name}: nothing to move, all ${macros} hard macros are fixed`] : []),
    ...(isConnected ? [] : [`${name}: nothing is connected, so wirelength and congestion by nets are 0`]),
  ];
}
