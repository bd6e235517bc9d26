// One thread of a search by restarts: makes one attempt and hands its placement back. It imports the placer's module by
// its URL, so that a user's own placer runs here like a built-in one.
import { loadCostTerms, OrientationChooser } from "../../env/index.js";
import { copyPlacement, InputError, Random } from "../../netlist/index.js";
import { loadCellPlacer } from "../cells/own-cell-placer.js";
import type { JobKind } from "../jobs.js";
import type { ScoredPlacement } from "../method.js";
import { type Attempt, type OneShotPlacer, WorkerContext, type WorkerSetup } from "./one-shot.js";

export interface AttemptTask extends Attempt {
  readonly seed: number;
}

interface Thread {
  readonly context: WorkerContext;
  readonly placer: OneShotPlacer;
  readonly orientations: OrientationChooser;
}

export const RESTART_JOBS: JobKind = { name: "restarts", module: import.meta.url };

/** The jobs of a thread: `attempt` makes an attempt; undefined if some macro found no cell. */
export function openJobs(setup: WorkerSetup) {
  let thread: Promise<Thread> | undefined;
  return {
    async attempt(task: AttemptTask): Promise<ScoredPlacement | undefined> {
      thread ??= startThread(setup);
      return makeAttempt(task, await thread);
    },
  };
}

function makeAttempt(
  { seed, ...attempt }: AttemptTask,
  { context, placer, orientations }: Thread,
): ScoredPlacement | undefined {
  const random = Random.stream(seed, placer.name, attempt.attempt);
  if (!placer.place(context, attempt, random)) return undefined;
  refuseUnplaced(placer, context);
  context.cells.placeSoftMacros();
  const costs = orientations.choose(context.macros);
  return { placement: copyPlacement(context.judge.placement), costs };
}

async function startThread(setup: WorkerSetup): Promise<Thread> {
  const placer = await importPlacer(setup.placer);
  const [judging, cells] = [await loadCostTerms(setup.rules), await loadCellPlacer(setup)];
  const context = new WorkerContext(setup.block, judging, cells);
  const { xs, ys } = context.judge.placement;
  for (const node of context.macros) [xs[node], ys[node]] = [Number.NaN, Number.NaN];
  if (setup.first !== undefined) {
    const first = await importPlacer(setup.first);
    const attempt: Attempt = { attempt: 0, settings: first.starts?.[0] ?? {}, from: undefined };
    context.placeFirst = (random) => first.place(context, attempt, random);
  }
  return { context, placer, orientations: new OrientationChooser(context.judge) };
}

/** Throws `InputError` for a placer that says it has placed all macros and has not. */
function refuseUnplaced({ name }: OneShotPlacer, { judge, macros }: WorkerContext): void {
  const { xs, ys } = judge.placement;
  const missing = macros.find((node) => !Number.isFinite(xs[node]! + ys[node]!));
  if (missing === undefined) return;
  throw new InputError(
    `method '${name}'`,
    `place() returned true, but macro '${judge.block.nodeNames[missing]}' has no place`,
    "put every movable hard macro of context.judge.placement on a cell, or return false",
  );
}

/** The default export of a module: a one-shot placer, or the method that `restartMethod` made of one. */
async function importPlacer(url: string): Promise<OneShotPlacer> {
  const { default: found } = (await import(url)) as {
    default: OneShotPlacer | { readonly placer: OneShotPlacer };
  };
  return "placer" in found ? found.placer : found;
}
