// Placements in JSON files such as checkpoints; every double comes back as it was.
import type { Placement } from "./block.js";

export interface StoredPlacement {
  readonly xs: readonly (number | null)[];
  readonly ys: readonly (number | null)[];
  readonly orientations: readonly number[];
}

/** The placement as plain lists. A node without a place becomes null. */
export function storePlacement(placement: Placement): StoredPlacement {
  const places = (values: Float64Array) =>
    Array.from(values, (value) => (Number.isNaN(value) ? null : value));
  return {
    xs: places(placement.xs),
    ys: places(placement.ys),
    orientations: [...placement.orientations],
  };
}

/** The placement of a block with `nodeCount` nodes; throws if the lists are not that. */
export function revivePlacement(stored: StoredPlacement, nodeCount: number): Placement {
  const { xs, ys, orientations } = stored;
  if (![xs, ys, orientations].every((list) => Array.isArray(list) && list.length === nodeCount))
    throw new Error(`not a placement of ${nodeCount} nodes`);
  const places = (values: readonly (number | null)[]) =>
    Float64Array.from(values, (value) => value ?? Number.NaN);
  return { xs: places(xs), ys: places(ys), orientations: Uint8Array.from(orientations) };
}
