// What a netlist is placed on: canvas, grids, tracks, blockages and switches, with the calls that set them and give them back.
// Lengths are µm. A call that throws changes nothing.
import {
  type Block,
  type Blockage,
  type Canvas,
  type Grid,
  InputError,
  MOST_SMOOTHING,
  type RoutingResources,
} from "../netlist/index.js";

/** Two values: x and y, width and height, columns and rows, or horizontal and vertical. */
export type Pair = readonly [number, number];

/** Left, bottom, right and top, µm. */
export type Corners = readonly [number, number, number, number];

const MOST_LINES = 1024;
/** Blockages, fake nets and area constraints of one object, so that a client in a loop does not fill the memory. */
const MOST_ITEMS = 100_000;

export abstract class Frame {
  protected readonly spacing: { readonly x: number; readonly y: number };
  protected canvas: Canvas;
  protected grid: Grid;
  protected congestionGrid: Grid | undefined;
  protected routing: RoutingResources;
  protected smoothing: number;
  protected boundaryCheck = true;
  protected overCells = false;
  protected readonly blockages: Blockage[] = [];
  private overlapThreshold = 0;
  private incrementalCost = false;
  private projectName = "unset_project";
  private blockName = "unset_block";

  constructor(
    { canvas, grid, routing, smoothing }: Block,
    spacing: { readonly x: number; readonly y: number },
  ) {
    this.spacing = spacing;
    this.canvas = canvas;
    this.grid = grid;
    this.routing = routing;
    this.smoothing = smoothing;
  }

  /** What was computed on the frame no longer holds: costs, that of congestion alone, masks, or all of it. */
  protected abstract frameChanged(what: "all" | "costs" | "congestion" | "masks"): void;

  /** Nodes stay where they are. */
  setCanvasSize(width: number, height: number): void {
    for (const side of [width, height])
      if (!(side > 0 && side <= 1e9))
        throw new InputError("canvas", `a side of ${side} µm, above 0 to 1e9 was expected`);
    this.canvas = { width, height };
    this.frameChanged("all");
  }

  getCanvasWidthHeight(): Pair {
    return [this.canvas.width, this.canvas.height];
  }

  setPlacementGrid(columns: number, rows: number): void {
    this.grid = checkedGrid(columns, rows);
    this.frameChanged("all");
  }

  getGridNumColumnsRows(): Pair {
    return [this.grid.columns, this.grid.rows];
  }

  /** Congestion follows the placement grid until this is called. */
  setCongestionGrid(columns: number, rows: number): void {
    this.congestionGrid = checkedGrid(columns, rows);
    this.frameChanged("congestion");
  }

  getCongestionGridNumColumnsRows(): Pair {
    const { columns, rows } = this.congestionGrid ?? this.grid;
    return [columns, rows];
  }

  setRoutesPerMicron(horizontal: number, vertical: number): void {
    for (const tracks of [horizontal, vertical])
      if (!(tracks > 0 && tracks <= 1e9))
        throw new InputError("routes per micron", `${tracks} was found, above 0 to 1e9 was expected`);
    this.routing = { ...this.routing, horizontal, vertical };
    this.frameChanged("costs");
  }

  getRoutesPerMicron(): Pair {
    return [this.routing.horizontal, this.routing.vertical];
  }

  setMacroRoutingAllocation(horizontal: number, vertical: number): void {
    for (const tracks of [horizontal, vertical])
      if (!(tracks >= 0 && tracks <= 1e9))
        throw new InputError("macro routing allocation", `${tracks} was found, 0 to 1e9 was expected`);
    this.routing = {
      ...this.routing,
      horizontalUsedByMacros: horizontal,
      verticalUsedByMacros: vertical,
    };
    this.frameChanged("costs");
  }

  getMacroRoutingAllocation(): Pair {
    return [this.routing.horizontalUsedByMacros, this.routing.verticalUsedByMacros];
  }

  /** In cells; rounded down. */
  setCongestionSmoothRange(range: number): void {
    if (!(range >= 0 && range <= MOST_SMOOTHING))
      throw new InputError("smooth range", `${range} was found, 0 to ${MOST_SMOOTHING} was expected`);
    this.smoothing = Math.floor(range);
    this.frameChanged("costs");
  }

  getCongestionSmoothRange(): number {
    return this.smoothing;
  }

  /** Kept and given back; no public fact tells what it changes. */
  setOverlapThreshold(threshold: number): void {
    if (!(threshold >= 0))
      throw new InputError("overlap threshold", `${threshold} was found, 0 or more was expected`);
    this.overlapThreshold = threshold;
  }

  getOverlapThreshold(): number {
    return this.overlapThreshold;
  }

  /** Whether a macro may not be put where it sticks out of the canvas. On at first. */
  setCanvasBoundaryCheck(isOn: boolean): void {
    this.boundaryCheck = isOn;
  }

  getCanvasBoundaryCheck(): boolean {
    return this.boundaryCheck;
  }

  /** Hard macros may not overlap it at any rate; it fills cells for soft macros and cells by `rate`. */
  createBlockage([left, bottom, right, top]: Corners, rate: number): void {
    refuseFull(this.blockages, "blockages");
    this.blockages.push({ left, bottom, right, top, rate });
    this.frameChanged("masks");
  }

  getBlockages(): (readonly [...Corners, number])[] {
    return this.blockages.map(
      ({ left, bottom, right, top, rate }) => [left, bottom, right, top, rate] as const,
    );
  }

  getMacroBloatWidth(): number {
    return this.spacing.x;
  }

  getMacroBloatHeight(): number {
    return this.spacing.y;
  }

  allowHardMacrosOverStdcells(isAllowed: boolean): void {
    this.overCells = isAllowed;
    this.frameChanged("masks");
  }

  /** Changes no value: costs always follow by what has changed. */
  setUseIncrementalCost(isOn: boolean): void {
    this.incrementalCost = isOn;
  }

  getUseIncrementalCost(): boolean {
    return this.incrementalCost;
  }

  getProjectName(): string {
    return this.projectName;
  }

  setProjectName(name: string): void {
    this.projectName = name;
  }

  getBlockName(): string {
    return this.blockName;
  }

  setBlockName(name: string): void {
    this.blockName = name;
  }
}

function checkedGrid(columns: number, rows: number): Grid {
  for (const count of [columns, rows])
    if (!(Number.isInteger(count) && count >= 1 && count <= MOST_LINES))
      throw new InputError(
        "grid",
        `${count} columns or rows, a whole number from 1 to ${MOST_LINES} was expected`,
      );
  return { columns, rows };
}

/** Throws `InputError` for one more item than a list may have. */
export function refuseFull(items: readonly unknown[], what: string): void {
  if (items.length >= MOST_ITEMS) throw new InputError(what, `${MOST_ITEMS} of them are the most`);
}
