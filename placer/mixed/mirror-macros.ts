// Hard macros mirrored in x, y or both so that wires get shorter, all else standing still.
import { MIRRORS } from "../../env/index.js";
import {
  type Block,
  copyPlacement,
  leastOf,
  NodeKind,
  type Placement,
  turnOffset,
} from "../../netlist/index.js";

/** Passes over the macros; the next ones would change hardly anything. */
const MOST_PASSES = 4;
/** A macro decides little about the box of a net of more pins. */
const MOST_PINS = 1000;

/**
 * Macro by macro, the mirroring with the least weighted half-perimeter wirelength, until a pass changes none. No macro moves
 * or changes its sides. `allows` tells whether a macro may have an orientation in the end.
 */
export function mirrorMacros(
  block: Block,
  placement: Placement,
  allows: (node: number, orientation: number) => boolean,
): Placement {
  const result = copyPlacement(placement);
  const nets = netsOfMacros(block);
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    let isChanged = false;
    for (const [node, own] of nets) {
      const now = result.orientations[node]!;
      const choices = Array.from({ length: MIRRORS }, (_, mirror) => now ^ mirror).filter(
        (orientation) => orientation === now || allows(node, orientation),
      );
      const lengths = lengthsOf(block, result, { node, nets: own, choices });
      // The orientation at hand comes first: another must be better, not as good.
      const best = lengths.indexOf(leastOf(lengths));
      if (choices[best] === now) continue;
      result.orientations[node] = choices[best]!;
      isChanged = true;
    }
    if (!isChanged) break;
  }
  return result;
}

/** By movable hard macros that may be mirrored: their nets. */
function netsOfMacros(block: Block): ReadonlyMap<number, readonly number[]> {
  const { kinds, fixed, unmirrored, netStarts, netPins, pinNodes } = block;
  const nets = new Map<number, number[]>();
  for (let net = 0; net < block.netCount; net++) {
    const [first, end] = [netStarts[net]!, netStarts[net + 1]!];
    if (end - first > MOST_PINS) continue;
    for (let entry = first; entry < end; entry++) {
      const node = pinNodes[netPins[entry]!]!;
      if (kinds[node] !== NodeKind.HardMacro || fixed[node] || unmirrored?.[node]) continue;
      const own = nets.get(node);
      if (!own) nets.set(node, [net]);
      else if (own.at(-1) !== net) own.push(net);
    }
  }
  return nets;
}

/** Wirelength of a macro's nets, µm, for each orientation that it may choose. */
function lengthsOf(
  block: Block,
  { xs, ys, orientations }: Placement,
  {
    node,
    nets,
    choices,
  }: { readonly node: number; readonly nets: readonly number[]; readonly choices: readonly number[] },
): number[] {
  const { netStarts, netPins, pinNodes, pinXOffsets, pinYOffsets, netWeights } = block;
  const lengths = choices.map(() => 0);
  for (const net of nets) {
    let [left, right] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    let [bottom, top] = [left, right];
    const ownPins: number[] = [];
    for (let entry = netStarts[net]!; entry < netStarts[net + 1]!; entry++) {
      const pin = netPins[entry]!;
      const other = pinNodes[pin]!;
      if (other === node) {
        ownPins.push(pin);
        continue;
      }
      if (Number.isNaN(xs[other]! + ys[other]!)) continue; // a port without a place
      const [x, y] = turnOffset(orientations[other]!, pinXOffsets[pin]!, pinYOffsets[pin]!);
      left = Math.min(left, xs[other]! + x);
      right = Math.max(right, xs[other]! + x);
      bottom = Math.min(bottom, ys[other]! + y);
      top = Math.max(top, ys[other]! + y);
    }
    for (const [choice, orientation] of choices.entries()) {
      let [west, east, south, north] = [left, right, bottom, top];
      for (const pin of ownPins) {
        const [x, y] = turnOffset(orientation, pinXOffsets[pin]!, pinYOffsets[pin]!);
        west = Math.min(west, xs[node]! + x);
        east = Math.max(east, xs[node]! + x);
        south = Math.min(south, ys[node]! + y);
        north = Math.max(north, ys[node]! + y);
      }
      lengths[choice]! += netWeights[net]! * (east - west + north - south);
    }
  }
  return lengths;
}
