// Standard cells into soft macros by the simplest rule that follows connectivity: cells of one net go together, nets of
// few pins first, as long as a cluster stays below a cap on its area. It stands in for partitioning where a flat design
// is to be placed, and gives every run the same clusters.
import { type Block, emptyPlacement, type Netlist, NodeKind } from "../block.js";

export interface ClusterOptions {
  /** Aim for this many clusters; by default twice the square root of the cells' number. */
  readonly clusters?: number | undefined;
}

/** Nets with more pins say nothing about which cells belong together. */
const LARGEST_NET = 60;

/**
 * The block with its standard cells in soft macros: squares of their cells' area, pins at the centre, one per net and
 * cluster. Ports and macros keep their order. Cells without a net are left out, and so are nets inside one cluster.
 */
export function clusterStandardCells(block: Block, options: ClusterOptions = {}): Block {
  const groups = groupCells(block, options);
  const kept: number[] = [];
  for (let node = 0; node < block.nodeCount; node++)
    if (block.kinds[node] !== NodeKind.StandardCell) kept.push(node);
  const nodeCount = kept.length + groups.count;
  const newNode = new Int32Array(block.nodeCount).fill(-1);
  kept.forEach((node, i) => {
    newNode[node] = i;
  });
  const areas = new Float64Array(groups.count);
  const placedAreas = new Float64Array(groups.count);
  const sums = new Float64Array(2 * groups.count);
  for (let node = 0; node < block.nodeCount; node++) {
    const group = groups.ofNode[node]!;
    if (group < 0) continue;
    newNode[node] = kept.length + group;
    const area = block.widths[node]! * block.heights[node]!;
    areas[group]! += area;
    if (Number.isNaN(block.initial.xs[node]!)) continue;
    placedAreas[group]! += area;
    sums[2 * group]! += area * block.initial.xs[node]!;
    sums[2 * group + 1]! += area * block.initial.ys[node]!;
  }
  const side = (group: number) => Math.sqrt(areas[group]!);
  const initial = emptyPlacement(nodeCount);
  kept.forEach((node, i) => {
    initial.xs[i] = block.initial.xs[node]!;
    initial.ys[i] = block.initial.ys[node]!;
    initial.orientations[i] = block.initial.orientations[node]!;
  });
  for (let group = 0; group < groups.count; group++) {
    if (placedAreas[group]! < areas[group]!) continue; // a cluster stands where all of its cells stand
    initial.xs[kept.length + group] = sums[2 * group]! / areas[group]!;
    initial.ys[kept.length + group] = sums[2 * group + 1]! / areas[group]!;
  }
  const pick = (values: Float64Array | Uint8Array, ofGroup: (group: number) => number) =>
    Array.from({ length: nodeCount }, (_, i) =>
      i < kept.length ? values[kept[i]!]! : ofGroup(i - kept.length),
    );
  const kinds = Uint8Array.from(pick(block.kinds, () => NodeKind.SoftMacro));
  const nodeNames = Array.from({ length: nodeCount }, (_, i) =>
    i < kept.length ? block.nodeNames[kept[i]!]! : `Grp_${i - kept.length}`,
  );
  return {
    ...block,
    ...clusteredPins(block, newNode, kinds, nodeNames),
    nodeCount,
    kinds,
    nodeNames,
    widths: Float64Array.from(pick(block.widths, side)),
    heights: Float64Array.from(pick(block.heights, side)),
    fixed: Uint8Array.from(pick(block.fixed, () => 0)),
    initial,
  };
}

interface Groups {
  readonly count: number;
  /** Per node, its group, or -1. */
  readonly ofNode: Int32Array;
}

