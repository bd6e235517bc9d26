// Checks a placement of hard macros against the constraints of LEF and DEF: die, core, lattice, blockages, halos, fences,
// orientations and fixed macros. Everything is in database units. Violations are listed, not repaired. Guides are
// preferences: a macro outside its guide is told, but is no violation. What a macro covers, and what its halo is around, is its
// outline, if LEF gives it one; what it must stay inside of must hold its whole box.
import { greatestOf, leastOf } from "../../arrays.js";
import { NodeKind } from "../../block.js";
import { shapesOverlap, wayOut } from "../../outlines.js";
import type { Placement } from "../../placement.js";
import type { MacroRules, Violation, ViolationKind } from "../../violation.js";
import { type DefRegion, PlaceStatus } from "./def-design.js";
import {
  boxAt,
  type DefPlace,
  defPlaceOf,
  defPlacesOf,
  isMoved,
  orientationName,
  shapesAt,
} from "./def-places.js";
import type { DesignRules } from "./design-rules.js";
import type { Comb } from "./floor.js";
import { boundsOf, contains, overlaps, type Rect, slabsOf, unionOf, widened } from "./geometry.js";
import { membershipsOf } from "./memberships.js";

/** Overlaps of up to this many database units are ignored, as sizes need not be whole numbers of units. */
const TOUCHING = 0.01;

interface Placed {
  readonly component: number;
  readonly node: number;
  readonly place: DefPlace;
  readonly box: Rect;
  /** What it covers: its box, or the rectangles of its outline. */
  readonly shapes: readonly Rect[];
  /** The same with its halo. */
  readonly halo: readonly Rect[] | undefined;
  readonly label: string;
}

/** Violations by hard macros, in file order; none between two fixed macros. */
export function checkConstraints(loaded: DesignRules, placement: Placement): Violation[] {
  const { block } = loaded;
  const placed = placedMacros(loaded, placement);
  const isPlaced = new Set(placed.map(({ node }) => node));
  const memberships = membershipsOf(loaded);
  const violations: Violation[][] = [];
  for (let node = 0; node < block.nodeCount; node++)
    if (block.kinds[node] === NodeKind.HardMacro && !isPlaced.has(node))
      violations.push([unplaced(block.nodeNames[node]!)]);
  for (const macro of placed) violations.push(checkOne(loaded, macro, memberships));
  for (let i = 0; i < placed.length; i++)
    for (let j = i + 1; j < placed.length; j++) violations.push(checkPair(loaded, placed[i]!, placed[j]!));
  return violations.flat();
}

function unplaced(macro: string): Violation {
  return { kind: "unplaced", macro, message: `macro '${macro}' has no place` };
}

/**
 * Tells whether a hard macro may be at a place while others, except its `mates`, are where `placesOf` says. It asks for all
 * constraints but the orientation.
 */
export function legalPlaces(
  loaded: DesignRules,
  placesOf: ReadonlyMap<number, DefPlace>,
): (component: number, place: DefPlace, mates?: readonly number[]) => boolean {
  const memberships = membershipsOf(loaded);
  const known = new Map<number, Placed>();
  const placedAt = (component: number, place: DefPlace) => {
    const before = known.get(component);
    if (before?.place === place) return before;
    const placed = placedOf(loaded, { component, node: loaded.nodes.nodeOfComponent[component]!, place });
    known.set(component, placed);
    return placed;
  };
  return (component, place, mates = []) => {
    const macro = placedAt(component, place);
    if (checkOne(loaded, macro, memberships).some(({ kind }) => kind !== "orientation")) return false;
    for (const [other, at] of placesOf)
      if (
        other !== component &&
        !mates.includes(other) &&
        checkPair(loaded, macro, placedAt(other, at)).length > 0
      )
        return false;
    return true;
  };
}

/**
 * The same constraints for the hard macros one by one, for a placement that changes: what is wrong with a macro alone, and with
 * two of them. Together they are `checkConstraints`.
 */
