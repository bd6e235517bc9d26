// Converts blocks from other formats to what the netlist text format (`.pb.txt`) can hold: ports and cells have one pin
// each, at their centre, and a pin drives at most one net. Fixed cells whose pins are elsewhere get ports at their pins, so
// that they cost the same; the pins of movable cells have to go to the cell's centre.
import { type Block, isMacro, type NodeKind } from "../../block.js";
import { addPortsOfFixedCells, isFixedCell, placeStandIn } from "../../fixed-cells.js";
import { InputError } from "../../input-error.js";
import { NetlistDraft } from "../../netlist-draft.js";
import { emptyPlacement } from "../../placement.js";

export interface PbForm {
  readonly block: Block;
  /** Number of pins of movable cells that were moved to the centre of their cell. */
  readonly centredPins: number;
  /** Number of nets with another driver, because their own drives another net. */
  readonly redrivenNets: number;
}

/**
 * The block in this form, with the same order of nodes and with single-precision numbers; ports at the pins of fixed
 * cells come last. Wirelength does not depend on which pin drives a net, so a cell's second net is driven by one of its
 * other pins. Throws `InputError` if there are
 * too many nets for that.
 */
export function toPbForm(where: string, block: Block): PbForm {
  const { pinNodes, kinds } = block;
  const draft = new NetlistDraft();
  for (let node = 0; node < block.nodeCount; node++)
    draft.addNode(kinds[node] as NodeKind, block.nodeNames[node]!, block.widths[node]!, block.heights[node]!);
  const pinOfNode = new Int32Array(block.nodeCount).fill(-1);
  const pinOf = new Int32Array(block.pinCount);
  const isSplit = splitCells(block);
  const ports = addPortsOfFixedCells(block, draft, pinOf, (cell) => isSplit[cell] === 1);
  let pins = ports.length;
  let centredPins = 0;
  for (let pin = 0; pin < block.pinCount; pin++) {
    const node = pinNodes[pin]!;
    const [x, y] = [block.pinXOffsets[pin]!, block.pinYOffsets[pin]!];
    if (isMacro(kinds[node]!)) {
      pinOf[pin] = draft.addPin(node, block.pinNames[pin]!, x, y);
      pins++;
      continue;
    }
    if (isSplit[node]) continue; // the pin is a port, or in no net
    if (x !== 0 || y !== 0) centredPins++;
    if (pinOfNode[node] === -1) {
      pinOfNode[node] = draft.addPin(node, block.nodeNames[node]!);
      pins++;
    }
    pinOf[pin] = pinOfNode[node]!;
  }
  for (let node = 0; node < block.nodeCount; node++)
    if (!isMacro(kinds[node]!) && pinOfNode[node] === -1) draft.addPin(node, block.nodeNames[node]!);
  const nets = distinctPins(block, pinOf);
  const drivers = chooseDrivers(nets, pins);
  if (!drivers)
    throw new InputError(
      where,
      `the nets of '${block.name}' are more than their pins can drive: in this format a cell drives one net`,
      "convert with --cluster, which makes soft macros of the cells",
    );
  let redrivenNets = 0;
  nets.forEach((net, index) => {
    const driver = drivers[index]!;
    if (driver !== net[0]) redrivenNets++;
    const others = net.filter((pin) => pin !== driver);
    draft.addNet(driver, others.length > 0 ? others : [driver], block.netWeights[index]!);
  });
  const { netlist } = draft.finish(block.name);
  const fixed = new Uint8Array(netlist.nodeCount).fill(1);
  fixed.set(block.fixed);
  const initial = emptyPlacement(netlist.nodeCount);
  initial.xs.set(block.initial.xs);
  initial.ys.set(block.initial.ys);
  initial.orientations.set(block.initial.orientations);
  for (const port of ports) placeStandIn(block, port, initial);
  return {
    block: { ...block, ...netlist, fixed, initial, source: undefined },
    centredPins,
    redrivenNets,
  };
}

/** Per node, 1 for fixed cells that the format has no room for: with several pins, or one that is not at the centre. */
function splitCells(block: Block): Uint8Array {
  const { pinNodes, pinXOffsets, pinYOffsets } = block;
  const split = new Uint8Array(block.nodeCount);
  const seen = new Uint8Array(block.nodeCount);
  for (const pin of block.netPins) {
    const node = pinNodes[pin]!;
    if (isFixedCell(block, node) && (pinXOffsets[pin] !== 0 || pinYOffsets[pin] !== 0)) split[node] = 1;
  }
  for (const node of pinNodes) {
    if (seen[node] && isFixedCell(block, node)) split[node] = 1;
    seen[node] = 1;
  }
  return split;
}

/** Per net its pins in the draft, each once. */
function distinctPins(block: Block, pinOf: Int32Array): number[][] {
  return Array.from({ length: block.netCount }, (_, net) => {
    const pins = block.netPins.subarray(block.netStarts[net]!, block.netStarts[net + 1]!);
    return [...new Set(Array.from(pins, (pin) => pinOf[pin]!))];
  });
}

/**
 * A driver for every net, no pin twice: each net's own where it is free, others by augmenting paths; undefined if there
 * are more nets than pins can drive.
 */
function chooseDrivers(nets: readonly number[][], pins: number): Int32Array | undefined {
  const netOf = new Int32Array(pins).fill(-1);
  const driverOf = new Int32Array(nets.length).fill(-1);
  const left: number[] = [];
  nets.forEach((net, index) => {
    const free = netOf[net[0]!] === -1 ? net[0]! : -1;
    if (free < 0) left.push(index);
    else {
      netOf[free] = index;
      driverOf[index] = free;
    }
  });
  const seenBy = new Int32Array(pins).fill(-1);
  for (const index of left) {
    // Breadth-first search over nets that would have to change their driver. `from`: the net that wants a pin.
    const from = new Map<number, number>();
    const queue = [index];
    let end = -1;
    for (let head = 0; head < queue.length && end < 0; head++)
      for (const pin of nets[queue[head]!]!) {
        if (seenBy[pin] === index) continue;
        seenBy[pin] = index;
        from.set(pin, queue[head]!);
        if (netOf[pin] === -1) {
          end = pin;
          break;
        }
        queue.push(netOf[pin]!);
      }
    if (end < 0) return undefined;
    for (let pin = end; pin >= 0; ) {
      const net = from.get(pin)!;
      const before = driverOf[net]!;
      driverOf[net] = pin;
      netOf[pin] = net;
      pin = before;
    }
  }
  return driverOf;
}
