// One step of global placement: Nesterov's method on cells and fillers, with the slopes at the new point. The step has six phases
// of shards. Shards of a phase touch nothing of each other, so threads may take them in any order, and what they sum is
// summed up per shard: the result has the same bytes for any number of threads.
import { addCharges, ChargeGrid, gatherField } from "./charge-grid";
import { CellNets, gatherPins, pairOf } from "./cell-nets";
import { densityAlongY, fieldAlongY, PoissonSolver, seriesAlongX } from "./poisson";
import { wireSlopes } from "./smooth-wirelength";

export enum GlobalPhase {
  /** Nodes: the new point. */
  Move,
  /** How full parts of all nodes, then of the cells, make the bins. Then nets: slopes of their pins. */
  Spread,
  /** Columns of bins: how full all make them, and the first part of the electric field. Its others: rows, and columns. */
  DensityAlongY,
  SeriesAlongX,
  FieldAlongY,
  /** Nodes: slopes at the new point. */
  Slope,
}

@unmanaged
export class GlobalStep {
  /** Cells and fillers, and the cells among them, which are first. */
  count: i32;
  cellCount: i32;
  // Records. A thread has its own for what has scratch space: usize arrays by thread.
  threadNets: usize;
  threadPoissons: usize;
  /** Charges of cells and fillers, and the cells in their own size. */
  charges: usize;
  cells: usize;
  // Shards: shard s of a phase is bounds[s] .. bounds[s + 1], i32. All bounds of nodes are even, those of bins multiples of 8.
  nodeBounds: usize;
  netBounds: usize;
  /** Parts of the nodes, and of the cells, whose fullness has maps of its own: as many of each. */
  partBounds: usize;
  cellPartBounds: usize;
  parts: i32;
  columnBounds: usize;
  rowBounds: usize;
  // Maps [rows x columns], f32.
  standing: usize;
  /** Of the parts, one map after the other, `mapBytes` apart. */
  partMaps: usize;
  cellPartMaps: usize;
  mapBytes: i32;
  /** Share of a bin that may be full. */
  target: f64;
  // Per node, f32: the most that it may move in a step, µm; its nets and its charge in bins, for the preconditioner.
  mostMoves: usize;
  netCounts: usize;
  binCharges: usize;
  // Per node, f32 pairs, µm.
  least: usize;
  most: usize;
  point: usize;
  slopes: usize;
  solution: usize;
  newPoint: usize;
  newSlopes: usize;
  newSolution: usize;
  wireSlopes: usize;
  fieldSlopes: usize;
  // Of this step.
  length: f64;
  momentum: f64;
  gamma: f64;
  /** Of the density's energy. */
  weight: f64;
  // Sums, f64: per shard of nets their half-perimeters, µm; per shard of columns what is too full, in bins; per shard of nodes the
  // squares of how far the point has moved, and of how the slopes have changed.
  wirelengths: usize;
  overflows: usize;
  moves: usize;
  bends: usize;
}

/** Does shards `first` .. `end` of a phase on a thread. */
export function runGlobalPhase(address: usize, phase: i32, first: i32, end: i32, thread: i32): void {
  const state = changetype<GlobalStep>(address);
  const nets = changetype<CellNets>(ofThread(state.threadNets, thread));
  const poisson = changetype<PoissonSolver>(ofThread(state.threadPoissons, thread));
  for (let shard = first; shard < end; shard++) {
    if (phase == GlobalPhase.Move) {
      move(state, nets, boundOf(state.nodeBounds, shard), boundOf(state.nodeBounds, shard + 1));
    } else if (phase == GlobalPhase.Spread) {
      const parts = state.parts;
      if (shard < parts) addPart(state, state.charges, state.partBounds, state.partMaps, shard);
      else if (shard < 2 * parts) addPart(state, state.cells, state.cellPartBounds, state.cellPartMaps, shard - parts);
      else readWires(state, nets, shard - 2 * parts);
    } else if (phase == GlobalPhase.DensityAlongY) {
      sumParts(state, poisson, shard);
      densityAlongY(poisson, boundOf(state.columnBounds, shard), boundOf(state.columnBounds, shard + 1));
    } else if (phase == GlobalPhase.SeriesAlongX) {
      seriesAlongX(poisson, boundOf(state.rowBounds, shard), boundOf(state.rowBounds, shard + 1));
    } else if (phase == GlobalPhase.FieldAlongY) {
      fieldAlongY(poisson, boundOf(state.columnBounds, shard), boundOf(state.columnBounds, shard + 1));
    } else {
      slope(state, nets, poisson, shard);
    }
  }
}

// @ts-ignore: decorator
@inline
function ofThread(records: usize, thread: i32): usize {
  return load<usize>(records + <usize>thread * sizeof<usize>());
}

// @ts-ignore: decorator
@inline
function boundOf(bounds: usize, i: i32): i32 {
  return load<i32>(bounds + (<usize>i << 2));
}

/** The numbers of two nodes, each twice: for their x and y. */
// @ts-ignore: decorator
@inline
function twice(numbers: usize, node: i32): v128 {
  const pair = v128.load64_zero(numbers + (<usize>node << 2));
  return v128.shuffle<f32>(pair, pair, 0, 0, 1, 1);
}

// @ts-ignore: decorator
@inline
function between(value: v128, least: v128, most: v128): v128 {
  return f32x4.pmax(least, f32x4.pmin(most, value));
}

