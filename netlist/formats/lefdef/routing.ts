// Routing resources from the layers of LEF and the tracks of DEF. For the congestion cost: tracks per µm of canvas side, and
// how many of them a hard macro blocks (docs/proxy-cost.md). For the global router: the same layer by layer
// (docs/verify.md).
import { type Block, NodeKind, type RoutingResources } from "../../block.js";
import {
  assumedObstruction,
  assumedSupply,
  CELL_TRACKS,
  type RoutingBlockage,
  type RoutingLayer,
  type RoutingSupply,
  USABLE_TRACKS,
} from "../../routing-supply.js";
import type { DefDesign, DefTracks } from "./def-design.js";
import { type DefNetlist, inMicrons } from "./def-to-block.js";
import { boundsOf, type Rect } from "./geometry.js";
import type { LefLayer, LefLibrary, LefMaster } from "./lef-library.js";

/** What `routingSupplyOf` needs of a loaded design. */
export interface RoutedDesign {
  readonly block: Block;
  readonly design: DefDesign;
  readonly library: LefLibrary;
  readonly nodes: DefNetlist;
}

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
  for (const layer of library.layers) {
    if (!layer.direction) continue;
    const perUm = tracksPerMicron(design, layer, { die, side: side[layer.direction] });
    total[layer.direction] += perUm;
    taken[layer.direction] += perUm * (obstructed.get(layer.name) ?? 0);
  }
  if (!(total.H > 0 && total.V > 0)) return undefined;
  return {
    horizontal: total.H,
    vertical: total.V,
    horizontalUsedByMacros: taken.H,
    verticalUsedByMacros: taken.V,
  };
}

/** Tracks of a layer per µm across its direction: those of the DEF file on the die, else by the pitch; 0 for neither. */
function tracksPerMicron(
  design: DefDesign,
  { name, direction, pitch }: LefLayer,
  { die, side }: { readonly die: Rect; readonly side: number },
): number {
  const seen = new Set<string>();
  let tracks = 0;
  for (const row of design.tracks) {
    if (row.axis !== (direction === "H" ? "Y" : "X") || !row.layers.includes(name)) continue;
    if (seen.has(`${row.start} ${row.step}`)) continue; // some flows write the same tracks twice
    seen.add(`${row.start} ${row.step}`);
    tracks += tracksInside(row, die);
  }
  return tracks > 0 ? tracks / side : pitch > 0 ? 1 / pitch : 0;
}

/**
 * The layers that wires of a loaded design may use, with what its macros obstruct and what its routing blockages take. A
 * master without obstructions blocks the lowest `MACRO_LAYERS`. Where the LEF files have no three layers with directions
 * and tracks or pitches, the supply is assumed from the rows. Throws `InputError` if there are no rows either.
 */
export function routingSupplyOf({ block, design, library, nodes }: RoutedDesign): RoutingSupply {
  const die = boundsOf(design.die);
  const layers = library.layers.flatMap((layer): (RoutingLayer & { readonly pitch: number })[] => {
    const isHorizontal = layer.direction === "H";
    const side = (isHorizontal ? die.top - die.bottom : die.right - die.left) / design.units;
    const tracks = layer.direction ? tracksPerMicron(design, layer, { die, side }) : 0;
    return tracks > 0 ? [{ name: layer.name, isHorizontal, tracks, pitch: layer.pitch || 1 / tracks }] : [];
  });
  const routed = layers.slice(1); // the lowest is left to pins
  if (!routed.some(({ isHorizontal }) => isHorizontal) || routed.every(({ isHorizontal }) => isHorizontal))
    return assumedSupply(block);
  const cell = CELL_TRACKS * (layers[2] ?? layers[1]!).pitch;
  const numbers = new Map(layers.map(({ name }, number) => [name, number]));
  const blockages = design.routingBlockages.flatMap(({ layer, ...rect }): RoutingBlockage[] => {
    const number = numbers.get(layer);
    return number === undefined ? [] : [{ rectangle: inMicrons(design, rect), layer: number, share: 1 }];
  });
  return {
    layers: layers.map(({ name, isHorizontal, tracks }) => ({ name, isHorizontal, tracks })),
    cellWidth: cell,
    cellHeight: cell,
    usable: USABLE_TRACKS,
    blockedBy: (node, layer) => {
      const master = nodes.masters[nodes.componentOfNode[node]!];
      if (!master || master.obstructed.size === 0) return assumedObstruction(layer);
      return master.obstructed.get(layers[layer]!.name) ?? 0;
    },
    blockages,
    source: `${layers.length} layers of the LEF files${design.tracks.length > 0 ? ", tracks of the DEF file" : ""}`,
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
