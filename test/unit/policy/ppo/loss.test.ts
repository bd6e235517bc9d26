// PPO's loss: the clipped surrogate by its formula, and the gradient of the whole loss by the parameters.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ObservationSource, PLANES, STATE_NUMBERS } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { Random } from "../../../../netlist/index.js";
import { Agent } from "../../../../policy/agent.js";
import { graphNetwork } from "../../../../policy/network/network.js";
import { parameterLayout } from "../../../../policy/network/parameters.js";
import {
  accumulateGradient,
  clippedSurrogate,
  type Sample,
  withOwnEpisodes,
} from "../../../../policy/ppo/loss.js";
import { Trajectory, trajectoryBytes } from "../../../../policy/ppo/trajectory.js";
import { assertClose } from "../../../support/close.js";
import { noisyParameters, randomGraph, randomStep, smallConfig } from "../tiny-policy.js";

const CLIP = 0.2;

/** -min(r A, clip(r, 0.8, 1.2) A), as the paper has it. */
function lossByFormula(ratio: number, advantage: number): number {
  const bounded = Math.max(1 - CLIP, Math.min(1 + CLIP, ratio));
  return -Math.min(ratio * advantage, bounded * advantage);
}

for (const [name, ratio, advantage, loss, flat, clipped] of [
  ["inside the range, better than expected", 1.1, 2, -2.2, false, false],
  ["inside the range, worse than expected", 0.9, -2, 1.8, false, false],
  ["above the range, better: flat", 1.5, 2, -2.4, true, true],
  ["above the range, worse: back down", 1.5, -2, 3, false, true],
  ["below the range, better: back up", 0.5, 2, -1, false, true],
  ["below the range, worse: flat", 0.5, -2, 1.6, true, true],
] as const)
  test(`the surrogate's loss and slope, ratio ${name}`, () => {
    const old = -3.7;
    const logProbability = old + Math.log(ratio);
    const found = clippedSurrogate({ logProbability, oldLogProbability: old, advantage, clip: CLIP });
    assertClose([found.loss, lossByFormula(ratio, advantage)], [loss, loss], 1e-12);
    assert.equal(found.clipped, clipped);
    const H = 1e-6;
    const at = (shift: number) => lossByFormula(Math.exp(logProbability + shift - old), advantage);
    const slope = (at(H) - at(-H)) / (2 * H);
    assert.ok(Math.abs(found.slope - slope) < 1e-8, `slope ${found.slope}, by differences ${slope}`);
    assert.equal(found.slope === 0, flat);
    assertClose([found.kl], [ratio - 1 - Math.log(ratio)], 1e-12);
  });

test("an unchanged policy has ratio 1: the loss is minus the advantage, nothing is clipped, no divergence", () => {
  const unchanged = { logProbability: -2, oldLogProbability: -2, advantage: 3, clip: CLIP };
  assert.deepEqual(clippedSurrogate(unchanged), { loss: -3, slope: -3, clipped: false, kl: 0 });
});

const config = smallConfig({ planes: PLANES.length, stateFeatures: STATE_NUMBERS, priorPlane: 7 });
const ROWS = 4;
const COLUMNS = 5;
const CELLS = ROWS * COLUMNS;
const STEPS = 4;

/** A network, and an episode of random steps with an old policy a little off the present one. */
function build() {
  const kernels = Kernels.create();
  const values = noisyParameters(config, 5);
  const parameters = kernels.f32(values.length);
  const gradients = kernels.f32(values.length);
  parameters.set(values);
  const graph = {
    ...randomGraph(6, 11, config.nodeFeatures),
    graphNodes: Int32Array.from({ length: 6 }, (_, node) => node),
  };
  const agent = new Agent(
    kernels,
    { graph, rows: ROWS, columns: COLUMNS },
    { network: graphNetwork, config, parameters, gradients },
  );
  const { distribution } = agent;
  const shape = {
    steps: STEPS,
    grid: { columns: COLUMNS, rows: ROWS },
    planes: PLANES.length,
    stateNumbers: STATE_NUMBERS,
    nodes: 3,
    bodies: 0,
  };
  const bytes = kernels.u8(trajectoryBytes(shape));
  const slot = new Trajectory(kernels, { address: bytes.byteOffset, block: 0, shape });
  const random = Random.stream(6, "ppo-loss");
  const planesOf: Float32Array[] = [];
  agent.encode();
  for (let step = 0; step < STEPS; step++) {
    const made = randomStep(config, CELLS, [step, step === STEPS - 1 ? -1 : step + 1], {
      seed: 40 + step,
    });
    made.mask[step] = 1;
    planesOf.push(made.planes);
    slot.state(step).set(made.state);
    slot.source(step).mask.set(made.mask);
    slot.source(step).macros.set([made.currentNode, made.nextNode]);
    agent.evaluate(made);
    slot.actions[step] = step;
    // Ratios of about 1.05, 0.95, 1.5 and 0.5: inside the range, and beyond it on both sides.
    slot.logProbabilities[step] =
      distribution.logProbabilities[step]! - Math.log([1.05, 0.95, 1.5, 0.5][step]!);
    slot.advantages[step] = [1, -0.7, -1.2, 0.8][step]!;
    slot.returns[step] = random.normal();
  }
  slot.end({ steps: STEPS, complete: true });
  // Every step is of another macro.
  const drawing = {
    draw: ({ macros }: ObservationSource, out: Float32Array) => out.set(planesOf[macros[0]!]!),
  };
  const learning = { agent, drawing, planes: new Float32Array(PLANES.length * CELLS) };
  return { parameters, gradients, agent, learning, slot };
}

