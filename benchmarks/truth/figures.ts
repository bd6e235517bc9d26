// Cheap figures of macros on a block: what a search could steer by. Each cell placer places the soft macros in turn.
import { type CostWeights, Judge, PUBLISHED_WEIGHTS } from "../../env/index.js";
import { Kernels } from "../../kernels/index.js";
import {
  type Block,
  bookshelfSupplyOf,
  clusterBlock,
  frameOf,
  NodeKind,
  type Placement,
} from "../../netlist/index.js";
import { ElectrostaticPlacer, ForceDirectedPlacer, globalSteps } from "../../placer/index.js";
import { mean } from "./agreement.js";

/** By name; lower is better. */
export type Figures = Readonly<Record<string, number>>;

/** Weights under which the electrostatic placer hardly trades wirelength for density and congestion. */
const WIRE_WEIGHTS: CostWeights = { wirelength: 1, density: 0.1, congestion: 0.02 };
/** Share of the most crowded bins that count. */
const CROWDED = 0.05;

/** Judges hard macros of a flat block on the netlist that `place` clusters from it by default. */
export class CheapFigures {
  private readonly block: Block;
  private readonly nodeOf: ReadonlyMap<string, number>;
  private readonly placers: Readonly<Record<string, (macros: Placement) => Figures>>;

  constructor(flat: Block) {
    this.block = clusterBlock(flat, { seed: 1 }).block;
    this.nodeOf = new Map(this.block.nodeNames.map((name, node) => [name, node]));
    const published = new Judge(Kernels.create(), this.block);
    const wires = new Judge(Kernels.create(), this.block, { weights: WIRE_WEIGHTS });
    const tracks = trackVariants(flat).map(
      ([name, routing]) => [name, new Judge(Kernels.create(), { ...this.block, routing })] as const,
    );
    const fd = new ForceDirectedPlacer(published);
    const es = new ElectrostaticPlacer(published);
    const wire = new ElectrostaticPlacer(wires);
    this.placers = {
      fd: (macros) => termsOf(published, macros, () => fd.placeSoftMacros()),
      es: (macros) => termsOf(published, macros, () => es.placeSoftMacros()),
      wire: (macros) => termsOf(wires, macros, () => wire.placeSoftMacros()),
      ...Object.fromEntries(
        tracks.map(([name, judge]) => {
          const placer = new ElectrostaticPlacer(judge);
          return [name, (macros: Placement) => termsOf(judge, macros, () => placer.placeSoftMacros())];
        }),
      ),
    };
  }

  /** Of hard macros of another netlist of the same design, by their names. */
  of(other: Block, placement: Placement): Figures {
    const { initial } = this.block;
    const macros = {
      xs: initial.xs.slice(),
      ys: initial.ys.slice(),
      orientations: initial.orientations.slice(),
    };
    for (let node = 0; node < other.nodeCount; node++) {
      const same =
        other.kinds[node] === NodeKind.HardMacro ? this.nodeOf.get(other.nodeNames[node]!) : undefined;
      if (same === undefined) continue;
      macros.xs[same] = placement.xs[node]!;
      macros.ys[same] = placement.ys[node]!;
      macros.orientations[same] = placement.orientations[node]!;
    }
    const terms = Object.entries(this.placers).flatMap(([placer, run]) =>
      Object.entries(run(macros)).map(([name, value]) => [`${placer} ${name}`, value]),
    );
    return { ...Object.fromEntries(terms), ...flatFigures(other, placement) };
  }
}

/** Wirelength of the flat netlist after so many iterations of placing its cells: of the quadratic start, and on the way. */
const FLAT_ITERATIONS = [0, 50, 150];

export function flatFigures(flat: Block, placement: Placement, counts = FLAT_ITERATIONS): Figures {
  const lengths: number[] = [];
  const steps = globalSteps(flat, placement);
  for (let next = steps.next(); !next.done; next = steps.next(lengths.length > counts.at(-1)!))
    lengths.push(next.value.wirelength);
  // Cells that have spread earlier have the last of them.
  return Object.fromEntries(
    counts.map((count) => [`flat, ${count} iterations`, lengths[count] ?? lengths.at(-1)!]),
  );
}

