// Ablation of the policy's training: the same training without a part, or with another choice for it, on one block, with
// equal time and several seeds. Prints a table of the final mean cost and of the best cost, with their spread over seeds.
// Runs that are already in OUT are reused, so that the program can be stopped and started again. Run:
//
//   node dist/benchmarks/ablation.js OUT BLOCK [--seeds 1,2,3] [--budget 2m] [--workers 1] [--only "all,no encoder,…"]
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { place, settingsOfTexts } from "../flow/index.js";
import { readJsonLines } from "../flow/json-lines.js";
import type { IterationMetrics } from "../policy/index.js";

/** Settings of each variant; `all` has the defaults. */
const VARIANTS: Readonly<Record<string, readonly string[]>> = {
  all: [],
  "no encoder": ["experimental.network.encoder=false"],
  "no deconvolution": ["experimental.network.deconvolution=false"],
  "neither of both": ["experimental.network.encoder=false", "experimental.network.deconvolution=false"],
  "all fifteen planes": ["experimental.network.planes=15"],
  "eight eigenvectors": ["experimental.network.spectral=8"],
  "no prior": ["experimental.network.priorScale=0"],
  "order by area": ["order=area"],
  "order grown along wires": ["order=connectivity"],
  "no counterfactuals": ["counterfactualWeight=0"],
  "no imitation": ["imitation=0"],
  "ten times the entropy bonus": ["entropy=0.01"],
  "the same, halved every 20 iterations": ["entropy=0.01", "experimental.entropyHalving=20"],
  "no elite starts": ["eliteShare=0"],
  "value instead of groups": ["groupSize=1"],
  "value and shaping": ["groupSize=1", "experimental.shaping=1", "experimental.lambda=0.95"],
  "value and shaping, no counterfactuals": [
    "groupSize=1",
    "experimental.shaping=1",
    "experimental.lambda=0.95",
    "counterfactualWeight=0",
  ],
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: "string", default: "1,2,3" },
    budget: { type: "string", default: "2m" },
    workers: { type: "string", default: "1" },
    only: { type: "string", default: Object.keys(VARIANTS).join(",") },
  },
});
const [out, block] = positionals;
if (out === undefined || block === undefined) {
  console.error("usage: node dist/benchmarks/ablation.js OUT BLOCK [--seeds 1,2,3] [--budget 2m]");
  process.exit(1);
}

/** Mean cost over the last tenth of the iterations, and best cost. */
async function run(variant: string, seed: number): Promise<{ last: number; best: number }> {
  const folder = join(out!, `${variant.replace(/\W+/g, "-")}-s${seed}`);
  if (!existsSync(join(folder, "summary.json"))) {
    process.stderr.write(`${folder}\n`);
    const settings = settingsOfTexts(VARIANTS[variant]!);
    const { budget, workers } = values;
    await place(block!, {
      method: "policy",
      policy: "none",
      budget,
      workers: Number(workers),
      seed,
      settings,
      out: folder,
      force: true,
    });
  }
  const metrics = readJsonLines<IterationMetrics>(join(folder, "metrics.jsonl"));
  const tail = metrics.slice(-Math.max(1, Math.ceil(metrics.length / 10)));
  return {
    last: tail.reduce((sum, line) => sum + line["cost/proxy"], 0) / tail.length,
    best: metrics.at(-1)!["cost/best"],
  };
}

/** Mean and range. */
function spread(numbers: readonly number[]): string {
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  return `${mean.toFixed(4)} (${Math.min(...numbers).toFixed(4)}–${Math.max(...numbers).toFixed(4)})`;
}

const wanted = values.only.split(",");
for (const variant of wanted) if (!VARIANTS[variant]) throw new Error(`no variant '${variant}'`);
const seeds = values.seeds.split(",").map(Number);
const found = new Map<string, { last: number; best: number }[]>();
// All variants of a seed before the next seed, so that changes in the load of the machine affect all variants alike.
for (const seed of seeds)
  for (const variant of wanted) found.set(variant, [...(found.get(variant) ?? []), await run(variant, seed)]);
console.log(`| ${values.budget}, seeds ${values.seeds} | last mean | best |\n|---|---|---|`);
for (const [variant, runs] of found)
  console.log(`| ${variant} | ${spread(runs.map((r) => r.last))} | ${spread(runs.map((r) => r.best))} |`);
