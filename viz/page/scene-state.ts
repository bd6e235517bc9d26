// State of the page: the placement shown, its costs, the selection, and the edits.
import type { CostMaps, Costs, Move } from "../../env/index.js";
import { type Block, copyPlacement, type Grid, NodeKind, type Placement } from "../../netlist/index.js";
import type { DesignFrame } from "../design-frame.js";
import { Connectivity } from "./connectivity.js";
import { memory } from "./dom.js";
import { Emitter } from "./emitter.js";
import { Hierarchy } from "./hierarchy.js";
import { InfluenceState } from "./influences.js";
import { LayerState } from "./layers.js";
import { Legality } from "./legality.js";
import { judgeMap, type MapName, netDensity, pinDensity, SPARSE_MAPS, whyMapEmpty } from "./maps.js";
import { Notches } from "./notches.js";
import type { PageJudge } from "./page-judge.js";
import { isWhyMap, type WhyHere } from "./why-here.js";

interface SceneEvents extends Record<string, unknown> {
  /** Nodes moved: those in the list, or any if undefined. */
  placement: readonly number[] | undefined;
  selection: undefined;
  costs: undefined;
  /** The map or its values changed. */
  map: undefined;
  /** Macros were locked or released, or snapping was turned on or off. */
  editing: undefined;
  /** An edit that was not saved was put aside, or is no longer kept. */
  unsaved: undefined;
}

/** An edit that was left without being saved. */
export interface KeptEdit {
  readonly id: string;
  readonly label: string;
  readonly placement: Placement;
}

/** Most edits that are kept; of a million cells each takes 17 MB. */
const MOST_KEPT = 5;

/** An edit that can be undone: places of nodes before and after. */
interface Edit {
  readonly before: readonly Move[];
  readonly after: readonly Move[];
}

/** Blocks with more pins are evaluated only after the replay pauses, not at every frame. */
const PROMPT_PINS = 100_000;

export class SceneState extends Emitter<SceneEvents> {
  readonly block: Block;
  /** Nodes other than standard cells, the last first. */
  readonly pickable: readonly number[];
  readonly hardMacros: readonly number[];
  readonly hierarchy: Hierarchy;
  readonly layers: LayerState;
  /** What the design has besides nodes. */
  readonly frame: DesignFrame;
  /** Rules that the placement shown breaks. */
  readonly legality: Legality;
  readonly notches: Notches;
  /** What moved the policy's decision, if a step of its episode is shown. */
  readonly influences = new InfluenceState();
  /** Macros that the user has locked: edits and a run that goes on from here leave them where they are. */
  readonly locked = new Set<number>();
  /** Edits that were left without being saved, the oldest first. */
  kept: readonly KeptEdit[] = [];
  /** The placement shown. `show` replaces it, edits change it in place. */
  placement: Placement;
  label = "";
  /** Whether nodes are not placed; the costs are those of the others. */
  partial = false;
  readonly selection = new Set<number>();
  /** Costs of the placement shown; undefined while they are unknown. */
  costs: Costs | undefined;
  /** Costs before the edits, for comparison. */
  baseline: Costs | undefined;
  mapName: MapName = "none";
  map: Float64Array | undefined;
  /** Grid of the map. */
  mapGrid: Grid;
  /** What other places of the selected macro would cost, if that map is shown. */
  why: WhyHere | undefined;
  /** Why the map has nothing to show. */
  mapEmpty: string | undefined;
  private readonly judge: PageJudge;
  private done: Edit[] = [];
  private undone: Edit[] = [];
  private trying: readonly Move[] | undefined;
  private judged = false;
  private later: ReturnType<typeof setTimeout> | undefined;
  private givenValues: Float64Array | undefined;
  private snaps = memory.read("snap", true);
  /** The last edit when the placement was saved. */
  private saved: Edit | undefined;
  /** Whether the placement shown is an edit that was put aside before. */
  private restored = false;
  private keptCount = 0;

  constructor(block: Block, judge: PageJudge, frame: DesignFrame = { rows: [], fences: [] }) {
    super();
    this.block = block;
    this.mapGrid = block.grid;
    this.frame = frame;
    this.layers = new LayerState(frame.halos !== undefined);
    this.judge = judge;
    this.placement = copyPlacement(block.initial);
    const pickable: number[] = [];
    for (let node = block.nodeCount - 1; node >= 0; node--)
      if (block.kinds[node] !== NodeKind.StandardCell) pickable.push(node);
    this.pickable = pickable;
    this.hardMacros = pickable.filter((node) => block.kinds[node] === NodeKind.HardMacro).reverse();
    this.hierarchy = new Hierarchy(block, this.hardMacros);
    this.legality = new Legality(this);
    this.notches = new Notches(this);
  }

