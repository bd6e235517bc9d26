// A netlist on its frame with the places of its nodes: the calls that ask about nodes, and what all calls share. Nodes are file
// indices or names; lengths are µm.
import { OUTSIDE_TOLERANCE } from "../env/index.js";
import {
  type Block,
  copyPlacement,
  emptyPlacement,
  type Grid,
  InputError,
  isMacro,
  type Netlist,
  NodeKind,
  ORIENTATION_NAMES,
  type Placement,
  sidesOf,
  turnOffset,
} from "../netlist/index.js";
import { FileNodes, type NodeRef, PIN } from "./file-nodes.js";
import { FollowedJudge } from "./followed-judge.js";
import type { ForceMover } from "./forces.js";
import { type Corners, Frame, type Pair, refuseFull } from "./frame.js";
import { Occupancy } from "./occupancy.js";

export abstract class PlacedNetlist extends Frame {
  readonly files: FileNodes;
  protected readonly placement: Placement;
  protected readonly fixed: Uint8Array;
  /** Whether soft macros and cells were given the orientation "", by node. */
  protected readonly unnamedTurn: Uint8Array;
  /** Sides after squaring, and which nets are left. */
  protected netlist: Netlist;
  private readonly source: string;
  private readonly originalArea: number;
  private readonly areas = new Map<number, Corners[]>();
  // Made when they are asked for, and dropped when what they were made for changes.
  private placementJudge: FollowedJudge | undefined;
  private congestionJudge: FollowedJudge | undefined;
  private occupancy: Occupancy | undefined;
  protected forces: ForceMover | undefined;

  protected constructor(block: Block, source: string, spacing: { readonly x: number; readonly y: number }) {
    super(block, spacing);
    this.files = new FileNodes(block);
    this.source = source;
    this.netlist = { ...block, widths: block.widths.slice(), heights: block.heights.slice() };
    this.placement = copyPlacement(block.initial);
    this.fixed = new Uint8Array(block.nodeCount);
    this.unnamedTurn = new Uint8Array(block.nodeCount);
    let area = 0;
    for (let node = 0; node < block.nodeCount; node++)
      area += Math.fround(block.widths[node]!) * Math.fround(block.heights[node]!);
    this.originalArea = area;
  }

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

  // What the calls share.

  protected isBeyond(node: NodeRef): boolean {
    return typeof node === "number" && Number.isInteger(node) && node >= this.files.count;
  }

  /** The block's node, which is a pin's macro. */
  protected nodeOf(node: NodeRef): number {
    return this.files.nodes[this.files.indexOf(node)]!;
  }

  /** The block's node. Throws `InputError` for a pin, which only moves with its macro. */
  protected movable(node: NodeRef): number {
    const file = this.files.indexOf(node);
    if (this.files.kinds[file] === PIN)
      throw new InputError(
        `node '${this.files.nameOf(file)}'`,
        "is a macro's pin, which moves with its macro",
      );
    return this.files.nodes[file]!;
  }

  protected label(node: number): string {
    return `node '${this.netlist.nodeNames[node]}'`;
  }

  protected isPlaced(node: number): boolean {
    return !Number.isNaN(this.placement.xs[node]!);
  }

  protected locate(file: number, offset: 1 | ((value: number) => number)): Pair {
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

  protected cellOf(file: number, isClamped: boolean): number {
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

  protected placedPorts(): number[] {
    const ports: number[] = [];
    for (let node = 0; node < this.fixed.length; node++)
      if (this.netlist.kinds[node] === NodeKind.Port && this.isPlaced(node)) ports.push(node);
    return ports;
  }

  /** 0 left, 1 right, 2 bottom, 3 top; the first of equally near ones. */
  protected nearestSide(port: number): number {
    const [x, y] = [this.placement.xs[port]!, this.placement.ys[port]!];
    const distances = [x, this.canvas.width - x, y, this.canvas.height - y].map(Math.abs);
    return distances.indexOf(Math.min(...[distances[0]!, distances[1]!, distances[2]!, distances[3]!]));
  }

  protected refuseCell(cell: number): void {
    const cells = this.grid.columns * this.grid.rows;
    if (!(Number.isInteger(cell) && cell >= 0 && cell < cells))
      throw new InputError(`grid cell ${cell}`, `a cell from 0 to ${cells - 1} was expected`);
  }

  protected refuseFixed(node: number): void {
    if (this.fixed[node]) throw new InputError(this.label(node), "is fixed", "unfix it first");
  }

  /** With the boundary check on, throws `InputError` for a macro that would stick out of the canvas. */
  protected refuseOutside(
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

  protected put(node: number, x: number, y: number): void {
    if (!(Number.isFinite(x) && Number.isFinite(y)))
      throw new InputError(this.label(node), `a place at (${x}, ${y}), finite numbers were expected`);
    this.refuseOutside(node, { x, y, orientation: this.placement.orientations[node]! });
    this.setPlace(node, x, y);
  }

  protected setPlace(node: number, x: number, y: number): void {
    this.placement.xs[node] = x;
    this.placement.ys[node] = y;
    this.changed(node);
  }

  protected changed(node: number): void {
    this.placementJudge?.changed.add(node);
    this.congestionJudge?.changed.add(node);
    this.occupancy?.changed.add(node);
  }

  protected allChanged(): void {
    this.placementJudge?.changed.addAll();
    this.congestionJudge?.changed.addAll();
    this.occupancy?.changed.addAll();
  }

  protected override frameChanged(what: "all" | "costs" | "congestion" | "masks"): void {
    if (what !== "masks") this.congestionJudge = undefined;
    if (what === "all" || what === "costs") this.placementJudge = undefined;
    if (what === "all" || what === "masks") this.occupancy = undefined;
    if (what === "all") this.forces = undefined;
  }

  protected placed(): FollowedJudge {
    this.placementJudge ??= new FollowedJudge(this.blockOn(this.grid), this.placement);
    return this.placementJudge;
  }

  protected congested(): FollowedJudge {
    const { congestionGrid: own, grid } = this;
    if (!own || (own.columns === grid.columns && own.rows === grid.rows)) return this.placed();
    this.congestionJudge ??= new FollowedJudge(this.blockOn(own), this.placement);
    return this.congestionJudge;
  }

  protected masks(): Occupancy {
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

  protected blockOn(grid: Grid): Block {
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
