// Hard macros onto the lattice of a design. Corners are rounded down, which makes no overlap where searches have kept all
// lengths on the lattice. Where it breaks a rule all the same, the macro takes the nearest place that breaks none. The macros
// of a group take each step together.
import { greatestOf, leastOf } from "../../arrays.js";
import { NodeKind } from "../../block.js";
import { sidesOf } from "../../boxes.js";
import type { MacroGroup } from "../../grouped-view.js";
import type { Placement } from "../../placement.js";
import { legalPlaces } from "./check-constraints.js";
import { boxAt, type DefPlace, defPlacesOf } from "./def-places.js";
import { originOf } from "./def-to-block.js";
import { type Comb, latticeFrom, pointAbove, pointBelow } from "./floor.js";
import { boundsOf, type Rect, widened } from "./geometry.js";
import type { LoadedDef } from "./load-def.js";
import { membershipsOf } from "./memberships.js";

/**
 * Places of the hard macros of a placement on the lattice, by component; fixed ones stay where they are. Distances within a
 * group become whole database units.
 */
export function snappedPlaces(
  loaded: LoadedDef,
  placement: Placement,
  groups: readonly MacroGroup[] = [],
): Map<number, DefPlace> {
  const { block, design, nodes } = loaded;
  const places = defPlacesOf(loaded, placement);
  const origin = originOf(design);
  const lattice = latticeFrom(loaded.lattice, origin);
  const floor = loaded.core ?? boundsOf(design.die);
  const groupOf = new Map(groups.flatMap((group) => group.members.map((node) => [node, group] as const)));
  const bodies: (readonly number[])[] = [];
  for (const component of places.keys()) {
    const node = nodes.nodeOfComponent[component]!;
    if (block.kinds[node] !== NodeKind.HardMacro || block.fixed[node]) continue;
    const { members } = groupOf.get(node) ?? { members: [node] };
    if (members[0] !== node) continue;
    const corner = cornerOf(loaded, placement, node);
    // From the corner of the first member, in database units.
    const parts = members.map((member) => {
      const { x, y } = cornerOf(loaded, placement, member);
      const { width, height } = sidesOf(block, placement, member);
      const [left, bottom] = [Math.round(x - corner.x), Math.round(y - corner.y)];
      return {
        member,
        left,
        bottom,
        right: left + width * design.units,
        top: bottom + height * design.units,
      };
    });
    const x = within(loaded.lattice.x, pointBelow(lattice.x, corner.x) + origin.x, [
      floor.left - leastOf(parts.map(({ left }) => left)),
      floor.right - greatestOf(parts.map(({ right }) => right)),
    ]);
    const y = within(loaded.lattice.y, pointBelow(lattice.y, corner.y) + origin.y, [
      floor.bottom - leastOf(parts.map(({ bottom }) => bottom)),
      floor.top - greatestOf(parts.map(({ top }) => top)),
    ]);
    for (const { member, left, bottom } of parts)
      places.set(nodes.componentOfNode[member]!, {
        x: x + left,
        y: y + bottom,
        orientation: placement.orientations[member]!,
      });
    bodies.push(members.map((member) => nodes.componentOfNode[member]!));
  }
  const isLegal = legalPlaces(loaded, places);
  for (const body of bodies) {
    if (body.every((component) => isLegal(component, places.get(component)!, body))) continue;
    const shift = nearestLegal(loaded, places, { body, isLegal });
    if (shift) for (const component of body) places.set(component, shifted(places.get(component)!, shift));
  }
  return places;
}

/** The lower-left corner of a node, in database units from the block's origin, not rounded. */
function cornerOf({ block, design }: LoadedDef, placement: Placement, node: number) {
  const { width, height } = sidesOf(block, placement, node);
  return {
    x: (placement.xs[node]! - width / 2) * design.units,
    y: (placement.ys[node]! - height / 2) * design.units,
  };
}

/** The value, or the point next to it within the limits, if there is one. */
function within(comb: Comb, value: number, [low, high]: readonly [number, number]): number {
  if (value < low) return pointAbove(comb, low);
  return value > high ? pointBelow(comb, high) : value;
}

/** Database units. */
interface Shift {
  readonly dx: number;
  readonly dy: number;
}

function shifted(place: DefPlace, { dx, dy }: Shift): DefPlace {
  return { ...place, x: place.x + dx, y: place.y + dy };
}

interface Seeker {
  /** Components that move together. */
  readonly body: readonly number[];
  readonly isLegal: ReturnType<typeof legalPlaces>;
}

/**
 * The way to the nearest legal place at which a body keeps a coordinate, or a macro of it touches something that keeps it out or
 * in.
 */
function nearestLegal(
  loaded: LoadedDef,
  places: ReadonlyMap<number, DefPlace>,
  { body, isLegal }: Seeker,
): Shift | undefined {
  const { lattice } = loaded;
  const edges = edgesFor(loaded, places, body);
  const boxes = body.map((component) => ({
    box: boxAt(loaded, component, places.get(component)!),
    around: bodyAndHalo(loaded, component, places.get(component)!),
  }));
  const candidates = (comb: Comb, low: "left" | "bottom", high: "right" | "top") => {
    const found = [0];
    for (const { box, around } of boxes) {
      const at = box[low];
      const length = box[high] - at;
      const [haloLow, haloHigh] = [at - around[low], around[high] - box[high]];
      for (const edge of edges)
        for (const halo of [0, haloLow])
          found.push(pointAbove(comb, edge[high] + halo) - at, pointAbove(comb, edge[low]) - at);
      for (const edge of edges)
        for (const halo of [0, haloHigh])
          found.push(
            pointBelow(comb, edge[low] - halo - length) - at,
            pointBelow(comb, edge[high] - length) - at,
          );
    }
    return [...new Set(found)].sort((a, b) => Math.abs(a) - Math.abs(b) || a - b);
  };
  const dxs = candidates(lattice.x, "left", "right");
  const dys = candidates(lattice.y, "bottom", "top");
  let best: Shift | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const dx of dxs) {
    if (Math.abs(dx) >= least) break;
    for (const dy of dys) {
      const way = Math.hypot(dx, dy);
      if (way >= least) break;
      const isFree = body.every((component) =>
        isLegal(component, shifted(places.get(component)!, { dx, dy }), body),
      );
      if (!isFree) continue;
      best = { dx, dy };
      least = way;
      break;
    }
  }
  return best;
}

/** Rectangles at whose sides a macro of a body may have to lie. */
function edgesFor(loaded: LoadedDef, places: ReadonlyMap<number, DefPlace>, body: readonly number[]): Rect[] {
  const { design, core } = loaded;
  const others = [...places].filter(([other]) => !body.includes(other));
  const memberships = membershipsOf(loaded);
  const own = body.flatMap((component) => memberships.get(component) ?? []);
  return [
    boundsOf(design.die),
    ...(core ? [core] : []),
    ...design.blockages.filter(({ kind }) => kind === "hard"),
    ...design.regions
      .filter((region) => region.type === "FENCE" || own.includes(region))
      .flatMap(({ rects }) => rects),
    ...others.flatMap(([other, place]) => [boxAt(loaded, other, place), bodyAndHalo(loaded, other, place)]),
  ];
}

function bodyAndHalo(loaded: LoadedDef, component: number, place: DefPlace): Rect {
  const box = boxAt(loaded, component, place);
  const halo = loaded.design.components.halos.get(component);
  return halo ? widened(box, halo, place.orientation) : box;
}
