// The part of a design that its constraints on hard macros need, and the same as a plain message of the hard macros alone: the
// viewer's page checks a placement by it, with the code that checks the design itself.
import { type Block, NodeKind } from "../../block.js";
import type { DefComponents, DefDesign, DefRegion } from "./def-design.js";
import type { DefNetlist } from "./def-to-block.js";
import type { Lattice } from "./floor.js";
import type { Rect } from "./geometry.js";
import type { LefMaster } from "./lef-library.js";
import type { LoadedDef } from "./load-def.js";
import { membershipsOf } from "./memberships.js";

type RuledMaster = Pick<LefMaster, "width" | "height" | "symmetry" | "outline" | "where">;

/** What `checkConstraints` reads of a loaded design. */
export interface DesignRules extends Pick<LoadedDef, "allowed" | "core" | "lattice" | "freesFixed"> {
  readonly block: Pick<
    Block,
    "nodeCount" | "kinds" | "fixed" | "nodeNames" | "widths" | "heights" | "outlines"
  >;
  readonly design: Pick<DefDesign, "path" | "units" | "die" | "blockages" | "regions" | "groups"> & {
    readonly components: Pick<
      DefComponents,
      "names" | "statuses" | "xs" | "ys" | "orientations" | "lines" | "halos" | "regions"
    >;
  };
  readonly nodes: Pick<DefNetlist, "nodeOfComponent" | "componentOfNode"> & {
    readonly masters: readonly RuledMaster[];
  };
  /** Per component its regions, if they are known already. */
  readonly memberships?: ReadonlyMap<number, readonly DefRegion[]>;
}

/** A hard macro of a design: lengths in database units, except its master's sides, which are µm. */
export interface RuledMacro {
  readonly name: string;
  readonly master: RuledMaster;
  readonly fixed: boolean;
  /** Orientation codes. */
  readonly allowed: readonly number[];
  /** As the DEF file has it. */
  readonly status: number;
  readonly x: number;
  readonly y: number;
  readonly orientation: number;
  readonly line: number;
  readonly halo?: Rect;
  /** Indices of the regions that it belongs to. */
  readonly regions: readonly number[];
}

/** The rules of a design as JSON can hold them. */
export interface DesignRulesMessage {
  readonly path: string;
  readonly units: number;
  readonly die: DefDesign["die"];
  readonly blockages: DefDesign["blockages"];
  readonly regions: readonly DefRegion[];
  readonly core?: Rect;
  readonly lattice: Lattice;
  readonly freesFixed: boolean;
  readonly macros: readonly RuledMacro[];
}

/** The rules on the hard macros of a design, in node order. */
export function designRulesMessage(loaded: LoadedDef): DesignRulesMessage {
  const { block, design, nodes, allowed, core, lattice, freesFixed } = loaded;
  const { components, regions } = design;
  const memberships = membershipsOf(loaded);
  const macros: RuledMacro[] = [];
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] !== NodeKind.HardMacro) continue;
    const component = nodes.componentOfNode[node]!;
    const { width, height, symmetry, outline, where } = nodes.masters[component]!;
    const halo = components.halos.get(component);
    macros.push({
      name: block.nodeNames[node]!,
      master: { width, height, symmetry, outline, where },
      fixed: block.fixed[node] === 1,
      allowed: allowed[node]!,
      status: components.statuses[component]!,
      x: components.xs[component]!,
      y: components.ys[component]!,
      orientation: components.orientations[component]!,
      line: components.lines[component]!,
      ...(halo && { halo }),
      regions: (memberships.get(component) ?? []).map((region) => regions.indexOf(region)),
    });
  }
  return {
    path: design.path,
    units: design.units,
    die: design.die,
    blockages: design.blockages,
    regions,
    ...(core && { core }),
    lattice,
    freesFixed,
    macros,
  };
}

/** The rules of a message. Node and component `i` is its macro `i`. */
export function designRulesOf(message: DesignRulesMessage): DesignRules {
  const { path, units, die, blockages, regions, core, lattice, freesFixed, macros } = message;
  const indices = Int32Array.from(macros, (_, index) => index);
  const numbers = (read: (macro: RuledMacro) => number) => Int32Array.from(macros, read);
  const names = macros.map(({ name }) => name);
  return {
    allowed: macros.map(({ allowed }) => allowed),
    core,
    lattice,
    freesFixed,
    block: {
      nodeCount: macros.length,
      kinds: new Uint8Array(macros.length).fill(NodeKind.HardMacro),
      fixed: Uint8Array.from(macros, ({ fixed }) => Number(fixed)),
      nodeNames: names,
      widths: Float64Array.from(macros, ({ master }) => master.width),
      heights: Float64Array.from(macros, ({ master }) => master.height),
      outlines: new Map(macros.flatMap(({ master }, i) => (master.outline ? [[i, master.outline]] : []))),
    },
    design: {
      ...{ path, units, die, blockages, regions },
      groups: [],
      components: {
        names,
        statuses: Uint8Array.from(macros, ({ status }) => status),
        xs: numbers(({ x }) => x),
        ys: numbers(({ y }) => y),
        orientations: Uint8Array.from(macros, ({ orientation }) => orientation),
        lines: numbers(({ line }) => line),
        halos: new Map(macros.flatMap(({ halo }, i) => (halo ? [[i, halo] as const] : []))),
        regions: new Map(),
      },
    },
    nodes: {
      nodeOfComponent: indices,
      componentOfNode: indices,
      masters: macros.map(({ master }) => master),
    },
    memberships: new Map(macros.map((macro, i) => [i, macro.regions.map((index) => regions[index]!)])),
  };
}
