// A DEF design as the methods place it: hard macros with their halos, fences, halos of fixed macros as blockages, and all
// lengths and edges on the lattice, so that corners can be rounded down onto it afterwards without making an overlap.
import { type Block, type Blockage, type Fence, type Guide, NodeKind } from "../../block.js";
import { boxOf } from "../../boxes.js";
import { InputError } from "../../input-error.js";
import { isSideways } from "../../orientation.js";
import { type PlacingView, placingView, type Sides } from "../../placing-view.js";
import { boxAt, defPlacesOf } from "./def-places.js";
import { blockagesOfMacros, inMicrons, originOf } from "./def-to-block.js";
import { type Comb, outwardOn, wholePitches } from "./floor.js";
import { boundsOf, type Rect, widened } from "./geometry.js";
import { allowsTurns } from "./lef-library.js";
import type { LoadedDef } from "./load-def.js";
import { membershipsOf } from "./memberships.js";

export interface PlacingRules {
  /** Whether macros whose masters have SYMMETRY R90 may be turned by 90°. */
  readonly turn?: boolean;
  /** How strongly guides pull (`Block.guideWeight`); 0: not at all. */
  readonly guideWeight?: number | undefined;
}

/**
 * What methods place. `scored` has the nodes of the design in the same order, up to the hard macros; its cells may be
 * clustered. Throws `InputError` if macros may be turned and corners are to be on a lattice that differs in x and in y.
 */
export function placingDesign(
  scored: Block,
  loaded: LoadedDef,
  { turn = false, guideWeight }: PlacingRules = {},
): PlacingView {
  const { design, lattice } = loaded;
  const { units } = design;
  for (let node = 0; node < scored.nodeCount; node++)
    if (scored.kinds[node] === NodeKind.HardMacro && scored.nodeNames[node] !== loaded.block.nodeNames[node])
      throw new Error("internal: clustering has renumbered the macros");
  if (turn && lattice.x.pitch !== lattice.y.pitch)
    throw new InputError(
      "--turn",
      `corners lie on ${lattice.name}, whose steps of ${lattice.x.pitch / units} and ${lattice.y.pitch / units} µm in x and y differ`,
      "use --snap manufacturing, or leave --turn out",
    );
  const isRound = lattice.x.pitch > 1 || lattice.y.pitch > 1;
  const fullLength = (length: number, axis: "x" | "y") => {
    const whole = length * units;
    const full = wholePitches(lattice[axis], whole);
    return Math.abs(full - whole) < SAME ? length : full / units;
  };
  const view = placingView(scored, {
    haloOf: (node) => haloInMicrons(loaded, scored, node),
    ...(isRound && { fullLength }),
    ...(turn && { mayTurn: (node) => mayTurn(loaded, node) }),
  });
  const regions = withRegions(view.block, loaded);
  const block = { ...regions, ...(guideWeight === 0 && { guides: undefined }), guideWeight };
  const more = [...haloesOfFixed(loaded), ...blockagesOfKept(loaded)];
  const blockages = [...block.blockages, ...more.map((rect): Blockage => ({ ...rect, rate: 1 }))];
  return { ...view, block: isRound ? onLattice({ ...block, blockages }, loaded) : { ...block, blockages } };
}

/** Whether the master of a macro allows quarter turns. */
export function mayTurn({ nodes }: LoadedDef, node: number): boolean {
  return allowsTurns(nodes.masters[nodes.componentOfNode[node]!]!);
}

/** Database units: lengths that differ by less are the same. */
const SAME = 0.001;

/**
 * A macro's halo in orientation N, µm. The side with the smaller halo may lie over an edge by it whichever way the macro is
 * mirrored. A macro that would have no room so gets the larger halo of two opposite sides on both.
 */
function haloInMicrons({ design, nodes, core }: LoadedDef, scored: Block, node: number): Sides | undefined {
  const halo = design.components.halos.get(nodes.componentOfNode[node]!);
  if (!halo) return undefined;
  const { units } = design;
  const floor = core ?? boundsOf(design.die);
  const lies = isSideways(scored.initial.orientations[node]!);
  const [roomX, roomY] = [(floor.right - floor.left) / units, (floor.top - floor.bottom) / units];
  const along = { length: scored.widths[node]!, room: lies ? roomY : roomX };
  const across = { length: scored.heights[node]!, room: lies ? roomX : roomY };
  const [low, high] = fitting([halo.left / units, halo.right / units], along);
  const [below, above] = fitting([halo.bottom / units, halo.top / units], across);
  return { left: low, bottom: below, right: high, top: above };
}

function fitting(
  sides: readonly [number, number],
  { length, room }: { readonly length: number; readonly room: number },
): [number, number] {
  const [low, high] = sides.map((side) => Math.max(side, 0)) as [number, number];
  const larger = Math.max(low, high);
  return length + larger - Math.min(low, high) <= room ? [low, high] : [larger, larger];
}

/** Rectangles around fixed hard macros that have a halo, in µm from the origin. */
function haloesOfFixed(loaded: LoadedDef): Rect[] {
  const { design, nodes, block } = loaded;
  const rects: Rect[] = [];
  const places = defPlacesOf(loaded, block.initial);
  for (const [component, halo] of design.components.halos) {
    const node = nodes.nodeOfComponent[component]!;
    const place = places.get(component);
    if (!place || block.kinds[node] !== NodeKind.HardMacro || !block.fixed[node]) continue;
    const box = boxAt(loaded, component, place);
    rects.push(inMicrons(design, widened(box, halo, place.orientation)));
  }
  return rects;
}

