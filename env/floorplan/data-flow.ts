// How far data travels between macros, register by register.
import { type Block, NodeKind, type Placement } from "../../netlist/index.js";

/** Distances of macros along data flow. */
export interface DataFlow {
  readonly registers: number;
  /** Ordered pairs of hard macros between which data flows through at most `MOST_HOPS` registers. */
  readonly pairs: number;
  /** Sum over the pairs of w = 2 to the power of -h, where h is the least number of registers between the two. */
  readonly weight: number;
  /** Mean Manhattan distance of the centres of a pair, weighted by w, µm. */
  readonly distance: number;
}

/** Registers between two macros, at most: a further one would count a sixteenth. */
export const MOST_HOPS = 4;
/** Nets of more pins are clocks, resets and the like, which carry no data. */
export const MOST_DATA_PINS = 100;

/**
 * Follows data from each hard macro: through cells without delay, through registers with one hop each, to other macros.
 * `registers` marks registers by node. Undefined if no data flows between two macros.
 */
export function dataFlowOf(block: Block, { xs, ys }: Placement, registers: Uint8Array): DataFlow | undefined {
  const driven = drivenNets(block);
  const isMacro = (node: number) => block.kinds[node] === NodeKind.HardMacro;
  const seen = new Int32Array(block.nodeCount).fill(-1);
  const sum = { pairs: 0, weight: 0, distance: 0 };
  for (let source = 0; source < block.nodeCount; source++) {
    if (!isMacro(source)) continue;
    seen[source] = source;
    let frontier = [source];
    for (let hops = 0; hops <= MOST_HOPS && frontier.length > 0; hops++) {
      const next: number[] = []; // registers, from which the next hop starts
      for (let node = frontier.pop(); node !== undefined; node = frontier.pop())
        for (let i = driven.starts[node]!; i < driven.starts[node + 1]!; i++)
          for (const sink of sinksOf(block, driven.nets[i]!)) {
            if (seen[sink] === source) continue;
            seen[sink] = source;
            if (isMacro(sink)) {
              const weight = 2 ** -hops;
              const distance = Math.abs(xs[source]! - xs[sink]!) + Math.abs(ys[source]! - ys[sink]!);
              if (Number.isNaN(distance)) continue;
              sum.pairs++;
              sum.weight += weight;
              sum.distance += weight * distance;
            } else if (registers[sink]) next.push(sink);
            else if (block.kinds[sink] === NodeKind.StandardCell) frontier.push(sink);
          }
      frontier = next;
    }
  }
  if (sum.pairs === 0) return undefined;
  return {
    registers: registers.reduce((count, flag) => count + flag, 0),
    pairs: sum.pairs,
    weight: sum.weight,
    distance: sum.distance / sum.weight,
  };
}

/** Nets that a node drives: `nets[starts[node] .. starts[node + 1]]`, without those that carry no data. */
function drivenNets(block: Block): { readonly starts: Int32Array; readonly nets: Int32Array } {
  const starts = new Int32Array(block.nodeCount + 1);
  const each = (visit: (node: number, net: number) => void) => {
    for (let net = 0; net < block.netCount; net++) {
      const [start, end] = [block.netStarts[net]!, block.netStarts[net + 1]!];
      if (end - start < 2 || end - start > MOST_DATA_PINS) continue;
      visit(block.pinNodes[block.netPins[start]!]!, net);
    }
  };
  each((node) => starts[node + 1]!++);
  for (let node = 0; node < block.nodeCount; node++) starts[node + 1]! += starts[node]!;
  const nets = new Int32Array(starts[block.nodeCount]!);
  const at = starts.slice();
  each((node, net) => {
    nets[at[node]!++] = net;
  });
  return { starts, nets };
}

function* sinksOf(block: Block, net: number): Generator<number> {
  for (let i = block.netStarts[net]! + 1; i < block.netStarts[net + 1]!; i++)
    yield block.pinNodes[block.netPins[i]!]!;
}
