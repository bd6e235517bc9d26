// What the methods place, and what becomes of it: for most formats the block as it is; a flat block is clustered first,
// and a DEF design is also kept within its constraints and written back.
import {
  IncrementalJudge,
  Judge,
  type JudgeOptions,
  type Move,
  macrosByArea,
  OUTSIDE_TOLERANCE,
  pullOfGuides,
} from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import {
  type Block,
  blockFiles,
  type Clustering,
  centreOf,
  checkConstraints,
  checkGroups,
  copyPlacement,
  defFiles,
  defPlacesOf,
  frameOf,
  groupedView,
  InputError,
  isDefPath,
  isSideways,
  type LoadedDef,
  type MacroGroup,
  macroPlacementTcl,
  macrosToTurn,
  mayTurn,
  NodeKind,
  notesOn,
  Orientation,
  type Placement,
  type PlacingView,
  placingDesign,
  placingView,
  roomOf,
  snappedPlaces,
  unmetGuides,
  withTurned,
  writeDef,
  writeFileAtomically,
  writePl,
} from "../netlist/index.js";
import type { ScoredPlacement } from "../placer/index.js";
import type { BlockOptions } from "./block-options.js";
import { type ClusterChoice, clusterFlat, flatPlacement } from "./cluster.js";
import { asWritten, type FlatOutput, withPortsInside } from "./flat-output.js";
import { onNodesOf, refuseTooLarge, withGroups, withKept } from "./given-places.js";
import { loadBlockWith, loadDefWith, placementFile, readGivenPlaces } from "./load-block.js";
import type { RunFolder } from "./run-folder.js";

/** A block to place, and what is left to do with a placement of it. */
export interface PlacingJob {
  /** What the methods place. */
  readonly block: Block;
  /** The same nodes, as they are scored and written. */
  readonly scored: Block;
  /** As the files have it. */
  readonly flat: Block;
  /** How a method that works with `flat` is shown it: `block` has the groups as single macros. */
  readonly flatView: Pick<PlacingView, "block" | "toBlock" | "fromBlock">;
  /** The design that `flat` is of, if that is a DEF. */
  readonly design?: LoadedDef;
  /** How `scored` came from `flat`, if cells were clustered. */
  readonly clustering?: Clustering;
  /** The files that the run depends on. */
  readonly inputs: readonly string[];
  /** Of `scored`: the placement that `--from` names. Soft macros that were made of cells have no place in it. */
  readonly given?: Placement;
  /** Whether a placement keeps all constraints that the format has. */
  isAllowed(placement: Placement): boolean;
  /** The placement that the block's own files can hold: snapped, orientations as they are allowed. */
  finish(placement: Placement, judging: JudgeOptions): Placement;
  /** How placements of `scored` become placements of `block`, and back without `finish`'s care. */
  readonly view: Pick<PlacingView, "toBlock" | "fromBlock">;
  /** What a reader of the block's own format gets of a placement of `scored`; undefined if `scored` is all that is written. */
  readonly flatOutput?: (placement: Placement) => FlatOutput;
  /** Writes the files that only this format has, by default named `best`. Returns what the summary says about it. */
  write(
    run: RunFolder,
    placement: Placement,
    as?: { readonly name: string; readonly tell?: (line: string) => void },
  ): Promise<{ readonly violations?: number }>;
}

/** How the files of a run's result are called. */
const BEST = { name: "best" };

/** What searches minimise: the proxy cost of a scored placement and the pull of guides, which scores leave out. */
export function costWithPull(
  { block, view }: Pick<PlacingJob, "block" | "view">,
  { placement, costs }: ScoredPlacement,
): number {
  return block.guides ? costs.proxyCost + pullOfGuides(block, view.fromBlock(placement)) : costs.proxyCost;
}

/** What a job is opened by: how files are read and cells clustered, and the placement that counts. */
export interface JobOptions extends BlockOptions, ClusterChoice {
  /** A placement to start from. */
  readonly from?: string | undefined;
  /** Names of macros that stay: where `from` has them, or else the block. */
  readonly keep?: readonly string[];
  /** Names of macros that move as one body, one text per group: laid out as `from` has them, or else the block. */
  readonly group?: readonly string[];
  /** Whether movable hard macros may be turned by 90°. */
  readonly turn?: boolean;
  /** How strongly the guides of a design pull. */
  readonly guideWeight?: number | undefined;
  /** Whether `finish` leaves macros mirrored as they are where LEF allows that. Default: no. */
  readonly keepMirrors?: boolean | undefined;
}

