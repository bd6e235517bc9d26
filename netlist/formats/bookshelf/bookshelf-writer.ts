// Writer of Bookshelf sets: `.aux .nodes .nets .wts .pl .scl`. Sizes and offsets keep every digit. Corners in the .pl file
// are rounded to a millionth of a database unit, so that reading and writing again gives the same file. A block from
// another format keeps its rows, or gets some by whose height a reader can tell macros from cells.
import { lstatSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Block, NodeKind } from "../../block.js";
import { InputError } from "../../input-error.js";
import { isSideways, ORIENTATION_NAMES, turnOffset } from "../../orientation.js";
import { copyPlacement, type Placement } from "../../placement.js";
import { removeFile, writeFileAtomically } from "../../write-file.js";
import { type FilePlace, frameOf, type Outline, partOffset, placer } from "./block-parts.js";
import type { Row } from "./nodes.js";
import { LARGEST } from "./words.js";

const PIECE_LINES = 4096;

/**
 * Writes block and placement as the files of an `.aux` path; if it ends in `.gz`, all files are gzip. Returns their
 * paths. Throws `InputError` for what the format cannot hold: soft macros, names of several words or given twice,
 * numbers beyond a billion, macros that are no higher than cells.
 */
export async function writeBookshelf(path: string, block: Block, placement: Placement): Promise<string[]> {
  const match = /^(.+)\.aux(\.gz)?$/.exec(basename(path));
  if (!match) throw new InputError(path, "an .aux file was expected");
  const [, stem, gz = ""] = match;
  const further = furtherNodes(block);
  const names = new Set<string>();
  for (let node = 0; node < block.nodeCount; node++) {
    const name = block.nodeNames[node]!;
    checkName(path, name);
    if (!further.has(node) && names.has(name))
      throw new InputError(
        path,
        `two nodes are called '${name}', the format knows them by name`,
        "rename one",
      );
    names.add(name);
    if (block.kinds[node] === NodeKind.SoftMacro)
      throw new InputError(
        path,
        `soft macro '${block.nodeNames[node]}' cannot be written: Bookshelf knows cells and macros only`,
        "convert the flat netlist",
      );
  }
  const rows = frameOf(block)?.rows ?? ownRows(block) ?? makeRows(path, block);
  const file = (ending: string) => join(dirname(path), `${stem}.${ending}${gz}`);
  // It names the others, and is written last: a process killed at any moment leaves a whole set or none.
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile()) removeFile(path);
  await writeFileAtomically(file("nodes"), inPieces(nodeLines(path, block)));
  await writeFileAtomically(file("nets"), inPieces(netLines(path, block)));
  await writeFileAtomically(file("wts"), inPieces(weightLines(path, block)));
  await writeFileAtomically(file("scl"), inPieces(rowLines(path, rows)));
  await writePl(file("pl"), block, placement);
  const parts = ["nodes", "nets", "wts", "pl", "scl"];
  if (frameOf(block)?.outlines.size) {
    await writeFileAtomically(file("shapes"), inPieces(shapeLines(path, block, placement)));
    parts.push("shapes");
  }
  await writeFileAtomically(
    path,
    `RowBasedPlacement : ${parts.map((part) => `${stem}.${part}`).join(" ")}\n`,
  );
  return [path, ...parts.map(file)];
}

function* inPieces(lines: Iterable<string>): Generator<string> {
  let piece: string[] = [];
  for (const line of lines) {
    piece.push(line);
    if (piece.length < PIECE_LINES) continue;
    yield `${piece.join("\n")}\n`;
    piece = [];
  }
  if (piece.length > 0) yield `${piece.join("\n")}\n`;
}

function* nodeLines(where: string, block: Block): Generator<string> {
  const further = furtherNodes(block);
  let terminals = 0;
  for (let node = 0; node < block.nodeCount; node++)
    if (isTerminal(block, node) && !further.has(node)) terminals++;
  yield "UCLA nodes 1.0";
  yield "";
  yield `NumNodes : ${block.nodeCount - further.size}`;
  yield `NumTerminals : ${terminals}`;
  for (let node = 0; node < block.nodeCount; node++) {
    if (further.has(node)) continue;
    const name = block.nodeNames[node]!;
    const frame = frameOf(block);
    const pad = frame?.terminals.get(name);
    const { width, height } = pad ??
      frame?.outlines.get(name) ?? { width: block.widths[node]!, height: block.heights[node]! };
    const flag = pad?.coverable ? "\tterminal_NI" : isTerminal(block, node) ? "\tterminal" : "";
    yield `${name}\t${number(where, width)}\t${number(where, height)}${flag}`;
  }
}

