// From a Bookshelf set to a block. Database units are taken as micrometres, the format knows no other; the canvas is
// the box of the rows. Nodes higher than a row are hard macros, other movable ones standard cells; terminals are
// ports, but those higher than a row inside the canvas are hard macros that stay where they are.
import { type Block, NodeKind } from "../../block.js";
import { gridFor, hardSizes } from "../../grid-choice.js";
import { InputError } from "../../input-error.js";
import { emptyPlacement, type Placement } from "../../placement.js";
import { type AuxFiles, findAux, readAux, stemOf } from "./aux-file.js";
import {
  type Box,
  commonHeight,
  type FileParts,
  type FilePlaces,
  frameOf,
  makeParts,
  placer,
} from "./block-parts.js";
import { type NetWeights, readNets, readWeights } from "./nets.js";
import { type NodeList, type Row, readNodes, readRows, readShapes, Terminal } from "./nodes.js";
import { type PlLine, readPl } from "./places.js";

/** What was read, and what was not made use of. */
export interface BookshelfReading {
  readonly files: readonly string[];
  /** Endings of files that the .aux names and that are not read. */
  readonly unread: readonly string[];
  readonly nodes: number;
  readonly terminals: number;
  /** Terminals that are hard macros in the block. */
  readonly fixedMacros: number;
  /** Ports that pads with several pins have beyond their first. */
  readonly extraPorts: number;
  readonly rows: number;
  readonly rowHeight: number;
  /** Lower left corner of the rows' box in the files; the block's is 0, 0. */
  readonly origin: readonly [number, number];
  readonly nets: number;
  readonly pins: number;
  /** Nets without pins, left out. */
  readonly emptyNets: number;
  /** Nets of which no pin is an output: their first pin counts as driver. */
  readonly netsWithoutDriver: number;
  readonly netWeights: number;
  /** Lines of the weights file that are about nodes, not used. */
  readonly nodeWeights: number;
  /** Nodes with a shape of several rectangles; their box counts. */
  readonly shapes: number;
  readonly unplaced: number;
}

export interface LoadedBookshelf {
  readonly block: Block;
  readonly reading: BookshelfReading;
}

/** Whether `loadBookshelf` is the reader for a path: an `.aux` file, or a directory with one and no netlist text. */
export function isBookshelfPath(path: string): boolean {
  return findAux(path) !== undefined;
}

/** The files that `loadBookshelf` reads. */
export function bookshelfFiles(path: string): string[] {
  return readAux(auxOf(path)).all;
}

// Circuit Training's tracks per micrometre, for a unit of which a hundred make one: so TILOS reads the ICCAD04 suite.
const UNITS_PER_MICROMETRE = 100;

/**
 * Reads a Bookshelf set, gzip or not, by its `.aux` file or the directory that holds one.
 * @param routing tracks per µm; a hundredth of it is taken per unit
 */
export async function loadBookshelf(path: string, routing: Block["routing"]): Promise<LoadedBookshelf> {
  const files = readAux(auxOf(path));
  const nodes = await readNodes(files.nodes);
  const rows = await readRows(files.scl);
  const nets = await readNets(files.nets, nodes);
  const weights: NetWeights =
    files.wts === undefined
      ? { weights: new Float64Array(nets.names.length).fill(1), ofNodes: 0, ofNets: 0 }
      : await readWeights(files.wts, nodes, nets);
  const places = await readPlaces(files.pl, nodes);
  const shapes = files.shapes === undefined ? 0 : await readShapes(files.shapes, nodes);
  const box = boxOf(rows, files.scl);
  const file: FileParts = { nodes, rows, nets, weights, places, box };
  const parts = makeParts(stemOf(files.aux), file);
  const canvas = { width: box.right - box.left, height: box.top - box.bottom };
  const block: Block = {
    ...parts.netlist,
    fixed: parts.fixed,
    canvas,
    grid: gridFor(hardSizes(parts.netlist), canvas),
    routing: {
      horizontal: routing.horizontal / UNITS_PER_MICROMETRE,
      vertical: routing.vertical / UNITS_PER_MICROMETRE,
      horizontalUsedByMacros: routing.horizontalUsedByMacros / UNITS_PER_MICROMETRE,
      verticalUsedByMacros: routing.verticalUsedByMacros / UNITS_PER_MICROMETRE,
    },
    smoothing: 0,
    overlapThreshold: 0,
    blockages: [],
    initial: parts.initial,
    source: parts.frame,
  };
  return { block, reading: readingOf(file, block, { files, shapes }) };
}

