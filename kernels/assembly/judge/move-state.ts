// State of the incremental judge.
//
// The judge's own arrays are the working state: they describe the placement with the move under way. The `kept` arrays
// describe the placement before it. Rows and columns of the maps that a move touches are flagged, and keeping or
// undoing a move copies only those; with integer sums an undone move leaves no trace.

/** Room for the nodes of one move. */
export const MOST_NODES_PER_MOVE: i32 = 16;

/** Flags of a row or column: routed demand changed; blocked tracks or density changed. */
export const ROUTED: u8 = 1;
export const COVERED: u8 = 2;
/** Final congestion to be computed anew. */
export const STALE: u8 = 4;

@unmanaged
export class MoveState {
  // What a unit of each sum counts in the proxy cost.
  lengthFactor: f64;
  densityFactor: f64;
  congestionFactor: f64;
  /** Wirelength and the congestion's top sum before the move under way. */
  oldWirelength: i64;
  oldCongestionTop: i64;
  judge: usize;
  densityList: usize;
  congestionList: usize;
  /** Nets of node n, each once: nodeNets[nodeNetStarts[n] .. nodeNetStarts[n + 1]]. */
  nodeNetStarts: usize;
  nodeNets: usize;
  // The move under way: nodes with their new places.
  moveCount: i32;
  moveNodes: usize;
  moveXs: usize;
  moveYs: usize;
  moveOrientations: usize;
  oldXs: usize;
  oldYs: usize;
  oldOrientations: usize;
  /** 1 once its nets are routed. */
  routed: i32;
  /** How many points it moves. */
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
   * Demand as steps, each the difference to the cell before: a wire adds where it starts and takes away where it ends.
   * Horizontal ones row by row, vertical ones column by column.
   */
  horizontalSteps: usize;
  verticalSteps: usize;
  // The maps as they were before the move.
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
