// Loads a DEF file with its LEF files as a block, with the further constraints of macro placement.
import { dirname, join } from "node:path";
import { type Block, type Canvas, type Grid, NodeKind, type RoutingResources } from "../../block.js";
import { blockFileOf, isBlockOf } from "../../block-directory.js";
import { namesIn, statusOf } from "../../files.js";
import { gridFor } from "../../grid-choice.js";
import { InputError } from "../../input-error.js";
import { type DefDesign, PlaceStatus } from "./def-design.js";
import { readDef } from "./def-reader.js";
import { type DefNetlist, hardBlockagesOf, netlistOf } from "./def-to-block.js";
import { boundsOf } from "./geometry.js";
import { allowedOrientations, isBlockMaster, type LefLibrary, type LefMaster } from "./lef-library.js";
import { readLef } from "./lef-reader.js";
import { routingOf } from "./routing.js";

export interface LoadedDef {
  readonly block: Block;
  readonly design: DefDesign;
  readonly library: LefLibrary;
  readonly nodes: DefNetlist;
  /** Per node its allowed orientation codes; undefined for ports. */
  readonly allowed: readonly (readonly number[] | undefined)[];
  /** Notes on what was ignored, left out or taken by default, one line each. */
  readonly notes: readonly string[];
}

export interface LoadDefOptions {
  /** LEF files. Default: all in the directory of the DEF file. */
  readonly lef?: readonly string[] | undefined;
  /** Resources if neither LEF nor DEF gives them. */
  readonly defaultRouting: RoutingResources;
  /** Whether hard macros that are FIXED in the file may move. */
  readonly freeFixed?: boolean | undefined;
  /** Halo in x and y, in µm, for hard macros that have none in the DEF file. */
  readonly halo?: readonly [number, number] | undefined;
}

const LEF_NAME = /\.(lef|tlef)(\.gz)?$/i;

/** Whether `loadDef` reads a path: a `.def` file, or a directory whose only block is one. */
export function isDefPath(path: string): boolean {
  return isBlockOf("design", path);
}

/** The DEF file and its LEF files: those given, or those in its directory, technology first, then by name. */
export function defFiles(given: string, lef: readonly string[] | undefined): { def: string; lefs: string[] } {
  const path = blockFileOf("design", given) ?? given;
  if (!statusOf(path)) throw new InputError(path, "no such file");
  for (const name of lef ?? []) if (!statusOf(name)) throw new InputError("--lef", `'${name}': no such file`);
  if (lef && lef.length > 0)
    return {
      def: path,
      lefs: lef.flatMap((name) => (statusOf(name)?.isDirectory() ? lefsIn(name) : [name])),
    };
  const lefs = lefsIn(dirname(path));
  if (lefs.length === 0)
    throw new InputError(
      path,
      "sizes of components are needed, and there is no LEF file beside it",
      "put them there, or give them: --lef tech.lef --lef cells.lef",
    );
  return { def: path, lefs };
}

function lefsIn(directory: string): string[] {
  const isTechnology = (name: string) => /tech|\.tlef/i.test(name);
  return namesIn(directory)
    .filter((name) => LEF_NAME.test(name))
    .sort((a, b) => Number(isTechnology(b)) - Number(isTechnology(a)) || (a < b ? -1 : 1))
    .map((name) => join(directory, name));
}

/** Reads a design with its library. Throws `InputError` if one of the files is wrong. */
export async function loadDef(given: string, options: LoadDefOptions): Promise<LoadedDef> {
  const files = defFiles(given, options.lef);
  const path = files.def;
  const library = await readLef(files.lefs);
  const read = await readDef(files.def);
  if (read.die.length === 0)
    throw new InputError(
      path,
      "no DIEAREA statement, the die's size is needed",
      "write the DEF after floorplanning",
    );
  const nodes = netlistOf(read, library);
  const design = options.halo ? withHalo(read, nodes.masters, options.halo) : read;
  const { netlist, masters, nodeOfComponent } = nodes;
  const die = boundsOf(design.die);
  const canvas = {
    width: (die.right - die.left) / design.units,
    height: (die.top - die.bottom) / design.units,
  };
  const componentKinds = Uint8Array.from(nodeOfComponent, (node) => netlist.kinds[node]!);
  const found = routingOf(design, library, { masters, kinds: componentKinds });
  const allowed = new Array<readonly number[] | undefined>(netlist.nodeCount).fill(undefined);
  const orientationsOf = new Map(masters.map((master) => [master, allowedOrientations(master.symmetry)]));
  const { statuses, orientations } = design.components;
  masters.forEach((master, component) => {
    const bySymmetry = orientationsOf.get(master)!;
    // An orientation that a macro already has in the file is allowed too.
    const isMore =
      statuses[component] !== PlaceStatus.Unplaced && !bySymmetry.includes(orientations[component]!);
    allowed[nodeOfComponent[component]!] = isMore ? [...bySymmetry, orientations[component]!] : bySymmetry;
  });
  const fixed = options.freeFixed ? freed(nodes, design) : nodes.fixed;
  const block: Block = {
    ...netlist,
    name: design.name,
    fixed,
    canvas,
    grid: gridWithHalos(nodes, design, canvas),
    routing: found ?? options.defaultRouting,
    smoothing: 0,
    overlapThreshold: 0,
    blockages: hardBlockagesOf(design, nodes, fixed),
    initial: nodes.places,
  };
  const notes = [
    ...library.notes,
    ...design.notes,
    ...nodes.notes,
    ...largeCells(nodes, design),
    ...(found
      ? []
      : [`${path}: no layer directions and tracks or pitches, default routing resources are used`]),
  ];
  return { block, design, library, nodes, allowed, notes };
}

