// Cells in rows: from any places of the standard cells of a flat netlist to legal ones on sites, and then to shorter wires.
// Kernels: kernels/assembly/rows/.
import { Kernels } from "../../kernels/index.js";
import { type Block, copyPlacement, InputError, type Placement } from "../../netlist/index.js";
import { type RowKind, rowKindsOf } from "./row-kinds.js";
import { type Cells, recordOf, restore } from "./row-record.js";
import { isLooseCell, ROUNDING, type RowSpace, rowSpaceOf } from "./row-space.js";
import { placeTallCells } from "./tall-cells.js";

export interface RowOptions {
  /** Most passes of detailed placement; 0 legalises only. Default: 8. */
  readonly passes?: number;
  /** A pass that shortens wires by less than this share is the last. Default: 0.0005. */
  readonly leastGain?: number;
  readonly onPass?: (pass: RowPass) => void;
  /** Goes on from here. It must come from the same block, places and options; the result has the same bytes. */
  readonly from?: RowState | undefined;
}

/** All that detailed placement carries from one pass to the next. */
export interface RowState {
  /** Index of the kind of rows, and where the cells of those before it are, if there are any. */
  readonly kind: number;
  readonly before?: Placement;
  readonly pass: number;
  /** µm. */
  readonly legalWirelength: number;
  readonly wirelength: number;
  /** How far cells moved to be legal: all together, and at most. */
  readonly moved: number;
  readonly longestMove: number;
  /** By how much the pass shortened wires, µm; infinite after the legalisation. */
  readonly gain: number;
  /** Segment of each cell, and its first site there. */
  readonly segments: Int32Array;
  readonly starts: Int32Array;
}

/** One pass that its caller drives. */
export interface RowStep extends RowPass {
  /** A copy of the state after it. */
  save(): RowState;
}

/** Weighted half-perimeter wirelength in µm after a pass; pass 0 is the legalisation. */
export interface RowPass {
  readonly pass: number;
  readonly wirelength: number;
}

export interface RowResult {
  /** All nodes; loose cells are in rows, in the orientation of their row. */
  readonly placement: Placement;
  /** Weighted half-perimeter wirelength in µm, after legalisation and at the end. */
  readonly legalWirelength: number;
  readonly wirelength: number;
  /** How far cells moved to be legal, µm in x and y together: in the mean, and at most. */
  readonly meanMove: number;
  readonly longestMove: number;
}

/**
 * Puts the standard cells that may move into rows near their places in `wanted`, without overlap and on sites (Abacus),
 * then shortens the weighted half-perimeter wirelength by swaps, reordering and shifts. Everything else stays where
 * `wanted` has it and keeps cells out. The same input gives the same bytes. Throws `InputError` if a cell is not as high
 * as the rows or finds no room.
 */
export function placeInRows(block: Block, wanted: Placement, options: RowOptions = {}): RowResult {
  const steps = rowSteps(block, wanted, options);
  for (;;) {
    const next = steps.next();
    if (next.done) return next.value;
  }
}

/** The same, pass by pass. `next(true)` ends detailed placement. */
export function* rowSteps(
  block: Block,
  wanted: Placement,
  options: RowOptions = {},
): Generator<RowStep, RowResult, boolean | undefined> {
  const kinds = rowKindsOf(block);
  const { from } = options;
  // Rows of different kinds may lie over each other: what has been placed is in the way of what follows.
  const placement = copyPlacement(from?.before ?? wanted);
  const isPlaced = new Uint8Array(block.nodeCount);
  const stands = (node: number) => !isLooseCell(block, node) || isPlaced[node] === 1;
  let isStopped = false;
  let total: Total = from ?? { legalWirelength: 0, wirelength: 0, moved: 0, longestMove: 0 };
  let count = 0;
  for (const [index, kind] of kinds.entries()) {
    count += kind.cells.length + kind.tall.length;
    const resumed = from?.kind === index ? from : undefined;
    if (!from || from.kind <= index) {
      if (kind.tall.length > 0 && !resumed) {
        const { sum, longest } = placeTallCells(block, kind, { placement, stands });
        total = {
          ...total,
          moved: total.moved + sum,
          longestMove: Math.max(total.longestMove, longest),
        };
      }
      for (const node of kind.tall) isPlaced[node] = 1;
      // Only what `wanted` does not say has to be kept.
      const before = kinds.length > 1 || kind.tall.length > 0 ? copyPlacement(placement) : undefined;
      const steps = kindSteps(block, placement, {
        ...options,
        ...{ kind, index, before, stands, total, isStopped },
        from: resumed,
      });
      let next = steps.next();
      while (!next.done) {
        const stop: boolean | undefined = yield next.value;
        isStopped ||= stop === true;
        next = steps.next(stop);
      }
      total = next.value;
    }
    for (const node of [...kind.tall, ...kind.cells]) isPlaced[node] = 1;
  }
  const { legalWirelength, wirelength, moved, longestMove } = total;
  return { placement, legalWirelength, wirelength, meanMove: count > 0 ? moved / count : 0, longestMove };
}

