// frames.jsonl: the best placements of a run in the order that it found them, for replay. A line per improvement with
// the macros' places to a thousandth of a micrometre; exact places are in best.plc.
import { existsSync } from "node:fs";
import type { Costs } from "../env/index.js";
import {
  appendToFile,
  type Block,
  NodeKind,
  type Placement,
  statusOf,
  writeFileAtomically,
} from "../netlist/index.js";
import { isLooseCell } from "../placer/index.js";
import type { Frames } from "../viz/index.js";
import { readJsonLines } from "./json-lines.js";

/**
 * A line of the file. Lists have one entry per hard and soft macro, in node order, in runs that place cells then one per
 * standard cell that may move; null is "not placed".
 */
interface FrameLine {
  readonly iteration: number;
  readonly wirelength: number;
  readonly density: number;
  readonly congestion: number;
  readonly proxy: number;
  readonly xs: readonly (number | null)[];
  readonly ys: readonly (number | null)[];
  readonly orientations: readonly number[];
  /** A placement on its way, which was no best one. */
  readonly passing?: true;
}

/** Longer runs keep every second frame, then every fourth, and so on, when they are read. */
const MOST_FRAMES = 2000;

/** A placement on its way into a file of frames. */
export interface NewFrame {
  readonly iteration: number;
  readonly block: Block;
  readonly placement: Placement;
  readonly costs: Costs;
  /** Whether the standard cells are in it. */
  readonly cells?: boolean;
  /** Whether it is on its way, and no best one. */
  readonly passing?: boolean;
}

/** Adds a frame. */
export function appendFrame(
  path: string,
  { iteration, block, placement, costs, cells = false, passing = false }: NewFrame,
): void {
  const macros = frameNodes(block);
  const nodes = cells ? joined(macros, looseCellsOf(block)) : macros;
  const places = (values: Float64Array) =>
    Array.from(nodes, (node) => {
      const value = values[node]!;
      return Number.isFinite(value) ? Number(value.toFixed(3)) : null;
    });
  const line: FrameLine = {
    iteration,
    wirelength: costs.wirelengthCost,
    density: costs.densityCost,
    congestion: costs.congestionCost,
    proxy: costs.proxyCost,
    xs: places(placement.xs),
    ys: places(placement.ys),
    orientations: Array.from(nodes, (node) => placement.orientations[node]!),
    ...(passing && { passing }),
  };
  appendToFile(path, `${JSON.stringify(line)}\n`);
}

/** The proxy cost of the last frame of a best placement, infinite without one. */
export function lastFrameCost(path: string): number {
  const last = readJsonLines<FrameLine>(path).findLast(({ passing }) => !passing);
  return last?.proxy ?? Number.POSITIVE_INFINITY;
}

/** Cuts the file back to the iterations that a checkpoint knows. */
export async function keepFrames(path: string, iterations: number): Promise<void> {
  if (!existsSync(path)) return;
  const kept = readJsonLines<FrameLine>(path).filter((line) => line.iteration <= iterations);
  await writeFileAtomically(
    path,
    kept.map((line) => `${JSON.stringify(line)}\n`),
  );
}

/** The frames in a file, none without one; lines that are not frames of this block are left out. */
export function readFrames(path: string | undefined, block: Block): Frames {
  const bytes = path === undefined ? 0 : frameBytes(path); // before reading: if it grows meanwhile, it is read again
  const read = path === undefined ? [] : readJsonLines<FrameLine>(path);
  const macros = frameNodes(block);
  const withCells = joined(macros, looseCellsOf(block));
  const nodes = read[0]?.xs?.length === withCells.length ? withCells : macros;
  const fits = (line: FrameLine) =>
    [line.xs, line.ys, line.orientations].every((list) => list?.length === nodes.length);
  const all = read.filter(fits);
  const stride = 2 ** Math.max(0, Math.ceil(Math.log2(all.length / MOST_FRAMES)));
  const lines = all.filter((_, index) => index % stride === 0 || index === all.length - 1);
  const xs = new Float32Array(lines.length * nodes.length);
  const ys = new Float32Array(xs.length);
  const orientations = new Uint8Array(xs.length);
  lines.forEach((line, frame) => {
    const at = frame * nodes.length;
    xs.set(
      line.xs.map((value) => value ?? Number.NaN),
      at,
    );
    ys.set(
      line.ys.map((value) => value ?? Number.NaN),
      at,
    );
    orientations.set(line.orientations, at);
  });
  const costs = lines.map(({ iteration, wirelength, density, congestion, proxy }) => ({
    iteration,
    wirelength,
    density,
    congestion,
    proxy,
  }));
  return { bytes, nodes, costs, xs, ys, orientations };
}

/** Size of a file of frames, 0 without one. */
export function frameBytes(path: string): number {
  return statusOf(path)?.size ?? 0;
}

function frameNodes(block: Block): Int32Array {
  const nodes: number[] = [];
  for (let node = 0; node < block.nodeCount; node++) {
    const kind = block.kinds[node];
    if (kind === NodeKind.HardMacro || kind === NodeKind.SoftMacro) nodes.push(node);
  }
  return Int32Array.from(nodes);
}

/** Standard cells that may move. */
export function looseCellsOf(block: Block): Int32Array {
  const nodes: number[] = [];
  for (let node = 0; node < block.nodeCount; node++) if (isLooseCell(block, node)) nodes.push(node);
  return Int32Array.from(nodes);
}

function joined(first: Int32Array, second: Int32Array): Int32Array {
  const both = new Int32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
