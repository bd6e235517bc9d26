// Cells of a flat netlist as charges, with fillers in the space that they need not: the slopes of their wires and of their
// density's energy, and how far they have spread. Vectors are pairs of x and y in µm: cells first, then fillers.
import { Judge } from "../../env/index.js";
import { ENUMS, KernelRecord, Kernels } from "../../kernels/index.js";
import { type Block, copyPlacement, NodeKind, type Placement, Random, sidesOf } from "../../netlist/index.js";
import { CellNets } from "./cell-nets.js";
import { cellRegionsOf } from "./cell-regions.js";
import { type BinGrid, ElectricField, makeChargeGrid, makeRectangles } from "./electric-field.js";
import { ShardTeam } from "./shard-team.js";
import { standingCharges } from "./standing-charges.js";

export interface FieldOptions {
  /** Threads to use; they do not change the result. Default: 1. */
  readonly threads?: number;
  /** Of the places of fillers, and of the small shifts that part cells at one place. Default: 0. */
  readonly seed?: number;
  /** Share of a bin that cells may fill. Default: 1. */
  readonly targetDensity?: number;
  /**
   * If given, hard macros that may move are placed too, as large cells, and this is the charge of their area compared with
   * cells'. Where all is equally full there is no field, so small macros would rest inside large ones; above 1 large macros
   * push out what lies on them.
   */
  readonly macroCharge?: number;
  /**
   * Charge of the cells' area, for macros that are placed too; no more than makes cells fill all that macros leave free. Above 1
   * macros leave cells more room between them than their area, so that they find some in rows. Default: 1.
   */
  readonly cellCharge?: number;
}

const STAR_STEPS = 40;
/** Bins: narrower and lower fillers would be many, and no better. */
const LEAST_FILLER = 0.1;
/**
 * Bins: charges larger than the first move by at most the second in an iteration. What surrounds a large macro has to give
 * way first; a step that suits the cells lets such macros swing, ever wider.
 */
const LARGE_CHARGE = 50;
const MOST_BINS_A_STEP = 1;

const PHASES = ENUMS.GlobalPhase;
/** Work is cut into shards of about this many nodes, pins and lines of bins, but into no more than so many. */
const NODES_A_SHARD = 1024;
const PINS_A_SHARD = 4096;
const LINES_A_SHARD = 16;
const MOST_SHARDS = 256;
/** Parts of the nodes for which the fullness of bins is found apart: more keep more threads busy, and take longer to add up. */
const PARTS = 4;

/** Cells and fillers, and the slopes of their energies. */
export class CellField {
  readonly cellCount: number;
  readonly count: number;
  readonly binWidth: number;
  readonly binHeight: number;
  /** Centres to begin with: cells by the quadratic start, fillers anywhere. */
  readonly start: Float32Array;
  /** The point at which slopes were taken, those slopes, and the solution; and the same for the step that is tried. */
  point: Float32Array;
  slopes: Float32Array;
  solution: Float32Array;
  newPoint: Float32Array;
  newSlopes: Float32Array;
  newSolution: Float32Array;
  /** Share of the cells' area above the target density, and their weighted half-perimeter wirelength, µm, at the new point. */
  overflow = 1;
  wirelength = 0;
  private readonly judge: Judge;
  private readonly kernels: Kernels;
  private readonly nets: CellNets;
  private readonly movableArea: number;
  private readonly binArea: number;
  private readonly state: KernelRecord<"GlobalStep">;
  private readonly team: ShardTeam;
  private readonly shards: Readonly<Record<keyof typeof PHASES, number>>;
  /** Slopes at the new point, before they are preconditioned; fillers have no wires. */
  private readonly wireSlopes: Float32Array;
  private readonly fieldSlopes: Float32Array;
  private readonly sums: {
    readonly wirelengths: Float64Array;
    readonly overflows: Float64Array;
    readonly moves: Float64Array;
    readonly bends: Float64Array;
  };

