// Training in a run folder, with metrics, checkpoints and the best placement kept current on disk. The loop itself is
// ppo/ppo.ts.
import { type Block, InputError, isFile } from "../netlist/index.js";
import { type RunStore, timeText } from "../placer/index.js";
import type { IterationMetrics } from "./ppo/metrics.js";
import { type StartPoint, type TrainOptions, train } from "./ppo/ppo.js";
import type { TrainSettings } from "./ppo/settings.js";
import { readTrainCheckpoint, type TrainCheckpoint, writeTrainCheckpoint } from "./ppo/train-checkpoint.js";

export const LATEST_CHECKPOINT = "checkpoints/latest.safetensors";

export interface RunTraining extends Omit<TrainOptions, "settings" | "observer" | "from"> {
  readonly settings: TrainSettings;
  /** Continue from the folder's last checkpoint, if there is one. */
  readonly resume: boolean;
  /** Otherwise start from this policy, or from scratch. */
  readonly start?: StartPoint | undefined;
  readonly onProgress: (line: string) => void;
}

/** Trains in a run folder. With one block its best placement is kept on disk. */
export async function trainInRun(
  blocks: readonly Block[],
  run: RunStore,
  { resume, start, onProgress, ...options }: RunTraining,
): Promise<TrainCheckpoint> {
  const resumed = resume ? await readLatest(blocks, run, { ...options, onProgress }) : undefined;
  if (resumed) onProgress(`resuming after iteration ${resumed.state.iteration}`);
  const isSingle = blocks.length === 1;
  const { budget } = options;
  const first = resumed?.state.iteration ?? 0;
  const leftOf = ({ iteration, seconds }: IterationMetrics) =>
    budget.iterations === undefined
      ? budget.seconds && budget.seconds - seconds
      : (seconds / (iteration - first)) * (budget.iterations - iteration);
  return train(blocks, {
    ...options,
    from: resumed ?? start,
    observer: {
      onIteration: (metrics) => {
        run.appendMetrics(metrics);
        onProgress(progressLine(metrics, { isSingle, left: leftOf(metrics) }));
      },
      onOrder: (order, trial) => {
        if (!isSingle) return;
        const costs = Object.entries(trial).map(([name, mean]) => `${name} ${mean.toFixed(4)}`);
        onProgress(`order of the macros: ${order} (mean proxy of a few episodes: ${costs.join(", ")})`);
      },
      onCollapse: (iteration, entropy) =>
        onProgress(
          `iteration ${iteration}: the policy plays the same episode again and again (entropy ${entropy.toFixed(5)}); ` +
            "training ends here. A larger --set entropy=… keeps it exploring",
        ),
      onBest: async ({ placement, costs }) => {
        if (isSingle) await run.writeBest(blocks[0]!, placement, costs);
      },
      ...(isSingle && run.offer && { onPlacement: ({ placement, costs }) => run.offer?.(placement, costs) }),
      onCheckpoint: async (checkpoint) => {
        await run.beforeCheckpoint();
        await writeTrainCheckpoint(run.file(LATEST_CHECKPOINT), checkpoint);
      },
    },
  });
}

function progressLine(
  metrics: IterationMetrics,
  { isSingle, left }: { readonly isSingle: boolean; readonly left: number | undefined },
): string {
  const cost = (key: "cost/proxy" | "cost/best" | "cost/relative") =>
    Number.isNaN(metrics[key]) ? "none" : metrics[key].toFixed(4);
  const dropped = metrics["charts/dropped_jobs"] ?? 0;
  return (
    `iteration ${metrics.iteration}  ${timeText(metrics.seconds, left)}  episodes ${metrics.episodes}` +
    (isSingle ? "" : `  relative ${cost("cost/relative")}`) +
    `  proxy mean ${cost("cost/proxy")}  best ${cost("cost/best")}` +
    `  entropy ${metrics["losses/entropy"].toFixed(2)}  kl ${metrics["losses/approx_kl"].toFixed(4)}` +
    (dropped > 0 ? `  jobs dropped ${dropped}` : "")
  );
}

async function readLatest(
  blocks: readonly Block[],
  run: RunStore,
  now: Pick<RunTraining, "settings" | "seed" | "network" | "onProgress">,
): Promise<TrainCheckpoint | undefined> {
  const path = run.file(LATEST_CHECKPOINT);
  if (!isFile(path)) {
    await run.continueAfter(0);
    return undefined;
  }
  const nodeCounts = blocks.map((block) => block.nodeCount);
  const checkpoint = await readTrainCheckpoint(path, nodeCounts, {
    network: now.network,
    onWarning: now.onProgress,
  });
  // What shapes the result must be as it was; how long to train, and on how many workers, may change.
  const [was, is] = [checkpoint, { settings: now.settings, seed: now.seed ?? 1 }].map(({ settings, seed }) =>
    JSON.stringify({ seed, ...settings }),
  );
  if (was !== is)
    throw new InputError(
      path,
      `was trained with other settings (${was})`,
      "resume with the same ones, or choose another --out",
    );
  await run.continueAfter(checkpoint.state.iteration);
  return checkpoint;
}
