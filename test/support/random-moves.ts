// Random moves of every kind that the incremental judge knows, for tests and soaks.
import type { Move } from "../../env/index.js";
import { type Block, NodeKind, type Placement, type Random } from "../../netlist/index.js";

/** A random node, place or turn per kind; some places lie off the canvas. */
export const MOVE_KINDS = [
  "hardToPoint",
  "softToPoint",
  "swap",
  "hardTurn",
  "near",
  "several",
  "offCanvas",
] as const;
export type MoveKind = (typeof MOVE_KINDS)[number];

export class RandomMoves {
  private readonly block: Block;
  private readonly placement: Placement;
  private readonly random: Random;
  private readonly hards: number[] = [];
  private readonly softs: number[] = [];
  private readonly all: number[];

  /** @param placement where the nodes stand, live */
  constructor(block: Block, placement: Placement, random: Random) {
    this.block = block;
    this.placement = placement;
    this.random = random;
    for (let node = 0; node < block.nodeCount; node++) {
      if (block.kinds[node] === NodeKind.HardMacro) this.hards.push(node);
      else if (block.kinds[node] !== NodeKind.Port) this.softs.push(node);
    }
    this.all = [...this.hards, ...this.softs];
  }

  /** A move of a random kind. */
  draw(): { kind: MoveKind; moves: Move[] } {
    const kind = MOVE_KINDS[this.random.below(MOVE_KINDS.length)]!;
    return { kind, moves: this.ofKind(kind) };
  }

  private ofKind(kind: MoveKind): Move[] {
    switch (kind) {
      case "hardToPoint":
        return [this.toPoint(this.pick(this.hards), 0, 1)];
      case "softToPoint":
        return [this.toPoint(this.pick(this.softs), 0, 1)];
      case "swap":
        return this.swap();
      case "hardTurn":
        return [{ ...this.stay(this.pick(this.hards)), orientation: this.random.below(8) }];
      case "near":
        return [this.near(this.pick(this.all))];
      case "several":
        return this.several();
      case "offCanvas":
        return [this.toPoint(this.pick(this.all), -0.3, 1.3)];
      default:
        throw new Error(`internal: no kind of move ${kind satisfies never}`);
    }
  }

  private pick(nodes: readonly number[]): number {
    return nodes[this.random.below(nodes.length)]!;
  }

  private stay(node: number): Move {
    const { xs, ys, orientations } = this.placement;
    return { node, x: xs[node]!, y: ys[node]!, orientation: orientations[node]! };
  }

  /** Somewhere between `low` and `high` of the canvas in both directions; on grid cells now and then. */
  private toPoint(node: number, low: number, high: number): Move {
    const { canvas, grid } = this.block;
    let u = low + (high - low) * this.random.uniform();
    let v = low + (high - low) * this.random.uniform();
    if (this.random.below(4) === 0) {
      u = (Math.floor(u * grid.columns) + 0.5) / grid.columns;
      v = (Math.floor(v * grid.rows) + 0.5) / grid.rows;
    }
    return { ...this.stay(node), x: u * canvas.width, y: v * canvas.height };
  }

  private near(node: number): Move {
    const { canvas, grid } = this.block;
    const from = this.stay(node);
    return {
      ...from,
      x: from.x + (this.random.normal() * canvas.width) / grid.columns,
      y: from.y + (this.random.normal() * canvas.height) / grid.rows,
    };
  }

  private swap(): Move[] {
    const a = this.stay(this.pick(this.all));
    const b = this.stay(this.pick(this.all));
    if (a.node === b.node) return [a];
    return [
      { ...a, x: b.x, y: b.y },
      { ...b, x: a.x, y: a.y },
    ];
  }

  private several(): Move[] {
    const nodes = new Set<number>();
    const count = 2 + this.random.below(7);
    for (let i = 0; i < count; i++) nodes.add(this.pick(this.all));
    return [...nodes].map((node) => ({ ...this.toPoint(node, 0, 1), orientation: this.turnOf(node) }));
  }

  private turnOf(node: number): number {
    return this.block.kinds[node] === NodeKind.HardMacro
      ? this.random.below(8)
      : this.placement.orientations[node]!;
  }
}
