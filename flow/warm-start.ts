// A given placement as the start of a search. Methods work on cell centres first, so macros go to the nearest free ones.
import { type Judge, MaskMaker } from "../env/index.js";
import {
  type Block,
  copyPlacement,
  InputError,
  NodeKind,
  nodesOfKind,
  Orientation,
  type Placement,
} from "../netlist/index.js";
import { type MethodResult, makeCellPlacer, type Protocol, snapHardMacros } from "../placer/index.js";

export interface WarmStart {
  /** Macros on the nearest feasible cells, soft macros placed. */
  readonly start: MethodResult;
  /** As it was given; soft macros that had no place were placed. */
  readonly complete: Placement;
  /** Proxy cost of it. */
  readonly cost: number;
}

export interface WarmStartOptions {
  /** What the placement was read from. */
  readonly from: string;
  readonly protocol: Protocol;
  /** Keep the soft macros of the given placement where they are: they were placed by the same protocol. */
  readonly keepSoftMacros: boolean;
  /** Hard macros that may move stand upright in the start, whichever way they lie in the given placement. */
  readonly upright: boolean;
}

/**
 * Makes the start of a search from a placement of the judge's block. Throws `InputError` if a hard macro has no place, or the
 * macros do not fit on the cells.
 */
export function warmStart(
  judge: Judge,
  placement: Placement,
  { from, protocol, keepSoftMacros, upright }: WarmStartOptions,
): WarmStart {
  const { block } = judge;
  const isPlaced = (node: number) => !Number.isNaN(placement.xs[node]! + placement.ys[node]!);
  const missing = nodesOfKind(block, NodeKind.HardMacro).find((node) => !isPlaced(node));
  if (missing !== undefined)
    throw new InputError(
      from,
      `macro '${block.nodeNames[missing]}' has no place in it`,
      "a start needs a place for every macro",
    );
  const cells = makeCellPlacer(protocol, judge);
  judge.evaluate(placement);
  if (!(keepSoftMacros && nodesOfKind(block, NodeKind.SoftMacro).every(isPlaced))) cells.placeSoftMacros();
  const { proxyCost } = judge.evaluate();
  const complete = copyPlacement(judge.placement);
  const snapped = snapHardMacros(new MaskMaker(judge), upright ? standing(block, complete) : complete);
  if (!snapped)
    throw new InputError(
      from,
      `its macros do not fit on the cells of the ${block.grid.columns} x ${block.grid.rows} grid`,
      "choose a finer --grid, or start without it",
    );
  judge.evaluate(snapped);
  cells.placeSoftMacros();
  const costs = judge.evaluate();
  const start = { placement: copyPlacement(judge.placement), costs, iterations: 0, episodes: 0 };
  return { start, complete, cost: proxyCost };
}

/** The placement with movable hard macros that lie turned upright. */
function standing({ kinds, fixed }: Block, placement: Placement): Placement {
  const orientations = placement.orientations.map((orientation, node) =>
    kinds[node] === NodeKind.HardMacro && !fixed[node] ? orientation % Orientation.E : orientation,
  );
  return { ...placement, orientations };
}
