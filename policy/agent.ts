// A policy at work on one block. At every step the environment shows what is on the canvas, the network gives every grid
// cell a logit, and an action is drawn from the distribution over the cells that the mask allows.
import type { CounterfactualEvaluator, Environment, Episode, Observation } from "../env/index.js";
import type { Kernels } from "../kernels/index.js";
import type { Block, Random } from "../netlist/index.js";
import {
  networkLayout,
  type PolicyNetwork,
  type PolicyNetworkModule,
  type PolicyStep,
} from "./network/contract.js";
import { type GraphInput, graphInput } from "./network/graph-input.js";
import { tensorsOf } from "./network/memory.js";
import type { NodePlaces } from "./network/node-places.js";
import type { NetworkConfig } from "./network/parameters.js";
import type { Trajectory } from "./ppo/trajectory.js";

const INFEASIBLE = -1e30;

/** A distribution over grid cells, given by logits. */
export class ActionDistribution {
  /** Per cell, natural logarithm; very low where infeasible. In kernel memory. */
  readonly logProbabilities: Float32Array;
  /** Per cell, exactly 0 where infeasible. In kernel memory. */
  readonly probabilities: Float32Array;
  /** Of the last `update`, in nats. */
  entropy = 0;
  private readonly kernels: Kernels;

  constructor(kernels: Kernels, cells: number) {
    this.kernels = kernels;
    this.logProbabilities = kernels.f32(cells);
    this.probabilities = kernels.f32(cells);
  }

  /** Takes the distribution of `logits` [cells], in kernel memory, after making those that `mask` forbids very low. */
  update(logits: Float32Array, mask: Uint8Array): void {
    for (let cell = 0; cell < mask.length; cell++) if (mask[cell] === 0) logits[cell] = INFEASIBLE;
    this.entropy = this.kernels.run.softmax(
      logits.byteOffset,
      this.logProbabilities.byteOffset,
      this.probabilities.byteOffset,
      logits.length,
    );
  }

  /**
   * Writes the gradient by the logits of slopes.logProbability · log p(action) + slopes.entropy · entropy.
   * `outLogitSlopes` [cells] lies in kernel memory.
   */
  backward(
    action: number,
    slopes: { readonly logProbability: number; readonly entropy: number },
    outLogitSlopes: Float32Array,
  ): void {
    this.kernels.run.softmaxBackward(
      this.logProbabilities.byteOffset,
      this.probabilities.byteOffset,
      this.probabilities.length,
      this.entropy,
      action,
      slopes.logProbability,
      slopes.entropy,
      outLogitSlopes.byteOffset,
    );
  }
}

/** Draws a cell by its probability, among those that `mask` allows. */
export function sample(probabilities: Float32Array, mask: Uint8Array, random: Random): number {
  let left = random.uniform();
  let chosen = -1;
  for (let cell = 0; cell < mask.length; cell++) {
    if (mask[cell] === 0) continue;
    chosen = cell; // the last feasible cell takes what rounding leaves over
    left -= probabilities[cell]!;
    if (left < 0) break;
  }
  return chosen;
}

/** The cell with the highest logit, the first of several. */
export function mostProbable(logits: Float32Array): number {
  let best = 0;
  for (let cell = 1; cell < logits.length; cell++) if (logits[cell]! > logits[best]!) best = cell;
  return best;
}

/** `parameters` and `gradients` lie in kernel memory; agents of several threads may share `parameters`. */
export interface AgentPolicy {
  readonly network: PolicyNetworkModule;
  readonly config: NetworkConfig;
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
}

/** A network set up for one block, and the distribution of its last step. */
export class Agent {
  readonly network: PolicyNetwork;
  readonly distribution: ActionDistribution;
  /** Of the step evaluated last, [cells]; in kernel memory. */
  readonly logits: Float32Array;
  /** One number per cell: what `network.backward` takes as the derivative of the loss by the logits; in kernel memory. */
  readonly dLogits: Float32Array;
  /** Graph node of every block node, or -1. */
  readonly graphNodes: Int32Array;
  /** Of a network that reads the places of all nodes. */
  private readonly places: NodePlaces | undefined;

  /** An agent for a block. */
  static of(kernels: Kernels, block: Block, policy: AgentPolicy): Agent {
    const { rows, columns } = block.grid;
    const { spectral, live } = policy.config;
    return new Agent(kernels, { graph: graphInput(block, spectral, { live }), rows, columns }, policy);
  }

