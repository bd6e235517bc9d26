// The quadratic start: every net is a star whose middle is the mean of its pins, and pulls each pin with weight / (pins - 1)
// times the distance. The places at which all pulls cancel solve a linear system, by conjugate gradients with the diagonal as
// preconditioner. It does not depend on where the nodes were before, so the start has no chaos of its own. In f64: conjugate
// gradients amplify rounding, and in f32 the result moves by more than it does when a macro moves by a thousandth of a cell.
import { CellNets, f32At, pairOf } from "./cell-nets";

@unmanaged
export class StarStart {
  nets: usize;
  // Per node, f64 pairs of x and y, those that move first.
  /** Twice the sum of the pulls per µm: the diagonal of the system. */
  diagonal: usize;
  residuals: usize;
  /** 0 of nodes that stand. */
  directions: usize;
  products: usize;
  solution: usize;
}

/** Address of element i of an array of f64 pairs. */
// @ts-ignore: decorator
@inline
function wideOf(pairs: usize, i: i32): usize {
  return pairs + (<usize>i << 4);
}

// @ts-ignore: decorator
@inline
function addWide(pairs: usize, i: i32, amount: v128): void {
  const at = wideOf(pairs, i);
  v128.store(at, f64x2.add(v128.load(at), amount));
}

function findDiagonal(state: StarStart, nets: CellNets): void {
  memory.fill(state.diagonal, 0, <usize>nets.movingCount << 4);
  for (let net = 0; net < nets.netCount; net++) {
    const first = load<i32>(nets.netStarts + (<usize>net << 2));
    const end = load<i32>(nets.netStarts + (<usize>(net + 1) << 2));
    const weight = f64x2.splat(<f64>f32At(nets.netWeights, net) / <f64>(end - first));
    for (let pin = first; pin < end; pin++) {
      const node = load<i32>(nets.pinNodes + (<usize>pin << 2));
      if (node < nets.movingCount) addWide(state.diagonal, node, weight);
    }
  }
  // Nodes without nets stay where they are: a pull of 0 over a number that is not.
  const least = f64x2.splat(1e-20);
  for (let node = 0; node < nets.movingCount; node++) {
    const at = wideOf(state.diagonal, node);
    v128.store(at, f64x2.max(v128.load(at), least));
  }
}

/**
 * Writes to `pulls` (f64 pairs) how hard stars pull the moving nodes; what it writes of those that stand means nothing. Nodes are
 * at `places` (f64 pairs). Without `offsets`, all pins are at their nodes' centres: the linear part, if nodes that stand are at 0.
 */
// @ts-ignore: decorator
@inline
function pullNodes(nets: CellNets, places: usize, pulls: usize, offsets: bool): void {
  memory.fill(pulls, 0, <usize>nets.nodeCount << 4);
  const netStarts = nets.netStarts;
  const netWeights = nets.netWeights;
  const pinNodes = nets.pinNodes;
  const pinOffsets = nets.pinOffsets;
  let start = load<i32>(netStarts);
  let pins = 0;
  let share: f64 = 0;
  for (let net = 0; net < nets.netCount; net++) {
    const first = start;
    const end = load<i32>(netStarts + (<usize>(net + 1) << 2));
    start = end;
    const netWeight = <f64>f32At(netWeights, net);
    if (netWeight == 0) continue;
    if (end - first != pins) {
      pins = end - first;
      share = 1 / <f64>pins;
    }
    const weight = f64x2.splat(pins == 2 ? netWeight : netWeight / <f64>(pins - 1));
    let sum = f64x2.splat(0);
    for (let pin = first; pin < end; pin++) sum = f64x2.add(sum, pinAt(places, pinNodes, pinOffsets, pin, offsets));
    const mean = f64x2.mul(sum, f64x2.splat(share));
    for (let pin = first; pin < end; pin++) {
      const place = pinAt(places, pinNodes, pinOffsets, pin, offsets);
      addWide(pulls, load<i32>(pinNodes + (<usize>pin << 2)), f64x2.mul(weight, f64x2.sub(place, mean)));
    }
  }
}

// @ts-ignore: decorator
@inline
function pinAt(places: usize, pinNodes: usize, pinOffsets: usize, pin: i32, offset: bool): v128 {
  const place = v128.load(wideOf(places, load<i32>(pinNodes + (<usize>pin << 2))));
  if (!offset) return place;
  return f64x2.add(f64x2.promote_low_f32x4(v128.load64_zero(pairOf(pinOffsets, pin))), place);
}

/** Moves the moving nodes from where they are by at most `steps` steps of conjugate gradients. */
export function placeByStars(address: usize, steps: i32): void {
  const state = changetype<StarStart>(address);
  const nets = changetype<CellNets>(state.nets);
  const count = nets.movingCount;
  const bytes = <usize>count << 4;
  findDiagonal(state, nets);
  for (let node = 0; node < nets.nodeCount; node++) {
    const place = f64x2.promote_low_f32x4(v128.load64_zero(pairOf(nets.places, node)));
    v128.store(wideOf(state.solution, node), place);
    v128.store(wideOf(state.directions, node), f64x2.splat(0));
  }
  pullNodes(nets, state.solution, state.residuals, true);
  // x and y are two systems with one matrix: the lanes of the scalars.
  let size = f64x2.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) {
    const residual = f64x2.neg(v128.load(state.residuals + at));
    const direction = f64x2.div(residual, v128.load(state.diagonal + at));
    v128.store(state.residuals + at, residual);
    v128.store(state.directions + at, direction);
    size = f64x2.add(size, f64x2.mul(residual, direction));
  }
  for (let step = 0; step < steps; step++) {
    pullNodes(nets, state.directions, state.products, false);
    let curve = f64x2.splat(0);
    for (let at: usize = 0; at < bytes; at += 16) {
      curve = f64x2.add(curve, f64x2.mul(v128.load(state.directions + at), v128.load(state.products + at)));
    }
    const length = ratio(size, curve);
    let next = f64x2.splat(0);
    for (let at: usize = 0; at < bytes; at += 16) {
      const move = f64x2.mul(length, v128.load(state.directions + at));
      v128.store(state.solution + at, f64x2.add(v128.load(state.solution + at), move));
      const change = f64x2.mul(length, v128.load(state.products + at));
      const residual = f64x2.sub(v128.load(state.residuals + at), change);
      v128.store(state.residuals + at, residual);
      next = f64x2.add(next, f64x2.div(f64x2.mul(residual, residual), v128.load(state.diagonal + at)));
    }
    const share = ratio(next, size);
    size = next;
    for (let at: usize = 0; at < bytes; at += 16) {
      const scaled = f64x2.div(v128.load(state.residuals + at), v128.load(state.diagonal + at));
      v128.store(state.directions + at, f64x2.add(scaled, f64x2.mul(share, v128.load(state.directions + at))));
    }
  }
  for (let node = 0; node < count; node++) {
    const place = f32x4.demote_f64x2_zero(v128.load(wideOf(state.solution, node)));
    v128.store64_lane(pairOf(nets.places, node), place, 0);
  }
}

/** a / b per lane, and 0 where b is not positive: that axis is solved. */
// @ts-ignore: decorator
@inline
function ratio(a: v128, b: v128): v128 {
  return v128.and(f64x2.div(a, b), f64x2.gt(b, f64x2.splat(0)));
}
