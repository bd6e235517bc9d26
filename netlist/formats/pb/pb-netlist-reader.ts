// Reader of the netlist text format (`.pb.txt`), a list of nodes. The file is read as a stream, and the netlist is made
// at its end because nets may name pins that come later. Facts: Circuit Training's page on its netlist format.
import { type Netlist, NodeKind } from "../../block.js";
import { readLineChunks } from "../../files.js";
import { emptyPlacement, type Placement } from "../../placement.js";
import { PbFileNodes, PIN } from "./pb-file-nodes.js";

/** A file may be one line, and a node may drive 100,000 pins on one. */
const LONGEST_LINE_BYTES = 1 << 24;

/** A netlist and the places in its file. */
export interface NetlistFile {
  readonly netlist: Netlist;
  readonly places: Placement;
}

/**
 * Reads `path` (`.pb.txt`, gzip or not), or several files in order that are one netlist, cut between nodes. Throws
 * `InputError` with the line of the error.
 */
export async function readPbNetlist(path: string | readonly string[], name: string): Promise<NetlistFile> {
  const [first, ...more] = typeof path === "string" ? [path] : path;
  const fileNodes = new PbFileNodes(first!);
  const { scanner } = fileNodes;
  for await (const chunk of readLineChunks(first!, LONGEST_LINE_BYTES)) scanner.push(chunk);
  for (const part of more) {
    fileNodes.nextPart(part);
    for await (const chunk of readLineChunks(part, LONGEST_LINE_BYTES)) scanner.push(chunk);
  }
  scanner.end();
  return netlistOf(fileNodes, name);
}

/** Throws `InputError` if nodes refer to each other wrongly. */
function netlistOf(fileNodes: PbFileNodes, name: string): NetlistFile {
  const { kinds, values, scanner } = fileNodes;
  const fileCount = kinds.length;
  if (fileCount === 0) throw scanner.error("no node found", "a netlist text file holds 'node { … }' entries");
  let nodeCount = 0;
  let pinCount = 0;
  for (const kind of kinds) {
    if (kind !== PIN) nodeCount++;
    if (kind === PIN || kind === NodeKind.Port || kind === NodeKind.StandardCell) pinCount++;
  }
  const nodeOfFile = new Int32Array(fileCount).fill(-1);
  const pinOfFile = new Int32Array(fileCount).fill(-1);
  const nodeKinds = new Uint8Array(nodeCount);
  const widths = new Float64Array(nodeCount);
  const heights = new Float64Array(nodeCount);
  const nodeNames: string[] = new Array(nodeCount);
  const fileIndices = new Int32Array(nodeCount);
  const places = emptyPlacement(nodeCount);
  for (let file = 0, node = 0, pin = 0; file < fileCount; file++) {
    const kind = kinds[file]!;
    if (kind === PIN || kind === NodeKind.Port || kind === NodeKind.StandardCell) pinOfFile[file] = pin++;
    if (kind === PIN) continue;
    nodeOfFile[file] = node;
    nodeKinds[node] = kind;
    nodeNames[node] = fileNodes.nameAt(file);
    fileIndices[node] = file;
    places.xs[node] = values[5 * file]!;
    places.ys[node] = values[5 * file + 1]!;
    places.orientations[node] = fileNodes.orientations[file]!;
    widths[node] = kind === NodeKind.Port ? 0 : values[5 * file + 2]!;
    heights[node] = kind === NodeKind.Port ? 0 : values[5 * file + 3]!;
    node++;
  }
  const pinNodes = new Int32Array(pinCount);
  const pinXOffsets = new Float64Array(pinCount);
  const pinYOffsets = new Float64Array(pinCount);
  const pinNames: string[] = new Array(pinCount);
  const pinFileIndices = new Int32Array(pinCount);
  for (let file = 0; file < fileCount; file++) {
    const pin = pinOfFile[file]!;
    if (pin < 0) continue;
    pinNames[pin] = fileNodes.nameAt(file);
    pinFileIndices[pin] = file;
    if (kinds[file] !== PIN) {
      pinNodes[pin] = nodeOfFile[file]!;
      continue;
    }
    const owner = nodeOfFile[ownerOf(fileNodes, file)]!;
    pinNodes[pin] = owner;
    // The pins of a soft macro are all at its centre, because its cells are not placed yet.
    if (nodeKinds[owner] === NodeKind.SoftMacro) continue;
    pinXOffsets[pin] = values[5 * file + 2]!;
    pinYOffsets[pin] = values[5 * file + 3]!;
  }
  const netlist: Netlist = {
    name,
    nodeCount,
    kinds: nodeKinds,
    widths,
    heights,
    nodeNames,
    pinCount,
    pinNodes,
    pinXOffsets,
    pinYOffsets,
    pinNames,
    fileIndices,
    pinFileIndices,
    ...netsOf(fileNodes, pinOfFile),
  };
  return { netlist, places };
}

/** File index of the macro that a pin belongs to. */
function ownerOf(fileNodes: PbFileNodes, file: number): number {
  const { scanner } = fileNodes;
  const ownerName = fileNodes.owners[file]!;
  const ownerFile = fileNodes.named(ownerName);
  const pinName = fileNodes.nameAt(file);
  fileNodes.blame(file);
  if (ownerFile === undefined)
    throw scanner.error(`pin '${pinName}' belongs to macro '${ownerName}', which is not in the file`);
  const kind = fileNodes.kinds[ownerFile];
  if (kind !== NodeKind.HardMacro && kind !== NodeKind.SoftMacro)
    throw scanner.error(`pin '${pinName}' names '${ownerName}' as its macro, which is not a macro`);
  return ownerFile;
}

/** One net per driving node: the driver first, then its sinks in file order, each once. */
function netsOf(
  fileNodes: PbFileNodes,
  pinOfFile: Int32Array,
): Pick<Netlist, "netCount" | "netStarts" | "netPins" | "netWeights"> {
  const { scanner } = fileNodes;
  const fileCount = fileNodes.kinds.length;
  const netStarts: number[] = [0];
  const netPins: number[] = [];
  const netWeights: number[] = [];
  const seenBy = new Int32Array(fileCount).fill(-1);
  for (let file = 0; file < fileCount; file++) {
    const from = fileNodes.sinkStarts[file]!;
    const to = fileNodes.sinkStarts[file + 1]!;
    if (from === to) continue;
    fileNodes.blame(file);
    const driver = pinOfFile[file]!;
    if (driver < 0)
      throw scanner.error(
        `macro '${fileNodes.nameAt(file)}' drives a net itself`,
        "a macro's nets start at its pins",
      );
    netPins.push(driver); // ports may list themselves as sink; such a net counts, with length 0
    for (let s = from; s < to; s++) {
      const sinkFile = fileNodes.sinkAt(s);
      if (sinkFile === undefined)
        throw scanner.error(
          `'${fileNodes.nameAt(file)}' drives '${fileNodes.sinkName(s)}', which is not in the file`,
        );
      const pin = pinOfFile[sinkFile]!;
      if (pin < 0)
        throw scanner.error(
          `'${fileNodes.nameAt(file)}' drives macro '${fileNodes.sinkName(s)}' itself`,
          "name one of its pins",
        );
      if (seenBy[sinkFile] === file) continue;
      seenBy[sinkFile] = file;
      netPins.push(pin);
    }
    netStarts.push(netPins.length);
    netWeights.push(fileNodes.values[5 * file + 4]!);
  }
  return {
    netCount: netWeights.length,
    netStarts: Int32Array.from(netStarts),
    netPins: Int32Array.from(netPins),
    netWeights: Float64Array.from(netWeights),
  };
}
