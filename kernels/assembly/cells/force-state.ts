// State of the force-directed placer. Its bodies are all macros of a block, the moving ones first.

@unmanaged
export class ForceState {
  /** Strips of the canvas per µm of its height. */
  stripsPerMicron: f64;
  /** Width of the widest fixed body, µm. */
  widestStanding: f64;
  judge: usize;
  movingCount: i32;
  bodyCount: i32;
  stripCount: i32;
  /** Index of the first entry of a fixed body. */
  standingFirst: i32;
  /** Per body: node, half sizes. */
  bodyNodes: usize;
  halfWidths: usize;
  halfHeights: usize;
  /** Pulls to fixed points, per moving body: entries anchorStarts[i] .. anchorStarts[i + 1] of (point, weight). */
  anchorStarts: usize;
  anchorPoints: usize;
  anchorWeights: usize;
  /** Pulls between moving bodies, stored with one of the two: entries linkStarts[i] .. linkStarts[i + 1] of (other, weight). */
  linkStarts: usize;
  linkOthers: usize;
  linkWeights: usize;
  /** Per moving body: sum of the weights of its pulls between moving bodies, on either side. */
  linkSums: usize;
  // Working values of bodies; pairs are x, y.
  /** Pairs: centre, force, and sum of weight times point over the fixed points. */
  places: usize;
  forces: usize;
  anchors: usize;
  /**
   * Pairs, or 0 for none: per moving body, the sum over its pulls of weight times the offset of the other end's pin (if it
   * is on a moving body) less that of its own.
   */
  offsetPulls: usize;
  /** Sum of the weights of the fixed points. */
  anchorSums: usize;
  bodyLefts: usize;
  /** First and last strip of each, i32. */
  firstStrips: usize;
  lastStrips: usize;
  /** Bodies by left edge, first the moving ones, then the fixed ones. */
  order: usize;
  /** Entries of a strip: movingStarts[s] .. movingStarts[s + 1], and likewise those of fixed bodies. */
  movingStarts: usize;
  standingStarts: usize;
  // Entries, each a body in a strip that it reaches, by left edge. All values are f64 except the body.
  entryBodies: usize;
  lefts: usize;
  xs: usize;
  ys: usize;
  entryHalfWidths: usize;
  entryHalfHeights: usize;
  /** All bits set where the strip is the body's first one, else none. */
  isFirst: usize;
  pushXs: usize;
  pushYs: usize;
}

/** Address of a body's pair of numbers. */
// @ts-ignore: decorator
@inline
export function pairAt(pairs: usize, body: i32): usize {
  return pairs + (<usize>body << 4);
}
