// Circuit Training's `PlacementCost` as a class: a netlist, a placement that calls change one node at a time, and its costs
// and masks. Facts: Circuit Training's client, tests and guide to PlacementCost; docs/circuit-training.md tells where the
// original is silent. Nodes are file indices or names; lengths are µm. A call that throws changes nothing.
import { OUTSIDE_TOLERANCE } from "../env/index.js";
import {
  type Block,
  type Blockage,
  type Canvas,
  copyPlacement,
  emptyPlacement,
  type Grid,
  InputError,
  isMacro,
  MOST_SMOOTHING,
  makeBlock,
  type Netlist,
  NodeKind,
  ORIENTATION_NAMES,
  orientationCode,
  type Placement,
  type RoutingResources,
  readPbNetlist,
  sidesOf,
  statusOf,
  turnOffset,
  writeFileAtomically,
} from "../netlist/index.js";
import { type Adjacency, adjacencyOf, type FakeNet, fakeNetCost } from "./connections.js";
import { FileNodes, type NodeRef, PIN } from "./file-nodes.js";
import { FollowedJudge } from "./followed-judge.js";
import { checkSchedule, ForceMover, type ForceSchedule } from "./forces.js";
import { Occupancy } from "./occupancy.js";
import { placementTcl, readPlaces, sixDigits } from "./placement-files.js";

/** Two values: x and y, width and height, columns and rows, or horizontal and vertical. */
export type Pair = readonly [number, number];

/** Left, bottom, right and top, µm. */
export type Corners = readonly [number, number, number, number];

/** How a netlist is opened. */
export interface PlacementCostOptions {
  /** Least distance of two hard macros in x and in y, µm. Default: 0. */
  readonly spacing?: { readonly x: number; readonly y: number };
}

const MOST_LINES = 1024;
/** Blockages, fake nets and area constraints of one object, so that a client in a loop does not fill the memory. */
const MOST_ITEMS = 100_000;

export class PlacementCost {
  readonly files: FileNodes;
  private readonly source: string;
  private readonly spacing: { readonly x: number; readonly y: number };
  private readonly placement: Placement;
  private readonly fixed: Uint8Array;
  /** Whether soft macros and cells were given the orientation "", by node. */
  private readonly unnamedTurn: Uint8Array;
  private readonly originalArea: number;
  /** Sides after squaring, and which nets are left. */
  private netlist: Netlist;
  private readonly cutNets = new Set<number>();
  private canvas: Canvas;
  private grid: Grid;
  private congestionGrid: Grid | undefined;
  private routing: RoutingResources;
  private smoothing: number;
  private overlapThreshold = 0;
  private boundaryCheck = true;
  private incrementalCost = false;
  private overCells = false;
  private projectName = "unset_project";
  private blockName = "unset_block";
  private readonly blockages: Blockage[] = [];
  private readonly fakeNets: FakeNet[] = [];
  private readonly areas = new Map<number, Corners[]>();
  private readonly portSides = new Map<number, number>();
  // Made when they are asked for, and dropped when what they were made for changes.
  private placementJudge: FollowedJudge | undefined;
  private congestionJudge: FollowedJudge | undefined;
  private occupancy: Occupancy | undefined;
  private forces: ForceMover | undefined;

  private constructor(block: Block, source: string, spacing: { readonly x: number; readonly y: number }) {
    this.files = new FileNodes(block);
    this.source = source;
    this.spacing = spacing;
    this.netlist = { ...block, widths: block.widths.slice(), heights: block.heights.slice() };
    this.placement = copyPlacement(block.initial);
    this.fixed = new Uint8Array(block.nodeCount);
    this.unnamedTurn = new Uint8Array(block.nodeCount);
    this.canvas = block.canvas;
    this.grid = block.grid;
    this.routing = block.routing;
    this.smoothing = block.smoothing;
    let area = 0;
    for (let node = 0; node < block.nodeCount; node++)
      area += Math.fround(block.widths[node]!) * Math.fround(block.heights[node]!);
    this.originalArea = area;
  }