/** Reads the block at `path` by the format of its files. Throws `InputError` for bad input. */
export async function openPlacingJob(
  path: string,
  options: JobOptions,
  onProgress: (line: string) => void,
): Promise<PlacingJob> {
  onProgress(`reading ${path}`);
  if (isDefPath(path)) return openDefJob(path, options, onProgress);
  if (options.guideWeight !== undefined)
    throw new InputError("--guide-weight", `is for .def designs, and '${path}' is none`);
  const found = await withGiven(await loadBlockWith(path, options, true), options, []);
  const { groups, given } = found;
  const { canvas } = found.flat;
  const slack = OUTSIDE_TOLERANCE * Math.min(canvas.width, canvas.height);
  const flat = turnedToFit(found.flat, { ...canvas, name: "canvas", slack }, options);
  for (const note of notesOn(flat)) onProgress(note);
  const { block, clustering } = clusterFlat(flat, options, onProgress);
  const single = placingView(block, options.turn ? { mayTurn: () => true } : {});
  const view = groupedView(single, block, groupsIn(block, flat, groups));
  return {
    block: view.block,
    scored: block,
    flat,
    flatView: flatViewOf(flat, groups),
    ...(clustering && { clustering }),
    inputs: filesOf(path, options),
    ...(given && { given: onNodesOf(block, flat, { placement: given, clustering }) }),
    isAllowed: () => true,
    finish: view.toBlock,
    view,
    ...((clustering || frameOf(flat)) && {
      flatOutput: (placement) => ({
        block: flat,
        placement: asWritten(flat, flatPlacement(flat, placement, clustering)),
      }),
    }),
    write: async (run, placement, { name } = BEST) => {
      if (frameOf(flat))
        await writePl(run.file(`${name}.pl`), flat, flatPlacement(flat, placement, clustering));
      return {};
    },
  };
}

/** The files that a job depends on. */
function filesOf(path: string, { placement, lef, from }: JobOptions): string[] {
  const named = placement === undefined ? undefined : placementFile(placement);
  const files = blockFiles(path, named, isDefPath(path) ? lef : undefined);
  return from === undefined ? files : [...files, placementFile(from)];
}

/** A block with the macros that are kept fixed, its groups, and the given placement of it. */
async function withGiven(
  read: Block,
  { from, keep = [], group = [] }: JobOptions,
  lefs: readonly string[],
): Promise<{ flat: Block; groups: readonly MacroGroup[]; given?: Placement }> {
  const given = from === undefined ? undefined : withFixed(read, await readGivenPlaces(from, read, lefs));
  const placement = given ?? read.initial;
  const kept = keep.length > 0 ? withKept(read, keep, placement) : read;
  const { block: flat, groups } =
    group.length > 0
      ? withGroups(kept, group, { placement, fixedInFile: read.fixed })
      : { block: kept, groups: [] };
  return { flat, groups, ...(given && { given }) };
}

/** What macros must stay within; lengths in µm. */
interface Room {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** By how much a macro may be larger. */
  readonly slack: number;
}

/** Of the core or the die of a design: rounding, µm. */
const SLACK = 1e-6;

/**
 * With `turn`, the block with macros that fit into the room only turned by 90° lying so from the start. Throws `InputError`
 * for one of these without it.
 */
function turnedToFit(
  block: Block,
  { name, width, height, slack }: Room,
  {
    turn = false,
    mayBeTurned = () => true,
  }: { readonly turn?: boolean | undefined; readonly mayBeTurned?: (node: number) => boolean },
): Block {
  const room = { width: width + slack, height: height + slack };
  const nodes = macrosToTurn(block, room).filter(mayBeTurned);
  const [first] = nodes;
  if (first === undefined) return block;
  if (turn) return withTurned(block, nodes);
  const sides = (x: number, y: number) => `${Number(x.toFixed(3))} x ${Number(y.toFixed(3))} µm`;
  throw new InputError(
    block.name,
    `macro '${block.nodeNames[first]}' is ${sides(block.widths[first]!, block.heights[first]!)} and fits into the ${name} of ` +
      `${sides(width, height)} only when turned by 90°`,
    "use --turn, with --method refine, or with anneal under --protocol free",
  );
}

