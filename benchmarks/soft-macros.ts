// Measures cell placers on given hard macros: proxy cost, how much it changes when one hard macro moves by next to nothing, how
// well it ranks placements, and processor time. The hard macros come from our own methods under protocol fd.
// Run: node dist/benchmarks/soft-macros.js [nudges] [varied placements] [blocks…]
import { join } from "node:path";
import { type CellPlacer, type Costs, Judge } from "../env/index.js";
import { nudge, nudgeableMacros, place } from "../flow/index.js";
import { Kernels } from "../kernels/index.js";
import {
  type Block,
  copyPlacement,
  loadBlock,
  type Placement,
  placementFromPlc,
  Random,
  readPlc,
} from "../netlist/index.js";
import { ElectrostaticPlacer, ForceDirectedPlacer, LONG_ELECTROSTATIC } from "../placer/index.js";
import { SHARED } from "../test/support/shared-data.js";
import { makeFolder } from "../test/support/temp-folder.js";
import { processorMs } from "./part-times.js";
import { deviation } from "./truth/agreement.js";

const [nudges = "10", varied = "40", ...names] = process.argv.slice(2);
const BLOCKS = ["ariane133_ng45", "mempool_tile_ng45", "ariane136_asap7", "nvdla_sky130hd"];
/** Method, seed, iterations. */
const SOURCES = [
  ["greedy", 1, 12],
  ["greedy", 2, 12],
  ["mincut", 1, 12],
  ["mincut", 2, 12],
  ["anneal", 1, 24],
  ["anneal", 2, 24],
  ["random", 1, 1],
  ["random", 2, 1],
] as const;
/** Most swaps that a varied placement is away from one of the sources. */
const MOST_SWAPS = 20;

/** Processor time; the best run was disturbed least by other work on the machine. */
class Timer {
  best = Number.POSITIVE_INFINITY;

  run(work: () => void): void {
    const before = processorMs();
    work();
    this.best = Math.min(this.best, processorMs() - before);
  }
}

const folder = makeFolder();
for (const name of names.length > 0 ? names : BLOCKS) await measure(join(SHARED, "benchmarks/tilos", name));

interface Tools {
  readonly block: Block;
  readonly judge: Judge;
  readonly hard: readonly number[];
  readonly random: Random;
}

async function measure(path: string): Promise<void> {
  const block = await loadBlock(path);
  const judge = new Judge(Kernels.create(), block);
  const hard = nudgeableMacros(block);
  const tools: Tools = { block, judge, hard, random: Random.stream(1, "soft-macros") };
  const starts = new Map<string, Placement>();
  for (const [method, seed, iterations] of SOURCES)
    starts.set(`${method} ${seed}`, await startBy(path, tools, { method, seed, iterations }));
  const print = (values: object) => console.log(JSON.stringify({ block: block.name, ...values }));
  const electrostatic = new ElectrostaticPlacer(judge);
  const placers: Record<string, CellPlacer> = {
    fd: new ForceDirectedPlacer(judge),
    es: electrostatic,
    long: new ElectrostaticPlacer(judge, LONG_ELECTROSTATIC),
  };
  for (const [name, placer] of Object.entries(placers)) {
    const timer = new Timer();
    for (const [source, start] of starts) {
      const costs = solve(tools, start, () => timer.run(() => placer.placeSoftMacros()));
      const settled = copyPlacement(judge.placement);
      const spread = deviation(
        nudged(tools, start).map((moved) => solve(tools, moved, () => placer.placeSoftMacros()).proxyCost),
      );
      print({ placer: name, source, ...shown(costs), spread });
      if (name !== "es") continue;
      const warm = new Timer();
      const adjusted = solve(tools, settled, () => warm.run(() => electrostatic.adjustSoftMacros()));
      const warmSpread = deviation(
        nudged(tools, settled).map(
          (moved) => solve(tools, moved, () => warm.run(() => electrostatic.adjustSoftMacros())).proxyCost,
        ),
      );
      print({ placer: "warm", source, ...shown(adjusted), spread: warmSpread, milliseconds: warm.best });
    }
    print({ placer: name, milliseconds: timer.best });
    if (name !== "long") print({ placer: name, ...ranking(tools, placer, [...starts.values()]) });
  }
  print({ placer: "warm", ...standing(tools, electrostatic, starts.get("greedy 1")!) });
}

