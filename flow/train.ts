// `train`: a policy trained on a block in a run folder, with metrics, checkpoints and the best placement kept
// current on disk. The loop itself is policy/ppo/ppo.ts.
import { existsSync } from "node:fs";
import { type Block, InputError } from "../netlist/index.js";
import {
  readTrainCheckpoint,
  type StartPoint,
  type TrainCheckpoint,
  type TrainOptions,
  type TrainSettings,
  train,
  writeTrainCheckpoint,
} from "../policy/index.js";
import type { RunFolder } from "./run-folder.js";

export const LATEST_CHECKPOINT = "checkpoints/latest.safetensors";

export interface FolderTraining extends Omit<TrainOptions, "settings" | "observer" | "from"> {
  readonly settings: TrainSettings;
  /** Continue from the folder's last checkpoint. */
  readonly resume: boolean;
  /** Where training begins otherwise. */
  readonly start?: StartPoint | undefined;
  readonly onProgress?: (line: string) => void;
}

/** Trains in a run folder. With one block its best placement is kept on disk. */
export async function trainInFolder(
  blocks: readonly Block[],
  run: RunFolder,
  { resume, start, onProgress: report = () => {}, ...options }: FolderTraining,
): Promise<TrainCheckpoint> {
  const resumed = resume ? await readLatest(run, blocks, { ...options, onProgress: report }) : undefined;
  if (resumed) report(`resuming after iteration ${resumed.state.iteration}`);
  return train(blocks, {
    ...options,
    from: resumed ?? start,
    observer: {
      onIteration: (metrics) => {
        run.appendMetrics(metrics);
        const cost = (key: "cost/proxy" | "cost/best" | "cost/relative") =>
          Number.isNaN(metrics[key]) ? "none" : metrics[key].toFixed(4);
        report(
          `iteration ${metrics.iteration}  ${metrics.seconds.toFixed(0)} s  episodes ${metrics.episodes}` +
            (blocks.length > 1 ? `  relative ${cost("cost/relative")}` : "") +
            `  proxy mean ${cost("cost/proxy")}  best ${cost("cost/best")}` +
            `  entropy ${metrics["losses/entropy"].toFixed(2)}  kl ${metrics["losses/approx_kl"].toFixed(4)}`,
        );
      },
      onOrder: (order, trial) => {
        if (blocks.length > 1) return;
        const costs = Object.entries(trial).map(([name, mean]) => `${name} ${mean.toFixed(4)}`);
        report(`order of the macros: ${order} (mean proxy of a few episodes: ${costs.join(", ")})`);
      },
      onCollapse: (iteration, entropy) =>
        report(
          `iteration ${iteration}: the policy plays the same episode again and again (entropy ${entropy.toFixed(5)}); ` +
            "training ends here. A larger --set entropy=… keeps it curious",
        ),
      onBest: async ({ placement, costs }) => {
        if (blocks.length === 1) await run.writeBest(blocks[0]!, placement, costs);
      },
      onCheckpoint: (checkpoint) => writeTrainCheckpoint(run.file(LATEST_CHECKPOINT), checkpoint),
    },
  });
}

async function readLatest(
  run: RunFolder,
  blocks: readonly Block[],
  now: Pick<FolderTraining, "settings" | "seed" | "network"> & {
    readonly onProgress: (line: string) => void;
  },
): Promise<TrainCheckpoint | undefined> {
  const path = run.file(LATEST_CHECKPOINT);
  if (!existsSync(path)) {
    await run.goOn(0);
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
  await run.goOn(checkpoint.state.iteration);
  return checkpoint;
}