/** The groups of `flat` in the block that was clustered from it. */
function groupsIn(block: Block, flat: Block, groups: readonly MacroGroup[]): readonly MacroGroup[] {
  if (block === flat || groups.length === 0) return groups;
  const nodeOf = new Map(
    block.nodeNames.flatMap((name, node) => (block.kinds[node] === NodeKind.HardMacro ? [[name, node]] : [])),
  );
  return groups.map(({ name, members }) => ({
    name,
    members: members.map((member) => nodeOf.get(flat.nodeNames[member]!)!).sort((a, b) => a - b),
  }));
}

function flatViewOf(flat: Block, groups: readonly MacroGroup[]): PlacingJob["flatView"] {
  const same = (placement: Placement) => placement;
  const plain = { block: flat, toBlock: same, fromBlock: same };
  return groups.length > 0 ? groupedView({ ...placingView(flat), ...plain }, flat, groups) : plain;
}

/** The placement with fixed macros where the block has them. */
function withFixed({ kinds, fixed, initial }: Block, placement: Placement): Placement {
  const result = copyPlacement(placement);
  for (let node = 0; node < kinds.length; node++) {
    if (kinds[node] !== NodeKind.HardMacro || !fixed[node]) continue;
    for (const places of ["xs", "ys", "orientations"] as const) result[places][node] = initial[places][node]!;
  }
  return result;
}

/** Violations that are told one by one. */
const MOST_REPORTED = 20;

/**
 * A DEF design: standard cells clustered, halos and fences kept free, and at the end hard macros on database units in
 * orientations that LEF allows, written as DEF and Tcl, with a list of what they violate.
 */
async function openDefJob(
  path: string,
  options: JobOptions,
  onProgress: (line: string) => void,
): Promise<PlacingJob> {
  const read = await loadDefWith(path, options);
  const found = await withGiven(read.block, options, defFiles(path, options.lef).lefs);
  const { groups, given } = found;
  const mayBeTurned = (node: number) => mayTurn(read, node);
  const room = { ...roomOf(read), slack: SLACK };
  const flat = turnedToFit(found.flat, room, { turn: options.turn, mayBeTurned });
  const loaded = { ...read, block: flat };
  checkGroups(loaded, groups);
  for (const group of groups) refuseTooLarge(flat, group, roomOf(loaded));
  for (const note of loaded.notes) onProgress(note);
  countMovable(read, onProgress);
  const { block: grouped, clustering } = clusterFlat(loaded.block, options, onProgress);
  const { block: scored, count: portsInside } = withPortsInside(grouped);
  if (portsInside > 0)
    onProgress(`${portsInside} pins of the design have no place; they count at the canvas's centre`);
  const single = placingDesign(scored, loaded, {
    turn: options.turn === true,
    guideWeight: options.guideWeight,
  });
  const view = groupedView(single, scored, groups);
  if (options.turn && !view.block.turnable)
    onProgress("--turn: no macro may be turned by 90°, as no master of one that can move has SYMMETRY R90");
  return {
    block: view.block,
    scored,
    flat: loaded.block,
    flatView: flatViewOf(loaded.block, groups),
    design: loaded,
    ...(clustering && { clustering: { ...clustering, block: scored } }),
    inputs: filesOf(path, options),
    ...(given && { given: onNodesOf(scored, loaded.block, { placement: given, clustering }) }),
    isAllowed: (placement) => checkConstraints(loaded, placement).length === 0,
    finish: (placement, judging) =>
      snapped(
        loaded,
        turned(
          loaded,
          { scored, view, groups, keepMirrors: options.keepMirrors === true },
          placement,
          judging,
        ),
        groups,
      ),
    view,
    flatOutput: (placement) => {
      const { block } = withPortsInside(loaded.block);
      return { block, placement: asWritten(block, flatPlacement(block, placement, clustering), loaded) };
    },
    write: async (run, placement, { name, tell = () => {} } = { ...BEST, tell: onProgress }) => {
      const places = defPlacesOf(loaded, placement);
      const rewritten = await writeDef(run.file(`${name}.def`), loaded, places);
      await writeFileAtomically(run.file(`${name}.tcl`), macroPlacementTcl(loaded, places));
      const violations = checkConstraints(loaded, placement);
      const guides = unmetGuides(loaded, placement);
      if (guides.length > 0)
        tell(`${guides.length} macros are not within their guide, which is only a preference: ${guides[0]}`);
      tell(`${name}.def: ${rewritten} of ${loaded.design.components.count} components stand elsewhere`);
      for (const { message } of violations.slice(0, MOST_REPORTED)) tell(message);
      if (violations.length > MOST_REPORTED) tell(`and ${violations.length - MOST_REPORTED} more violations`);
      return { violations: violations.length };
    },
  };
}

