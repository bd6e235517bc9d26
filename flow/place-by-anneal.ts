// Method `anneal`: simulated annealing by several replicas. Protocol fd: hard macros on grid cells. Protocol free: the
// same first, then hard and soft macros anywhere.
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import type { Costs } from "../env/index.js";
import { InputError, revivePlacement, type StoredPlacement, storePlacement } from "../netlist/index.js";
import {
  annealReplicas,
  GRID_ANNEAL_DEFAULTS,
  GRID_PROPOSALS,
  type Replica,
  type ReplicasState,
} from "../placer/index.js";
import type { Found, MethodContext } from "./place.js";
import { parseSettings } from "./settings.js";

const share = z.number().min(0);
export const annealSettingsSchema = z.strictObject({
  replicas: z.number().int().min(1).max(64).default(2).describe("annealings side by side; shapes the result"),
  stretches: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(12)
    .describe("times that replicas exchange places, and are saved"),
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
        GRID_PROPOSALS.map((name) => [name, share.default(GRID_ANNEAL_DEFAULTS.shares[name])]),
      ),
    )
    .prefault({})
    .describe("relative frequency of each kind of proposal"),
});

const CHECKPOINT = "checkpoints/anneal.json";

export async function placeByAnneal(context: MethodContext): Promise<Found | undefined> {
  const { block, judge, options, seconds, run, report } = context;
  const { replicas, stretches, starts, shares, gridShare, ...schedule } = parseSettings(
    annealSettingsSchema,
    options.set,
    {},
  );
  const started = performance.now();
  const resumed = options.resume ? readState(run.file(CHECKPOINT), block.nodeCount) : undefined;
  if (resumed) report(`resuming after stretch ${resumed.stretch} of ${stretches}`);
  else run.forgetProgress();
  const state = await annealReplicas(
    block,
    judge.weights,
    {
      seed: options.seed,
      workers: options.workers,
      replicas,
      stretches,
      starts,
      slices: options.iterations,
      gridShare: options.protocol === "free" ? gridShare : 1,
      seconds,
      anneal: { ...schedule, shares: shares as typeof GRID_ANNEAL_DEFAULTS.shares },
    },
    async ({ state: now, results }) => {
      const elapsed = (performance.now() - started) / 1000;
      const { costs, placement } = now.best;
      await run.writeBest(block, placement, costs);
      run.appendMetrics({
        iteration: now.stretch,
        seconds: elapsed,
        slices: now.slices,
        "cost/proxy": Math.min(...results.map((result) => result.last.costs.proxyCost)),
        "cost/best": costs.proxyCost,
      });
      report(
        `stretch ${now.stretch} of ${stretches}  ${elapsed.toFixed(0)} s  best ${costs.proxyCost.toFixed(4)}`,
      );
      await run.writeJson(CHECKPOINT, storeState(now));
    },
    resumed,
  );
  return state && { ...state.best, iterations: state.slices, episodes: 0 };
}

interface StoredReplica {
  readonly placement: StoredPlacement;
  readonly costs: Costs;
}

interface StoredState extends Omit<ReplicasState, "best" | "replicas"> {
  readonly best: StoredReplica;
  readonly replicas: readonly StoredReplica[];
}

function storeState(state: ReplicasState): StoredState {
  const store = ({ placement, costs }: Replica) => ({ costs, placement: storePlacement(placement) });
  return { ...state, best: store(state.best), replicas: state.replicas.map(store) };
}

function readState(path: string, nodeCount: number): ReplicasState | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const stored = JSON.parse(readFileSync(path, "utf8")) as StoredState;
    const revive = ({ placement, costs }: StoredReplica): Replica => ({
      costs,
      placement: revivePlacement(placement, nodeCount),
    });
    return { ...stored, best: revive(stored.best), replicas: stored.replicas.map(revive) };
  } catch {
    throw new InputError(path, "is not a checkpoint of annealing this block", "choose another --out");
  }
}
