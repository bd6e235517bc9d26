// Loads a block from a Bookshelf set. Database units count as micrometres because the format has no others. The canvas is
// the bounding box of the rows. Movable nodes higher than a row are hard macros, others are standard cells. Terminals
// are ports, except those inside the canvas that are as high as a row, which are fixed cells, or higher, which are fixed
// hard macros. Nodes that the .pl file fixes are fixed whatever they are.
import { type Block, NodeKind, type Rectangle } from "../../block.js";
import { isFixedCell } from "../../fixed-cells.js";
import { gridBesideFixed, gridFor, hardSizes } from "../../grid-choice.js";
import { InputError } from "../../input-error.js";
import { isSideways } from "../../orientation.js";
import { emptyPlacement, type Placement } from "../../placement.js";
import { type AuxFiles, findAux, readAux, stemOf } from "./aux-file.js";
import {
  type BookshelfFrame,
  type Box,
  commonHeight,
  type FileParts,
  type FilePlaces,
  frameOf,
  makeParts,
  placer,
} from "./block-parts.js";
import { type NetWeights, readNets, readWeights } from "./nets.js";
import { type NodeList, type Row, readNodes, readRows, Terminal } from "./nodes.js";
import { type PlLine, readPl } from "./places.js";
import { type Route, readRoute, routingOf } from "./route.js";
import { outlineOf, readShapes, type Shape } from "./shapes.js";

/** A summary of what was read and what was not used. */
export interface BookshelfReading {
  readonly files: readonly string[];
  /** Names of files in the .aux file that are not read. */
  readonly unread: readonly string[];
  readonly nodes: number;
  readonly terminals: number;
  /** Terminals that became hard macros. */
  readonly fixedMacros: number;
  /** Standard cells that may not move: terminals inside the canvas, and cells that the .pl file fixes. */
  readonly fixedCells: number;
  /** Ports of the second and further pins of pads. */
  readonly extraPorts: number;
  readonly rows: number;
  readonly rowHeight: number;
  /** Lower left corner of the canvas in the files; in the block it is 0, 0. */
  readonly origin: readonly [number, number];
  readonly nets: number;
  readonly pins: number;
  /** Nets without pins, which are left out. */
  readonly emptyNets: number;
  /** Nets without an output pin; their first pin counts as driver. */
  readonly netsWithoutDriver: number;
  readonly netWeights: number;
  /** Weights of nodes, which are not used. */
  readonly nodeWeights: number;
  /** Nodes with a shape of several rectangles, and those of them that count as their box because they may move. */
  readonly shapes: number;
  readonly shapesAsBoxes: number;
  /** Layers of the `.route` file that grant tracks; 0 if there is none. */
  readonly routeLayers: number;
  readonly unplaced: number;
}

export interface LoadedBookshelf {
  readonly block: Block;
  readonly reading: BookshelfReading;
}

/** Whether `loadBookshelf` reads a path: an `.aux` file, or a directory with one and without a netlist text file. */
export function isBookshelfPath(path: string): boolean {
  return findAux(path) !== undefined;
}

/** The files that `loadBookshelf` reads. */
export function bookshelfFiles(path: string): string[] {
  return readAux(auxOf(path)).all;
}

// The default tracks are per µm. TILOS reads the ICCAD04 suite with units of a hundredth of a µm; so do we.
const UNITS_PER_MICROMETRE = 100;

