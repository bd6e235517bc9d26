// Turns groups of standard cells into soft macros, as Circuit Training's grouper does. Each group becomes a soft macro
// `Grp_k` with one input pin. Nets from its cells to other groups, macros and ports start at output pins: a net with
// one such target adds its weight to the group's pin for that target (`Poutput_single_i`), a net with several gets a
// pin of its own (`Poutput_multi_i`). All pins of a soft macro are at its centre.

import { groupBy } from "../arrays.js";
import { type Block, isMovableCell, type Netlist, NodeKind } from "../block.js";
import { addPortsOfFixedCells, isFixedCell, placeStandIn, type StandIn } from "../fixed-cells.js";
import { NetlistDraft } from "../netlist-draft.js";
import { emptyPlacement } from "../placement.js";

/** Share of a soft macro's area that its cells fill; the rest is for their wires. The original's default. */
export const SOFT_UTILISATION = 0.5;
/** Nets with more sinks (clocks, resets) are left out, as in the original. */
export const MOST_SINKS = 500;
/** µm: a group of cells without area still makes a macro of some height. */
const LEAST_HEIGHT = 1e-6;
/** µm² added to each cell's area, so that a group of cells without area has a centre. No real area changes by it. */
const LEAST_MASS = 1e-30;

export interface ClusteredBlock {
  /**
   * Ports and hard macros in their old order, then a soft macro per group, in the order of group numbers, then the fixed
   * cells with the ports at their pins.
   */
  readonly block: Block;
  /** Per node of the flat block: its node here (for cells, their soft macro), or -1 for fixed cells and cells of no group. */
  readonly nodeOf: Int32Array;
}

export interface ClusteredOptions {
  /** Width of every soft macro, µm. The original's is one grid column. */
  readonly softWidth: number;
  /** Share of a soft macro's area that its cells fill. */
  readonly utilisation?: number;
}

/**
 * The block with one soft macro for each group that has a standard cell. If all cells of a group have places, the soft
 * macro is at their centre of area.
 * @param groups per node of `flat` its group, or -1. Movable cells without a group are left out with their nets; the
 *   groups of other nodes do not matter.
 */
export function clusteredBlock(
  flat: Block,
  groups: Int32Array,
  { softWidth, utilisation = SOFT_UTILISATION }: ClusteredOptions,
): ClusteredBlock {
  const softs = gatherSofts(flat, groups);
  const draft = new NetlistDraft();
  const nodeOf = new Int32Array(flat.nodeCount).fill(-1);
  const pinOf = addPortsAndMacros(flat, draft, nodeOf);
  const first = nodeOf.reduce((most, node) => Math.max(most, node), -1) + 1;
  for (let node = 0; node < flat.nodeCount; node++)
    if (softs.of[node]! >= 0) nodeOf[node] = first + softs.of[node]!;
  const heights = softs.areas.map((area) => Math.max(area / utilisation / softWidth, LEAST_HEIGHT));
  for (const [soft, name] of softs.names.entries())
    draft.addNode(NodeKind.SoftMacro, name, softWidth, heights[soft]!);
  const standing = addFixedCells(flat, draft, pinOf);
  addNets(flat, draft, { softs, first, pinOf });
  const { netlist } = draft.finish(flat.name);
  const placed = places(flat, netlist, { nodeOf, softs, first, standing });
  const outlines =
    flat.outlines && new Map([...flat.outlines].map(([node, shape]) => [nodeOf[node]!, shape]));
  return {
    nodeOf,
    block: {
      ...{ ...flat, ...netlist, ...placed, ...(outlines && { outlines }) },
      ...{ cellFences: undefined, source: undefined },
    },
  };
}

interface Softs {
  readonly names: readonly string[];
  /** Per node of the flat block its soft macro, counted from 0, or -1. */
  readonly of: Int32Array;
  /** Area of the cells, µm², and its centre; NaN where a cell has no place. */
  readonly areas: Float64Array;
  readonly xs: Float64Array;
  readonly ys: Float64Array;
}

