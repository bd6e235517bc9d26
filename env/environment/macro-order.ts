// The order in which an episode places the macros.
import {
  type Block,
  buildMacroGraph,
  type CompiledGraph,
  compileGraph,
  NodeKind,
} from "../../netlist/index.js";

/** Movable hard macros by area, largest first, ties in node order: Circuit Training's default. */
export function macrosByArea(block: Block): Int32Array {
  const macros: number[] = [];
  for (let node = 0; node < block.nodeCount; node++)
    if (block.kinds[node] === NodeKind.HardMacro && !block.fixed[node]) macros.push(node);
  const area = (node: number) => block.widths[node]! * block.heights[node]!;
  return Int32Array.from(macros.sort((a, b) => area(b) - area(a) || a - b));
}

/**
 * Movable hard macros, grown along the macro graph: first the one most connected to ports and fixed macros, then always
 * the one most connected to those and to the macros already in the order; ties as in `macrosByArea`. In clustered
 * netlists hard macros hardly ever share a net, so a connection through one soft macro counts too. Such an edge counts
 * by the share of the soft macro's edges that lead to nodes already in the order.
 */
export function macrosByConnectivity(block: Block): Int32Array {
  const rest = [...macrosByArea(block)];
  const graph = compileGraph(buildMacroGraph(block));
  const growth = new Growth(graph);
  const graphNodes = new Int32Array(block.nodeCount).fill(-1);
  for (let at = 0; at < graph.nodeCount; at++) {
    const node = graph.blockNodes[at]!;
    if (node >= 0) graphNodes[node] = at;
    if (node < 0 || block.fixed[node]) growth.add(at);
  }
  const order: number[] = [];
  while (rest.length > 0) {
    let chosen = 0;
    let strongest = -1;
    for (let i = 0; i < rest.length; i++) {
      const strength = growth.strength(graphNodes[rest[i]!]!);
      if (strength <= strongest) continue; // `rest` is in order of area, so the larger macro wins a tie
      strongest = strength;
      chosen = i;
    }
    const macro = rest.splice(chosen, 1)[0]!;
    growth.add(graphNodes[macro]!);
    order.push(macro);
  }
  return Int32Array.from(order);
}

/** How strongly each node of a graph is connected to a growing set, directly or through one soft macro. */
class Growth {
  private readonly graph: CompiledGraph;
  private readonly isIn: Uint8Array;
  /** Per node: weight of its edges into the set, and of all its edges. */
  private readonly weightsIn: Float64Array;
  private readonly degrees: Float64Array;

  constructor(graph: CompiledGraph) {
    this.graph = graph;
    this.isIn = new Uint8Array(graph.nodeCount);
    this.weightsIn = new Float64Array(graph.nodeCount);
    this.degrees = new Float64Array(graph.nodeCount);
    for (let edge = 0; edge < graph.edgeCount; edge++) {
      this.degrees[graph.edgeSources[edge]!]! += graph.edgeWeights[edge]!;
      this.degrees[graph.edgeTargets[edge]!]! += graph.edgeWeights[edge]!;
    }
  }

  add(node: number): void {
    const { starts, neighbours, incidentEdges, edgeWeights } = this.graph;
    this.isIn[node] = 1;
    for (let i = starts[node]!; i < starts[node + 1]!; i++)
      this.weightsIn[neighbours[i]!]! += edgeWeights[incidentEdges[i]!]!;
  }

  strength(node: number): number {
    const { starts, neighbours, incidentEdges, edgeWeights, nodeKinds } = this.graph;
    let sum = this.weightsIn[node]!;
    for (let i = starts[node]!; i < starts[node + 1]!; i++) {
      const neighbour = neighbours[i]!;
      if (this.isIn[neighbour] || nodeKinds[neighbour] === NodeKind.HardMacro) continue;
      const degree = this.degrees[neighbour]!;
      if (degree > 0) sum += (edgeWeights[incidentEdges[i]!]! * this.weightsIn[neighbour]!) / degree;
    }
    return sum;
  }
}

/** Orders in which macros are placed, by name. */
export const MACRO_ORDERS = { area: macrosByArea, connectivity: macrosByConnectivity } as const;
export type MacroOrder = keyof typeof MACRO_ORDERS;
