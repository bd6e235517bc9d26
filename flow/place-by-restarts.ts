// Methods that place again and again and keep the best: `greedy`, `mincut`, `analytic`, `refine` and `random`, the
// yardstick that all others must beat. An iteration is one placement.
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { InputError, revivePlacement, type StoredPlacement, storePlacement } from "../netlist/index.js";
import {
  type Improvement,
  ONE_SHOT_METHODS,
  type OneShotMethod,
  type OneShotName,
  type RestartState,
  type Settings,
  searchByRestarts,
} from "../placer/index.js";
import type { Found, Method, MethodContext } from "./method.js";
import { parseSettings } from "./settings.js";
import { atMostEvery, SECONDS_PER_CHECKPOINT, SECONDS_PER_LINE } from "./throttle.js";

export function restartMethod(method: OneShotName): Method {
  return {
    protocols: ["fd"],
    settings: settingsSchema(ONE_SHOT_METHODS[method]),
    run: (context) => placeByRestarts(method, context),
  };
}

/** Every setting may be given; those that are not are drawn anew by each attempt. */
function settingsSchema({ settings }: OneShotMethod) {
  const entries = Object.entries(settings).map(([name, { least, most, meaning }]) => [
    name,
    z.number().min(0).optional().describe(`${meaning}; drawn from ${least} to ${most} if not given`),
  ]);
  return z.strictObject(Object.fromEntries(entries) as Record<string, z.ZodOptional<z.ZodNumber>>);
}

const CHECKPOINT = "checkpoints/restarts.json";

async function placeByRestarts(method: OneShotName, context: MethodContext): Promise<Found | undefined> {
  const { block, rules, options, seconds, run, report } = context;
  const settings = parseSettings(settingsSchema(ONE_SHOT_METHODS[method]), options.set, {}) as Settings;
  const started = performance.now();
  const resumed = options.resume ? readState(run.file(CHECKPOINT), block.nodeCount) : undefined;
  if (resumed) report(`resuming after attempt ${resumed.attempts}`);
  if (options.resume) await run.goOn(resumed?.attempts ?? 0);
  const lineDue = atMostEvery(SECONDS_PER_LINE);
  const checkpointDue = atMostEvery(SECONDS_PER_CHECKPOINT);
  const state = await searchByRestarts(
    block,
    rules,
    { method, seed: options.seed, workers: options.workers, attempts: options.iterations, seconds, settings },
    async ({ state: now, found }) => {
      const elapsed = (performance.now() - started) / 1000;
      const best = now.improvements.at(-1);
      const better = best?.attempt === now.attempts - 1;
      if (better) await run.writeBest(block, best.placement, best.costs);
      run.appendMetrics({
        iteration: now.attempts,
        seconds: elapsed,
        "cost/proxy": found?.costs.proxyCost ?? null,
        "cost/best": best?.costs.proxyCost ?? null,
      });
      const cost = best ? `best ${best.costs.proxyCost.toFixed(4)}` : "none legal yet";
      if (lineDue(elapsed, better)) report(`attempt ${now.attempts}  ${elapsed.toFixed(1)} s  ${cost}`);
      if (checkpointDue(elapsed, better)) await run.writeJson(CHECKPOINT, storeState(now));
    },
    resumed,
  );
  await run.writeJson(CHECKPOINT, storeState(state));
  const best = state.improvements.at(-1);
  return best && { ...best, iterations: state.attempts, episodes: state.attempts };
}

interface StoredState {
  readonly attempts: number;
  readonly improvements: readonly (Omit<Improvement, "placement"> & { placement: StoredPlacement })[];
}

function storeState({ attempts, improvements }: RestartState): StoredState {
  const stored = improvements.map((one) => ({ ...one, placement: storePlacement(one.placement) }));
  return { attempts, improvements: stored };
}

function readState(path: string, nodeCount: number): RestartState | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const { attempts, improvements } = JSON.parse(readFileSync(path, "utf8")) as StoredState;
    const revived = improvements.map((one) => ({
      ...one,
      placement: revivePlacement(one.placement, nodeCount),
    }));
    if (Number.isInteger(attempts)) return { attempts, improvements: revived };
  } catch {
    // told below
  }
  throw new InputError(path, "is not a checkpoint of placing this block", "choose another --out");
}