function gatherSofts(flat: Block, groups: Int32Array): Softs {
  const isGrouped = (node: number) => isMovableCell(flat, node) && groups[node]! >= 0;
  const used = new Set<number>();
  for (let node = 0; node < flat.nodeCount; node++) if (isGrouped(node)) used.add(groups[node]!);
  const sorted = [...used].sort((a, b) => a - b);
  const softOfGroup = new Map(sorted.map((group, soft) => [group, soft]));
  const of = new Int32Array(flat.nodeCount).fill(-1);
  const areas = new Float64Array(sorted.length);
  const masses = new Float64Array(sorted.length);
  const xs = new Float64Array(sorted.length);
  const ys = new Float64Array(sorted.length);
  for (let node = 0; node < flat.nodeCount; node++) {
    if (!isGrouped(node)) continue;
    const soft = softOfGroup.get(groups[node]!)!;
    const area = flat.widths[node]! * flat.heights[node]!;
    const mass = area + LEAST_MASS;
    of[node] = soft;
    areas[soft]! += area;
    masses[soft]! += mass;
    xs[soft]! += mass * flat.initial.xs[node]!;
    ys[soft]! += mass * flat.initial.ys[node]!;
  }
  for (let soft = 0; soft < sorted.length; soft++) {
    xs[soft]! /= masses[soft]!;
    ys[soft]! /= masses[soft]!;
  }
  return { names: sorted.map((group) => `Grp_${group}`), of, areas, xs, ys };
}

/** Fills `nodeOf` for ports and macros. Returns per pin of the flat block its pin in the draft, -1 for pins of cells. */
function addPortsAndMacros(flat: Block, draft: NetlistDraft, nodeOf: Int32Array): Int32Array {
  for (let node = 0; node < flat.nodeCount; node++) {
    const kind = flat.kinds[node]! as NodeKind;
    if (kind === NodeKind.StandardCell) continue;
    nodeOf[node] = draft.addNode(kind, flat.nodeNames[node]!, flat.widths[node]!, flat.heights[node]!);
  }
  const pinOf = new Int32Array(flat.pinCount).fill(-1);
  for (let pin = 0; pin < flat.pinCount; pin++) {
    const node = nodeOf[flat.pinNodes[pin]!]!;
    if (node < 0) continue;
    pinOf[pin] = draft.addPin(node, flat.pinNames[pin]!, flat.pinXOffsets[pin]!, flat.pinYOffsets[pin]!);
  }
  return pinOf;
}

/** Adds the fixed cells that have an area, and a port for each pin of a fixed cell that is in a net. Fills `pinOf`. */
function addFixedCells(flat: Block, draft: NetlistDraft, pinOf: Int32Array): StandIn[] {
  const cells: StandIn[] = [];
  for (let cell = 0; cell < flat.nodeCount; cell++) {
    if (!isFixedCell(flat, cell) || !(flat.widths[cell]! * flat.heights[cell]! > 0)) continue;
    const [width, height] = [flat.widths[cell]!, flat.heights[cell]!];
    const node = draft.addNode(NodeKind.StandardCell, flat.nodeNames[cell]!, width, height);
    cells.push({ node, cell, xOffset: 0, yOffset: 0 });
  }
  return [...cells, ...addPortsOfFixedCells(flat, draft, pinOf)];
}

/**
 * The distinct sinks of a net outside its driver's group: soft macros as -1 - soft, then pins of ports and macros.
 * Sorting puts soft macros in descending and pins in ascending order, as in the original's files.
 */
type Targets = number[];

/** A future output pin: its targets and the weight of its net. */
interface Output {
  readonly targets: Targets;
  weight: number;
}

/** How nodes and pins of the flat block are found in the draft. */
interface Numbering {
  readonly softs: Softs;
  /** Node of the first soft macro. */
  readonly first: number;
  /** Per pin of the flat block its pin, or -1 for pins of movable cells. */
  readonly pinOf: Int32Array;
}

