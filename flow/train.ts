// `train`: a policy trained on a block in a run folder, with metrics, checkpoints and the best placement kept
// current on disk. The loop itself is policy/ppo/ppo.ts.
import { existsSync } from "node:fs";
import { type JudgeRules, PUBLISHED_RULES } from "../env/index.js";
import { type Block, InputError } from "../netlist/index.js";
import {
  readTrainCheckpoint,
  type StartPoint,
  type TrainCheckpoint,
  type TrainOptions,
  train,
  writeTrainCheckpoint,
} from "../policy/index.js";
import type { RunFolder } from "./run-folder.js";

export const LATEST_CHECKPOINT = "checkpoints/latest.safetensors";

/**
 * Trains in a run folder: with `resume`, from the folder's last checkpoint, else from `start` if there is one. With one
 * block its best placement is kept on disk.
 */
export async function trainInFolder(
  blocks: readonly Block[],
  options: TrainOptions,
  run: RunFolder,
  resume: boolean,
  rules: JudgeRules = PUBLISHED_RULES,
  report: (line: string) => void = () => {},
  start?: StartPoint,
): Promise<TrainCheckpoint> {
  const resumed = resume ? await readLatest(run, blocks, options) : undefined;
  if (resumed) report(`resuming after iteration ${resumed.state.iteration}`);
  return train(
    blocks,
    options,
    {
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
    resumed ?? start,
    rules,
  );
}

async function readLatest(
  run: RunFolder,
  blocks: readonly Block[],
  options: TrainOptions,
): Promise<TrainCheckpoint | undefined> {
  const path = run.file(LATEST_CHECKPOINT);
  if (!existsSync(path)) {
    await run.goOn(0);
    return undefined;
  }
  const checkpoint = await readTrainCheckpoint(
    path,
    blocks.map((block) => block.nodeCount),
  );
  // What shapes the result must be as it was; how long to train, and on how many workers, may change.
  const { seconds: _s, iterations: _i, workers: _w, ...before } = checkpoint.options;
  const { seconds: _s2, iterations: _i2, workers: _w2, ...now } = options;
  if (JSON.stringify(before) !== JSON.stringify(now))
    throw new InputError(
      path,
      `was trained with other options (${JSON.stringify(before)})`,
      "resume with the same ones, or choose another --out",
    );
  await run.goOn(checkpoint.state.iteration);
  return checkpoint;
}
