// What a policy sees and what it makes of it: one greedy episode step by step, and the node embeddings. For the viewer.
import {
  Episode,
  Judge,
  type JudgeOptions,
  MACRO_ORDERS,
  Observer,
  PLANES,
  STATE_NUMBERS,
} from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import { type Block, copyPlacement, type Placement } from "../netlist/index.js";
import { ForceDirectedPlacer } from "../placer/index.js";
import { Agent } from "./agent.js";
import type { TrainCheckpoint } from "./ppo/train-checkpoint.js";

/** One episode; maps are [steps x cells], row-major from the lower left. */
export interface PolicyTrace {
  /** Node that every step placed, and the cell that it chose. */
  readonly macros: Int32Array;
  readonly actions: Int32Array;
  readonly values: Float32Array;
  readonly probabilities: Float32Array;
  readonly masks: Uint8Array;
  /** The `wire` plane: added wirelength, 0 at the best cell, 1 at the worst. */
  readonly wires: Float32Array;
  /** After the last step; soft macros are placed if the episode is complete. */
  readonly placement: Placement;
}

/** Embeddings of the nodes that the graph has, one row of `width` numbers each. */
export interface NodeEmbeddings {
  readonly nodes: Int32Array;
  readonly width: number;
  readonly values: Float32Array;
}

/** Plays the block with the most probable cell at every step. */
export function tracePolicy(
  block: Block,
  judging: JudgeOptions,
  checkpoint: Pick<TrainCheckpoint, "settings" | "parameters" | "state">,
): { readonly trace: PolicyTrace; readonly embeddings: NodeEmbeddings } {
  const config = checkpoint.settings.experimental.network;
  const kernels = Kernels.create();
  const judge = new Judge(kernels, block, judging);
  const order = checkpoint.state.blocks[0]?.order ?? "area";
  const episode = new Episode(judge, new ForceDirectedPlacer(judge), MACRO_ORDERS[order](block));
  const game = { episode, observer: new Observer(episode, config.planes) };
  const parameters = kernels.f32(checkpoint.parameters.length);
  parameters.set(checkpoint.parameters);
  const gradients = kernels.f32(parameters.length);
  const agent = Agent.of(kernels, block, { config, parameters, gradients });
  agent.network.encode();
  const cells = block.grid.rows * block.grid.columns;
  const planes = new Float32Array(config.planes * cells);
  const state = new Float32Array(STATE_NUMBERS);
  const wire = planes.subarray(PLANES.indexOf("wire") * cells, (PLANES.indexOf("wire") + 1) * cells);
  const steps = episode.macros.length;
  const probabilities = new Float32Array(steps * cells);
  const wires = new Float32Array(steps * cells);
  const masks = new Uint8Array(steps * cells);
  const actions = new Int32Array(steps);
  const values = new Float32Array(steps);
  episode.reset();
  while (!episode.complete && !episode.deadEnd) {
    const { step } = episode;
    const seen = agent.observe(game, planes, state);
    values[step] = agent.evaluate(seen);
    probabilities.set(agent.distribution.probabilities, step * cells);
    wires.set(wire, step * cells);
    masks.set(seen.mask, step * cells);
    actions[step] = agent.act(seen.mask, undefined);
    episode.place(actions[step]!);
  }
  const played = episode.step;
  if (episode.complete) episode.finish();
  return {
    trace: {
      macros: episode.macros.slice(0, played),
      actions: actions.slice(0, played),
      values: values.slice(0, played),
      probabilities: probabilities.slice(0, played * cells),
      wires: wires.slice(0, played * cells),
      masks: masks.slice(0, played * cells),
      placement: copyPlacement(judge.placement),
    },
    embeddings: embeddingsOf(agent, config.width),
  };
}

function embeddingsOf({ network, graphNodes }: Agent, width: number): NodeEmbeddings {
  const nodes: number[] = [];
  const rows: Float32Array[] = [];
  graphNodes.forEach((graphNode, node) => {
    const row = graphNode < 0 ? undefined : network.embedding(graphNode);
    if (!row) return;
    nodes.push(node);
    rows.push(row);
  });
  const values = new Float32Array(rows.length * width);
  rows.forEach((row, index) => {
    values.set(row, index * width);
  });
  return { nodes: Int32Array.from(nodes), width, values };
}
