// What a policy sees and what it makes of it: one greedy episode step by step, and the node embeddings. For the viewer.
import { Environment, Judge, type JudgeOptions, MACRO_ORDERS, PLANES } from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import { type Block, copyPlacement, type Placement } from "../netlist/index.js";
import { makeCellPlacer, type Protocol } from "../placer/index.js";
import { Agent, type AgentPolicy } from "./agent.js";
import { type GraphInput, graphInput } from "./network/graph-input.js";
import { graphNetwork } from "./network/network.js";
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

/** Embeddings of the nodes that the graph has, one row of `width` numbers each; none if the network has none. */
export interface NodeEmbeddings {
  readonly nodes: Int32Array;
  readonly width: number;
  readonly values: Float32Array;
}

/** The block, and how the policy is judged. */
export interface PolicyGameOptions {
  readonly judging?: JudgeOptions;
  /** Default: `fd`. */
  readonly protocol?: Protocol;
}

/** What the viewer plays: the policy of a checkpoint. */
export type PlayedCheckpoint = Pick<TrainCheckpoint, "network" | "settings" | "parameters" | "state">;

/** A policy set up for a block, before the first step. */
export interface PolicyGame {
  readonly environment: Environment;
  readonly graph: GraphInput;
  readonly policy: AgentPolicy;
  readonly agent: Agent;
}

/** Sets the policy of a checkpoint up for a block. */
export function openGame(
  block: Block,
  { judging, protocol = "fd" }: PolicyGameOptions,
  checkpoint: PlayedCheckpoint,
): PolicyGame {
  const { network = graphNetwork } = checkpoint;
  const config = checkpoint.settings.experimental.network;
  const kernels = Kernels.create();
  const judge = new Judge(kernels, block, judging);
  const order = checkpoint.state.blocks[0]?.order ?? "area";
  const environment = new Environment(judge, makeCellPlacer(protocol, judge), {
    macros: MACRO_ORDERS[order](block),
    planes: config.planes,
    readsPlaces: config.live,
  });
  const parameters = kernels.f32(checkpoint.parameters.length);
  parameters.set(checkpoint.parameters);
  const policy = { network, config, parameters, gradients: kernels.f32(parameters.length) };
  const graph = graphInput(block, config.spectral, { live: config.live });
  return { environment, graph, policy, agent: new Agent(kernels, { graph, ...block.grid }, policy) };
}

/** Plays the block with the most probable cell at every step. */
export function tracePolicy(
  block: Block,
  options: PolicyGameOptions,
  checkpoint: PlayedCheckpoint,
): { readonly trace: PolicyTrace; readonly embeddings: NodeEmbeddings } {
  const { environment, agent } = openGame(block, options, checkpoint);
  const { episode, observer } = environment;
  const { judge } = episode;
  agent.encode();
  const cells = block.grid.rows * block.grid.columns;
  const wirePlane = PLANES.indexOf("wire") * cells;
  const steps = episode.macros.length;
  const probabilities = new Float32Array(steps * cells);
  const wires = new Float32Array(steps * cells);
  const masks = new Uint8Array(steps * cells);
  const actions = new Int32Array(steps);
  const values = new Float32Array(steps);
  let seen = environment.reset();
  while (!seen.terminated) {
    const { step } = seen.info;
    const { planes } = seen.observation;
    values[step] = agent.evaluate(agent.stepOf(episode, seen.observation, observer.source.places));
    probabilities.set(agent.distribution.probabilities, step * cells);
    wires.set(planes.subarray(wirePlane, wirePlane + cells), step * cells);
    masks.set(seen.mask, step * cells);
    actions[step] = agent.act(seen.mask, undefined);
    seen = environment.step(actions[step]!);
  }
  const played = seen.info.step;
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
    embeddings: embeddingsOf(agent),
  };
}

function embeddingsOf({ network, graphNodes }: Agent): NodeEmbeddings {
  const nodes: number[] = [];
  const rows: Float32Array[] = [];
  graphNodes.forEach((graphNode, node) => {
    const row = graphNode < 0 ? undefined : network.embedding?.(graphNode);
    if (!row) return;
    nodes.push(node);
    rows.push(row);
  });
  const width = rows[0]?.length ?? 0;
  const values = new Float32Array(rows.length * width);
  rows.forEach((row, index) => {
    values.set(row, index * width);
  });
  return { nodes: Int32Array.from(nodes), width, values };
}
