// Why a hard macro may not be where it is.
import type { Rectangle } from "./block.js";
import type { Placement } from "./placement.js";

export type ViolationKind =
  | "unplaced"
  | "outside"
  | "core"
  | "grid"
  | "overlap"
  | "halo"
  | "blockage"
  | "fence"
  | "orientation"
  | "fixed";

/** A rule that a placement breaks, under names that scripts rely on. */
export interface Violation {
  readonly kind: ViolationKind;
  /** Name of the macro that is not where it may be. */
  readonly macro: string;
  /** Name of the macro that it is in the way of, if any. */
  readonly other?: string;
  /** By how much: the least distance in x or y that would mend it, or how far from the lattice; µm. */
  readonly by_um?: number;
  /** One line: the macro, its place, the violated rule and where it comes from. */
  readonly message: string;
}

/** Rules about the places of hard macros, asked of one macro or of two. Nodes are those of the block that the rules are of. */
export interface MacroRules {
  /** What is wrong with a macro, whatever the others do. */
  checkOne(placement: Placement, node: number): readonly Violation[];
  /** What is wrong between two macros. */
  checkPair(placement: Placement, a: number, b: number): readonly Violation[];
  /**
   * A rectangle in µm around all that a macro covers and keeps free: no rule is broken between two macros whose rectangles do
   * not touch. Undefined for one without a place.
   */
  reachOf(placement: Placement, node: number): Rectangle | undefined;
}
