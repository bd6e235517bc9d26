// How good a policy is on a block that it does not learn on: the costs of a few episodes, zero-shot.
import { type Block, isInputError } from "../../netlist/index.js";
import type { OpenPool, Protocol } from "../../placer/index.js";
import type { Policy } from "../network/checkpoint.js";
import type { PolicyNetworkModule } from "../network/contract.js";
import type { IterationMetrics } from "../ppo/metrics.js";
import { train } from "../ppo/ppo.js";
import type { TrainSettings } from "../ppo/settings.js";

/** Proxy costs of episodes from an empty canvas; NaN if all of them were dead ends. */
export interface PolicyEvaluation {
  readonly mean: number;
  readonly best: number;
}

/** Episodes that are held in memory at once. */
const MOST_AT_ONCE = 32;

/**
 * Plays episodes of a policy without learning, or of one that has learned nothing where there is no policy. The first
 * episode takes the most probable cells, the others draw them. Plays at least `samples` episodes: more than fit into
 * memory are divided into equal parts. A block on which every episode is a dead end is told to `onProgress`.
 */
export async function evaluatePolicy(
  block: Block,
  policy: Policy | undefined,
  options: {
    readonly samples: number;
    /** As the policy was trained with: order and network; those of learning do not matter. */
    readonly settings: TrainSettings;
    /** Of the policy; needed where there is none. */
    readonly network?: PolicyNetworkModule | undefined;
    /** What places the soft macros; by default as in all published figures. */
    readonly protocol?: Protocol;
    readonly seed: number;
    readonly workers: number;
    readonly openPool?: OpenPool | undefined;
    /** Ends it early; what it returns is then of fewer episodes. */
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: (line: string) => void;
  },
): Promise<PolicyEvaluation> {
  const {
    samples,
    settings,
    network = policy?.network,
    protocol,
    seed,
    workers,
    openPool,
    signal,
    onProgress,
  } = options;
  const iterations = Math.ceil(samples / MOST_AT_ONCE);
  const episodes = Math.ceil(samples / iterations);
  const lines: IterationMetrics[] = [];
  try {
    await train([block], {
      settings: { ...settings, episodes, epochs: 0, eliteShare: 0 },
      seed,
      workers,
      openPool,
      signal,
      network,
      ...(protocol && { protocol }),
      budget: { iterations },
      observer: { onIteration: (metrics) => void lines.push(metrics) },
      from: policy,
    });
  } catch (error) {
    if (!isInputError(error)) throw error;
    onProgress?.(error.message); // such as no complete episode in many
  }
  const known = lines.filter((line) => Number.isFinite(line["cost/proxy"]));
  const mean = known.reduce((sum, line) => sum + line["cost/proxy"], 0) / known.length;
  return { mean, best: known.at(-1)?.["cost/best"] ?? Number.NaN };
}
