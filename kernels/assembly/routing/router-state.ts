// State of the global router. The chip is a grid of equal cells (gcells). Edge e < cellCount joins cell e with the cell to
// its right, edge cellCount + c joins cell c with the cell above it; those of the last column and row lead nowhere. Nets
// are sets of branches, and each branch has a path of edges. An edge counts a net once, however many of its branches use it.

@unmanaged
export class RouterState {
  columns: i32;
  rows: i32;
  /** Cost of an edge in x and in y where nothing is in the way: its length over that of the longer of the two. */
  stepX: f64;
  stepY: f64;
  /** Cost of a turn between x and y, which needs a via. */
  bend: f64;
  /** Factor of an edge's cost by which each wire above its capacity adds, and the same by how full the edge is. */
  pressure: f64;
  fullness: f64;
  /** How many cells a maze search may leave the bounding box of its branch. */
  margin: i32;
  // Edges.
  /** Wires that fit, f64. */
  capacities: usize;
  /** Wires, one for each net, i32. */
  usage: usize;
  /** Cost factor from earlier rounds, 1 and more, f64. */
  history: usize;
  /** How many branches of the net at hand use the edge, i32; all 0 between nets. */
  ownUses: usize;
  // Branches of net n: netBranches[n] .. netBranches[n + 1]; the cells of their ends, i32.
  netBranches: usize;
  branchFroms: usize;
  branchTos: usize;
  /** Paths: edges pool[pathStarts[b] .. pathStarts[b] + pathCounts[b]], i32; a count of -1: no path yet. */
  pathStarts: usize;
  pathCounts: usize;
  pool: usize;
  poolSize: i32;
  poolUsed: i32;
  // Maze search. State 2c is cell c on a layer of horizontal wires, 2c + 1 on one of vertical wires.
  /** Cost from the start, f64; the move that led there, i32; the search that met it last, i32. */
  costs: usize;
  moves: usize;
  stamps: usize;
  stamp: i32;
  /** Binary heap of states by cost with the estimate to the goal, f64; and the place of a state in it, -1 if it left. */
  heapKeys: usize;
  heapStates: usize;
  heapPlaces: usize;
  heapCount: i32;
  /** The path that was found last: edges, i32. */
  path: usize;
  pathLength: i32;
  /** States that all searches took from the heap. */
  expanded: i32;
}
