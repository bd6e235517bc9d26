// State of row legalisation and detailed placement: standard cells in rows, and the nets that they are on. A row is cut
// into segments by what stands in it; inside a segment places are counted in sites, so whatever the kernels do stays on
// the sites.

import { f64At, i32At } from "../judge/judge-state";

@unmanaged
export class RowState {
  /** Width of a site, µm. */
  siteWidth: f64;
  cellCount: i32;
  rowCount: i32;
  segmentCount: i32;
  netCount: i32;
  // Rows from bottom to top: the segments of row r are rowSegments[r] .. rowSegments[r + 1], from left to right.
  /** f64 per row: its bottom, µm. */
  rowBottoms: usize;
  rowSegments: usize;
  // Segments.
  /** Row, i32. */
  segmentRows: usize;
  /** How its row turns cells, i32: 1 for mirrored in x, 2 in y, 3 for both. */
  segmentTurns: usize;
  /** Left end, µm, f64. */
  segmentLefts: usize;
  /** Width in sites, i32, and how many of them are taken. */
  segmentSites: usize;
  segmentUsed: usize;
  // Cells.
  /** Width in sites, i32. */
  cellSites: usize;
  /** Lower left corner, µm, f64: where a cell is wanted, then where it is. */
  xs: usize;
  ys: usize;
  /** Sides, µm, f64. */
  cellWidths: usize;
  cellHeights: usize;
  /** How it is turned, i32, as `segmentTurns`; its pins' offsets are turned with it. */
  cellTurns: usize;
  /** Its pins: cellPins[cellPinStarts[c] .. cellPinStarts[c + 1]]. */
  cellPinStarts: usize;
  cellPins: usize;
  /** Segment of each cell, and its first site in it, i32. */
  cellSegments: usize;
  cellStarts: usize;
  // Cells of a segment from left to right: rowCells[listStarts[s] .. listStarts[s] + listCounts[s]].
  listStarts: usize;
  listCounts: usize;
  rowCells: usize;
  // Legalisation. A cluster is a run of touching cells; its number is that of its last cell.
  /** Last cluster of each segment, -1 for none, i32. */
  lastClusters: usize;
  /** Cluster before it in its segment, i32, and its width in sites. */
  previousClusters: usize;
  clusterSites: usize;
  /** f64: first site, number of cells, and sum over its cells of where the cluster would have to start for the cell. */
  clusterStarts: usize;
  clusterWeights: usize;
  clusterSums: usize;
  /** The cell to the left of it in its segment, i32. */
  previousCells: usize;
  /** The cluster that `collapse` has just made: its values, and the cluster before it. */
  newSum: f64;
  newWeight: f64;
  newStart: f64;
  newSites: i32;
  newPrevious: i32;
  // Nets. Pins of net n are netStarts[n] .. netStarts[n + 1].
  netStarts: usize;
  /** f64 per net. */
  netWeights: usize;
  /** Per pin: its cell, -1 for what does not move, i32; and its offset from the cell's corner as it is turned, else its place, µm, f64. */
  pinCells: usize;
  pinXs: usize;
  pinYs: usize;
  /**
   * Pins on large nets, which a trial does not measure: those of a cell are largePins[largeStarts[c] .. largeStarts[c + 1]]; and
   * the net of each.
   */
  largeStarts: usize;
  largePins: usize;
  largeNets: usize;
  /** Other nets of a cell, each once: cellNets[cellNetStarts[c] .. cellNetStarts[c + 1]]. */
  cellNetStarts: usize;
  cellNets: usize;
  /** Bounding box of each net, four f64: left, right, bottom, top. */
  boxes: usize;
  // Scratch of a trial.
  /** Stamp of the last trial that met the net, i32 per net; nets of the trial; their new boxes. */
  stamps: usize;
  trialNets: usize;
  trialBoxes: usize;
  trialNetCount: i32;
  stamp: i32;
  /** Bounds of a cell's nets without the cell, sorted, f64: those in x, and those in y. */
  boundXs: usize;
  boundYs: usize;
  /** Numbers of `boundXs`. */
  mostBounds: i32;
}

/** The row whose bottom is nearest to y. */
export function rowNear(state: RowState, y: f64): i32 {
  let low = 0;
  let high = state.rowCount - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (f64At(state.rowBottoms, middle) + f64At(state.rowBottoms, middle + 1) < 2 * y) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first segment of a row that begins right of x; the end of the row's segments if none does. */
export function firstRightOf(state: RowState, row: i32, x: f64): i32 {
  let low = i32At(state.rowSegments, row);
  let high = i32At(state.rowSegments, row + 1);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (f64At(state.segmentLefts, middle) <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Turns a cell and its pins as the row of its segment wants it. */
// @ts-ignore: decorator
@inline
export function turnTo(state: RowState, cell: i32, segment: i32): void {
  const turn = i32At(state.segmentTurns, segment);
  if (turn != i32At(state.cellTurns, cell)) turnPins(state, cell, turn);
}

function turnPins(state: RowState, cell: i32, turn: i32): void {
  const turns = state.cellTurns + (<usize>cell << 2);
  const change = load<i32>(turns) ^ turn;
  store<i32>(turns, turn);
  const end = i32At(state.cellPinStarts, cell + 1);
  for (let i = i32At(state.cellPinStarts, cell); i < end; i++) {
    const pin = <usize>i32At(state.cellPins, i) << 3;
    if (change & 1) store<f64>(state.pinXs + pin, f64At(state.cellWidths, cell) - load<f64>(state.pinXs + pin));
    if (change & 2) store<f64>(state.pinYs + pin, f64At(state.cellHeights, cell) - load<f64>(state.pinYs + pin));
  }
}
