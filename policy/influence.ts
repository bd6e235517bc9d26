// What moved a decision of a policy: how the probability of the cell that it chose changes when one node of the netlist graph
// is taken out. That holds for every network, with a graph encoder and without.
//
//   influence of a node = log π(cell) - log π(cell) without the node
//
// Without a node its wires are cut and it covers nothing; in the graph that the network reads it has no edges, no features
// and no place. Everything else stays as it is: the places of the others, the mask, the numbers of the step, and the quadratic
// target, which is made from the wires of all nodes at once.
import { cellDistance, ObservationDrawing } from "../env/index.js";
import { type Block, portClusters } from "../netlist/index.js";
import { Agent } from "./agent.js";
import type { GraphInput } from "./network/graph-input.js";
import { PLACE_GUESSED, PLACE_NUMBERS } from "./network/node-places.js";
import { openGame, type PlayedCheckpoint, type PolicyGame, type PolicyGameOptions } from "./trace.js";

/** Most nodes that are taken out, so that an answer takes seconds at most. */
export const MOST_TAKEN_OUT = 200;

/** What moved one decision. Lists have one entry for each node of the netlist graph, a cluster of ports being one node. */
export interface DecisionInfluences {
  readonly step: number;
  /** Block node that the step placed, and the cell that it went to. */
  readonly macro: number;
  readonly cell: number;
  /** Natural logarithm of the probability of that cell. */
  readonly logProbability: number;
  /** Block nodes of entry i: `members[starts[i] .. starts[i + 1]]`, one, or the ports of a cluster. */
  readonly starts: Int32Array;
  readonly members: Int32Array;
  /** Where entry i is, µm: soft macros where they are estimated, clusters at the mean of their ports; NaN if nowhere yet. */
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** By how much `logProbability` is higher than without the node, in nats; NaN if that was not tried. */
  readonly changes: Float64Array;
  /** Weight of the edge to the macro, relative to the mean edge; 0 if there is none. */
  readonly weights: Float64Array;
  /** Shares of the network's attention, which add up to 1; empty if the network has none. */
  readonly attention: Float64Array;
}

const NOTHING = new Int32Array(0);

/** Takes nodes out of the steps of one episode. One question at a time. */
export class InfluenceProbe {
  private readonly block: Block;
  private readonly game: PolicyGame;
  private readonly actions: ArrayLike<number>;
  private readonly drawing: ObservationDrawing;
  private readonly planes: Float32Array;
  /** Block nodes of each graph node, in lists one behind the other. */
  private readonly starts: Int32Array;
  private readonly members: Int32Array;

  /** @param actions the cells of the episode, as `tracePolicy` tells them */
  constructor(
    block: Block,
    options: PolicyGameOptions,
    { checkpoint, actions }: { readonly checkpoint: PlayedCheckpoint; readonly actions: ArrayLike<number> },
  ) {
    this.block = block;
    this.actions = actions;
    this.game = openGame(block, options, checkpoint);
    const { environment, graph, policy } = this.game;
    const { columns, rows } = block.grid;
    this.drawing = new ObservationDrawing(environment.episode.judge, policy.config.planes);
    this.planes = new Float32Array(policy.config.planes * columns * rows);
    const lists: number[][] = Array.from({ length: graph.nodeCount }, () => []);
    graph.graphNodes.forEach((graphNode, node) => {
      if (graphNode >= 0) lists[graphNode]!.push(node);
    });
    // Clusters of ports are the last nodes of the graph.
    const clusters = portClusters(block);
    for (const [i, { ports }] of clusters.entries())
      lists[graph.nodeCount - clusters.length + i]!.push(...ports);
    this.members = Int32Array.from(lists.flat());
    this.starts = new Int32Array(graph.nodeCount + 1);
    for (const [graphNode, { length }] of lists.entries())
      this.starts[graphNode + 1] = this.starts[graphNode]! + length;
  }

  /** Steps of the episode. */
  get steps(): number {
    return this.actions.length;
  }

  /**
   * What moved the decision of a step, from 0. Takes out at most `most` nodes: those with the heaviest edges to the macro first,
   * then those with the most attention, if the network has any, then those that stand nearest to the cell, then the others.
   * Between two nodes it waits for `pause`.
   */
  async explain(
    step: number,
    { most = MOST_TAKEN_OUT, pause }: { readonly most?: number; readonly pause?: () => Promise<void> } = {},
  ): Promise<DecisionInfluences> {
    const { game, actions, starts, members } = this;
    const { episode } = game.environment;
    if (!(step >= 0 && step < actions.length))
      throw new Error(`internal: step ${step} of an episode of ${actions.length}`);
    episode.reset();
    for (let before = 0; before < step; before++) episode.place(actions[before]!);
    const { macro } = episode;
    const cell = actions[step]!;
    const whole = this.look(cell, -1);
    const weights = this.edgesOf(game.graph.graphNodes[macro]!);
    const changes = new Float64Array(weights.length).fill(Number.NaN);
    for (const node of this.order({ macro, cell, weights, ...whole }).slice(0, most)) {
      changes[node] = whole.logProbability - this.look(cell, node).logProbability;
      await pause?.();
    }
    const { xs, ys } = episode.judge.placement;
    const places = { xs: this.meansOf(xs), ys: this.meansOf(ys) };
    return { step, macro, cell, ...whole, starts, members, ...places, changes, weights };
  }