  /** Shows another placement. Edits that were not saved are put aside. With recorded costs it need not be evaluated. */
  show(placement: Placement, label: string, recorded?: Costs): void {
    this.keepEdit();
    this.influences.show(undefined);
    this.placement = copyPlacement(placement);
    this.label = label;
    this.partial = this.isPartial(placement);
    this.done = [];
    this.undone = [];
    this.trying = undefined;
    this.saved = undefined;
    this.restored = false;
    this.judged = false;
    this.baseline = undefined;
    this.costs = recorded;
    this.emit("placement", undefined);
    clearTimeout(this.later);
    this.later = undefined;
    if (recorded === undefined || this.mapName !== "none") {
      if (this.block.pinCount <= PROMPT_PINS) this.evaluate(recorded);
      else this.later = setTimeout(() => this.evaluate(recorded), 120);
    } else this.emit("costs", undefined);
  }

  /** Whether a node other than a port is not placed. */
  isPartial(placement: Placement): boolean {
    return placement.xs.some((x, node) => Number.isNaN(x) && this.block.kinds[node] !== NodeKind.Port);
  }

  /** Built when something is selected first: of a million cells it takes a moment. */
  get connectivity(): Connectivity {
    this.nets ??= new Connectivity(this.block);
    return this.nets;
  }
  private nets: Connectivity | undefined;

  /** Names of the run's cost terms, which the costs shown leave out. */
  get leftOut(): readonly string[] {
    return this.judge.leftOut;
  }

  /** Costs of another placement. */
  costsOf(placement: Placement): Costs {
    const costs = this.judge.evaluate(placement);
    if (this.judged) this.judge.evaluate(this.placement);
    return costs;
  }

  select(nodes: Iterable<number>, add = false): void {
    if (!add) this.selection.clear();
    for (const node of nodes) {
      if (add && this.selection.has(node)) this.selection.delete(node);
      else this.selection.add(node);
    }
    this.emit("selection", undefined);
  }

  get edited(): boolean {
    return this.done.length > 0 || this.restored;
  }

  /** Whether the placement shown is an edit that no file has. */
  get unsaved(): boolean {
    return (this.done.length > 0 && this.done.at(-1) !== this.saved) || this.restored;
  }

  /** Tells that the placement shown was saved. */
  markSaved(): void {
    this.saved = this.done.at(-1);
    this.restored = false;
    this.kept = this.kept.filter(({ label }) => label !== this.label);
    this.emit("unsaved", undefined);
    this.emit("costs", undefined);
  }

  /** Shows an edit that was put aside. */
  restore(id: string): void {
    const edit = this.kept.find((each) => each.id === id);
    if (!edit) return;
    this.show(edit.placement, edit.label);
    this.restored = true;
    this.emit("costs", undefined);
  }

  private keepEdit(): void {
    if (this.trying) this.revertMoves();
    if (!this.unsaved) return;
    const before = this.kept.find(({ label }) => this.restored && label === this.label);
    const name = `unsaved edit ${before ? before.label.split(" ").at(-1) : ++this.keptCount}`;
    const edit = { id: name.replaceAll(" ", "-"), label: name, placement: this.placement };
    this.kept = [...this.kept.filter((each) => each !== before), edit].slice(-MOST_KEPT);
    this.emit("unsaved", undefined);
  }

  /** Whether a node may be moved: no port, not fixed by the files and not locked. */
  mayMove(node: number): boolean {
    const { kinds, fixed } = this.block;
    return kinds[node] !== NodeKind.Port && !fixed[node] && !this.locked.has(node);
  }

  /** Locks nodes, or releases them. */
  lock(nodes: Iterable<number>, on: boolean): void {
    for (const node of nodes) {
      if (on) this.locked.add(node);
      else this.locked.delete(node);
    }
    this.emit("editing", undefined);
  }

  /** Whether macros snap to the lattice, to edges and to halos. */
  get snapping(): boolean {
    return this.snaps;
  }

