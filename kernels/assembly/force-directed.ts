// The force-directed placer of soft macros: nets pull, overlapping macros push, every step's forces are divided by
// the largest. Order of the arithmetic follows the specification; see placer/force-directed.ts.
import { placePointsOf } from "./judge-nets";
import { f64At, i32At, JudgeState } from "./judge-state";

/** Laid out by placer/force-directed.ts in the same order. Bodies are all macros, those that move first. */
@unmanaged
export class ForceState {
  /** Largest width of a standing body, in µm. */
  widestStanding: f64;
  judge: usize;
  movingCount: i32;
  bodyCount: i32;
  linkCount: i32;
  /** Per body: node, half sizes. */
  bodyNodes: usize;
  halfWidths: usize;
  halfHeights: usize;
  /** Pulls to fixed points, per moving body: entries anchorStarts[i] .. anchorStarts[i + 1] of (point, weight). */
  anchorStarts: usize;
  anchorPoints: usize;
  anchorWeights: usize;
  /** Pulls between moving bodies: first, second, weight. */
  linkFirst: usize;
  linkSecond: usize;
  linkWeights: usize;
  // Working arrays per body.
  xs: usize;
  ys: usize;
  forceXs: usize;
  forceYs: usize;
  anchorSums: usize;
  anchorXs: usize;
  anchorYs: usize;
  /** Bodies by left edge, and their places and sizes in that order. */
  order: usize;
  sorted: usize;
}

export function forceStateBytes(): i32 {
  return offsetof<ForceState>();
}

/** Slack by which macros may touch before they push (said to be the original's), in µm. */
const CONTACT: f64 = 1e-4;

/** Reads the bodies' places from the judge's placement and sums up the pulls of fixed points. */
export function beginForces(address: usize, fromCentre: bool): void {
  const state = changetype<ForceState>(address);
  const judge = changetype<JudgeState>(state.judge);
  for (let body = 0; body < state.bodyCount; body++) {
    const node = i32At(state.bodyNodes, body);
    const centre = fromCentre && body < state.movingCount;
    store<f64>(state.xs + (<usize>body << 3), centre ? judge.canvasWidth / 2 : f64At(judge.xs, node));
    store<f64>(state.ys + (<usize>body << 3), centre ? judge.canvasHeight / 2 : f64At(judge.ys, node));
    store<i32>(state.order + (<usize>body << 2), body);
  }
  sortByLeftEdge(state, state.movingCount, state.bodyCount);
  state.widestStanding = 0;
  for (let body = state.movingCount; body < state.bodyCount; body++) {
    state.widestStanding = max(state.widestStanding, 2 * f64At(state.halfWidths, body));
  }
  for (let body = 0; body < state.movingCount; body++) {
    let sum: f64 = 0;
    let x: f64 = 0;
    let y: f64 = 0;
    const end = i32At(state.anchorStarts, body + 1);
    for (let i = i32At(state.anchorStarts, body); i < end; i++) {
      const point = i32At(state.anchorPoints, i);
      const px = f64At(judge.pointXs, point);
      if (px != px) continue; // the point's macro is not placed
      const weight = f64At(state.anchorWeights, i);
      sum += weight;
      x += weight * px;
      y += weight * f64At(judge.pointYs, point);
    }
    store<f64>(state.anchorSums + (<usize>body << 3), sum);
    store<f64>(state.anchorXs + (<usize>body << 3), x);
    store<f64>(state.anchorYs + (<usize>body << 3), y);
  }
}

/** Runs `steps` steps of one phase. */
export function runForces(address: usize, steps: i32, attract: f64, repel: f64, maxMove: f64): void {
  const state = changetype<ForceState>(address);
  const attracting = repel == 0 || attract / repel > 1e-4;
  const repelling = attract == 0 || repel / attract > 1e-4;
  const bytes = <usize>state.movingCount << 3;
  for (let step = 0; step < steps; step++) {
    memory.fill(state.forceXs, 0, bytes);
    memory.fill(state.forceYs, 0, bytes);
    if (attracting && attract != 0) pull(state, attract);
    if (repelling && repel != 0) push(state, repel * maxMove);
    moveBodies(state, maxMove);
  }
}

/** Writes the moving bodies' places to the judge's placement, and their points. */
export function endForces(address: usize): void {
  const state = changetype<ForceState>(address);
  const judge = changetype<JudgeState>(state.judge);
  for (let body = 0; body < state.movingCount; body++) {
    const node = i32At(state.bodyNodes, body);
    store<f64>(judge.xs + (<usize>node << 3), f64At(state.xs, body));
    store<f64>(judge.ys + (<usize>node << 3), f64At(state.ys, body));
    placePointsOf(judge, node);
  }
}

