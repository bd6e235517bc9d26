// Limits of the judge's 64-bit fixed-point sums. Every judge checks its block and the placements it is given, whoever
// made them, so a sum never overflows. Wirelength has as many fractional bits as leave room for every net across the
// farthest places allowed. Maps have 42 bits below one full cell, which leaves 20 for the sum over the grid.
import {
  type Block,
  InputError,
  LONGEST_SIDE,
  MOST_SMOOTHING,
  NodeKind,
  type Placement,
} from "../../netlist/index.js";
import type { JudgeNets } from "./judge-nets.js";

/** How far a pin may be from the canvas, in half-perimeters: a node's centre and the pin's offset together. */
export const FARTHEST_PIN = 4;
/** How much of that is for the node's centre; the rest is for the offset. */
const FARTHEST_PLACE = 3;
const FARTHEST_OFFSET = FARTHEST_PIN - FARTHEST_PLACE;

const MOST_CELLS_A_SIDE = 1024;
const MOST_TRACKS = 1e9; // per µm
/** Congestion and density summed over the grid, in full cells: half of what a map's 63 - 42 bits hold. */
const MOST_CONGESTION = 2 ** 20;
const MOST_DENSITY = 2 ** 20;
/** Wires: half of 63 - 32 bits. */
const MOST_WIRES = 2 ** 30;

/** Throws `InputError` for a block whose numbers might overflow the judge's sums in some placement. */
export function refuseUncountable(block: Block, nets: JudgeNets): void {
  refuseFrame(block);
  refuseNodes(block);
  refuseOffsets(block, nets);
  refuseNets(block, nets);
  refuseBlockages(block);
  refuseFullCells(block, nets);
}

/** Throws `InputError` for a node too far from the canvas; NaN is a node without a place. */
export function refuseFarPlaces(block: Block, placement: Placement): void {
  for (let node = 0; node < block.nodeCount; node++) refuseFarPlace(block, placement, node);
}

/** The same for one node. */
export function refuseFarPlace(block: Block, { xs, ys }: Placement, node: number): void {
  const { canvas } = block;
  const farthest = FARTHEST_PLACE * (canvas.width + canvas.height);
  const [x, y] = [xs[node]!, ys[node]!];
  if (!(Math.abs(x) > farthest || Math.abs(y) > farthest)) return;
  throw new InputError(
    block.name,
    `'${block.nodeNames[node]}' is at (${x}, ${y}), far from the canvas of ${canvas.width} x ${canvas.height} µm`,
    "are both in micrometres?",
  );
}

function refuseFrame({ name, canvas, grid, routing, smoothing }: Block): void {
  for (const side of [canvas.width, canvas.height])
    refuseUnless(side > 0 && side <= LONGEST_SIDE, name, {
      what: "the canvas's side",
      found: side,
      expected: `above 0 to ${LONGEST_SIDE} µm`,
    });
  for (const count of [grid.columns, grid.rows])
    refuseUnless(Number.isInteger(count) && count >= 1 && count <= MOST_CELLS_A_SIDE, name, {
      what: "the grid's columns or rows",
      found: count,
      expected: `a whole number from 1 to ${MOST_CELLS_A_SIDE}`,
    });
  for (const tracks of [routing.horizontal, routing.vertical])
    refuseUnless(tracks > 0 && tracks <= MOST_TRACKS, name, {
      what: "the tracks per µm",
      found: tracks,
      expected: `above 0 to ${MOST_TRACKS}`,
    });
  for (const tracks of [routing.horizontalUsedByMacros, routing.verticalUsedByMacros])
    refuseUnless(tracks >= 0 && Number.isFinite(tracks), name, {
      what: "the tracks used by macros",
      found: tracks,
      expected: "at least 0",
    });
  refuseUnless(smoothing >= 0 && smoothing <= MOST_SMOOTHING, name, {
    what: "the smoothing",
    found: smoothing,
    expected: `0 to ${MOST_SMOOTHING}`,
  });
}

function refuseNodes({ name, nodeCount, nodeNames, widths, heights }: Block): void {
  for (let node = 0; node < nodeCount; node++)
    for (const side of [widths[node]!, heights[node]!])
      if (!(side >= 0 && side <= LONGEST_SIDE))
        refuseUnless(false, name, {
          what: `a side of '${nodeNames[node]}'`,
          found: side,
          expected: `0 to ${LONGEST_SIDE} µm`,
        });
}

