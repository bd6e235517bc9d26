// Nets by node, and how strongly nodes are connected, for the inspector and the flylines. Built once per block.
import type { Block } from "../../netlist/index.js";

export interface Neighbour {
  readonly node: number;
  /** Sum over common nets of weight / (nodes - 1). */
  readonly weight: number;
}

/** Nets with more pins are ignored: they connect everything and say nothing about neighbours. */
const LARGEST_NET = 200;

export class Connectivity {
  private readonly block: Block;
  /** Nets of node n: `nets[starts[n] .. starts[n + 1]]`. */
  private readonly starts: Int32Array;
  private readonly nets: Int32Array;

  constructor(block: Block) {
    this.block = block;
    const { nodeCount, netCount, netStarts, netPins, pinNodes } = block;
    this.starts = new Int32Array(nodeCount + 1);
    const last = new Int32Array(nodeCount).fill(-1);
    const eachPair = (visit: (node: number, net: number) => void) => {
      last.fill(-1);
      for (let net = 0; net < netCount; net++)
        for (let i = netStarts[net]!; i < netStarts[net + 1]!; i++) {
          const node = pinNodes[netPins[i]!]!;
          if (last[node] === net) continue;
          last[node] = net;
          visit(node, net);
        }
    };
    eachPair((node) => {
      this.starts[node + 1]!++;
    });
    for (let node = 0; node < nodeCount; node++) this.starts[node + 1]! += this.starts[node]!;
    const next = this.starts.slice();
    this.nets = new Int32Array(this.starts[nodeCount]!);
    eachPair((node, net) => {
      this.nets[next[node]!++] = net;
    });
  }

  netsOf(node: number): Int32Array {
    return this.nets.subarray(this.starts[node]!, this.starts[node + 1]!);
  }

  /** Distinct nodes of a net, the driver's first. */
  nodesOf(net: number): number[] {
    const { netStarts, netPins, pinNodes } = this.block;
    const nodes = new Set<number>();
    for (let i = netStarts[net]!; i < netStarts[net + 1]!; i++) nodes.add(pinNodes[netPins[i]!]!);
    return [...nodes];
  }

  driverPin(net: number): number {
    return this.block.netPins[this.block.netStarts[net]!]!;
  }

  pinCount(net: number): number {
    return this.block.netStarts[net + 1]! - this.block.netStarts[net]!;
  }

  /** Nodes outside a set that are connected to it, the strongest first. */
  neighbours(nodes: Iterable<number>): Neighbour[] {
    const inside = new Set(nodes);
    const seen = new Set<number>();
    const weights = new Map<number, number>();
    for (const node of inside)
      for (const net of this.netsOf(node)) {
        if (seen.has(net) || this.pinCount(net) > LARGEST_NET) continue;
        seen.add(net);
        const joined = this.nodesOf(net);
        const share = this.block.netWeights[net]! / Math.max(1, joined.length - 1);
        for (const other of joined)
          if (!inside.has(other)) weights.set(other, (weights.get(other) ?? 0) + share);
      }
    return [...weights]
      .map(([node, weight]) => ({ node, weight }))
      .sort((a, b) => b.weight - a.weight || a.node - b.node);
  }
}