function addNets(flat: Block, draft: NetlistDraft, { softs, first, pinOf }: Numbering): void {
  const softCount = softs.names.length;
  const drivers = new Int32Array(flat.netCount);
  for (let net = 0; net < flat.netCount; net++) {
    const soft = softs.of[flat.pinNodes[flat.netPins[flat.netStarts[net]!]!]!]!;
    drivers[net] = soft < 0 ? softCount : soft;
  }
  const { starts, items } = groupBy(softCount + 1, drivers);
  const inputs = new Int32Array(softCount);
  const nets: { driver: number; output: Output }[] = [];
  for (let soft = 0; soft < softCount; soft++) {
    const name = softs.names[soft]!;
    const multi: Output[] = [];
    const singleOf = new Map<number, Output>();
    for (let i = starts[soft]!; i < starts[soft + 1]!; i++) {
      const net = items[i]!;
      const targets = targetsOf(flat, net, { softs, pinOf, own: soft });
      const weight = flat.netWeights[net]!;
      if (targets.length > 1) multi.push({ targets, weight });
      if (targets.length !== 1) continue;
      const single = singleOf.get(targets[0]!);
      if (single) single.weight += weight;
      else singleOf.set(targets[0]!, { targets, weight });
    }
    const singles = [...singleOf.values()].sort((a, b) => a.targets[0]! - b.targets[0]!);
    for (const [kind, outputs] of [
      ["multi", multi],
      ["single", singles],
    ] as const)
      for (const [i, output] of outputs.entries())
        nets.push({ driver: draft.addPin(first + soft, `${name}/Poutput_${kind}_${i}`), output });
    inputs[soft] = draft.addPin(first + soft, `${name}/Pinput`);
  }
  const sinksOf = (targets: Targets) => targets.map((t) => (t < 0 ? inputs[-1 - t]! : pinOf[t]!));
  for (let i = starts[softCount]!; i < starts[softCount + 1]!; i++) {
    const net = items[i]!;
    const driver = pinOf[flat.netPins[flat.netStarts[net]!]!]!;
    if (driver >= 0)
      draft.addNet(driver, sinksOf(targetsOf(flat, net, { softs, pinOf, own: -1 })), flat.netWeights[net]!);
  }
  for (const { driver, output } of nets) draft.addNet(driver, sinksOf(output.targets), output.weight);
}

/** @param driver `own`: soft macro of the driver, or -1 */
function targetsOf(
  flat: Block,
  net: number,
  driver: Pick<Numbering, "softs" | "pinOf"> & { readonly own: number },
): Targets {
  const { softs, pinOf, own } = driver;
  const start = flat.netStarts[net]! + 1;
  const end = flat.netStarts[net + 1]!;
  if (end - start > MOST_SINKS) return [];
  const targets = new Set<number>();
  for (let i = start; i < end; i++) {
    const pin = flat.netPins[i]!;
    const soft = softs.of[flat.pinNodes[pin]!]!;
    if (pinOf[pin]! >= 0) targets.add(pin);
    else if (soft >= 0 && soft !== own) targets.add(-1 - soft);
  }
  return [...targets].sort((a, b) => a - b);
}

interface Places extends Pick<Numbering, "softs" | "first"> {
  readonly nodeOf: Int32Array;
  readonly standing: readonly StandIn[];
}

/** Places and fixed flags of the flat block, with soft macros at the centres of their cells. */
function places(
  flat: Block,
  { nodeCount, kinds }: Netlist,
  { nodeOf, softs, first, standing }: Places,
): Pick<Block, "fixed" | "initial"> {
  const initial = emptyPlacement(nodeCount);
  const fixed = new Uint8Array(nodeCount);
  for (let node = 0; node < flat.nodeCount; node++) {
    const now = nodeOf[node]!;
    if (now < 0 || kinds[now] === NodeKind.SoftMacro) continue;
    fixed[now] = flat.fixed[node]!;
    initial.xs[now] = flat.initial.xs[node]!;
    initial.ys[now] = flat.initial.ys[node]!;
    initial.orientations[now] = flat.initial.orientations[node]!;
  }
  initial.xs.set(softs.xs, first);
  initial.ys.set(softs.ys, first);
  for (const standIn of standing) {
    fixed[standIn.node] = 1;
    placeStandIn(flat, standIn, initial);
    if (kinds[standIn.node] !== NodeKind.Port)
      initial.orientations[standIn.node] = flat.initial.orientations[standIn.cell]!;
  }
  return { fixed, initial };
}