/** Two nodes at a time; arrays have room for one more. */
function move(state: GlobalStep, nets: CellNets, first: i32, end: i32): void {
  const length = f32x4.splat(<f32>state.length);
  const momentum = f32x4.splat(<f32>state.momentum);
  const places = changetype<ChargeGrid>(state.charges).places;
  const cellCount = state.cellCount;
  for (let node = first; node < end; node += 2) {
    const at = <usize>node << 3;
    const mostMove = twice(state.mostMoves, node);
    const least = v128.load(state.least + at);
    const most = v128.load(state.most + at);
    const wanted = f32x4.mul(length, v128.load(state.slopes + at));
    const step = between(wanted, f32x4.neg(mostMove), mostMove);
    const solution = between(f32x4.sub(v128.load(state.point + at), step), least, most);
    const beyond = f32x4.mul(momentum, f32x4.sub(solution, v128.load(state.solution + at)));
    const point = between(f32x4.add(solution, beyond), least, most);
    v128.store(state.newSolution + at, solution);
    v128.store(state.newPoint + at, point);
    v128.store(places + at, point);
    // Nodes that stand follow the cells.
    if (node + 1 < cellCount) v128.store(nets.places + at, point);
    else if (node < cellCount) v128.store64_lane(nets.places + at, point, 0);
  }
}

function readWires(state: GlobalStep, nets: CellNets, shard: i32): void {
  const length = wireSlopes(nets, boundOf(state.netBounds, shard), boundOf(state.netBounds, shard + 1), <f32>state.gamma);
  store<f64>(state.wirelengths + (<usize>shard << 3), length);
}

/** How full a part of some rectangles makes the bins. */
function addPart(state: GlobalStep, rectangles: usize, bounds: usize, maps: usize, part: i32): void {
  const map = maps + <usize>part * <usize>state.mapBytes;
  memory.fill(map, 0, state.mapBytes);
  addCharges(rectangles, boundOf(bounds, part), boundOf(bounds, part + 1), map);
}

/** The density of all charges in some columns, and how much fuller than wanted the cells themselves make these. */
function sumParts(state: GlobalStep, poisson: PoissonSolver, shard: i32): void {
  const grid = changetype<ChargeGrid>(state.charges);
  const mapBytes = <usize>state.mapBytes;
  const ends = <usize>state.parts * mapBytes;
  const left = <usize>boundOf(state.columnBounds, shard) << 2;
  const right = <usize>boundOf(state.columnBounds, shard + 1) << 2;
  const rowBytes = <usize>grid.columns << 2;
  const zero = f32x4.splat(0);
  const target = f32x4.splat(<f32>state.target);
  let over = f64x2.splat(0);
  for (let row = 0; row < grid.rows; row++) {
    const begin = <usize>row * rowBytes;
    for (let at = begin + left; at < begin + right; at += 16) {
      const standing = v128.load(state.standing + at);
      let density = standing;
      let fullness = zero;
      for (let map: usize = 0; map < ends; map += mapBytes) {
        density = f32x4.add(density, v128.load(state.partMaps + map + at));
        fullness = f32x4.add(fullness, v128.load(state.cellPartMaps + map + at));
      }
      v128.store(poisson.density + at, density);
      const beyond = f32x4.pmax(zero, f32x4.sub(fullness, f32x4.sub(target, standing)));
      over = f64x2.add(over, f64x2.promote_low_f32x4(beyond));
      over = f64x2.add(over, f64x2.promote_low_f32x4(v128.shuffle<f32>(beyond, beyond, 2, 3, 2, 3)));
    }
  }
  store<f64>(state.overflows + (<usize>shard << 3), f64x2.extract_lane(over, 0) + f64x2.extract_lane(over, 1));
}

/** The preconditioned slopes of wires and field, and what they have changed by. */
function slope(state: GlobalStep, nets: CellNets, poisson: PoissonSolver, shard: i32): void {
  const first = boundOf(state.nodeBounds, shard);
  const end = boundOf(state.nodeBounds, shard + 1);
  gatherPins(changetype<usize>(nets), first, max(first, min(end, state.cellCount)), state.wireSlopes);
  memory.fill(pairOf(state.fieldSlopes, first), 0, <usize>(end - first) << 3);
  gatherField(state.charges, first, end, poisson.fieldXs, poisson.fieldYs, -1, state.fieldSlopes);
  const weight = f32x4.splat(<f32>state.weight);
  const one = f32x4.splat(1);
  let moved = f64x2.splat(0);
  let bent = f64x2.splat(0);
  for (let node = first; node < end; node += 2) {
    const at = <usize>node << 3;
    const charge = f32x4.mul(weight, twice(state.binCharges, node));
    const stiffness = f32x4.pmax(one, f32x4.add(twice(state.netCounts, node), charge));
    const push = f32x4.mul(weight, v128.load(state.fieldSlopes + at));
    const slopes = f32x4.div(f32x4.add(v128.load(state.wireSlopes + at), push), stiffness);
    v128.store(state.newSlopes + at, slopes);
    bent = f64x2.add(bent, squares(f32x4.sub(slopes, v128.load(state.slopes + at))));
    moved = f64x2.add(moved, squares(f32x4.sub(v128.load(state.newPoint + at), v128.load(state.point + at))));
  }
  store<f64>(state.bends + (<usize>shard << 3), f64x2.extract_lane(bent, 0) + f64x2.extract_lane(bent, 1));
  store<f64>(state.moves + (<usize>shard << 3), f64x2.extract_lane(moved, 0) + f64x2.extract_lane(moved, 1));
}

// @ts-ignore: decorator
@inline
function squares(v: v128): v128 {
  const low = f64x2.promote_low_f32x4(v);
  const high = f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3));
  return f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high));
}
