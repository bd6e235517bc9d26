// Hard macros that overlap a little, as global placement leaves them, pushed apart with small moves. Pairs keep the order in
// which they lie and part along the axis on which they are farther apart, the smaller macro moving more. Where no such order
// fits on the canvas, macros move freely until they find room.
import { type Block, copyPlacement, NodeKind, type Placement, Random, sidesOf } from "../../netlist/index.js";
import { type MacroOrder, orderMacros } from "./macro-order.js";

/** Sweeps that keep the order; what still overlaps after them is parted in one pass along each axis. */
const ORDERED_SWEEPS = 100;
/** More bodies move freely at once: an order takes time and memory by the square of their number. */
const MOST_ORDERED = 4000;
/** Macros that move freely begin at this share of their sides, and have them in full after so many sweeps. */
const FIRST_SHARE = 0.6;
const GROWING_SWEEPS = 600;
const MOST_SWEEPS = 4000;
/** After so many sweeps at full size, pairs part along the other axis now and then, or some would push in circles. */
const PATIENCE = 200;
const STRAYING = 0.02;
/** But not where that is so many times as far, for the first half of the sweeps. */
const MOST_FARTHER = 10;
/** µm: overlaps below it are rounding. */
const TOUCHING = 1e-6;
/** Pitches: corners this little below one are on it, more than a row of touching macros adds up to. */
const SNAP_SLACK = 1e-3;

/** Corners on which macros are to lie: multiples of the pitches from the origin. Where cells stand in rows, these are theirs. */
export interface MacroPitch {
  readonly x: number;
  readonly y: number;
  readonly originX: number;
  readonly originY: number;
}

export interface SpreadMacros {
  readonly placement: Placement;
  /** Pairs that still overlap. */
  readonly overlaps: number;
  /** Sum of the macros' moves, µm. */
  readonly moved: number;
}

/**
 * Moves the hard macros that may move until none overlaps another, a fixed one or a blockage, or until it gives up. With a
 * pitch, sides count up to whole pitches and lower-left corners end on it.
 */
export function spreadMacros(block: Block, from: Placement, pitch?: MacroPitch): SpreadMacros {
  const bodies = bodiesOf(block, from, pitch);
  const { xs, ys, nodes } = bodies;
  const [startXs, startYs] = [xs.slice(), ys.slice()];
  let overlaps = spreadInOrder(block, bodies);
  if (overlaps > 0) {
    xs.set(startXs);
    ys.set(startYs);
    overlaps = spreadFreely(block, bodies);
  }
  const placement = copyPlacement(from);
  let moved = 0;
  for (const [body, node] of nodes.entries()) {
    moved += Math.hypot(xs[body]! - startXs[body]!, ys[body]! - startYs[body]!);
    const { width, height } = sidesOf(block, from, node);
    let left = xs[body]! - bodies.halfWidths[body]!;
    let bottom = ys[body]! - bodies.halfHeights[body]!;
    if (pitch) {
      // Rounded down, whole pitches stay apart.
      left = pitch.originX + pitch.x * Math.floor((left - pitch.originX) / pitch.x + SNAP_SLACK);
      bottom = pitch.originY + pitch.y * Math.floor((bottom - pitch.originY) / pitch.y + SNAP_SLACK);
    }
    placement.xs[node] = left + width / 2;
    placement.ys[node] = bottom + height / 2;
  }
  return { placement, overlaps, moved };
}

/** Moves that keep the order of every pair. Returns the pairs that overlap in the end, infinite where no order fits. */
function spreadInOrder(block: Block, bodies: Bodies): number {
  if (bodies.xs.length > MOST_ORDERED) return Number.POSITIVE_INFINITY;
  const { least } = bodies;
  const macroOrder = orderMacros(
    { ...bodies, movable: bodies.nodes.length },
    { x: [least.x, block.canvas.width], y: [least.y, block.canvas.height] },
  );
  if (!macroOrder.fits) return Number.POSITIVE_INFINITY;
  const sweep = { order: Int32Array.from(bodies.xs, (_, body) => body), share: 1, macroOrder };
  for (let count = 0; count < ORDERED_SWEEPS; count++) if (pushApart(block, bodies, sweep) === 0) return 0;
  macroOrder.settle();
  return pushApart(block, bodies, sweep);
}

/** Macros begin smaller than they are and grow, so that the pairs find their sides before it gets tight. */
function spreadFreely(block: Block, bodies: Bodies): number {
  const order = Int32Array.from(bodies.xs, (_, body) => body);
  const random = Random.stream(0, "spread macros");
  let overlaps = 0;
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    const share = Math.min(1, FIRST_SHARE + ((1 - FIRST_SHARE) * sweep) / GROWING_SWEEPS);
    overlaps = pushApart(block, bodies, {
      order,
      share,
      random: sweep > GROWING_SWEEPS + PATIENCE ? random : undefined,
      farthest: sweep < MOST_SWEEPS / 2 ? MOST_FARTHER : Number.POSITIVE_INFINITY,
    });
    if (overlaps === 0 && share === 1) break;
  }
  return overlaps;
}

/** Boxes by centre and half sides. The first `nodes.length` may move; the others are obstacles. */
interface Bodies {
  readonly nodes: readonly number[];
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  readonly halfWidths: Float64Array;
  readonly halfHeights: Float64Array;
  /** Lowest left and bottom sides, µm. */
  readonly least: { readonly x: number; readonly y: number };
}

