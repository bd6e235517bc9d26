// The force-directed placer of soft macros, as Circuit Training's released schedule and TILOS' open version have it:
// nets attract as stars from their drivers, overlapping macros repel, each step's forces are divided by the largest.
// Soft macros count as squares. The process is chaotic (rounding moves single macros far), so results are compared
// in cost, and reproduced bit by bit only by this implementation. Kernel: kernels/assembly/cells/force-directed.ts.
import type { CellPlacer, Judge } from "../../env/index.js";

import { KernelRecord } from "../../kernels/index.js";
import { type Block, NodeKind, turnOffset } from "../../netlist/index.js";

/** One phase of the schedule. */
export interface ForcePhase {
  readonly steps: number;
  readonly attract: number;
  readonly repel: number;
  /** Largest move of a step, in µm. */
  readonly maxMove: number;
}

export interface ForceOptions {
  /** Multiplies the pull of nets with a port at either end. */
  readonly ioFactor?: number;
  /** Start from where the soft macros are instead of the canvas centre. */
  readonly useCurrent?: boolean;
  readonly phases?: readonly ForcePhase[];
  /**
   * Whether a macro or cell moves. Default: soft macros and cells that are not fixed, whose pins then count at their
   * centres. With this option pins of moving nodes keep their offsets, and nodes that neither move nor have a place in
   * the judge's placement are left out.
   */
  readonly moves?: (node: number) => boolean;
}

/** The released schedule: 100 steps of attraction, then twice 100 of repulsion. */
export function releasedPhases(canvas: { width: number; height: number }): ForcePhase[] {
  const maxMove = Math.max(canvas.width, canvas.height) / 100;
  return [
    { steps: 100, attract: 100, repel: 0, maxMove },
    { steps: 100, attract: 1e-3, repel: 1e6, maxMove },
    { steps: 100, attract: 1e-5, repel: 1e7, maxMove },
  ];
}

/** Settles the soft macros of a judge's placement. */
export class ForceDirectedPlacer implements CellPlacer {
  readonly name = "force-directed";
  private readonly judge: Judge;
  private readonly state: KernelRecord<"ForceState">;
  private readonly halfWidths: Float64Array;
  private readonly halfHeights: Float64Array;
  private readonly bodies: Int32Array;
  private readonly phases: readonly ForcePhase[];
  private readonly useCurrent: boolean;

  constructor(judge: Judge, options: ForceOptions = {}) {
    this.judge = judge;
    this.phases = options.phases ?? releasedPhases(judge.block.canvas);
    this.useCurrent = options.useCurrent ?? false;
    const { block, kernels } = judge;
    const moves =
      options.moves ?? ((node: number) => block.kinds[node] !== NodeKind.HardMacro && !block.fixed[node]);
    const moving: number[] = [];
    const standing: number[] = [];
    for (let node = 0; node < block.nodeCount; node++) {
      const kind = block.kinds[node];
      if (kind === NodeKind.Port) continue;
      if (moves(node)) moving.push(node);
      else if (!options.moves || !Number.isNaN(judge.placement.xs[node]!)) standing.push(node);
    }
    const bodyCount = moving.length + standing.length;
    this.bodies = kernels.i32(bodyCount);
    this.bodies.set([...moving, ...standing]);
    this.halfWidths = kernels.f64(bodyCount);
    this.halfHeights = kernels.f64(bodyCount);
    const pulls = gatherPulls(judge, this.bodies.subarray(0, moving.length), {
      ioFactor: options.ioFactor ?? 1,
      keepsOffsets: options.moves !== undefined,
    });
    this.measureBodies();
    const strips = layStrips(block, moving.length, this.halfWidths, this.halfHeights);
    const numbers = (count: number) => kernels.f64(count).byteOffset;
    const integers = (count: number) => kernels.i32(count).byteOffset;
    this.state = new KernelRecord(kernels, "ForceState");
    this.state.set({
      judge: judge.state.address,
      movingCount: moving.length,
      bodyCount,
      bodyNodes: this.bodies.byteOffset,
      halfWidths: this.halfWidths.byteOffset,
      halfHeights: this.halfHeights.byteOffset,
      anchorStarts: kernels.copyOf(pulls.anchorStarts),
      anchorPoints: kernels.copyOf(pulls.anchorPoints),
      anchorWeights: kernels.copyOf(pulls.anchorWeights),
      linkStarts: kernels.copyOf(pulls.linkStarts),
      linkOthers: kernels.copyOf(pulls.linkOthers),
      linkWeights: kernels.copyOf(pulls.linkWeights),
      linkSums: kernels.copyOf(pulls.linkSums),
      offsetPulls: pulls.offsetPulls ? kernels.copyOf(pulls.offsetPulls) : 0,
      places: numbers(2 * bodyCount),
      forces: numbers(2 * moving.length),
      anchors: numbers(2 * moving.length),
      anchorSums: numbers(moving.length),
      bodyLefts: numbers(bodyCount),
      firstStrips: integers(bodyCount),
      lastStrips: integers(bodyCount),
      order: integers(bodyCount),
      stripsPerMicron: 1 / strips.height,
      stripCount: strips.count,
      standingFirst: strips.movingEntries,
      movingStarts: integers(strips.count + 1),
      standingStarts: integers(strips.count + 1),
      entryBodies: integers(strips.entries),
      lefts: numbers(strips.entries),
      xs: numbers(strips.entries),
      ys: numbers(strips.entries),
      entryHalfWidths: numbers(strips.entries),
      entryHalfHeights: numbers(strips.entries),
      isFirst: numbers(strips.entries),
      pushXs: numbers(strips.entries),
      pushYs: numbers(strips.entries),
    });
  }

