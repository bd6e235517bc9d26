// Nesterov's accelerated descent with fixed steps, preconditioned by a diagonal. Slopes are taken at a point ahead; a step from
// there gives the new iterate, and the next point ahead lies beyond it by `momentum` times its move.

@unmanaged
export class MomentumStep {
  count: i32;
  // Per node, f32 pairs, µm.
  /** Where slopes are taken. */
  ahead: usize;
  iterates: usize;
  slopes: usize;
  /** Stiffness: a step is slope / stiffness. */
  stiffness: usize;
  /** Nodes stay between these. */
  least: usize;
  most: usize;
  /** Sum of iterates, to which `sumIterates` adds. */
  sums: usize;
}

/** Moves all nodes: by `length` · slope / stiffness, and by at most `mostX` and `mostY` µm. */
export function momentumStep(address: usize, length: f32, momentum: f32, mostX: f32, mostY: f32): void {
  const state = changetype<MomentumStep>(address);
  const bytes = <usize>state.count << 3;
  const bound = f32x4(mostX, mostY, mostX, mostY);
  const opposite = f32x4.neg(bound);
  const factor = f32x4.splat(length);
  const inertia = f32x4.splat(momentum);
  // Two nodes at a time; arrays have room for one more.
  for (let at: usize = 0; at < bytes; at += 16) {
    const ahead = v128.load(state.ahead + at);
    const least = v128.load(state.least + at);
    const most = v128.load(state.most + at);
    const wanted = f32x4.div(f32x4.mul(factor, v128.load(state.slopes + at)), v128.load(state.stiffness + at));
    const move = f32x4.pmax(opposite, f32x4.pmin(bound, wanted));
    const before = v128.load(state.iterates + at);
    const after = f32x4.pmax(least, f32x4.pmin(most, f32x4.sub(ahead, move)));
    const beyond = f32x4.add(after, f32x4.mul(inertia, f32x4.sub(after, before)));
    v128.store(state.iterates + at, after);
    v128.store(state.ahead + at, f32x4.pmax(least, f32x4.pmin(most, beyond)));
  }
}

/** Adds the iterates to their sums. */
export function sumIterates(address: usize): void {
  const state = changetype<MomentumStep>(address);
  const bytes = <usize>state.count << 3;
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(state.sums + at, f32x4.add(v128.load(state.sums + at), v128.load(state.iterates + at)));
  }
}
