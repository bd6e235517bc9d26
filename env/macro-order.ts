// In which order an episode places the macros.
import { type Block, NodeKind } from "../netlist/index.js";

/** Hard macros that may move, by area descending, ties in node order (Circuit Training's default). */
export function macrosByArea(block: Block): Int32Array {
  const macros: number[] = [];
  for (let node = 0; node < block.nodeCount; node++)
    if (block.kinds[node] === NodeKind.HardMacro && !block.fixed[node]) macros.push(node);
  const area = (node: number) => block.widths[node]! * block.heights[node]!;
  return Int32Array.from(macros.sort((a, b) => area(b) - area(a) || a - b));
}