/** Tracks in the headers of TILOS' placements of the ICCAD04 suite, a hundredth of them, as our units are. */
const TILOS_TRACKS: Block["routing"] = {
  horizontal: 0.65957,
  vertical: 1.06957,
  horizontalUsedByMacros: 0.30304,
  verticalUsedByMacros: 0.71304,
};

/** Other tracks for a Bookshelf set without a `.route` file, where all tracks are assumed: those of `verify`, and TILOS'. */
function trackVariants(flat: Block): (readonly [string, Block["routing"]])[] {
  const frame = frameOf(flat);
  if (!frame || frame.route) return [];
  const { layers, usable, blockedBy } = bookshelfSupplyOf(flat);
  const macro = flat.kinds.indexOf(NodeKind.HardMacro);
  const sum = (isHorizontal: boolean, share: (layer: number) => number) =>
    layers.reduce(
      (total, layer, i) =>
        i > 0 && layer.isHorizontal === isHorizontal ? total + usable * layer.tracks * share(i) : total,
      0,
    );
  const taken = (layer: number) => blockedBy(macro, layer);
  const routers = {
    horizontal: sum(true, () => 1),
    vertical: sum(false, () => 1),
    horizontalUsedByMacros: sum(true, taken),
    verticalUsedByMacros: sum(false, taken),
  };
  return [
    ["es verify's tracks", routers],
    ["es TILOS' tracks", TILOS_TRACKS],
  ];
}

function termsOf(judge: Judge, macros: Placement, placeSoftMacros: () => void): Figures {
  judge.evaluate(macros);
  placeSoftMacros();
  const { wirelengthCost, densityCost, congestionCost } = judge.evaluate();
  const weighted = ({ wirelength, density, congestion }: CostWeights) =>
    wirelength * wirelengthCost + density * densityCost + congestion * congestionCost;
  const wires = crowdedWires(judge.block, judge.placement);
  return {
    proxy: weighted(PUBLISHED_WEIGHTS),
    "1 : 0.1 : 0.02": weighted(WIRE_WEIGHTS),
    wirelength: wirelengthCost,
    density: densityCost,
    congestion: congestionCost,
    rudy: wires,
  };
}

/**
 * RUDY (Spindler and Johannes, "Fast and accurate routing demand estimation for efficient routability-driven placement",
 * DATE 2007): the half-perimeter of each net is spread evenly over its bounding box. Mean of the most crowded cells, in µm of
 * wire per µm².
 */
function crowdedWires({ grid, canvas, netStarts, netPins, ...block }: Block, { xs, ys }: Placement): number {
  const { columns, rows } = grid;
  const [width, height] = [canvas.width / columns, canvas.height / rows];
  const demand = new Float64Array(columns * rows);
  for (let net = 0; net + 1 < netStarts.length; net++) {
    let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = netStarts[net]!; i < netStarts[net + 1]!; i++) {
      const pin = netPins[i]!;
      const node = block.pinNodes[pin]!;
      const [x, y] = [xs[node]! + block.pinXOffsets[pin]!, ys[node]! + block.pinYOffsets[pin]!];
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [bottom, top] = [Math.min(bottom, y), Math.max(top, y)];
    }
    // Offsets as in orientation N; a turned macro's pins are less than a macro away.
    // A net in a line has wires too: its box is a cell wide.
    const [w, h] = [Math.max(right - left, width), Math.max(top - bottom, height)];
    const density = ((right - left + top - bottom) * block.netWeights[net]!) / (w * h);
    const columnOf = (x: number) => Math.min(columns - 1, Math.max(0, Math.floor(x / width)));
    const rowOf = (y: number) => Math.min(rows - 1, Math.max(0, Math.floor(y / height)));
    for (let row = rowOf(bottom); row <= rowOf(bottom + h); row++)
      for (let column = columnOf(left); column <= columnOf(left + w); column++) {
        const across = Math.min(left + w, (column + 1) * width) - Math.max(left, column * width);
        const up = Math.min(bottom + h, (row + 1) * height) - Math.max(bottom, row * height);
        demand[row * columns + column]! +=
          (density * Math.max(across, 0) * Math.max(up, 0)) / (width * height);
      }
  }
  const crowded = demand.sort().subarray(Math.floor((1 - CROWDED) * demand.length));
  return mean([...crowded]);
}