  /** Per graph node, the mean of its block nodes' values. */
  private meansOf(values: Float64Array): Float64Array {
    const { starts, members } = this;
    return Float64Array.from({ length: starts.length - 1 }, (_, node) => {
      const own = members.subarray(starts[node], starts[node + 1]);
      return own.reduce((sum, member) => sum + values[member]!, 0) / own.length;
    });
  }

  /** Graph nodes other than the macro, in the order in which they are taken out. */
  private order({
    macro,
    cell,
    weights,
    attention,
  }: Pick<DecisionInfluences, "macro" | "cell" | "weights" | "attention">): number[] {
    const { environment, graph } = this.game;
    const { placement } = environment.episode.judge;
    const { canvas, grid } = this.block;
    const [xs, ys] = [this.meansOf(placement.xs), this.meansOf(placement.ys)];
    const distances = Array.from(weights, (_, node) => {
      const column = Math.floor((xs[node]! * grid.columns) / canvas.width);
      const row = Math.floor((ys[node]! * grid.rows) / canvas.height);
      // Nodes that are not placed come last.
      return Number.isNaN(column + row)
        ? Number.MAX_VALUE
        : cellDistance(row * grid.columns + column, cell, grid.columns);
    });
    const attended = (node: number) => attention[node] ?? 0;
    return Array.from(weights.keys())
      .filter((node) => node !== graph.graphNodes[macro])
      .sort(
        (a, b) =>
          weights[b]! - weights[a]! || attended(b) - attended(a) || distances[a]! - distances[b]! || a - b,
      );
  }

  /** Per graph node, the weight of its edge to this one. */
  private edgesOf(node: number): Float64Array {
    const { nodeCount, edgeCount, edgeSources, edgeTargets, edgeWeights } = this.game.graph;
    const weights = new Float64Array(nodeCount);
    for (let edge = 0; edge < edgeCount; edge++) {
      if (edgeSources[edge] === node) weights[edgeTargets[edge]!]! += edgeWeights[edge]!;
      else if (edgeTargets[edge] === node) weights[edgeSources[edge]!]! += edgeWeights[edge]!;
    }
    return weights;
  }

  /** The step as it is now without a graph node, or as it is if that is -1. */
  private look(cell: number, without: number): Pick<DecisionInfluences, "logProbability" | "attention"> {
    const { environment, graph, policy } = this.game;
    const { episode, observer } = environment;
    const { kernels, placement, state } = episode.judge;
    const { columns, rows } = this.block.grid;
    const members =
      without < 0 ? NOTHING : this.members.slice(this.starts[without], this.starts[without + 1]);
    const xs = Array.from(members, (node) => placement.xs[node]!);
    const stand = (places: readonly number[]) => {
      for (const [i, node] of members.entries()) {
        placement.xs[node] = places[i]!;
        kernels.run.placeNodePoints(state.address, node);
      }
    };
    stand(xs.map(() => Number.NaN));
    try {
      observer.look();
      const { source } = observer;
      if (members.includes(episode.nextMacro)) source.lengths.fill(0, columns + rows, 2 * (columns + rows));
      this.drawing.draw(source, this.planes);
      return kernels.borrow(() => {
        const seen = without < 0 ? graph : withoutNode(graph, without);
        const agent = new Agent(kernels, { graph: seen, columns, rows }, policy);
        agent.encode();
        const step = agent.stepOf(episode, { planes: this.planes, state: observer.state }, source.places);
        const places = step.places?.slice();
        if (without >= 0) places?.set([0.5, 0.5, PLACE_GUESSED], PLACE_NUMBERS * without);
        agent.evaluate({ ...step, ...(places && { places }) });
        return {
          logProbability: agent.distribution.logProbabilities[cell]!,
          attention: Float64Array.from(agent.network.attention?.() ?? []),
        };
      });
    } finally {
      stand(xs);
    }
  }
}

/** The graph in which a node has no edges and no features. */
function withoutNode(graph: GraphInput, node: number): GraphInput {
  const { nodeCount, edgeSources, edgeTargets, edgeWeights } = graph;
  const kept = Int32Array.from(edgeSources.keys()).filter(
    (edge) => edgeSources[edge] !== node && edgeTargets[edge] !== node,
  );
  const features = graph.features.slice();
  const count = features.length / nodeCount;
  features.fill(0, node * count, (node + 1) * count);
  return {
    ...graph,
    features,
    edgeCount: kept.length,
    edgeSources: kept.map((edge) => edgeSources[edge]!),
    edgeTargets: kept.map((edge) => edgeTargets[edge]!),
    edgeWeights: Float32Array.from(kept, (edge) => edgeWeights[edge]!),
  };
}