  constructor(
    block: Block,
    start: Placement,
    { targetDensity: target = 1, macroCharge, cellCharge = 1, threads = 1, seed = 0 }: FieldOptions = {},
  ) {
    this.kernels = Kernels.create();
    const { kernels } = this;
    this.judge = new Judge(kernels, block);
    const { placement } = this.judge;
    placement.xs.set(start.xs);
    placement.ys.set(start.ys);
    placement.orientations.set(start.orientations);
    const isMovingMacro = (node: number) => block.kinds[node] === NodeKind.HardMacro && !block.fixed[node];
    const moves = (node: number) =>
      isMovingCell(block, node) || (macroCharge !== undefined && isMovingMacro(node));
    this.nets = new CellNets(this.judge, moves);
    this.nets.readPlacement();
    const { nets } = this;
    this.cellCount = nets.movingCount;
    const { canvas } = block;
    const bins = binsFor(block, this.cellCount);
    this.binWidth = canvas.width / bins.columns;
    this.binHeight = canvas.height / bins.rows;
    const field = new ElectricField(kernels, bins);
    const standing = standingCharges(kernels, { block, start, bins, nets, moves, target });
    let free = 0;
    this.binArea = this.binWidth * this.binHeight;
    for (let bin = 0; bin < standing.length; bin++) {
      standing[bin] = target * Math.min(1, standing[bin]!);
      free += (target - standing[bin]!) * this.binArea;
    }
    const cellNodes = nets.nodes.subarray(0, this.cellCount);
    let [cellArea, macroArea] = [0, 0];
    for (const node of cellNodes) {
      const area = block.widths[node]! * block.heights[node]!;
      if (isMovingMacro(node)) macroArea += area;
      else cellArea += area;
    }
    const charge = cellArea > 0 ? Math.max(1, Math.min(cellCharge, (free - macroArea) / cellArea)) : 1;
    const area = macroArea + charge * cellArea;
    this.movableArea = area;
    const filler = fillerSize(
      block,
      cellNodes.filter((node) => isMovingCell(block, node)),
      { width: this.binWidth, height: this.binHeight },
    );
    const fillers = Math.max(0, Math.floor((free - area) / (filler.width * filler.height)));
    this.count = this.cellCount + fillers;
    const charges = makeRectangles(kernels, this.count);
    const cells = makeRectangles(kernels, this.cellCount, nets.places);
    const pairs = () => kernels.f32(2 * this.count + 2);
    const singles = () => kernels.f32(this.count + 1);
    const [least, most, netCounts, binCharges, mostMoves] = [
      pairs(),
      pairs(),
      singles(),
      singles(),
      singles(),
    ];
    const { regions, indexOf } = cellRegionsOf(block);
    const whole = { left: 0, bottom: 0, right: canvas.width, top: canvas.height };
    for (let i = 0; i < this.count; i++) {
      const node = cellNodes[i];
      const { width, height } = node === undefined ? filler : sidesOf(block, start, node);
      // Charges narrower than √2 bins are spread over that, so that they feel the field smoothly (ePlace).
      const wide = Math.max(width, Math.SQRT2 * this.binWidth);
      const high = Math.max(height, Math.SQRT2 * this.binHeight);
      charges.halfSizes[2 * i] = wide / 2;
      charges.halfSizes[2 * i + 1] = high / 2;
      const isMacro = node !== undefined && block.kinds[node] === NodeKind.HardMacro;
      charges.charges[i] =
        ((isMacro ? macroCharge! : node === undefined ? 1 : charge) * width * height) / (wide * high);
      binCharges[i] = (width * height) / this.binArea;
      mostMoves[i] =
        binCharges[i]! > LARGE_CHARGE
          ? MOST_BINS_A_STEP * Math.min(this.binWidth, this.binHeight)
          : Number.POSITIVE_INFINITY;
      const room = (node !== undefined && regions[indexOf(node)]!.bounds) || whole;
      const [restX, restY] = [
        Math.min(width, room.right - room.left),
        Math.min(height, room.top - room.bottom),
      ];
      least[2 * i] = room.left + restX / 2;
      least[2 * i + 1] = room.bottom + restY / 2;
      most[2 * i] = room.right - restX / 2;
      most[2 * i + 1] = room.top - restY / 2;
      if (node === undefined) continue;
      cells.halfSizes[2 * i] = width / 2;
      cells.halfSizes[2 * i + 1] = height / 2;
      cells.charges[i] = isMacro ? 1 : charge;
    }
    for (let net = 0; net < nets.netCount; net++)
      for (let pin = nets.netStarts[net]!; pin < nets.netStarts[net + 1]!; pin++) {
        const node = nets.pinNodes[pin]!;
        if (node < this.cellCount) netCounts[node]! += nets.weights[net]!;
      }
    this.start = new Float32Array(2 * this.count);
    this.placeStart(bins, { least, most, seed });
    this.point = pairs();
    this.slopes = pairs();
    this.solution = pairs();
    this.newPoint = pairs();
    this.newSlopes = pairs();
    this.newSolution = pairs();
    this.wireSlopes = pairs();
    this.fieldSlopes = pairs();
    const nodeBounds = evenBounds(this.count, NODES_A_SHARD, 2);
    const netBounds = boundsOfNets(nets);
    const columnBounds = evenBounds(bins.columns, LINES_A_SHARD, 8);
    const rowBounds = evenBounds(bins.rows, LINES_A_SHARD, 8);
    const partsOf = (count: number) =>
      Int32Array.from({ length: PARTS + 1 }, (_, part) => Math.floor((part * count) / PARTS));
    // Kernels read up to three bins behind a map's end; maps begin at multiples of 16 bytes.
    const mapLength = bins.columns * bins.rows + 4;
    this.sums = {
      wirelengths: kernels.f64(netBounds.length - 1),
      overflows: kernels.f64(columnBounds.length - 1),
      moves: kernels.f64(nodeBounds.length - 1),
      bends: kernels.f64(nodeBounds.length - 1),
    };
    this.shards = {
      Move: nodeBounds.length - 1,
      Spread: 2 * PARTS + netBounds.length - 1,
      DensityAlongY: columnBounds.length - 1,
      SeriesAlongX: rowBounds.length - 1,
      FieldAlongY: columnBounds.length - 1,
      Slope: nodeBounds.length - 1,
    };
    const ofThreads = (
      first: KernelRecord<"CellNets"> | KernelRecord<"PoissonSolver">,
      more: () => { address: number },
    ) =>
      kernels.copyOf(
        Int32Array.from({ length: threads }, (_, thread) => (thread === 0 ? first : more()).address),
      );
    this.state = new KernelRecord(kernels, "GlobalStep");
    this.state.set({
      count: this.count,
      cellCount: this.cellCount,
      threadNets: ofThreads(nets.state, () => nets.stateOfThread()),
      threadPoissons: ofThreads(field.state, () => field.stateOfThread()),
      charges: makeChargeGrid(kernels, bins, charges).address,
      cells: makeChargeGrid(kernels, bins, cells).address,
      nodeBounds: kernels.copyOf(nodeBounds),
      netBounds: kernels.copyOf(netBounds),
      partBounds: kernels.copyOf(partsOf(this.count)),
      cellPartBounds: kernels.copyOf(partsOf(this.cellCount)),
      parts: PARTS,
      columnBounds: kernels.copyOf(columnBounds),
      rowBounds: kernels.copyOf(rowBounds),
      standing: standing.byteOffset,
      partMaps: kernels.f32(PARTS * mapLength).byteOffset,
      cellPartMaps: kernels.f32(PARTS * mapLength).byteOffset,
      mapBytes: 4 * mapLength,
      target,
      mostMoves: mostMoves.byteOffset,
      netCounts: netCounts.byteOffset,
      binCharges: binCharges.byteOffset,
      least: least.byteOffset,
      most: most.byteOffset,
      wireSlopes: this.wireSlopes.byteOffset,
      fieldSlopes: this.fieldSlopes.byteOffset,
      wirelengths: this.sums.wirelengths.byteOffset,
      overflows: this.sums.overflows.byteOffset,
      moves: this.sums.moves.byteOffset,
      bends: this.sums.bends.byteOffset,
    });
    this.tellVectors();
    this.team = new ShardTeam(kernels, this.state.address, threads);
  }

