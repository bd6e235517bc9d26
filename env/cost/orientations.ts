// The last step of every episode: macro by macro, the mirroring with the lowest exact cost.
import { IncrementalJudge } from "./incremental-judge.js";
import type { Costs, Judge } from "./judge.js";

/** Orientations that keep the sides of a macro: N FN S FS, or E FE W FW. */
export const MIRRORS = 4;
/** Passes over the macros; a third would change hardly anything. */
const PASSES = 2;

export class OrientationChooser {
  private readonly incremental: IncrementalJudge;

  constructor(judge: Judge) {
    this.incremental = new IncrementalJudge(judge);
  }

  /**
   * Mirrors each of `macros` that may be mirrored in x, y or both if that lowers the proxy cost of the judge's placement. No macro moves or
   * changes its sides, so a legal placement stays legal. Returns the costs of the result.
   */
  choose(macros: Int32Array): Costs {
    const { incremental } = this;
    const { placement, block } = incremental.judge;
    let costs = incremental.start();
    for (let pass = 0; pass < PASSES; pass++) {
      const before = costs.proxyCost;
      for (const node of macros) {
        if (block.unmirrored?.[node]) continue;
        const now = placement.orientations[node]!;
        const place = { node, x: placement.xs[node]!, y: placement.ys[node]! };
        let best = now;
        for (let mirror = 1; mirror < MIRRORS; mirror++) {
          const orientation = now ^ mirror;
          const found = incremental.try([{ ...place, orientation }]);
          incremental.revert();
          if (found.proxyCost >= costs.proxyCost) continue;
          costs = found;
          best = orientation;
        }
        if (best === now) continue;
        incremental.try([{ ...place, orientation: best }]);
        incremental.commit();
      }
      if (costs.proxyCost === before) break;
    }
    return costs;
  }
}
