// Where every node of the graph is while an episode goes on, and how sure that is: what a live graph network reads.
import { bodiesOf, compileNets, NOT_PLACED, PLACE_STEPS, quadraticTarget } from "../../env/index.js";
import { type Block, type CompiledGraph, NodeKind } from "../../netlist/index.js";

/** How sure a node's place is. */
export const PLACE_KNOWN = 1;
/** Of a soft macro: where it is estimated to go. */
export const PLACE_ESTIMATED = 0.5;
/** Of a macro that is still to be placed: its quadratic target, or the canvas centre where it has none. */
export const PLACE_GUESSED = 0;

/** Numbers per node: x, y, and how sure they are. */
export const PLACE_NUMBERS = 3;

/** The places of a block's graph nodes. */
export class NodePlaces {
  /** [3 x nodeCount], as `PolicyStep.places`. */
  private readonly values: Float32Array;
  /** Graph node of each body, or -1. */
  private readonly graphNodes: Int32Array;
  /** What a body has while it is placed. */
  private readonly sureness: Float32Array;
  /** [2 x bodies]: what stands in for a body that is not placed. */
  private readonly guesses: Float32Array;

  constructor(
    block: Block,
    graph: Pick<CompiledGraph, "nodeCount" | "clusterXs" | "clusterYs">,
    graphNodes: Int32Array,
  ) {
    const { width, height } = block.canvas;
    this.values = new Float32Array(PLACE_NUMBERS * graph.nodeCount);
    for (let node = 0; node < graph.nodeCount; node++) {
      const [x, y] = [graph.clusterXs[node]!, graph.clusterYs[node]!];
      const isKnown = !Number.isNaN(x + y);
      this.values.set(
        isKnown ? [x / width, y / height, PLACE_KNOWN] : [0.5, 0.5, PLACE_GUESSED],
        PLACE_NUMBERS * node,
      );
    }
    const bodies = bodiesOf(block);
    const target = quadraticTarget(block, compileNets(block));
    const orCentre = (at: number) => (Number.isNaN(at) ? 0.5 : at);
    this.graphNodes = Int32Array.from(bodies, (node) => graphNodes[node]!);
    this.guesses = Float32Array.from({ length: 2 * bodies.length }, (_, i) => {
      const node = bodies[i >> 1]!;
      return orCentre(i % 2 === 0 ? target.xs[node]! : target.ys[node]!);
    });
    this.sureness = Float32Array.from(bodies, (node) =>
      block.kinds[node] === NodeKind.HardMacro || block.fixed[node] === 1 ? PLACE_KNOWN : PLACE_ESTIMATED,
    );
  }

  /** The places of all nodes, given those of the bodies (`ObservationSource.places`). The next call overwrites them. */
  of(bodies: Uint16Array): Float32Array {
    const { values, graphNodes, guesses, sureness } = this;
    if (bodies.length !== guesses.length)
      throw new Error(`internal: ${bodies.length} numbers for the places of ${guesses.length / 2} bodies`);
    for (let body = 0; body < graphNodes.length; body++) {
      const node = graphNodes[body]!;
      if (node < 0) continue;
      const isPlaced = bodies[2 * body] !== NOT_PLACED;
      for (let axis = 0; axis < 2; axis++) {
        const at = 2 * body + axis;
        values[PLACE_NUMBERS * node + axis] = isPlaced ? bodies[at]! / PLACE_STEPS : guesses[at]!;
      }
      values[PLACE_NUMBERS * node + 2] = isPlaced ? sureness[body]! : PLACE_GUESSED;
    }
    return values;
  }
}
