// Cells that stand in several rows: one after the other, those of most rows first and then from left to right, each at the free
// place nearest to where it is wanted. They stay there.
//
// A cell of an even number of rows has the same rail at its bottom and at its top, so it fits only on every second row: on
// those in whose orientation LEF draws it, N, or FN. One of an odd number is mirrored as its lowest row is.
import { type Block, InputError, Orientation, type Placement } from "../../netlist/index.js";
import type { RowKind } from "./row-kinds.js";
import { ROUNDING, rowSpaceOf } from "./row-space.js";

/** A free stretch of a row, µm. */
interface Free {
  readonly left: number;
  readonly right: number;
}

interface Row {
  readonly bottom: number;
  readonly orientation: number;
  /** A place of its sites, µm. */
  readonly origin: number;
  /** From left to right. */
  free: readonly Free[];
}

interface Moves {
  readonly sum: number;
  readonly longest: number;
}

/** Puts the tall cells of a kind into its rows, in `placement`. Throws `InputError` for a cell that finds no room. */
export function placeTallCells(
  block: Block,
  kind: RowKind,
  { placement, stands }: { readonly placement: Placement; readonly stands: (node: number) => boolean },
): Moves {
  const rows = rowsOf(block, kind, { placement, stands });
  const countOf = (node: number) => Math.round(block.heights[node]! / kind.height);
  const { xs, ys, orientations } = placement;
  const order = [...kind.tall].sort(
    (a, b) =>
      countOf(b) - countOf(a) || xs[a]! - block.widths[a]! / 2 - (xs[b]! - block.widths[b]! / 2) || a - b,
  );
  const alternates = new Set(rows.map(({ orientation }) => isUpright(orientation))).size > 1;
  let sum = 0;
  let longest = 0;
  for (const node of order) {
    const count = countOf(node);
    const width = block.widths[node]!;
    const sites = Math.max(1, Math.ceil(width / kind.siteWidth - ROUNDING));
    const found = nearest(rows, kind, {
      ...{ x: xs[node]! - width / 2, y: ys[node]! - block.heights[node]! / 2, count },
      length: sites * kind.siteWidth,
      mustBeUpright: alternates && count % 2 === 0,
    });
    if (!found)
      throw new InputError(
        `cell '${block.nodeNames[node]}'`,
        `is ${count} rows high and finds no free place in the rows${kind.fences && ` of ${kind.fences}`}`,
        "give the rows more free sites",
      );
    const { row, left, cost } = found;
    xs[node] = left + width / 2;
    ys[node] = rows[row]!.bottom + block.heights[node]! / 2;
    orientations[node] = rows[row]!.orientation;
    for (let at = row; at < row + count; at++)
      rows[at]!.free = without(rows[at]!.free, left, left + sites * kind.siteWidth);
    sum += cost;
    longest = Math.max(longest, cost);
  }
  return { sum, longest };
}

function isUpright(orientation: number): boolean {
  return orientation === Orientation.N || orientation === Orientation.FN;
}

function rowsOf(
  block: Block,
  { rows, forbidden }: RowKind,
  parts: { readonly placement: Placement; readonly stands: (node: number) => boolean },
): Row[] {
  const space = rowSpaceOf(block, { ...parts, rows, forbidden });
  return Array.from(space.rowBottoms, (bottom, row) => {
    const segments = [];
    for (let at = space.rowSegments[row]!; at < space.rowSegments[row + 1]!; at++) {
      const left = space.segmentLefts[at]!;
      segments.push({ left, right: left + space.segmentSites[at]! * space.siteWidth });
    }
    return {
      bottom,
      orientation: space.rowOrientations[row]!,
      origin: segments[0]?.left ?? 0,
      free: segments,
    };
  });
}

interface Wanted {
  /** Lower left corner, µm. */
  readonly x: number;
  readonly y: number;
  /** Rows that it covers. */
  readonly count: number;
  /** Width in whole sites, µm. */
  readonly length: number;
  readonly mustBeUpright: boolean;
}

/** The place that costs the least move, in x and y together: its lowest row, and its left side on a site. */
function nearest(
  rows: readonly Row[],
  kind: RowKind,
  wanted: Wanted,
): { readonly row: number; readonly left: number; readonly cost: number } | undefined {
  let best: { row: number; left: number; cost: number } | undefined;
  let above = rows.findIndex(({ bottom }) => bottom >= wanted.y);
  if (above < 0) above = rows.length;
  let below = above - 1;
  while (above < rows.length || below >= 0) {
    const up = above < rows.length ? Math.abs(rows[above]!.bottom - wanted.y) : Number.POSITIVE_INFINITY;
    const down = below >= 0 ? Math.abs(rows[below]!.bottom - wanted.y) : Number.POSITIVE_INFINITY;
    const dy = Math.min(up, down);
    if (best && dy >= best.cost) break;
    const row = up <= down ? above++ : below--;
    const left = placeIn(rows, kind, { row, wanted });
    if (left === undefined) continue;
    const cost = dy + Math.abs(left - wanted.x);
    if (!best || cost < best.cost) best = { row, left, cost };
  }
  return best;
}

/** The left side nearest to the wanted one where all rows from `row` on are free; undefined if there is none. */
function placeIn(
  rows: readonly Row[],
  { height, siteWidth }: RowKind,
  { row, wanted }: { readonly row: number; readonly wanted: Wanted },
): number | undefined {
  const lowest = rows[row]!;
  if (wanted.mustBeUpright && !isUpright(lowest.orientation)) return undefined;
  let free = lowest.free;
  for (let i = 1; i < wanted.count; i++) {
    const next = rows[row + i];
    const shift = next && (next.origin - lowest.origin) / siteWidth;
    const isNext = next && Math.abs(next.bottom - lowest.bottom - i * height) <= ROUNDING * height;
    if (!isNext || Math.abs(shift! - Math.round(shift!)) > ROUNDING) return undefined;
    free = common(free, next.free);
  }
  let best: number | undefined;
  for (const { left, right } of free) {
    const slack = Math.floor((right - left - wanted.length) / siteWidth + ROUNDING);
    if (slack < 0) continue;
    const site = Math.max(0, Math.min(slack, Math.round((wanted.x - left) / siteWidth)));
    const at = left + site * siteWidth;
    if (best === undefined || Math.abs(at - wanted.x) < Math.abs(best - wanted.x)) best = at;
  }
  return best;
}

/** What is free in both lists. */
function common(a: readonly Free[], b: readonly Free[]): Free[] {
  const both: Free[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const left = Math.max(a[i]!.left, b[j]!.left);
    const right = Math.min(a[i]!.right, b[j]!.right);
    if (right > left) both.push({ left, right });
    if (a[i]!.right < b[j]!.right) i++;
    else j++;
  }
  return both;
}

function without(free: readonly Free[], from: number, to: number): Free[] {
  return free.flatMap(({ left, right }) => {
    if (right <= from || left >= to) return [{ left, right }];
    return [...(left < from ? [{ left, right: from }] : []), ...(right > to ? [{ left: to, right }] : [])];
  });
}
