// Which of two macros lies left of, or below, the other once they no longer overlap: a pair parts along the axis on which it is
// farther apart, or overlaps less. Where such pairs form a chain that is longer than the canvas, pairs of it part along the other
// axis, those first that need the least room there. (Constraint graphs as in floorplan repair, e.g. Moffitt et al., "Constraint-
// driven floorplan repair", ACM TODAES 13, 2008.)

/** Boxes by centre and half sides, µm. The first `movable` may move; the others are obstacles. */
export interface Boxes {
  readonly movable: number;
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  readonly halfWidths: Float64Array;
  readonly halfHeights: Float64Array;
}

/** Least and greatest place of any side along x and along y, µm. */
export interface Room {
  readonly x: readonly [least: number, most: number];
  readonly y: readonly [least: number, most: number];
}

/** µm: chains that are longer than the room by less fit. */
const FITS = 1e-6;
/** Pairs that turn for each box, and pairs that are looked at in all, after which it is given up. */
const MOST_TURNS = 20;
const MOST_LOOKS = 5e8;

/** One axis: places, half sides, and the boxes from the lowest place on. */
interface Axis {
  readonly places: Float64Array;
  readonly halves: Float64Array;
  readonly order: Int32Array;
  readonly room: readonly [number, number];
}

/** The axis along which every pair of boxes parts, and which of the two comes first there: the one that did when it was made. */
export interface MacroOrder {
  /** False if a chain stays longer than the canvas. */
  readonly fits: boolean;
  /** Whether the pair parts along x. */
  isAlongX(a: number, b: number): boolean;
  /** Whether `a` comes before `b` along the axis. */
  isBefore(a: number, b: number, alongX: boolean): boolean;
  /** Parts all pairs, in one pass along each axis that moves boxes up only where others are in the way. Only if it fits. */
  settle(): void;
}

/** Orders the boxes by their present places, which it does not change. It takes the square of their number. */
export function orderMacros(boxes: Boxes, room: Room): MacroOrder {
  const { xs, ys, halfWidths, halfHeights } = boxes;
  const count = xs.length;
  const alongX = new Uint8Array(count * count);
  const isTurned = new Uint8Array(count * count);
  const indexOf = (a: number, b: number) => (a < b ? a * count + b : b * count + a);
  for (let a = 0; a < count; a++)
    for (let b = a + 1; b < count; b++) {
      const gapX = Math.abs(xs[a]! - xs[b]!) - halfWidths[a]! - halfWidths[b]!;
      const gapY = Math.abs(ys[a]! - ys[b]!) - halfHeights[a]! - halfHeights[b]!;
      alongX[indexOf(a, b)] = gapX >= gapY ? 1 : 0;
    }
  const axes = [axisOf(xs, halfWidths, room.x), axisOf(ys, halfHeights, room.y)] as const;
  const graphs = axes.map((axis, number) => ({
    axis,
    other: axes[1 - number]!,
    parts: (a: number, b: number) => (alongX[indexOf(a, b)] === 1) === (number === 0),
  }));
  let fits = false;
  const mostTurns = Math.min(MOST_TURNS * count, MOST_LOOKS / (count * count));
  for (let turns = 0; turns < mostTurns && !fits; ) {
    fits = true;
    for (const graph of graphs) {
      const chain = longChain(boxes.movable, graph);
      if (!chain) continue;
      fits = false;
      // The pair turns that needs the least room on the other axis: none, if it is apart there already.
      let best = -1;
      let least = Number.POSITIVE_INFINITY;
      for (let i = 1; i < chain.length; i++) {
        const [a, b] = [chain[i - 1]!, chain[i]!];
        const pair = indexOf(a, b);
        if (isTurned[pair]) continue;
        const { places, halves } = graph.other;
        const needed = halves[a]! + halves[b]! - Math.abs(places[a]! - places[b]!);
        if (needed < least) [least, best] = [needed, pair];
      }
      if (best < 0) return resultOf(false);
      isTurned[best] = 1;
      alongX[best] = 1 - alongX[best]!;
      turns++;
    }
  }
  return resultOf(fits);

  function resultOf(fit: boolean): MacroOrder {
    const ranks = axes.map(({ order }) => {
      const rank = new Int32Array(count);
      for (let i = 0; i < count; i++) rank[order[i]!] = i;
      return rank;
    });
    return {
      fits: fit,
      isAlongX: (a, b) => alongX[indexOf(a, b)] === 1,
      isBefore: (a, b, x) => ranks[x ? 0 : 1]![a]! < ranks[x ? 0 : 1]![b]!,
      settle() {
        for (const graph of graphs) settleAxis(boxes.movable, graph);
      },
    };
  }
}