/** All steps as just played, and one more that is to be imitated. */
const SAMPLES: Sample[] = [2, 0, 3, 1].map((step) => ({ episode: 0, step, imitate: false }));
SAMPLES.push({ episode: 0, step: 1, imitate: true });
const LOSS = { clip: CLIP, entropy: 0.05, valueWeight: 0.5, imitation: 0.4, minibatch: SAMPLES.length };

function lossOf(bench: ReturnType<typeof build>): number {
  const { agent, learning, slot } = bench;
  agent.encode();
  const sums = accumulateGradient(learning, { episodes: [slot], samples: SAMPLES }, LOSS);
  const played = sums.policyLoss + LOSS.valueWeight * sums.valueLoss - LOSS.entropy * sums.entropy;
  return (played + LOSS.imitation * sums.imitationLoss) / SAMPLES.length;
}

test("the gradient of the whole loss equals its directional differences, over all parameters and per tensor", () => {
  const bench = build();
  const { parameters, gradients } = bench;
  const start = parameters.slice();
  lossOf(bench);
  const gradient = gradients.slice();
  const length = Math.hypot(...gradient);
  assert.ok(length > 0.01, `gradient of length ${length}`);
  /** Difference quotient of the loss along `direction`, which has length 1. */
  const differences = (direction: Float32Array): number => {
    const H = 2e-3; // float32: a shorter step drowns in rounding, a longer one crosses kinks of the ReLUs
    const at = (shift: number) => {
      for (let i = 0; i < start.length; i++) parameters[i] = start[i]! + shift * direction[i]!;
      return lossOf(bench);
    };
    return (at(H) - at(-H)) / (2 * H);
  };
  const check = (from: number, to: number, what: string) => {
    const direction = gradient.map((value, i) => (i >= from && i < to ? value : 0));
    const norm = Math.hypot(...direction);
    if (norm < 0.01 * length) return false; // its differences would be rounding
    const slope = differences(direction.map((value) => value / norm));
    assert.ok(Math.abs(slope - norm) < 0.02 * norm + 2e-4, `${what}: ${slope} by differences, ${norm} found`);
    return true;
  };
  check(0, gradient.length, "all parameters");
  const checkedTensors = parameterLayout(config)
    .tensors.filter(({ name, offset, length }) => check(offset, offset + length, name))
    .map(({ name }) => name);
  assert.ok(checkedTensors.length > 12, `only ${checkedTensors}`);
  parameters.set(start);
});

test("shards add up: the gradient of five samples is the sum of the gradients of two and three", () => {
  const bench = build();
  const { agent, learning, slot, gradients } = bench;
  const run = (samples: Sample[]) => {
    gradients.fill(0);
    agent.encode();
    const sums = accumulateGradient(learning, { episodes: [slot], samples }, LOSS);
    return { gradient: gradients.slice(), sums };
  };
  const whole = run(SAMPLES);
  const first = run(SAMPLES.slice(0, 2));
  const second = run(SAMPLES.slice(2));
  const added = first.gradient.map((value, i) => value + second.gradient[i]!);
  assertClose(added, whole.gradient, 1e-5);
  for (const key of [
    "played",
    "policyLoss",
    "valueLoss",
    "entropy",
    "kl",
    "clipped",
    "imitationLoss",
  ] as const)
    assertClose([first.sums[key] + second.sums[key]], [whole.sums[key]], 1e-6, key);
  assert.equal(whole.sums.clipped, 2); // ratios 1.5 and 0.5
  assert.equal(whole.sums.played, 4);
});

test("a minibatch of no samples has no gradient", () => {
  const { agent, learning, slot, gradients } = build();
  agent.encode();
  const sums = accumulateGradient(learning, { episodes: [slot], samples: [] }, LOSS);
  assert.deepEqual(Object.values(sums), [0, 0, 0, 0, 0, 0, 0]);
  assert.ok(gradients.every((value) => value === 0));
});

test("samples bring the episodes that they are steps of, and no others", () => {
  const samples = [7, 2, 7, 5].map((episode, step): Sample => ({ episode, step, imitate: step === 1 }));
  const episodes = Array.from({ length: 1000 }, (_, index) => `episode ${index}`);
  const own = withOwnEpisodes(samples, episodes);
  assert.deepEqual([...own.episodes].sort(), ["episode 2", "episode 5", "episode 7"]);
  assert.deepEqual(
    own.samples.map(({ episode, step, imitate }) => [own.episodes[episode], step, imitate]),
    [
      ["episode 7", 0, false],
      ["episode 2", 1, true],
      ["episode 7", 2, false],
      ["episode 5", 3, false],
    ],
  );
  assert.deepEqual(withOwnEpisodes([], episodes), { samples: [], episodes: [] });
});
