// Writer of the netlist text format (`.pb.txt`), the counterpart of pb-netlist-reader.ts. Nodes come in file-index order
// and numbers as the shortest decimals of their float32, so that a file that is read and written again stays the same,
// byte for byte. The x and y of a pin are informative in this format; they follow its macro.
import { leastOf } from "../../arrays.js";
import { type Canvas, isMacro, type Netlist, NodeKind } from "../../block.js";
import { InputError } from "../../input-error.js";
import { float32 } from "../../netlist-draft.js";
import { ORIENTATION_NAMES, turnOffset } from "../../orientation.js";
import type { Placement } from "../../placement.js";
import { writeFileAtomically } from "../../write-file.js";

export interface PbNetlistOptions {
  /** If given, placed ports get the attribute `side`, the canvas edge nearest to them. */
  readonly canvas?: Canvas | undefined;
  /** If given, a `__metadata__` node holds it: area of soft macros over that of their cells. */
  readonly softMacroAreaBloatingRatio?: number | undefined;
}

const PIECE_NODES = 4096;

/**
 * Writes netlist and places (centres in µm) to `path`, as gzip if it ends in `.gz`. Throws `InputError` for what the
 * format cannot hold: duplicate names, numbers beyond single precision, macros without area, soft macros not named `Grp…`, cells
 * with several pins, pins that drive two nets.
 */
export async function writePbNetlist(
  path: string,
  netlist: Netlist,
  places: Placement,
  options: PbNetlistOptions = {},
): Promise<void> {
  await writeFileAtomically(path, pbNetlistPieces(path, netlist, places, options));
}

/** The text of the file, in pieces of a few thousand nodes. `where` is what errors name. */
export function* pbNetlistPieces(
  where: string,
  netlist: Netlist,
  places: Placement,
  options: PbNetlistOptions = {},
): Generator<string> {
  const file = layOutFile(where, netlist);
  let text = "";
  if (options.softMacroAreaBloatingRatio !== undefined)
    text += nodeText("__metadata__", [], {
      soft_macro_area_bloating_ratio: float32(options.softMacroAreaBloatingRatio),
    });
  for (let index = 0; index < file.nodes.length; index++) {
    const node = file.nodes[index]!;
    const pin = file.pins[index]!;
    const net = pin < 0 ? -1 : file.netOfPin[pin]!;
    const sinks = net < 0 ? [] : sinkNames(netlist, net);
    const attributes =
      node >= 0 ? nodeAttributes(netlist, node, { ...options, places }) : pinAttributes(netlist, pin, places);
    if (net >= 0 && netlist.netWeights[net] !== 1) attributes.weight = float32(netlist.netWeights[net]!);
    const name = nameOf(netlist, node, pin);
    refuseUnreadable(where, name, attributes);
    text += nodeText(name, sinks, attributes);
    if (index % PIECE_NODES === PIECE_NODES - 1) {
      yield text;
      text = "";
    }
  }
  yield text;
}

interface FileLayout {
  /** Per file index: the node, or -1 for a macro's pin. */
  readonly nodes: Int32Array;
  /** Per file index: the pin, or -1 for a macro. */
  readonly pins: Int32Array;
  /** Per pin: the net that it drives, or -1. */
  readonly netOfPin: Int32Array;
}

function layOutFile(where: string, netlist: Netlist): FileLayout {
  const { nodeCount, pinCount, kinds } = netlist;
  let count = nodeCount;
  for (let pin = 0; pin < pinCount; pin++) if (isMacro(kinds[netlist.pinNodes[pin]!]!)) count++;
  const nodes = new Int32Array(count).fill(-1);
  const pins = new Int32Array(count).fill(-1);
  const pinCounts = new Int32Array(nodeCount);
  for (const node of netlist.pinNodes) pinCounts[node]!++;
  for (let node = 0; node < nodeCount; node++) {
    if (!isMacro(kinds[node]!) && pinCounts[node]! > 1)
      throw new InputError(
        where,
        `'${netlist.nodeNames[node]}' has several pins, the format gives a port or cell only one`,
        "cluster cells into soft macros first; a port can only be in one net",
      );
    const index = netlist.fileIndices[node]!;
    if (index >= count || nodes[index] !== -1)
      throw new Error(`internal: file index ${index} of node ${node} is taken or not below ${count}`);
    nodes[index] = node;
    if (kinds[node] === NodeKind.SoftMacro && !netlist.nodeNames[node]!.startsWith("Grp"))
      throw new InputError(
        where,
        `soft macro '${netlist.nodeNames[node]}' cannot be written: the format knows soft macros by names that begin with Grp`,
        "rename it",
      );
  }
  for (let pin = 0; pin < pinCount; pin++) {
    const node = netlist.pinNodes[pin]!;
    const index = netlist.pinFileIndices[pin]!;
    if (index >= count || pins[index] !== -1 || (nodes[index] !== -1) === isMacro(kinds[node]!))
      throw new Error(`internal: file index ${index} of pin ${pin} is taken or not its own`);
    pins[index] = pin;
  }
  refuseNameTwice(where, netlist, { nodes, pins });
  const netOfPin = new Int32Array(pinCount).fill(-1);
  for (let net = 0; net < netlist.netCount; net++) {
    const driver = netlist.netPins[netlist.netStarts[net]!]!;
    if (netOfPin[driver] !== -1)
      throw new InputError(
        where,
        `pin '${netlist.pinNames[driver]}' drives two nets, the format gives a pin only one`,
      );
    netOfPin[driver] = net;
  }
  return { nodes, pins, netOfPin };
}

