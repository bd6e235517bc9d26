// Checks a placement of hard macros against the constraints of LEF and DEF: die, blockages, halos, fences, orientations and
// fixed macros. Everything is in database units. Violations are listed, not repaired. Guides are preferences: a macro
// outside its guide is told, but is no violation.
import { NodeKind } from "../../block.js";
import { isSideways, turnOffset } from "../../orientation.js";
import type { Placement } from "../../placement.js";
import { type DefRegion, PlaceStatus } from "./def-design.js";
import { boxAt, type DefPlace, defPlacesOf, isMoved, orientationName } from "./def-places.js";
import { boundsOf, contains, overlaps, type Rect, slabsOf } from "./geometry.js";
import type { LoadedDef } from "./load-def.js";

export type ViolationKind =
  | "unplaced"
  | "outside"
  | "overlap"
  | "halo"
  | "blockage"
  | "fence"
  | "orientation"
  | "fixed";

export interface Violation {
  readonly kind: ViolationKind;
  /** One line: the macro, its place, the violated constraint and the line of the file that sets it. */
  readonly message: string;
}

/** Overlaps of up to this many database units are ignored, as sizes need not be whole numbers of units. */
const TOUCHING = 0.01;

interface Placed {
  readonly component: number;
  readonly node: number;
  readonly place: DefPlace;
  readonly box: Rect;
  readonly halo: Rect | undefined;
  readonly label: string;
}

/** Violations by hard macros, in file order. Violations between two fixed macros are left out. */
export function checkConstraints(loaded: LoadedDef, placement: Placement): Violation[] {
  const { block } = loaded;
  const placed = placedMacros(loaded, placement);
  const isPlaced = new Set(placed.map(({ node }) => node));
  const memberships = membershipsOf(loaded);
  const violations: Violation[][] = [];
  for (let node = 0; node < block.nodeCount; node++)
    if (block.kinds[node] === NodeKind.HardMacro && !isPlaced.has(node))
      violations.push([{ kind: "unplaced", message: `macro '${block.nodeNames[node]}' has no place` }]);
  for (const macro of placed) violations.push(checkOne(loaded, macro, memberships));
  violations.push(checkPairs(loaded, placed));
  return violations.flat();
}

