// Cells of a flat netlist as charges, with fillers in the space that they need not: the slopes of their wires and of their
// density's energy, and how far they have spread. Vectors are pairs of x and y in µm: cells first, then fillers.
import { Judge } from "../../env/index.js";
import { type KernelRecord, Kernels } from "../../kernels/index.js";
import { type Block, copyPlacement, NodeKind, type Placement, Random, sidesOf } from "../../netlist/index.js";
import { CellNets } from "./cell-nets.js";
import {
  type BinGrid,
  ElectricField,
  makeChargeGrid,
  makeMap,
  makeRectangles,
  type Rectangles,
} from "./electric-field.js";

export interface FieldOptions {
  /** Share of a bin that cells may fill. Default: 1. */
  readonly targetDensity?: number;
  /**
   * If given, hard macros that may move are placed too, as large cells, and this is the charge of their area compared with
   * cells'. Where all is equally full there is no field, so small macros would rest inside large ones; above 1 large macros
   * push out what lies on them.
   */
  readonly macroCharge?: number;
}

const STAR_STEPS = 40;
/** Bins: narrower and lower fillers would be many, and no better. */
const LEAST_FILLER = 0.1;

/** Cells and fillers, and the slopes of their energies. */
export class CellField {
  readonly cellCount: number;
  readonly count: number;
  readonly binWidth: number;
  readonly binHeight: number;
  /** Centres to begin with: cells by the quadratic start, fillers anywhere. */
  readonly start: Float32Array;
  /** Lowest and highest centre of each. */
  readonly least: Float32Array;
  readonly most: Float32Array;
  /** Slopes at the last point asked for; fillers have no wires. */
  readonly wireSlopes: Float32Array;
  readonly fieldSlopes: Float32Array;
  /** Per cell and filler: nets of it, and its charge in bins, the parts of the preconditioner. */
  readonly netCounts: Float32Array;
  readonly binCharges: Float32Array;
  overflow = 1;
  private readonly judge: Judge;
  private readonly kernels: Kernels;
  private readonly nets: CellNets;
  private readonly field: ElectricField;
  private readonly charges: Rectangles;
  private readonly chargeGrid: KernelRecord<"ChargeGrid">;
  private readonly cells: Rectangles;
  private readonly cellGrid: KernelRecord<"ChargeGrid">;
  private readonly standing: Float32Array;
  private readonly fullness: Float32Array;
  private readonly target: number;
  private readonly movableArea: number;

