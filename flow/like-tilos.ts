// `--like tilos`: the ICCAD04 suite as TILOS reads it. The values are those in the headers of its placements (repository
// MacroPlacement, Testcases/ICCAD04), which come from its runs of Circuit Training's grouper.
import { type Block, type Grid, InputError, isBookshelfPath } from "../netlist/index.js";

/** Tracks per database unit, a hundredth of a µm there. */
const ROUTING: Block["routing"] = {
  horizontal: 65.957 / 100,
  vertical: 106.957 / 100,
  horizontalUsedByMacros: 30.304 / 100,
  verticalUsedByMacros: 71.304 / 100,
};
const SMOOTHING = 2;
const OVERLAP_THRESHOLD = 0.004;

/** By block. Circuit Training's rule takes up to half a minute to find one. ibm05 has no macros and is not in the suite. */
const GRIDS: Readonly<Record<string, Grid>> = {
  ibm01: { columns: 45, rows: 41 },
  ibm02: { columns: 30, rows: 27 },
  ibm03: { columns: 32, rows: 29 },
  ibm04: { columns: 31, rows: 30 },
  ibm06: { columns: 31, rows: 28 },
  ibm07: { columns: 35, rows: 32 },
  ibm08: { columns: 38, rows: 34 },
  ibm09: { columns: 36, rows: 38 },
  ibm10: { columns: 55, rows: 41 },
  ibm11: { columns: 39, rows: 45 },
  ibm12: { columns: 47, rows: 47 },
  ibm13: { columns: 43, rows: 43 },
  ibm14: { columns: 49, rows: 44 },
  ibm15: { columns: 57, rows: 38 },
  ibm16: { columns: 45, rows: 48 },
  ibm17: { columns: 51, rows: 44 },
  ibm18: { columns: 55, rows: 39 },
};

/** The block with TILOS' tracks, smoothing and threshold, and with its grid if it is one of the suite. */
export function likeTilos(block: Block): Block {
  const grid = GRIDS[block.name] ?? block.grid;
  return { ...block, routing: ROUTING, smoothing: SMOOTHING, overlapThreshold: OVERLAP_THRESHOLD, grid };
}

/** Throws `InputError` if the block at a path is no Bookshelf set, whose units the values are for. */
export function refuseUnlike(path: string): void {
  if (!isBookshelfPath(path))
    throw new InputError("--like", `is for Bookshelf sets, and '${path}' is none`, "leave it out");
}
