// Outlines: hard macros that are not rectangles. An outline is a set of rectangles, given from the macro's centre in
// orientation N; together they cover what the macro covers, within its box.
import type { Block, Rectangle } from "./block.js";
import { boxOf } from "./boxes.js";
import { turnOffset } from "./orientation.js";
import type { Placement } from "./placement.js";

/** Rectangles from a macro's centre, as they are after it is turned from orientation N. */
export function turnOutline(outline: readonly Rectangle[], orientation: number): Rectangle[] {
  return outline.map(({ left, bottom, right, top }) => {
    const [ax, ay] = turnOffset(orientation, left, bottom);
    const [bx, by] = turnOffset(orientation, right, top);
    return {
      left: Math.min(ax, bx),
      bottom: Math.min(ay, by),
      right: Math.max(ax, bx),
      top: Math.max(ay, by),
    };
  });
}

/** What a node covers in a placement: the rectangles of its outline, or its box. NaN on all sides without a place. */
export function shapesOf(
  block: Pick<Block, "widths" | "heights" | "outlines">,
  placement: Placement,
  node: number,
): Rectangle[] {
  const outline = block.outlines?.get(node);
  if (!outline) return [boxOf(block, placement, node)];
  const [x, y] = [placement.xs[node]!, placement.ys[node]!];
  return turnOutline(outline, placement.orientations[node]!).map((rect) => ({
    left: x + rect.left,
    bottom: y + rect.bottom,
    right: x + rect.right,
    top: y + rect.top,
  }));
}

/** Whether one of some rectangles overlaps one of others by more than `tolerance` in x and in y. */
export function shapesOverlap(
  some: readonly Rectangle[],
  others: readonly Rectangle[],
  tolerance = 0,
): boolean {
  for (const a of some)
    for (const b of others)
      if (
        Math.min(a.right, b.right) - Math.max(a.left, b.left) > tolerance &&
        Math.min(a.top, b.top) - Math.max(a.bottom, b.bottom) > tolerance
      )
        return true;
  return false;
}

/**
 * A distance in x or in y by which shapes that overlap others can be moved to leave them; the least one for two boxes. Shapes
 * that interlock are moved past each other.
 */
export function wayOut(some: readonly Rectangle[], others: readonly Rectangle[]): number {
  const ways = { left: 0, right: 0, down: 0, up: 0 };
  for (const a of some)
    for (const b of others) {
      if (a.bottom < b.top && b.bottom < a.top) {
        ways.left = Math.max(ways.left, a.right - b.left);
        ways.right = Math.max(ways.right, b.right - a.left);
      }
      if (a.left < b.right && b.left < a.right) {
        ways.down = Math.max(ways.down, a.top - b.bottom);
        ways.up = Math.max(ways.up, b.top - a.bottom);
      }
    }
  return Math.min(ways.left, ways.right, ways.down, ways.up);
}

/** The union of rectangles as rectangles that do not overlap, cut along x, from left to right. */
export function disjoint(rectangles: readonly Rectangle[]): Rectangle[] {
  const xs = sorted(rectangles.flatMap(({ left, right }) => [left, right]));
  const columns: { left: number; right: number; runs: Run[] }[] = [];
  for (let i = 0; i + 1 < xs.length; i++) {
    const [left, right] = [xs[i]!, xs[i + 1]!];
    const runs = runsOf(rectangles.filter((rect) => rect.left <= left && rect.right >= right));
    const before = columns.at(-1);
    if (before && JSON.stringify(before.runs) === JSON.stringify(runs)) before.right = right;
    else columns.push({ left, right, runs });
  }
  return columns.flatMap(({ left, right, runs }) => runs.map((run) => ({ left, ...run, right })));
}

interface Run {
  readonly bottom: number;
  readonly top: number;
}

/** The union of intervals in y, from the lowest to the highest. */
function runsOf(intervals: readonly Run[]): Run[] {
  const runs: Run[] = [];
  for (const { bottom, top } of [...intervals].sort((a, b) => a.bottom - b.bottom)) {
    const last = runs.at(-1);
    if (last && bottom <= last.top)
      runs[runs.length - 1] = { bottom: last.bottom, top: Math.max(last.top, top) };
    else runs.push({ bottom, top });
  }
  return runs;
}

function sorted(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

/** The edge of the union of rectangles: closed lines of points, the inside on their left. */
export function edgesOf(rectangles: readonly Rectangle[]): [x: number, y: number][][] {
  const xs = sorted(rectangles.flatMap(({ left, right }) => [left, right]));
  const ys = sorted(rectangles.flatMap(({ bottom, top }) => [bottom, top]));
  const covers = (column: number, row: number) => {
    const [x, y] = [(xs[column]! + xs[column + 1]!) / 2, (ys[row]! + ys[row + 1]!) / 2];
    return rectangles.some(({ left, bottom, right, top }) => left < x && x < right && bottom < y && y < top);
  };
  // From each corner of the grid of all sides, the corners to which an edge leads.
  const ways = new Map<string, [number, number][]>();
  const add = (from: [number, number], to: [number, number]) => {
    const key = from.join();
    ways.set(key, [...(ways.get(key) ?? []), to]);
  };
  for (let column = 0; column + 1 < xs.length; column++)
    for (let row = 0; row + 1 < ys.length; row++) {
      if (!covers(column, row)) continue;
      if (!covers(column, row - 1)) add([column, row], [column + 1, row]);
      if (!covers(column + 1, row)) add([column + 1, row], [column + 1, row + 1]);
      if (!covers(column, row + 1)) add([column + 1, row + 1], [column, row + 1]);
      if (!covers(column - 1, row)) add([column, row + 1], [column, row]);
    }
  const lines: [number, number][][] = [];
  for (const [start, first] of ways) {
    while (first.length > 0) {
      const corners: [number, number][] = [];
      let at = first.pop()!;
      for (;;) {
        corners.push(at);
        if (at.join() === start) break;
        at = ways.get(at.join())!.pop()!;
      }
      lines.push(withoutMiddles(corners).map(([column, row]) => [xs[column]!, ys[row]!]));
    }
  }
  return lines;
}

/** Without the points at which a closed line goes straight on. */
function withoutMiddles(points: readonly [number, number][]): [number, number][] {
  return points.filter(([x, y], i) => {
    const before = points.at(i - 1)!;
    const after = points[(i + 1) % points.length]!;
    return !(before[0] === x && x === after[0]) && !(before[1] === y && y === after[1]);
  });
}
