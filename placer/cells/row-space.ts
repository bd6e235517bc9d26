// Where cells may stand: rows of sites, cut into segments by what stands in them. Lengths are µm in the canvas's frame.
import {
  type Block,
  boxOf,
  type CellRow,
  NodeKind,
  type Placement,
  type Rectangle,
} from "../../netlist/index.js";

/** Free stretches of rows, from bottom to top and from left to right. */
export interface RowSpace {
  readonly siteWidth: number;
  readonly rowHeight: number;
  /** Per row: its bottom; its segments are `rowSegments[r] .. rowSegments[r + 1]`. */
  readonly rowBottoms: Float64Array;
  /** Orientation code of its cells. */
  readonly rowOrientations: Uint8Array;
  readonly rowSegments: Int32Array;
  readonly segmentRows: Int32Array;
  readonly segmentLefts: Float64Array;
  /** Widths in sites. */
  readonly segmentSites: Int32Array;
}

/** Shares of a site or of a row's height that files round away. */
export const ROUNDING = 1e-4;

/** A stretch of sites of a row: first site, and the one behind the last. */
type Stretch = [start: number, end: number];

/**
 * Cuts rows of one kind, by default all of the block, by the nodes for which `stands` is true, by blockages that leave
 * cells no room, and by what is `forbidden` to its cells.
 */
export function rowSpaceOf(
  block: Block,
  {
    placement,
    stands,
    rows = block.rows ?? [],
    forbidden = [],
  }: {
    readonly placement: Placement;
    readonly stands: (node: number) => boolean;
    readonly rows?: readonly CellRow[];
    readonly forbidden?: readonly Rectangle[];
  },
): RowSpace {
  const { siteWidth, height: rowHeight } = rows[0]!;
  const sorted = [...rows].sort((a, b) => a.bottom - b.bottom || a.left - b.left);
  const bottoms = Float64Array.from(sorted, ({ bottom }) => bottom);
  const covered = sorted.map((): Stretch[] => []);
  for (const box of obstaclesOf(block, placement, { stands, forbidden })) {
    const edge = ROUNDING * rowHeight;
    // The first row whose top is above the box's bottom.
    for (let row = lowerBound(bottoms, box.bottom - rowHeight + edge); row < sorted.length; row++) {
      const { left, bottom } = sorted[row]!;
      if (bottom >= box.top - edge) break;
      const start = Math.floor((box.left - left) / siteWidth + ROUNDING);
      const end = Math.ceil((box.right - left) / siteWidth - ROUNDING);
      if (end > start) covered[row]!.push([start, end]);
    }
  }
  const free = sorted.map(({ sites }, row) => freeOf(sites, covered[row]!));
  return packed(sorted, free, { siteWidth, rowHeight });
}

function* obstaclesOf(
  block: Block,
  placement: Placement,
  {
    stands,
    forbidden,
  }: { readonly stands: (node: number) => boolean; readonly forbidden: readonly Rectangle[] },
): Generator<Rectangle> {
  for (let node = 0; node < block.nodeCount; node++) {
    if (!stands(node)) continue;
    const box = boxOf(block, placement, node);
    if (box.right > box.left && box.top > box.bottom) yield box;
  }
  for (const blockage of block.blockages) if (blockage.rate >= 1) yield blockage;
  yield* forbidden;
}

/** The stretches of a row that are not covered, from left to right. */
function freeOf(sites: number, covered: Stretch[]): Stretch[] {
  covered.sort((a, b) => a[0] - b[0]);
  const free: Stretch[] = [];
  let from = 0;
  for (const [start, end] of covered) {
    if (start >= sites) break;
    if (start > from) free.push([from, start]);
    from = Math.max(from, end);
  }
  if (from < sites) free.push([from, sites]);
  return free;
}

function packed(
  rows: readonly CellRow[],
  free: readonly (readonly Stretch[])[],
  { siteWidth, rowHeight }: { readonly siteWidth: number; readonly rowHeight: number },
): RowSpace {
  const bottoms: number[] = [];
  const orientations: number[] = [];
  const starts: number[] = [];
  const segmentRows: number[] = [];
  const lefts: number[] = [];
  const sites: number[] = [];
  for (const [index, { bottom, left, orientation }] of rows.entries()) {
    // Stretches of one row of the file are one row here.
    const last = bottoms.at(-1);
    if (last === undefined || bottom - last > ROUNDING * rowHeight) {
      bottoms.push(bottom);
      orientations.push(orientation);
      starts.push(lefts.length);
    }
    for (const [start, end] of free[index]!) {
      segmentRows.push(bottoms.length - 1);
      lefts.push(left + start * siteWidth);
      sites.push(end - start);
    }
  }
  starts.push(lefts.length);
  return {
    siteWidth,
    rowHeight,
    rowBottoms: Float64Array.from(bottoms),
    rowOrientations: Uint8Array.from(orientations),
    rowSegments: Int32Array.from(starts),
    segmentRows: Int32Array.from(segmentRows),
    segmentLefts: Float64Array.from(lefts),
    segmentSites: Int32Array.from(sites),
  };
}

/** Index of the first number that is above a value. */
function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether a node is a cell that rows hold and that may move. */
export function isLooseCell({ kinds, fixed }: Block, node: number): boolean {
  return kinds[node] === NodeKind.StandardCell && !fixed[node];
}