function axisOf(places: Float64Array, halves: Float64Array, room: readonly [number, number]): Axis {
  const order = Int32Array.from(places, (_, box) => box).sort((a, b) => places[a]! - places[b]! || a - b);
  return { places, halves, order, room };
}

/** One axis, and whether a pair parts along it. */
interface Graph {
  readonly axis: Axis;
  parts(a: number, b: number): boolean;
}

/** Places no lower than those before allow, and no higher than those behind will. */
function settleAxis(movable: number, graph: Graph): void {
  const { places, halves, order, room } = graph.axis;
  const most = limitsOf(movable, graph, -1).limits;
  for (let i = 0; i < order.length; i++) {
    const box = order[i]!;
    if (box >= movable) continue;
    let low = room[0] + halves[box]!;
    for (let j = 0; j < i; j++) {
      const other = order[j]!;
      if (graph.parts(other, box)) low = Math.max(low, places[other]! + halves[other]! + halves[box]!);
    }
    places[box] = Math.max(low, Math.min(places[box]!, most[box]!));
  }
}

/** How far boxes may go along an axis. */
interface Limits {
  /** By box, the limit of its centre. */
  readonly limits: Float64Array;
  /** The box that sets it; -1 if the canvas does. */
  readonly setBy: Int32Array;
}

/**
 * With direction 1 the lowest places that leave room for the boxes before each, and with -1 the highest that leave room for those
 * behind it.
 */
function limitsOf(
  movable: number,
  { axis: { places, halves, order, room }, parts }: Graph,
  direction: 1 | -1,
): Limits {
  const count = order.length;
  const limits = new Float64Array(count);
  const setBy = new Int32Array(count).fill(-1);
  const at = (rank: number) => order[direction > 0 ? rank : count - 1 - rank]!;
  for (let i = 0; i < count; i++) {
    const box = at(i);
    let limit = room[direction > 0 ? 0 : 1] + direction * halves[box]!;
    for (let j = 0; j < i; j++) {
      const other = at(j);
      if (!(box < movable || other < movable) || !parts(other, box)) continue;
      const bound =
        (other < movable ? limits[other]! : places[other]!) +
        direction * halves[other]! +
        direction * halves[box]!;
      if (direction * (bound - limit) > 0) {
        limit = bound;
        setBy[box] = other;
      }
    }
    limits[box] = limit;
  }
  return { limits, setBy };
}

/** The boxes of the chain that exceeds the room by most, in order; undefined if all fit. */
function longChain(movable: number, graph: Graph): number[] | undefined {
  const { places, order } = graph.axis;
  const { limits: least, setBy: before } = limitsOf(movable, graph, 1);
  const { limits: most, setBy: after } = limitsOf(movable, graph, -1);
  let worst = FITS;
  let at = -1;
  for (const box of order) {
    const excess =
      box < movable
        ? least[box]! - most[box]!
        : Math.max(least[box]!, places[box]!) - Math.min(most[box]!, places[box]!);
    if (excess > worst) [worst, at] = [excess, box];
  }
  if (at < 0) return undefined;
  const chain = [at];
  for (let box = before[at]!; box >= 0; box = box < movable ? before[box]! : -1) chain.unshift(box);
  for (let box = after[at]!; box >= 0; box = box < movable ? after[box]! : -1) chain.push(box);
  return chain;
}
