// Between what the wires of a block run: shares of its net weight by the kinds of nodes that a net joins.
import { type Block, NodeKind } from "./block.js";

/** Net weight in all, and shares of it; a net counts in every share whose condition it meets. */
export interface WireDescription {
  readonly total: number;
  /** Of nets with a pin on a hard macro. */
  readonly ofHardMacros: number;
  /** Of nets that join two or more hard macros. */
  readonly betweenHardMacros: number;
  /** Of nets with a port. */
  readonly ofPorts: number;
  /** Of nets between soft macros (or cells) alone. */
  readonly ofSoftMacrosOnly: number;
}

/** Adds up net weights by the kinds of nodes. All shares of nothing are 0. */
export function describeWires(block: Block): WireDescription {
  let total = 0;
  let ofHardMacros = 0;
  let betweenHardMacros = 0;
  let ofPorts = 0;
  let ofSoftMacrosOnly = 0;
  for (let net = 0; net < block.netCount; net++) {
    const hard = new Set<number>();
    let hasPort = false;
    for (let i = block.netStarts[net]!; i < block.netStarts[net + 1]!; i++) {
      const node = block.pinNodes[block.netPins[i]!]!;
      if (block.kinds[node] === NodeKind.HardMacro) hard.add(node);
      if (block.kinds[node] === NodeKind.Port) hasPort = true;
    }
    const weight = block.netWeights[net]!;
    total += weight;
    if (hard.size > 0) ofHardMacros += weight;
    if (hard.size > 1) betweenHardMacros += weight;
    if (hasPort) ofPorts += weight;
    if (hard.size === 0 && !hasPort) ofSoftMacrosOnly += weight;
  }
  const share = (part: number) => (total > 0 ? part / total : 0);
  return {
    total,
    ofHardMacros: share(ofHardMacros),
    betweenHardMacros: share(betweenHardMacros),
    ofPorts: share(ofPorts),
    ofSoftMacrosOnly: share(ofSoftMacrosOnly),
  };
}
