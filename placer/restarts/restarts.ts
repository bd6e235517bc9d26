// Search by restarts: a one-shot placer makes attempt after attempt on worker threads, and the best placement is kept.
// The first attempts take settings that are known to be good, the next draw from everywhere, later ones lie around the
// best so far or are drawn anew, by turns. What suits a block differs from block to block, and the judge decides.
// Attempts are begun and handled in the order of their numbers, and each knows only of attempts a fixed number before
// it, so the result does not depend on the number of workers.
import { z } from "zod";
import { InputError, isFile, Random, readOwnJson } from "../../netlist/index.js";
import { GivenUpError, type OpenPool, onThreads } from "../jobs.js";
import type { Method, MethodContext, MethodResult, ScoredPlacement } from "../method.js";
import {
  reviveScored,
  SECONDS_PER_CHECKPOINT,
  SECONDS_PER_LINE,
  type StoredScored,
  storeScored,
  throttle,
  timeText,
} from "../search.js";
import { migrated } from "../settings.js";
import type { DrawnSettings, OneShotPlacer, WorkerSetup } from "./one-shot.js";
import { type AttemptTask, RESTART_JOBS } from "./worker.js";

const DEFAULT_LAG = 8;
const CHECKPOINT = "checkpoints/restarts.json";

/** A method made of a one-shot placer, which workers find in it when it is a module's default export. */
export interface RestartMethod extends Method<DrawnSettings> {
  readonly placer: OneShotPlacer;
}

/**
 * A method that runs a one-shot placer again and again. An iteration is one attempt.
 * @param first makes the first placement for a placer that only improves one (`context.placeFirst`)
 */
export function restartMethod(placer: OneShotPlacer, first?: OneShotPlacer): RestartMethod {
  return {
    placer,
    name: placer.name,
    description: placer.description ?? "one-shot placer, restarted with other settings",
    protocols: ["fd", "es"],
    settings: settingsSchema(placer),
    ...(placer.oldNames && { oldNames: placer.oldNames }),
    checkpoint: CHECKPOINT,
    distributes: true,
    ...(placer.improves && { warmStart: {} }),
    ...(placer.turns && { turns: ["fd", "es"] as const }),
    run: (context) => placeByRestarts(placer, first, context),
  };
}

/** Every setting may be given; those that are not are drawn anew by each attempt. */
function settingsSchema({ settings = {} }: OneShotPlacer): z.ZodType<DrawnSettings> {
  const entries = Object.entries(settings).map(([name, { least, most, meaning }]) => [
    name,
    z.number().min(0).optional().describe(`${meaning}; drawn from ${least} to ${most} if not given`),
  ]);
  return z.strictObject(Object.fromEntries(entries)) as z.ZodType<DrawnSettings>;
}

async function placeByRestarts(
  placer: OneShotPlacer,
  first: OneShotPlacer | undefined,
  context: MethodContext<DrawnSettings>,
): Promise<MethodResult | undefined> {
  const { block, rules, protocol, cellPlacer, run, onProgress } = context;
  const started = performance.now();
  const resumed = context.resume ? readState(run.file(CHECKPOINT), placer, block.nodeCount) : undefined;
  if (resumed) onProgress(`resuming after attempt ${resumed.attempts}`);
  if (context.resume) await run.continueAfter(resumed?.attempts ?? 0);
  const lineDue = throttle(SECONDS_PER_LINE);
  const checkpointDue = throttle(SECONDS_PER_CHECKPOINT);
  const { budget, seed, workers, openPool, settings } = context;
  const state = await searchByRestarts(
    { block, rules, protocol, cellPlacer, placer, first },
    { ...budget, seed, workers, openPool, settings, signal: context.signal },
    async ({ state: now, found }) => {
      const elapsed = (performance.now() - started) / 1000;
      const best = now.improvements.at(-1);
      const better = best?.attempt === now.attempts - 1;
      if (better) await run.writeBest(block, best.placement, best.costs);
      else if (found) run.offer?.(found.placement, found.costs);
      run.appendMetrics({
        iteration: now.attempts,
        seconds: elapsed,
        "cost/proxy": found?.costs.proxyCost ?? null,
        "cost/best": best?.costs.proxyCost ?? null,
      });
      const cost = best ? `best ${best.costs.proxyCost.toFixed(4)}` : "none legal yet";
      const done = now.attempts - (resumed?.attempts ?? 0);
      const left =
        budget.iterations === undefined
          ? (budget.seconds ?? 0) - elapsed
          : (elapsed / done) * (budget.iterations - now.attempts);
      if (lineDue(elapsed, better))
        onProgress(`attempt ${now.attempts}  ${timeText(elapsed, left)}  ${cost}`);
      if (checkpointDue(elapsed, better)) await run.writeJson(CHECKPOINT, storeState(now));
    },
    resumed ?? (context.start && startState(context.start, placer)),
  );
  await run.writeJson(CHECKPOINT, storeState(state));
  const best = state.improvements.at(-1);
  return best && { ...best, iterations: state.attempts, episodes: state.attempts };
}

