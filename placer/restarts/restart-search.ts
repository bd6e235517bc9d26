// Search by restarts on worker threads. Attempts are begun and handled in the order of their numbers, and each knows
// only of attempts a fixed number before it: the result does not depend on the number of workers.
import { Piscina } from "piscina";
import type { JudgeRules } from "../../env/index.js";
import { type Block, Random } from "../../netlist/index.js";
import { endPool } from "../end-pool.js";
import type { Attempt, RestartSetup } from "./restart-worker.js";
import {
  drawSettings,
  ONE_SHOT_METHODS,
  type OneShotMethod,
  type OneShotName,
  type Scored,
  type Settings,
} from "./restarts.js";

export interface RestartOptions {
  readonly method: OneShotName;
  readonly seed: number;
  readonly workers: number;
  /** One of the two: attempts, or wall-clock seconds. The first attempt is always waited for. */
  readonly attempts?: number | undefined;
  readonly seconds?: number | undefined;
  /** Settings that are given and not drawn. */
  readonly settings: Settings;
}

/** An attempt that was better than all before it. */
export interface Improvement extends Scored {
  readonly attempt: number;
  readonly settings: Settings;
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
  readonly settings: Settings;
  /** Undefined: no legal placement came out. */
  readonly found: Scored | undefined;
}

/** Makes attempts from where `from` stands until the budget is spent; `onAttempt` is waited for. */
export async function searchByRestarts(
  block: Block,
  rules: JudgeRules,
  options: RestartOptions,
  onAttempt: (report: AttemptReport) => void | Promise<void> = () => {},
  from: RestartState = { attempts: 0, improvements: [] },
): Promise<RestartState> {
  const setup: RestartSetup = { block, rules };
  const pool = new Piscina({
    filename: new URL("./restart-worker.js", import.meta.url).href,
    minThreads: options.workers,
    maxThreads: options.workers,
    workerData: setup,
  });
  const method: OneShotMethod = ONE_SHOT_METHODS[options.method];
  const end = performance.now() + 1000 * (options.seconds ?? Number.POSITIVE_INFINITY);
  const running: Running[] = [];
  let state = from;
  let next = from.attempts;
  try {
    for (;;) {
      while (running.length < method.lag && next < (options.attempts ?? Number.POSITIVE_INFINITY)) {
        const task = attemptTask(method, options, state, next++);
        const result = pool.run(task) as Promise<Scored | undefined>;
        result.catch(() => {}); // one that is left over when the pool ends fails unheard
        running.push({ task, result });
      }
      const first = running.shift();
      if (!first) break;
      const found = await (state.attempts === 0 ? first.result : beforeEnd(first.result, end));
      if (found === LATE) break;
      state = nextState(state, first.task, found, method.lag);
      await onAttempt({ state, settings: first.task.settings, found });
      if (performance.now() >= end) break;
    }
  } finally {
    await endPool(pool);
  }
  return state;
}

interface Running {
  readonly task: Attempt;
  readonly result: Promise<Scored | undefined>;
}

function attemptTask(
  method: OneShotMethod,
  options: RestartOptions,
  state: RestartState,
  attempt: number,
): Attempt {
  const known = state.improvements.findLast((improvement) => improvement.attempt <= attempt - method.lag);
  const random = Random.stream(options.seed, options.method, "settings", attempt);
  const drawn = drawSettings(method, attempt, random, known?.settings);
  return {
    method: options.method,
    seed: options.seed,
    attempt,
    settings: { ...drawn, ...options.settings },
    from: known && { placement: known.placement, costs: known.costs },
  };
}

function nextState(
  state: RestartState,
  { attempt, settings }: Attempt,
  found: Scored | undefined,
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