  set snapping(on: boolean) {
    this.snaps = on;
    memory.write("snap", on);
    this.emit("editing", undefined);
  }

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }

  get idle(): boolean {
    return this.later === undefined;
  }

  /** Computes costs that would be computed a moment later. */
  settle(): void {
    if (this.later !== undefined) this.evaluate();
  }

  /** Shows moved nodes and their exact costs until `commitMoves` or `revertMoves`. */
  tryMoves(moves: readonly Move[]): void {
    if (!this.judged) this.evaluate();
    this.baseline ??= this.costs;
    const before = this.trying ? undefined : this.placesOf(moves);
    if (before) this.tryBefore = before;
    this.trying = moves;
    this.costs = this.judge.try(moves);
    this.showMoved(moves);
  }
  private tryBefore: readonly Move[] = [];

  commitMoves(): void {
    if (!this.trying) return;
    this.judge.commit();
    this.done.push({ before: this.tryBefore, after: this.trying });
    this.undone = [];
    this.trying = undefined;
    this.emit("costs", undefined);
  }

  revertMoves(): void {
    if (!this.trying) return;
    this.trying = undefined;
    this.costs = this.judge.revert();
    this.showMoved(this.tryBefore);
  }

  undo(): void {
    const edit = this.done.pop();
    if (!edit) return;
    this.undone.push(edit);
    this.carryOut(edit.before);
  }

  redo(): void {
    const edit = this.undone.pop();
    if (!edit) return;
    this.done.push(edit);
    this.carryOut(edit.after);
  }

  /** Shows a map. Those of a policy and of a router come with their values, the latter on a grid of their own. */
  showMap(name: MapName, values?: Float64Array, grid = this.block.grid): void {
    this.mapName = name;
    this.mapGrid = grid;
    this.givenValues = values;
    if (!isWhyMap(name)) this.why = undefined;
    this.mapEmpty = undefined;
    if (name !== "none" && !values && !this.judged) this.evaluate(this.costs);
    this.refreshMap();
  }

  /** Shows what other places of a macro would cost, or says why that is not known. */
  showWhy(why: WhyHere | undefined, reason: string | undefined): void {
    this.why = why;
    this.mapEmpty = reason;
    this.refreshMap();
  }

  /** Whether a map covers the picture: hard macros are outlines, soft macros and cells are hidden. */
  get isUnderMap(): boolean {
    return this.map !== undefined && !isWhyMap(this.mapName) && !SPARSE_MAPS.includes(this.mapName);
  }

  /** The map's value at a place in µm: undefined without a map or off the canvas, NaN in a cell without a value. */
  mapValueAt(x: number, y: number): number | undefined {
    const { map, mapGrid, block } = this;
    const column = Math.floor((x / block.canvas.width) * mapGrid.columns);
    const row = Math.floor((y / block.canvas.height) * mapGrid.rows);
    const isInside = column >= 0 && row >= 0 && column < mapGrid.columns && row < mapGrid.rows;
    return isInside ? map?.[row * mapGrid.columns + column] : undefined;
  }

  /** Moves a macro, which can be undone. */
  moveTo(node: number, x: number, y: number): void {
    this.tryMoves([{ node, x, y, orientation: this.placement.orientations[node]! }]);
    this.commitMoves();
  }

  /** Whether moves are shown that are neither kept nor undone. */
  get isTrying(): boolean {
    return this.trying !== undefined;
  }

  /** The judge's costs of what is shown, and costs if nodes were elsewhere; not while moves are tried. */
  prober(): { readonly costs: Costs; readonly probe: (moves: readonly Move[]) => Costs } {
    if (this.trying) throw new Error("internal: moves are being tried");
    if (!this.judged) this.evaluate(this.costs);
    return { costs: this.judge.revert(), probe: (moves) => this.judge.probe(moves) };
  }

  private carryOut(moves: readonly Move[]): void {
    this.costs = this.judge.try(moves);
    this.judge.commit();
    this.showMoved(moves);
  }

  private evaluate(recorded?: Costs): void {
    clearTimeout(this.later);
    this.later = undefined;
    const costs = this.judge.evaluate(this.placement);
    this.judged = true;
    this.costs = recorded ?? costs;
    this.refreshMap();
    this.emit("costs", undefined);
  }

  /** Puts nodes at their new places and tells the page. */
  private showMoved(moves: readonly Move[]): void {
    this.influences.show(undefined); // the policy has not seen this
    for (const { node, x, y, orientation } of moves) {
      this.placement.xs[node] = x;
      this.placement.ys[node] = y;
      this.placement.orientations[node] = orientation;
    }
    this.refreshMap();
    this.emit(
      "placement",
      moves.map((move) => move.node),
    );
    this.emit("costs", undefined);
  }

  private placesOf(moves: readonly Move[]): Move[] {
    const { xs, ys, orientations } = this.placement;
    return moves.map(({ node }) => ({
      node,
      x: xs[node]!,
      y: ys[node]!,
      orientation: orientations[node]!,
    }));
  }

  private refreshMap(): void {
    const { mapName } = this;
    if (mapName === "none") this.map = undefined;
    else if (this.givenValues) this.map = this.givenValues;
    else if (isWhyMap(mapName)) this.map = this.why?.changes[mapName];
    else if (mapName === "nets") this.map = netDensity(this.block, this.placement);
    else if (mapName === "pins") this.map = pinDensity(this.block, this.placement);
    else this.map = judgeMap(mapName, this.maps());
    if (!isWhyMap(mapName)) this.mapEmpty = whyMapEmpty(mapName, this.map);
    this.emit("map", undefined);
  }

  private maps(): CostMaps {
    return this.judge.maps();
  }
}
