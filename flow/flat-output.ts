// The flat netlist as the files that a run writes hold it. Where cells were clustered, the run's own costs are of the
// clustered netlist; whoever reads best.def or best.pl has all cells, and other costs.
import { type Costs, checkPlaced, Judge, type JudgeOptions } from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import {
  type Block,
  centreOfCorner,
  copyPlacement,
  defPlacesOf,
  frameOf,
  isInputError,
  isMovableCell,
  type LoadedDef,
  NodeKind,
  nodesOfKind,
  type Placement,
  placementInPl,
} from "../netlist/index.js";

/** Costs of a flat netlist under the names of a score. */
export interface FlatCosts {
  readonly wirelength: number;
  readonly wirelength_cost: number;
  readonly density_cost: number;
  readonly congestion_cost: number;
  readonly proxy_cost: number;
  readonly extra_costs?: Readonly<Record<string, number>>;
}

/** A flat netlist, and a placement of it to the last bit as a reader of the written file gets it. */
export interface FlatOutput {
  readonly block: Block;
  readonly placement: Placement;
}

/**
 * What a file of the block's own format makes of a flat placement. In a `.pl` places have six digits after the point. In a
 * `.def` hard macros are on database units, and cells that the design places stay where it has them.
 */
export function asWritten(block: Block, placement: Placement, design?: LoadedDef): Placement {
  if (design) return inDef({ ...design, block }, placement);
  return frameOf(block) ? placementInPl(block, placement) : placement;
}

/** The same for files with the places of all cells: they are on database units too. */
export function asWrittenWithCells(block: Block, placement: Placement, design?: LoadedDef): Placement {
  return design
    ? onUnits({ ...design, block }, placement, macrosAndCells(block))
    : asWritten(block, placement);
}

/** Names the nodes that a `.def` holds the places of, once the cells are placed too. */
export function macrosAndCells(block: Block): (node: number) => boolean {
  return (node) => block.kinds[node] === NodeKind.HardMacro || isMovableCell(block, node);
}

function inDef(loaded: LoadedDef, placement: Placement): Placement {
  const result = onUnits(loaded, placement);
  const { block } = loaded;
  const { initial } = block;
  for (const cell of nodesOfKind(block, NodeKind.StandardCell)) {
    if (!isMovableCell(block, cell) || Number.isNaN(initial.xs[cell]!)) continue;
    for (const places of ["xs", "ys", "orientations"] as const) result[places][cell] = initial[places][cell]!;
  }
  return result;
}

/** A placement whose nodes in the `.def`, hard macros by default, are on database units. */
function onUnits(loaded: LoadedDef, placement: Placement, isWritten?: (node: number) => boolean): Placement {
  const { design, nodes } = loaded;
  const result = copyPlacement(placement);
  for (const [component, place] of defPlacesOf(loaded, placement, isWritten)) {
    const node = nodes.nodeOfComponent[component]!;
    const [x, y] = centreOfCorner(design, nodes.masters[component]!, place);
    [result.xs[node], result.ys[node]] = [x, y];
  }
  return result;
}

/** A block whose unplaced ports of nets are at the canvas's centre, the least that can be said of them; and their number. */
export function withPortsInside(block: Block): { readonly block: Block; readonly count: number } {
  const initial = copyPlacement(block.initial);
  const isInNet = new Uint8Array(block.nodeCount);
  for (const pin of block.netPins) isInNet[block.pinNodes[pin]!] = 1;
  let count = 0;
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] !== NodeKind.Port || !isInNet[node] || !Number.isNaN(initial.xs[node]!)) continue;
    initial.xs[node] = block.canvas.width / 2;
    initial.ys[node] = block.canvas.height / 2;
    count++;
  }
  return count === 0 ? { block, count } : { block: { ...block, initial }, count };
}

/** The costs of a flat netlist; undefined, with the reason to `report`, where they cannot be counted. */
export function flatCosts(
  { block, placement }: FlatOutput,
  judging: JudgeOptions,
  report: (line: string) => void,
): FlatCosts | undefined {
  try {
    checkPlaced(block, placement);
    return costsByName(new Judge(Kernels.create(), block, judging).evaluate(placement));
  } catch (error) {
    if (!isInputError(error)) throw error;
    report(`costs of the flat netlist are left out: ${error.message}`);
    return undefined;
  }
}

/** Costs under the names that scripts rely on. */
export function costsByName(costs: Costs): FlatCosts {
  return {
    wirelength: costs.wirelength,
    wirelength_cost: costs.wirelengthCost,
    density_cost: costs.densityCost,
    congestion_cost: costs.congestionCost,
    proxy_cost: costs.proxyCost,
    ...(costs.extra && { extra_costs: costs.extra }),
  };
}
