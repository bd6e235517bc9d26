// A policy that learned elsewhere as the start of learning here: less sure of itself than it was, so that it still
// explores. Its last layer is linear, so a part of it lies between the prior and what was learned.
import { type NetworkConfig, PRIOR_SCALE } from "./network-config.js";
import { parameterLayout, tensorOf } from "./parameters.js";

/**
 * Scales in place what was learned of the logits by `trust`, from 0, the prior alone, to 1, the policy as it is; also a
 * policy that began without the prior. What the layers below have learned to see stays.
 */
export function soften(config: NetworkConfig, parameters: Float32Array, trust: number): void {
  if (trust === 1) return;
  const layout = parameterLayout(config);
  for (const name of ["cell.logit.weight", "cell.logit.bias"]) {
    const tensor = tensorOf(layout, parameters, name);
    for (let i = 0; i < tensor.length; i++) tensor[i]! *= trust;
  }
  const scale = tensorOf(layout, parameters, "cell.priorScale");
  scale[0] = trust * scale[0]! + (1 - trust) * PRIOR_SCALE;
}
