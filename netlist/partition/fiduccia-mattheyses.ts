// Fiduccia and Mattheyses' heuristic (1982). In a pass every free vertex changes its side once; the next one is always
// that which takes most off the cut and keeps the balance. The best prefix of the pass is kept. Gains are kept in
// buckets of doubly linked vertices, so that a pass takes time linear in the number of pins.
import { cutOf, type Hypergraph } from "./hypergraph.js";

/** Smallest and largest area allowed on side 0. */
export interface Balance {
  readonly low: number;
  readonly high: number;
}

/** Per vertex: -1 for one that may move, else its side. */
export type FixedSides = Int8Array;

/** A hypergraph to divide into side 0 and side 1. */
export interface BisectionProblem {
  readonly graph: Hypergraph;
  readonly fixed: FixedSides;
  readonly balance: Balance;
}

const MOST_PASSES = 20;
/** A pass ends after PATIENCE + PATIENCE_SHARE x vertices moves without a better prefix: few recover after that. */
const PATIENCE = 64;
const PATIENCE_SHARE = 1 / 8;
/** How many vertices of a side are tried, from the highest gain down, before the side counts as immovable. */
const MOST_LOOKS = 48;

/**
 * Improves `sides` in place and returns the cut. If `sides` is out of balance, the balance is mended first; otherwise
 * the cut never grows. Fixed vertices must be on their sides already and stay there.
 */
export function fiducciaMattheyses(problem: BisectionProblem, sides: Uint8Array): number {
  const pass = new Pass(problem, sides);
  for (let i = 0; i < MOST_PASSES; i++) if (!pass.run()) break;
  return cutOf(problem.graph, sides);
}

class Pass {
  private readonly graph: Hypergraph;
  private readonly fixed: FixedSides;
  private readonly balance: Balance;
  private readonly sides: Uint8Array;
  private readonly slack: number;
  private readonly counts: Int32Array; // per net: vertices on side 0 and on side 1
  private readonly gains: Int32Array;
  private readonly locked: Uint8Array;
  // Buckets: of side s and gain g at s * width + g + mostGain, the first vertex; -1 is none.
  private readonly mostGain: number;
  private readonly width: number;
  private readonly heads: Int32Array;
  /** Per side and 32 buckets, a bit for each that holds a vertex: ranges of gains are wide and mostly empty. */
  private readonly wordCount: number;
  private readonly occupied: Int32Array;
  private readonly nexts: Int32Array;
  private readonly previous: Int32Array;
  private readonly topWords = new Int32Array(2); // no vertex of a side is in a bucket above this word
  private readonly moves: Int32Array;
  private area = 0; // on side 0

  constructor({ graph, fixed, balance }: BisectionProblem, sides: Uint8Array) {
    this.graph = graph;
    this.fixed = fixed;
    this.balance = balance;
    this.sides = sides;
    let total = 0;
    let mostGain = 0;
    for (let vertex = 0; vertex < graph.vertexCount; vertex++) {
      total += graph.areas[vertex]!;
      let weight = 0;
      for (let i = graph.vertexStarts[vertex]!; i < graph.vertexStarts[vertex + 1]!; i++)
        weight += graph.netWeights[graph.vertexNets[i]!]!;
      if (fixed[vertex] === -1) mostGain = Math.max(mostGain, weight);
    }
    this.slack = 1e-9 * total;
    this.mostGain = mostGain;
    this.width = 2 * mostGain + 1;
    this.heads = new Int32Array(2 * this.width);
    this.wordCount = (this.width + 31) >>> 5;
    this.occupied = new Int32Array(2 * this.wordCount);
    this.counts = new Int32Array(2 * graph.netCount);
    this.gains = new Int32Array(graph.vertexCount);
    this.locked = new Uint8Array(graph.vertexCount);
    this.nexts = new Int32Array(graph.vertexCount);
    this.previous = new Int32Array(graph.vertexCount);
    this.moves = new Int32Array(graph.vertexCount);
  }

  /** One pass; false if it changed nothing for the better. */
  run(): boolean {
    this.begin();
    let gained = 0;
    let best = 0;
    let bestMoves = 0;
    let bestViolation = this.violation(this.area);
    let moveCount = 0;
    const patience = PATIENCE + PATIENCE_SHARE * this.graph.vertexCount;
    for (let vertex = this.choose(); vertex >= 0; vertex = this.choose()) {
      gained += this.gains[vertex]!;
      this.move(vertex);
      this.moves[moveCount++] = vertex;
      const violation = this.violation(this.area);
      if (violation > bestViolation || (violation === bestViolation && gained <= best)) {
        if (moveCount - bestMoves > patience) break;
        continue;
      }
      best = gained;
      bestMoves = moveCount;
      bestViolation = violation;
    }
    for (let i = moveCount - 1; i >= bestMoves; i--) this.sides[this.moves[i]!]! ^= 1;
    return bestMoves > 0;
  }

