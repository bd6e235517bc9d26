// The nodes of a netlist file as Circuit Training numbers them: macros, cells, ports and pins alike, in file order. The
// judge's block keeps pins apart from nodes; this is the map between the two.
import { InputError, type Netlist, NodeKind } from "../netlist/index.js";

/** A node's index in the netlist file, or its name. */
export type NodeRef = number | string;

/** Kind of a macro's pin; all other nodes have the kinds of `NodeKind`. */
export const PIN = 4;

const TYPES = ["MACRO", "MACRO", "STDCELL", "PORT", "MACRO_PIN"] as const; // by kind

/** What of a netlist file does not change while its nodes are placed. */
export class FileNodes {
  readonly netlist: Netlist;
  readonly count: number;
  /** Per file node: its kind, its node in the block (a pin's is its macro), its pin in the block or -1. */
  readonly kinds: Uint8Array;
  readonly nodes: Int32Array;
  readonly pins: Int32Array;
  /** File nodes of the hard and soft macros. */
  readonly macros: readonly number[];
  private readonly names: string[];
  private readonly indices: ReadonlyMap<string, number>;
  /** Per pin of the block, the net that it drives, or -1. */
  private readonly drivenNets: Int32Array;
  /** Per node of the block, its pins, in file order. */
  private readonly pinsOfNode: readonly (readonly number[])[];

  constructor(netlist: Netlist) {
    const { nodeCount, pinCount, fileIndices, pinFileIndices } = netlist;
    const pinsOfNode: number[][] = Array.from({ length: nodeCount }, () => []);
    let count = 0;
    for (const file of fileIndices) count = Math.max(count, file + 1);
    for (const file of pinFileIndices) count = Math.max(count, file + 1);
    this.netlist = netlist;
    this.count = count;
    this.kinds = new Uint8Array(count).fill(PIN);
    this.nodes = new Int32Array(count);
    this.pins = new Int32Array(count).fill(-1);
    this.names = new Array(count);
    for (let pin = 0; pin < pinCount; pin++) {
      const file = pinFileIndices[pin]!;
      const node = netlist.pinNodes[pin]!;
      this.nodes[file] = node;
      this.pins[file] = pin;
      this.names[file] = netlist.pinNames[pin]!;
      pinsOfNode[node]!.push(pin);
    }
    for (let node = 0; node < nodeCount; node++) {
      const file = fileIndices[node]!;
      this.kinds[file] = netlist.kinds[node]!;
      this.nodes[file] = node;
      this.names[file] = netlist.nodeNames[node]!;
    }
    const macros: number[] = [];
    this.kinds.forEach((kind, file) => {
      if (isMacroKind(kind)) macros.push(file);
    });
    this.macros = macros;
    this.indices = new Map(this.names.map((name, file) => [name, file]));
    this.pinsOfNode = pinsOfNode;
    this.drivenNets = new Int32Array(pinCount).fill(-1);
    for (let net = 0; net < netlist.netCount; net++)
      this.drivenNets[netlist.netPins[netlist.netStarts[net]!]!] = net;
  }

  /** The file index that `node` stands for. Throws `InputError` for an index out of range and for an unknown name. */
  indexOf(node: NodeRef): number {
    if (typeof node === "string") {
      const index = this.indices.get(node);
      if (index === undefined) throw new InputError(`node '${node}'`, "no node of the netlist has this name");
      return index;
    }
    if (!(Number.isInteger(node) && node >= 0 && node < this.count))
      throw new InputError(`node ${node}`, `an index from 0 to ${this.count - 1} was expected`);
    return node;
  }

  nameOf(file: number): string {
    return this.names[file]!;
  }

  /** MACRO, MACRO_PIN, PORT or STDCELL, whatever the file's spelling. */
  typeOf(file: number): string {
    return TYPES[this.kinds[file]!]!;
  }

  isMacro(file: number): boolean {
    return isMacroKind(this.kinds[file]!);
  }

  /** The nets that a node drives. A macro drives those of its pins. */
  netsDrivenBy(file: number): number[] {
    const pins = this.isMacro(file) ? this.pinsOfNode[this.nodes[file]!]! : [this.pins[file]!];
    return pins.map((pin) => (pin < 0 ? -1 : this.drivenNets[pin]!)).filter((net) => net >= 0);
  }

  /** File indices of a pin's, port's or cell's sinks in file order; of a macro's, its pins that drive something. */
  fanOutsOf(file: number): number[] {
    const { netStarts, netPins, pinFileIndices } = this.netlist;
    const nets = this.netsDrivenBy(file);
    if (this.isMacro(file)) return nets.map((net) => pinFileIndices[netPins[netStarts[net]!]!]!);
    return nets.flatMap((net) =>
      Array.from(netPins.subarray(netStarts[net]! + 1, netStarts[net + 1]!), (pin) => pinFileIndices[pin]!),
    );
  }

  /** Weight of the net that a node drives, 1 if it drives none. */
  weightOf(file: number): number {
    const net = this.isMacro(file) ? undefined : this.netsDrivenBy(file)[0];
    return net === undefined ? 1 : this.netlist.netWeights[net]!;
  }
}

function isMacroKind(kind: number): boolean {
  return kind === NodeKind.HardMacro || kind === NodeKind.SoftMacro;
}