/** What the kinds so far add up to; wirelengths are of all nets. */
type Total = Pick<RowState, "legalWirelength" | "wirelength" | "moved" | "longestMove">;

interface KindOptions extends RowOptions {
  readonly kind: RowKind;
  readonly index: number;
  readonly before: Placement | undefined;
  stands(node: number): boolean;
  readonly total: Total;
  readonly isStopped: boolean;
}

/** The cells of one kind that stand in one row each, in `placement`. */
function* kindSteps(
  block: Block,
  placement: Placement,
  { kind, index, before, stands, total, isStopped, ...options }: KindOptions,
): Generator<RowStep, Total, boolean | undefined> {
  const { from } = options;
  const space = rowSpaceOf(block, { placement, stands, ...kind });
  const cells = cellsOf(block, kind, placement);
  if (cells.nodes.length === 0 && !before) return total;
  refuseTooWide(block, cells, { space, kind });
  const kernels = Kernels.create();
  const record = recordOf(kernels, { block, space, cells, wanted: placement });
  const { state, xs, ys, segments, starts } = record;
  const { run } = kernels;
  let pass = from?.pass ?? 0;
  let { moved, longestMove } = total;
  if (from) restore(space, record, from);
  else {
    const [wantedXs, wantedYs] = [xs.slice(), ys.slice()];
    // In nearly full rows the wide cells that come last may find gaps only: then they come first.
    const byX = orderByX(kernels, xs);
    if (run.legaliseRows(state.address, byX.byteOffset) < xs.length) {
      const byWidth = byX.sort((a, b) => cells.sites[b]! - cells.sites[a]! || xs[a]! - xs[b]! || a - b);
      const placed = run.legaliseRows(state.address, byWidth.byteOffset);
      if (placed < xs.length) throw noRoom(block, cells, { space, kind, cell: byWidth[placed]! });
    }
    const moves = movesOf({ xs, ys, wantedXs, wantedYs });
    moved += moves.sum;
    longestMove = Math.max(longestMove, moves.longest);
  }
  run.turnCells(state.address);
  const measured = run.measureRowNets(state.address);
  const legalWirelength = from?.legalWirelength ?? measured;
  let wirelength = from?.wirelength ?? measured;
  let gain = from?.gain ?? Number.POSITIVE_INFINITY;
  const step = (): RowStep => ({
    ...{ pass, wirelength },
    save: () => ({
      ...{ kind: index, ...(before && { before }) },
      ...{ pass, legalWirelength, wirelength, moved, longestMove, gain },
      segments: segments.slice(),
      starts: starts.slice(),
    }),
  });
  let isEnough = isStopped;
  if (!from) {
    options.onPass?.({ pass, wirelength });
    isEnough = (yield step()) === true || isStopped;
  }
  const { passes = 8, leastGain = 0.0005 } = options;
  while (!isEnough && pass < passes && gain >= leastGain * wirelength) {
    run.swapCells(state.address);
    run.reorderCells(state.address);
    run.shiftCells(state.address);
    const after = run.measureRowNets(state.address);
    gain = wirelength - after;
    wirelength = after;
    pass++;
    options.onPass?.({ pass, wirelength });
    isEnough = (yield step()) === true;
  }
  for (const [cell, node] of cells.nodes.entries()) {
    placement.xs[node] = xs[cell]! + block.widths[node]! / 2;
    placement.ys[node] = ys[cell]! + block.heights[node]! / 2;
    placement.orientations[node] = space.rowOrientations[space.segmentRows[segments[cell]!]!]!;
  }
  return { legalWirelength, wirelength, moved, longestMove };
}

