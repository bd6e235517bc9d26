// The quadratic start: every net is a star whose middle is the mean of its pins, and pulls each pin with weight / (pins - 1)
// times the distance. The places at which all pulls cancel solve a linear system, by conjugate gradients with the diagonal as
// preconditioner. It does not depend on where the nodes were before, so the start has no chaos of its own.
import { CellNets, f32At, gatherPins, pairOf, pinPlace } from "./cell-nets";

@unmanaged
export class StarStart {
  nets: usize;
  /** Per moving node, f32 pairs. `diagonal` is what `starDiagonal` wrote. */
  diagonal: usize;
  residuals: usize;
  directions: usize;
  products: usize;
  /** f32 pairs: places while `nets.places` holds a direction. */
  solution: usize;
}

/** Sum of the pulls of a moving node's pins per µm, twice: the diagonal of the system, at least a tiny positive number. */
export function starDiagonal(address: usize, diagonal: usize): void {
  const nets = changetype<CellNets>(address);
  memory.fill(diagonal, 0, <usize>nets.movingCount << 3);
  for (let net = 0; net < nets.netCount; net++) {
    const first = load<i32>(nets.netStarts + (<usize>net << 2));
    const end = load<i32>(nets.netStarts + (<usize>(net + 1) << 2));
    const weight = f32At(nets.netWeights, net) / <f32>(end - first);
    for (let pin = first; pin < end; pin++) {
      const node = load<i32>(nets.pinNodes + (<usize>pin << 2));
      if (node >= nets.movingCount) continue;
      const at = pairOf(diagonal, node);
      store<f32>(at, load<f32>(at) + weight);
    }
  }
  for (let node = 0; node < nets.movingCount; node++) {
    const at = pairOf(diagonal, node);
    const sum = max(load<f32>(at), 1e-20);
    store<f32>(at, sum);
    store<f32>(at, sum, 4);
  }
}

/** Writes the pulls of stars to `nets.pinSlopes`. Without `offsets`, pins are at the centres and standing nodes at 0. */
function pullPins(nets: CellNets, offsets: bool): void {
  for (let net = 0; net < nets.netCount; net++) {
    const first = load<i32>(nets.netStarts + (<usize>net << 2));
    const end = load<i32>(nets.netStarts + (<usize>(net + 1) << 2));
    if (f32At(nets.netWeights, net) == 0) continue;
    const weight = f32x4.splat(f32At(nets.netWeights, net) / <f32>(end - first - 1));
    let sum = f32x4.splat(0);
    for (let pin = first; pin < end; pin++) sum = f32x4.add(sum, starPlace(nets, pin, offsets));
    const mean = f32x4.mul(sum, f32x4.splat(1 / <f32>(end - first)));
    for (let pin = first; pin < end; pin++) {
      const pull = f32x4.mul(weight, f32x4.sub(starPlace(nets, pin, offsets), mean));
      v128.store64_lane(pairOf(nets.pinSlopes, pin), pull, 0);
    }
  }
}

// @ts-ignore: decorator
@inline
function starPlace(nets: CellNets, pin: i32, offsets: bool): v128 {
  if (offsets) return pinPlace(nets, pin);
  const node = load<i32>(nets.pinNodes + (<usize>pin << 2));
  return node < nets.movingCount ? v128.load64_zero(pairOf(nets.places, node)) : f32x4.splat(0);
}

/** Moves the moving nodes from where they are by at most `steps` steps of conjugate gradients. */
export function placeByStars(address: usize, steps: i32): void {
  const state = changetype<StarStart>(address);
  const nets = changetype<CellNets>(state.nets);
  const count = nets.movingCount;
  const bytes = <usize>count << 3;
  const places = nets.places;
  pullPins(nets, true);
  gatherPins(state.nets, 0, count, state.residuals);
  memory.copy(state.solution, places, bytes);
  // x and y are two systems with one matrix. Lanes 0 and 1 of the scalars belong to them.
  let size = f64x2.splat(0);
  for (let at: usize = 0; at < bytes; at += 8) {
    const residual = f32x4.neg(v128.load64_zero(state.residuals + at));
    const direction = f32x4.div(residual, v128.load64_splat(state.diagonal + at));
    v128.store64_lane(state.residuals + at, residual, 0);
    v128.store64_lane(state.directions + at, direction, 0);
    size = f64x2.add(size, f64x2.promote_low_f32x4(f32x4.mul(residual, direction)));
  }
  for (let step = 0; step < steps; step++) {
    memory.copy(places, state.directions, bytes);
    pullPins(nets, false);
    gatherPins(state.nets, 0, count, state.products);
    let curve = f64x2.splat(0);
    for (let at: usize = 0; at < bytes; at += 8) {
      const product = f32x4.mul(v128.load64_zero(state.directions + at), v128.load64_zero(state.products + at));
      curve = f64x2.add(curve, f64x2.promote_low_f32x4(product));
    }
    const length = f32x4.demote_f64x2_zero(ratio(size, curve));
    let next = f64x2.splat(0);
    for (let at: usize = 0; at < bytes; at += 8) {
      const direction = v128.load64_zero(state.directions + at);
      const moved = f32x4.add(v128.load64_zero(state.solution + at), f32x4.mul(length, direction));
      const change = f32x4.mul(length, v128.load64_zero(state.products + at));
      const residual = f32x4.sub(v128.load64_zero(state.residuals + at), change);
      v128.store64_lane(state.solution + at, moved, 0);
      v128.store64_lane(state.residuals + at, residual, 0);
      const scaled = f32x4.div(residual, v128.load64_splat(state.diagonal + at));
      next = f64x2.add(next, f64x2.promote_low_f32x4(f32x4.mul(residual, scaled)));
    }
    const share = f32x4.demote_f64x2_zero(ratio(next, size));
    size = next;
    for (let at: usize = 0; at < bytes; at += 8) {
      const scaled = f32x4.div(v128.load64_zero(state.residuals + at), v128.load64_splat(state.diagonal + at));
      const direction = f32x4.add(scaled, f32x4.mul(share, v128.load64_zero(state.directions + at)));
      v128.store64_lane(state.directions + at, direction, 0);
    }
  }
  memory.copy(places, state.solution, bytes);
}

/** a / b per lane, and 0 where b is not positive: that axis is solved. */
// @ts-ignore: decorator
@inline
function ratio(a: v128, b: v128): v128 {
  return v128.and(f64x2.div(a, b), f64x2.gt(b, f64x2.splat(0)));
}
