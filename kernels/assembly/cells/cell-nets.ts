// The netlist as the electrostatic placer reads it. Nodes are numbered anew: those that move first, then those that stand.
// Nets are numbered anew too: those with two pins first. Lengths are µm in f32; x and y of a place are stored as a pair.

@unmanaged
export class CellNets {
  nodeCount: i32;
  movingCount: i32;
  netCount: i32;
  /** Nets 0 .. twoPinCount have exactly two pins each. */
  twoPinCount: i32;
  pinCount: i32;
  /** Pins of net n: netStarts[n] .. netStarts[n + 1], i32. Pins are numbered in this order. */
  netStarts: usize;
  /** Factor of a net's length, f32; a net with 0 is left out. */
  netWeights: usize;
  /** Per pin: node, i32. */
  pinNodes: usize;
  /** Per pin: offset from the node's centre as the node is turned, f32 pair. */
  pinOffsets: usize;
  /** Per pin: slope of the cost by the pin's place, f32 pair. Net kernels write it, `gatherPins` sums it up. */
  pinSlopes: usize;
  /** Pins of moving node i: nodePins[nodePinStarts[i] .. nodePinStarts[i + 1]], both i32. */
  nodePinStarts: usize;
  nodePins: usize;
  /** Per node: centre, f32 pair. */
  places: usize;
  /** Room for one net: 32 bytes per pin of the largest one. One thread's own. */
  scratch: usize;
}

/** Address of element i of an array of f32 pairs. */
// @ts-ignore: decorator
@inline
export function pairOf(pairs: usize, i: i32): usize {
  return pairs + (<usize>i << 3);
}

// @ts-ignore: decorator
@inline
export function f32At(array: usize, i: i32): f32 {
  return load<f32>(array + (<usize>i << 2));
}

/** Adds up the slopes of each moving node's pins into `slopes` (f32 pairs), over what was there. */
export function gatherPins(address: usize, first: i32, end: i32, slopes: usize): void {
  const nets = changetype<CellNets>(address);
  const pinSlopes = nets.pinSlopes;
  let at = nets.nodePins + (<usize>load<i32>(nets.nodePinStarts + (<usize>first << 2)) << 2);
  for (let node = first; node < end; node++) {
    const last = nets.nodePins + (<usize>load<i32>(nets.nodePinStarts + (<usize>(node + 1) << 2)) << 2);
    let sum = f32x4.splat(0);
    for (; at < last; at += 4) sum = f32x4.add(sum, v128.load64_zero(pairOf(pinSlopes, load<i32>(at))));
    v128.store64_lane(pairOf(slopes, node), sum, 0);
  }
}
