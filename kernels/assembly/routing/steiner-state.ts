// State of the rectilinear Steiner trees: pins of nets in, branches out, and the tree that is being built.

@unmanaged
export class SteinerState {
  // Pins of net n: netStarts[n] .. netStarts[n + 1]; their places in µm, f64.
  netCount: i32;
  netStarts: usize;
  pinXs: usize;
  pinYs: usize;
  // Branches of net n: branchStarts[n] .. branchStarts[n + 1]; the places of their ends, µm, f64.
  branchStarts: usize;
  fromXs: usize;
  fromYs: usize;
  toXs: usize;
  toYs: usize;
  // The tree of one net: nodes are its pins, then Steiner points. Room for `nodeRoom` nodes and as many edges.
  nodeRoom: i32;
  nodeCount: i32;
  pinCount: i32;
  /** Places, µm, f64. */
  nodeXs: usize;
  nodeYs: usize;
  /** Number of edges of a node, i32; -1 for a Steiner point that is not used. */
  degrees: usize;
  /** First half edge of each node, -1 for none, i32. Half edges 2e and 2e + 1 are the two directions of edge e. */
  firstHalves: usize;
  /** Next half edge of the same node, and the node at its other end, i32. */
  nextHalves: usize;
  targets: usize;
  /** Slots that are free again: nodes and edges, i32; numbers of them, and of edges ever used. */
  freeNodes: usize;
  freeEdges: usize;
  freeNodeCount: i32;
  freeEdgeCount: i32;
  edgeCount: i32;
  // Scratch of Prim's algorithm, per pin: distance from the tree, f64, and the nearest node in it, i32.
  distances: usize;
  nearest: usize;
  // Scratch of a walk through the tree: half edge by which a node was reached, longest edge on the way, number of edges.
  walkNodes: usize;
  walkHalves: usize;
  walkLongest: usize;
  walkSteps: usize;
}
