// Scores the published placements of benchmarks/results/placements from the Bookshelf files alone, with no code of the product:
// half-perimeter wirelength, overlaps, and cells off the rows. The files of the blocks are not part of this repository.
// Run: node dist/benchmarks/rescore.js FOLDER_OF_BLOCK... (one that holds ibm01.aux or ibm01.aux.gz, …)
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";

/** Lengths in the files' units. */
export interface Score {
  /** Sum over all nets, each counted once. */
  readonly wirelength: number;
  /** Pairs of movable nodes that overlap. */
  readonly overlaps: number;
  /** Cells that do not stand on sites of one row, with their whole width. */
  readonly offRows: number;
  /** Macros that reach beyond the rows. */
  readonly outside: number;
  /** Nodes without a place. */
  readonly missing: number;
}

interface Node {
  readonly width: number;
  readonly height: number;
  readonly terminal: boolean;
}

interface Row {
  readonly left: number;
  readonly bottom: number;
  readonly site: number;
  readonly sites: number;
  readonly height: number;
}

interface Box {
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
  readonly top: number;
}

const PLACEMENTS = fileURLToPath(new URL("../../benchmarks/results/placements", import.meta.url));
/** Places are written to a millionth. */
const EDGE = 1e-3;

/** The files of placements, by the name of their block. */
export function publishedPlacements(): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(PLACEMENTS).map((name) => [name.replace(/\.pl\.gz$/, ""), join(PLACEMENTS, name)]),
  );
}

/** Scores the placement of a `.pl` file of the block whose `.nodes`, `.nets` and `.scl` files lie in `folder`. */
export function rescore(folder: string, placement: string): Score {
  const nodes = new Map<string, Node>();
  for (const [name, width, height, terminal] of words(find(folder, ".nodes")))
    if (name !== undefined && !name.startsWith("Num"))
      nodes.set(name, { width: Number(width), height: Number(height), terminal: terminal !== undefined });
  const rows = readRows(find(folder, ".scl"));
  const places = new Map<string, { x: number; y: number; orientation: string }>();
  for (const [name, x, y, orientation = "N"] of words(placement))
    places.set(name!, { x: Number(x), y: Number(y), orientation });
  const boxes: (Box & { readonly isMacro: boolean })[] = [];
  let [missing, outside, offRows] = [0, 0, 0];
  const core = {
    left: Math.min(...rows.map(({ left }) => left)),
    right: Math.max(...rows.map(({ left, site, sites }) => left + site * sites)),
    bottom: Math.min(...rows.map(({ bottom }) => bottom)),
    top: Math.max(...rows.map(({ bottom, height }) => bottom + height)),
  };
  for (const [name, node] of nodes) {
    const place = places.get(name);
    if (!place) missing++;
    if (!place || node.terminal) continue;
    const isTurned = /[EW]/.test(place.orientation);
    const [width, height] = isTurned ? [node.height, node.width] : [node.width, node.height];
    const box = { left: place.x, bottom: place.y, right: place.x + width, top: place.y + height };
    const isMacro = node.height > rows[0]!.height;
    boxes.push({ ...box, isMacro });
    const isInside =
      box.left >= core.left - EDGE &&
      box.right <= core.right + EDGE &&
      box.bottom >= core.bottom - EDGE &&
      box.top <= core.top + EDGE;
    if (isMacro && !isInside) outside++;
    if (!isMacro && !rows.some((row) => standsOn(row, box))) offRows++;
  }
  return {
    wirelength: wirelengthOf(find(folder, ".nets"), nodes, places),
    overlaps: overlapsOf(boxes),
    offRows,
    outside,
    missing,
  };
}

