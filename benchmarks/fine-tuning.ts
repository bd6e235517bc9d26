// What a pretrained policy is worth on a block that it has not seen: played as it is (16 samples), tuned, and beside it
// a policy that learns from scratch, both for the same time. Prints a table, and writes curves of the mean cost against
// time. Runs that are in OUT already are read, so that a stopped one goes on. Run:
//
//   node dist/benchmarks/fine-tuning.js OUT BLOCK … [--policy shipped] [--seeds 1,2] [--budget 5m] [--workers 1]
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { type PlaceOptions, type PlaceSummary, place } from "../flow/index.js";
import type { IterationMetrics } from "../policy/index.js";
import { type Curve, renderCurvesSvg } from "../viz/index.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    policy: { type: "string", default: "shipped" },
    seeds: { type: "string", default: "1,2" },
    budget: { type: "string", default: "5m" },
    workers: { type: "string", default: "1" },
  },
});
const [out = "runs/fine-tuning", ...blocks] = positionals;

interface Run {
  readonly summary: PlaceSummary;
  readonly metrics: readonly IterationMetrics[];
}

async function run(path: string, name: string, seed: number, options: PlaceOptions): Promise<Run> {
  const folder = join(out, `${basename(path)}-${name}-s${seed}`);
  if (!existsSync(join(folder, "summary.json"))) {
    process.stderr.write(`${folder}\n`);
    await place(path, { method: "policy", workers: Number(values.workers), seed, out: folder, ...options });
  }
  const text = (file: string) => readFileSync(join(folder, file), "utf8").trim();
  return {
    summary: JSON.parse(text("summary.json")),
    metrics: text("metrics.jsonl")
      .split("\n")
      .map((line) => JSON.parse(line)),
  };
}

const cost = (value: number) => value.toFixed(4);
const last = ({ metrics }: Run) => {
  const tail = metrics.slice(-Math.max(1, Math.ceil(metrics.length / 10)));
  return tail.reduce((sum, line) => sum + line["cost/proxy"], 0) / tail.length;
};
/** Seconds until the best cost was at `level`; undefined if it never was. */
const reached = ({ metrics }: Run, level: number) =>
  metrics.find((line) => line["cost/best"] <= level)?.seconds;

console.log(
  "| block | seed | 16 samples as it is: mean, best, s | tuned: mean, best | from scratch: mean, best | tuned at the other's best after |",
);
console.log("|---|---|---|---|---|---|");
for (const path of blocks) {
  const curves: Curve[] = [];
  for (const seed of values.seeds.split(",").map(Number)) {
    const { policy, budget } = values;
    const shot = await run(path, "shot", seed, { policy, iterations: 1, set: ["episodes=16"] });
    const tuned = await run(path, "tuned", seed, { policy, finetune: true, budget });
    const scratch = await run(path, "scratch", seed, { policy: "none", budget });
    const [first] = shot.metrics;
    const level = reached(tuned, scratch.summary.proxy_cost);
    console.log(
      `| ${basename(path)} | ${seed} | ${cost(first!["cost/proxy"])}, ${cost(shot.summary.proxy_cost)}, ${shot.summary.seconds.toFixed(1)} ` +
        `| ${cost(last(tuned))}, ${cost(tuned.summary.proxy_cost)} | ${cost(last(scratch))}, ${cost(scratch.summary.proxy_cost)} ` +
        `| ${level === undefined ? "never" : `${level.toFixed(0)} s`} |`,
    );
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
