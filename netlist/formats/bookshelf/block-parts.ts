// From the lists of a Bookshelf set to nodes, pins, nets and places of a block.
import { type Block, type BlockSource, type Netlist, NodeKind, type Rectangle } from "../../block.js";
import { freshName } from "../../names.js";
import { isSideways, turnOffset } from "../../orientation.js";
import { emptyPlacement, type Placement } from "../../placement.js";
import type { NetList, NetWeights } from "./nets.js";
import { type NodeList, type Row, Terminal } from "./nodes.js";
import type { Route } from "./route.js";

/** A terminal that became a port of the block, or several ports if it has several pins. */
export interface TerminalPorts {
  /** Size in database units in orientation N. */
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
  /** Whether other nodes may overlap it (`terminal_NI`). */
  readonly coverable: boolean;
  /** Its ports, the first with the terminal's name, and their offsets from its centre, as turned. */
  readonly ports: { readonly node: number; readonly xOffset: number; readonly yOffset: number }[];
}

/** A fixed node that is no rectangle: the block has a node for each part of it. */
export interface Outline {
  /** The node's box in database units in orientation N, as in the files. */
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
  /** Its parts, the node with its name first: lower-left corners from that of the box as it is turned. */
  readonly parts: readonly (Rectangle & { readonly node: number })[];
}

/** What a block read from Bookshelf files needs to be written back. */
export interface BookshelfFrame extends BlockSource {
  readonly format: "bookshelf";
  /** Lower left corner of the canvas in the files. */
  readonly originX: number;
  readonly originY: number;
  readonly rows: readonly Row[];
  /** By the name of the terminal. */
  readonly terminals: ReadonlyMap<string, TerminalPorts>;
  /** By the name of the node. */
  readonly outlines: ReadonlyMap<string, Outline>;
  /** Of the `.route` file, with each part of an outline as a node. */
  readonly route?: Route | undefined;
  /** Names of nets in the files. */
  readonly netNames: readonly string[];
  /** Per net, 1 if the files name its driver. */
  readonly drivenNets: Uint8Array;
}

/** The frame of a block whose nodes are those of Bookshelf files, else undefined. */
export function frameOf({ source }: Block): BookshelfFrame | undefined {
  return source?.format === "bookshelf" ? (source as BookshelfFrame) : undefined;
}

/** Places of nodes in the files: lower left corners in database units, orientation codes, fixed flags. */
export interface FilePlaces {
  readonly lefts: Float64Array;
  readonly bottoms: Float64Array;
  readonly orientations: Uint8Array;
  readonly fixed: Uint8Array;
}

export interface Box {
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
  readonly top: number;
}

/** What the files of a set hold, in database units. */
export interface FileParts {
  readonly nodes: NodeList;
  readonly rows: readonly Row[];
  readonly nets: NetList;
  readonly weights: NetWeights;
  readonly places: FilePlaces;
  /** Per node that is no rectangle, its parts where they are, the largest first. */
  readonly outlines: ReadonlyMap<number, readonly Rectangle[]>;
  /** Bounds of the rows. */
  readonly box: Box;
}

interface Parts {
  readonly netlist: Netlist;
  readonly fixed: Uint8Array;
  readonly initial: Placement;
  readonly frame: BookshelfFrame;
}

/**
 * Nodes of the block: those of the files, in their order, then a port for each further pin of a pad, then the further parts of
 * nodes that are no rectangles.
 */