/** Ports only. Fixed macros and cells are fixed by the .pl file; as terminals they could be read as ports. */
function isTerminal(block: Block, node: number): boolean {
  return block.kinds[node] === NodeKind.Port;
}

// Turns offsets from the terminal's orientation back to N: E and W undo each other, the others undo themselves.
const UNDO = [0, 1, 2, 3, 6, 5, 4, 7] as const;

function* netLines(where: string, block: Block): Generator<string> {
  const { netStarts, netPins, pinNodes, pinXOffsets, pinYOffsets } = block;
  const frame = frameOf(block);
  const pads = padPins(block);
  yield "UCLA nets 1.0";
  yield "";
  yield `NumNets : ${block.netCount}`;
  yield `NumPins : ${netPins.length}`;
  for (let net = 0; net < block.netCount; net++) {
    const start = netStarts[net]!;
    const end = netStarts[net + 1]!;
    const name = netName(block, net);
    checkName(where, name);
    yield `NetDegree : ${end - start} ${name}`;
    const driven = frame ? frame.drivenNets[net]! : 1;
    for (let i = start; i < end; i++) {
      const pin = netPins[i]!;
      const node = pinNodes[pin]!;
      const direction = driven ? (i === start ? "O" : "I") : "B";
      const pad = pads.get(node);
      const outline = frame?.outlines.get(block.nodeNames[node]!);
      const [ownX, ownY] = outline ? inBox(outline, block, pin) : [pinXOffsets[pin]!, pinYOffsets[pin]!];
      const x = (pad?.x ?? 0) + ownX;
      const y = (pad?.y ?? 0) + ownY;
      yield `\t${pad?.name ?? block.nodeNames[node]} ${direction} : ${number(where, x)} ${number(where, y)}`;
    }
  }
}

/** Offset of a pin from the centre of the box of its node in orientation N, of which the block has the first part. */
function inBox(outline: Outline, { pinXOffsets, pinYOffsets }: Block, pin: number): [number, number] {
  const from = partOffset(outline);
  const turned = [pinXOffsets[pin]! + from.x, pinYOffsets[pin]! + from.y] as const;
  const [x, y] = turnOffset(UNDO[outline.orientation]!, ...turned);
  return [x + 0, y + 0];
}

/** Rectangles of the nodes that are none, where the placement has them. */
function* shapeLines(where: string, block: Block, placement: Placement): Generator<string> {
  const { originX, originY, outlines } = frameOf(block)!;
  yield "UCLA shapes 1.0";
  yield "";
  yield `NumNonRectangularNodes : ${outlines.size}`;
  for (const [name, { parts }] of outlines) {
    yield `${name} : ${parts.length}`;
    for (const [i, { node, left, bottom, right, top }] of parts.entries()) {
      const [width, height] = [right - left, top - bottom];
      const x = unit(where, placement.xs[node]! + originX - width / 2);
      const y = unit(where, placement.ys[node]! + originY - height / 2);
      yield `\tShape_${i}\t${x}\t${y}\t${number(where, width)}\t${number(where, height)}`;
    }
  }
}

function netName(block: Block, net: number): string {
  return frameOf(block)?.netNames[net] ?? `net${net}`;
}

/** Per port the name of its terminal, and its offset from the terminal's centre in orientation N. */
function padPins(block: Block): ReadonlyMap<number, { name: string; x: number; y: number }> {
  const pads = new Map<number, { name: string; x: number; y: number }>();
  for (const [name, { orientation, ports }] of frameOf(block)?.terminals ?? [])
    for (const { node, xOffset, yOffset } of ports) {
      const [x, y] = turnOffset(UNDO[orientation]!, xOffset, yOffset);
      pads.set(node, { name, x: x + 0, y: y + 0 });
    }
  return pads;
}

function* weightLines(where: string, block: Block): Generator<string> {
  yield "UCLA wts 1.0";
  yield "";
  for (let net = 0; net < block.netCount; net++)
    if (block.netWeights[net] !== 1) yield `${netName(block, net)}\t${number(where, block.netWeights[net]!)}`;
}