export function constraintRules(loaded: DesignRules): MacroRules {
  const { block, nodes } = loaded;
  const { units } = loaded.design;
  const memberships = membershipsOf(loaded);
  const known = new Map<number, Placed>();
  const placedAt = (placement: Placement, node: number): Placed | undefined => {
    const place = defPlaceOf(loaded, placement, node);
    if (!place) return undefined;
    const before = known.get(node);
    if (
      before?.place.x === place.x &&
      before.place.y === place.y &&
      before.place.orientation === place.orientation
    )
      return before;
    const placed = placedOf(loaded, { component: nodes.componentOfNode[node]!, node, place });
    known.set(node, placed);
    return placed;
  };
  return {
    checkOne: (placement, node) => {
      const placed = placedAt(placement, node);
      return placed ? checkOne(loaded, placed, memberships) : [unplaced(block.nodeNames[node]!)];
    },
    checkPair: (placement, a, b) => {
      const [first, second] = [placedAt(placement, a), placedAt(placement, b)];
      return first && second ? checkPair(loaded, first, second) : [];
    },
    reachOf: (placement, node) => {
      const placed = placedAt(placement, node);
      if (!placed) return undefined;
      const { left, bottom, right, top } = [placed.box, ...(placed.halo ?? [])].reduce(unionOf);
      return { left: left / units, bottom: bottom / units, right: right / units, top: top / units };
    },
  };
}

/** One line for every placed macro that may move and is not inside a guide of its own, in file order. */
export function unmetGuides(loaded: DesignRules, placement: Placement): string[] {
  const { path } = loaded.design;
  const memberships = membershipsOf(loaded);
  return placedMacros(loaded, placement)
    .filter(({ node }) => !loaded.block.fixed[node])
    .flatMap(({ component, box, label }) =>
      (memberships.get(component) ?? [])
        .filter(({ type, rects }) => type === "GUIDE" && !isCovered(box, rects))
        .map(({ name, line }) => `${label}: is not within guide '${name}' (${path}:${line})`),
    );
}

function placedMacros(loaded: DesignRules, placement: Placement): Placed[] {
  const { block, nodes } = loaded;
  const places = defPlacesOf(loaded, placement);
  const placed: Placed[] = [];
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] !== NodeKind.HardMacro) continue;
    const component = nodes.componentOfNode[node]!;
    const place = places.get(component);
    if (place) placed.push(placedOf(loaded, { component, node, place }));
  }
  return placed;
}

function placedOf(loaded: DesignRules, macro: Pick<Placed, "component" | "node" | "place">): Placed {
  const { component, node, place } = macro;
  const box = boxAt(loaded, component, place);
  const shapes = shapesAt(loaded, component, place);
  const given = loaded.design.components.halos.get(component);
  const halo = given && shapes.map((shape) => widened(shape, given, place.orientation));
  const { units } = loaded.design;
  const label = `macro '${loaded.block.nodeNames[node]}' at (${place.x / units}, ${place.y / units}) ${orientationName(place)}`;
  return { ...macro, box, shapes, halo, label };
}

