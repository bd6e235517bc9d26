// Global placement of the standard cells of a flat netlist, macros fixed: ePlace (Lu et al., "ePlace: electrostatics-based
// placement using fast Fourier transform and Nesterov's method", ACM TODAES 20, 2015), with the schedules of RePlAce
// (Cheng et al., IEEE TCAD 38, 2019) and DREAMPlace (Lin et al., DAC 2019). Cells are charges that pull along their nets
// and push each other apart; fillers take the space that cells need not. Nesterov's method descends the smooth wirelength
// plus a growing weight times the density's energy.
import { Judge } from "../../env/index.js";
import { KernelRecord, Kernels } from "../../kernels/index.js";
import {
  type Block,
  copyPlacement,
  isSideways,
  NodeKind,
  type Placement,
  Random,
} from "../../netlist/index.js";
import { CellNets } from "./cell-nets.js";
import {
  type BinGrid,
  ElectricField,
  makeChargeGrid,
  makeMap,
  makeRectangles,
  type Rectangles,
} from "./electric-field.js";

export interface GlobalOptions {
  /** Share of a bin that cells may fill. Default: 1. */
  readonly targetDensity?: number;
  /** The placement has spread when this share of the cells' area lies above the target. Default: 0.1. */
  readonly overflow?: number;
  /** Default: 1500. */
  readonly mostIterations?: number;
  /** Hard macros that may move are placed too, as large cells. They overlap a little in the result. Default: false. */
  readonly movesMacros?: boolean;
  /**
   * Charge of their area, compared with cells'. Where all is equally full there is no field, so small macros would rest inside
   * large ones; above 1 large macros push out what lies on them. Default: 1.3.
   */
  readonly macroCharge?: number;
  readonly onIteration?: (iteration: GlobalIteration) => void;
}

export interface GlobalIteration {
  readonly iteration: number;
  /** Weighted half-perimeter wirelength, µm. */
  readonly wirelength: number;
  /** Share of the cells' area above the target density. */
  readonly overflow: number;
}

/** ePlace: steps are at least this share of what the last two slopes foretell. */
const BACKTRACKING = 0.95;
const MOST_BACKTRACKS = 10;
/** DREAMPlace: first density weight, as a share of the wirelength's slopes. */
const FIRST_WEIGHT = 8e-5;
/** RePlAce: how far the density weight may change in one iteration. */
const GROWTH = 1.05;
/** A rise of the wirelength by this share in one iteration lets the density weight grow no more. */
const STEADY_RISE = 0.005;

/**
 * Bins: charges larger than the first move by at most the second in an iteration. What surrounds a large macro has to give
 * way first; a step that suits the cells lets such macros swing, ever wider.
 */
const LARGE_CHARGE = 50;
const MOST_BINS_A_STEP = 1;

/** Bins: narrower and lower fillers would be many, and no better. */
const LEAST_FILLER = 0.1;

/** Iterations without less overflow after which the placement stays as spread as it was, once most cells have spread. */
const MOST_STALLED = 50;
const STALLS_BELOW = 0.3;

/**
 * Places the standard cells that may move; everything else stays where `start` has it. Cells overlap in the result: the
 * rows come afterwards. The same input gives the same bytes.
 */
export function placeCellsGlobally(
  block: Block,
  start: Placement,
  options: GlobalOptions = {},
): { readonly placement: Placement; readonly iterations: readonly GlobalIteration[] } {
  const field = new CellField(block, start, options);
  const { iterations, places } = descend(field, options);
  return { placement: field.placement(places), iterations };
}

/** Cells and fillers, and the slopes of their energies. Vectors are pairs of x and y in µm: cells first, then fillers. */
class CellField {
  readonly cellCount: number;
  readonly count: number;
  readonly binWidth: number;
  readonly binHeight: number;
  /** Centres to begin with: cells by the quadratic start, fillers anywhere. */
  readonly start: Float32Array;
  /** Lowest and highest centre of each. */
  readonly least: Float32Array;
  readonly most: Float32Array;
  /** Slopes at the last point asked for. */
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

