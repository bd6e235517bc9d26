// Circuit Training's `PlacementCost` as a class: a netlist, a placement that calls change one node at a time, and its costs
// and masks. Facts: Circuit Training's client, tests and guide to PlacementCost; docs/circuit-training.md tells where the
// original is silent. Nodes are file indices or names; lengths are µm. A call that throws changes nothing.
import {
  InputError,
  makeBlock,
  type Netlist,
  NodeKind,
  ORIENTATION_NAMES,
  orientationCode,
  readPbNetlist,
  sidesOf,
  statusOf,
  writeFileAtomically,
} from "../netlist/index.js";
import { type Adjacency, adjacencyOf, type FakeNet, fakeNetCost } from "./connections.js";
import { type NodeRef, PIN } from "./file-nodes.js";
import { checkSchedule, ForceMover, type ForceSchedule } from "./forces.js";
import { type Corners, type Pair, refuseFull } from "./frame.js";
import { PlacedNetlist } from "./placed-netlist.js";
import { placementTcl, readPlaces, sixDigits } from "./placement-files.js";

/** How a netlist is opened. */
export interface PlacementCostOptions {
  /** Least distance of two hard macros in x and in y, µm. Default: 0. */
  readonly spacing?: { readonly x: number; readonly y: number };
}

/**
 * The calls that place and the costs. Those that ask about nodes are in `PlacedNetlist`, those about canvas, grids and
 * tracks in `Frame`.
 */
export class PlacementCost extends PlacedNetlist {
  private readonly cutNets = new Set<number>();
  private readonly fakeNets: FakeNet[] = [];
  /** Per port 0 to 3: left, right, bottom, top. */
  private readonly portSides = new Map<number, number>();

  /**
   * Opens a netlist (`.pb.txt`, gzip or not), or several files separated by commas that are one netlist, cut between nodes.
   * Nodes with x and y in the file are placed. Throws `InputError` for files that cannot be read.
   */
  static async open(netlistFile: string, options: PlacementCostOptions = {}): Promise<PlacementCost> {
    const isOne = !netlistFile.includes(",") || statusOf(netlistFile) !== undefined;
    const file = await readPbNetlist(isOne ? netlistFile : netlistFile.split(","), netlistFile);
    return new PlacementCost(makeBlock(file, undefined), netlistFile, options.spacing ?? { x: 0, y: 0 });
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
    this.frameChanged("all");
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
    this.frameChanged("costs");
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
