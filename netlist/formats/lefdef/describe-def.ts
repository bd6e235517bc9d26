// Describes a DEF design: what was read and what was ignored, and which constraints are violated.
import { NodeKind } from "../../block.js";
import { checkConstraints, unmetGuides } from "./check-constraints.js";
import { PlaceStatus } from "./def-design.js";
import type { LoadedDef } from "./load-def.js";

export interface DefDescription {
  readonly unitsPerMicron: number;
  readonly components: {
    readonly count: number;
    readonly macros: number;
    readonly macrosPlaced: number;
    readonly macrosFixed: number;
    readonly cellsPlaced: number;
    readonly cellsFixed: number;
  };
  readonly pins: { readonly count: number; readonly placed: number };
  /** As in the file. The block leaves out supply nets and nets with fewer than two pins. */
  readonly nets: { readonly count: number; readonly connections: number };
  readonly rows: number;
  readonly tracks: number;
  readonly halos: number;
  readonly blockages: { readonly hard: number; readonly soft: number; readonly partial: number };
  readonly regions: number;
  readonly groups: number;
  readonly lef: { readonly masters: number; readonly layers: number; readonly sites: number };
  /** Number of ignored statements and items, by kind. Writing the file back keeps them. */
  readonly ignored: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
  /** One line per violation by a placed hard macro. */
  readonly violations: readonly string[];
  /** One line per macro that is placed outside its guide. That is allowed. */
  readonly guides: readonly string[];
}

export function describeDef(loaded: LoadedDef): DefDescription {
  const { design, library, block, nodes } = loaded;
  const { components } = design;
  const counts = { macros: 0, macrosPlaced: 0, macrosFixed: 0, cellsPlaced: 0, cellsFixed: 0 };
  for (let component = 0; component < components.count; component++) {
    const isMacro = block.kinds[nodes.nodeOfComponent[component]!] === NodeKind.HardMacro;
    const status = components.statuses[component]!;
    if (isMacro) counts.macros++;
    if (status === PlaceStatus.Placed) counts[isMacro ? "macrosPlaced" : "cellsPlaced"]++;
    else if (status !== PlaceStatus.Unplaced) counts[isMacro ? "macrosFixed" : "cellsFixed"]++;
  }
  const blockages = { hard: 0, soft: 0, partial: 0 };
  for (const { kind } of design.blockages) blockages[kind]++;
  return {
    unitsPerMicron: design.units,
    components: { count: components.count, ...counts },
    pins: { count: design.pins.length, placed: design.pins.filter((pin) => pin.isPlaced).length },
    nets: { count: design.nets.count, connections: design.nets.components.length },
    rows: design.rows.length,
    tracks: design.tracks.length,
    halos: components.halos.size,
    blockages,
    regions: design.regions.length,
    groups: design.groups.length,
    lef: { masters: library.masters.size, layers: library.layers.length, sites: library.sites.size },
    ignored: Object.fromEntries(design.ignored),
    notes: loaded.notes,
    violations: checkConstraints(loaded, block.initial)
      .filter(({ kind }) => kind !== "unplaced")
      .map(({ message }) => message),
    guides: unmetGuides(loaded, block.initial),
  };
}