function* rowLines(where: string, rows: readonly Row[]): Generator<string> {
  yield "UCLA scl 1.0";
  yield "";
  yield `NumRows : ${rows.length}`;
  for (const row of rows) {
    yield "CoreRow Horizontal";
    yield `  Coordinate : ${number(where, row.bottom)}`;
    yield `  Height : ${number(where, row.height)}`;
    yield `  Sitewidth : ${number(where, row.siteWidth)}`;
    yield `  Sitespacing : ${number(where, row.siteSpacing)}`;
    yield `  Siteorient : ${row.orientation}`;
    yield `  Sitesymmetry : ${row.symmetry}`;
    yield `  SubrowOrigin : ${number(where, row.left)} NumSites : ${row.sites}`;
    yield "End";
  }
}

/**
 * The rows of a block from another format, such as DEF. Undefined if there are none, or a reader would not read the same block
 * by them: it takes the canvas from the rows, and takes what is higher than a row for a macro.
 */
function ownRows(block: Block): Row[] | undefined {
  const { rows = [], canvas } = block;
  if (rows.length === 0) return undefined;
  const hull = { left: Infinity, bottom: Infinity, right: -Infinity, top: -Infinity };
  let [lowest, highest] = [Infinity, 0];
  for (const { left, bottom, height, siteWidth, sites } of rows) {
    hull.left = Math.min(hull.left, left);
    hull.bottom = Math.min(hull.bottom, bottom);
    hull.right = Math.max(hull.right, left + sites * siteWidth);
    hull.top = Math.max(hull.top, bottom + height);
    lowest = Math.min(lowest, height);
    highest = Math.max(highest, height);
  }
  const isNear = (a: number, b: number) => Math.abs(a - b) < 1e-9 * (canvas.width + canvas.height);
  if (!isNear(hull.left, 0) || !isNear(hull.bottom, 0)) return undefined;
  if (!isNear(hull.right, canvas.width) || !isNear(hull.top, canvas.height)) return undefined;
  for (let node = 0; node < block.nodeCount; node++) {
    const [kind, height] = [block.kinds[node], block.heights[node]!];
    if (kind === NodeKind.StandardCell && height > lowest * (1 + 1e-9)) return undefined;
    if (kind === NodeKind.HardMacro && height <= highest) return undefined;
  }
  return rows.map(({ left, bottom, height, siteWidth, sites, orientation }) => ({
    ...{ left, bottom, height, siteWidth, siteSpacing: siteWidth, sites },
    orientation: ORIENTATION_NAMES[orientation]!,
    symmetry: "Y",
  }));
}

const MOST_ROWS = 100_000;

/** Rows that fill the canvas, as high as the highest cell, or as half the lowest macro if there are no cells. */
function makeRows(path: string, block: Block): Row[] {
  let highestCell = 0;
  let lowestMacro = block.canvas.height;
  for (let node = 0; node < block.nodeCount; node++) {
    const height = block.heights[node]!;
    if (block.kinds[node] === NodeKind.StandardCell) highestCell = Math.max(highestCell, height);
    else if (block.kinds[node] === NodeKind.HardMacro) lowestMacro = Math.min(lowestMacro, height);
  }
  if (highestCell >= lowestMacro)
    throw new InputError(
      path,
      `a macro is ${lowestMacro} high and a cell ${highestCell}: Bookshelf knows macros by being higher than cells`,
      "cluster the cells, or write another format",
    );
  const { width, height } = block.canvas;
  const rowHeight = Math.max(highestCell > 0 ? highestCell : lowestMacro / 2, height / MOST_ROWS);
  const sites = Math.min(Math.max(Math.round(width), 1), MOST_ROWS);
  const site = width / sites;
  const rows: Row[] = [];
  for (let bottom = 0; bottom < height * (1 - 1e-9); bottom = rows.length * rowHeight)
    rows.push({
      bottom,
      height: Math.min(rowHeight, height - bottom),
      siteWidth: site,
      siteSpacing: site,
      left: 0,
      sites,
      orientation: "N",
      symmetry: "Y",
    });
  return rows;
}

/**
 * Writes `placement` of `block` to `path` (`.pl`), as gzip if it ends in `.gz`. Nodes that are not placed get no line. A
 * pad with several ports is placed by its first.
 */
