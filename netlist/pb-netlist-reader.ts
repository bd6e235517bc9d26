// Reader of the netlist text format (`.pb.txt`): a list of nodes, ports, macros, cells and pins alike, each with
// the names of the pins that it drives. Facts: Circuit Training, docs/NETLIST_FORMAT.md. The file is read as a
// stream; names are numbered on first sight, so that a net may name pins that come later.
import { emptyPlacement, type Netlist, NodeKind, type Placement } from "./block.js";
import { orientationCode } from "./orientation.js";
import { PbTextScanner } from "./pb-text-scanner.js";
import { readLineChunks } from "./text-stream.js";

/** Kinds of file nodes: the block's kinds, and pins of macros. */
const PIN = 4;
const METADATA = 5;

/** The attributes of one file node while it is being read. */
interface FileNode {
  name: string;
  type: string;
  macroName: string;
  orientation: string;
  x: number;
  y: number;
  width: number;
  height: number;
  xOffset: number;
  yOffset: number;
  weight: number;
}

const BLANK: FileNode = {
  name: "",
  type: "",
  macroName: "",
  orientation: "N",
  x: Number.NaN,
  y: Number.NaN,
  width: 0,
  height: 0,
  xOffset: 0,
  yOffset: 0,
  weight: 1,
};

/** A netlist and the places that its file gives. */
export interface NetlistFile {
  readonly netlist: Netlist;
  readonly places: Placement;
}

/** Reads `path` (`.pb.txt`, gzip allowed). Throws `InputError` with the line of what is wrong. */
export async function readPbNetlist(path: string, name: string): Promise<NetlistFile> {
  const builder = new NetlistBuilder();
  const scanner: PbTextScanner = new PbTextScanner(path, {
    open: (field, depth) => builder.open(field, depth),
    close: (depth) => builder.close(depth, scanner),
    text: (field, value, depth) => builder.text(field, value, depth, scanner),
    number: (field, value, depth) => builder.number(field, value, depth, scanner),
  });
  for await (const chunk of readLineChunks(path)) scanner.push(chunk);
  scanner.end();
  return builder.finish(name, scanner);
}

/** Collects file nodes as they close, then turns them into a netlist. */
class NetlistBuilder {
  private readonly node: FileNode = { ...BLANK };
  private readonly nodeInputs: number[] = [];
  private key = "";
  private inNode = false;

  // Names are numbered on first sight, as a definition or as a sink.
  private readonly nameNumbers = new Map<string, number>();
  private readonly names: string[] = [];
  /** Per name number: index among the file's nodes, or undefined if it was only seen as a sink. */
  private readonly fileIndexOfName: (number | undefined)[] = [];
  private readonly firstUseLine: number[] = [];

  // Per file node.
  private readonly kinds: number[] = [];
  private readonly nameOf: number[] = [];
  private readonly lines: number[] = [];
  private readonly owners: string[] = []; // of pins, else ""
  private readonly orientations: number[] = [];
  private readonly values: number[] = []; // x, y, width or xOffset, height or yOffset, weight
  private readonly sinkStarts: number[] = [0];
  private readonly sinks: number[] = []; // name numbers
  private readonly sinkLines: number[] = [];

  open(field: string, depth: number): void {
    if (depth === 0) {
      this.inNode = field === "node";
      if (this.inNode) {
        Object.assign(this.node, BLANK);
        this.nodeInputs.length = 0;
      }
    } else if (depth === 1) {
      this.key = "";
    }
  }

  text(field: string, value: string, depth: number, scanner: PbTextScanner): void {
    if (!this.inNode) return;
    if (depth === 1) {
      if (field === "name") this.node.name = value;
      else if (field === "input") this.nodeInputs.push(this.numberOf(value, 0));
    } else if (depth === 2 && field === "key") {
      this.key = value;
    } else if (depth === 3 && field === "placeholder") {
      if (this.key === "type") this.node.type = value;
      else if (this.key === "macro_name") this.node.macroName = value;
      else if (this.key === "orientation") this.node.orientation = value;
      else if (NUMBER_PROPERTIES.has(this.key))
        throw scanner.error(
          `attribute '${this.key}' of node '${this.node.name}' is the text '${value}', a number was expected`,
        );
    }
  }

