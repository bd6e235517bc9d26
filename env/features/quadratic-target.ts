// Where each macro would go if wires alone decided and the macros were spread evenly over the canvas. The estimate of
// the soft macros knows only the macros placed so far; this target is computed once and knows them all.
import { type Block, NodeKind } from "../../netlist/index.js";
import type { JudgeNets } from "../cost/judge-nets.js";
import { macrosByArea } from "../environment/macro-order.js";

/**
 * Target centres of all movable hard macros by node, from 0 to 1 along the canvas sides. NaN for other nodes, and for
 * all if no net pulls the macros apart.
 */
export interface QuadraticTarget {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
}

/** Gauss-Seidel sweeps over all nodes. */
const SWEEPS = 50;
/** Spread of all macros, in canvas sides, below which they count as being in one place. */
const NO_SPREAD = 1e-6;

/**
 * Minimises the quadratic wirelength (Hall 1970) over all movable nodes, with nets as stars around their drivers and
 * ports and fixed macros in place. The minimum crowds everything together, so only the macros' ranks along each axis are
 * kept, weighted by their areas.
 */
export function quadraticTarget(block: Block, nets: JudgeNets): QuadraticTarget {
  const { width, height } = block.canvas;
  const links = starLinks(block.nodeCount, nets);
  const xs = leastSquares(block, links, { initial: block.initial.xs, centre: width / 2 });
  const ys = leastSquares(block, links, { initial: block.initial.ys, centre: height / 2 });
  return { xs: ranks(block, xs, NO_SPREAD * width), ys: ranks(block, ys, NO_SPREAD * height) };
}

/** Links of node n: `[starts[n] .. starts[n + 1]]`. */
interface Links {
  readonly starts: Int32Array;
  readonly neighbours: Int32Array;
  readonly weights: Float64Array;
}

/** A link between the driver and each sink of every net, with the net's weight. */
function starLinks(
  nodeCount: number,
  { netCount, netStarts, netPoints, netWeights, pointNodes }: JudgeNets,
): Links {
  const starts = new Int32Array(nodeCount + 1);
  const forLinks = (use: (driver: number, sink: number, weight: number) => void) => {
    for (let net = 0; net < netCount; net++) {
      const driver = pointNodes[netPoints[netStarts[net]!]!]!;
      for (let i = netStarts[net]! + 1; i < netStarts[net + 1]!; i++) {
        const sink = pointNodes[netPoints[i]!]!;
        if (sink !== driver) use(driver, sink, netWeights[net]!);
      }
    }
  };
  forLinks((driver, sink) => {
    starts[driver + 1]!++;
    starts[sink + 1]!++;
  });
  for (let node = 0; node < nodeCount; node++) starts[node + 1]! += starts[node]!;
  const next = starts.slice(0, nodeCount);
  const neighbours = new Int32Array(starts[nodeCount]!);
  const weights = new Float64Array(starts[nodeCount]!);
  const add = (node: number, neighbour: number, weight: number) => {
    const slot = next[node]!++;
    neighbours[slot] = neighbour;
    weights[slot] = weight;
  };
  forLinks((driver, sink, weight) => {
    add(driver, sink, weight);
    add(sink, driver, weight);
  });
  return { starts, neighbours, weights };
}

/** One coordinate of all nodes: sweeps move each movable node to the weighted mean of its neighbours. */
function leastSquares(
  block: Block,
  { starts, neighbours, weights }: Links,
  { initial, centre }: { readonly initial: Float64Array; readonly centre: number },
): Float64Array {
  const stays = (node: number) => block.fixed[node] === 1 || block.kinds[node] === NodeKind.Port;
  const places = Float64Array.from(initial, (at, node) => (stays(node) && !Number.isNaN(at) ? at : centre));
  for (let sweep = 0; sweep < SWEEPS; sweep++)
    for (let node = 0; node < block.nodeCount; node++) {
      if (stays(node) || starts[node] === starts[node + 1]) continue;
      let pull = 0;
      let sum = 0;
      for (let i = starts[node]!; i < starts[node + 1]!; i++) {
        pull += weights[i]!;
        sum += weights[i]! * places[neighbours[i]!]!;
      }
      if (pull > 0) places[node] = sum / pull;
    }
  return places;
}

/** Share of the macros' area below each macro, half of its own included; NaN if all are in one place. */
function ranks(block: Block, places: Float64Array, noSpread: number): Float64Array {
  const out = new Float64Array(block.nodeCount).fill(Number.NaN);
  const macros = macrosByArea(block).sort((a, b) => places[a]! - places[b]! || a - b);
  if (macros.length === 0 || places[macros.at(-1)!]! - places[macros[0]!]! <= noSpread) return out;
  const area = (node: number) => block.widths[node]! * block.heights[node]!;
  const total = macros.reduce((sum, node) => sum + area(node), 0);
  let below = 0;
  for (const node of macros) {
    out[node] = (below + area(node) / 2) / total;
    below += area(node);
  }
  return out;
}
