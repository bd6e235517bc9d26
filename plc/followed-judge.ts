// A judge that follows a placement which others change: a cost is asked for after one node has moved, or after all have.
// Sums are exact, so both ways lead to the same bits.
import {
  type CostMaps,
  type Costs,
  createJudge,
  IncrementalJudge,
  type Judge,
  MOST_NODES_PER_MOVE,
  refuseFarPlace,
} from "../env/index.js";
import type { Block, Placement } from "../netlist/index.js";
import { ChangedNodes } from "./changed-nodes.js";

export class FollowedJudge {
  /** Whoever changes the placement adds the nodes here. */
  readonly changed: ChangedNodes;
  private readonly judge: Judge;
  private readonly placement: Placement;
  private incremental: IncrementalJudge | undefined;
  /** Whether the state is one that moves may start from. */
  private moving = false;

  /** Throws `InputError` for a block that cannot be counted exactly. */
  constructor(block: Block, placement: Placement) {
    this.judge = createJudge(block);
    this.placement = placement;
    this.changed = new ChangedNodes(block.nodeCount);
  }

  /** Throws `InputError` for a node far from the canvas. */
  costs(): Costs {
    this.follow();
    return this.judge.costs();
  }

  maps(): CostMaps {
    this.follow();
    return this.judge.maps();
  }

  private follow(): void {
    const { changed, judge, placement } = this;
    if (!changed.isAll && changed.nodes.length === 0) return;
    if (changed.isAll || changed.nodes.length > MOST_NODES_PER_MOVE) {
      judge.evaluate(placement);
      this.moving = false;
    } else if (!this.moving) {
      this.incremental ??= new IncrementalJudge(judge);
      this.incremental.start(placement);
      this.moving = true;
    } else {
      for (const node of changed.nodes) refuseFarPlace(judge.block, placement, node);
      const { xs, ys, orientations } = placement;
      this.incremental!.try(
        changed.nodes.map((node) => ({
          node,
          x: xs[node]!,
          y: ys[node]!,
          orientation: orientations[node]!,
        })),
      );
      this.incremental!.commit();
    }
    changed.clear();
  }
}
