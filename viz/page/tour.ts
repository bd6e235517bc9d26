// The order in which keys go from macro to macro: hard macros by area, the largest first.
import { type Block, NodeKind } from "../../netlist/index.js";

/** The macro `by` places after the one selected; the first if none is. -1 if the block has none. */
export function tourOf(block: Block, selection: ReadonlySet<number>, by: number): number {
  const macros: number[] = [];
  for (let node = 0; node < block.nodeCount; node++)
    if (block.kinds[node] === NodeKind.HardMacro) macros.push(node);
  const area = (node: number) => block.widths[node]! * block.heights[node]!;
  macros.sort((a, b) => area(b) - area(a) || a - b);
  if (macros.length === 0) return -1;
  const [selected] = selection;
  const at = selected === undefined ? -1 : macros.indexOf(selected);
  if (at < 0) return by > 0 ? macros[0]! : macros.at(-1)!;
  return macros[(at + by + macros.length) % macros.length]!;
}
