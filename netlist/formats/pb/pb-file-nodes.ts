// The nodes of a netlist text file, as they are read: ports, macros, cells and pins alike, each with its attributes and
// the names of the pins that it drives. Errors within a node are found here, with their line.
import { NodeKind } from "../../block.js";
import { orientationCode } from "../../orientation.js";
import { type PbTextListener, PbTextScanner } from "./pb-text-scanner.js";

/** Kind of a file node that is a pin of a macro; all others have the block's kinds. */
export const PIN = 4;
/** Kind of a node that describes the file; it is skipped. */
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

/** Collects the nodes of a file. Nodes are numbered in the order in which they close, names in that in which they appear. */
export class PbFileNodes implements PbTextListener {
  /** Takes the text of the file, and says where an error is. */
  readonly scanner: PbTextScanner;
  private readonly node: FileNode = { ...BLANK };
  private readonly nodeInputs: number[] = [];
  private key = "";
  private inNode = false;

  // Names of nodes and of sinks.
  private readonly numberOfName = new Map<string, number>();
  private readonly names: string[] = [];
  /** Per name: its file node, or undefined while it only appeared as a sink. */
  private readonly fileIndexOfName: (number | undefined)[] = [];

  // Per file node.
  readonly kinds: number[] = [];
  readonly lines: number[] = [];
  /** The files in which nodes of another file than the first begin, with the first node of each. */
  private readonly parts: { readonly first: number; readonly path: string }[] = [];
  /** Names of the macros of pins, else "". */
  readonly owners: string[] = [];
  readonly orientations: number[] = [];
  /** Five of each: x, y, width or xOffset, height or yOffset, weight. */
  readonly values: number[] = [];
  /** Sinks of a node: sinkStarts[i] .. sinkStarts[i + 1]. */
  readonly sinkStarts: number[] = [0];
  private readonly sinks: number[] = []; // numbers of names
  private readonly nameOf: number[] = [];

  private readonly firstPath: string;

  constructor(path: string) {
    this.firstPath = path;
    this.scanner = new PbTextScanner(path, this);
  }

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

  text(field: string, value: string, depth: number): void {
    if (!this.inNode) return;
    if (depth === 1) {
      if (field === "name") this.node.name = value;
      else if (field === "input") this.nodeInputs.push(this.numberOf(value));
    } else if (depth === 2 && field === "key") {
      this.key = value;
    } else if (depth === 3 && (field === "placeholder" || field === "s")) {
      if (this.key === "type") this.node.type = value;
      else if (this.key === "macro_name") this.node.macroName = value;
      else if (this.key === "orientation") this.node.orientation = value;
      else if (NUMBER_PROPERTIES.has(this.key))
        throw this.scanner.error(
          `attribute '${this.key}' of node '${this.node.name}' is the text '${value}', a number was expected`,
        );
    }
  }

  number(field: string, value: number, depth: number): void {
    if (!this.inNode) return;
    if (depth === 1 && (field === "name" || field === "input"))
      throw this.scanner.error(`'${field}' is the number ${value}, a name in quotes was expected`);
    if (depth !== 3 || (field !== "f" && field !== "i")) return;
    const property = NUMBER_PROPERTIES.get(this.key);
    if (property === undefined) return;
    if (!Number.isFinite(Math.fround(value)))
      throw this.scanner.error(
        `attribute '${this.key}' of node '${this.node.name}' is ${value}, a finite single-precision number was expected`,
      );
    this.node[property] = value;
  }

  close(depth: number): void {
    if (depth !== 0 || !this.inNode) return;
    this.inNode = false;
    const { node } = this;
    if (node.name === "") throw this.scanner.error("a node without a name", 'give it one: name: "..."');
    const kind = kindOf(node, this.scanner);
    if (kind === METADATA) return;
    const number = this.numberOf(node.name);
    const earlier = this.fileIndexOfName[number];
    if (earlier !== undefined)
      throw this.scanner.error(
        `node '${node.name}' is defined twice, first at line ${this.lines[earlier]}`,
        "rename one of them",
      );
    if (kind !== PIN && (node.width < 0 || node.height < 0))
      throw this.scanner.error(
        `node '${node.name}' has size ${node.width} x ${node.height}, not negative was expected`,
      );
    if ((kind === NodeKind.HardMacro || kind === NodeKind.SoftMacro) && !(node.width > 0 && node.height > 0))
      throw this.scanner.error(
        `macro '${node.name}' has size ${node.width} x ${node.height}, both greater than 0 were expected`,
      );
    if (kind !== PIN && Number.isNaN(node.x) !== Number.isNaN(node.y))
      throw this.scanner.error(
        `node '${node.name}' has ${Number.isNaN(node.x) ? "y but no x" : "x but no y"}, both or none was expected`,
      );
    if (node.weight < 0)
      throw this.scanner.error(`node '${node.name}' has net weight ${node.weight}, 0 or more was expected`);
    if (kind === PIN && node.macroName === "")
      throw this.scanner.error(`pin '${node.name}' has no macro_name`, "name the macro that it belongs to");
    const orientation = orientationCode(node.orientation || "N");
    if (orientation < 0)
      throw this.scanner.error(
        `node '${node.name}' has orientation '${node.orientation}', one of N FN S FS E FE W FW was expected`,
      );
    this.fileIndexOfName[number] = this.kinds.length;
    this.kinds.push(kind);
    this.nameOf.push(number);
    this.lines.push(this.scanner.line);
    this.owners.push(kind === PIN ? node.macroName : "");
    this.orientations.push(orientation);
    if (kind === PIN) this.values.push(node.x, node.y, node.xOffset, node.yOffset, node.weight);
    else this.values.push(node.x, node.y, node.width, node.height, node.weight);
    for (const sink of this.nodeInputs) this.sinks.push(sink);
    this.sinkStarts.push(this.sinks.length);
  }

  /** Goes on with another file of the same netlist, cut between nodes. */
  nextPart(path: string): void {
    this.scanner.next(path);
    this.parts.push({ first: this.kinds.length, path });
  }

  /** Makes the scanner's errors tell of the line of a file node. */
  blame(file: number): void {
    const part = this.parts.findLast(({ first }) => first <= file);
    this.scanner.blame(part?.path ?? this.firstPath, this.lines[file]!);
  }

  /** Name of a file node. */
  nameAt(file: number): string {
    return this.names[this.nameOf[file]!]!;
  }

  /** The file node of that name, if there is one. */
  named(name: string): number | undefined {
    const number = this.numberOfName.get(name);
    return number === undefined ? undefined : this.fileIndexOfName[number];
  }

  /** The file node of a sink, if there is one. */
  sinkAt(index: number): number | undefined {
    return this.fileIndexOfName[this.sinks[index]!];
  }

  sinkName(index: number): string {
    return this.names[this.sinks[index]!]!;
  }

  private numberOf(name: string): number {
    let number = this.numberOfName.get(name);
    if (number === undefined) {
      number = this.names.length;
      this.numberOfName.set(name, number);
      this.names.push(name);
    }
    return number;
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