export async function writePl(path: string, block: Block, placement: Placement): Promise<void> {
  await writeFileAtomically(path, inPieces(placeLines(path, block, placement)));
}

function* placeLines(where: string, block: Block, placement: Placement): Generator<string> {
  const frame = frameOf(block);
  yield "UCLA pl 1.0";
  yield "";
  for (const { node, left, bottom, orientation } of placesInFile(where, block, placement)) {
    const name = block.nodeNames[node]!;
    checkName(where, name);
    const isCoverable = block.kinds[node] === NodeKind.Port && frame?.terminals.get(name)?.coverable;
    const fixed = block.fixed[node] ? (isCoverable ? " /FIXED_NI" : " /FIXED") : "";
    yield `${name}\t${left}\t${bottom}\t: ${ORIENTATION_NAMES[orientation]}${fixed}`;
  }
}

/** Where a `.pl` file puts the nodes that have a line. */
function* placesInFile(
  where: string,
  block: Block,
  placement: Placement,
): Generator<FilePlace & { readonly node: number }> {
  const frame = frameOf(block);
  const { originX, originY } = frame ?? { originX: 0, originY: 0 };
  const further = furtherNodes(block);
  for (let node = 0; node < block.nodeCount; node++) {
    if (further.has(node)) continue;
    let x = placement.xs[node]! + originX;
    let y = placement.ys[node]! + originY;
    if (Number.isNaN(x + y)) continue;
    let [width, height] = [block.widths[node]!, block.heights[node]!];
    let orientation = placement.orientations[node]!;
    const name = block.nodeNames[node]!;
    const terminal = block.kinds[node] === NodeKind.Port ? frame?.terminals.get(name) : undefined;
    if (terminal) {
      ({ width, height, orientation } = terminal);
      x -= terminal.ports[0]!.xOffset;
      y -= terminal.ports[0]!.yOffset;
    }
    const outline = frame?.outlines.get(name);
    if (outline) {
      ({ width, height, orientation } = outline);
      const from = partOffset(outline);
      x -= from.x;
      y -= from.y;
    }
    const sideways = isSideways(orientation);
    const left = unit(where, x - (sideways ? height : width) / 2);
    const bottom = unit(where, y - (sideways ? width : height) / 2);
    yield { node, left, bottom, orientation };
  }
}

/**
 * A placement of a Bookshelf block as its `.pl` file gives it back, since the file has six digits after the point. Throws
 * `InputError` for places that the format cannot hold.
 */
export function placementInPl(block: Block, placement: Placement): Placement {
  const frame = frameOf(block);
  if (frame === undefined) throw new Error(`internal: '${block.name}' was not read from Bookshelf files`);
  const result = copyPlacement(placement);
  const put = placer(block, frame, result);
  for (const { node, ...place } of placesInFile(block.name, block, placement)) put(node, place);
  return result;
}

/** Ports of the second and further pins of pads, and further parts of outlines, which are no nodes in the files. */
function furtherNodes(block: Block): ReadonlySet<number> {
  const further = new Set<number>();
  for (const { ports } of frameOf(block)?.terminals.values() ?? [])
    for (const { node } of ports.slice(1)) further.add(node);
  for (const { parts } of frameOf(block)?.outlines.values() ?? [])
    for (const { node } of parts.slice(1)) further.add(node);
  return further;
}

/** Throws `InputError` for a name that the format cannot hold: it must be one word, and no comment. */
function checkName(where: string, name: string): void {
  if (!/^[^\s#:/][^\s#]*$/.test(name) || name === "UCLA")
    throw new InputError(
      where,
      `'${name}' cannot be written: Bookshelf names are single words without '#' that do not begin with ':' or '/'`,
      "rename it",
    );
}

/** Rounds to a millionth of a unit: far below any site width, and far above rounding errors of doubles. */
function unit(where: string, value: number): number {
  return checked(where, Number(value.toFixed(6)) + 0);
}

function number(where: string, value: number): string {
  return String(checked(where, value));
}

/** Throws `InputError` for a number that readers refuse. */
function checked(where: string, value: number): number {
  if (!(Math.abs(value) <= LARGEST))
    throw new InputError(where, `${value} cannot be written, numbers are at most ${LARGEST} in this format`);
  return value;
}