/** As if a given placement were the best of attempts before the first one. */
function startState({ placement, costs }: MethodResult, { lag = DEFAULT_LAG }: OneShotPlacer): RestartState {
  return { attempts: 0, improvements: [{ placement, costs, attempt: -lag, settings: {} }] };
}

/** What is tried on what. */
export interface RestartSetup extends Omit<WorkerSetup, "placer" | "first"> {
  readonly placer: OneShotPlacer;
  /** Makes the first placement for a placer that only improves one. */
  readonly first?: OneShotPlacer | undefined;
}

export interface RestartOptions {
  readonly seed: number;
  readonly workers: number;
  /** Where attempts are made, by default on threads of this process. */
  readonly openPool?: OpenPool | undefined;
  /** One of the two: attempts, or wall-clock seconds. The first attempt is always waited for. */
  readonly iterations?: number | undefined;
  readonly seconds?: number | undefined;
  /** Ends the search after an attempt. */
  readonly signal?: AbortSignal | undefined;
  /** Settings that are given and not drawn. */
  readonly settings: DrawnSettings;
}

/** An attempt that was better than all before it. */
export interface Improvement extends ScoredPlacement {
  readonly attempt: number;
  readonly settings: DrawnSettings;
}

/** All that is needed to go on after an attempt. */
export interface RestartState {
  /** Attempts done. */
  readonly attempts: number;
  /** Those that coming attempts may still ask for, oldest first; the last is the best. */
  readonly improvements: readonly Improvement[];
}

export interface AttemptReport {
  readonly state: RestartState;
  /** Undefined: no legal placement came out. */
  readonly found: ScoredPlacement | undefined;
}

/** Makes attempts from where `from` stands until the budget is spent; `onAttempt` is waited for. */
export async function searchByRestarts(
  { placer, first, ...setup }: RestartSetup,
  options: RestartOptions,
  onAttempt: (report: AttemptReport) => Promise<void> = async () => {},
  from: RestartState = { attempts: 0, improvements: [] },
): Promise<RestartState> {
  const lag = placer.lag ?? DEFAULT_LAG;
  const data: WorkerSetup = { ...setup, placer: placer.module, first: first?.module };
  const pool = (options.openPool ?? onThreads)(RESTART_JOBS, options.workers, data);
  const end = performance.now() + 1000 * (options.seconds ?? Number.POSITIVE_INFINITY);
  const running: { task: AttemptTask; result: Promise<ScoredPlacement | undefined> }[] = [];
  let state = from;
  let next = from.attempts;
  try {
    for (;;) {
      while (running.length < lag && next < (options.iterations ?? Number.POSITIVE_INFINITY)) {
        const task = attemptTask(placer, options, state, next++);
        const result = pool.run("attempt", task) as Promise<ScoredPlacement | undefined>;
        result.catch(() => {}); // one that is left over when the pool ends fails unheard
        running.push({ task, result });
      }
      const oldest = running.shift();
      if (!oldest) break;
      const found = await (state.attempts === 0 ? oldest.result : beforeEnd(oldest.result, end));
      if (found === LATE) break;
      state = nextState(state, oldest.task, found, lag);
      await onAttempt({ state, found });
      if (performance.now() >= end || options.signal?.aborted) break;
    }
  } catch (error) {
    if (!(state.attempts > 0 && error instanceof GivenUpError)) throw error; // attempts in progress are lost, no others
  } finally {
    await pool.close();
  }
  return state;
}

