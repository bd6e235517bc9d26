// Loads a DEF file with its LEF files as a block, with the further constraints of macro placement.
import { dirname, join } from "node:path";
import { append } from "../../arrays.js";
import { type Block, type Canvas, type Grid, NodeKind, type RoutingResources } from "../../block.js";
import { blockFileOf, isBlockOf } from "../../block-directory.js";
import { boxOf } from "../../boxes.js";
import { namesIn, statusOf } from "../../files.js";
import { fitsOnlyTurned, type Size } from "../../fitting-turned.js";
import { gridFor, gridWithin, gridWithRoom } from "../../grid-choice.js";
import { InputError } from "../../input-error.js";
import { nameMatcher } from "../../names.js";
import { isSideways } from "../../orientation.js";
import type { Sides } from "../../placing-view.js";
import { cellFencesOf } from "./cell-fences.js";
import { type DefDesign, type DefRegion, PlaceStatus } from "./def-design.js";
import { readDef } from "./def-reader.js";
import { cellRowsOf, type DefNetlist, hardBlockagesOf, inMicrons, netlistOf } from "./def-to-block.js";
import { coreOf, type Lattice, latticeOf, type SnapChoice } from "./floor.js";
import { boundsOf, type Rect, widened } from "./geometry.js";
import {
  allowedOrientations,
  allowsTurns,
  isBlockMaster,
  type LefLibrary,
  type LefMaster,
} from "./lef-library.js";
import { readLef } from "./lef-reader.js";
import { membershipsOf } from "./memberships.js";
import { routingOf } from "./routing.js";

export interface LoadedDef {
  readonly block: Block;
  readonly design: DefDesign;
  readonly library: LefLibrary;
  readonly nodes: DefNetlist;
  /** Per component its regions, if it has any. */
  readonly memberships: ReadonlyMap<number, readonly DefRegion[]>;
  /** Per node its allowed orientation codes; undefined for ports. */
  readonly allowed: readonly (readonly number[] | undefined)[];
  /** Where macros may be, in database units; undefined if that is the whole die. */
  readonly core: Rect | undefined;
  /** What the lower-left corners of macros lie on. */
  readonly lattice: Lattice;
  /** Whether macros that are FIXED in the file may be elsewhere. */
  readonly freesFixed: boolean;
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
  /** Halos for hard macros, of one macro or of all that have none in the DEF file. */
  readonly halos?: readonly GivenHalo[] | undefined;
  /** Whether macros may lie outside the core, the bounds of the rows. */
  readonly die?: boolean | undefined;
  /** What the lower-left corners of macros lie on. Default: the manufacturing grid. */
  readonly snap?: SnapChoice | undefined;
}

