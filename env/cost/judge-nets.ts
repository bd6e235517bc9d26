// The netlist as the judge reads it. Pins of a node with the same offset become one point, and nets that join the same
// points from the same driver become one net. Neither changes a cost, and both together halve clustered netlists.
import { groupBy, type Netlist } from "../../netlist/index.js";

/** Points in node order, and nets as lists of distinct points that begin with the driver. */
export interface JudgeNets {
  readonly pointCount: number;
  /** Points of node n: `nodePointStarts[n] .. nodePointStarts[n + 1]`. */
  readonly nodePointStarts: Int32Array;
  readonly pointNodes: Int32Array;
  readonly pointXOffsets: Float64Array;
  readonly pointYOffsets: Float64Array;
  readonly netCount: number;
  readonly netStarts: Int32Array;
  readonly netPoints: Int32Array;
  /** Factors of the nets' wirelengths. */
  readonly netWeights: Float64Array;
  /** Wires that routing counts: the weights of the nets joined, each at least 1. */
  readonly netDemands: Float64Array;
  /** Sum of the weights of all nets, also those left out: part of the wirelength cost's denominator. */
  readonly totalWeight: number;
}

/** Compiles a netlist for the judge. Nets whose pins are all at one point are left out. */
export function compileNets(netlist: Netlist): JudgeNets {
  const { pointOfPin, ...points } = gatherPoints(netlist);
  const netOfKey = new Map<string, number>();
  const netStarts: number[] = [0];
  const netPoints: number[] = [];
  const netWeights: number[] = [];
  const netDemands: number[] = [];
  let totalWeight = 0;
  for (let net = 0; net < netlist.netCount; net++) {
    const start = netlist.netStarts[net]!;
    const end = netlist.netStarts[net + 1]!;
    const weight = netlist.netWeights[net]!;
    totalWeight += weight;
    const driver = pointOfPin[netlist.netPins[start]!]!;
    const sinks = new Set<number>();
    for (let i = start + 1; i < end; i++) sinks.add(pointOfPin[netlist.netPins[i]!]!);
    sinks.delete(driver);
    if (sinks.size === 0) continue;
    const sorted = [...sinks].sort((a, b) => a - b);
    const key = `${driver}:${sorted.join(",")}`;
    const demand = Math.max(weight, 1);
    const twin = netOfKey.get(key);
    if (twin !== undefined) {
      netWeights[twin]! += weight;
      netDemands[twin]! += demand;
      continue;
    }
    netOfKey.set(key, netWeights.length);
    netPoints.push(driver);
    for (const sink of sorted) netPoints.push(sink); // no argument list as long as a clock's net
    netStarts.push(netPoints.length);
    netWeights.push(weight);
    netDemands.push(demand);
  }
  return {
    ...points,
    netCount: netWeights.length,
    netStarts: Int32Array.from(netStarts),
    netPoints: Int32Array.from(netPoints),
    netWeights: Float64Array.from(netWeights),
    netDemands: Float64Array.from(netDemands),
    totalWeight,
  };
}

function gatherPoints(netlist: Netlist): Pick<
  JudgeNets,
  "pointCount" | "nodePointStarts" | "pointNodes" | "pointXOffsets" | "pointYOffsets"
> & {
  pointOfPin: Int32Array;
} {
  const { nodeCount, pinCount, pinNodes, pinXOffsets, pinYOffsets } = netlist;
  const { starts: pinStarts, items: pinsByNode } = groupBy(nodeCount, pinNodes);
  const pointOfPin = new Int32Array(pinCount);
  const nodePointStarts = new Int32Array(nodeCount + 1);
  const pins: number[] = []; // one pin per point
  for (let node = 0; node < nodeCount; node++) {
    const pointOfOffset = new Map<string, number>();
    for (let i = pinStarts[node]!; i < pinStarts[node + 1]!; i++) {
      const pin = pinsByNode[i]!;
      const offset = `${pinXOffsets[pin]},${pinYOffsets[pin]}`;
      let point = pointOfOffset.get(offset);
      if (point === undefined) {
        point = pins.length;
        pins.push(pin);
        pointOfOffset.set(offset, point);
      }
      pointOfPin[pin] = point;
    }
    nodePointStarts[node + 1] = pins.length;
  }
  return {
    pointOfPin,
    pointCount: pins.length,
    nodePointStarts,
    pointNodes: Int32Array.from(pins, (pin) => pinNodes[pin]!),
    pointXOffsets: Float64Array.from(pins, (pin) => pinXOffsets[pin]!),
    pointYOffsets: Float64Array.from(pins, (pin) => pinYOffsets[pin]!),
  };
}

/** The nets of every node without repetition: those of node n are `nets[starts[n] .. starts[n + 1]]`. */
export function netsOfNodes(
  nodeCount: number,
  judgeNets: Pick<JudgeNets, "netCount" | "netStarts" | "netPoints" | "pointNodes">,
): { starts: Int32Array; nets: Int32Array } {
  const owners: number[] = [];
  const netOf: number[] = [];
  const lastNet = new Int32Array(nodeCount).fill(-1);
  for (let net = 0; net < judgeNets.netCount; net++)
    for (let i = judgeNets.netStarts[net]!; i < judgeNets.netStarts[net + 1]!; i++) {
      const node = judgeNets.pointNodes[judgeNets.netPoints[i]!]!;
      if (lastNet[node] === net) continue;
      lastNet[node] = net;
      owners.push(node);
      netOf.push(net);
    }
  const { starts, items } = groupBy(nodeCount, Int32Array.from(owners));
  return { starts, nets: items.map((item) => netOf[item]!) };
}
