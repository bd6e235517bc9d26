// Multilevel bisection: coarsen, divide the coarsest graph from several random starts, refine on the way back down
// (Karypis et al. 1999; Alpert, Huang and Kahng 1998).
import type { Random } from "../random.js";
import { type Coarser, coarsen, type Level } from "./coarsen.js";
import { type BisectionProblem, fiducciaMattheyses } from "./fiduccia-mattheyses.js";
import { cutOf, type Hypergraph } from "./hypergraph.js";

export interface BisectionOptions {
  /** Random initial divisions at the coarsest level; the best one is kept. */
  readonly starts?: number;
  /** Coarsening stops at this number of vertices. */
  readonly coarsest?: number;
}

export interface Bisection {
  /** Per vertex, 0 or 1. */
  readonly sides: Uint8Array;
  /** Sum of the weights of nets on both sides. */
  readonly cut: number;
}

const STARTS = 8;
const COARSEST = 120;
/** Coarsening stops when a level keeps more than this share of the vertices. */
const LEAST_PROGRESS = 0.92;
/** Largest coarse vertex, in mean vertices of the coarsest level. */
const LARGEST_VERTEX = 3;

/**
 * Divides a hypergraph in two with few nets cut. If the search finds no division within the balance, the result is the
 * one nearest to it.
 */
export function bisect(
  problem: BisectionProblem,
  random: Random,
  { starts = STARTS, coarsest = COARSEST }: BisectionOptions = {},
): Bisection {
  const { graph, balance } = problem;
  const mostArea = Math.max((LARGEST_VERTEX * totalArea(graph)) / coarsest, 0);
  const levels: Coarser[] = [];
  let top: Level = problem;
  while (top.graph.vertexCount > coarsest) {
    const level = coarsen(top, mostArea, random);
    if (level.graph.vertexCount > LEAST_PROGRESS * top.graph.vertexCount) break;
    levels.push(level);
    top = level;
  }
  let sides = bestStart({ ...top, balance }, random, Math.max(1, starts));
  for (let i = levels.length - 1; i >= 0; i--) {
    const finer = i > 0 ? levels[i - 1]! : problem;
    const { vertexOf } = levels[i]!;
    const projected = new Uint8Array(finer.graph.vertexCount);
    for (let vertex = 0; vertex < projected.length; vertex++) projected[vertex] = sides[vertexOf[vertex]!]!;
    fiducciaMattheyses({ ...finer, balance }, projected);
    sides = projected;
  }
  return { sides, cut: cutOf(graph, sides) };
}

function totalArea({ areas }: Hypergraph): number {
  let total = 0;
  for (const area of areas) total += area;
  return total;
}

/** The best of several random divisions, each refined: nearest to the balance, then with the least cut. */
function bestStart(problem: BisectionProblem, random: Random, starts: number): Uint8Array {
  const { graph, balance } = problem;
  let best: Uint8Array | undefined;
  let leastCut = 0;
  let leastViolation = 0;
  const slack = 1e-9 * totalArea(graph);
  for (let start = 0; start < starts; start++) {
    const sides = start % 2 === 0 ? scattered(problem, random) : grown(problem, random);
    const cut = fiducciaMattheyses(problem, sides);
    const area = areaOnSide0(graph, sides);
    const out = Math.max(balance.low - area, area - balance.high);
    const violation = out > slack ? out : 0;
    if (best && (violation > leastViolation || (violation === leastViolation && cut >= leastCut))) continue;
    best = sides;
    leastCut = cut;
    leastViolation = violation;
  }
  return best!;
}

function areaOnSide0(graph: Hypergraph, sides: Uint8Array): number {
  let area = 0;
  for (let vertex = 0; vertex < graph.vertexCount; vertex++)
    if (sides[vertex] === 0) area += graph.areas[vertex]!;
  return area;
}

/** Fixed vertices on their sides, the free ones on side 1, and a shuffled list of the free ones. */
function begin({ graph, fixed }: BisectionProblem, random: Random) {
  const sides = new Uint8Array(graph.vertexCount).fill(1);
  const free: number[] = [];
  let area = 0;
  for (let vertex = 0; vertex < graph.vertexCount; vertex++) {
    if (fixed[vertex] === -1) free.push(vertex);
    else if (fixed[vertex] === 0) {
      sides[vertex] = 0;
      area += graph.areas[vertex]!;
    }
  }
  random.shuffle(free);
  return { sides, free, area };
}

/** Fills side 0 with vertices in random order up to the middle of the balance. */
function scattered(problem: BisectionProblem, random: Random): Uint8Array {
  const { graph, balance } = problem;
  const { sides, free, area: taken } = begin(problem, random);
  const target = (balance.low + balance.high) / 2;
  let area = taken;
  for (const vertex of free) {
    if (area + graph.areas[vertex]! / 2 > target) continue;
    sides[vertex] = 0;
    area += graph.areas[vertex]!;
  }
  return sides;
}

/** Grows side 0 along the nets from the vertices fixed there, or else from a random vertex. */
function grown(problem: BisectionProblem, random: Random): Uint8Array {
  const { graph, fixed, balance } = problem;
  const { sides, free, area: taken } = begin(problem, random);
  const target = (balance.low + balance.high) / 2;
  const { vertexStarts, vertexNets, netStarts, netVertices } = graph;
  const queue: number[] = [];
  for (let vertex = 0; vertex < graph.vertexCount; vertex++) if (fixed[vertex] === 0) queue.push(vertex);
  const netDone = new Uint8Array(graph.netCount);
  let area = taken;
  let nextFree = 0;
  const take = (vertex: number): void => {
    if (sides[vertex] === 0 || fixed[vertex] !== -1) return;
    if (area + graph.areas[vertex]! / 2 > target) return;
    sides[vertex] = 0;
    area += graph.areas[vertex]!;
    queue.push(vertex);
  };
  for (let head = 0; head < queue.length || nextFree < free.length; ) {
    if (head === queue.length) {
      take(free[nextFree++]!);
      continue;
    }
    const vertex = queue[head++]!;
    for (let i = vertexStarts[vertex]!; i < vertexStarts[vertex + 1]!; i++) {
      const net = vertexNets[i]!;
      if (netDone[net]) continue;
      netDone[net] = 1;
      for (let j = netStarts[net]!; j < netStarts[net + 1]!; j++) take(netVertices[j]!);
    }
  }
  return sides;
}