/** A halo in µm, in orientation N. */
export interface GivenHalo extends Sides {
  /** Name of a component or of a LEF master; `*` matches any text. Default: all macros without a halo in the DEF file. */
  readonly name?: string;
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
  const design = (options.halos ?? []).reduce((now, halo) => withHalo(now, nodes.masters, halo), read);
  const core = options.die ? undefined : coreOf(design, library);
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
  refuseLarger({ design, core, nodes, fixed });
  const blockages = hardBlockagesOf(design, nodes, { fixed, core });
  const rows = cellRowsOf(design, library);
  const outlines = outlinesOf(nodes);
  const memberships = membershipsOf({ design });
  const cellFences = cellFencesOf(design, { ...nodes, memberships }, fixed);
  const block: Block = {
    ...netlist,
    name: design.name,
    fixed,
    canvas,
    grid: gridWithHalos(nodes, design, { canvas, core, fixed, blockages }),
    routing: found ?? options.defaultRouting,
    smoothing: 0,
    overlapThreshold: 0,
    blockages,
    ...(rows.length > 0 && { rows }),
    ...(outlines.size > 0 && { outlines }),
    ...(cellFences.length > 0 && { cellFences }),
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
  const lattice = latticeOf(design, library, options.snap);
  return {
    block,
    design,
    library,
    nodes,
    memberships,
    allowed,
    core,
    lattice,
    freesFixed: options.freeFixed === true,
    notes,
  };
}

/** Outlines of the hard macros that are no rectangles, by node. */
function outlinesOf({ netlist, masters, nodeOfComponent }: DefNetlist): Map<number, readonly Rect[]> {
  const outlines = new Map<number, readonly Rect[]>();
  masters.forEach(({ outline }, component) => {
    const node = nodeOfComponent[component]!;
    if (outline && netlist.kinds[node] === NodeKind.HardMacro) outlines.set(node, outline);
  });
  return outlines;
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

/** A macro that may move, as it lies or as it fits if it may be turned, in µm. */
interface MovableSize extends Size {
  readonly node: number;
  /** Without its halo. */
  readonly bodyWidth: number;
  readonly bodyHeight: number;
}

function movableSizes(
  { netlist, masters, componentOfNode, places }: DefNetlist,
  design: DefDesign,
  { fixed, core }: Pick<Floor, "fixed" | "core">,
) {
  const room = inMicrons(design, core ?? boundsOf(design.die));
  const sides = { width: room.right - room.left + SLACK, height: room.top - room.bottom + SLACK };
  const sizes: MovableSize[] = [];
  for (let node = 0; node < netlist.nodeCount; node++) {
    if (netlist.kinds[node] !== NodeKind.HardMacro || fixed[node]) continue;
    const halo = haloOf(design, componentOfNode[node]!);
    const [bodyWidth, bodyHeight] = [netlist.widths[node]!, netlist.heights[node]!];
    const upright = {
      node,
      ...{ bodyWidth, bodyHeight, width: bodyWidth + 2 * halo.x, height: bodyHeight + 2 * halo.y },
    };
    const { width, height } = upright;
    const lies = isSideways(places.orientations[node]!);
    const body = { width: lies ? bodyHeight : bodyWidth, height: lies ? bodyWidth : bodyHeight };
    const turns = allowsTurns(masters[componentOfNode[node]!]!) && fitsOnlyTurned(body, sides);
    sizes.push(
      lies !== turns
        ? { node, bodyWidth: bodyHeight, bodyHeight: bodyWidth, width: height, height: width }
        : upright,
    );
  }
  return sizes;
}
interface Floor {
  readonly canvas: Canvas;
  readonly core: Rect | undefined;
  readonly fixed: Uint8Array;
  readonly blockages: readonly Rect[];
}

/** A grid that has room for the hard macros with their halos, or one of similar size if none has. */
function gridWithHalos(nodes: DefNetlist, design: DefDesign, within: Floor): Grid {
  const { canvas, core, fixed, blockages } = within;
  const { netlist, componentOfNode } = nodes;
  const macros: Size[] = [];
  /** Halos of fixed macros may lie over edges and over each other. */
  const bareIfFixed: Size[] = [];
  const obstacles: Rect[] = [...blockages];
  for (let node = 0; node < netlist.nodeCount; node++) {
    if (netlist.kinds[node] !== NodeKind.HardMacro) continue;
    const { x, y } = haloOf(design, componentOfNode[node]!);
    const [width, height] = [netlist.widths[node]!, netlist.heights[node]!];
    const boxed = { width: width + 2 * x, height: height + 2 * y };
    macros.push(boxed);
    bareIfFixed.push(fixed[node] ? { width, height } : boxed);
    if (fixed[node]) append(obstacles, fixedMacro(nodes, design, node));
  }
  const preferred = gridWithRoom(macros, canvas) ?? gridFor(bareIfFixed, canvas);
  const movable = movableSizes(nodes, design, within);
  const bodies = movable.map(({ bodyWidth, bodyHeight }) => ({ width: bodyWidth, height: bodyHeight }));
  const floor = core
    ? inMicrons(design, core)
    : { left: 0, bottom: 0, right: canvas.width, top: canvas.height };
  return gridWithin({ macros: movable, bodies }, { canvas, floor, obstacles }, preferred);
}

/** The box of a fixed hard macro with its halo, µm; none if it has no place. */
function fixedMacro(
  { netlist, componentOfNode, places }: DefNetlist,
  design: DefDesign,
  node: number,
): Rect[] {
  const orientation = places.orientations[node]!;
  const box = boxOf(netlist, places, node);
  if (Number.isNaN(box.left + box.bottom)) return [];
  const halo = design.components.halos.get(componentOfNode[node]!);
  if (!halo) return [box];
  const { left, bottom, right, top } = halo;
  const { units } = design;
  const inUm = { left: left / units, bottom: bottom / units, right: right / units, top: top / units };
  return [widened(box, inUm, orientation)];
}

/** Throws `InputError` if a movable macro is larger than the core, or all together are. */
function refuseLarger({
  design,
  core,
  nodes,
  fixed,
}: Pick<Floor, "core" | "fixed"> & { readonly design: DefDesign; readonly nodes: DefNetlist }): void {
  if (!core) return;
  const { left, bottom, right, top } = inMicrons(design, core);
  const [roomX, roomY] = [right - left, top - bottom];
  const room = `the core, the bounds of the rows, of ${shortened(roomX)} x ${shortened(roomY)} µm`;
  let area = 0;
  for (const { node, bodyWidth, bodyHeight } of movableSizes(nodes, design, { fixed, core })) {
    area += bodyWidth * bodyHeight;
    if (bodyWidth <= roomX + SLACK && bodyHeight <= roomY + SLACK) continue;
    const { name } = nodes.masters[nodes.componentOfNode[node]!]!;
    const turn = bodyHeight <= roomX + SLACK && bodyWidth <= roomY + SLACK;
    throw new InputError(
      design.path,
      `macro '${nodes.netlist.nodeNames[node]}' is ${shortened(bodyWidth)} x ${shortened(bodyHeight)} µm, larger than ${room}`,
      `${turn ? `give master '${name}' SYMMETRY R90 and use --turn, ` : ""}add rows, or let macros use the whole die (--die)`,
    );
  }
  if (area > roomX * roomY)
    throw new InputError(
      design.path,
      `the hard macros take ${area.toFixed(0)} µm², more than the ${(roomX * roomY).toFixed(0)} µm² of ${room}`,
      "add rows, or let macros use the whole die (--die)",
    );
}

/** µm */
const SLACK = 1e-6;

function shortened(length: number): number {
  return Number(length.toFixed(6));
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

/** The design with a halo around the macros that are named, or around every one that has none. */
function withHalo(design: DefDesign, masters: readonly LefMaster[], given: GivenHalo): DefDesign {
  const { names, halos: before } = design.components;
  const { name } = given;
  const inUnits = (length: number) => Math.round(length * design.units);
  const halo = {
    left: inUnits(given.left),
    bottom: inUnits(given.bottom),
    right: inUnits(given.right),
    top: inUnits(given.top),
  };
  const halos = new Map(before);
  const isNamed = name === undefined ? undefined : nameMatcher(name);
  let count = 0;
  masters.forEach((master, component) => {
    if (!isBlockMaster(master)) return;
    if (isNamed ? !isNamed(names[component]!) && !isNamed(master.name) : before.has(component)) return;
    halos.set(component, halo);
    count++;
  });
  if (isNamed && count === 0)
    throw new InputError(
      "--halo",
      `'${name}' is no macro of '${design.path}', and no LEF master of one`,
      "give the name of a component or a master; * matches any text",
    );
  return { ...design, components: { ...design.components, halos } };
}