  /** Counts, gains and buckets for the sides as they are. */
  private begin(): void {
    const { graph, sides, counts, gains, locked, fixed } = this;
    counts.fill(0);
    this.heads.fill(-1);
    this.occupied.fill(0);
    this.topWords.fill(0);
    for (let net = 0; net < graph.netCount; net++)
      for (let i = graph.netStarts[net]!; i < graph.netStarts[net + 1]!; i++)
        counts[2 * net + sides[graph.netVertices[i]!]!]!++;
    this.area = 0;
    for (let vertex = 0; vertex < graph.vertexCount; vertex++) {
      const side = sides[vertex]!;
      if (side === 0) this.area += graph.areas[vertex]!;
      locked[vertex] = fixed[vertex] === -1 ? 0 : 1;
      if (locked[vertex]) continue;
      let gain = 0;
      for (let i = graph.vertexStarts[vertex]!; i < graph.vertexStarts[vertex + 1]!; i++) {
        const net = graph.vertexNets[i]!;
        if (counts[2 * net + side] === 1) gain += graph.netWeights[net]!;
        if (counts[2 * net + 1 - side] === 0) gain -= graph.netWeights[net]!;
      }
      gains[vertex] = gain;
      this.insert(vertex);
    }
  }

  /** How far the area of side 0 is out of balance; less than rounding counts as nothing. */
  private violation(area: number): number {
    const out = Math.max(this.balance.low - area, area - this.balance.high);
    return out > this.slack ? out : 0;
  }

  /**
   * The free vertex of the highest gain that the balance lets move; ties from the fuller side. -1 if none is left.
   * On the way the balance may be missed by the last vertex moved, so that two can change places.
   */
  private choose(): number {
    const first = this.movable(0);
    const second = this.movable(1);
    if (first < 0 || second < 0) return Math.max(first, second);
    const difference = this.gains[first]! - this.gains[second]!;
    if (difference !== 0) return difference > 0 ? first : second;
    return 2 * this.area >= this.balance.low + this.balance.high ? first : second;
  }

  private movable(side: number): number {
    const { heads, nexts, topWords, occupied, graph, area } = this;
    const now = this.violation(area);
    const firstWord = side * this.wordCount;
    const firstBucket = side * this.width;
    let word = topWords[side]!;
    while (word > 0 && occupied[firstWord + word] === 0) word--;
    topWords[side] = word;
    let looks = 0;
    for (; word >= 0; word--)
      for (let bits = occupied[firstWord + word]!; bits !== 0; ) {
        const bit = 31 - Math.clz32(bits);
        bits &= ~(1 << bit);
        for (let vertex = heads[firstBucket + 32 * word + bit]!; vertex >= 0; vertex = nexts[vertex]!) {
          const size = graph.areas[vertex]!;
          const after = this.violation(side === 0 ? area - size : area + size);
          if (after <= size || after < now) return vertex;
          if (++looks >= MOST_LOOKS) return -1;
        }
      }
    return -1;
  }

  private move(vertex: number): void {
    const { graph, sides, counts, locked } = this;
    const from = sides[vertex]!;
    const to = 1 - from;
    this.remove(vertex);
    locked[vertex] = 1;
    sides[vertex] = to;
    this.area += from === 0 ? -graph.areas[vertex]! : graph.areas[vertex]!;
    for (let i = graph.vertexStarts[vertex]!; i < graph.vertexStarts[vertex + 1]!; i++) {
      const net = graph.vertexNets[i]!;
      const weight = graph.netWeights[net]!;
      const before = counts[2 * net + to]!;
      // Uncut until now: all others would now follow. One was there: it no longer gains by leaving.
      if (before === 0) this.changeGains(net, -1, weight);
      else if (before === 1) this.changeGains(net, to, -weight);
      counts[2 * net + to]!++;
      const left = --counts[2 * net + from]!;
      if (left === 0) this.changeGains(net, -1, -weight);
      else if (left === 1) this.changeGains(net, from, weight);
    }
  }

  /** Adds to the gains of a net's free vertices on one side, or (-1) on both. */
  private changeGains(net: number, side: number, change: number): void {
    const { graph, sides, locked, gains } = this;
    for (let i = graph.netStarts[net]!; i < graph.netStarts[net + 1]!; i++) {
      const vertex = graph.netVertices[i]!;
      if (locked[vertex] || (side >= 0 && sides[vertex] !== side)) continue;
      this.remove(vertex);
      gains[vertex]! += change;
      this.insert(vertex);
    }
  }

  private insert(vertex: number): void {
    const { heads, nexts, previous, topWords } = this;
    const side = this.sides[vertex]!;
    const place = this.gains[vertex]! + this.mostGain;
    const bucket = side * this.width + place;
    const head = heads[bucket]!;
    nexts[vertex] = head;
    previous[vertex] = -1;
    heads[bucket] = vertex;
    if (head >= 0) {
      previous[head] = vertex;
      return;
    }
    const word = place >>> 5;
    this.occupied[side * this.wordCount + word]! |= 1 << (place & 31);
    if (word > topWords[side]!) topWords[side] = word;
  }

  private remove(vertex: number): void {
    const { heads, nexts, previous } = this;
    const before = previous[vertex]!;
    const after = nexts[vertex]!;
    if (after >= 0) previous[after] = before;
    if (before >= 0) {
      nexts[before] = after;
      return;
    }
    const side = this.sides[vertex]!;
    const place = this.gains[vertex]! + this.mostGain;
    heads[side * this.width + place] = after;
    if (after < 0) this.occupied[side * this.wordCount + (place >>> 5)]! &= ~(1 << (place & 31));
  }
}