  constructor(block: Block, start: Placement, { targetDensity: target = 1, macroCharge }: FieldOptions = {}) {
    this.target = target;
    this.kernels = Kernels.create();
    const { kernels } = this;
    this.judge = new Judge(kernels, block);
    const { placement } = this.judge;
    placement.xs.set(start.xs);
    placement.ys.set(start.ys);
    placement.orientations.set(start.orientations);
    const isMovingMacro = (node: number) => block.kinds[node] === NodeKind.HardMacro && !block.fixed[node];
    this.nets = new CellNets(
      this.judge,
      (node) => isMovingCell(block, node) || (macroCharge !== undefined && isMovingMacro(node)),
    );
    this.nets.readPlacement();
    const { nets } = this;
    this.cellCount = nets.movingCount;
    const { canvas } = block;
    const bins = binsFor(block, this.cellCount);
    this.binWidth = canvas.width / bins.columns;
    this.binHeight = canvas.height / bins.rows;
    this.field = new ElectricField(kernels, bins);
    this.fullness = makeMap(kernels, bins);
    this.standing = standingCharges(kernels, { block, start, bins, nets });
    let free = 0;
    const binArea = this.binWidth * this.binHeight;
    for (let bin = 0; bin < this.standing.length; bin++) {
      this.standing[bin] = target * Math.min(1, this.standing[bin]!);
      free += (target - this.standing[bin]!) * binArea;
    }
    const cellNodes = nets.nodes.subarray(0, this.cellCount);
    let area = 0;
    for (const node of cellNodes) area += block.widths[node]! * block.heights[node]!;
    this.movableArea = area;
    const filler = fillerSize(
      block,
      cellNodes.filter((node) => isMovingCell(block, node)),
      { width: this.binWidth, height: this.binHeight },
    );
    const fillers = Math.max(0, Math.floor((free - area) / (filler.width * filler.height)));
    this.count = this.cellCount + fillers;
    this.charges = makeRectangles(kernels, this.count);
    this.chargeGrid = makeChargeGrid(kernels, bins, this.charges);
    this.cells = makeRectangles(kernels, this.cellCount, nets.places);
    this.cellGrid = makeChargeGrid(kernels, bins, this.cells);
    this.start = new Float32Array(2 * this.count);
    this.least = new Float32Array(2 * this.count);
    this.most = new Float32Array(2 * this.count);
    this.wireSlopes = kernels.f32(2 * this.count + 2);
    this.fieldSlopes = kernels.f32(2 * this.count + 2);
    this.netCounts = new Float32Array(this.count);
    this.binCharges = new Float32Array(this.count);
    for (let i = 0; i < this.count; i++) {
      const node = cellNodes[i];
      const { width, height } = node === undefined ? filler : sidesOf(block, start, node);
      // Charges narrower than √2 bins are spread over that, so that they feel the field smoothly (ePlace).
      const wide = Math.max(width, Math.SQRT2 * this.binWidth);
      const high = Math.max(height, Math.SQRT2 * this.binHeight);
      this.charges.halfSizes[2 * i] = wide / 2;
      this.charges.halfSizes[2 * i + 1] = high / 2;
      const isMacro = node !== undefined && block.kinds[node] === NodeKind.HardMacro;
      this.charges.charges[i] = ((isMacro ? macroCharge! : 1) * width * height) / (wide * high);
      this.binCharges[i] = (width * height) / binArea;
      this.least[2 * i] = Math.min(width, canvas.width) / 2;
      this.least[2 * i + 1] = Math.min(height, canvas.height) / 2;
      this.most[2 * i] = canvas.width - this.least[2 * i]!;
      this.most[2 * i + 1] = canvas.height - this.least[2 * i + 1]!;
      if (node === undefined) continue;
      this.cells.halfSizes[2 * i] = width / 2;
      this.cells.halfSizes[2 * i + 1] = height / 2;
      this.cells.charges[i] = 1;
    }
    for (let net = 0; net < nets.netCount; net++)
      for (let pin = nets.netStarts[net]!; pin < nets.netStarts[net + 1]!; pin++) {
        const node = nets.pinNodes[pin]!;
        if (node < this.cellCount) this.netCounts[node]! += nets.weights[net]!;
      }
    this.placeStart(bins);
  }

  private placeStart({ width, height }: BinGrid): void {
    const { nets, kernels, cellCount } = this;
    for (let cell = 0; cell < cellCount; cell++) {
      nets.places[2 * cell] = width / 2;
      nets.places[2 * cell + 1] = height / 2;
    }
    kernels.run.placeByStars(nets.makeStarStart().address, STAR_STEPS);
    this.start.set(nets.places.subarray(0, 2 * cellCount));
    const random = Random.stream(0, "global placement", "start");
    // Cells without nets, and all cells where nothing stands, would lie on one point and never part.
    for (let i = 0; i < 2 * this.count; i++) {
      const side = i % 2 === 0 ? width : height;
      if (i >= 2 * cellCount) this.start[i] = side * random.uniform();
      else this.start[i]! += 0.002 * side * (random.uniform() - 0.5);
    }
    this.clamp(this.start);
  }

  clamp(places: Float32Array): void {
    const { least, most } = this;
    for (let i = 0; i < places.length; i++) places[i] = Math.max(least[i]!, Math.min(most[i]!, places[i]!));
  }

  /** The point at which slopes, overflow and wirelength are asked for. */
  moveTo(places: Float32Array): void {
    this.charges.places.set(places);
    this.nets.places.set(places.subarray(0, 2 * this.cellCount));
  }

  /** Slopes of the smooth wirelength. */
  readWires(gamma: number): void {
    this.nets.wireSlopes(gamma, this.wireSlopes);
  }