  private placeStart(
    { width, height }: BinGrid,
    {
      least,
      most,
      seed,
    }: { readonly least: Float32Array; readonly most: Float32Array; readonly seed: number },
  ): void {
    const { nets, kernels, cellCount, start } = this;
    for (let cell = 0; cell < cellCount; cell++) {
      nets.places[2 * cell] = width / 2;
      nets.places[2 * cell + 1] = height / 2;
    }
    kernels.run.placeByStars(nets.makeStarStart().address, STAR_STEPS);
    start.set(nets.places.subarray(0, 2 * cellCount));
    const random = Random.stream(seed, "global placement", "start");
    // Cells without nets, and all cells where nothing stands, would lie on one point and never part.
    for (let i = 0; i < 2 * this.count; i++) {
      const side = i % 2 === 0 ? width : height;
      if (i >= 2 * cellCount) start[i] = side * random.uniform();
      else start[i]! += 0.002 * side * (random.uniform() - 0.5);
      start[i] = Math.max(least[i]!, Math.min(most[i]!, start[i]!));
    }
  }

  /**
   * Tries a step: the new solution lies by `length` times the slopes away from the point, and the new point by `momentum` times
   * the move beyond it. Then takes slopes, overflow and wirelength there. `gamma` is the softness of wires in µm, `weight` that
   * of the density's energy. Returns how far the point has moved, and how much the slopes have changed.
   */
  tryStep(step: {
    readonly length: number;
    readonly momentum: number;
    readonly gamma: number;
    readonly weight: number;
  }): { readonly moved: number; readonly bend: number } {
    this.state.set(step);
    this.run("Move");
    this.run("Spread");
    this.run("DensityAlongY");
    this.run("SeriesAlongX");
    this.run("FieldAlongY");
    this.run("Slope");
    const { wirelengths, overflows, moves, bends } = this.sums;
    this.wirelength = sumOf(wirelengths);
    this.overflow = (sumOf(overflows) * this.binArea) / this.movableArea;
    return { moved: Math.sqrt(sumOf(moves)), bend: Math.sqrt(sumOf(bends)) };
  }

