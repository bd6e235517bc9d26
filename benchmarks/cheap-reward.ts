// Does a cheaper reward rank placements as well? Samples placements from the prior, which is what the first groups of training
// compare, places their soft macros by electrostatic placers of fewer and more steps, and prints processor time, rank agreement with
// the longest one, and how far a nudge without meaning moves the cost against the spread of the samples.
// Run: node dist/benchmarks/cheap-reward.js [--samples N] BLOCK …
import { parseArgs } from "node:util";
import { Environment, Judge, STATE_NUMBERS, sampleByPrior } from "../env/index.js";
import { nudge, nudgeableMacros } from "../flow/index.js";
import { Kernels } from "../kernels/index.js";
import { copyPlacement, loadBlock, NodeKind, type Placement, Random } from "../netlist/index.js";
import { ElectrostaticPlacer } from "../placer/index.js";
import { parseTrainSettings } from "../policy/index.js";
import { processorMs } from "./part-times.js";
import { deviation, kendall, mean } from "./truth/agreement.js";

/** Steps that spread, and steps down the smooth cost. */
const STEPS = [
  [160, 160],
  [80, 60],
  [60, 40],
  [40, 30],
  [30, 20],
] as const;
/** Samples that are nudged, and nudges of each. */
const NUDGED = 8;
const NUDGES = 3;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { samples: { type: "string", default: "40" } },
});
if (positionals.length === 0) {
  console.error("usage: node dist/benchmarks/cheap-reward.js [--samples N] BLOCK …");
  process.exit(1);
}
for (const path of positionals) await measure(path, Number(values.samples));

async function measure(path: string, count: number): Promise<void> {
  const block = await loadBlock(path);
  const judge = new Judge(Kernels.create(), block);
  const random = Random.stream(1, "cheap reward");
  const samples = samplePrior(judge, count, random);
  const macros = nudgeableMacros(block);
  const soft = [...block.kinds.keys()].filter((node) => block.kinds[node] === NodeKind.SoftMacro);
  /** Processor time of the work, the cost after it, and its spreads. */
  const solve = (work: () => void) => {
    const times: number[] = [];
    const costOf = (placement: Placement) => {
      judge.evaluate(placement);
      const before = processorMs();
      work();
      times.push(processorMs() - before);
      return judge.evaluate().proxyCost;
    };
    const costs = samples.map(costOf);
    const nudged = samples
      .slice(0, NUDGED)
      .map((sample) =>
        Array.from({ length: NUDGES }, () => costOf(nudge(sample, block, { macros, random }))),
      );
    const noise = Math.sqrt(mean(nudged.map((found) => deviation(found) ** 2)));
    times.sort((a, b) => a - b);
    return { costs, noise, milliseconds: times[times.length >> 2]! };
  };

  const found = STEPS.map(([spreadSteps, descentSteps]) => {
    const placer = new ElectrostaticPlacer(judge, { spreadSteps, descentSteps });
    return { what: `${spreadSteps} + ${descentSteps} steps`, ...solve(() => placer.placeSoftMacros()) };
  });
  // From where the first sample's soft macros are, whatever the hard macros.
  const placer = new ElectrostaticPlacer(judge);
  judge.evaluate(samples[0]!);
  placer.placeSoftMacros();
  const { xs, ys } = copyPlacement(judge.placement);
  const adjust = () => {
    for (const node of soft) {
      judge.placement.xs[node] = xs[node]!;
      judge.placement.ys[node] = ys[node]!;
    }
    placer.adjustSoftMacros();
  };
  found.push({ what: "adjusted from one sample's", ...solve(adjust) });

  const [longest, full] = found;
  console.log(
    `\n${block.name}\n\n| reward | ms | of the time | τ, longest | τ, full | mean | spread | noise |`,
  );
  console.log("|---|---|---|---|---|---|---|---|");
  for (const { what, costs, noise, milliseconds } of found) {
    const figures = [
      milliseconds.toFixed(0),
      (milliseconds / full!.milliseconds).toFixed(2),
      kendall(costs, longest!.costs).toFixed(2),
      kendall(costs, full!.costs).toFixed(2),
      mean(costs).toFixed(4),
      deviation(costs).toFixed(5),
      noise.toFixed(6),
    ];
    console.log(`| ${what} | ${figures.join(" | ")} |`);
  }
}

/** Complete episodes whose cells are drawn by the prior, as an untrained policy draws them. */
function samplePrior(judge: Judge, count: number, random: Random): Placement[] {
  const { episode, observer } = new Environment(judge, new ElectrostaticPlacer(judge));
  const { priorPlane, priorScale } = parseTrainSettings().experimental.network;
  const cells = episode.mask.length;
  const planes = new Float32Array(observer.planes * cells);
  const state = new Float32Array(STATE_NUMBERS);
  const prior = planes.subarray(priorPlane * cells, (priorPlane + 1) * cells);
  const samples: Placement[] = [];
  while (samples.length < count) {
    episode.reset();
    while (!episode.complete && !episode.deadEnd) {
      observer.observe(planes, state);
      episode.place(sampleByPrior({ prior, mask: episode.mask, sharpness: priorScale }, random));
    }
    if (episode.complete) samples.push(copyPlacement(judge.placement));
  }
  return samples;
}
