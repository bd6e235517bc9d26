// Nets of a flat block as lists of distinct nodes, the driver first.

import { groupBy } from "../arrays.js";
import type { Block } from "../block.js";
import { isFixedCell } from "../fixed-cells.js";
import { MOST_SINKS } from "./clustered-block.js";

export interface CellNets {
  readonly netCount: number;
  /** Nodes of net n: `netNodes[netStarts[n] .. netStarts[n + 1]]`. */
  readonly netStarts: Int32Array;
  readonly netNodes: Int32Array;
  /** Nets of node v: `nodeNets[nodeStarts[v] .. nodeStarts[v + 1]]`. */
  readonly nodeStarts: Int32Array;
  readonly nodeNets: Int32Array;
}

/** Nets with at least two nodes and at most `MOST_SINKS` sinks. Fixed cells do not count as nodes of a net. */
export function cellNets(block: Block): CellNets {
  const { netPins, pinNodes } = block;
  const starts = new Int32Array(block.netCount + 1);
  const nodes = new Int32Array(netPins.length);
  const owners = new Int32Array(netPins.length);
  const seenIn = new Int32Array(block.nodeCount).fill(-1);
  let nets = 0;
  for (let net = 0; net < block.netCount; net++) {
    const from = block.netStarts[net]!;
    const to = block.netStarts[net + 1]!;
    if (to - from - 1 > MOST_SINKS) continue;
    const start = starts[nets]!;
    let end = start;
    for (let i = from; i < to; i++) {
      const node = pinNodes[netPins[i]!]!;
      if (seenIn[node] === net) continue;
      if (isFixedCell(block, node)) continue;
      seenIn[node] = net;
      owners[end] = nets;
      nodes[end++] = node;
    }
    if (end - start > 1) starts[++nets] = end;
  }
  const netNodes = nodes.slice(0, starts[nets]!);
  const { starts: nodeStarts, items: nodeNets } = groupBy(block.nodeCount, netNodes);
  for (let i = 0; i < nodeNets.length; i++) nodeNets[i] = owners[nodeNets[i]!]!;
  return { netCount: nets, netStarts: starts.slice(0, nets + 1), netNodes, nodeStarts, nodeNets };
}
