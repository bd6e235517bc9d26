// Mixed-size placement: hard macros and cells of the flat netlist together, by electrostatics (Lu et al., "ePlace-MS", IEEE
// TCAD 34, 2015). Then macros are pushed apart and made legal with small moves, and cells are placed anew around them. What
// the judge scores are the soft macros, each at the mean of its cells.
import { MaskMaker } from "../../env/index.js";
import {
  type Block,
  copyPlacement,
  isInputError,
  isSideways,
  NodeKind,
  type Placement,
} from "../../netlist/index.js";
import { type GlobalIteration, globalProgress, placeCellsGlobally } from "../cells/global-placement.js";
import { makeCellPlacer } from "../cells/protocols.js";
import { insideCanvas, legalStart } from "../legaliser/legal-start.js";
import { snapHardMacros } from "../legaliser/snap.js";
import type { Method, MethodContext, MethodResult } from "../method.js";
import { SECONDS_PER_LINE, throttle } from "../search.js";
import { type MacroPitch, spreadMacros } from "./spread-macros.js";

export const mixedMethod: Method = {
  name: "mixed",
  description: "hard macros and standard cells placed together by electrostatics, then macros made legal",
  protocols: ["free", "fd", "es"],
  run: placeMixed,
};

/** Tried one after the other until macros have spread; more than is needed makes wires longer. */
const MACRO_CHARGES = [1.3, 1.6, 2.2];
const SPREAD = 0.2;
/** Distance that free macros keep from each other, µm; touching is legal. */
const GAP = 0;

async function placeMixed(context: MethodContext): Promise<MethodResult | undefined> {
  const { block, judge, protocol, run, onProgress } = context;
  const flat = context.flat ?? { block, fromFlat: copyPlacement, toFlat: copyPlacement };
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const isDue = throttle(SECONDS_PER_LINE);
  const tell = (what: string) => {
    const line = globalProgress();
    return (iteration: GlobalIteration) => {
      const text = line(iteration, seconds());
      if (isDue(seconds(), false)) onProgress(`${what}: ${text}`);
    };
  };
  const start = upright(flat.block);
  let iterations = 0;
  let rough = block.initial;
  let least = Number.POSITIVE_INFINITY;
  for (const macroCharge of MACRO_CHARGES) {
    const together = placeCellsGlobally(flat.block, start, {
      macroCharge,
      onIteration: tell("macros and cells"),
    });
    iterations += together.iterations.length;
    const { overflow } = together.iterations.at(-1)!;
    if (overflow < least) {
      least = overflow;
      rough = flat.fromFlat(together.placement);
    }
    if (overflow < SPREAD) break;
  }
  let placement: Placement | undefined;
  if (protocol === "free") {
    placement = legalAnywhere(block, rough, pitchOf(flat.block));
    if (!placement) return undefined;
    const around = placeCellsGlobally(flat.block, flat.toFlat(placement), { onIteration: tell("cells") });
    iterations += around.iterations.length;
    takeSoftMacros(block, placement, flat.fromFlat(around.placement));
  } else {
    placement = onGridCells(context, rough);
    if (!placement) return undefined;
  }
  const costs = judge.evaluate(placement);
  await run.writeBest(block, placement, costs);
  run.appendMetrics({ iteration: 1, seconds: seconds(), "cost/best": costs.proxyCost });
  return { placement, costs, iterations, episodes: 0 };
}

/** The block's own placement, macros in orientation N, or as they lie if they lie. */
function upright(block: Block): Placement {
  const placement = copyPlacement(block.initial);
  for (let node = 0; node < block.nodeCount; node++)
    if (
      block.kinds[node] === NodeKind.HardMacro &&
      !block.fixed[node] &&
      !isSideways(placement.orientations[node]!)
    )
      placement.orientations[node] = 0;
  return placement;
}

/** Rows and sites, on which macros waste none of them; undefined without rows. */
function pitchOf({ rows: [row] = [] }: Block): MacroPitch | undefined {
  return row && { x: row.siteWidth, y: row.height, originX: row.left, originY: row.bottom };
}

/** Macros pushed apart, and those that still overlap at the nearest free place; undefined if one finds none. */
function legalAnywhere(block: Block, rough: Placement, pitch: MacroPitch | undefined): Placement | undefined {
  for (const choice of pitch ? [pitch, undefined] : [undefined]) {
    const { placement } = spreadMacros(block, rough, choice);
    try {
      return legalStart(block, placement, GAP).placement;
    } catch (error) {
      if (!isInputError(error)) throw error; // no free place for a macro
    }
  }
  return undefined;
}

/** Macros pushed apart, each on the nearest feasible cell, and soft macros as the protocol places them. */
function onGridCells({ block, judge, protocol }: MethodContext, rough: Placement): Placement | undefined {
  const { placement: apart } = spreadMacros(block, rough);
  const snapped = snapHardMacros(new MaskMaker(judge), apart);
  if (!snapped) return undefined;
  judge.evaluate(snapped);
  makeCellPlacer(protocol, judge).placeSoftMacros();
  return copyPlacement(judge.placement);
}

/** Soft macros where another placement has them, inside the canvas. */
function takeSoftMacros(
  { kinds, fixed, widths, heights, canvas }: Block,
  out: Placement,
  from: Placement,
): void {
  for (let node = 0; node < kinds.length; node++) {
    if (kinds[node] !== NodeKind.SoftMacro || fixed[node]) continue;
    out.xs[node] = insideCanvas(from.xs[node]!, widths[node]! / 2, canvas.width);
    out.ys[node] = insideCanvas(from.ys[node]!, heights[node]! / 2, canvas.height);
  }
}
