// Which cells stand in which rows. Rows of one height and one width of sites are a kind. A cell stands in rows as high as it
// is, or else in several rows of the greatest height that divides its own.
import { type Block, type CellRow, InputError } from "../../netlist/index.js";
import { isLooseCell, ROUNDING } from "./row-space.js";

export interface RowKind {
  readonly rows: readonly CellRow[];
  readonly height: number;
  readonly siteWidth: number;
  /** Nodes of cells that stand in one row. */
  readonly cells: readonly number[];
  /** Nodes of cells that stand in several rows. */
  readonly tall: readonly number[];
}

/**
 * The kinds of rows that have cells, the highest first: their cells find it hardest to fit. Throws `InputError` for a block
 * without rows, and for a cell that no rows can hold.
 */
export function rowKindsOf(block: Block): readonly RowKind[] {
  const kinds = kindsOf(block);
  const heights = [...new Set(kinds.map(({ height }) => height))].map((height) => `${height} µm`);
  for (let node = 0; node < block.nodeCount; node++) {
    if (!isLooseCell(block, node)) continue;
    const height = block.heights[node]!;
    const kind = kindFor(kinds, height, block.widths[node]!);
    if (!kind)
      throw new InputError(
        `cell '${block.nodeNames[node]}'`,
        `is ${height} µm high, rows are ${heights.join(" or ")}`,
        "a cell must be as high as one row or as several",
      );
    (isTall(height, kind) ? kind.tall : kind.cells).push(node);
  }
  return kinds.filter(({ cells, tall }) => cells.length + tall.length > 0);
}

type GrowingKind = RowKind & { readonly cells: number[]; readonly tall: number[]; readonly rows: CellRow[] };

/** All kinds, the highest first; of one height that with most sites first. */
function kindsOf({ name, rows = [] }: Block): GrowingKind[] {
  if (rows.length === 0)
    throw new InputError(
      name,
      "has no rows for its standard cells",
      "give a Bookshelf set with its .scl file, or a DEF with ROW statements",
    );
  const kinds: GrowingKind[] = [];
  for (const row of rows) {
    const { height, siteWidth } = row;
    const like = kinds.find((kind) => isAlike(kind.height, height) && isAlike(kind.siteWidth, siteWidth));
    if (like) like.rows.push(row);
    else kinds.push({ rows: [row], height, siteWidth, cells: [], tall: [] });
  }
  const sitesOf = (kind: RowKind) => kind.rows.reduce((sum, { sites }) => sum + sites, 0);
  return kinds.sort((a, b) => (isAlike(a.height, b.height) ? sitesOf(b) - sitesOf(a) : b.height - a.height));
}

function kindFor(kinds: readonly GrowingKind[], height: number, width: number): GrowingKind | undefined {
  const fitting =
    kinds.find((kind) => isAlike(kind.height, height)) ??
    kinds.find((kind) => kind.height < height && isWhole(height / kind.height)) ??
    // Cells lower than a row stand at its bottom.
    kinds.findLast((kind) => kind.height > height);
  // Of rows as high as each other, those whose sites the cell fills.
  const alike = fitting && kinds.filter((kind) => isAlike(kind.height, fitting.height));
  return alike?.find((kind) => isWhole(width / kind.siteWidth)) ?? fitting;
}

function isTall(height: number, kind: RowKind): boolean {
  return height > kind.height * (1 + ROUNDING);
}

function isAlike(a: number, b: number): boolean {
  return Math.abs(a - b) <= ROUNDING * b;
}

function isWhole(ratio: number): boolean {
  return Math.abs(ratio - Math.round(ratio)) <= 2 * ROUNDING * ratio;
}
