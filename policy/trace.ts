// What a policy sees and thinks: one greedy episode step by step, and the embeddings behind it. For the viewer.
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
import { ActionDistribution } from "./network/action-distribution.js";
import { graphInput } from "./network/graph-input.js";
import { PolicyNetwork } from "./network/network.js";
import { mostProbable } from "./ppo/rollout.js";
import type { TrainCheckpoint } from "./ppo/train-checkpoint.js";

/** One episode; maps are [steps x cells], row-major from the lower left. */
export interface PolicyTrace {
  /** Node of every step, and the cell that it went to. */
  readonly macros: Int32Array;
  readonly actions: Int32Array;
  readonly values: Float32Array;
  readonly probabilities: Float32Array;
  readonly masks: Uint8Array;
  /** The `wire` plane: growth of the wirelength, 0 at the best cell, 1 at the worst. */
  readonly wires: Float32Array;
  /** After the last step, soft macros settled if the episode came to its end. */
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
  { options, parameters, state: { blocks } }: Pick<TrainCheckpoint, "options" | "parameters" | "state">,
): { trace: PolicyTrace; embeddings: NodeEmbeddings } {
  const kernels = Kernels.create();
  const judge = new Judge(kernels, block, judging);
  const macros = MACRO_ORDERS[blocks[0]?.order ?? "area"](block);
  const episode = new Episode(judge, new ForceDirectedPlacer(judge), macros);
  const observer = new Observer(episode, options.network.planes);
  const own = kernels.f32(parameters.length);
  own.set(parameters);
  const network = new PolicyNetwork(kernels, options.network, own, kernels.f32(parameters.length));
  const graph = graphInput(block, options.network.spectral);
  const { rows, columns } = block.grid;
  const cells = rows * columns;
  network.setBlock(graph, rows, columns);
  network.encode();
  const distribution = new ActionDistribution(kernels, cells);
  const planes = new Float32Array(observer.planes * cells);
  const state = new Float32Array(STATE_NUMBERS);
  const wire = planes.subarray(PLANES.indexOf("wire") * cells, (PLANES.indexOf("wire") + 1) * cells);
  const steps = episode.macros.length;
  const maps = { probabilities: new Float32Array(steps * cells), wires: new Float32Array(steps * cells) };
  const masks = new Uint8Array(steps * cells);
  const actions = new Int32Array(steps);
  const values = new Float32Array(steps);
  episode.reset();
  while (!episode.complete && !episode.deadEnd) {
    const { step } = episode;
    observer.observe(planes, state);
    values[step] = network.forward({
      currentNode: graph.graphNodes[episode.macro]!,
      nextNode: episode.nextMacro < 0 ? -1 : graph.graphNodes[episode.nextMacro]!,
      state,
      planes,
      mask: episode.mask,
    });
    distribution.update(network.logits);
    maps.probabilities.set(distribution.probabilities, step * cells);
    maps.wires.set(wire, step * cells);
    masks.set(episode.mask, step * cells);
    actions[step] = mostProbable(network.logits);
    episode.place(actions[step]!);
  }
  const played = episode.step;
  if (episode.complete) episode.finish();
  return {
    trace: {
      macros: episode.macros.slice(0, played),
      actions: actions.slice(0, played),
      values: values.slice(0, played),
      probabilities: maps.probabilities.slice(0, played * cells),
      wires: maps.wires.slice(0, played * cells),
      masks: masks.slice(0, played * cells),
      placement: copyPlacement(judge.placement),
    },
    embeddings: embeddingsOf(network, graph.graphNodes, options.network.width),
  };
}

function embeddingsOf(network: PolicyNetwork, graphNodes: Int32Array, width: number): NodeEmbeddings {
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