  /** Slopes of the density's energy, and the overflow. */
  readField(): void {
    const { field, count, cellCount, fullness, standing, target } = this;
    const { run } = this.kernels;
    field.density.set(standing);
    run.addCharges(this.chargeGrid.address, 0, count, field.density.byteOffset);
    field.solve();
    this.fieldSlopes.fill(0);
    const { address } = this.chargeGrid;
    run.gatherField(
      address,
      0,
      count,
      field.xs.byteOffset,
      field.ys.byteOffset,
      -1,
      this.fieldSlopes.byteOffset,
    );
    fullness.fill(0);
    run.addCharges(this.cellGrid.address, 0, cellCount, fullness.byteOffset);
    let over = 0;
    for (let bin = 0; bin < fullness.length; bin++)
      over += Math.max(0, fullness[bin]! - (target - standing[bin]!));
    this.overflow = (over * this.binWidth * this.binHeight) / this.movableArea;
  }

  /** Weighted half-perimeter wirelength, µm: the smooth one, hardly smoothed. */
  wirelength(): number {
    const { nets, kernels, binWidth } = this;
    return kernels.run.smoothWirelength(nets.state.address, 0, nets.netCount, 1e-3 * binWidth);
  }

  /** The cells at a point, and all else as it was. */
  placement(places: Float32Array): Placement {
    this.nets.writePlacement(places);
    return copyPlacement(this.judge.placement);
  }
}

/** About as many bins as cells, a power of two a side, at least 16 and at most 1024. */
function binsFor({ canvas }: Block, cells: number): BinGrid {
  const side = 2 ** Math.round(Math.log2(Math.sqrt(cells)));
  const bins = Math.max(16, Math.min(1024, side));
  return { columns: bins, rows: bins, width: canvas.width, height: canvas.height };
}

interface StandingParts {
  readonly block: Block;
  readonly start: Placement;
  readonly bins: BinGrid;
  readonly nets: CellNets;
}

/** How full what stands makes the bins. */
function standingCharges(kernels: Kernels, { block, start, bins, nets }: StandingParts): Float32Array {
  const nodes = nets.nodes.subarray(nets.movingCount);
  const boxes = makeRectangles(kernels, nodes.length + block.blockages.length);
  const set = (
    i: number,
    box: readonly [x: number, y: number, width: number, height: number, rate: number],
  ) => {
    boxes.places.set([box[0], box[1]], 2 * i);
    boxes.halfSizes.set([box[2] / 2, box[3] / 2], 2 * i);
    boxes.charges[i] = box[4];
  };
  for (const [i, node] of nodes.entries()) {
    const { width, height } = sidesOf(block, start, node);
    set(i, [start.xs[node]!, start.ys[node]!, width, height, 1]);
  }
  for (const [i, { left, right, bottom, top, rate }] of block.blockages.entries())
    set(nodes.length + i, [(left + right) / 2, (bottom + top) / 2, right - left, top - bottom, rate]);
  const map = makeMap(kernels, bins);
  const grid = makeChargeGrid(kernels, bins, boxes);
  kernels.run.addCharges(grid.address, 0, boxes.charges.length, map.byteOffset);
  return map;
}

/** Whether a node is a cell, or a soft macro, that may move. */
function isMovingCell({ kinds, fixed }: Block, node: number): boolean {
  return (kinds[node] === NodeKind.StandardCell || kinds[node] === NodeKind.SoftMacro) && !fixed[node];
}

/** As high as most cells, as wide as the mean of the middle four fifths of them (ePlace), and no smaller than a part of a bin. */
function fillerSize(
  block: Block,
  cells: Int32Array,
  bin: { readonly width: number; readonly height: number },
): { readonly width: number; readonly height: number } {
  if (cells.length === 0) return bin;
  const widths = Float64Array.from(cells, (node) => block.widths[node]!).sort();
  const heights = Float64Array.from(cells, (node) => block.heights[node]!).sort();
  const cut = Math.floor(widths.length / 10);
  const middle = widths.subarray(cut, widths.length - cut);
  const mean = middle.reduce((sum, width) => sum + width, 0) / middle.length;
  return {
    width: Math.max(mean, LEAST_FILLER * bin.width),
    height: Math.max(heights[heights.length >> 1]!, LEAST_FILLER * bin.height),
  };
}
