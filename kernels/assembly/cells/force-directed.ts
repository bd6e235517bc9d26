// The force-directed placer of soft macros: nets pull, overlapping macros push, and the forces of each step are divided by
// the largest. The order of the arithmetic follows the specification; see placer/cells/force-directed.ts.
import { enterStanding, push } from "./force-push";
import { ForceState, pairAt } from "./force-state";
import { placePointsOf } from "../judge/judge-nets";
import { f64At, i32At, JudgeState } from "../judge/judge-state";

/** Reads the places of bodies from the judge's placement and adds up the pulls of fixed points. */
export function beginForces(address: usize, fromCentre: bool): void {
  const state = changetype<ForceState>(address);
  const judge = changetype<JudgeState>(state.judge);
  for (let body = 0; body < state.bodyCount; body++) {
    const node = i32At(state.bodyNodes, body);
    const centre = fromCentre && body < state.movingCount;
    const place = pairAt(state.places, body);
    store<f64>(place, centre ? judge.canvasWidth / 2 : f64At(judge.xs, node));
    store<f64>(place, centre ? judge.canvasHeight / 2 : f64At(judge.ys, node), 8);
    store<i32>(state.order + (<usize>body << 2), body);
  }
  for (let body = 0; body < state.movingCount; body++) {
    let sum: f64 = 0;
    let x: f64 = 0;
    let y: f64 = 0;
    const end = i32At(state.anchorStarts, body + 1);
    for (let i = i32At(state.anchorStarts, body); i < end; i++) {
      const point = i32At(state.anchorPoints, i);
      const px = f64At(judge.pointXs, point);
      if (px != px) continue; // its macro is not placed
      const weight = f64At(state.anchorWeights, i);
      sum += weight;
      x += weight * px;
      y += weight * f64At(judge.pointYs, point);
    }
    store<f64>(state.anchorSums + (<usize>body << 3), sum);
    const anchor = pairAt(state.anchors, body);
    if (state.offsetPulls) {
      x += load<f64>(pairAt(state.offsetPulls, body));
      y += load<f64>(pairAt(state.offsetPulls, body), 8);
    }
    store<f64>(anchor, x);
    store<f64>(anchor, y, 8);
  }
}

/** Runs one phase of the schedule. */
export function runForces(address: usize, steps: i32, attract: f64, repel: f64, maxMove: f64): void {
  const state = changetype<ForceState>(address);
  const attracting = attract != 0 && (repel == 0 || attract / repel > 1e-4);
  const repelling = repel != 0 && (attract == 0 || repel / attract > 1e-4);
  if (repelling) enterStanding(state);
  for (let step = 0; step < steps; step++) {
    memory.fill(state.forces, 0, <usize>state.movingCount << 4);
    if (attracting) pull(state, attract);
    if (repelling) push(state, repel * maxMove);
    moveBodies(state, maxMove);
  }
}

/** Writes the places of moving bodies to the judge's placement and updates their points. */
export function endForces(address: usize): void {
  const state = changetype<ForceState>(address);
  const judge = changetype<JudgeState>(state.judge);
  for (let body = 0; body < state.movingCount; body++) {
    const node = i32At(state.bodyNodes, body);
    const place = pairAt(state.places, body);
    store<f64>(judge.xs + (<usize>node << 3), load<f64>(place));
    store<f64>(judge.ys + (<usize>node << 3), load<f64>(place, 8));
    placePointsOf(judge, node);
  }
}

/** Force of a star net on an end: weight * attract * the vector to the other end. */
function pull(state: ForceState, attract: f64): void {
  const places = state.places;
  const forces = state.forces;
  const all = f64x2.splat(attract);
  let link = 0;
  for (let body = 0; body < state.movingCount; body++) {
    const place = v128.load(pairAt(places, body));
    const own = f64x2.mul(f64x2.splat(f64At(state.anchorSums, body)), place);
    let sum = f64x2.mul(all, f64x2.sub(v128.load(pairAt(state.anchors, body)), own));
    const end = i32At(state.linkStarts, body + 1);
    for (; link < end; link++) {
      const other = i32At(state.linkOthers, link);
      const strength = f64x2.splat(attract * f64At(state.linkWeights, link));
      const force = f64x2.mul(strength, f64x2.sub(v128.load(pairAt(places, other)), place));
      sum = f64x2.add(sum, force);
      const opposite = pairAt(forces, other);
      v128.store(opposite, f64x2.sub(v128.load(opposite), force));
    }
    const at = pairAt(forces, body);
    v128.store(at, f64x2.add(v128.load(at), sum));
  }
}

/** Moves the bodies by their forces, scaled so that the largest in x and in y is `maxMove`. Bodies stay on the canvas. */
function moveBodies(state: ForceState, maxMove: f64): void {
  const judge = changetype<JudgeState>(state.judge);
  let largest = f64x2.splat(0);
  for (let body = 0; body < state.movingCount; body++) {
    largest = f64x2.max(largest, f64x2.abs(v128.load(pairAt(state.forces, body))));
  }
  const largestX = f64x2.extract_lane(largest, 0);
  const largestY = f64x2.extract_lane(largest, 1);
  const scaleX = largestX > 0 ? maxMove / largestX : 0;
  const scaleY = largestY > 0 ? maxMove / largestY : 0;
  for (let body = 0; body < state.movingCount; body++) {
    const place = pairAt(state.places, body);
    const force = pairAt(state.forces, body);
    const x = load<f64>(place) + load<f64>(force) * scaleX;
    const y = load<f64>(place, 8) + load<f64>(force, 8) * scaleY;
    const halfWidth = f64At(state.halfWidths, body);
    const halfHeight = f64At(state.halfHeights, body);
    if (x - halfWidth < 0 || x + halfWidth > judge.canvasWidth) continue;
    if (y - halfHeight < 0 || y + halfHeight > judge.canvasHeight) continue;
    store<f64>(place, x);
    store<f64>(place, y, 8);
  }
}

/**
 * Estimates the places of soft macros while hard macros are still being placed: in each of `sweeps` sweeps, every soft
 * macro moves to the weighted mean of the placed points that it is connected to. There is no repulsion. Soft macros
 * without connections stay.
 */
export function relaxBodies(address: usize, sweeps: i32): void {
  const state = changetype<ForceState>(address);
  const places = state.places;
  const forces = state.forces;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    memory.copy(forces, state.anchors, <usize>state.movingCount << 4);
    let link = 0;
    for (let body = 0; body < state.movingCount; body++) {
      const place = v128.load(pairAt(places, body));
      let sum = f64x2.splat(0);
      const end = i32At(state.linkStarts, body + 1);
      for (; link < end; link++) {
        const other = i32At(state.linkOthers, link);
        const weight = f64x2.splat(f64At(state.linkWeights, link));
        sum = f64x2.add(sum, f64x2.mul(weight, v128.load(pairAt(places, other))));
        const opposite = pairAt(forces, other);
        v128.store(opposite, f64x2.add(v128.load(opposite), f64x2.mul(weight, place)));
      }
      const at = pairAt(forces, body);
      v128.store(at, f64x2.add(v128.load(at), sum));
    }
    for (let body = 0; body < state.movingCount; body++) {
      const sum = f64At(state.anchorSums, body) + f64At(state.linkSums, body);
      if (sum <= 0) continue;
      v128.store(pairAt(places, body), f64x2.div(v128.load(pairAt(forces, body)), f64x2.splat(sum)));
    }
  }
}