/** Force of a star net on an end: weight * attract * the vector to the other end. */
function pull(state: ForceState, attract: f64): void {
  const xs = state.xs;
  const ys = state.ys;
  const fx = state.forceXs;
  const fy = state.forceYs;
  for (let body = 0; body < state.movingCount; body++) {
    const at = <usize>body << 3;
    const sum = load<f64>(state.anchorSums + at);
    store<f64>(fx + at, attract * (load<f64>(state.anchorXs + at) - sum * load<f64>(xs + at)));
    store<f64>(fy + at, attract * (load<f64>(state.anchorYs + at) - sum * load<f64>(ys + at)));
  }
  for (let link = 0; link < state.linkCount; link++) {
    const a = <usize>i32At(state.linkFirst, link) << 3;
    const b = <usize>i32At(state.linkSecond, link) << 3;
    const strength = attract * f64At(state.linkWeights, link);
    const dx = strength * (load<f64>(xs + b) - load<f64>(xs + a));
    const dy = strength * (load<f64>(ys + b) - load<f64>(ys + a));
    store<f64>(fx + a, load<f64>(fx + a) + dx);
    store<f64>(fy + a, load<f64>(fy + a) + dy);
    store<f64>(fx + b, load<f64>(fx + b) - dx);
    store<f64>(fy + b, load<f64>(fy + b) - dy);
  }
}

/** Adds a push to a body if it moves. */
// @ts-ignore: decorator
@inline
function addForce(state: ForceState, body: i32, x: f64, y: f64): void {
  if (body >= state.movingCount) return;
  const at = <usize>body << 3;
  store<f64>(state.forceXs + at, load<f64>(state.forceXs + at) + x);
  store<f64>(state.forceYs + at, load<f64>(state.forceYs + at) + y);
}

/** Bytes of a body in the sweep's order: x, y, half width, half height, index. */
const SORTED_BYTES: usize = 40;

/**
 * Every overlapping pair of which one moves pushes apart along the line between the centres; coinciding centres push
 * along (-1, -1), the lower node first. Pairs come from a sweep over left edges: moving bodies among themselves, and
 * each with the standing ones whose left edge is near enough. The order is kept between steps, so that sorting is a
 * few exchanges.
 */
function push(state: ForceState, strength: f64): void {
  const movingCount = state.movingCount;
  sortByLeftEdge(state, 0, movingCount);
  const sorted = state.sorted;
  const end = sorted + <usize>movingCount * SORTED_BYTES;
  const standingEnd = sorted + <usize>state.bodyCount * SORTED_BYTES;
  let firstStanding = end;
  for (let a = sorted; a < end; a += SORTED_BYTES) {
    const ax = load<f64>(a);
    const halfWidth = load<f64>(a, 16);
    const reach = ax + halfWidth - CONTACT;
    for (let b = a + SORTED_BYTES; b < end; b += SORTED_BYTES) {
      if (load<f64>(b) - load<f64>(b, 16) > reach) break;
      pushPair(state, a, b, strength);
    }
    const nearest = ax - halfWidth - state.widestStanding;
    while (firstStanding < standingEnd && load<f64>(firstStanding) - load<f64>(firstStanding, 16) < nearest) {
      firstStanding += SORTED_BYTES;
    }
    for (let b = firstStanding; b < standingEnd; b += SORTED_BYTES) {
      if (load<f64>(b) - load<f64>(b, 16) > reach) break;
      pushPair(state, a, b, strength);
    }
  }
}

/** Pushes two bodies of the sweep's order apart if they overlap. */
// @ts-ignore: decorator
@inline
function pushPair(state: ForceState, a: usize, b: usize, strength: f64): void {
  const dy = load<f64>(a, 8) - load<f64>(b, 8);
  if (abs(dy) > load<f64>(a, 24) + load<f64>(b, 24) - CONTACT) return;
  const dx = load<f64>(a) - load<f64>(b);
  if (abs(dx) > load<f64>(a, 16) + load<f64>(b, 16) - CONTACT) return;
  const aBody = load<i32>(a, 32);
  const bBody = load<i32>(b, 32);
  const distance = sqrt(dx * dx + dy * dy);
  if (distance > 0) {
    const scale = strength / distance;
    addForce(state, aBody, dx * scale, dy * scale);
    addForce(state, bBody, -dx * scale, -dy * scale);
  } else {
    const first = i32At(state.bodyNodes, aBody) < i32At(state.bodyNodes, bBody) ? aBody : bBody;
    addForce(state, first, -strength, -strength);
    addForce(state, aBody + bBody - first, strength, strength);
  }
}

