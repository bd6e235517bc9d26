// State of the incremental judge.
//
// The judge's own arrays describe the placement with the current move, the `kept` arrays the placement before it. Rows and
// columns of the maps that the move touches are flagged, and only those are copied when it is kept or undone. Sums are
// integers, so an undone move leaves no trace.

/** Most nodes of one move. */
export const MOST_NODES_PER_MOVE: i32 = 16;

/** Flags of a row or column: routed demand changed; blocked tracks or density changed. */
export const ROUTED: u8 = 1;
export const COVERED: u8 = 2;
/** Flag: final congestion must be computed again. */
export const STALE: u8 = 4;

@unmanaged
export class MoveState {
  // Proxy cost per unit of each sum.
  lengthFactor: f64;
  densityFactor: f64;
  congestionFactor: f64;
  /** Wirelength and top sums before the current move. */
  oldWirelength: i64;
  oldDensityTop: i64;
  oldCongestionTop: i64;
  judge: usize;
  densityList: usize;
  congestionList: usize;
  /** Nets of node n, each once: nodeNets[nodeNetStarts[n] .. nodeNetStarts[n + 1]]. */
  nodeNetStarts: usize;
  nodeNets: usize;
  // The current move: nodes with their new places.
  moveCount: i32;
  moveNodes: usize;
  moveXs: usize;
  moveYs: usize;
  moveOrientations: usize;
  oldXs: usize;
  oldYs: usize;
  oldOrientations: usize;
  /** 1 after its nets were routed. */
  routed: i32;
  /** Number of points that it moves. */
  pointCount: i32;
  keptPointXs: usize;
  keptPointYs: usize;
  keptPointCells: usize;
  // Nets that it touches, with their lengths before.
  netStamp: i32;
  netCount: i32;
  nets: usize;
  oldLengths: usize;
  netStamps: usize;
  /**
   * Demand as steps, each the difference from the cell before: a wire adds one where it starts and subtracts one where
   * it ends. Horizontal steps are stored row by row, vertical ones column by column.
   */
  horizontalSteps: usize;
  verticalSteps: usize;
  // The maps before the move.
  keptHorizontalSteps: usize;
  keptVerticalSteps: usize;
  keptHorizontalDemand: usize;
  keptVerticalDemand: usize;
  keptHorizontalBlocked: usize;
  keptVerticalBlocked: usize;
  keptDensity: usize;
  keptCongestion: usize;
  rowFlags: usize;
  columnFlags: usize;
  /** Per cell: row << 16 | column. */
  cellPlaces: usize;
}