  /**
   * Opens a netlist (`.pb.txt`, gzip or not), or several files separated by commas that are one netlist, cut between nodes.
   * Nodes with x and y in the file are placed. Throws `InputError` for files that cannot be read.
   */
  static async open(netlistFile: string, options: PlacementCostOptions = {}): Promise<PlacementCost> {
    const isOne = !netlistFile.includes(",") || statusOf(netlistFile) !== undefined;
    const file = await readPbNetlist(isOne ? netlistFile : netlistFile.split(","), netlistFile);
    return new PlacementCost(makeBlock(file, undefined), netlistFile, options.spacing ?? { x: 0, y: 0 });
  }

  // Nodes.

  numNodes(): number {
    return this.files.count;
  }

  /** MACRO, MACRO_PIN, PORT or STDCELL; "" beyond the last node. */
  getNodeType(node: NodeRef): string {
    return this.isBeyond(node) ? "" : this.files.typeOf(this.files.indexOf(node));
  }

  /** "" beyond the last node. */
  getNodeName(node: NodeRef): string {
    return this.isBeyond(node) ? "" : this.files.nameOf(this.files.indexOf(node));
  }

  getNodeIndex(name: NodeRef): number {
    return this.files.indexOf(name);
  }

  /** Hard and soft macros, ascending. */
  getMacroIndices(): readonly number[] {
    return this.files.macros;
  }

  /** False for anything that is no macro, and for -1. */
  isNodeSoftMacro(node: NodeRef): boolean {
    if (node === -1) return false;
    return this.files.kinds[this.files.indexOf(node)] === NodeKind.SoftMacro;
  }

  /** As the node is turned; (0, 0) for ports and pins. */
  getNodeWidthHeight(node: NodeRef): Pair {
    const file = this.files.indexOf(node);
    if (this.files.kinds[file] === PIN) return [0, 0];
    const { width, height } = sidesOf(this.netlist, this.placement, this.files.nodes[file]!);
    return [width, height];
  }

  /** The macro of a pin, else -1. */
  getRefNodeId(node: NodeRef): number {
    const file = this.files.indexOf(node);
    return this.files.kinds[file] === PIN ? this.netlist.fileIndices[this.files.nodes[file]!]! : -1;
  }

  getNodeWeight(node: NodeRef): number {
    return this.files.weightOf(this.files.indexOf(node));
  }

  getFanOutsOfNode(node: NodeRef): number[] {
    return this.files.fanOutsOf(this.files.indexOf(node));
  }

  /** "" for ports and pins. */
  getMacroOrientation(node: NodeRef): string {
    const file = this.files.indexOf(node);
    const own = this.files.nodes[file]!;
    const kind = this.files.kinds[file];
    if (kind === PIN || kind === NodeKind.Port || this.unnamedTurn[own]) return "";
    return ORIENTATION_NAMES[this.placement.orientations[own]!]!;
  }

  /** Its centre; (0, 0) if it is not placed. A pin is its macro's centre plus its turned offset. */
  getNodeLocation(node: NodeRef): Pair {
    return this.locate(this.files.indexOf(node), 1);
  }

  getNodeLocations(nodes: readonly NodeRef[]): Pair[] {
    return nodes.map((node) => this.getNodeLocation(node));
  }

  isNodePlaced(node: NodeRef): boolean {
    return this.isPlaced(this.nodeOf(node));
  }

  isNodeFixed(node: NodeRef): boolean {
    return this.fixed[this.nodeOf(node)] === 1;
  }

  /** Row · columns + column of its centre, -1 outside the canvas or not placed. The right and the top edge are inside. */
  getGridCellOfNode(node: NodeRef): number {
    return this.cellOf(this.files.indexOf(node), false);
  }

  /** Area of macros and cells in the netlist file, from its single-precision sides. */
  getArea(): number {
    return this.originalArea;
  }

