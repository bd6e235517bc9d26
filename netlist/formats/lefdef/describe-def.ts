// Describes a DEF design: what was read and what was ignored.
import { NodeKind } from "../../block.js";
import { unmetGuides } from "./check-constraints.js";
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
  /** Bounds of the rows in µm of the file, where macros may be; undefined if that is the whole die. */
  readonly core?: {
    readonly left: number;
    readonly bottom: number;
    readonly right: number;
    readonly top: number;
  };
  /** What the lower-left corners of macros lie on, and its steps in x and in y in µm. */
  readonly lattice: { readonly name: string; readonly x: number; readonly y: number };
  readonly tracks: number;
  readonly halos: number;
  readonly blockages: { readonly hard: number; readonly soft: number; readonly partial: number };
  readonly regions: number;
  readonly groups: number;
  readonly lef: { readonly masters: number; readonly layers: number; readonly sites: number };
  /** Number of ignored statements and items, by kind. Writing the file back keeps them. */
  readonly ignored: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
  /** One line per macro that is placed outside its guide. That is allowed. */
  readonly guides: readonly string[];
}

export function describeDef(loaded: LoadedDef): DefDescription {
  const { design, library, block, nodes, core, lattice } = loaded;
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
    ...(core && {
      core: {
        left: core.left / design.units,
        bottom: core.bottom / design.units,
        right: core.right / design.units,
        top: core.top / design.units,
      },
    }),
    lattice: { name: lattice.name, x: lattice.x.pitch / design.units, y: lattice.y.pitch / design.units },
    tracks: design.tracks.length,
    halos: components.halos.size,
    blockages,
    regions: design.regions.length,
    groups: design.groups.length,
    lef: { masters: library.masters.size, layers: library.layers.length, sites: library.sites.size },
    ignored: Object.fromEntries(design.ignored),
    notes: loaded.notes,
    guides: unmetGuides(loaded, block.initial),
  };
}
