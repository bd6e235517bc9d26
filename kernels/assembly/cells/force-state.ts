// State of the force-directed placer: its bodies, which are all macros of a block, those that move first.

@unmanaged
export class ForceState {
  /** Strips of the canvas per µm of its height. */
  stripsPerMicron: f64;
  /** In µm. */
  widestStanding: f64;
  judge: usize;
  movingCount: i32;
  bodyCount: i32;
  stripCount: i32;
  /** Number of the first entry of a standing body. */
  standingFirst: i32;
  /** Per body: node, half sizes. */
  bodyNodes: usize;
  halfWidths: usize;
  halfHeights: usize;
  /** Pulls to fixed points, per moving body: entries anchorStarts[i] .. anchorStarts[i + 1] of (point, weight). */
  anchorStarts: usize;
  anchorPoints: usize;
  anchorWeights: usize;
  /** Pulls between moving bodies, each kept by one of the two: entries linkStarts[i] .. linkStarts[i + 1] of (other, weight). */
  linkStarts: usize;
  linkOthers: usize;
  linkWeights: usize;
  /** Per moving body: sum of the weights of its pulls between moving bodies, whoever keeps them. */
  linkSums: usize;
  // Working numbers of bodies; of pairs the x comes first.
  /** Pairs: centre, force, and sum of weight times point over the fixed points. */
  places: usize;
  forces: usize;
  anchors: usize;
  /** Sum of the weights of the fixed points. */
  anchorSums: usize;
  bodyLefts: usize;
  /** First and last strip of each, i32. */
  firstStrips: usize;
  lastStrips: usize;
  /** Bodies by left edge, the moving ones and the standing ones by themselves. */
  order: usize;
  /** Entries of a strip: movingStarts[s] .. movingStarts[s + 1], and the same of those that stand. */
  movingStarts: usize;
  standingStarts: usize;
  // Entries, a body in a strip that it reaches, by left edge; each an f64 but for the body.
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
