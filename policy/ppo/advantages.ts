// Generalised advantage estimation (Schulman et al. 2016), discount 1.

/**
 * Advantages and returns of one episode: `rewards` [steps] are what each step earned, `values` [steps] what was
 * expected from it on. lambda 1 gives plain returns minus values; a smaller one trusts the values more.
 */
export function estimateAdvantages(
  steps: number,
  rewards: Float32Array,
  values: Float32Array,
  lambda: number,
  outAdvantages: Float32Array,
  outReturns: Float32Array,
): void {
  let advantage = 0;
  for (let step = steps - 1; step >= 0; step--) {
    const last = step === steps - 1;
    const delta = rewards[step]! + (last ? 0 : values[step + 1]!) - values[step]!;
    advantage = delta + (last ? 0 : lambda * advantage);
    outAdvantages[step] = advantage;
    outReturns[step] = advantage + values[step]!;
  }
}

/**
 * Rewards of the steps of an episode that ends with `finalReward`. With shaping, every step pays at once for the
 * wires it adds (`wirelengthDeltas`, in proxy cost; `unit` of them is one reward), and the last step gets all of that back:
 * potential-based shaping (Ng et al. 1999), which changes no policy's total, only when it is paid.
 */
export function shapedRewards(
  steps: number,
  finalReward: number,
  wirelengthDeltas: Float32Array,
  unit: number,
  shaping: number,
): Float32Array {
  const rewards = new Float32Array(steps);
  let paid = 0;
  for (let step = 0; step < steps; step++) {
    const price = (shaping * wirelengthDeltas[step]!) / unit;
    rewards[step] = -price;
    paid += price;
  }
  if (steps > 0) rewards[steps - 1]! += finalReward + paid;
  return rewards;
}
