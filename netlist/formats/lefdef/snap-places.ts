// Hard macros onto the lattice of a design. Corners are rounded down, which makes no overlap where searches have kept all
// lengths on the lattice. Where it breaks a rule all the same, the macro takes the nearest place that breaks none.
import { NodeKind } from "../../block.js";
import { sidesOf } from "../../boxes.js";
import type { Placement } from "../../placement.js";
import { legalPlaces, membershipsOf } from "./check-constraints.js";
import { boxAt, type DefPlace, defPlacesOf } from "./def-places.js";
import { originOf } from "./def-to-block.js";
import { type Comb, latticeFrom, pointAbove, pointBelow } from "./floor.js";
import { boundsOf, type Rect, widened } from "./geometry.js";
import type { LoadedDef } from "./load-def.js";

/** Places of the hard macros of a placement on the lattice, by component; fixed ones stay where they are. */
export function snappedPlaces(loaded: LoadedDef, placement: Placement): Map<number, DefPlace> {
  const { block, design, nodes } = loaded;
  const places = defPlacesOf(loaded, placement);
  const origin = originOf(design);
  const lattice = latticeFrom(loaded.lattice, origin);
  const floor = loaded.core ?? boundsOf(design.die);
  const movable: number[] = [];
  for (const [component, { orientation }] of places) {
    const node = nodes.nodeOfComponent[component]!;
    if (block.kinds[node] !== NodeKind.HardMacro || block.fixed[node]) continue;
    movable.push(component);
    const { width, height } = sidesOf(block, placement, node);
    const x = pointBelow(lattice.x, (placement.xs[node]! - width / 2) * design.units) + origin.x;
    const y = pointBelow(lattice.y, (placement.ys[node]! - height / 2) * design.units) + origin.y;
    places.set(component, {
      x: within(loaded.lattice.x, x, [floor.left, floor.right - width * design.units]),
      y: within(loaded.lattice.y, y, [floor.bottom, floor.top - height * design.units]),
      orientation,
    });
  }
  const isLegal = legalPlaces(loaded, places);
  for (const component of movable) {
    const place = places.get(component)!;
    if (isLegal(component, place)) continue;
    const better = nearestLegal(loaded, places, { component, isLegal });
    if (better) places.set(component, better);
  }
  return places;
}

/** The value, or the point next to it within the limits, if there is one. */
function within(comb: Comb, value: number, [low, high]: readonly [number, number]): number {
  if (value < low) return pointAbove(comb, low);
  return value > high ? pointBelow(comb, high) : value;
}

interface Seeker {
  readonly component: number;
  readonly isLegal: (component: number, place: DefPlace) => boolean;
}

/** The nearest legal place at which a macro keeps a coordinate, or touches something that keeps it out or in. */
function nearestLegal(
  loaded: LoadedDef,
  places: ReadonlyMap<number, DefPlace>,
  { component, isLegal }: Seeker,
): DefPlace | undefined {
  const { lattice } = loaded;
  const place = places.get(component)!;
  const box = boxAt(loaded, component, place);
  const around = bodyAndHalo(loaded, component, place);
  const edges = edgesFor(loaded, places, component);
  const candidates = (comb: Comb, at: number, low: "left" | "bottom", high: "right" | "top") => {
    const length = box[high] - box[low];
    const [haloLow, haloHigh] = [box[low] - around[low], around[high] - box[high]];
    const found = [at];
    for (const edge of edges)
      for (const halo of [0, haloLow])
        found.push(pointAbove(comb, edge[high] + halo), pointAbove(comb, edge[low]));
    for (const edge of edges)
      for (const halo of [0, haloHigh])
        found.push(pointBelow(comb, edge[low] - halo - length), pointBelow(comb, edge[high] - length));
    return [...new Set(found)].sort((a, b) => Math.abs(a - at) - Math.abs(b - at) || a - b);
  };
  const xs = candidates(lattice.x, place.x, "left", "right");
  const ys = candidates(lattice.y, place.y, "bottom", "top");
  let best: DefPlace | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const x of xs) {
    if (Math.abs(x - place.x) >= least) break;
    for (const y of ys) {
      const way = Math.hypot(x - place.x, y - place.y);
      if (way >= least) break;
      if (!isLegal(component, { ...place, x, y })) continue;
      best = { ...place, x, y };
      least = way;
      break;
    }
  }
  return best;
}

/** Rectangles at whose sides a macro may have to lie. */
function edgesFor(loaded: LoadedDef, places: ReadonlyMap<number, DefPlace>, component: number): Rect[] {
  const { design, core } = loaded;
  const others = [...places].filter(([other]) => other !== component);
  const own = membershipsOf(loaded).get(component) ?? [];
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