function auxOf(path: string): string {
  const aux = findAux(path);
  if (aux === undefined)
    throw new InputError(path, "no Bookshelf set", "an .aux file or a directory with one was expected");
  return aux;
}

async function readPlaces(path: string, nodes: NodeList): Promise<FilePlaces> {
  const count = nodes.names.length;
  const { xs: lefts, ys: bottoms, orientations } = emptyPlacement(count);
  const fixed = new Uint8Array(count);
  await readEachPlace(path, nodes.numbers, (node, line) => {
    lefts[node] = line.left;
    bottoms[node] = line.bottom;
    orientations[node] = line.orientation;
    fixed[node] = line.fixed ? 1 : 0;
  });
  return { lefts, bottoms, orientations, fixed };
}

/** Lines of a `.pl` file by node number; each node at most once. */
async function readEachPlace(
  path: string,
  numbers: ReadonlyMap<string, number>,
  each: (node: number, line: PlLine) => void,
): Promise<void> {
  const seen = new Set<number>();
  await readPl(path, (line) => {
    const node = numbers.get(line.name);
    if (node === undefined)
      throw new InputError(
        line.where,
        `node '${line.name}' is not in the block`,
        "is this a placement of another block?",
      );
    if (seen.has(node)) throw new InputError(line.where, `node '${line.name}' is placed twice`);
    seen.add(node);
    each(node, line);
  });
}

function boxOf(rows: readonly Row[], path: string): Box {
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const row of rows) {
    left = Math.min(left, row.left);
    bottom = Math.min(bottom, row.bottom);
    right = Math.max(right, row.left + row.sites * row.siteSpacing);
    top = Math.max(top, row.bottom + row.height);
  }
  if (!(right > left)) throw new InputError(path, "the rows have no sites, so that the canvas has no area");
  return { left, bottom, right, top };
}

/**
 * The places that a `.pl` file gives the nodes of a Bookshelf block. Macros without a line are not placed, ports and
 * cells stay where they were.
 */
export async function readPlPlacement(path: string, block: Block): Promise<Placement> {
  const frame = frameOf(block);
  if (frame === undefined)
    throw new InputError(path, `'${block.name}' was not read from Bookshelf files`, "give a .plc file");
  const initial: Placement = {
    xs: block.initial.xs.slice(),
    ys: block.initial.ys.slice(),
    orientations: block.initial.orientations.slice(),
  };
  const numbers = new Map<string, number>();
  for (let node = 0; node < block.nodeCount; node++) {
    numbers.set(block.nodeNames[node]!, node);
    if (block.kinds[node] !== NodeKind.HardMacro) continue;
    initial.xs[node] = Number.NaN;
    initial.ys[node] = Number.NaN;
  }
  for (const { ports } of frame.terminals.values())
    for (const { node } of ports.slice(1)) numbers.delete(block.nodeNames[node]!);
  const put = placer(block, frame, initial);
  await readEachPlace(path, numbers, (node, line) => put(node, line));
  return initial;
}

function readingOf(
  { nodes, rows, nets, weights, box }: FileParts,
  block: Block,
  { files, shapes }: { files: AuxFiles; shapes: number },
): BookshelfReading {
  let terminals = 0;
  let fixedMacros = 0;
  let unplaced = 0;
  for (let node = 0; node < nodes.names.length; node++) {
    if (Number.isNaN(block.initial.xs[node]!)) unplaced++;
    if (nodes.terminals[node] === Terminal.Movable) continue;
    terminals++;
    if (block.kinds[node] === NodeKind.HardMacro) fixedMacros++;
  }
  return {
    files: files.all,
    unread: files.unread,
    nodes: nodes.names.length,
    terminals,
    fixedMacros,
    extraPorts: block.nodeCount - nodes.names.length,
    rows: rows.length,
    rowHeight: commonHeight(rows),
    origin: [box.left, box.bottom],
    nets: nets.names.length,
    pins: nets.pinNodes.length,
    emptyNets: nets.empty,
    netsWithoutDriver: nets.driven.reduce((count, driven) => count + 1 - driven, 0),
    netWeights: weights.ofNets,
    nodeWeights: weights.ofNodes,
    shapes,
    unplaced,
  };
}
