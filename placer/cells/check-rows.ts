// Are cells where cells may be? Checked from the placement alone, by other means than those that made it.
import {
  type Block,
  boxOf,
  type CellRow,
  NodeKind,
  type Placement,
  type Rectangle,
} from "../../netlist/index.js";
import { cellRegionsOf } from "./cell-regions.js";

export interface RowCheck {
  /** Pairs of a standard cell and another cell or a hard macro that overlap. */
  readonly overlaps: number;
  /** Standard cells that move and are not on the sites of a row, with their whole width inside it. */
  readonly offRows: number;
  /** Standard cells that move and lie partly outside their regions, or in a fence of others. */
  readonly outsideRegions: number;
}

/** Lengths that files round away, as a share of a row's height and of a site's width. */
const ROUNDING = 1e-3;

/**
 * Counts cells of a flat block that overlap or are off the rows. Nodes without a place are left out. A block without rows has
 * all cells off them.
 */
export function checkRows(block: Block, placement: Placement): RowCheck {
  const rows = [...(block.rows ?? [])].sort((a, b) => a.bottom - b.bottom || a.left - b.left);
  const { regions, indexOf } = cellRegionsOf(block);
  let offRows = 0;
  let outsideRegions = 0;
  const boxes: Box[] = [];
  for (let node = 0; node < block.nodeCount; node++) {
    const kind = block.kinds[node];
    if (kind !== NodeKind.StandardCell && kind !== NodeKind.HardMacro) continue;
    const isCell = kind === NodeKind.StandardCell;
    const box = { ...boxOf(block, placement, node), isCell, moves: isCell && !block.fixed[node] };
    if (!(box.right > box.left && box.top > box.bottom)) continue;
    boxes.push(box);
    if (!box.moves) continue;
    if (!standsInRow(rows, box)) offRows++;
    if (regions[indexOf(node)]!.forbidden.some((rectangle) => doOverlap(box, rectangle))) outsideRegions++;
  }
  return { overlaps: overlapsOf(boxes), offRows, outsideRegions };
}

interface Box extends Rectangle {
  readonly isCell: boolean;
  readonly moves: boolean;
}

/** Rows are sorted by their bottoms. */
function standsInRow(rows: readonly CellRow[], box: Pick<Box, "left" | "bottom" | "right" | "top">): boolean {
  const { left, bottom, right, top } = box;
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { bottom: at, height } = rows[middle]!;
    if (at < bottom - ROUNDING * height) low = middle + 1;
    else high = middle;
  }
  for (let at = low; at < rows.length; at++) {
    const row = rows[at]!;
    if (row.bottom > bottom + ROUNDING * row.height) return false;
    const site = (left - row.left) / row.siteWidth;
    const isOnSite = Math.abs(site - Math.round(site)) < ROUNDING;
    if (!isOnSite || site < -ROUNDING || (right - row.left) / row.siteWidth > row.sites + ROUNDING) continue;
    // A cell of several rows stands in the next one too.
    const next = row.bottom + row.height;
    if (top < next + ROUNDING * row.height || standsInRow(rows, { ...box, bottom: next })) return true;
  }
  return false;
}

/** Sweeps from left to right; a box is compared with the boxes that begin left of its right end and are not left behind. */
function overlapsOf(boxes: Box[]): number {
  boxes.sort((a, b) => a.left - b.left);
  let tallest = 0;
  for (const { isCell, bottom, top } of boxes) if (isCell) tallest = Math.max(tallest, top - bottom);
  // Strips as high as the highest cell: two boxes that overlap meet in one of them.
  const strips = new Map<number, Box[]>();
  let overlaps = 0;
  for (const box of boxes) {
    const first = Math.floor(box.bottom / tallest);
    const last = Math.floor(box.top / tallest);
    for (let strip = first; strip <= last; strip++) {
      const open = (strips.get(strip) ?? []).filter((other) => other.right > box.left);
      for (const other of open)
        if ((box.isCell || other.isCell) && doOverlap(box, other) && ownerOf(box, other, tallest) === strip)
          overlaps++;
      open.push(box);
      strips.set(strip, open);
    }
  }
  return overlaps;
}

/** The strip in which a pair is counted: the lowest that both reach. */
function ownerOf(a: Box, b: Box, height: number): number {
  return Math.max(Math.floor(a.bottom / height), Math.floor(b.bottom / height));
}

function doOverlap(a: Rectangle, b: Rectangle): boolean {
  const edge = ROUNDING * Math.min(a.top - a.bottom, b.top - b.bottom, a.right - a.left, b.right - b.left);
  return (
    a.left < b.right - edge && b.left < a.right - edge && a.bottom < b.top - edge && b.bottom < a.top - edge
  );
}