function refuseOffsets({ name, canvas, nodeNames }: Block, nets: JudgeNets): void {
  const most = FARTHEST_OFFSET * (canvas.width + canvas.height);
  for (let point = 0; point < nets.pointCount; point++)
    for (const offset of [nets.pointXOffsets[point]!, nets.pointYOffsets[point]!])
      if (!(Math.abs(offset) <= most))
        refuseUnless(false, name, {
          what: `a pin's offset on '${nodeNames[nets.pointNodes[point]!]}'`,
          found: offset,
          expected: `at most ${most} µm, the canvas's half-perimeter`,
        });
}

function refuseNets({ name, netWeights }: Block, { totalWeight }: JudgeNets): void {
  // How large a weight may be depends on the tracks: see below.
  for (const weight of netWeights)
    if (!(weight >= 0 && Number.isFinite(weight)))
      refuseUnless(false, name, {
        what: "a net's weight",
        found: weight,
        expected: "a number of at least 0",
      });
  refuseUnless(Number.isFinite(totalWeight), name, {
    what: "the weight of all nets",
    found: totalWeight,
    expected: "a finite number",
  });
}

function refuseBlockages({ name, blockages, fences = [] }: Block): void {
  for (const { left, bottom, right, top } of [...blockages, ...fences.flatMap((fence) => fence.rectangles)])
    for (const side of [left, bottom, right, top])
      if (!(Math.abs(side) <= LONGEST_SIDE))
        refuseUnless(false, name, {
          what: "a side of a blockage or fence",
          found: side,
          expected: `within ${LONGEST_SIDE} µm`,
        });
}

/**
 * Throws `InputError` for tracks so few, or weights, areas and grids so large, that the maps might overflow. The bound
 * holds for any placement: every sink's wires cross the whole grid, and every macro blocks all cells that it touches.
 */
function refuseFullCells(block: Block, nets: JudgeNets): void {
  const { canvas, grid, routing, name } = block;
  const cellWidth = canvas.width / grid.columns;
  const cellHeight = canvas.height / grid.rows;
  const cells = grid.columns * grid.rows;
  let wires = 0;
  for (let net = 0; net < nets.netCount; net++)
    // Sinks in one cell share a wire.
    wires += nets.netDemands[net]! * Math.min(nets.netStarts[net + 1]! - nets.netStarts[net]! - 1, cells);
  let touched = 0;
  let covered = 0;
  for (let node = 0; node < block.nodeCount; node++) {
    const [width, height] = [block.widths[node]!, block.heights[node]!];
    covered += Math.min(cells, (width * height) / (cellWidth * cellHeight));
    if (block.kinds[node] !== NodeKind.HardMacro) continue;
    const side = Math.max(width, height);
    touched += Math.min(grid.columns, side / cellWidth + 2) * Math.min(grid.rows, side / cellHeight + 2);
  }
  const congestion =
    (wires * grid.columns) / (cellHeight * routing.horizontal) +
    (wires * grid.rows) / (cellWidth * routing.vertical) +
    touched * (routing.horizontalUsedByMacros / routing.horizontal) +
    touched * (routing.verticalUsedByMacros / routing.vertical);
  if (!(congestion <= MOST_CONGESTION && wires <= MOST_WIRES))
    throw new InputError(
      name,
      `the nets may take ${congestion.toExponential(1)} times the tracks of a ${grid.columns} x ${grid.rows} grid's cell, more than can be counted exactly`,
      "check net weights and tracks per µm (--routes, --macro-routes), or choose a coarser --grid",
    );
  if (!(covered <= MOST_DENSITY))
    throw new InputError(
      name,
      `the nodes cover ${covered.toExponential(1)} cells of a ${grid.columns} x ${grid.rows} grid, more than can be counted exactly`,
      "are sides and canvas in micrometres?",
    );
}

function refuseUnless(
  holds: boolean,
  where: string,
  { what, found, expected }: { readonly what: string; readonly found: number; readonly expected: string },
): void {
  if (!holds)
    throw new InputError(
      where,
      `${what} is ${found}, ${expected} was expected`,
      "are all lengths in micrometres?",
    );
}