  getSourceFilename(): string {
    return this.source;
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

  // Canvas, grids, technology.

  /** Nodes stay where they are. */
  setCanvasSize(width: number, height: number): void {
    for (const side of [width, height])
      if (!(side > 0 && side <= 1e9))
        throw new InputError("canvas", `a side of ${side} µm, above 0 to 1e9 was expected`);
    this.canvas = { width, height };
    this.dropFrame();
  }

  getCanvasWidthHeight(): Pair {
    return [this.canvas.width, this.canvas.height];
  }

  setPlacementGrid(columns: number, rows: number): void {
    this.grid = checkedGrid(columns, rows);
    this.dropFrame();
  }

  getGridNumColumnsRows(): Pair {
    return [this.grid.columns, this.grid.rows];
  }

  /** Congestion follows the placement grid until this is called. */
  setCongestionGrid(columns: number, rows: number): void {
    this.congestionGrid = checkedGrid(columns, rows);
    this.congestionJudge = undefined;
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
    this.dropJudges();
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
    this.dropJudges();
  }

  getMacroRoutingAllocation(): Pair {
    return [this.routing.horizontalUsedByMacros, this.routing.verticalUsedByMacros];
  }

  /** In cells; rounded down. */
  setCongestionSmoothRange(range: number): void {
    if (!(range >= 0 && range <= MOST_SMOOTHING))
      throw new InputError("smooth range", `${range} was found, 0 to ${MOST_SMOOTHING} was expected`);
    this.smoothing = Math.floor(range);
    this.dropJudges();
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
    this.occupancy = undefined;
  }

  getBlockages(): (readonly [...Corners, number])[] {
    return this.blockages.map(
      ({ left, bottom, right, top, rate }) => [left, bottom, right, top, rate] as const,
    );
  }

  /** Kept for clients that ask for them; masks and costs do not know them. */
  addAreaConstraint(nodes: readonly NodeRef[], area: Corners): void {
    for (const file of nodes.map((node) => this.files.indexOf(node))) {
      const areas = this.areas.get(file) ?? [];
      refuseFull(areas, "area constraints of a node");
      areas.push(area);
      this.areas.set(file, areas);
    }
  }

  getAreaConstraint(node: NodeRef): readonly Corners[] {
    return this.areas.get(this.files.indexOf(node)) ?? [];
  }

  hasAreaConstraint(): boolean {
    return this.areas.size > 0;
  }

  getMacroBloatWidth(): number {
    return this.spacing.x;
  }

  getMacroBloatHeight(): number {
    return this.spacing.y;
  }

  allowHardMacrosOverStdcells(isAllowed: boolean): void {
    this.overCells = isAllowed;
    this.occupancy = undefined;
  }

  /** Changes no value: costs always follow by what has changed. */
  setUseIncrementalCost(isOn: boolean): void {
    this.incrementalCost = isOn;
  }

  getUseIncrementalCost(): boolean {
    return this.incrementalCost;
  }

  // Placing.

  /** Per cell, row-major from the lower left: 1 where the node's centre may be. Overwritten by the next call. */
  getNodeMask(node: NodeRef): Uint8Array {
    return this.masks().maskFor(this.movable(node));
  }

  /** One entry of the mask. */
  canPlaceNode(node: NodeRef, cell: number): boolean {
    const own = this.movable(node);
    this.refuseCell(cell);
    return this.masks().maskFor(own)[cell] === 1;
  }

  /** Puts a node on the centre of a cell, whether or not its mask allows it. */
  placeNode(node: NodeRef, cell: number): void {
    const own = this.movable(node);
    this.refuseFixed(own);
    this.refuseCell(cell);
    const { columns, rows } = this.grid;
    const x = ((cell % columns) + 0.5) * (this.canvas.width / columns);
    const y = (Math.floor(cell / columns) + 0.5) * (this.canvas.height / rows);
    this.put(own, x, y);
  }

  unplaceNode(node: NodeRef): void {
    const own = this.movable(node);
    this.refuseFixed(own);
    this.setPlace(own, Number.NaN, Number.NaN);
  }

  /** All but fixed nodes, ports too. Orientations stay. */
  unplaceAllNodes(): void {
    for (let node = 0; node < this.fixed.length; node++) {
      if (this.fixed[node]) continue;
      this.placement.xs[node] = Number.NaN;
      this.placement.ys[node] = Number.NaN;
    }
    this.allChanged();
  }

  /** Moves a node's centre, places it if it is not, and moves fixed ones too. */
  updateNodeCoords(node: NodeRef, x: number, y: number): void {
    this.put(this.movable(node), x, y);
  }

  /** Fixing a node twice, or one without a place, is fine. */
  fixNodeCoord(node: NodeRef): void {
    this.fixed[this.movable(node)] = 1;
  }

  unfixNodeCoord(node: NodeRef): void {
    this.fixed[this.movable(node)] = 0;
  }

  /** Turns a macro, also a fixed or unplaced one. Offsets of pins are turned from N. "" is N by no name. */
  updateMacroOrientation(node: NodeRef, orientation: string): void {
    const own = this.movable(node);
    if (this.netlist.kinds[own] === NodeKind.Port)
      throw new InputError(this.label(own), "is a port, a macro was expected");
    const code = orientation === "" ? 0 : orientationCode(orientation);
    if (code < 0)
      throw new InputError(
        `orientation '${orientation}'`,
        `one of ${ORIENTATION_NAMES.join(" ")} was expected`,
      );
    this.unnamedTurn[own] = orientation === "" ? 1 : 0;
    if (this.placement.orientations[own] === code) return;
    this.placement.orientations[own] = code;
    this.changed(own);
  }

  /** Gives each placed port the nearest side of the canvas, for `snapPortsToEdges`. */
  updatePortSides(): void {
    for (const port of this.placedPorts()) this.portSides.set(port, this.nearestSide(port));
  }

  /** Moves each placed port, fixed ones too, straight onto its side. */
  snapPortsToEdges(): void {
    const { width, height } = this.canvas;
    for (const port of this.placedPorts()) {
      const side = this.portSides.get(port) ?? this.nearestSide(port);
      const [x, y] = [this.placement.xs[port]!, this.placement.ys[port]!];
      this.setPlace(port, [0, width][side] ?? x, [undefined, undefined, 0, height][side] ?? y);
    }
  }

  /** Gives soft macros the side √(width · height). Centres stay. */
  makeSoftMacrosSquare(): void {
    const { kinds, widths, heights } = this.netlist;
    let hasChanged = false;
    const [squareWidths, squareHeights] = [widths.slice(), heights.slice()];
    for (let node = 0; node < kinds.length; node++) {
      if (kinds[node] !== NodeKind.SoftMacro || widths[node] === heights[node]) continue;
      squareWidths[node] = Math.sqrt(widths[node]! * heights[node]!);
      squareHeights[node] = squareWidths[node]!;
      hasChanged = true;
    }
    if (!hasChanged) return;
    this.netlist = { ...this.netlist, widths: squareWidths, heights: squareHeights };
    this.dropFrame();
  }

  /** Sets place, orientation and fixed flag of the nodes that a file has lines for; others keep theirs. */
  restorePlacement(path: string): void {
    const lines = readPlaces(path);
    const nodes = lines.map((line) => {
      const where = `${path}:${line.lineNumber}`;
      if (line.index >= this.files.count || this.files.kinds[line.index] === PIN)
        throw new InputError(where, `node index ${line.index} is no port, macro or cell of the netlist`);
      const own = this.files.nodes[line.index]!;
      this.refuseOutside(own, { ...line, where });
      return own;
    });
    lines.forEach((line, i) => {
      const own = nodes[i]!;
      this.placement.xs[own] = line.x;
      this.placement.ys[own] = line.y;
      this.placement.orientations[own] = line.orientation;
      this.unnamedTurn[own] = 0;
      this.fixed[own] = line.fixed ? 1 : 0;
    });
    this.allChanged();
  }

  /**
   * Writes the lines of `info` as comments, then `index x y orientation fixed` of each placed node with six significant
   * digits. Throws `InputError` if the file cannot be written.
   */
  async savePlacement(path: string, info: string): Promise<void> {
    const lines = info.split("\n").map((line) => `# ${line}`);
    for (let file = 0; file < this.files.count; file++) {
      const own = this.files.nodes[file]!;
      if (this.files.kinds[file] === PIN || !this.isPlaced(own)) continue;
      const place = `${sixDigits(this.placement.xs[own]!)} ${sixDigits(this.placement.ys[own]!)}`;
      lines.push(`${file} ${place} ${this.getMacroOrientation(file) || "-"} ${this.fixed[own]}`);
    }
    await writeFileAtomically(path, `${lines.join("\n")}\n`, { durable: false });
  }

  /** Writes Tcl that places the placed hard macros in `tool`: dct, innovus or icc2. */
  async savePlacementPnr(path: string, tool: string, project: string): Promise<void> {
    const { netlist, placement } = this;
    const macros = this.files.macros
      .map((file) => this.files.nodes[file]!)
      .filter((node) => netlist.kinds[node] === NodeKind.HardMacro && this.isPlaced(node))
      .map((node) => {
        const { width, height } = sidesOf(netlist, placement, node);
        return {
          name: netlist.nodeNames[node]!,
          left: placement.xs[node]! - width / 2,
          bottom: placement.ys[node]! - height / 2,
          orientation: placement.orientations[node]!,
        };
      });
    await writeFileAtomically(path, placementTcl(macros, tool, project), { durable: false });
  }

  /** Moves soft macros and cells, and hard macros if asked to, by forces. All nodes that may move are placed after it. */
  optimizeStdcells(schedule: ForceSchedule): void {
    checkSchedule(schedule);
    this.forces ??= new ForceMover();
    const places = this.forces.move(this.blockOn(this.grid), this.placement, schedule);
    for (const [node, [x, y]] of places) this.setPlace(node, x, y);
  }

  /** Takes the nets that these nodes drive out of all costs and of the adjacency. */
  disconnectNets(nodes: readonly NodeRef[]): void {
    const nets = nodes.flatMap((node) => this.files.netsDrivenBy(this.files.indexOf(node)));
    if (nets.length === 0) return;
    for (const net of nets) this.cutNets.add(net);
    this.netlist = withoutNets(this.files.netlist, this.netlist, this.cutNets);
    this.dropJudges();
    this.forces = undefined;
  }

  // Costs. Nets with a node that is not placed count nothing.

  /** The wirelength cost alone, normalised; not the proxy cost. */
  getCost(): number {
    return this.placed().costs().wirelengthCost;
  }

  /** Weighted half-perimeter, µm. */
  getWirelength(): number {
    return this.placed().costs().wirelength;
  }

  getDensityCost(): number {
    return this.placed().costs().densityCost;
  }

  getCongestionCost(): number {
    return this.congested().costs().congestionCost;
  }

  /** Share of each cell of the placement grid that nodes and blockages take, row-major from the lower left. */
  getGridCellsDensity(): number[] {
    return this.masks().density();
  }

  /** Per cell of the congestion grid, row-major from the lower left. */
  getHorizontalRoutingCongestion(): Float64Array {
    return this.congested().maps().horizontal;
  }

  getVerticalRoutingCongestion(): Float64Array {
    return this.congested().maps().vertical;
  }

  /** Share of all horizontal and vertical values above `threshold`, and their mean excess over all values. */
  getCongestionCostThreshold(threshold: number): Pair {
    const { horizontal, vertical } = this.congested().maps();
    let [count, excess] = [0, 0];
    for (const map of [horizontal, vertical])
      for (const value of map) {
        if (value <= threshold) continue;
        count++;
        excess += value - threshold;
      }
    const values = horizontal.length + vertical.length;
    return [count / values, excess / values];
  }

  /** Overlap of placed hard macros, as a share of the canvas. */
  getOverlapCost(): number {
    const { kinds } = this.netlist;
    const boxes: Corners[] = [];
    for (let node = 0; node < kinds.length; node++) {
      if (kinds[node] !== NodeKind.HardMacro || !this.isPlaced(node)) continue;
      const { width, height } = sidesOf(this.netlist, this.placement, node);
      const [x, y] = [this.placement.xs[node]!, this.placement.ys[node]!];
      boxes.push([x - width / 2, y - height / 2, x + width / 2, y + height / 2]);
    }
    let area = 0;
    boxes.forEach((a, i) => {
      for (let j = i + 1; j < boxes.length; j++) {
        const b = boxes[j]!;
        const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
        const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
        if (width > 0 && height > 0) area += width * height;
      }
    });
    return area / (this.canvas.width * this.canvas.height);
  }

  /** A net that only `getFakeNetCost` counts, of nodes of any kind. */
  addFakeNet(weight: number, nodes: readonly NodeRef[]): void {
    refuseFull(this.fakeNets, "fake nets");
    this.fakeNets.push({ weight, nodes: nodes.map((node) => this.files.indexOf(node)) });
  }

  getFakeNets(): readonly FakeNet[] {
    return this.fakeNets;
  }

  /** Normalised by the canvas's half-perimeter and the weights; offsets of pins are those of single precision. */
  getFakeNetCost(): number {
    const { width, height } = this.canvas;
    return fakeNetCost(this.fakeNets, width + height, (file) => this.locate(file, Math.fround));
  }

  /** Sums of net weights between macros, in the order of `getMacroIndices`. */
  getMacroAdjacency(): Float64Array {
    return adjacencyOf(this.files, (net) => this.cutNets.has(net)).matrix;
  }

  /** The same with a row for each grid cell that holds ports, ascending; ports outside count in the nearest cell. */
  getMacroAndClusteredPortAdjacency(): Adjacency {
    return adjacencyOf(
      this.files,
      (net) => this.cutNets.has(net),
      (file) => this.cellOf(file, true),
    );
  }

  // What the calls share.

  private isBeyond(node: NodeRef): boolean {
    return typeof node === "number" && Number.isInteger(node) && node >= this.files.count;
  }

  /** The block's node, which is a pin's macro. */
  private nodeOf(node: NodeRef): number {
    return this.files.nodes[this.files.indexOf(node)]!;
  }

  /** The block's node. Throws `InputError` for a pin, which only moves with its macro. */
  private movable(node: NodeRef): number {
    const file = this.files.indexOf(node);
    if (this.files.kinds[file] === PIN)
      throw new InputError(
        `node '${this.files.nameOf(file)}'`,
        "is a macro's pin, which moves with its macro",
      );
    return this.files.nodes[file]!;
  }

  private label(node: number): string {
    return `node '${this.netlist.nodeNames[node]}'`;
  }

  private isPlaced(node: number): boolean {
    return !Number.isNaN(this.placement.xs[node]!);
  }

  private locate(file: number, offset: 1 | ((value: number) => number)): Pair {
    const node = this.files.nodes[file]!;
    const isPlaced = this.isPlaced(node);
    const x = isPlaced ? this.placement.xs[node]! : 0;
    const y = isPlaced ? this.placement.ys[node]! : 0;
    if (this.files.kinds[file] !== PIN) return [x, y];
    const pin = this.files.pins[file]!;
    const rounded = offset === 1 ? (value: number) => value : offset;
    const [dx, dy] = turnOffset(
      this.placement.orientations[node]!,
      rounded(this.netlist.pinXOffsets[pin]!),
      rounded(this.netlist.pinYOffsets[pin]!),
    );
    return [x + dx, y + dy];
  }

  private cellOf(file: number, isClamped: boolean): number {
    if (!this.isPlaced(this.files.nodes[file]!)) return -1;
    const { canvas, grid } = this;
    const [x, y] = this.locate(file, 1);
    const isInside = x >= 0 && y >= 0 && x <= canvas.width && y <= canvas.height;
    if (!isInside && !isClamped) return -1;
    const column = Math.floor(x / (canvas.width / grid.columns));
    const row = Math.floor(y / (canvas.height / grid.rows));
    const clamp = (index: number, count: number) => Math.max(0, Math.min(count - 1, index));
    return clamp(row, grid.rows) * grid.columns + clamp(column, grid.columns);
  }

  private placedPorts(): number[] {
    const ports: number[] = [];
    for (let node = 0; node < this.fixed.length; node++)
      if (this.netlist.kinds[node] === NodeKind.Port && this.isPlaced(node)) ports.push(node);
    return ports;
  }

  /** 0 left, 1 right, 2 bottom, 3 top; the first of equally near ones. */
  private nearestSide(port: number): number {
    const [x, y] = [this.placement.xs[port]!, this.placement.ys[port]!];
    const distances = [x, this.canvas.width - x, y, this.canvas.height - y].map(Math.abs);
    return distances.indexOf(Math.min(...[distances[0]!, distances[1]!, distances[2]!, distances[3]!]));
  }

  private refuseCell(cell: number): void {
    const cells = this.grid.columns * this.grid.rows;
    if (!(Number.isInteger(cell) && cell >= 0 && cell < cells))
      throw new InputError(`grid cell ${cell}`, `a cell from 0 to ${cells - 1} was expected`);
  }

  private refuseFixed(node: number): void {
    if (this.fixed[node]) throw new InputError(this.label(node), "is fixed", "unfix it first");
  }

  /** With the boundary check on, throws `InputError` for a macro that would stick out of the canvas. */
  private refuseOutside(
    node: number,
    place: {
      readonly x: number;
      readonly y: number;
      readonly orientation: number;
      readonly where?: string;
    },
  ): void {
    if (!this.boundaryCheck || !isMacro(this.netlist.kinds[node]!)) return;
    const { canvas, grid } = this;
    const orientations = this.placement.orientations;
    const before = orientations[node]!;
    orientations[node] = place.orientation;
    const { width, height } = sidesOf(this.netlist, this.placement, node);
    orientations[node] = before;
    const slackX = (OUTSIDE_TOLERANCE * canvas.width) / grid.columns;
    const slackY = (OUTSIDE_TOLERANCE * canvas.height) / grid.rows;
    const { x, y } = place;
    const isInside =
      x - width / 2 >= -slackX &&
      x + width / 2 <= canvas.width + slackX &&
      y - height / 2 >= -slackY &&
      y + height / 2 <= canvas.height + slackY;
    if (!isInside)
      throw new InputError(
        place.where ?? this.label(node),
        `${place.where ? `macro '${this.netlist.nodeNames[node]}' ` : ""}at (${x}, ${y}) sticks out of the canvas of ${canvas.width} x ${canvas.height} µm`,
        "switch the canvas boundary check off to allow it",
      );
  }

  private put(node: number, x: number, y: number): void {
    if (!(Number.isFinite(x) && Number.isFinite(y)))
      throw new InputError(this.label(node), `a place at (${x}, ${y}), finite numbers were expected`);
    this.refuseOutside(node, { x, y, orientation: this.placement.orientations[node]! });
    this.setPlace(node, x, y);
  }

  private setPlace(node: number, x: number, y: number): void {
    this.placement.xs[node] = x;
    this.placement.ys[node] = y;
    this.changed(node);
  }

  private changed(node: number): void {
    this.placementJudge?.changed.add(node);
    this.congestionJudge?.changed.add(node);
    this.occupancy?.changed.add(node);
  }

  private allChanged(): void {
    this.placementJudge?.changed.addAll();
    this.congestionJudge?.changed.addAll();
    this.occupancy?.changed.addAll();
  }

  private dropJudges(): void {
    this.placementJudge = undefined;
    this.congestionJudge = undefined;
  }

  private dropFrame(): void {
    this.dropJudges();
    this.occupancy = undefined;
    this.forces = undefined;
  }

  private placed(): FollowedJudge {
    this.placementJudge ??= new FollowedJudge(this.blockOn(this.grid), this.placement);
    return this.placementJudge;
  }

  private congested(): FollowedJudge {
    const { congestionGrid: own, grid } = this;
    if (!own || (own.columns === grid.columns && own.rows === grid.rows)) return this.placed();
    this.congestionJudge ??= new FollowedJudge(this.blockOn(own), this.placement);
    return this.congestionJudge;
  }

  private masks(): Occupancy {
    const { kinds, widths, heights } = this.netlist;
    this.occupancy ??= new Occupancy(
      {
        canvas: this.canvas,
        grid: this.grid,
        kinds,
        widths,
        heights,
        blockages: this.blockages.slice(),
        spacing: this.spacing,
        overCells: this.overCells,
      },
      this.placement,
    );
    return this.occupancy;
  }

  private blockOn(grid: Grid): Block {
    return {
      ...this.netlist,
      fixed: this.fixed,
      canvas: this.canvas,
      grid,
      routing: this.routing,
      smoothing: this.smoothing,
      overlapThreshold: 0,
      blockages: [], // no cost counts them
      initial: emptyPlacement(0),
    };
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

function refuseFull(items: readonly unknown[], what: string): void {
  if (items.length >= MOST_ITEMS) throw new InputError(what, `${MOST_ITEMS} of them are the most`);
}

/** `sized` with the nets of `whole` that are not among `cut`. */
function withoutNets(whole: Netlist, sized: Netlist, cut: ReadonlySet<number>): Netlist {
  const netStarts: number[] = [0];
  const netPins: number[] = [];
  const netWeights: number[] = [];
  for (let net = 0; net < whole.netCount; net++) {
    if (cut.has(net)) continue;
    for (let i = whole.netStarts[net]!; i < whole.netStarts[net + 1]!; i++) netPins.push(whole.netPins[i]!);
    netStarts.push(netPins.length);
    netWeights.push(whole.netWeights[net]!);
  }
  return {
    ...sized,
    netCount: netWeights.length,
    netStarts: Int32Array.from(netStarts),
    netPins: Int32Array.from(netPins),
    netWeights: Float64Array.from(netWeights),
  };
}