  constructor(
    block: Block,
    start: Placement,
    { targetDensity: target = 1, movesMacros, macroCharge = 1.3 }: GlobalOptions,
  ) {
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
      (node) => isMovingCell(block, node) || (movesMacros === true && isMovingMacro(node)),
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
      const { width, height } = node === undefined ? filler : placedSize(block, start, node);
      // Charges narrower than √2 bins are spread over that, so that they feel the field smoothly (ePlace).
      const wide = Math.max(width, Math.SQRT2 * this.binWidth);
      const high = Math.max(height, Math.SQRT2 * this.binHeight);
      this.charges.halfSizes[2 * i] = wide / 2;
      this.charges.halfSizes[2 * i + 1] = high / 2;
      const isMacro = node !== undefined && block.kinds[node] === NodeKind.HardMacro;
      this.charges.charges[i] = ((isMacro ? macroCharge : 1) * width * height) / (wide * high);
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
    const pairs = () => kernels.f64(2 * cellCount).byteOffset;
    const star = new KernelRecord(kernels, "StarStart");
    star.set({
      nets: nets.state.address,
      diagonal: pairs(),
      residuals: pairs(),
      directions: pairs(),
      products: pairs(),
      solution: pairs(),
    });
    kernels.run.placeByStars(star.address, 40);
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

  /** Slopes of the smooth wirelength at a point. */
  readWires(places: Float32Array, gamma: number): void {
    const { nets, cellCount } = this;
    const { run } = this.kernels;
    nets.places.set(places.subarray(0, 2 * cellCount));
    run.smoothWirelength(nets.state.address, 0, nets.netCount, gamma);
    run.gatherPins(nets.state.address, 0, cellCount, this.wireSlopes.byteOffset);
  }

  /** Slopes of the density's energy at a point, and the overflow there. */
  readField(places: Float32Array): void {
    const { field, count, cellCount, fullness, standing, target } = this;
    const { run } = this.kernels;
    this.charges.places.set(places);
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
    this.nets.places.set(places.subarray(0, 2 * cellCount));
    fullness.fill(0);
    run.addCharges(this.cellGrid.address, 0, cellCount, fullness.byteOffset);
    let over = 0;
    for (let bin = 0; bin < fullness.length; bin++)
      over += Math.max(0, fullness[bin]! - (target - standing[bin]!));
    this.overflow = (over * this.binWidth * this.binHeight) / this.movableArea;
  }

  /** Weighted half-perimeter wirelength at a point, µm: the smooth one, hardly smoothed. */
  wirelength(places: Float32Array): number {
    const { nets, kernels, binWidth } = this;
    nets.places.set(places.subarray(0, 2 * this.cellCount));
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
    const { width, height } = placedSize(block, start, node);
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

/** Sides of a node in the orientation of a placement. */
function placedSize({ widths, heights }: Block, { orientations }: Placement, node: number) {
  const sideways = isSideways(orientations[node]!);
  return { width: (sideways ? heights : widths)[node]!, height: (sideways ? widths : heights)[node]! };
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

function descend(
  field: CellField,
  options: GlobalOptions,
): { readonly iterations: readonly GlobalIteration[]; readonly places: Float32Array } {
  const wanted = options.overflow ?? 0.1;
  const length = 2 * field.count;
  const base = 4 * (field.binWidth + field.binHeight);
  const gammaAt = (overflow: number) => base * 10 ** (((overflow - 0.1) * 20) / 9 - 1);
  const vector = () => new Float32Array(length);
  let [point, slopes, newPoint, newSlopes, solution, newSolution] = Array.from({ length: 6 }, vector) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  point.set(field.start);
  solution.set(field.start);
  field.readField(point);
  let gamma = gammaAt(field.overflow);
  field.readWires(point, gamma);
  const pull = norm1(field.wireSlopes);
  // Without nets the density alone moves the cells.
  let weight = pull > 0 ? (FIRST_WEIGHT * pull) / norm1(field.fieldSlopes) : 1;
  const mix = (out: Float32Array) => {
    const { wireSlopes, fieldSlopes, netCounts, binCharges, cellCount } = field;
    for (let i = 0; i < field.count; i++) {
      const stiffness = Math.max(1, (i < cellCount ? netCounts[i]! : 0) + weight * binCharges[i]!);
      for (let at = 2 * i; at < 2 * i + 2; at++)
        out[at] = ((i < cellCount ? wireSlopes[at]! : 0) + weight * fieldSlopes[at]!) / stiffness;
    }
  };
  mix(slopes);
  // The first step moves no cell by more than a tenth of a bin.
  let steepest = 0;
  for (let i = 0; i < length; i++) steepest = Math.max(steepest, Math.abs(slopes[i]!));
  let step = steepest > 0 ? (0.1 * field.binWidth) / steepest : 1;
  const longest = MOST_BINS_A_STEP * Math.min(field.binWidth, field.binHeight);
  let turn = 1;
  let before = field.wirelength(point);
  const iterations: GlobalIteration[] = [];
  // Where too little room is free, cells spread no further at some point, and longer wires would buy nothing.
  const spread = { places: vector(), overflow: Number.POSITIVE_INFINITY, iteration: 0 };
  for (let iteration = 0; iteration < (options.mostIterations ?? 1500); iteration++) {
    const nextTurn = (1 + Math.sqrt(4 * turn * turn + 1)) / 2;
    const momentum = (turn - 1) / nextTurn;
    for (let tries = 0; ; tries++) {
      for (let i = 0; i < length; i++) {
        const move = step * slopes[i]!;
        const isLarge = field.binCharges[i >> 1]! > LARGE_CHARGE;
        newSolution[i] = point[i]! - (isLarge ? clampTo(move, -longest, longest) : move);
      }
      field.clamp(newSolution);
      for (let i = 0; i < length; i++)
        newPoint[i] = newSolution[i]! + momentum * (newSolution[i]! - solution[i]!);
      field.clamp(newPoint);
      field.readField(newPoint);
      field.readWires(newPoint, gamma);
      mix(newSlopes);
      const bend = distance(newSlopes, slopes);
      const foretold = bend > 0 ? distance(newPoint, point) / bend : step;
      if (!(step * BACKTRACKING > foretold) || tries === MOST_BACKTRACKS) {
        step = foretold;
        break;
      }
      step = foretold;
    }
    [point, newPoint] = [newPoint, point];
    [slopes, newSlopes] = [newSlopes, slopes];
    [solution, newSolution] = [newSolution, solution];
    turn = nextTurn;
    const wirelength = field.wirelength(point);
    const { overflow } = field;
    const report = { iteration, wirelength, overflow };
    iterations.push(report);
    options.onIteration?.(report);
    if (overflow < wanted && iteration > 20) break;
    const rise = before > 0 ? (wirelength - before) / before : 0;
    before = wirelength;
    if (overflow < 0.99 * spread.overflow) {
      spread.places.set(solution);
      spread.overflow = overflow;
      spread.iteration = iteration;
    } else if (overflow < STALLS_BELOW && iteration - spread.iteration > MOST_STALLED)
      return { iterations, places: spread.places };
    weight *=
      rise < 0
        ? GROWTH * Math.max(0.9999 ** iteration, 0.98)
        : GROWTH * clampTo(GROWTH ** (-rise / STEADY_RISE), 0.95, 1.05);
    gamma = gammaAt(overflow);
  }
  return { iterations, places: solution };
}

function clampTo(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

function norm1(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.abs(values[i]!);
  return sum;
}

function distance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - b[i]!;
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}