/** Throws `InputError` if there is no macro; says so if none moves, and then only cells and costs are left. */
function countMovable({ block, design }: LoadedDef, onProgress: (line: string) => void): void {
  let macros = 0;
  let movable = 0;
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] !== NodeKind.HardMacro) continue;
    macros++;
    if (!block.fixed[node]) movable++;
  }
  if (macros === 0)
    throw new InputError(
      design.path,
      "holds no component of a LEF master of CLASS BLOCK, so there is no macro to place",
    );
  if (movable === 0)
    onProgress(`${design.path}: all ${macros} macros are FIXED and stay; --free-fixed lets them move`);
}

/**
 * Every movable macro that is in no group in the orientation that costs least among those that LEF allows and that keep its box, largest
 * first, each once. Where none keeps its box, N. With `keepMirrors`, that at hand if LEF allows it.
 */
function turned(
  loaded: LoadedDef,
  {
    scored,
    view,
    groups,
    keepMirrors,
  }: {
    readonly scored: Block;
    readonly view: PlacingView;
    readonly groups: readonly MacroGroup[];
    readonly keepMirrors: boolean;
  },
  placement: Placement,
  judging: JudgeOptions,
): Placement {
  const result = copyPlacement(view.toBlock(placement));
  const judge = new Judge(Kernels.create(), scored, judging);
  const moves = new IncrementalJudge(judge);
  moves.start(result);
  const isGrouped = new Set(groups.flatMap(({ members }) => members));
  for (const node of macrosByArea(scored)) {
    if (isGrouped.has(node)) continue;
    const now = placement.orientations[node]!;
    const allowed = loaded.allowed[node]!;
    // Those that keep the sides of the box: N, FN, S and FS, or for one that was turned E, FE, W and FW.
    const first = isSideways(now) ? Orientation.E : Orientation.N;
    const alike = MIRRORED.map((code) => first + code).filter((code) =>
      allowed.includes(view.orientationOf(node, code)),
    );
    const choice = keepMirrors && alike.includes(now) ? [now] : alike;
    const candidates = choice.length > 0 ? choice : [first];
    let best: { move: Move; cost: number } | undefined;
    // The orientation at hand first: another must be better, not as good.
    for (const code of [...candidates].sort((a, b) => Number(b === now) - Number(a === now) || a - b)) {
      // A halo that is not the same on all sides turns with the macro, which moves the macro in its box.
      const [x, y] = view.centreOf(node, placement.xs[node]!, placement.ys[node]!, code);
      const move = { node, x, y, orientation: view.orientationOf(node, code) };
      const { proxyCost } = moves.try([move]);
      moves.revert();
      if (!best || proxyCost < best.cost) best = { move, cost: proxyCost };
    }
    const { move } = best!;
    moves.try([move]);
    moves.commit();
    result.xs[node] = move.x;
    result.ys[node] = move.y;
    result.orientations[node] = move.orientation;
  }
  return result;
}

/** N, FN, S and FS, or added to E: FE, W and FW. */
const MIRRORED = [0, 1, 2, 3] as const;

/** Hard macros where the DEF file will have them; what is fixed stays to the last bit. */
function snapped(loaded: LoadedDef, placement: Placement, groups: readonly MacroGroup[]): Placement {
  const result = copyPlacement(placement);
  for (const [component, place] of snappedPlaces(loaded, placement, groups)) {
    const node = loaded.nodes.nodeOfComponent[component]!;
    if (loaded.block.fixed[node]) continue;
    [result.xs[node], result.ys[node]] = centreOf(loaded, component, place);
  }
  return result;
}
