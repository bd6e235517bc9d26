// What jobs of training may ask for: indices within their arrays, episodes of blocks that there are, actions on their grids.
// A worker's threads write such numbers into memory that all of them share.
import { z } from "zod";
import { macrosByArea } from "../env/index.js";
import type { Block } from "../netlist/index.js";
import { ORDERS } from "../policy/index.js";
import { numbers } from "./schemas.js";

const { integers, singles, count } = numbers;
/** Most alternatives per macro that a counterfactual is averaged over, as the setting of training has it. */
const MOST_COUNTERFACTUALS = 100;

const rollouts = z.strictObject({
  parameters: singles,
  episodes: z.array(
    z.strictObject({
      block: count,
      order: z.enum(ORDERS as [string, ...string[]]),
      stream: z.array(z.union([z.string(), z.number()])),
      greedy: z.boolean(),
      start: z.array(z.number().int().min(-1)),
      counterfactualSamples: count.max(MOST_COUNTERFACTUALS),
      below: z.number().optional(),
    }),
  ),
});

const gradient = z.strictObject({
  parameters: singles,
  episodes: z.strictObject({
    ...{ blocks: integers, orders: integers, startLengths: integers, steps: integers, starts: integers },
    ...{ actions: integers, logProbabilities: singles, advantages: singles, returns: singles },
  }),
  samples: integers,
  loss: z.strictObject({
    clip: z.number(),
    entropy: z.number(),
    valueWeight: z.number(),
    imitation: z.number(),
    minibatch: z.number(),
  }),
});

/** Checks of the tasks of a run on these blocks whose network has so many parameters. They throw for all others. */
export function trainingChecks(
  blocks: readonly Block[],
  parameterCount: number,
): Readonly<Record<string, (task: unknown) => unknown>> {
  const limits = blocks.map((block) => ({
    macros: macrosByArea(block).length,
    cells: block.grid.columns * block.grid.rows,
  }));
  const limitsOf = (block: number) => limits[block] ?? refuse("an unknown block");
  const checkParameters = ({ length }: Float32Array) => {
    if (length !== parameterCount) refuse(`${length} parameters, the network has ${parameterCount}`);
  };
  return {
    rollouts(task) {
      const checked = rollouts.parse(task);
      checkParameters(checked.parameters);
      for (const { block, start } of checked.episodes) {
        const { macros, cells } = limitsOf(block);
        if (start.length !== 0 && start.length !== macros) refuse("a start of another block");
        if (start.some((cell) => cell >= cells)) refuse("a start outside the grid");
      }
      return checked;
    },
    gradient(task) {
      const checked = gradient.parse(task);
      const { episodes, samples } = checked;
      checkParameters(checked.parameters);
      checkLengths(episodes);
      let [step, start] = [0, 0];
      for (const [episode, block] of episodes.blocks.entries()) {
        const { macros, cells } = limitsOf(block);
        const [steps, starts] = [episodes.steps[episode]!, episodes.startLengths[episode]!];
        if (steps > macros || (starts !== 0 && starts !== macros)) refuse("an episode of another block");
        if (!within(episodes.actions.subarray(step, step + steps), 0, cells))
          refuse("an action off the grid");
        if (!within(episodes.starts.subarray(start, start + starts), -1, cells))
          refuse("a start off the grid");
        step += steps;
        start += starts;
      }
      if (samples.length % 3 !== 0) refuse("samples that are incomplete");
      for (let at = 0; at < samples.length; at += 3) {
        const steps = episodes.steps[samples[at]!] ?? refuse("a sample of no episode");
        if (!(samples[at + 1]! >= 0 && samples[at + 1]! < steps)) refuse("a sample of no step");
      }
      return checked;
    },
  };
}

/** Throws unless the arrays of episodes have as many entries as their lengths say. */
function checkLengths(episodes: z.output<typeof gradient>["episodes"]): void {
  const { blocks, orders, startLengths, steps, starts, actions } = episodes;
  const sum = (lengths: Int32Array) => lengths.reduce((all, length) => all + length, 0);
  const perStep = [actions, episodes.logProbabilities, episodes.advantages, episodes.returns];
  if (
    ![orders, startLengths, steps].every(({ length }) => length === blocks.length) ||
    !within(orders, 0, ORDERS.length) ||
    ![startLengths, steps].every((lengths) => lengths.every((length) => length >= 0)) ||
    sum(startLengths) !== starts.length ||
    !perStep.every(({ length }) => length === sum(steps))
  )
    refuse("episodes whose arrays do not fit each other");
}

/** Whether all values are at least `least` and less than `limit`. */
function within(values: Int32Array, least: number, limit: number): boolean {
  return values.every((value) => value >= least && value < limit);
}

function refuse(what: string): never {
  throw new Error(`the job has ${what}`);
}
