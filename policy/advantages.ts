// Generalised advantage estimation (Schulman et al. 2016) for episodes with a reward at the end.

/**
 * Advantages and returns of one episode of `steps` steps whose only reward is `finalReward` at its last step, with
 * discount 1. lambda 1 gives plain returns minus values.
 */
export function estimateAdvantages(
  steps: number,
  finalReward: number,
  values: Float32Array,
  lambda: number,
  outAdvantages: Float32Array,
  outReturns: Float32Array,
): void {
  let advantage = 0;
  for (let step = steps - 1; step >= 0; step--) {
    const last = step === steps - 1;
    const delta = (last ? finalReward : values[step + 1]!) - values[step]!;
    advantage = delta + (last ? 0 : lambda * advantage);
    outAdvantages[step] = advantage;
    outReturns[step] = advantage + values[step]!;
  }
}