function groupCells(block: Block, options: ClusterOptions): Groups {
  const { nodeCount, kinds, pinNodes, netStarts, netPins } = block;
  const root = Int32Array.from({ length: nodeCount }, (_, node) => node);
  const areas = Float64Array.from(
    { length: nodeCount },
    (_, node) => block.widths[node]! * block.heights[node]!,
  );
  const find = (node: number): number => {
    let top = node;
    while (root[top] !== top) top = root[top]!;
    for (let at = node; at !== top; ) {
      const up = root[at]!;
      root[at] = top;
      at = up;
    }
    return top;
  };
  const connected = new Uint8Array(nodeCount);
  for (let pin = 0; pin < block.pinCount; pin++)
    if (kinds[pinNodes[pin]!] === NodeKind.StandardCell) connected[pinNodes[pin]!] = 1;
  let cells = 0;
  let totalArea = 0;
  for (let node = 0; node < nodeCount; node++) {
    if (!connected[node]) continue;
    cells++;
    totalArea += areas[node]!;
  }
  const wanted = options.clusters ?? Math.max(1, Math.round(2 * Math.sqrt(cells)));
  const cap = (1.5 * totalArea) / wanted;
  const join = (a: number, b: number): void => {
    const [low, high] = a < b ? [a, b] : [b, a];
    if (low === high || areas[low]! + areas[high]! > cap) return;
    root[high] = low;
    areas[low]! += areas[high]!;
  };
  for (const net of netsBySize(block)) {
    let first = -1;
    for (let i = netStarts[net]!; i < netStarts[net + 1]!; i++) {
      const node = pinNodes[netPins[i]!]!;
      if (!connected[node]) continue;
      if (first < 0) first = find(node);
      else {
        join(first, find(node));
        first = find(first);
      }
    }
  }
  // What no net could join is filled up in file order, which is the hierarchy's.
  let open = -1;
  for (let node = 0; node < nodeCount; node++) {
    if (!connected[node] || root[node] !== node || areas[node]! > cap / 2) continue;
    if (open >= 0 && areas[open]! + areas[node]! <= cap) join(open, node);
    else open = node;
  }
  const groupOfRoot = new Map<number, number>();
  const ofNode = new Int32Array(nodeCount).fill(-1);
  for (let node = 0; node < nodeCount; node++) {
    if (!connected[node]) continue;
    const top = find(node);
    let group = groupOfRoot.get(top);
    if (group === undefined) {
      group = groupOfRoot.size;
      groupOfRoot.set(top, group);
    }
    ofNode[node] = group;
  }
  return { count: groupOfRoot.size, ofNode };
}

/** Nets of 2 to `LARGEST_NET` pins, few pins first, then in their order. */
function netsBySize({ netCount, netStarts }: Netlist): Int32Array {
  const size = (net: number) => netStarts[net + 1]! - netStarts[net]!;
  const nets: number[] = [];
  for (let net = 0; net < netCount; net++) if (size(net) >= 2 && size(net) <= LARGEST_NET) nets.push(net);
  return Int32Array.from(nets).sort((a, b) => size(a) - size(b) || a - b);
}

/** Pins, nets and file indices of the clustered block. */
function clusteredPins(block: Block, newNode: Int32Array, kinds: Uint8Array, nodeNames: readonly string[]) {
  const isSoft = (node: number) => kinds[node] === NodeKind.SoftMacro;
  const owners: number[] = []; // per new pin, in net order
  const oldPins: number[] = []; // -1 for pins of clusters
  const nets: number[] = [];
  const netStarts = [0];
  const lastNet = new Int32Array(nodeNames.length).fill(-1);
  for (let net = 0; net < block.netCount; net++) {
    const before = owners.length;
    for (let i = block.netStarts[net]!; i < block.netStarts[net + 1]!; i++) {
      const pin = block.netPins[i]!;
      const node = newNode[block.pinNodes[pin]!]!;
      if (isSoft(node)) {
        if (lastNet[node] === net) continue;
        lastNet[node] = net;
      }
      owners.push(node);
      oldPins.push(isSoft(node) ? -1 : pin);
    }
    if (owners.length - before < 2) {
      owners.length = before;
      oldPins.length = before;
      continue;
    }
    nets.push(net);
    netStarts.push(owners.length);
  }
  const order = Int32Array.from(owners.keys()).sort((a, b) => owners[a]! - owners[b]! || a - b);
  const netPins = new Int32Array(order.length);
  const pinNames = new Array<string>(order.length);
  const pinFileIndices = new Int32Array(order.length);
  const fileIndices = new Int32Array(nodeNames.length);
  let index = 0;
  for (let node = 0, pin = 0; node < nodeNames.length; node++) {
    fileIndices[node] = index++;
    for (let k = 0; pin < order.length && owners[order[pin]!] === node; pin++, k++) {
      netPins[order[pin]!] = pin;
      const old = oldPins[order[pin]!]!;
      pinNames[pin] = old < 0 ? `${nodeNames[node]}/${k}` : block.pinNames[old]!;
      pinFileIndices[pin] = kinds[node] === NodeKind.Port ? fileIndices[node]! : index++;
    }
  }
  const offsets = (values: Float64Array) =>
    Float64Array.from(order, (p) => (oldPins[p]! < 0 ? 0 : values[oldPins[p]!]!));
  return {
    pinCount: order.length,
    pinNodes: Int32Array.from(order, (p) => owners[p]!),
    pinXOffsets: offsets(block.pinXOffsets),
    pinYOffsets: offsets(block.pinYOffsets),
    pinNames,
    netCount: nets.length,
    netStarts: Int32Array.from(netStarts),
    netPins,
    netWeights: Float64Array.from(nets, (net) => block.netWeights[net]!),
    fileIndices,
    pinFileIndices,
  };
}