async function startBy(
  path: string,
  { block }: Tools,
  {
    method,
    seed,
    iterations,
  }: { readonly method: string; readonly seed: number; readonly iterations: number },
): Promise<Placement> {
  const out = join(folder, `${block.name}-${method}-${seed}`);
  await place(path, { method, protocol: "fd", iterations, seed, workers: 1, out });
  return placementFromPlc(block, await readPlc(join(out, "best.plc")));
}

/** Costs after a cell placer has worked on a placement. */
function solve({ judge }: Tools, placement: Placement, work: () => void): Costs {
  judge.evaluate(placement);
  work();
  return judge.evaluate();
}

function nudgedOnce({ block, hard, random }: Tools, placement: Placement): Placement {
  return nudge(placement, block, { macros: hard, random });
}

/** Copies of a placement in which one hard macro, another each time, moves in some direction. */
function nudged(tools: Tools, placement: Placement): Placement[] {
  return Array.from({ length: Number(nudges) }, () => nudgedOnce(tools, placement));
}

/** Two macros of one size change places. */
function swapTwo({ block, hard, random }: Tools, placement: Placement): Placement {
  const swapped = copyPlacement(placement);
  for (;;) {
    const [a, b] = [hard[random.below(hard.length)]!, hard[random.below(hard.length)]!];
    if (a === b || block.widths[a] !== block.widths[b] || block.heights[a] !== block.heights[b]) continue;
    for (const values of [swapped.xs, swapped.ys]) [values[a], values[b]] = [values[b]!, values[a]!];
    return swapped;
  }
}

/** Rank agreement of costs with themselves under two nudges: over varied placements, and over the better half of them. */
function ranking(tools: Tools, placer: CellPlacer, starts: readonly Placement[]) {
  const pairs = Array.from({ length: Number(varied) }, (_, i) => {
    let placement = starts[i % starts.length]!;
    for (let swap = tools.random.below(MOST_SWAPS + 1); swap > 0; swap--)
      placement = swapTwo(tools, placement);
    return [0, 1].map(
      () => solve(tools, nudgedOnce(tools, placement), () => placer.placeSoftMacros()).proxyCost,
    ) as [number, number];
  });
  const better = [...pairs].sort((a, b) => a[0] + a[1] - b[0] - b[1]).slice(0, pairs.length >> 1);
  return { retestTau: kendall(pairs), retestTauBetterHalf: kendall(better) };
}

/** Rank agreement over single swaps: the cost with soft macros where they were, and the cost once they are adjusted. */
function standing(tools: Tools, placer: ElectrostaticPlacer, start: Placement) {
  solve(tools, start, () => placer.placeSoftMacros());
  const settled = copyPlacement(tools.judge.placement);
  const pairs = Array.from({ length: Number(varied) }, () => {
    const swapped = swapTwo(tools, settled);
    return [
      solve(tools, swapped, () => {}).proxyCost,
      solve(tools, swapped, () => placer.adjustSoftMacros()).proxyCost,
    ] as [number, number];
  });
  return { standingTau: kendall(pairs) };
}

function kendall(pairs: readonly (readonly [number, number])[]): number {
  let sum = 0;
  for (const [i, first] of pairs.entries())
    for (const second of pairs.slice(i + 1))
      sum += Math.sign((first[0] - second[0]) * (first[1] - second[1]));
  return (2 * sum) / (pairs.length * (pairs.length - 1));
}

function shown({ proxyCost, wirelengthCost, densityCost, congestionCost }: Costs) {
  return { proxyCost, wirelengthCost, densityCost, congestionCost };
}