/** A cell is as large as a macro if it is this many times as high as most cells, or covers as much as a macro. */
const MACRO_HEIGHT = 10;
const MOST_NAMED = 5;

/** A note on unplaced components as large as macros whose masters are of no CLASS BLOCK: they stay unplaced. */
function largeCells({ netlist, masters, nodeOfComponent }: DefNetlist, design: DefDesign): string[] {
  const isCell = (component: number) => netlist.kinds[nodeOfComponent[component]!] === NodeKind.StandardCell;
  const heights: number[] = [];
  let smallest = Number.POSITIVE_INFINITY;
  masters.forEach(({ width, height }, component) => {
    if (isCell(component)) heights.push(height);
    else smallest = Math.min(smallest, width * height);
  });
  const usual = heights.sort((a, b) => a - b)[heights.length >> 1] ?? 0;
  const found = new Map<LefMaster, number>();
  let count = 0;
  masters.forEach((master, component) => {
    if (!isCell(component) || master.masterClass === "COVER") return;
    if (design.components.statuses[component] !== PlaceStatus.Unplaced) return;
    if (master.width * master.height < smallest && master.height < MACRO_HEIGHT * usual) return;
    found.set(master, (found.get(master) ?? 0) + 1);
    count++;
  });
  if (count === 0) return [];
  const named = [...found].slice(0, MOST_NAMED).map(([{ name, masterClass, where }, components]) => {
    const number = components > 1 ? `${components} of ` : "";
    return `${number}'${name}' (${masterClass === "" ? "no CLASS" : `CLASS ${masterClass}`}, ${where})`;
  });
  const more = found.size > MOST_NAMED ? ` and ${found.size - MOST_NAMED} more masters` : "";
  return [
    `${design.path}: ${count} unplaced components are as large as macros, but stay unplaced, as their masters are not of CLASS BLOCK: ${named.join(", ")}${more}`,
  ];
}

/** Fixed flags with FIXED hard macros free. Pads and components with status COVER stay fixed. */
function freed(nodes: DefNetlist, design: DefDesign): Uint8Array {
  return nodes.fixed.map((flag, node) => {
    const component = nodes.componentOfNode[node]!;
    if (component < 0 || nodes.netlist.kinds[node] !== NodeKind.HardMacro) return flag;
    const isFixed = design.components.statuses[component] === PlaceStatus.Fixed;
    return isFixed && nodes.masters[component]!.masterClass === "BLOCK" ? 0 : flag;
  });
}

/** A grid that has room for the hard macros with their halos, or one of similar size if none has. */
function gridWithHalos({ netlist, componentOfNode }: DefNetlist, design: DefDesign, canvas: Canvas): Grid {
  const macros: { width: number; height: number }[] = [];
  for (let node = 0; node < netlist.nodeCount; node++) {
    if (netlist.kinds[node] !== NodeKind.HardMacro) continue;
    const { x, y } = haloOf(design, componentOfNode[node]!);
    macros.push({ width: netlist.widths[node]! + 2 * x, height: netlist.heights[node]! + 2 * y });
  }
  return gridFor(macros, canvas);
}

/** A component's halo in µm in x and in y: the larger of opposite sides. */
export function haloOf(design: DefDesign, component: number): { readonly x: number; readonly y: number } {
  const halo = design.components.halos.get(component);
  if (!halo) return { x: 0, y: 0 };
  return {
    x: Math.max(halo.left, halo.right, 0) / design.units,
    y: Math.max(halo.bottom, halo.top, 0) / design.units,
  };
}

/** The design with a halo around every hard macro that has none. */
function withHalo(
  design: DefDesign,
  masters: readonly LefMaster[],
  [x, y]: readonly [number, number],
): DefDesign {
  const [width, height] = [Math.round(x * design.units), Math.round(y * design.units)];
  const halos = new Map(design.components.halos);
  masters.forEach((master, component) => {
    if (isBlockMaster(master) && !halos.has(component))
      halos.set(component, { left: width, bottom: height, right: width, top: height });
  });
  return { ...design, components: { ...design.components, halos } };
}