/** Blockages that belong to macros that were fixed only after the design was loaded, in µm from the origin. */
function blockagesOfKept({ design, nodes, block }: LoadedDef): Rect[] {
  const everyOne = new Uint8Array(block.nodeCount);
  return [...blockagesOfMacros(design, nodes, everyOne)]
    .filter(([node]) => block.fixed[node])
    .flatMap(([, own]) => own.map((blockage) => inMicrons(design, blockage)))
    .filter(
      (rect) =>
        !block.blockages.some(
          ({ left, bottom, right, top }) =>
            left === rect.left && bottom === rect.bottom && right === rect.right && top === rect.top,
        ),
    );
}

/**
 * Fences, and regions without a type, which keep their members but let others in. A fence to which no movable macro
 * belongs is a blockage to all of them. A blockage that belongs to a macro keeps only the others out. Guides pull.
 */
function withRegions(block: Block, loaded: LoadedDef): Block {
  const { design, nodes } = loaded;
  const memberships = [...membershipsOf(loaded)].flatMap(([component, regions]) => {
    const node = nodes.nodeOfComponent[component]!;
    const moves = block.kinds[node] === NodeKind.HardMacro && !block.fixed[node];
    return moves ? [{ node, regions }] : [];
  });
  const blockages = [...block.blockages];
  const fences: Fence[] = [];
  const guides: Guide[] = [];
  const inBlock = (rect: Rect) => inMicrons(design, rect);
  for (const region of design.regions) {
    const members = memberships.flatMap(({ node, regions }) => (regions.includes(region) ? [node] : []));
    const rectangles = region.rects.map(inBlock);
    if (region.type === "GUIDE") {
      if (members.length > 0) guides.push({ name: region.name, rectangles, members });
      continue;
    }
    const exclusive = region.type === "FENCE";
    if (members.length > 0) fences.push({ name: region.name, rectangles, members, exclusive });
    else if (exclusive) for (const rectangle of rectangles) blockages.push({ ...rectangle, rate: 1 });
  }
  for (const [node, own] of blockagesOfMacros(design, nodes, block.fixed)) {
    const name = `blockage of ${block.nodeNames[node]}`;
    fences.push({ name, rectangles: own.map(inBlock), members: [node], exclusive: true, isOpen: true });
  }
  return {
    ...block,
    blockages,
    ...(fences.length > 0 && { fences }),
    ...(guides.length > 0 && { guides }),
  };
}

/**
 * The block with every edge on the lattice: those of blockages outward, those of fences inward for members and outward for
 * others. A fixed macro beside the lattice gets a blockage around it.
 */
function onLattice(block: Block, { design, lattice }: LoadedDef): Block {
  const { units } = design;
  const origin = originOf(design);
  const inUnits = ({ left, bottom, right, top }: Rect): Rect => ({
    left: left * units + origin.x,
    bottom: bottom * units + origin.y,
    right: right * units + origin.x,
    top: top * units + origin.y,
  });
  const outward = (rect: Rect) => kept(rect, inMicrons(design, outwardOn(lattice, inUnits(rect))), units);
  const inward = (rect: Rect) => {
    const { left, bottom, right, top } = inUnits(rect);
    const x = inwardOn(lattice.x, left, right);
    const y = inwardOn(lattice.y, bottom, top);
    return kept(rect, inMicrons(design, { left: x[0], right: x[1], bottom: y[0], top: y[1] }), units);
  };
  const blockages = block.blockages.map((blockage) => ({ ...blockage, ...outward(blockage) }));
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] !== NodeKind.HardMacro || !block.fixed[node]) continue;
    const box = boxOf(block, block.initial, node);
    if (Number.isNaN(box.left + box.bottom)) continue;
    const around = outward(box);
    if (around !== box) blockages.push({ ...around, rate: 1 });
  }
  const fences = block.fences?.flatMap((fence): Fence[] => {
    const within = fence.rectangles.map(inward);
    const without = fence.rectangles.map(outward);
    if (within.every((rect, i) => rect === fence.rectangles[i]) || fence.isOpen)
      return [fence.isOpen ? { ...fence, rectangles: without } : fence];
    return [
      { ...fence, rectangles: within, exclusive: false },
      ...(fence.exclusive ? [{ ...fence, rectangles: without, isOpen: true }] : []),
    ];
  });
  return { ...block, blockages, ...(fences && { fences }) };
}

function inwardOn({ start, pitch }: Comb, low: number, high: number): [number, number] {
  const first = start + Math.ceil((low - start) / pitch - SAME / pitch) * pitch;
  const last = start + Math.floor((high - start) / pitch + SAME / pitch) * pitch;
  return [first, Math.max(first, last)];
}

/** The rectangle itself if the other is the same: then its numbers keep their last digits. */
function kept(rect: Rect, moved: Rect, units: number): Rect {
  const isSame = (["left", "bottom", "right", "top"] as const).every(
    (side) => Math.abs(rect[side] - moved[side]) * units < SAME,
  );
  return isSame ? rect : moved;
}
