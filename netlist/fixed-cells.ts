// Fixed standard cells (tap cells, end caps, bumps, cells that an engineer has placed) where a netlist has no room for
// cells with several pins: in clustered blocks and in the netlist text format. Each of their pins in a net becomes a port
// at the pin's place, and the cell itself keeps its area. Both together cost what the cell costs.
import { type Block, NodeKind } from "./block.js";
import { freshName } from "./names.js";
import type { NetlistDraft } from "./netlist-draft.js";
import { turnOffset } from "./orientation.js";
import type { Placement } from "./placement.js";

/** A node of a draft that stands for a fixed cell of a block, or for one of the cell's pins. */
export interface StandIn {
  readonly node: number;
  readonly cell: number;
  /** From the cell's centre, as turned, µm. */
  readonly xOffset: number;
  readonly yOffset: number;
}

/** Whether a node is a standard cell that may not move. */
export function isFixedCell({ kinds, fixed }: Pick<Block, "kinds" | "fixed">, node: number): boolean {
  return kinds[node] === NodeKind.StandardCell && fixed[node] === 1;
}

/**
 * Adds a port to `draft` for every pin of a fixed cell of `block` that is in a net, and enters the port's pin in `pinOf`.
 * @param pinOf per pin of `block` its pin in the draft
 * @param isSplit whether the cell's pins are to become ports; default: those of all fixed cells
 */
export function addPortsOfFixedCells(
  block: Block,
  draft: NetlistDraft,
  pinOf: Int32Array,
  isSplit: (cell: number) => boolean = () => true,
): StandIn[] {
  const { pinNodes, pinNames, kinds } = block;
  const connected = new Uint8Array(block.pinCount);
  for (const pin of block.netPins)
    if (isFixedCell(block, pinNodes[pin]!) && isSplit(pinNodes[pin]!)) connected[pin] = 1;
  const ports: StandIn[] = [];
  if (!connected.includes(1)) return ports;
  const names = new Set(block.nodeNames);
  for (let pin = 0; pin < block.pinCount; pin++)
    if (kinds[pinNodes[pin]!] !== NodeKind.StandardCell) names.add(pinNames[pin]!);
  for (let pin = 0; pin < block.pinCount; pin++) {
    if (!connected[pin]) continue;
    const cell = pinNodes[pin]!;
    const name = freshName(pinNames[pin]!, names);
    names.add(name);
    const node = draft.addNode(NodeKind.Port, name);
    pinOf[pin] = draft.addPin(node, name);
    const orientation = block.initial.orientations[cell]!;
    const [xOffset, yOffset] = turnOffset(orientation, block.pinXOffsets[pin]!, block.pinYOffsets[pin]!);
    ports.push({ node, cell, xOffset, yOffset });
  }
  return ports;
}

/** Puts a stand-in of a fixed cell of `block` where it belongs. */
export function placeStandIn(
  block: Block,
  { node, cell, xOffset, yOffset }: StandIn,
  places: Placement,
): void {
  places.xs[node] = block.initial.xs[cell]! + xOffset;
  places.ys[node] = block.initial.ys[cell]! + yOffset;
}