/**
 * Reads a Bookshelf set, gzip or not, by its `.aux` file or its directory. Throws `InputError` if a file is wrong.
 * @param routing tracks per µm; the block gets a hundredth of them per unit
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
  const shapes = files.shapes === undefined ? [] : await readShapes(files.shapes, nodes);
  const route = files.route === undefined ? undefined : await readRoute(files.route, nodes);
  const box = boxOf(rows, files.scl);
  const outlines = outlinesOf(shapes, nodes, places);
  const file: FileParts = { nodes, rows, nets, weights, places, outlines, box };
  const parts = makeParts(stemOf(files.aux), file);
  const granted = route && withParts(route, parts.frame);
  const canvas = { width: box.right - box.left, height: box.top - box.bottom };
  const source: BookshelfFrame = { ...parts.frame, route: granted };
  const block: Block = {
    ...parts.netlist,
    fixed: parts.fixed,
    canvas,
    grid: gridBesideFixed(
      parts.netlist,
      { fixed: parts.fixed, initial: parts.initial, canvas },
      gridFor(hardSizes(parts.netlist, { canvas }), canvas),
    ),
    routing: (granted && routingOf(granted, parts.netlist)) ?? {
      horizontal: routing.horizontal / UNITS_PER_MICROMETRE,
      vertical: routing.vertical / UNITS_PER_MICROMETRE,
      horizontalUsedByMacros: routing.horizontalUsedByMacros / UNITS_PER_MICROMETRE,
      verticalUsedByMacros: routing.verticalUsedByMacros / UNITS_PER_MICROMETRE,
    },
    smoothing: 0,
    overlapThreshold: 0,
    blockages: [],
    // Cells of the contests stand in orientation N, whatever the row's.
    rows: rows.map(({ left, bottom, height, siteSpacing, sites }) => ({
      left: left - box.left,
      bottom: bottom - box.bottom,
      height,
      siteWidth: siteSpacing,
      sites,
      orientation: 0,
    })),
    initial: parts.initial,
    source,
  };
  return { block, reading: readingOf(file, block, { files, shapes, route }) };
}

/** Outlines of the fixed nodes that are no rectangles. Where a movable one would be is not known: its box counts. */
function outlinesOf(
  shapes: readonly Shape[],
  nodes: NodeList,
  { lefts, bottoms, orientations, fixed }: FilePlaces,
): ReadonlyMap<number, readonly Rectangle[]> {
  const outlines = new Map<number, readonly Rectangle[]>();
  for (const shape of shapes) {
    const { node } = shape;
    const [left, bottom] = [lefts[node]!, bottoms[node]!];
    if ((nodes.terminals[node] === Terminal.Movable && !fixed[node]) || Number.isNaN(left + bottom)) continue;
    const sideways = isSideways(orientations[node]!);
    const right = left + (sideways ? nodes.heights : nodes.widths)[node]!;
    const top = bottom + (sideways ? nodes.widths : nodes.heights)[node]!;
    const outline = outlineOf(shape, nodes.names[node]!, { left, bottom, right, top });
    if (outline) outlines.set(node, outline);
  }
  return outlines;
}

/** With what a node blocks for each of its parts. */
function withParts(route: Route, { outlines }: BookshelfFrame): Route {
  const blocked = new Map(route.blocked);
  for (const { parts } of outlines.values()) {
    const layers = blocked.get(parts[0]!.node);
    if (layers) for (const { node } of parts) blocked.set(node, layers);
  }
  return { ...route, blocked };
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

/** Calls `each` for every line of a `.pl` file. Throws `InputError` for unknown and for repeated nodes. */
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
 * Reads a `.pl` file as a placement of a Bookshelf block. Macros without a line are not placed; ports and cells without
 * one keep their initial places. Throws `InputError` if the block is not from Bookshelf files.
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
  for (const { parts } of frame.outlines.values())
    for (const { node } of parts.slice(1)) numbers.delete(block.nodeNames[node]!);
  const put = placer(block, frame, initial);
  await readEachPlace(path, numbers, (node, line) => put(node, line));
  return initial;
}

/** Nodes that were added for further parts of outlines. */
function partCount(outlines: FileParts["outlines"]): number {
  return [...outlines.values()].reduce((count, parts) => count + parts.length - 1, 0);
}

function readingOf(
  { nodes, rows, nets, weights, box, outlines }: FileParts,
  block: Block,
  {
    files,
    shapes,
    route,
  }: { readonly files: AuxFiles; readonly shapes: readonly Shape[]; readonly route: Route | undefined },
): BookshelfReading {
  let terminals = 0;
  let fixedMacros = 0;
  let fixedCells = 0;
  let unplaced = 0;
  for (let node = 0; node < nodes.names.length; node++) {
    if (Number.isNaN(block.initial.xs[node]!)) unplaced++;
    if (isFixedCell(block, node)) fixedCells++;
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
    fixedCells,
    extraPorts: block.nodeCount - nodes.names.length - partCount(outlines),
    rows: rows.length,
    rowHeight: commonHeight(rows),
    origin: [box.left, box.bottom],
    nets: nets.names.length,
    pins: nets.pinNodes.length,
    emptyNets: nets.empty,
    netsWithoutDriver: nets.driven.reduce((count, driven) => count + 1 - driven, 0),
    netWeights: weights.ofNets,
    nodeWeights: weights.ofNodes,
    shapes: shapes.length,
    shapesAsBoxes: shapes.filter(({ node }) => block.fixed[node] === 0).length,
    routeLayers: route?.layers.length ?? 0,
    unplaced,
  };
}