function attemptTask(
  placer: OneShotPlacer,
  { seed, settings }: RestartOptions,
  state: RestartState,
  attempt: number,
): AttemptTask {
  const { lag = DEFAULT_LAG } = placer;
  const known = state.improvements.findLast((improvement) => improvement.attempt <= attempt - lag);
  const random = Random.stream(seed, placer.name, "settings", attempt);
  const drawn = drawSettings(placer, attempt, random, known?.settings);
  return {
    seed,
    attempt,
    settings: { ...drawn, ...settings },
    from: known && { placement: known.placement, costs: known.costs },
  };
}

/** Attempts that draw from everywhere before any stays near the best. */
const DRAWN_FIRST = 4;
/** How far an attempt near the best strays, in parts of the logarithmic range. */
const STRAY = 0.13;

/**
 * Settings of attempt number `attempt` (from 0).
 * @param best settings of the best attempt that this one may know of
 */
export function drawSettings(
  { settings = {}, starts = [] }: Pick<OneShotPlacer, "settings" | "starts">,
  attempt: number,
  random: Random,
  best: DrawnSettings | undefined,
): DrawnSettings {
  const first = starts[attempt];
  if (first) return first;
  const near = attempt >= starts.length + DRAWN_FIRST && attempt % 3 !== 0 ? best : undefined;
  return Object.fromEntries(
    Object.entries(settings).map(([name, { least, most }]) => {
      const span = Math.log(most / least);
      const share = near ? Math.log(near[name]! / least) / span + STRAY * random.normal() : random.uniform();
      return [name, least * Math.exp(span * Math.min(1, Math.max(0, share)))];
    }),
  );
}

function nextState(
  state: RestartState,
  { attempt, settings }: AttemptTask,
  found: ScoredPlacement | undefined,
  lag: number,
): RestartState {
  const best = state.improvements.at(-1);
  const better = found && (!best || found.costs.proxyCost < best.costs.proxyCost);
  const improvements = better ? [...state.improvements, { ...found, attempt, settings }] : state.improvements;
  // The next attempt to begin knows of those up to `attempt + 1 - lag`: of these only the last is asked for.
  const oldest = improvements.findLastIndex((improvement) => improvement.attempt <= attempt + 1 - lag);
  return { attempts: attempt + 1, improvements: improvements.slice(Math.max(0, oldest)) };
}

const LATE = Symbol("late");

/** The value, or `LATE` if it does not come before the clock shows `end`. */
async function beforeEnd<T>(value: Promise<T>, end: number): Promise<T | typeof LATE> {
  if (end === Number.POSITIVE_INFINITY) return value;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(() => resolve(LATE), Math.max(0, end - performance.now()));
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    clearTimeout(timer);
  }
}

interface StoredState {
  readonly attempts: number;
  readonly improvements: readonly (StoredScored & Omit<Improvement, "placement">)[];
}

function storeState({ attempts, improvements }: RestartState): StoredState {
  return { attempts, improvements: improvements.map(storeScored) };
}

function readState(path: string, placer: OneShotPlacer, nodeCount: number): RestartState | undefined {
  if (!isFile(path)) return undefined;
  try {
    const { attempts, improvements } = readOwnJson(path) as StoredState;
    const revived = improvements.map((one) => ({
      ...reviveScored(one, nodeCount),
      settings: knownSettings(placer, one.settings),
    }));
    if (Number.isInteger(attempts)) return { attempts, improvements: revived };
  } catch {
    // told below
  }
  throw new InputError(path, "is not a checkpoint of placing this block", "choose another --out");
}

/** Settings of an attempt with their names of today; later attempts draw around them, so none may be missing. */
function knownSettings(
  { settings = {}, oldNames = {} }: OneShotPlacer,
  stored: DrawnSettings,
): DrawnSettings {
  const known = migrated(stored, oldNames, () => {}) as DrawnSettings;
  if (!Object.keys(settings).every((name) => Number.isFinite(known[name])))
    throw new Error("a setting is missing");
  return known;
}