function wirelengthOf(
  path: string,
  nodes: ReadonlyMap<string, Node>,
  places: ReadonlyMap<string, { readonly x: number; readonly y: number; readonly orientation: string }>,
): number {
  let sum = 0;
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  const end = () => {
    if (right >= left) sum += right - left + top - bottom;
    [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  };
  for (const [name, , dx = "0", dy = "0"] of words(path)) {
    if (name === "NetDegree") end();
    const node = nodes.get(name!);
    const place = places.get(name!);
    if (!node || !place) continue;
    const { x: offX, y: offY } = turned(place.orientation, Number(dx), Number(dy));
    const isTurned = /[EW]/.test(place.orientation);
    const x = place.x + (isTurned ? node.height : node.width) / 2 + offX;
    const y = place.y + (isTurned ? node.width : node.height) / 2 + offY;
    [left, right, bottom, top] = [
      Math.min(left, x),
      Math.max(right, x),
      Math.min(bottom, y),
      Math.max(top, y),
    ];
  }
  end();
  return sum;
}

/** A pin's offset from the centre: mirrored about the vertical axis for F, then turned counterclockwise. */
function turned(orientation: string, dx: number, dy: number): { readonly x: number; readonly y: number } {
  const x = orientation.startsWith("F") ? -dx : dx;
  const turn = orientation.at(-1);
  if (turn === "S") return { x: -x, y: -dy };
  if (turn === "W") return { x: -dy, y: x };
  if (turn === "E") return { x: dy, y: -x };
  return { x, y: dy };
}

function standsOn({ left, bottom, site, sites, height }: Row, box: Box): boolean {
  const first = (box.left - left) / site;
  return (
    Math.abs(box.bottom - bottom) < EDGE &&
    box.top <= bottom + height + EDGE &&
    Math.abs(first - Math.round(first)) < EDGE &&
    first > -EDGE &&
    (box.right - left) / site < sites + EDGE
  );
}

/** From left to right: each box is compared with those of its strips that have not ended. */
function overlapsOf(boxes: readonly Box[]): number {
  const strip = 16;
  const open = new Map<number, Set<Box>>();
  const pairs = new Set<string>();
  const sorted = [...boxes].sort((a, b) => a.left - b.left);
  const numbers = new Map(sorted.map((box, i) => [box, i]));
  for (const box of sorted)
    for (let at = Math.floor(box.bottom / strip); at <= Math.floor((box.top - EDGE) / strip); at++) {
      const others = open.get(at) ?? new Set();
      open.set(at, others);
      for (const other of others) {
        if (other.right <= box.left + EDGE) others.delete(other);
        else if (other.bottom < box.top - EDGE && box.bottom < other.top - EDGE)
          pairs.add(`${numbers.get(other)} ${numbers.get(box)}`);
      }
      others.add(box);
    }
  return pairs.size;
}

function readRows(path: string): Row[] {
  const rows: Row[] = [];
  let row = { left: 0, bottom: 0, site: 1, sites: 0, height: 0 };
  for (const line of words(path)) {
    const key = line[0]!.toLowerCase();
    const value = Number(line[1]);
    if (key === "corerow") row = { ...row };
    else if (key === "coordinate") row.bottom = value;
    else if (key === "height") row.height = value;
    else if (key === "sitespacing") row.site = value;
    else if (key === "subroworigin") [row.left, row.sites] = [value, Number(line[3])];
    else if (key === "end") rows.push(row);
  }
  return rows;
}

/** The words of each line, without comments, headings and colons. */
function* words(path: string): Generator<string[]> {
  const bytes = readFileSync(path);
  const text = path.endsWith(".gz") ? gunzipSync(bytes).toString() : bytes.toString();
  for (const line of text.split("\n")) {
    const found = line.replace(/#.*/, "").replaceAll(":", " ").trim().split(/\s+/);
    if (found[0] !== "" && found[0] !== "UCLA") yield found;
  }
}

function find(folder: string, ending: string): string {
  const name = readdirSync(folder).find((file) => file.endsWith(ending) || file.endsWith(`${ending}.gz`));
  if (name === undefined) throw new Error(`${folder}: no ${ending} file`);
  return join(folder, name);
}

function main(folders: readonly string[]): void {
  if (folders.length === 0) {
    console.error("usage: node dist/benchmarks/rescore.js FOLDER_OF_BLOCK...");
    process.exitCode = 1;
  }
  for (const [name, placement] of publishedPlacements())
    for (const folder of folders) {
      if (!existsSync(join(folder, `${name}.aux`)) && !existsSync(join(folder, `${name}.aux.gz`))) continue;
      const { wirelength, overlaps, offRows, outside, missing } = rescore(folder, placement);
      console.log(
        `${name}: ${(wirelength / 1e6).toFixed(3)}e6, ${overlaps} overlaps, ${offRows} cells off the rows, ${outside} macros outside, ${missing} nodes without a place`,
      );
    }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main(process.argv.slice(2));
