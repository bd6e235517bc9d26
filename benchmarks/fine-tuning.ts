// Measures a pretrained policy on unseen blocks: zero-shot with 16 samples, compared with searches in the same time; after
// fine-tuning; and compared with a policy that learns from scratch for longer. Prints a table, and draws the mean cost
// over time. Runs that are already in OUT are reused, so that the program can be stopped and started again. Run:
//
//   node dist/benchmarks/fine-tuning.js OUT BLOCK … [--policy shipped] [--seeds 1,2] [--budget 5m]
//     [--scratch 60m] [--workers 1] [--set NAME=VALUE …]
//
// where --set applies to the policy from scratch, for example experimental.network.priorScale=0 if the other one was
// pretrained without the prior. Compare two trainings with: ashlar view OUT/BLOCK-tuned-s1 OUT/BLOCK-scratch-s1
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { type PlaceOptions, type PlaceSummary, parseBudget, place, settingsOfTexts } from "../flow/index.js";
import { readJsonLines } from "../flow/json-lines.js";
import type { IterationMetrics } from "../policy/index.js";
import { type Curve, renderCurvesSvg } from "../viz/index.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    policy: { type: "string", default: "shipped" },
    seeds: { type: "string", default: "1,2" },
    budget: { type: "string", default: "5m" },
    scratch: { type: "string", default: "60m" },
    workers: { type: "string", default: "1" },
    set: { type: "string", multiple: true, default: [] },
  },
});
const [out = "runs/fine-tuning", ...blocks] = positionals;

interface Named {
  readonly name: string;
  readonly seed: number;
}

interface Run {
  readonly summary: PlaceSummary;
  readonly metrics: readonly IterationMetrics[];
}

async function run(path: string, { name, seed }: Named, options: PlaceOptions): Promise<Run> {
  const folder = join(out, `${basename(path)}-${name}-s${seed}`);
  if (!existsSync(join(folder, "summary.json"))) {
    process.stderr.write(`${folder}\n`);
    // What was left of a run that was cut off is started over.
    const again = { out: folder, force: true };
    await place(path, { method: "policy", workers: Number(values.workers), seed, ...again, ...options });
  }
  return {
    summary: JSON.parse(readFileSync(join(folder, "summary.json"), "utf8")),
    metrics: readJsonLines<IterationMetrics>(join(folder, "metrics.jsonl")),
  };
}

const cost = (value: number) => value.toFixed(4);
const last = ({ metrics }: Run) => {
  const tail = metrics.slice(-Math.max(1, Math.ceil(metrics.length / 10)));
  return tail.reduce((sum, line) => sum + line["cost/proxy"], 0) / tail.length;
};
/** Time until the best cost was at `level`. */
const reached = ({ metrics }: Run, level: number) => {
  const line = metrics.find((line) => line["cost/best"] <= level);
  return line ? `${line.seconds.toFixed(0)} s` : "never";
};
const bestAt = ({ metrics }: Run, seconds: number) =>
  metrics.findLast((line) => line.seconds <= seconds)?.["cost/best"] ?? Number.NaN;

console.log(
  `| block | seed | 16 samples as it is: mean, best, s | greedy, anneal in that time | tuned for ${values.budget}: mean, best ` +
    `| from scratch, best after ${values.budget} | from scratch for ${values.scratch}: mean, best | as good as the other's end: tuned, from scratch |`,
);
console.log("|---|---|---|---|---|---|---|---|");
for (const path of blocks) {
  const curves: Curve[] = [];
  for (const seed of values.seeds.split(",").map(Number)) {
    const { policy, budget } = values;
    const settings = settingsOfTexts(values.set);
    const shot = await run(
      path,
      { name: "shot", seed },
      { policy, iterations: 1, settings: { episodes: 16 } },
    );
    const [first] = shot.metrics;
    const searched: string[] = [];
    for (const method of ["greedy", "anneal"] as const) {
      const { summary } = await run(
        path,
        { name: method, seed },
        {
          method,
          budget: `${shot.summary.seconds.toFixed(1)}s`,
        },
      );
      searched.push(cost(summary.proxy_cost));
    }
    const tuned = await run(path, { name: "tuned", seed }, { policy, finetune: true, budget });
    const scratch = await run(
      path,
      { name: "scratch", seed },
      { policy: "none", budget: values.scratch, settings },
    );
    const cells = [
      basename(path),
      seed,
      `${cost(first!["cost/proxy"])}, ${cost(shot.summary.proxy_cost)}, ${shot.summary.seconds.toFixed(1)}`,
      searched.join(", "),
      `${cost(last(tuned))}, ${cost(tuned.summary.proxy_cost)}`,
      cost(bestAt(scratch, parseBudget(budget))),
      `${cost(last(scratch))}, ${cost(scratch.summary.proxy_cost)}`,
      `${reached(tuned, scratch.summary.proxy_cost)}, ${reached(scratch, tuned.summary.proxy_cost)}`,
    ];
    console.log(`| ${cells.join(" | ")} |`);
    for (const [name, { metrics }] of [
      ["pretrained", tuned],
      ["from scratch", scratch],
    ] as const)
      curves.push({
        label: `${name}, seed ${seed}`,
        xs: metrics.map((line) => line.seconds),
        ys: metrics.map((line) => line["cost/proxy"]),
      });
  }
  writeFileSync(
    join(out, `${basename(path)}.svg`),
    renderCurvesSvg(curves, { title: basename(path), xLabel: "seconds", yLabel: "mean proxy cost" }),
  );
}
