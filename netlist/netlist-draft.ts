// Builds a netlist from nodes, pins and nets in any order. `finish` numbers them as the netlist text format does: each
// macro is followed by its pins, and nets are ordered by driver. Writing and reading back gives the same netlist.
//
// Numbers in netlist files are single-precision decimals. In memory they are the doubles nearest to those decimals,
// because every published cost was computed from these.
import { isMacro, type Netlist, NodeKind } from "./block.js";
import { emptyPlacement, type Placement } from "./placement.js";

/** A netlist under construction. */
export class NetlistDraft {
  private readonly kinds: number[] = [];
  private readonly names: string[] = [];
  private readonly sizes: number[] = []; // width, height
  private readonly places: number[] = []; // x, y
  private readonly pinsOfNode: number[][] = [];
  private readonly pinNodes: number[] = [];
  private readonly pinNames: string[] = [];
  private readonly pinOffsets: number[] = []; // x, y
  private readonly netOfDriver = new Map<number, { sinks: readonly number[]; weight: number }>();

  /** Adds a node with its sides in µm. Returns its number. */
  addNode(kind: NodeKind, name: string, width = 0, height = 0): number {
    this.kinds.push(kind);
    this.names.push(name);
    this.sizes.push(asInFile(width), asInFile(height));
    this.places.push(Number.NaN, Number.NaN);
    this.pinsOfNode.push([]);
    return this.kinds.length - 1;
  }

  /** Adds a port at a place in µm. Returns its pin. */
  addPort(name: string, x: number, y: number): number {
    const node = this.addNode(NodeKind.Port, name);
    this.places[2 * node] = asInFile(x);
    this.places[2 * node + 1] = asInFile(y);
    return this.addPin(node, name);
  }

  /** Adds a pin with its offset in µm from the node's centre. Returns its number. */
  addPin(node: number, name: string, xOffset = 0, yOffset = 0): number {
    const pin = this.pinNodes.length;
    this.pinNodes.push(node);
    this.pinNames.push(name);
    this.pinOffsets.push(asInFile(xOffset), asInFile(yOffset));
    this.pinsOfNode[node]!.push(pin);
    return pin;
  }

  /** Adds the net of one driving pin. A pin drives one net. */
  addNet(driver: number, sinks: readonly number[], weight = 1): void {
    if (this.netOfDriver.has(driver)) throw new Error(`internal: pin ${driver} drives two nets`);
    if (sinks.length > 0) this.netOfDriver.set(driver, { sinks, weight: asInFile(weight) });
  }

  /** The netlist, and the places of its ports. */
  finish(name: string): { netlist: Netlist; places: Placement } {
    const nodeCount = this.kinds.length;
    const pinCount = this.pinNodes.length;
    const fileIndices = new Int32Array(nodeCount);
    const pinFileIndices = new Int32Array(pinCount);
    const oldPins: number[] = [];
    const newPins = new Int32Array(pinCount);
    for (let node = 0, index = 0; node < nodeCount; node++) {
      fileIndices[node] = index;
      // A port or cell shares the index of its pin, or has one of its own if it has no pin.
      if (isMacro(this.kinds[node]!) || this.pinsOfNode[node]!.length === 0) index++;
      for (const pin of this.pinsOfNode[node]!) {
        newPins[pin] = oldPins.length;
        pinFileIndices[oldPins.length] = index++;
        oldPins.push(pin);
      }
    }
    const netStarts = [0];
    const netPins: number[] = [];
    const netWeights: number[] = [];
    for (const driver of oldPins) {
      const net = this.netOfDriver.get(driver);
      if (!net) continue;
      netPins.push(newPins[driver]!);
      for (const sink of net.sinks) netPins.push(newPins[sink]!);
      netStarts.push(netPins.length);
      netWeights.push(net.weight);
    }
    const places = emptyPlacement(nodeCount);
    for (let node = 0; node < nodeCount; node++) {
      places.xs[node] = this.places[2 * node]!;
      places.ys[node] = this.places[2 * node + 1]!;
    }
    const netlist: Netlist = {
      name,
      nodeCount,
      kinds: Uint8Array.from(this.kinds),
      widths: Float64Array.from(this.kinds, (_, node) => this.sizes[2 * node]!),
      heights: Float64Array.from(this.kinds, (_, node) => this.sizes[2 * node + 1]!),
      nodeNames: this.names,
      pinCount,
      pinNodes: Int32Array.from(oldPins, (pin) => this.pinNodes[pin]!),
      pinXOffsets: Float64Array.from(oldPins, (pin) => this.pinOffsets[2 * pin]!),
      pinYOffsets: Float64Array.from(oldPins, (pin) => this.pinOffsets[2 * pin + 1]!),
      pinNames: oldPins.map((pin) => this.pinNames[pin]!),
      netCount: netWeights.length,
      netStarts: Int32Array.from(netStarts),
      netPins: Int32Array.from(netPins),
      netWeights: Float64Array.from(netWeights),
      fileIndices,
      pinFileIndices,
    };
    return { netlist, places };
  }
}

/** Shortest decimal that reads back to the same float32. */
export function float32(value: number): string {
  const single = Math.fround(value);
  // A normal float32 keeps any six digits, so a decimal shorter than six already shows at six.
  for (let digits = Math.abs(single) < 1.2e-38 ? 1 : 6; digits < 9; digits++) {
    const candidate = Number(single.toPrecision(digits));
    if (Math.fround(candidate) === single) return String(candidate);
  }
  return String(Number(single.toPrecision(9)));
}

/** The value that a netlist file holds for `value`, after writing and reading back. */
export function asInFile(value: number): number {
  return Number(float32(value));
}
