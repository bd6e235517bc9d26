// The judge's state: one record of numbers and addresses.
//
// All sums are 64-bit fixed-point integers. Integer addition is exact in any order, so a cost updated move by move
// equals, to the last bit, the cost computed from scratch, and an undone move leaves no trace.

/** Fixed-point representation of 1 in density and congestion maps. */
export const MAP_ONE: f64 = 4398046511104.0; // 2^42
/** Fixed-point representation of one wire of routed demand. */
export const DEMAND_ONE: f64 = 4294967296.0; // 2^32

/** Kinds of nodes; `NodeKind` of netlist/block.ts is checked against it when TypeScript is compiled. */
export enum NodeKind {
  HardMacro,
  SoftMacro,
  StandardCell,
  Port,
}

@unmanaged
export class JudgeState {
  // Numbers, f64.
  canvasWidth: f64;
  canvasHeight: f64;
  cellWidth: f64;
  cellHeight: f64;
  /** Wires that fit through a cell: tracks per µm times its height or width. */
  horizontalCapacity: f64;
  verticalCapacity: f64;
  /** Tracks per µm that a hard macro blocks. */
  horizontalUsed: f64;
  verticalUsed: f64;
  /** Fixed-point units per µm of weighted wirelength. */
  lengthScale: f64;
  /** Proxy cost per µm that a macro is away from its guide. */
  guideFactor: f64;
  // Sums, i64.
  wirelength: i64;
  densityTop: i64;
  congestionTop: i64;
  /** 2^32 / columns, rounded up: the factor of `rowOf`. */
  rowFactor: i64;
  // Counts and switches, i32.
  nodeCount: i32;
  netCount: i32;
  pointCount: i32;
  columns: i32;
  rows: i32;
  smoothing: i32;
  clampOutside: i32;
  stamp: i32;
  densityCount: i32;
  congestionCount: i32;
  /** Macros that a guide pulls; one of several guides is listed for each. */
  guideCount: i32;
  // Nodes.
  xs: usize;
  ys: usize;
  orientations: usize;
  widths: usize;
  heights: usize;
  kinds: usize;
  // Points: distinct offsets of pins on their nodes, in node order.
  nodePointStarts: usize;
  pointNodes: usize;
  pointXOffsets: usize;
  pointYOffsets: usize;
  pointXs: usize;
  pointYs: usize;
  pointCells: usize;
  // Nets.
  netStarts: usize;
  netPoints: usize;
  netWeights: usize;
  netDemands: usize;
  netLengths: usize;
  // Maps over cells, i64.
  horizontalDemand: usize;
  verticalDemand: usize;
  horizontalBlocked: usize;
  verticalBlocked: usize;
  density: usize;
  /** Final values: horizontal, then vertical, in one list. */
  congestion: usize;
  // Guides: per macro its node, its own width and height in orientation N, and its rectangles
  // guideStarts[i] .. guideStarts[i + 1] as left, bottom, right, top, µm.
  guideNodes: usize;
  guideSides: usize;
  guideStarts: usize;
  guideBoxes: usize;
  // Scratch.
  cellStamps: usize;
  cellList: usize;
  selection: usize;
}

// Element i of an array.

// @ts-ignore: decorator
@inline
export function f64At(array: usize, i: i32): f64 {
  return load<f64>(array + (<usize>i << 3));
}

// @ts-ignore: decorator
@inline
export function i64At(array: usize, i: i32): i64 {
  return load<i64>(array + (<usize>i << 3));
}

// @ts-ignore: decorator
@inline
export function i32At(array: usize, i: i32): i32 {
  return load<i32>(array + (<usize>i << 2));
}

// @ts-ignore: decorator
@inline
export function addTo(array: usize, i: i32, amount: i64): void {
  const at = array + (<usize>i << 3);
  store<i64>(at, load<i64>(at) + amount);
}

/** Whether a node is turned by a quarter, so that its width and height are swapped: codes of E, FE, W and FW. */
// @ts-ignore: decorator
@inline
export function isSideways(state: JudgeState, node: i32): bool {
  return load<u8>(state.orientations + node) >= 4;
}

/** Nearest integer of a non-negative number. */
// @ts-ignore: decorator
@inline
export function toFixed(value: f64): i64 {
  return <i64>(value + 0.5);
}

/** Row of a cell: cell / columns without a division, exact as long as cells * columns < 2^32. */
// @ts-ignore: decorator
@inline
export function rowOf(state: JudgeState, cell: i32): i32 {
  return <i32>((<i64>cell * state.rowFactor) >> 32);
}
