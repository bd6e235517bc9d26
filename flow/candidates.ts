// Several different results of one run. While a method searches, it offers placements; the cheap ones that differ are kept,
// and saved with its checkpoints, so that a run that was resumed has those of its earlier processes.
import { join } from "node:path";
import type { Costs } from "../env/index.js";
import {
  type Block,
  copyPlacement,
  isFile,
  NodeKind,
  namesIn,
  nodesOfKind,
  type Placement,
  readOwnJson,
  removeFile,
  statusOf,
} from "../netlist/index.js";
import { reviveScored, type ScoredPlacement, type StoredScored, storeScored } from "../placer/index.js";

/** The file with the candidates. */
export const CANDIDATES_FILE = "checkpoints/candidates.json";

/** Two placements differ if their hard macros lie this far apart on average, in parts of the canvas's mean side. */
const LEAST_DISTANCE = 0.05;
/** Candidates kept for every result that is asked for: some turn out illegal or alike on database units. */
const SPARE = 2;

/** Mean displacement of hard macros from which two placements count as different, µm. */
export function leastDistance({ canvas }: Block): number {
  return (LEAST_DISTANCE * (canvas.width + canvas.height)) / 2;
}

/** Mean distance of the centres of movable hard macros in two placements, µm; 0 if nothing can move. */
export function meanDisplacement({ kinds, fixed }: Block, a: Placement, b: Placement): number {
  let sum = 0;
  let count = 0;
  for (let node = 0; node < kinds.length; node++) {
    if (kinds[node] !== NodeKind.HardMacro || fixed[node]) continue;
    sum += Math.hypot(a.xs[node]! - b.xs[node]!, a.ys[node]! - b.ys[node]!);
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

/** The candidates of a moment, as they are stored. */
interface Generation {
  /** Iterations that had been done. */
  readonly iterations: number;
  readonly candidates: readonly StoredScored[];
}

/** Placements of a block, no two of them alike, the cheapest first. */
export class Candidates {
  private readonly block: Block;
  private readonly most: number;
  private kept: ScoredPlacement[] = [];
  /** What was saved last: the method's checkpoint may be of that moment. */
  private saved: Generation | undefined;
  private isRead = false;

  /** @param results how many results are asked for */
  constructor(block: Block, results: number) {
    this.block = block;
    this.most = SPARE * results;
  }

  list(): readonly ScoredPlacement[] {
    return this.kept;
  }

  /**
   * Keeps a placement in place of those like it that cost more, unless one like it costs as little. What is kept depends
   * only on the placements and their order. The placement is copied.
   */
  offer(placement: Placement, costs: Costs): void {
    const { block, most } = this;
    if (this.kept.length === most && costs.proxyCost >= this.kept.at(-1)!.costs.proxyCost) return;
    if (!isComplete(block, placement)) return;
    const least = leastDistance(block);
    const alike = this.kept.filter((other) => meanDisplacement(block, placement, other.placement) < least);
    if (alike.some((other) => other.costs.proxyCost <= costs.proxyCost)) return;
    const candidate = { placement: copyPlacement(placement), costs };
    this.kept = [...this.kept.filter((other) => !alike.includes(other)), candidate]
      .sort((a, b) => a.costs.proxyCost - b.costs.proxyCost)
      .slice(0, most);
  }

  /**
   * What to write before a checkpoint is: the candidates now, and those of the checkpoint before, from which a process
   * continues that is killed between the two writes.
   */
  generations(iterations: number): readonly Generation[] {
    const now = { iterations, candidates: this.kept.map(storeScored) };
    const before = this.saved;
    this.saved = now;
    return before ? [before, now] : [now];
  }

  /**
   * Reads the candidates that belong to a checkpoint after so many iterations. Those that this process found itself are
   * kept. A file of another version counts as none: the candidates are then those found from now on.
   */
  readAfter(path: string, iterations: number): void {
    if (this.isRead || this.kept.length > 0) return;
    this.isRead = true;
    if (iterations === 0 || !isFile(path)) return;
    try {
      const generations = readOwnJson(path) as readonly Generation[];
      const found = generations.find((one) => one.iterations === iterations) ?? generations.at(-1)!;
      this.kept = found.candidates.map((one) => reviveScored(one, this.block.nodeCount));
      this.saved = found;
    } catch {
      this.kept = [];
    }
  }
}

/** Whether every hard macro has a place. */
function isComplete(block: Block, { xs, ys }: Placement): boolean {
  return nodesOfKind(block, NodeKind.HardMacro).every((node) => Number.isFinite(xs[node]! + ys[node]!));
}

/** Name of the files of result number `rank`, from 1, without an ending. */
export function topName(rank: number): string {
  return `top-${rank}`;
}

const TOP_FILE = /^top-\d+\./;
const TOP_PLACEMENT = /^top-(\d+)\.plc$/;

/** The placements of several results in a run's folder, by rank. */
export function topPlacements(folder: string): string[] {
  if (!statusOf(folder)?.isDirectory()) return [];
  const rank = (name: string) => Number(TOP_PLACEMENT.exec(name)![1]);
  return namesIn(folder)
    .filter((name) => TOP_PLACEMENT.test(name))
    .sort((a, b) => rank(a) - rank(b));
}

/** Removes the results of an earlier process of the run. */
export function removeTopResults(folder: string): void {
  for (const name of namesIn(folder)) if (TOP_FILE.test(name)) removeFile(join(folder, name));
}