function bodiesOf(block: Block, placement: Placement, pitch: MacroPitch | undefined): Bodies {
  const nodes: number[] = [];
  const boxes: { x: number; y: number; width: number; height: number }[] = [];
  const standing: typeof boxes = [];
  const upTo = (length: number, step: number | undefined) =>
    step === undefined ? length : step * Math.ceil(length / step - TOUCHING);
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] !== NodeKind.HardMacro) continue;
    const { width, height } = sidesOf(block, placement, node);
    const [x, y] = [placement.xs[node]!, placement.ys[node]!];
    if (block.fixed[node]) {
      if (!Number.isNaN(x + y)) standing.push({ x, y, width, height });
      continue;
    }
    nodes.push(node);
    const box = { width: upTo(width, pitch?.x), height: upTo(height, pitch?.y) };
    boxes.push({ x: x + (box.width - width) / 2, y: y + (box.height - height) / 2, ...box });
  }
  // The rate is about cells; macros keep out of every blockage.
  for (const { left, right, bottom, top } of block.blockages)
    standing.push({
      x: (left + right) / 2,
      y: (bottom + top) / 2,
      width: right - left,
      height: top - bottom,
    });
  // Corners are rounded down in the end: what stands reaches up to the pitch, and so does the edge of the canvas.
  const upOn = (at: number, origin: number, step: number) =>
    origin + step * Math.ceil((at - origin) / step - SNAP_SLACK);
  if (pitch)
    for (const box of standing) {
      const right = upOn(box.x + box.width / 2, pitch.originX, pitch.x);
      const top = upOn(box.y + box.height / 2, pitch.originY, pitch.y);
      const [left, bottom] = [box.x - box.width / 2, box.y - box.height / 2];
      Object.assign(box, {
        x: (left + right) / 2,
        y: (bottom + top) / 2,
        width: right - left,
        height: top - bottom,
      });
    }
  const all = [...boxes, ...standing];
  return {
    nodes,
    xs: Float64Array.from(all, ({ x }) => x),
    ys: Float64Array.from(all, ({ y }) => y),
    halfWidths: Float64Array.from(all, ({ width }) => width / 2),
    halfHeights: Float64Array.from(all, ({ height }) => height / 2),
    least: {
      x: pitch ? upOn(0, pitch.originX, pitch.x) : 0,
      y: pitch ? upOn(0, pitch.originY, pitch.y) : 0,
    },
  };
}

interface Sweep {
  /** Bodies, nearly by their left sides. */
  readonly order: Int32Array;
  /** Of the bodies' sides. */
  readonly share: number;
  /** Says along which axis pairs part. Without it, it is the one along which they overlap less. */
  readonly macroOrder?: MacroOrder;
  /** Lets pairs stray to the other axis, where that is not more than so many times as far. */
  readonly random?: Random | undefined;
  readonly farthest?: number;
}

/** One sweep over the pairs that overlap. Returns how many did. */
function pushApart(
  { canvas }: Block,
  { nodes, xs, ys, halfWidths, halfHeights, least }: Bodies,
  { order, share, macroOrder, random, farthest = 0 }: Sweep,
): number {
  const movable = nodes.length;
  sortByLeft(order, xs, halfWidths);
  let overlaps = 0;
  for (let i = 0; i < order.length; i++) {
    const a = order[i]!;
    for (let j = i + 1; j < order.length; j++) {
      const b = order[j]!;
      if (xs[b]! - halfWidths[b]! >= xs[a]! + halfWidths[a]!) break;
      if (a >= movable && b >= movable) continue;
      const overX = share * (halfWidths[a]! + halfWidths[b]!) - Math.abs(xs[a]! - xs[b]!);
      const overY = share * (halfHeights[a]! + halfHeights[b]!) - Math.abs(ys[a]! - ys[b]!);
      if (overX <= TOUCHING || overY <= TOUCHING) continue;
      overlaps++;
      const [areaA, areaB] = [halfWidths[a]! * halfHeights[a]!, halfWidths[b]! * halfHeights[b]!];
      const shareA = a >= movable ? 0 : b >= movable ? 1 : areaB / (areaA + areaB);
      const isStraying =
        random && Math.max(overX, overY) < farthest * Math.min(overX, overY) && random.uniform() < STRAYING;
      const alongX = macroOrder ? macroOrder.isAlongX(a, b) : overX < overY !== (isStraying === true);
      const places = alongX ? xs : ys;
      const isBefore = macroOrder
        ? macroOrder.isBefore(a, b, alongX)
        : places[a]! < places[b]! || (places[a] === places[b] && a < b);
      const sign = isBefore ? -1 : 1;
      const halves = alongX ? halfWidths : halfHeights;
      const over = share * (halves[a]! + halves[b]!) - sign * (places[a]! - places[b]!);
      places[a]! += sign * shareA * over;
      places[b]! -= sign * (1 - shareA) * over;
      for (const body of [a, b]) {
        if (body >= movable) continue;
        xs[body] = within(xs[body]!, halfWidths[body]!, [least.x, canvas.width]);
        ys[body] = within(ys[body]!, halfHeights[body]!, [least.y, canvas.height]);
      }
    }
  }
  return overlaps;
}

function within(centre: number, half: number, [low, high]: readonly [number, number]): number {
  return Math.max(low + half, Math.min(high - half, centre));
}

/** Insertion sort: few change places between two sweeps. */
function sortByLeft(order: Int32Array, xs: Float64Array, halfWidths: Float64Array): void {
  for (let i = 1; i < order.length; i++) {
    const body = order[i]!;
    const left = xs[body]! - halfWidths[body]!;
    let j = i - 1;
    while (j >= 0 && xs[order[j]!]! - halfWidths[order[j]!]! > left) {
      order[j + 1] = order[j]!;
      j--;
    }
    order[j + 1] = body;
  }
}