export function makeParts(name: string, file: FileParts): Parts {
  const { nodes, rows, nets, places, box } = file;
  const fileCount = nodes.names.length;
  const kinds = kindsOf(file);
  const pinNodes = nets.pinNodes.slice();
  const pinXOffsets = nets.pinXOffsets.slice();
  const pinYOffsets = nets.pinYOffsets.slice();
  const names = nodes.names.slice();
  const pinNames: string[] = new Array(pinNodes.length);
  const pinsSeen = new Int32Array(fileCount);
  const terminals = new Map<string, TerminalPorts>();
  for (let node = 0; node < fileCount; node++) {
    if (kinds[node] !== NodeKind.Port) continue;
    terminals.set(nodes.names[node]!, {
      width: nodes.widths[node]!,
      height: nodes.heights[node]!,
      orientation: places.orientations[node]!,
      coverable: nodes.terminals[node] === Terminal.Coverable,
      ports: [{ node, xOffset: 0, yOffset: 0 }],
    });
  }
  for (let pin = 0; pin < pinNodes.length; pin++) {
    const owner = pinNodes[pin]!;
    const count = pinsSeen[owner]!++;
    const ownerName = nodes.names[owner]!;
    if (kinds[owner] === NodeKind.HardMacro)
      pinNames[pin] = freshName(`${ownerName}/p${count}`, nodes.numbers);
    else pinNames[pin] = ownerName;
    if (kinds[owner] !== NodeKind.Port) continue;
    // A port is a point, at the pad's pin. Each further pin of a pad becomes a port of its own.
    const { orientation, ports } = terminals.get(ownerName)!;
    const [xOffset, yOffset] = turnOffset(orientation, pinXOffsets[pin]!, pinYOffsets[pin]!);
    if (count === 0) ports[0] = { node: owner, xOffset, yOffset };
    else {
      const portName = freshName(`${ownerName}/p${count}`, nodes.numbers);
      ports.push({ node: names.length, xOffset, yOffset });
      pinNodes[pin] = names.length;
      pinNames[pin] = portName;
      names.push(portName);
    }
    pinXOffsets[pin] = 0;
    pinYOffsets[pin] = 0;
  }
  const outlines = addParts(file, kinds, names);
  const nodeCount = names.length;
  const extended = new Uint8Array(nodeCount).fill(NodeKind.Port);
  extended.set(kinds);
  const widths = new Float64Array(nodeCount);
  const heights = new Float64Array(nodeCount);
  const fixed = new Uint8Array(nodeCount).fill(1);
  for (let node = 0; node < fileCount; node++) {
    if (kinds[node] === NodeKind.Port) continue;
    widths[node] = nodes.widths[node]!;
    heights[node] = nodes.heights[node]!;
    fixed[node] = nodes.terminals[node] !== Terminal.Movable || places.fixed[node] ? 1 : 0;
  }
  for (const [name, { parts }] of outlines)
    for (const { node, left, bottom, right, top } of parts) {
      extended[node] = kinds[nodes.numbers.get(name)!]!;
      [widths[node], heights[node]] = [right - left, top - bottom];
    }
  for (let pin = 0; pin < pinNodes.length; pin++) {
    const owner = pinNodes[pin]!;
    const outline = owner < fileCount ? outlines.get(names[owner]!) : undefined;
    if (!outline) continue;
    const [x, y] = turnOffset(outline.orientation, pinXOffsets[pin]!, pinYOffsets[pin]!);
    const from = partOffset(outline);
    [pinXOffsets[pin], pinYOffsets[pin]] = [x - from.x, y - from.y];
  }
  const pins = { pinCount: pinNodes.length, pinNodes, pinXOffsets, pinYOffsets, pinNames };
  const full = withPinPerPort(pins, names, extended);
  const netlist: Netlist = {
    name,
    nodeCount,
    kinds: extended,
    widths,
    heights,
    nodeNames: names,
    ...full,
    netCount: nets.names.length,
    netStarts: nets.starts,
    netPins: Int32Array.from(nets.pinNodes, (_, pin) => pin),
    netWeights: file.weights.weights,
    fileIndices: Int32Array.from({ length: nodeCount }, (_, node) => node),
    pinFileIndices: pinFileIndices(full.pinNodes, extended, nodeCount),
  };
  const frame: BookshelfFrame = {
    format: "bookshelf",
    originX: box.left,
    originY: box.bottom,
    rows,
    terminals,
    outlines,
    netNames: nets.names,
    drivenNets: nets.driven,
  };
  const initial = emptyPlacement(nodeCount);
  const put = placer(netlist, frame, initial);
  for (let node = 0; node < fileCount; node++)
    put(node, {
      left: places.lefts[node]!,
      bottom: places.bottoms[node]!,
      orientation: places.orientations[node]!,
    });
  return { netlist, fixed, initial, frame };
}

/** Names the further parts of nodes that are no rectangles, after all other nodes. Ports are points and have none. */
function addParts({ nodes, outlines, places }: FileParts, kinds: Uint8Array, names: string[]) {
  const added = new Map<string, Outline>();
  for (const [node, rectangles] of outlines) {
    if (kinds[node] === NodeKind.Port) continue;
    const [originX, originY] = [places.lefts[node]!, places.bottoms[node]!];
    const parts = rectangles.map(({ left, bottom, right, top }, part) => {
      if (part > 0) names.push(freshName(`${nodes.names[node]}/s${part}`, nodes.numbers));
      return {
        node: part === 0 ? node : names.length - 1,
        left: left - originX,
        bottom: bottom - originY,
        right: right - originX,
        top: top - originY,
      };
    });
    added.set(nodes.names[node]!, {
      width: nodes.widths[node]!,
      height: nodes.heights[node]!,
      orientation: places.orientations[node]!,
      parts,
    });
  }
  return added;
}

/** From the centre of a node's box to that of its first part, as they are turned. */
export function partOffset({ width, height, orientation, parts }: Outline): {
  readonly x: number;
  readonly y: number;
} {
  const { left, bottom, right, top } = parts[0]!;
  const sideways = isSideways(orientation);
  return {
    x: (left + right) / 2 - (sideways ? height : width) / 2,
    y: (bottom + top) / 2 - (sideways ? width : height) / 2,
  };
}