/**
 * Throws `InputError`, before time is spent, if the cells cannot be in rows whatever is done: they need more sites than are
 * free around what stands, by default everything but them, or one is wider than every free stretch.
 */
export function refuseWithoutRoom(
  block: Block,
  start: Placement,
  stands: (node: number) => boolean = (node) => !isLooseCell(block, node),
): void {
  for (const kind of rowKindsOf(block)) {
    const space = rowSpaceOf(block, { placement: start, stands, ...kind });
    refuseTooWide(block, cellsOf(block, kind, undefined), { space, kind });
  }
}

interface RowsOfKind {
  readonly space: RowSpace;
  readonly kind: Pick<RowKind, "fences">;
}

function refuseTooWide(block: Block, { nodes, sites }: Cells, { space, kind: { fences } }: RowsOfKind): void {
  const there = sum(space.segmentSites);
  const wanted = sum(sites);
  if (wanted > there)
    throw new InputError(
      block.name,
      `cells${fences && ` of ${fences}`} take ${wanted} sites of ${there} that are free in rows of ${space.rowHeight} µm (${percent(wanted / there)})`,
      fences ? "make the region larger, or take cells out of it" : "give the rows more free sites",
    );
  const widest = space.segmentSites.reduce((most, width) => Math.max(most, width), 0);
  const cell = sites.findIndex((width) => width > widest);
  if (cell < 0) return;
  throw new InputError(
    `cell '${block.nodeNames[nodes[cell]!]}'`,
    `takes ${sites[cell]} sites, and the widest free stretch of a row${fences && ` in ${fences}`} has ${widest}`,
    "make room for it between macros and blockages",
  );
}

function percent(share: number): string {
  return Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : "no site is free";
}

function sum(values: Int32Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function cellsOf(block: Block, kind: RowKind, wanted: Placement | undefined): Cells {
  const nodes = Int32Array.from(kind.cells);
  const ofNode = new Int32Array(block.nodeCount).fill(-1);
  for (const [cell, node] of nodes.entries()) {
    if (wanted && Number.isNaN(wanted.xs[node]! + wanted.ys[node]!))
      throw new InputError(`cell '${block.nodeNames[node]}'`, "has no place");
    ofNode[node] = cell;
  }
  const sites = nodes.map((node) => Math.max(1, Math.ceil(block.widths[node]! / kind.siteWidth - ROUNDING)));
  return { nodes, ofNode, sites };
}

function movesOf(places: Readonly<Record<"xs" | "ys" | "wantedXs" | "wantedYs", Float64Array>>) {
  const { xs, ys, wantedXs, wantedYs } = places;
  let sum = 0;
  let longest = 0;
  for (let cell = 0; cell < xs.length; cell++) {
    const move = Math.abs(xs[cell]! - wantedXs[cell]!) + Math.abs(ys[cell]! - wantedYs[cell]!);
    sum += move;
    longest = Math.max(longest, move);
  }
  return { sum, longest };
}

function orderByX(kernels: Kernels, xs: Float64Array): Int32Array {
  const order = kernels.i32(xs.length);
  for (let cell = 0; cell < xs.length; cell++) order[cell] = cell;
  return order.sort((a, b) => xs[a]! - xs[b]! || a - b);
}

function noRoom(
  block: Block,
  { nodes, sites }: Cells,
  { space, kind: { fences }, cell }: RowsOfKind & { readonly cell: number },
): InputError {
  const [wanted, there] = [sum(sites), sum(space.segmentSites)];
  return new InputError(
    `cell '${block.nodeNames[nodes[cell]!]}'`,
    `finds no room in the rows${fences && ` of ${fences}`}: cells take ${wanted} sites of ${there} (${percent(wanted / there)}), and no gap is left that is ${sites[cell]} sites wide`,
    "give the rows more free sites",
  );
}
