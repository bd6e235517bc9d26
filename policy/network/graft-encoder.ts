// A graph encoder for a policy that was trained without one. Such a policy travels well, as it knows no block by heart;
// to learn one block well it must tell macros apart, which the encoder's embeddings let it do.
import type { Policy } from "./checkpoint.js";
import { trunkInputs } from "./network-config.js";
import { initialiseParameters, parameterLayout, tensorOf } from "./parameters.js";

/**
 * The same policy with an encoder as training from scratch begins with, to which the trunk does not listen yet: its
 * weights for embeddings are zero, so that the policy plays as before. One with an encoder is given back as it is.
 */
export function withEncoder(policy: Policy, seed: number): Policy {
  if (policy.config.encoder) return policy;
  const config = { ...policy.config, encoder: true };
  const [before, after] = [parameterLayout(policy.config), parameterLayout(config)];
  const parameters = new Float32Array(after.length);
  initialiseParameters(config, seed, parameters);
  for (const { name } of before.tensors) {
    const kept = tensorOf(before, policy.parameters, name);
    const grown = tensorOf(after, parameters, name);
    // Of the trunk's inputs the embeddings come first.
    if (name === "trunk.weight")
      grown.fill(0, 0, (trunkInputs(config) - trunkInputs(policy.config)) * config.trunk);
    grown.set(kept, grown.length - kept.length);
  }
  return { ...policy, config, parameters };
}