  placeSoftMacros(): void {
    const { run } = this.judge.kernels;
    this.measureBodies();
    run.placePoints(this.judge.state.address);
    run.beginForces(this.state.address, !this.useCurrent);
    for (const phase of this.phases)
      run.runForces(this.state.address, phase.steps, phase.attract, phase.repel, phase.maxMove);
    run.endForces(this.state.address);
  }

  estimateSoftMacros(sweeps: number, fromCentre: boolean): void {
    const { run } = this.judge.kernels;
    run.beginForces(this.state.address, fromCentre);
    run.relaxBodies(this.state.address, sweeps);
    run.endForces(this.state.address);
  }

  /** Soft macros as squares of their area, hard ones as they are turned. */
  private measureBodies(): void {
    const { block, placement } = this.judge;
    for (let body = 0; body < this.bodies.length; body++) {
      const node = this.bodies[body]!;
      const width = block.widths[node]!;
      const height = block.heights[node]!;
      const square = block.kinds[node] === NodeKind.SoftMacro ? Math.sqrt(width * height) : 0;
      const turned = placement.orientations[node]! >= 4;
      this.halfWidths[body] = (square || (turned ? height : width)) / 2;
      this.halfHeights[body] = (square || (turned ? width : height)) / 2;
    }
  }
}

/** Height of a strip, in mean heights of moving bodies: lower ones hold fewer pairs, but each body in more of them. */
const STRIP_HEIGHT = 2.5;
/** Every strip is visited at every step, however few it holds. */
const MOST_STRIPS = 256;

interface Strips {
  /** In µm. */
  readonly height: number;
  readonly count: number;
  /** Room for the moving bodies in all strips that they can reach, and for all bodies. */
  readonly movingEntries: number;
  readonly entries: number;
}

/** Strips of the canvas in which overlapping bodies are looked for. */
function layStrips(
  { canvas }: Block,
  movingCount: number,
  halfWidths: Float64Array,
  halfHeights: Float64Array,
): Strips {
  let sum = 0;
  for (let body = 0; body < movingCount; body++) sum += 2 * halfHeights[body]!;
  const wanted = (canvas.height * movingCount) / (STRIP_HEIGHT * sum);
  const count = Math.max(1, Math.min(MOST_STRIPS, Math.floor(wanted) || 1));
  const height = canvas.height / count;
  const room = (first: number, end: number) => {
    let entries = 0;
    for (let body = first; body < end; body++) {
      const tallest = 2 * Math.max(halfWidths[body]!, halfHeights[body]!);
      entries += Math.min(count, Math.floor(tallest / height) + 2);
    }
    return entries;
  };
  const movingEntries = room(0, movingCount);
  return { height, count, movingEntries, entries: movingEntries + room(movingCount, halfWidths.length) };
}

interface Pulls {
  readonly anchorStarts: Int32Array;
  readonly anchorPoints: Int32Array;
  readonly anchorWeights: Float64Array;
  readonly linkStarts: Int32Array;
  readonly linkOthers: Int32Array;
  readonly linkWeights: Float64Array;
  readonly linkSums: Float64Array;
  /** Per moving body in x and y: what the offsets of pins add to its pulls. Undefined if all are 0. */
  readonly offsetPulls: Float64Array | undefined;
}

