// Where the nodes of a block are, and how a JSON file keeps that.

/** Centres in µm and orientations, per node. NaN means "not placed". */
export interface Placement {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** Codes of `Orientation`. */
  readonly orientations: Uint8Array;
}

/** A placement of `nodeCount` nodes, none placed, all in orientation N. */
export function emptyPlacement(nodeCount: number): Placement {
  return {
    xs: new Float64Array(nodeCount).fill(Number.NaN),
    ys: new Float64Array(nodeCount).fill(Number.NaN),
    orientations: new Uint8Array(nodeCount),
  };
}

/** A copy that shares no memory with `placement`. */
export function copyPlacement(placement: Placement): Placement {
  return {
    xs: placement.xs.slice(),
    ys: placement.ys.slice(),
    orientations: placement.orientations.slice(),
  };
}

/** A placement in a JSON file such as a checkpoint; every double comes back as it was. */
export interface StoredPlacement {
  readonly xs: readonly (number | null)[];
  readonly ys: readonly (number | null)[];
  readonly orientations: readonly number[];
}

/** The placement as plain lists. A node that is not placed becomes null. */
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
