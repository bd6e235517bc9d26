// Which cells stand in which rows. Rows of one height and one width of sites are a kind, and so are the cells of the same fences
// that stand in them. A cell stands in rows as high as it is, or else in several rows of the greatest height that divides its own.
import { type Block, type CellRow, InputError, type Rectangle } from "../../netlist/index.js";
import { type CellRegion, cellRegionsOf } from "./cell-regions.js";
import { isLooseCell, ROUNDING } from "./row-space.js";

export interface RowKind {
  readonly rows: readonly CellRow[];
  readonly height: number;
  readonly siteWidth: number;
  /** The fences of its cells, in words; "" for none. */
  readonly fences: string;
  /** Where its cells may not be, µm. */
  readonly forbidden: readonly Rectangle[];
  /** Nodes of cells that stand in one row. */
  readonly cells: readonly number[];
  /** Nodes of cells that stand in several rows. */
  readonly tall: readonly number[];
}

/**
 * The kinds of rows that have cells. Those whose cells find it hardest to fit come first: of regions with the least room, then the
 * highest. Throws `InputError` for a block without rows, and for a cell that no rows can hold.
 */
export function rowKindsOf(block: Block): readonly RowKind[] {
  const { regions, indexOf } = cellRegionsOf(block);
  const kindsOfRegion = regions.map((region) => kindsOf(block, region));
  const [kinds] = kindsOfRegion as [GrowingKind[]];
  const heights = [...new Set(kinds.map(({ height }) => height))].map((height) => `${height} µm`);
  for (let node = 0; node < block.nodeCount; node++) {
    if (!isLooseCell(block, node)) continue;
    const height = block.heights[node]!;
    const kind = kindFor(kindsOfRegion[indexOf(node)]!, height, block.widths[node]!);
    if (!kind)
      throw new InputError(
        `cell '${block.nodeNames[node]}'`,
        `is ${height} µm high, rows are ${heights.join(" or ")}`,
        "a cell must be as high as one row or as several",
      );
    (isTall(height, kind) ? kind.tall : kind.cells).push(node);
  }
  return kindsOfRegion.flat().filter(({ cells, tall }) => cells.length + tall.length > 0);
}

type GrowingKind = RowKind & { readonly cells: number[]; readonly tall: number[]; readonly rows: CellRow[] };

/** All kinds, the highest first; of one height that with most sites first. */
function kindsOf({ name, rows = [] }: Block, { fences, forbidden }: CellRegion): GrowingKind[] {
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
    else
      kinds.push({
        ...{ rows: [row], height, siteWidth, cells: [], tall: [] },
        ...{ fences: wordsOf(fences), forbidden },
      });
  }
  const sitesOf = (kind: RowKind) => kind.rows.reduce((sum, { sites }) => sum + sites, 0);
  return kinds.sort((a, b) => (isAlike(a.height, b.height) ? sitesOf(b) - sitesOf(a) : b.height - a.height));
}

function wordsOf(fences: readonly string[]): string {
  return fences.map((name) => `region '${name}'`).join(" and ");
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