/** One line for every placed macro that may move and is not inside a guide of its own, in file order. */
export function unmetGuides(loaded: LoadedDef, placement: Placement): string[] {
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

function placedMacros(loaded: LoadedDef, placement: Placement): Placed[] {
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

function placedOf(loaded: LoadedDef, macro: Pick<Placed, "component" | "node" | "place">): Placed {
  const { component, node, place } = macro;
  const box = boxAt(loaded, component, place);
  const halo = loaded.design.components.halos.get(component);
  const { units } = loaded.design;
  const label = `macro '${loaded.block.nodeNames[node]}' at (${place.x / units}, ${place.y / units}) ${orientationName(place)}`;
  return { ...macro, box, halo: halo && widened(box, halo, place.orientation), label };
}

/** A box with its halo, which turns with the macro. */
function widened(box: Rect, halo: Rect, orientation: number): Rect {
  // The centres differ by half the difference of opposite halo sides. That offset turns like a pin's.
  const [dx, dy] = turnOffset(orientation, (halo.right - halo.left) / 2, (halo.top - halo.bottom) / 2);
  const sideways = isSideways(orientation);
  const growX = (sideways ? halo.bottom + halo.top : halo.left + halo.right) / 2;
  const growY = (sideways ? halo.left + halo.right : halo.bottom + halo.top) / 2;
  return {
    left: box.left + dx - growX,
    bottom: box.bottom + dy - growY,
    right: box.right + dx + growX,
    top: box.top + dy + growY,
  };
}

/** Per component its regions, by `+ REGION` or by a group. */
export function membershipsOf(loaded: LoadedDef): Map<number, DefRegion[]> {
  const { regions, groups, components } = loaded.design;
  const regionOf = new Map(regions.map((region) => [region.name, region]));
  const memberships = new Map<number, DefRegion[]>();
  const add = (component: number, name: string) => {
    const region = regionOf.get(name);
    if (region) memberships.set(component, [...(memberships.get(component) ?? []), region]);
  };
  for (const [component, name] of components.regions) add(component, name);
  for (const { patterns, region } of groups) {
    if (region === undefined || patterns.length === 0) continue;
    const exact = new Set(patterns.filter((pattern) => !pattern.includes("*")));
    const wild = patterns.filter((pattern) => pattern.includes("*")).map(wildcard);
    components.names.forEach((name, component) => {
      if (exact.has(name) || wild.some((matches) => matches(name))) add(component, region);
    });
  }
  return memberships;
}

/** `*` matches any text. Names are compared piece by piece, which is fast for every pattern. */
function wildcard(pattern: string): (name: string) => boolean {
  const pieces = pattern.split("*");
  const [head, tail] = [pieces[0]!, pieces.at(-1)!];
  return (name) => {
    if (name.length < head.length + tail.length || !name.startsWith(head) || !name.endsWith(tail))
      return false;
    let at = head.length;
    for (const piece of pieces.slice(1, -1)) {
      const found = name.indexOf(piece, at);
      if (found < 0 || found + piece.length > name.length - tail.length) return false;
      at = found + piece.length;
    }
    return true;
  };
}

function checkOne(
  loaded: LoadedDef,
  macro: Placed,
  memberships: ReadonlyMap<number, DefRegion[]>,
): Violation[] {
  const { design, block, allowed } = loaded;
  const { component, node, place, box, label } = macro;
  const name = design.components.names[component];
  const violations: Violation[] = [];
  const add = (kind: ViolationKind, problem: string) =>
    violations.push({ kind, message: `${label}: ${problem}` });
  if (block.fixed[node]) {
    const isFixed = design.components.statuses[component] !== PlaceStatus.Unplaced;
    if (isFixed && isMoved(loaded, component, place))
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
  if (!contains(die, box, TOUCHING) || beside.some((rect) => overlaps(rect, box, TOUCHING)))
    add("outside", "sticks out of the die");
  for (const blockage of design.blockages)
    if (blockage.kind === "hard" && blockage.component !== name && overlaps(blockage, box, TOUCHING))
      add("blockage", `covers the placement blockage of ${design.path}:${blockage.line}`);
  const own = memberships.get(component) ?? [];
  for (const region of design.regions) {
    const where = `region '${region.name}' (${design.path}:${region.line})`;
    if (own.includes(region)) {
      if (region.type !== "GUIDE" && !isCovered(box, region.rects))
        add("fence", `belongs inside ${where} and is not`);
    } else if (region.type === "FENCE" && region.rects.some((rect) => overlaps(rect, box, TOUCHING))) {
      add("fence", `does not belong into ${where}, which is a fence`);
    }
  }
  return violations;
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

/** Overlaps of macros, and macros in the halo of another. Halos may overlap. */
function checkPairs(loaded: LoadedDef, placed: readonly Placed[]): Violation[] {
  const { fixed } = loaded.block;
  const violations: Violation[] = [];
  for (let i = 0; i < placed.length; i++)
    for (let j = i + 1; j < placed.length; j++) {
      const [a, b] = [placed[i]!, placed[j]!];
      if (fixed[a.node] && fixed[b.node]) continue;
      if (overlaps(a.box, b.box, TOUCHING)) {
        violations.push({ kind: "overlap", message: `${a.label}: overlaps ${b.label}` });
        continue;
      }
      for (const [keeper, other] of [
        [a, b],
        [b, a],
      ] as const)
        if (keeper.halo && overlaps(keeper.halo, other.box, TOUCHING))
          violations.push({ kind: "halo", message: `${other.label}: stands in the halo of ${keeper.label}` });
    }
  return violations;
}
