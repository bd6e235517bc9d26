// Why a hard macro may not be where it is.

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