/** Readers know nodes and pins by name only. */
function refuseNameTwice(
  where: string,
  netlist: Netlist,
  { nodes, pins }: Omit<FileLayout, "netOfPin">,
): void {
  const seen = new Set<string>();
  for (let index = 0; index < nodes.length; index++) {
    const name = nameOf(netlist, nodes[index]!, pins[index]!);
    if (seen.has(name))
      throw new InputError(
        where,
        `two nodes or pins are called '${name}', the format knows them by their names alone`,
        "rename one of them",
      );
    seen.add(name);
  }
}

/** Name of a node, or of a macro's pin if `node` is -1. */
function nameOf(netlist: Netlist, node: number, pin: number): string {
  return node >= 0 ? netlist.nodeNames[node]! : netlist.pinNames[pin]!;
}

/** A net without sinks names its own driver as sink, so that readers keep it with its weight. */
function sinkNames(netlist: Netlist, net: number): string[] {
  const from = netlist.netStarts[net]!;
  const to = netlist.netStarts[net + 1]!;
  const names: string[] = [];
  for (let p = Math.min(from + 1, to - 1); p < to; p++) {
    const pin = netlist.netPins[p]!;
    const node = netlist.pinNodes[pin]!;
    names.push(isMacro(netlist.kinds[node]!) ? netlist.pinNames[pin]! : netlist.nodeNames[node]!);
  }
  return names;
}

/** Attribute values as written in the file; strings are quoted. */
type Attributes = Record<string, string>;

function nodeAttributes(
  netlist: Netlist,
  node: number,
  { places, canvas }: { readonly places: Placement } & PbNetlistOptions,
): Attributes {
  const kind = netlist.kinds[node]!;
  const x = places.xs[node]!;
  const y = places.ys[node]!;
  const orientation = places.orientations[node]!;
  const attributes: Attributes = { type: TYPES[kind]! };
  if (kind !== NodeKind.Port) {
    attributes.width = float32(netlist.widths[node]!);
    attributes.height = float32(netlist.heights[node]!);
  } else if (canvas && !Number.isNaN(x)) {
    attributes.side = nearestSide(Math.fround(x), Math.fround(y), canvas);
  }
  if (kind === NodeKind.HardMacro || orientation !== 0)
    attributes.orientation = quoted(ORIENTATION_NAMES[orientation]!);
  if (!Number.isNaN(x)) {
    attributes.x = float32(x);
    attributes.y = float32(y);
  }
  return attributes;
}

function pinAttributes(netlist: Netlist, pin: number, places: Placement): Attributes {
  const macro = netlist.pinNodes[pin]!;
  const xOffset = Math.fround(netlist.pinXOffsets[pin]!);
  const yOffset = Math.fround(netlist.pinYOffsets[pin]!);
  const attributes: Attributes = {
    type: netlist.kinds[macro] === NodeKind.SoftMacro ? '"macro_pin"' : '"MACRO_PIN"',
    macro_name: quoted(netlist.nodeNames[macro]!),
    x_offset: float32(xOffset),
    y_offset: float32(yOffset),
  };
  if (!Number.isNaN(places.xs[macro]!)) {
    const [x, y] = turnOffset(places.orientations[macro]!, xOffset, yOffset);
    attributes.x = float32(Math.fround(places.xs[macro]!) + x);
    attributes.y = float32(Math.fround(places.ys[macro]!) + y);
  }
  return attributes;
}

/** Readers take no number beyond single precision, and no macro without area. */
function refuseUnreadable(where: string, name: string, attributes: Attributes): void {
  const ofMacro = ['"MACRO"', '"macro"'].includes(attributes.type!);
  for (const [key, value] of Object.entries(attributes)) {
    if (value.startsWith('"')) continue;
    const empty = ofMacro && (key === "width" || key === "height") && Number(value) === 0;
    if (Number.isFinite(Number(value)) && !empty) continue;
    throw new InputError(
      where,
      `the ${key} of '${name}' cannot be written: ${empty ? "macros have sides above 0" : "it is beyond single precision"}`,
      "are all lengths in micrometres?",
    );
  }
}

/** By `NodeKind`. */
const TYPES = ['"MACRO"', '"macro"', '"STDCELL"', '"PORT"'] as const;

function nearestSide(x: number, y: number, canvas: Canvas): string {
  const distances = [x, canvas.width - x, y, canvas.height - y];
  return ['"LEFT"', '"RIGHT"', '"BOTTOM"', '"TOP"'][distances.indexOf(leastOf(distances))]!;
}

function nodeText(name: string, inputs: readonly string[], attributes: Attributes): string {
  let text = `node {\n  name: ${quoted(name)}\n`;
  for (const input of inputs) text += `  input: ${quoted(input)}\n`;
  for (const key of Object.keys(attributes).sort()) {
    const value = attributes[key]!;
    const field = value.startsWith('"') ? "placeholder" : "f";
    text += `  attr {\n    key: "${key}"\n    value {\n      ${field}: ${value}\n    }\n  }\n`;
  }
  return `${text}}\n`;
}

function quoted(text: string): string {
  const escaped = text
    .replace(/[\\"]/g, "\\$&")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t");
  return `"${escaped}"`;
}
