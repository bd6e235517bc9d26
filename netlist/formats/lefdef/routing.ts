// Routing resources for the congestion cost, from the layers of LEF and the tracks of DEF: tracks per µm of canvas side,
// and how many of them a hard macro blocks (docs/proxy-cost.md).
import { NodeKind, type RoutingResources } from "../../block.js";
import type { DefDesign, DefTracks } from "./def-design.js";
import { boundsOf, type Rect } from "./geometry.js";
import type { LefLibrary, LefMaster } from "./lef-library.js";

/** Per component: its master, and the kind of its node. */
interface Components {
  readonly masters: readonly (LefMaster | undefined)[];
  readonly kinds: Uint8Array;
}

/**
 * Routing resources of a design, or undefined where neither its layers nor its tracks give both directions. Horizontal
 * tracks are those of layers whose wires run horizontally. They are counted by DEF's `TRACKS Y` for such a layer if it
 * has any, else by its pitch.
 */
export function routingOf(
  design: DefDesign,
  library: LefLibrary,
  components: Components,
): RoutingResources | undefined {
  const die = boundsOf(design.die);
  const side = {
    H: (die.top - die.bottom) / design.units,
    V: (die.right - die.left) / design.units,
  };
  const obstructed = obstructedShares(components);
  const total = { H: 0, V: 0 };
  const taken = { H: 0, V: 0 };
  for (const { name, direction, pitch } of library.layers) {
    if (!direction) continue;
    const seen = new Set<string>();
    let tracks = 0;
    for (const row of design.tracks) {
      if (row.axis !== (direction === "H" ? "Y" : "X") || !row.layers.includes(name)) continue;
      if (seen.has(`${row.start} ${row.step}`)) continue; // some flows write the same tracks twice
      seen.add(`${row.start} ${row.step}`);
      tracks += tracksInside(row, die);
    }
    const perUm = tracks > 0 ? tracks / side[direction] : pitch > 0 ? 1 / pitch : 0;
    total[direction] += perUm;
    taken[direction] += perUm * (obstructed.get(name) ?? 0);
  }
  if (!(total.H > 0 && total.V > 0)) return undefined;
  return {
    horizontal: total.H,
    vertical: total.V,
    horizontalUsedByMacros: taken.H,
    verticalUsedByMacros: taken.V,
  };
}

/** Number of tracks on the die. After a die was made smaller, the file may still hold the tracks of the larger one. */
function tracksInside({ axis, start, count, step }: DefTracks, die: Rect): number {
  const [low, high] = axis === "X" ? [die.left, die.right] : [die.bottom, die.top];
  if (step <= 0) return count > 0 && start >= low && start <= high ? 1 : 0;
  const first = Math.max(0, Math.ceil((low - start) / step));
  const last = Math.min(count - 1, Math.floor((high - start) / step));
  return Math.max(0, last - first + 1);
}

/** Per layer, the area of obstructions as a share of the area of all hard macros. */
function obstructedShares({ masters, kinds }: Components): Map<string, number> {
  const areas = new Map<string, number>();
  let macroArea = 0;
  masters.forEach((master, component) => {
    if (!master || kinds[component] !== NodeKind.HardMacro) return;
    const area = master.width * master.height;
    macroArea += area;
    for (const [layer, share] of master.obstructed) areas.set(layer, (areas.get(layer) ?? 0) + share * area);
  });
  return new Map([...areas].map(([layer, area]) => [layer, area / macroArea]));
}
