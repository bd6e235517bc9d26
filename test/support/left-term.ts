// A cost term for tests: hard macros should stand at the left edge. Mean x of their centres, in canvas widths.
import type { CostTerm } from "../../env/index.js";
import { type Block, NodeKind, type Placement } from "../../netlist/index.js";

const leftTerm: CostTerm = {
  name: "left",
  module: import.meta.url,
  evaluate(block: Block, placement: Placement): number {
    let sum = 0;
    let macros = 0;
    for (let node = 0; node < block.nodeCount; node++) {
      if (block.kinds[node] !== NodeKind.HardMacro || Number.isNaN(placement.xs[node])) continue;
      sum += placement.xs[node]! / block.canvas.width;
      macros++;
    }
    return macros > 0 ? sum / macros : 0;
  },
};

export default leftTerm;
