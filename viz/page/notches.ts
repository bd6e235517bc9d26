// Pockets of free space with at most one way out, too narrow for a square of five rows: `verify` counts them, the page shows them.
import { NARROW_ROWS, type Notch, notchesOf } from "../../env/index.js";
import { type Block, leastOf, type Placement } from "../../netlist/index.js";
import type { DesignFrame } from "../design-frame.js";

/** The placements in which notches are looked for. */
export interface NotchedScene {
  readonly block: Block;
  readonly frame: DesignFrame;
  /** Edits change it in place. */
  readonly placement: Placement;
  on(name: "placement", listener: (nodes: readonly number[] | undefined) => void): void;
}

export class Notches {
  /** Width in µm that is too narrow; undefined if the block has no rows to measure by. */
  readonly narrowBelow: number | undefined;
  private readonly block: Block;
  private readonly known = new WeakMap<Placement, readonly Notch[]>();

  constructor(scene: NotchedScene) {
    this.block = scene.block;
    const { rows } = scene.frame;
    if (rows.length > 0) this.narrowBelow = NARROW_ROWS * leastOf(rows.map(({ height }) => height));
    scene.on("placement", () => this.known.delete(scene.placement));
  }

  of(placement: Placement): readonly Notch[] {
    if (this.narrowBelow === undefined) return [];
    let notches = this.known.get(placement);
    if (!notches) {
      notches = notchesOf(this.block, placement, this.narrowBelow);
      this.known.set(placement, notches);
    }
    return notches;
  }
}
