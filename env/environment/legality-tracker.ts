// The violations of a placement that changes: only macros that moved are checked again, alone and against those near them.
// `MacroRules` are those of a block (legality.ts) or of a DEF design (netlist), so there is one rule for a whole placement and for
// one that is dragged.
import {
  type Block,
  type MacroRules,
  NodeKind,
  nodesOfKind,
  type Placement,
  type Violation,
} from "../../netlist/index.js";

/** A violation with the hard macros that it is about. */
export interface TrackedViolation extends Violation {
  readonly nodes: readonly number[];
}

/** Rectangles that are farther apart than this do not touch, µm: more than any tolerance of a rule. */
const APART = 1e-3;
/** Most pairs that are listed: of macros that all lie in one place there would be millions. */
const MOST_PAIRS = 5000;

export class LegalityTracker {
  private readonly rules: MacroRules;
  private readonly macros: Int32Array;
  /** Index in `macros` of a node. */
  private readonly indexOf = new Map<number, number>();
  /** Sides of the macros' reaches: left, bottom, right, top; NaN without a place. */
  private readonly reaches: Float64Array;
  /** By the node's index, and by the pair's lower index times the number of macros, plus the higher one. */
  private readonly alone = new Map<number, readonly TrackedViolation[]>();
  private readonly pairs = new Map<number, readonly TrackedViolation[]>();
  private cut = false;

  /** Follows the hard macros of a block. `rules` take its nodes. */
  constructor(block: Block, rules: MacroRules) {
    this.rules = rules;
    this.macros = nodesOfKind(block, NodeKind.HardMacro);
    this.macros.forEach((node, index) => {
      this.indexOf.set(node, index);
    });
    this.reaches = new Float64Array(4 * this.macros.length);
  }

  /** Checks a whole placement. */
  restart(placement: Placement): void {
    this.alone.clear();
    this.pairs.clear();
    this.macros.forEach((_node, index) => {
      this.measure(placement, index);
      this.checkAlone(placement, index);
    });
    this.cut = false;
    const { reaches } = this;
    const fromLeft = [...this.macros.keys()]
      .filter((index) => !Number.isNaN(reaches[4 * index]!))
      .sort((a, b) => reaches[4 * a]! - reaches[4 * b]! || a - b);
    fromLeft.forEach((a, at) => {
      const right = reaches[4 * a + 2]! + APART;
      for (let next = at + 1; next < fromLeft.length && reaches[4 * fromLeft[next]!]! < right; next++) {
        const b = fromLeft[next]!;
        if (!this.touch(a, b)) continue;
        if (this.pairs.size >= MOST_PAIRS) {
          this.cut = true;
          return;
        }
        this.checkPair(placement, Math.min(a, b), Math.max(a, b));
      }
    });
  }

  /** Whether there are more overlaps and the like than are listed. */
  get isCut(): boolean {
    return this.cut;
  }

  /** Checks the nodes that moved in the placement that was checked before. Nodes that are no hard macros do not matter. */
  moved(placement: Placement, nodes: readonly number[]): void {
    if (this.cut) {
      this.restart(placement);
      return;
    }
    const count = this.macros.length;
    const indices = nodes.flatMap((node) => this.indexOf.get(node) ?? []);
    const isMoved = new Set(indices);
    for (const key of this.pairs.keys())
      if (isMoved.has(Math.floor(key / count)) || isMoved.has(key % count)) this.pairs.delete(key);
    for (const index of indices) {
      this.measure(placement, index);
      this.checkAlone(placement, index);
    }
    for (const index of indices)
      for (let other = 0; other < count; other++) {
        // A pair of two that moved is checked once.
        if (other === index || (isMoved.has(other) && other < index) || !this.touch(index, other)) continue;
        this.checkPair(placement, Math.min(index, other), Math.max(index, other));
      }
  }

  /** All violations: macros alone in node order, then pairs. */
  list(): TrackedViolation[] {
    const inOrder = (map: ReadonlyMap<number, readonly TrackedViolation[]>) =>
      [...map].sort(([a], [b]) => a - b).flatMap(([, violations]) => violations);
    return [...inOrder(this.alone), ...inOrder(this.pairs)];
  }

  private measure(placement: Placement, index: number): void {
    const reach = this.rules.reachOf(placement, this.macros[index]!);
    const sides = reach
      ? [reach.left, reach.bottom, reach.right, reach.top]
      : new Array<number>(4).fill(Number.NaN);
    this.reaches.set(sides, 4 * index);
  }

  private touch(a: number, b: number): boolean {
    const { reaches } = this;
    const [i, j] = [4 * a, 4 * b];
    return (
      reaches[i]! < reaches[j + 2]! + APART &&
      reaches[j]! < reaches[i + 2]! + APART &&
      reaches[i + 1]! < reaches[j + 3]! + APART &&
      reaches[j + 1]! < reaches[i + 3]! + APART
    );
  }

  private checkAlone(placement: Placement, index: number): void {
    const node = this.macros[index]!;
    const found = this.rules.checkOne(placement, node).map((violation) => ({ ...violation, nodes: [node] }));
    if (found.length > 0) this.alone.set(index, found);
    else this.alone.delete(index);
  }

  private checkPair(placement: Placement, a: number, b: number): void {
    const nodes = [this.macros[a]!, this.macros[b]!] as const;
    const found = this.rules.checkPair(placement, ...nodes).map((violation) => ({ ...violation, nodes }));
    if (found.length > 0) this.pairs.set(a * this.macros.length + b, found);
  }
}