type Pins = Pick<Netlist, "pinCount" | "pinNodes" | "pinXOffsets" | "pinYOffsets" | "pinNames">;

/** The pins, plus one for each port without a net, because every port has a pin. */
function withPinPerPort(pins: Pins, names: readonly string[], kinds: Uint8Array): Pins {
  const { pinNodes } = pins;
  const has = new Uint8Array(kinds.length);
  for (const node of pinNodes) has[node] = 1;
  const bare: number[] = [];
  for (let node = 0; node < kinds.length; node++)
    if (kinds[node] === NodeKind.Port && !has[node]) bare.push(node);
  if (bare.length === 0) return pins;
  const pinCount = pinNodes.length + bare.length;
  const more = {
    nodes: new Int32Array(pinCount),
    xs: new Float64Array(pinCount),
    ys: new Float64Array(pinCount),
  };
  more.nodes.set(pinNodes);
  more.nodes.set(bare, pinNodes.length);
  more.xs.set(pins.pinXOffsets);
  more.ys.set(pins.pinYOffsets);
  return {
    pinCount,
    pinNodes: more.nodes,
    pinXOffsets: more.xs,
    pinYOffsets: more.ys,
    pinNames: [...pins.pinNames, ...bare.map((node) => names[node]!)],
  };
}

/** Pins of macros are numbered after all nodes. Other pins have the index of their node. */
function pinFileIndices(pinNodes: Int32Array, kinds: Uint8Array, nodeCount: number): Int32Array {
  let next = nodeCount;
  return pinNodes.map((node) => (kinds[node] === NodeKind.HardMacro ? next++ : node));
}

/** The most frequent row height; the lowest one if there are several. */
export function commonHeight(rows: readonly Row[]): number {
  const counts = new Map<number, number>();
  for (const { height } of rows) counts.set(height, (counts.get(height) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]![0];
}

function kindsOf({ nodes, rows, places, box }: FileParts): Uint8Array {
  const rowHeight = commonHeight(rows);
  return Uint8Array.from(nodes.names, (_, node) => {
    const [width, height] = [nodes.widths[node]!, nodes.heights[node]!];
    const isHigh = height > rowHeight && width > 0;
    const terminal = nodes.terminals[node]!;
    if (terminal === Terminal.Movable) return isHigh ? NodeKind.HardMacro : NodeKind.StandardCell;
    // Lower than a row: a pad, whatever it stands on. As high as one: a cell that is fixed, if it is inside.
    if (terminal === Terminal.Coverable || height < rowHeight || !(width > 0)) return NodeKind.Port;
    const sideways = isSideways(places.orientations[node]!);
    const left = places.lefts[node]!;
    const bottom = places.bottoms[node]!;
    const meets =
      left < box.right &&
      bottom < box.top &&
      left + (sideways ? height : width) > box.left &&
      bottom + (sideways ? width : height) > box.bottom;
    if (!meets) return NodeKind.Port;
    return isHigh ? NodeKind.HardMacro : NodeKind.StandardCell;
  });
}

/** Where a file puts a node: lower left corner in database units, as turned, and orientation code. */
export interface FilePlace {
  readonly left: number;
  readonly bottom: number;
  readonly orientation: number;
}

/** A function that puts nodes into `out` by their places in the files. */
export function placer(
  netlist: Netlist,
  { originX, originY, terminals, outlines }: BookshelfFrame,
  out: Placement,
): (node: number, place: FilePlace) => void {
  return (node, { left, bottom, orientation }) => {
    const { xs, ys, orientations } = out;
    if (netlist.kinds[node] === NodeKind.Port) {
      const { width, height, orientation: turned, ports } = terminals.get(netlist.nodeNames[node]!)!;
      const sideways = isSideways(turned);
      const x = left + (sideways ? height : width) / 2 - originX;
      const y = bottom + (sideways ? width : height) / 2 - originY;
      for (const port of ports) {
        xs[port.node] = x + port.xOffset;
        ys[port.node] = y + port.yOffset;
      }
      return;
    }
    const outline = outlines.get(netlist.nodeNames[node]!);
    if (outline) {
      // Its parts are as the file has them turned, so they stand in N.
      for (const part of outline.parts) {
        xs[part.node] = left + (part.left + part.right) / 2 - originX;
        ys[part.node] = bottom + (part.bottom + part.top) / 2 - originY;
        orientations[part.node] = 0;
      }
      return;
    }
    const sideways = isSideways(orientation);
    const width = netlist.widths[node]!;
    const height = netlist.heights[node]!;
    xs[node] = left + (sideways ? height : width) / 2 - originX;
    ys[node] = bottom + (sideways ? width : height) / 2 - originY;
    orientations[node] = orientation;
  };
}