  /** Makes the new point, slopes and solution the present ones. */
  acceptStep(): void {
    [this.point, this.newPoint] = [this.newPoint, this.point];
    [this.slopes, this.newSlopes] = [this.newSlopes, this.slopes];
    [this.solution, this.newSolution] = [this.newSolution, this.solution];
    this.tellVectors();
  }

  /** Sums of the absolute slopes of wires and of the field at the new point, by both axes. */
  slopeNorms(): { readonly wires: number; readonly field: number } {
    return { wires: norm1(this.wireSlopes), field: norm1(this.fieldSlopes) };
  }

  /** Ends the other threads. */
  close(): void {
    this.team.stop();
  }

  private run(phase: keyof typeof PHASES): void {
    this.team.run(PHASES[phase], this.shards[phase]);
  }

  private tellVectors(): void {
    const { point, slopes, solution, newPoint, newSlopes, newSolution } = this;
    this.state.set({
      point: point.byteOffset,
      slopes: slopes.byteOffset,
      solution: solution.byteOffset,
      newPoint: newPoint.byteOffset,
      newSlopes: newSlopes.byteOffset,
      newSolution: newSolution.byteOffset,
    });
  }

  /** Of all nets of the last `placement`, weighted, µm: those between nodes that stand, too. */
  wholeWirelength(): number {
    return this.judge.evaluate().wirelength;
  }

  /** The cells at a point, and all else as it was. */
  placement(places: Float32Array): Placement {
    this.nets.writePlacement(places);
    return copyPlacement(this.judge.placement);
  }
}

/** Bounds of shards of about `wanted` things, a multiple of `unit`, and of no more than `MOST_SHARDS`. */
function evenBounds(count: number, wanted: number, unit: number): Int32Array {
  const size = Math.ceil(Math.max(wanted, count / MOST_SHARDS) / unit) * unit;
  return Int32Array.from({ length: Math.ceil(count / size) + 1 }, (_, i) => Math.min(count, i * size));
}

/** Bounds of shards of nets with about as many pins. */
function boundsOfNets({ netStarts, netCount }: CellNets): Int32Array {
  const size = Math.max(PINS_A_SHARD, netStarts[netCount]! / MOST_SHARDS);
  const bounds = [0];
  for (let net = 1; net < netCount; net++)
    if (netStarts[net + 1]! - netStarts[bounds.at(-1)!]! > size) bounds.push(net);
  if (netCount > 0) bounds.push(netCount);
  return Int32Array.from(bounds);
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}

function norm1(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.abs(values[i]!);
  return sum;
}

/** About as many bins as cells, a power of two a side, at least 16 and at most 1024. */
function binsFor({ canvas }: Block, cells: number): BinGrid {
  const side = 2 ** Math.round(Math.log2(Math.sqrt(cells)));
  const bins = Math.max(16, Math.min(1024, side));
  return { columns: bins, rows: bins, width: canvas.width, height: canvas.height };
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
