// A run with many frames for a long replay: from a random placement, macros move a little wherever that is better.
import { join } from "node:path";
import { IncrementalJudge } from "../env/index.js";
import { place } from "../flow/index.js";
import { copyPlacement, NodeKind, Random } from "../netlist/index.js";
import type { Method, MethodContext } from "../placer/index.js";
import { makeFolder } from "../test/support/temp-folder.js";
import { writeBlock, writeRun } from "../test/support/view-fixtures.js";

const MACROS = 32;
/** Largest spread of a proposal, as a share of the canvas's side. */
const STEP = 0.05;

/** Every iteration but the first finds a better placement, which is a frame. */
const climb: Method = {
  name: "climb",
  description: "moves single macros a little, keeps what is better",
  protocols: ["fd"],

  async run({ block, judge, seed, budget, run }: MethodContext) {
    const placement = copyPlacement(block.initial);
    const random = Random.stream(seed, "climb");
    const macros = [...block.kinds.keys()].filter(
      (node) => block.kinds[node] === NodeKind.HardMacro && !block.fixed[node],
    );
    const began = performance.now();
    const moves = new IncrementalJudge(judge);
    let costs = moves.start(placement);
    let iterations = 0;
    const keep = async () => {
      await run.writeBest(block, placement, costs);
      iterations++;
      const seconds = (performance.now() - began) / 1000;
      const { proxyCost } = costs;
      run.appendMetrics({ iteration: iterations, seconds, "cost/proxy": proxyCost, "cost/best": proxyCost });
    };
    await keep();
    while (iterations < (budget.iterations ?? 1)) {
      const node = macros[random.below(macros.length)]!;
      const step = STEP * random.uniform() ** 2;
      const within = (place: number, length: number, size: number) =>
        Math.min(length - size / 2, Math.max(size / 2, place + step * length * random.normal()));
      const move = {
        node,
        x: within(placement.xs[node]!, block.canvas.width, block.widths[node]!),
        y: within(placement.ys[node]!, block.canvas.height, block.heights[node]!),
        orientation: placement.orientations[node]!,
      };
      const next = moves.try([move]);
      if (next.proxyCost < costs.proxyCost) {
        costs = next;
        moves.commit();
        [placement.xs[node], placement.ys[node]] = [move.x, move.y];
        await keep();
      } else moves.revert();
    }
    return { placement, costs, iterations, episodes: 0 };
  },
};

/** A run whose folder has this many frames, each with another placement. */
export async function writeLongRun(frames: number): Promise<string> {
  const block = await writeBlock(MACROS);
  const start = join(await writeRun(block, "random", 1), "best.plc");
  const out = join(makeFolder(), "climb");
  await place(block, { method: climb, placement: start, iterations: frames, seed: 1, workers: 1, out });
  return out;
}