/** Brings the bodies from `start` to `end` of the order into the order of their left edges. */
function sortByLeftEdge(state: ForceState, start: i32, end: i32): void {
  const order = state.order;
  for (let i = start + 1; i < end; i++) {
    const body = i32At(order, i);
    const left = f64At(state.xs, body) - f64At(state.halfWidths, body);
    let j = i - 1;
    while (j >= start) {
      const other = i32At(order, j);
      if (f64At(state.xs, other) - f64At(state.halfWidths, other) <= left) break;
      store<i32>(order + (<usize>(j + 1) << 2), other);
      j--;
    }
    store<i32>(order + (<usize>(j + 1) << 2), body);
  }
  for (let i = start; i < end; i++) {
    const body = i32At(order, i);
    const at = state.sorted + <usize>i * SORTED_BYTES;
    store<f64>(at, f64At(state.xs, body));
    store<f64>(at, f64At(state.ys, body), 8);
    store<f64>(at, f64At(state.halfWidths, body), 16);
    store<f64>(at, f64At(state.halfHeights, body), 24);
    store<i32>(at, body, 32);
  }
}

/** Scales the forces so that the largest moves by `maxMove`; who would leave the canvas stays. */
function moveBodies(state: ForceState, maxMove: f64): void {
  const judge = changetype<JudgeState>(state.judge);
  let largestX: f64 = 0;
  let largestY: f64 = 0;
  for (let body = 0; body < state.movingCount; body++) {
    largestX = max(largestX, abs(f64At(state.forceXs, body)));
    largestY = max(largestY, abs(f64At(state.forceYs, body)));
  }
  const scaleX = largestX > 0 ? maxMove / largestX : 0;
  const scaleY = largestY > 0 ? maxMove / largestY : 0;
  for (let body = 0; body < state.movingCount; body++) {
    const x = f64At(state.xs, body) + f64At(state.forceXs, body) * scaleX;
    const y = f64At(state.ys, body) + f64At(state.forceYs, body) * scaleY;
    const halfWidth = f64At(state.halfWidths, body);
    const halfHeight = f64At(state.halfHeights, body);
    if (x - halfWidth < 0 || x + halfWidth > judge.canvasWidth) continue;
    if (y - halfHeight < 0 || y + halfHeight > judge.canvasHeight) continue;
    store<f64>(state.xs + (<usize>body << 3), x);
    store<f64>(state.ys + (<usize>body << 3), y);
  }
}

/**
 * Anticipates where soft macros will go while macros are still being placed: `sweeps` times, every one moves to the
 * weighted mean of what it is connected to that stands. No repulsion; who is connected to nothing stays.
 */
export function relaxBodies(address: usize, sweeps: i32): void {
  const state = changetype<ForceState>(address);
  const bytes = <usize>state.movingCount << 3;
  const sums = state.sorted; // scratch: weight of a body's pulls
  for (let sweep = 0; sweep < sweeps; sweep++) {
    memory.copy(state.forceXs, state.anchorXs, bytes);
    memory.copy(state.forceYs, state.anchorYs, bytes);
    memory.copy(sums, state.anchorSums, bytes);
    for (let link = 0; link < state.linkCount; link++) {
      const a = <usize>i32At(state.linkFirst, link) << 3;
      const b = <usize>i32At(state.linkSecond, link) << 3;
      const weight = f64At(state.linkWeights, link);
      store<f64>(state.forceXs + a, load<f64>(state.forceXs + a) + weight * load<f64>(state.xs + b));
      store<f64>(state.forceYs + a, load<f64>(state.forceYs + a) + weight * load<f64>(state.ys + b));
      store<f64>(state.forceXs + b, load<f64>(state.forceXs + b) + weight * load<f64>(state.xs + a));
      store<f64>(state.forceYs + b, load<f64>(state.forceYs + b) + weight * load<f64>(state.ys + a));
      store<f64>(sums + a, load<f64>(sums + a) + weight);
      store<f64>(sums + b, load<f64>(sums + b) + weight);
    }
    for (let body = 0; body < state.movingCount; body++) {
      const sum = f64At(sums, body);
      if (sum <= 0) continue;
      store<f64>(state.xs + (<usize>body << 3), f64At(state.forceXs, body) / sum);
      store<f64>(state.ys + (<usize>body << 3), f64At(state.forceYs, body) / sum);
    }
  }
}
