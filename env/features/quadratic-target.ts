// A plan of the whole before the first macro is placed: where each would be if wires alone decided and macros stood
// evenly over the canvas. Anticipated soft macros know only of macros that stand already; the plan knows of all.
import { type Block, NodeKind } from "../../netlist/index.js";
import type { JudgeNets } from "../cost/judge-nets.js";
import { macrosByArea } from "../environment/macro-order.js";

/** Places of all movable hard macros, in widths and heights of the canvas; NaN for other nodes, and if nothing pulls. */
export interface QuadraticTarget {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
}

const SWEEPS = 50;
/** Of the canvas: what is closer together stands at one place. */
const NO_SPREAD = 1e-6;

/**
 * The least quadratic wirelength (Hall 1970) of all that is movable, nets as stars from their drivers, with ports and
 * fixed macros where they stand; it crowds everything together, so that of each coordinate only the macros' ranks are
 * kept, weighted by their areas.
 */
export function quadraticTarget(block: Block, nets: JudgeNets): QuadraticTarget {
  const { width, height } = block.canvas;
  const links = starLinks(block.nodeCount, nets);
  const xs = leastSquares(block, links, block.initial.xs, width / 2);
  const ys = leastSquares(block, links, block.initial.ys, height / 2);
  return { xs: ranks(block, xs, NO_SPREAD * width), ys: ranks(block, ys, NO_SPREAD * height) };
}

/** Of node n: `[starts[n] .. starts[n + 1]]`. */
interface Links {
  readonly starts: Int32Array;
  readonly neighbours: Int32Array;
  readonly weights: Float64Array;
}

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

/** One coordinate of all nodes after sweeps that put each movable node at the mean of its neighbours. */
function leastSquares(
  block: Block,
  { starts, neighbours, weights }: Links,
  initial: Float64Array,
  centre: number,
): Float64Array {
  const stands = (node: number) => block.fixed[node] === 1 || block.kinds[node] === NodeKind.Port;
  const places = Float64Array.from(initial, (at, node) => (stands(node) && !Number.isNaN(at) ? at : centre));
  for (let sweep = 0; sweep < SWEEPS; sweep++)
    for (let node = 0; node < block.nodeCount; node++) {
      if (stands(node) || starts[node] === starts[node + 1]) continue;
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

/** Share of the macros' area below each macro, half of its own included; NaN if they all stand at one place. */
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