  number(field: string, value: number, depth: number, scanner: PbTextScanner): void {
    if (!this.inNode) return;
    if (depth === 1 && (field === "name" || field === "input"))
      throw scanner.error(`'${field}' is the number ${value}, a name in quotes was expected`);
    if (depth !== 3 || (field !== "f" && field !== "i")) return;
    const property = NUMBER_PROPERTIES.get(this.key);
    if (property === undefined) return;
    if (!Number.isFinite(Math.fround(value)))
      throw scanner.error(
        `attribute '${this.key}' of node '${this.node.name}' is ${value}, a finite single-precision number was expected`,
      );
    this.node[property] = value;
  }

  close(depth: number, scanner: PbTextScanner): void {
    if (depth !== 0 || !this.inNode) return;
    this.inNode = false;
    const { node } = this;
    if (node.name === "") throw scanner.error("a node without a name", 'give it one: name: "..."');
    const kind = kindOf(node, scanner);
    if (kind === METADATA) return;
    const number = this.numberOf(node.name, scanner.line);
    const earlier = this.fileIndexOfName[number];
    if (earlier !== undefined)
      throw scanner.error(
        `node '${node.name}' is defined twice, first at line ${this.lines[earlier]}`,
        "rename one of them",
      );
    if (kind !== PIN && (node.width < 0 || node.height < 0))
      throw scanner.error(
        `node '${node.name}' has size ${node.width} x ${node.height}, not negative was expected`,
      );
    if ((kind === NodeKind.HardMacro || kind === NodeKind.SoftMacro) && !(node.width > 0 && node.height > 0))
      throw scanner.error(
        `macro '${node.name}' has size ${node.width} x ${node.height}, both greater than 0 were expected`,
      );
    if (kind !== PIN && Number.isNaN(node.x) !== Number.isNaN(node.y))
      throw scanner.error(
        `node '${node.name}' has ${Number.isNaN(node.x) ? "y but no x" : "x but no y"}, both or none was expected`,
      );
    if (node.weight < 0)
      throw scanner.error(`node '${node.name}' has net weight ${node.weight}, 0 or more was expected`);
    if (kind === PIN && node.macroName === "")
      throw scanner.error(`pin '${node.name}' has no macro_name`, "name the macro that it belongs to");
    const orientation = orientationCode(node.orientation || "N");
    if (orientation < 0)
      throw scanner.error(
        `node '${node.name}' has orientation '${node.orientation}', one of N FN S FS E FE W FW was expected`,
      );
    this.fileIndexOfName[number] = this.kinds.length;
    this.kinds.push(kind);
    this.nameOf.push(number);
    this.lines.push(scanner.line);
    this.owners.push(kind === PIN ? node.macroName : "");
    this.orientations.push(orientation);
    if (kind === PIN) this.values.push(node.x, node.y, node.xOffset, node.yOffset, node.weight);
    else this.values.push(node.x, node.y, node.width, node.height, node.weight);
    for (const sink of this.nodeInputs) {
      this.sinks.push(sink);
      this.sinkLines.push(scanner.line);
    }
    this.sinkStarts.push(this.sinks.length);
  }

  private numberOf(name: string, line: number): number {
    let number = this.nameNumbers.get(name);
    if (number === undefined) {
      number = this.names.length;
      this.nameNumbers.set(name, number);
      this.names.push(name);
      this.firstUseLine.push(line);
    }
    return number;
  }