function checkOne(
  loaded: DesignRules,
  macro: Placed,
  memberships: ReadonlyMap<number, readonly DefRegion[]>,
): Violation[] {
  const { design, block, allowed, core, lattice } = loaded;
  const { component, node, place, box, shapes, label } = macro;
  const { units } = design;
  const name = design.components.names[component]!;
  const violations: Violation[] = [];
  const add = (kind: ViolationKind, problem: string, by?: number) =>
    violations.push({
      kind,
      macro: name,
      ...(by !== undefined && { by_um: inUm(by, units) }),
      message: `${label}: ${problem}${by === undefined ? "" : `, by ${inUm(by, units)} µm`}`,
    });
  if (block.fixed[node]) {
    const status = design.components.statuses[component]!;
    const isFixed = status === PlaceStatus.Fixed || status === PlaceStatus.Cover; // others are kept on request
    if (isFixed && !loaded.freesFixed && isMoved(loaded, component, place))
      add("fixed", `is fixed elsewhere (${design.path}:${design.components.lines[component]})`);
    return violations;
  }
  if (!allowed[node]!.includes(place.orientation)) {
    const { symmetry, where } = loaded.nodes.masters[component]!;
    const given = symmetry ? `SYMMETRY ${symmetry.join(" ")}` : "no SYMMETRY";
    add("orientation", `its master has ${given} (${where}), which does not allow ${orientationName(place)}`);
  }
  const die = boundsOf(design.die);
  const beside = design.die.length > 2 ? slabsOf(design.die, true) : [];
  const notch = beside.find((rect) => shapesOverlap([rect], shapes, TOUCHING));
  if (!contains(die, box, TOUCHING)) add("outside", "sticks out of the die", beyond(die, box));
  else if (notch) add("outside", "sticks out of the die", wayOut(shapes, [notch]));
  else if (core && !contains(core, box, TOUCHING))
    add("core", "sticks out of the core, the bounds of the rows", beyond(core, box));
  const off = Math.max(offComb(lattice.x, place.x), offComb(lattice.y, place.y));
  if (off > 0) add("grid", `its corner is not on ${lattice.name}`, off);
  for (const blockage of design.blockages)
    if (
      blockage.kind === "hard" &&
      blockage.component !== name &&
      shapesOverlap([blockage], shapes, TOUCHING)
    )
      add(
        "blockage",
        `covers the placement blockage of ${design.path}:${blockage.line}`,
        wayOut(shapes, [blockage]),
      );
  const own = memberships.get(component) ?? [];
  for (const region of design.regions) {
    const where = `region '${region.name}' (${design.path}:${region.line})`;
    if (own.includes(region)) {
      if (region.type !== "GUIDE" && !isCovered(box, region.rects))
        add(
          "fence",
          `belongs inside ${where} and is not`,
          leastOf(region.rects.map((rect) => beyond(rect, box))),
        );
    } else if (region.type === "FENCE") {
      const entered = region.rects.filter((rect) => shapesOverlap([rect], shapes, TOUCHING));
      if (entered.length > 0)
        add(
          "fence",
          `does not belong into ${where}, which is a fence`,
          greatestOf(entered.map((rect) => wayOut(shapes, [rect]))),
        );
    }
  }
  return violations;
}

/** A length in µm, without the digits that arithmetic adds. */
function inUm(length: number, units: number): number {
  return Number((length / units).toFixed(6));
}

/** How far a box sticks out of another one, at its worst side. */
function beyond(outer: Rect, box: Rect): number {
  return Math.max(
    outer.left - box.left,
    outer.bottom - box.bottom,
    box.right - outer.right,
    box.top - outer.top,
    0,
  );
}

/** How far a coordinate is from the next point of a comb. */
function offComb({ start, pitch }: Comb, value: number): number {
  const over = (((value - start) % pitch) + pitch) % pitch;
  return Math.min(over, pitch - over);
}

/** Whether rectangles cover a box. They must not overlap each other. */
function isCovered(box: Rect, rects: readonly Rect[]): boolean {
  let area = 0;
  for (const rect of rects)
    if (overlaps(rect, box))
      area +=
        (Math.min(rect.right, box.right) - Math.max(rect.left, box.left)) *
        (Math.min(rect.top, box.top) - Math.max(rect.bottom, box.bottom));
  const whole = (box.right - box.left) * (box.top - box.bottom);
  return area >= whole - TOUCHING * (box.right - box.left + box.top - box.bottom);
}

/** An overlap of two macros, or one in the halo of the other. Halos may overlap. */
function checkPair({ block, design }: DesignRules, a: Placed, b: Placed): Violation[] {
  if (block.fixed[a.node] && block.fixed[b.node]) return [];
  const nameOf = ({ node }: Placed) => block.nodeNames[node]!;
  const hasOutline = block.outlines?.has(a.node) || block.outlines?.has(b.node);
  const byOutlines = hasOutline ? ", by their OVERLAP outlines" : "";
  const violation = (
    kind: ViolationKind,
    [macro, other]: readonly [Placed, Placed],
    by: number,
    is: string,
  ) => ({
    kind,
    macro: nameOf(macro),
    other: nameOf(other),
    by_um: inUm(by, design.units),
    message: `${macro.label}: ${is} ${other.label}, by ${inUm(by, design.units)} µm${byOutlines}`,
  });
  if (shapesOverlap(a.shapes, b.shapes, TOUCHING))
    return [violation("overlap", [a, b], wayOut(a.shapes, b.shapes), "overlaps")];
  const violations: Violation[] = [];
  for (const [keeper, other] of [
    [a, b],
    [b, a],
  ] as const)
    if (keeper.halo && shapesOverlap(keeper.halo, other.shapes, TOUCHING))
      violations.push(
        violation("halo", [other, keeper], wayOut(other.shapes, keeper.halo), "stands in the halo of"),
      );
  return violations;
}
