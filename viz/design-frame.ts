// What the viewer draws of a design besides its nodes: the core, rows of sites, halos, fences and guides as the run used them.
// It travels in the block's message, so that one request brings all that a picture needs.
import type { CellRow, Fence, Guide, Halos, Rectangle } from "../netlist/index.js";
import type { Packed } from "./packing.js";

/** Lengths are µm in the canvas's frame. */
export interface DesignFrame {
  /** Where rows are, if that is not the whole canvas. */
  readonly core?: Rectangle | undefined;
  readonly rows: readonly CellRow[];
  /** Halos around nodes in orientation N; they turn with the node. Boxes of the block do not contain them. */
  readonly halos?: Halos | undefined;
  readonly fences: readonly Fence[];
  /** Regions that pull their macros. Default: none. */
  readonly guides?: readonly Guide[];
}

const SIDES = ["lefts", "bottoms", "rights", "tops"] as const;
/** Numbers of a row in the message. */
const OF_ROW = 6;

/** The block's message with a frame. */
export function withFrame(
  { meta, arrays }: Packed,
  { core, rows, halos, fences, guides = [] }: DesignFrame,
): Packed {
  const numbers = rows.flatMap(({ left, bottom, height, siteWidth, sites, orientation }) => [
    left,
    bottom,
    height,
    siteWidth,
    sites,
    orientation,
  ]);
  return {
    meta: { ...meta, ...(core && { core }), fences, guides },
    arrays: {
      ...arrays,
      siteRows: Float64Array.from(numbers),
      ...(halos && Object.fromEntries(SIDES.map((side) => [`halo-${side}`, halos[side]]))),
    },
  };
}

/** The frame in a block's message. */
export function unpackFrame({ meta, arrays }: Packed): DesignFrame {
  const numbers = arrays.siteRows ?? new Float64Array(0);
  const rows = Array.from({ length: numbers.length / OF_ROW }, (_, row): CellRow => {
    const [left, bottom, height, siteWidth, sites, orientation] = numbers.subarray(OF_ROW * row);
    return {
      left: left!,
      bottom: bottom!,
      height: height!,
      siteWidth: siteWidth!,
      sites: sites!,
      orientation: orientation!,
    };
  });
  const halos = arrays["halo-lefts"]
    ? (Object.fromEntries(SIDES.map((side) => [side, arrays[`halo-${side}`]])) as unknown as Halos)
    : undefined;
  return {
    core: meta.core as Rectangle | undefined,
    rows,
    halos,
    fences: (meta.fences as readonly Fence[] | undefined) ?? [],
    guides: (meta.guides as readonly Guide[] | undefined) ?? [],
  };
}
