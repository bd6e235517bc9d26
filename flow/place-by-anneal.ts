// Method `anneal`: simulated annealing by several replicas. Protocol fd: hard macros on grid cells. Protocol free: the
// same first, then hard and soft macros anywhere.
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import type { Costs } from "../env/index.js";
import { InputError, revivePlacement, type StoredPlacement, storePlacement } from "../netlist/index.js";
import {
  ANNEALS_IN_BURSTS,
  annealReplicas,
  GRID_ANNEAL_DEFAULTS,
  GRID_PROPOSALS,
  type Replica,
  type ReplicasState,
} from "../placer/index.js";
import type { Found, MethodContext } from "./method.js";
import { parseSettings } from "./settings.js";
import { atMostEvery, SECONDS_PER_CHECKPOINT, SECONDS_PER_LINE } from "./throttle.js";

const share = z.number().min(0);
export const annealSettingsSchema = z.strictObject({
  replicas: z.number().int().min(1).max(64).default(2).describe("annealings side by side; shapes the result"),
  stretches: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(12)
    .describe("times in a schedule that replicas exchange places, and may be saved"),
  cycle: z
    .number()
    .int()
    .min(0)
    .default(20)
    .describe(
      "slices of a replica after which it starts over, so that a longer budget has several schedules; 0: one for the whole",
    ),
  starts: z.number().int().min(1).default(8).describe("placements drawn for the start of a replica"),
  gridShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.35)
    .describe("protocol free: part of the time on grid cells, before all macros move anywhere"),
  hottest: z
    .number()
    .positive()
    .default(GRID_ANNEAL_DEFAULTS.hottest)
    .describe("first temperature, in proxy cost"),
  coldest: z.number().positive().default(GRID_ANNEAL_DEFAULTS.coldest).describe("last temperature"),
  stepsPerMacro: z
    .number()
    .positive()
    .default(GRID_ANNEAL_DEFAULTS.stepsPerMacro)
    .describe("proposals per macro between two settlings of the soft macros"),
  shares: z
    .strictObject(
      Object.fromEntries(
        GRID_PROPOSALS.map((name) => [
          name,
          share.default(GRID_ANNEAL_DEFAULTS.shares[name]).describe("relative frequency of this proposal"),
        ]),
      ),
    )
    .prefault({})
    .describe("relative frequency of each kind of proposal"),
});

export const ANNEAL_CHECKPOINT = "checkpoints/anneal.json";

/** Whether annealing ends early, asked after every stretch until it has found something better than its start. */
export type GivesUp = (seconds: number, isWholeSchedule: boolean) => boolean;

/** @param start where to go on from, found by a method before; by default placements are drawn */
export async function placeByAnneal(
  context: MethodContext,
  start?: Found,
  givesUp: GivesUp = () => false,
): Promise<Found | undefined> {
  const { block, rules, options, seconds, run, report } = context;
  const { replicas, stretches, cycle, starts, shares, gridShare, ...schedule } = parseSettings(
    annealSettingsSchema,
    options.set,
    {},
  );
  const started = performance.now();
  const resumed = options.resume ? readState(run.file(ANNEAL_CHECKPOINT), block.nodeCount) : undefined;
  if (rules.terms.length > 0) report(ANNEALS_IN_BURSTS);
  if (resumed) report(`resuming after stretch ${resumed.state.stretch}`);
  const before = resumed?.before ?? { iterations: start?.iterations ?? 0, episodes: start?.episodes ?? 0 };
  if (resumed || (options.resume && !start))
    await run.goOn(before.iterations + (resumed?.state.stretch ?? 0));
  else run.beginStage();
  let written: Replica | undefined;
  const lineDue = atMostEvery(SECONDS_PER_LINE);
  const checkpointDue = atMostEvery(SECONDS_PER_CHECKPOINT);
  const state = await annealReplicas(
    block,
    rules,
    {
      seed: options.seed,
      workers: options.workers,
      replicas,
      stretches,
      cycle,
      starts,
      slices: options.iterations,
      gridShare: options.protocol === "free" ? gridShare : 1,
      seconds,
      anneal: { ...schedule, shares: shares as typeof GRID_ANNEAL_DEFAULTS.shares },
    },
    async ({ state: now, stretches: all, results }) => {
      const elapsed = (performance.now() - started) / 1000;
      const { costs, placement } = now.best;
      const better = now.best !== written;
      if (better) await run.writeBest(block, placement, costs);
      written = now.best;
      run.appendMetrics({
        iteration: before.iterations + now.stretch,
        seconds: elapsed,
        slices: now.slices,
        "cost/proxy": Math.min(...results.map((result) => result.last.costs.proxyCost)),
        "cost/best": costs.proxyCost,
      });
      if (lineDue(elapsed, better))
        report(
          `stretch ${now.stretch} of ${all}  ${elapsed.toFixed(0)} s  best ${costs.proxyCost.toFixed(4)}`,
        );
      if (checkpointDue(elapsed, better)) await run.writeJson(ANNEAL_CHECKPOINT, storeState(now, before));
      return placement !== start?.placement || !givesUp(elapsed, now.stretch >= stretches);
    },
    resumed?.state ?? (start && startState(start, replicas)),
  );
  if (!state) return undefined;
  if (state === resumed?.state) report("its schedules are over: a longer annealing is another run (--out)");
  await run.writeJson(ANNEAL_CHECKPOINT, storeState(state, before));
  return { ...state.best, iterations: state.slices, episodes: before.episodes };
}

function startState({ placement, costs }: Found, replicas: number): ReplicasState {
  const best = { placement, costs };
  return {
    stretch: 0,
    slices: 0,
    cycleBest: best,
    best,
    replicas: Array.from({ length: replicas }, () => best),
  };
}

interface StoredReplica {
  readonly placement: StoredPlacement;
  readonly costs: Costs;
}

/** What a method before did: its iterations in metrics.jsonl, and episodes. */
interface Before {
  readonly iterations: number;
  readonly episodes: number;
}

interface StoredState extends Omit<ReplicasState, "cycleBest" | "best" | "replicas"> {
  readonly before: Before;
  readonly cycleBest: StoredReplica;
  readonly best: StoredReplica;
  readonly replicas: readonly StoredReplica[];
}

function storeState(state: ReplicasState, before: Before): StoredState {
  const store = ({ placement, costs }: Replica) => ({ costs, placement: storePlacement(placement) });
  return {
    ...state,
    before,
    cycleBest: store(state.cycleBest),
    best: store(state.best),
    replicas: state.replicas.map(store),
  };
}

function readState(path: string, nodeCount: number): { state: ReplicasState; before: Before } | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const stored = JSON.parse(readFileSync(path, "utf8")) as StoredState;
    const revive = ({ placement, costs }: StoredReplica): Replica => ({
      costs,
      placement: revivePlacement(placement, nodeCount),
    });
    const { before, cycleBest, best, replicas, ...rest } = stored;
    if (!Number.isInteger(before.iterations + before.episodes)) throw new Error("of another version");
    const state = {
      ...rest,
      cycleBest: revive(cycleBest),
      best: revive(best),
      replicas: replicas.map(revive),
    };
    return { before, state };
  } catch {
    throw new InputError(path, "is not a checkpoint of annealing this block", "choose another --out");
  }
}
