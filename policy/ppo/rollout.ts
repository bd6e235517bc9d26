// One episode played by the policy and written down for the update.
import { type CounterfactualEvaluator, type Episode, type Observer, STATE_NUMBERS } from "../../env/index.js";
import type { Random } from "../../netlist/index.js";
import type { ActionDistribution } from "../network/action-distribution.js";
import type { PolicyNetwork, PolicyStep } from "../network/network.js";
import { Outcome, type Trajectory } from "./trajectory.js";

/**
 * Plays an episode and stores its steps. Macros that have a cell in `start` go first, to that cell, which must be feasible,
 * and are not stored. At a dead end the episode stops, and the costs are NaN.
 */
export function playEpisode(
  episode: Episode,
  observer: Observer,
  network: PolicyNetwork,
  distribution: ActionDistribution,
  graphNodes: Int32Array,
  out: Trajectory,
  options: {
    readonly random: Random;
    readonly greedy: boolean;
    /** Cell of each macro in order, -1 for those to place; empty for an empty canvas. */
    readonly start: readonly number[];
    /** Alternatives per macro that counterfactuals are averaged over; 0: no counterfactuals. */
    readonly counterfactualSamples: number;
  },
  counterfactualEvaluator: CounterfactualEvaluator,
): void {
  let entropySum = 0;
  const { start } = options;
  const kept = start.flatMap((cell, number) => (cell < 0 ? [] : [number]));
  episode.reset(kept);
  for (const number of kept) {
    episode.place(start[number]!);
    out.cells[number] = start[number]!;
  }
  const first = episode.step;
  while (!episode.complete && !episode.deadEnd) {
    const step = episode.step - first;
    const seen = lookAround(episode, observer, graphNodes, out, step);
    out.values[step] = network.forward(seen);
    distribution.update(network.logits);
    entropySum += distribution.entropy;
    const action = options.greedy
      ? mostProbable(network.logits)
      : sample(distribution.probabilities, seen.mask, options.random);
    out.actions[step] = action;
    out.cells[episode.numberAt(first + step)] = action;
    out.wirelengthDeltas[step] = observer.wirelengthDeltaAt(action);
    out.logProbabilities[step] = distribution.logProbabilities[action]!;
    episode.place(action);
  }
  const steps = episode.step - first;
  out.summary[0] = steps;
  out.summary[1] = episode.complete ? Outcome.Complete : Outcome.DeadEnd;
  out.summary[2] = first;
  out.costs.fill(Number.NaN);
  out.costs[5] = entropySum / Math.max(1, steps);
  if (episode.complete) {
    const costs = episode.finish();
    out.costs[0] = costs.wirelength;
    out.costs[1] = costs.wirelengthCost;
    out.costs[2] = costs.densityCost;
    out.costs[3] = costs.congestionCost;
    out.costs[4] = costs.proxyCost;
    if (options.counterfactualSamples > 0)
      counterfactualEvaluator.assign(
        Int32Array.from({ length: steps }, (_, step) => episode.macroAt(first + step)),
        options.counterfactualSamples,
        options.random,
        out.counterfactuals,
      );
  }
  out.xs.set(episode.judge.placement.xs);
  out.ys.set(episode.judge.placement.ys);
  out.orientations.set(episode.judge.placement.orientations);
}

/** Plays the cells of a known episode again and stores what a policy would have seen. Complete it must be. */
export function replayEpisode(
  episode: Episode,
  observer: Observer,
  graphNodes: Int32Array,
  out: Trajectory,
  cells: readonly number[],
): void {
  episode.reset();
  for (const [step, cell] of cells.entries()) {
    lookAround(episode, observer, graphNodes, out, step);
    out.actions[step] = cell;
    episode.place(cell);
  }
  out.summary.set([cells.length, Outcome.Complete, 0]);
}

/** Stores what is seen before a step. */
function lookAround(
  episode: Episode,
  observer: Observer,
  graphNodes: Int32Array,
  out: Trajectory,
  step: number,
): PolicyStep {
  const { grid } = episode.judge.block;
  const cells = grid.columns * grid.rows;
  const planeNumbers = observer.planes * cells;
  const planes = out.planes.subarray(step * planeNumbers, (step + 1) * planeNumbers);
  const state = out.states.subarray(step * STATE_NUMBERS, (step + 1) * STATE_NUMBERS);
  const mask = out.masks.subarray(step * cells, (step + 1) * cells);
  observer.observe(planes, state);
  mask.set(episode.mask);
  const currentNode = graphNodes[episode.macro]!;
  const nextNode = episode.nextMacro < 0 ? -1 : graphNodes[episode.nextMacro]!;
  out.nodes[2 * step] = currentNode;
  out.nodes[2 * step + 1] = nextNode;
  return { currentNode, nextNode, state, planes, mask };
}

/** Draws a feasible cell by its probability. */
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