/** Sums the star nets up: pulls between two moving bodies, and pulls of a moving body to points that stand. */
function gatherPulls(
  judge: Judge,
  bodies: Int32Array,
  { ioFactor, keepsOffsets }: { readonly ioFactor: number; readonly keepsOffsets: boolean },
): Pulls {
  const { nets, block, placement } = judge;
  const movingCount = bodies.length;
  const offsetPulls = new Float64Array(2 * movingCount);
  const offsetOf = (point: number) =>
    turnOffset(
      placement.orientations[nets.pointNodes[point]!]!,
      nets.pointXOffsets[point]!,
      nets.pointYOffsets[point]!,
    );
  const addOffset = (body: number, point: number, factor: number) => {
    if (!keepsOffsets) return;
    const [x, y] = offsetOf(point);
    offsetPulls[2 * body]! += factor * x;
    offsetPulls[2 * body + 1]! += factor * y;
  };
  const isPlaced = (node: number) => !Number.isNaN(placement.xs[node]!);
  const movingOfNode = new Int32Array(block.nodeCount).fill(-1);
  for (let body = 0; body < movingCount; body++) movingOfNode[bodies[body]!] = body;
  const links = new Map<number, number>();
  const anchors: Map<number, number>[] = Array.from({ length: movingCount }, () => new Map());
  const add = (map: Map<number, number>, key: number, weight: number) =>
    map.set(key, (map.get(key) ?? 0) + weight);
  for (let net = 0; net < nets.netCount; net++) {
    const start = nets.netStarts[net]!;
    const driver = nets.netPoints[start]!;
    const driverNode = nets.pointNodes[driver]!;
    const driverBody = movingOfNode[driverNode]!;
    for (let i = start + 1; i < nets.netStarts[net + 1]!; i++) {
      const sink = nets.netPoints[i]!;
      const sinkNode = nets.pointNodes[sink]!;
      const sinkBody = movingOfNode[sinkNode]!;
      const io = block.kinds[driverNode] === NodeKind.Port || block.kinds[sinkNode] === NodeKind.Port;
      const weight = nets.netWeights[net]! * (io ? ioFactor : 1);
      if (driverBody >= 0 && sinkBody >= 0) {
        if (driverBody === sinkBody) continue;
        const key = Math.min(driverBody, sinkBody) * movingCount + Math.max(driverBody, sinkBody);
        add(links, key, weight);
        addOffset(driverBody, sink, weight);
        addOffset(driverBody, driver, -weight);
        addOffset(sinkBody, driver, weight);
        addOffset(sinkBody, sink, -weight);
      } else if (driverBody >= 0) {
        add(anchors[driverBody]!, sink, weight);
        if (isPlaced(sinkNode)) addOffset(driverBody, driver, -weight);
      } else if (sinkBody >= 0) {
        add(anchors[sinkBody]!, driver, weight);
        if (isPlaced(driverNode)) addOffset(sinkBody, sink, -weight);
      }
    }
  }
  const keys = [...links.keys()].sort((a, b) => a - b);
  const linkStarts = new Int32Array(movingCount + 1);
  const linkSums = new Float64Array(movingCount);
  for (const key of keys) {
    const [first, second] = [Math.floor(key / movingCount), key % movingCount];
    linkStarts[first + 1]!++;
    for (const body of [first, second]) linkSums[body]! += links.get(key)!;
  }
  for (let body = 0; body < movingCount; body++) linkStarts[body + 1]! += linkStarts[body]!;
  const anchorStarts = new Int32Array(movingCount + 1);
  for (let body = 0; body < movingCount; body++)
    anchorStarts[body + 1] = anchorStarts[body]! + anchors[body]!.size;
  return {
    anchorStarts,
    anchorPoints: Int32Array.from(anchors.flatMap((map) => [...map.keys()])),
    anchorWeights: Float64Array.from(anchors.flatMap((map) => [...map.values()])),
    linkStarts,
    linkSums,
    offsetPulls: offsetPulls.some((pull) => pull !== 0) ? offsetPulls : undefined,
    linkOthers: Int32Array.from(keys, (key) => key % movingCount),
    linkWeights: Float64Array.from(keys, (key) => links.get(key)!),
  };
}