  constructor(
    kernels: Kernels,
    { graph, rows, columns }: { readonly graph: GraphInput; readonly rows: number; readonly columns: number },
    { network, config: shape, parameters, gradients }: AgentPolicy,
  ) {
    const layout = networkLayout(network, shape);
    const logits = kernels.f32(rows * columns);
    const dLogits = kernels.f32(rows * columns);
    this.graphNodes = graph.graphNodes;
    this.places = graph.places;
    this.logits = logits;
    this.dLogits = dLogits;
    this.distribution = new ActionDistribution(kernels, rows * columns);
    this.network = network.create({
      kernels,
      shape,
      parameters: tensorsOf(layout, parameters),
      gradients: tensorsOf(layout, gradients),
      graph,
      rows,
      columns,
      logits,
      dLogits,
    });
  }

  /** Must follow every change of the parameters. */
  encode(): void {
    this.network.encode?.();
  }

  /**
   * What the network is given for an observation: of an episode as it is now, or as it was stored.
   * @param places as `ObservationSource` has them
   */
  stepOf(
    { macro, nextMacro, mask }: Pick<Episode, "macro" | "nextMacro" | "mask">,
    { planes, state }: Observation,
    places: Uint16Array,
  ): PolicyStep {
    return {
      ...(this.places && { places: this.places.of(places) }),
      currentNode: this.graphNodes[macro]!,
      nextNode: nextMacro < 0 ? -1 : this.graphNodes[nextMacro]!,
      state,
      planes,
      mask,
    };
  }

  /** Runs the network on a step: `distribution` is then that of its actions. Returns the value. */
  evaluate(step: PolicyStep): number {
    const value = this.network.forward(step);
    this.distribution.update(this.logits, step.mask);
    return value;
  }

  /** An action for the step evaluated last: drawn by its probability, or without `random` the most probable one. */
  act(mask: Uint8Array, random: Random | undefined): number {
    return random ? sample(this.distribution.probabilities, mask, random) : mostProbable(this.logits);
  }
}

/**
 * Plays an episode and stores its steps. Macros that have a cell in `start` go first, to that cell, which must be
 * feasible, and are not stored. At a dead end the episode stops, and its costs are NaN.
 */
export function playEpisode(
  agent: Agent,
  environment: Environment,
  options: {
    readonly random: Random;
    /** Take the most probable cell at every step instead of drawing one. */
    readonly greedy: boolean;
    /** Cell of each macro in order, -1 for those to place; empty for an empty canvas. */
    readonly start: readonly number[];
    /** Alternatives per macro that its counterfactual is averaged over; 0: no counterfactuals. */
    readonly counterfactualSamples: number;
    readonly counterfactuals: CounterfactualEvaluator;
    readonly out: Trajectory;
  },
): void {
  const { start, out, random } = options;
  const { episode, observer } = environment;
  const { distribution } = agent;
  for (const [number, cell] of start.entries()) out.cells[number] = cell;
  let seen = environment.reset(undefined, { start });
  const placedBefore = seen.info.step;
  let steps = 0;
  let entropySum = 0;
  for (; !seen.terminated; steps++) {
    out.store(steps, observer.source, observer.state);
    out.values[steps] = agent.evaluate(agent.stepOf(episode, seen.observation, observer.source.places));
    entropySum += distribution.entropy;
    const action = agent.act(episode.mask, options.greedy ? undefined : random);
    out.actions[steps] = action;
    out.cells[episode.numberAt(episode.step)] = action;
    out.logProbabilities[steps] = distribution.logProbabilities[action]!;
    seen = environment.step(action);
    out.wirelengthDeltas[steps] = seen.info.wirelengthDelta;
  }
  const { costs } = seen.info;
  const complete = costs !== undefined;
  out.end({ steps, complete, placedBefore, costs, meanEntropy: entropySum / Math.max(1, steps) });
  if (complete && options.counterfactualSamples > 0)
    options.counterfactuals.evaluate(
      Int32Array.from({ length: steps }, (_, step) => episode.macroAt(placedBefore + step)),
      { samples: options.counterfactualSamples, random },
      out.counterfactuals,
    );
  out.xs.set(episode.judge.placement.xs);
  out.ys.set(episode.judge.placement.ys);
  out.orientations.set(episode.judge.placement.orientations);
}

/**
 * Plays the cells of a known episode again and stores what a policy would have seen, without scoring it. Macros that have a
 * cell in `start` go first, as in `playEpisode`; `cells` are then those of the others.
 */
export function replayEpisode(
  { episode, observer }: Environment,
  given: {
    readonly cells: readonly number[];
    readonly start?: readonly number[] | undefined;
    readonly out: Trajectory;
  },
): void {
  const { cells, start = [], out } = given;
  const placed = start.flatMap((cell, index) => (cell < 0 ? [] : [index]));
  episode.reset(placed);
  for (const index of placed) episode.place(start[index]!);
  for (const [step, cell] of cells.entries()) {
    observer.look();
    out.store(step, observer.source, observer.state);
    out.actions[step] = cell;
    episode.place(cell);
  }
  out.end({ steps: cells.length, complete: true });
}