  finish(name: string, scanner: PbTextScanner): NetlistFile {
    const { kinds, values } = this;
    const fileCount = kinds.length;
    if (fileCount === 0)
      throw scanner.error("no node found", "a netlist text file holds 'node { … }' entries");
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
      nodeNames[node] = this.names[this.nameOf[file]!]!;
      fileIndices[node] = file;
      places.xs[node] = values[5 * file]!;
      places.ys[node] = values[5 * file + 1]!;
      places.orientations[node] = this.orientations[file]!;
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
      pinNames[pin] = this.names[this.nameOf[file]!]!;
      pinFileIndices[pin] = file;
      if (kinds[file] !== PIN) {
        pinNodes[pin] = nodeOfFile[file]!;
        continue;
      }
      const owner = this.ownerOf(file, nodeOfFile, scanner);
      pinNodes[pin] = owner;
      // The pins of a soft macro are all at its centre: it stands for cells that are not placed yet.
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
      ...this.nets(pinOfFile, scanner),
    };
    return { netlist, places };
  }

  private ownerOf(file: number, nodeOfFile: Int32Array, scanner: PbTextScanner): number {
    const ownerName = this.owners[file]!;
    const number = this.nameNumbers.get(ownerName);
    const ownerFile = number === undefined ? undefined : this.fileIndexOfName[number];
    const pinName = this.names[this.nameOf[file]!];
    scanner.line = this.lines[file]!;
    if (ownerFile === undefined)
      throw scanner.error(`pin '${pinName}' belongs to macro '${ownerName}', which is not in the file`);
    const kind = this.kinds[ownerFile];
    if (kind !== NodeKind.HardMacro && kind !== NodeKind.SoftMacro)
      throw scanner.error(`pin '${pinName}' names '${ownerName}' as its macro, which is not a macro`);
    return nodeOfFile[ownerFile]!;
  }

  /** One net per driving node: the driver first, then its sinks in file order, each once. */
  private nets(
    pinOfFile: Int32Array,
    scanner: PbTextScanner,
  ): Pick<Netlist, "netCount" | "netStarts" | "netPins" | "netWeights"> {
    const fileCount = this.kinds.length;
    const netStarts: number[] = [0];
    const netPins: number[] = [];
    const netWeights: number[] = [];
    const seenBy = new Int32Array(fileCount).fill(-1);
    for (let file = 0; file < fileCount; file++) {
      const from = this.sinkStarts[file]!;
      const to = this.sinkStarts[file + 1]!;
      if (from === to) continue;
      scanner.line = this.lines[file]!;
      const driver = pinOfFile[file]!;
      if (driver < 0)
        throw scanner.error(
          `macro '${this.names[this.nameOf[file]!]}' drives a net itself`,
          "a macro's nets start at its pins",
        );
      netPins.push(driver); // real files hold ports that list themselves as sink: such a net counts, at length 0
      for (let s = from; s < to; s++) {
        const sinkFile = this.fileIndexOfName[this.sinks[s]!];
        const sinkName = this.names[this.sinks[s]!];
        if (sinkFile === undefined)
          throw scanner.error(
            `'${this.names[this.nameOf[file]!]}' drives '${sinkName}', which is not in the file`,
          );
        const pin = pinOfFile[sinkFile]!;
        if (pin < 0)
          throw scanner.error(
            `'${this.names[this.nameOf[file]!]}' drives macro '${sinkName}' itself`,
            "name one of its pins",
          );
        if (seenBy[sinkFile] === file) continue;
        seenBy[sinkFile] = file;
        netPins.push(pin);
      }
      netStarts.push(netPins.length);
      netWeights.push(this.values[5 * file + 4]!);
    }
    return {
      netCount: netWeights.length,
      netStarts: Int32Array.from(netStarts),
      netPins: Int32Array.from(netPins),
      netWeights: Float64Array.from(netWeights),
    };
  }
}

const NUMBER_PROPERTIES: ReadonlyMap<
  string,
  "x" | "y" | "width" | "height" | "xOffset" | "yOffset" | "weight"
> = new Map([
  ["x", "x"],
  ["y", "y"],
  ["width", "width"],
  ["height", "height"],
  ["x_offset", "xOffset"],
  ["y_offset", "yOffset"],
  ["weight", "weight"],
]);

/** A `macro` in lower case is soft if its name begins with Grp; a `MACRO` is always hard. */
function kindOf(node: FileNode, scanner: PbTextScanner): number {
  switch (node.type) {
    case "PORT":
    case "port":
      return NodeKind.Port;
    case "MACRO":
      return NodeKind.HardMacro;
    case "macro":
      return node.name.startsWith("Grp") ? NodeKind.SoftMacro : NodeKind.HardMacro;
    case "MACRO_PIN":
    case "macro_pin":
      return PIN;
    case "STDCELL":
    case "stdcell":
      return NodeKind.StandardCell;
    default:
      if (node.name === "__metadata__") return METADATA;
      throw scanner.error(
        `node '${node.name}' has type '${node.type}', one of PORT MACRO macro MACRO_PIN macro_pin STDCELL was expected`,
      );
  }
}
