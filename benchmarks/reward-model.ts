// Measures how well the reward model predicts costs: of placements of five blocks, some of them by two policies at an early
// and a later stage, of the blocks held out from the set, and of further blocks on the command line. Prints Kendall's tau
// of the model and of linear baselines, and draws OUT/reward/scatter.svg. Runs that are already in OUT are reused. Run:
//
//   node dist/benchmarks/reward-model.js OUT [--placements 10000] [--epochs 15] [HELD_OUT_BLOCK …]
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { generateCommand, pretrain, pretrainRewardModel, readBlockSet } from "../flow/index.js";
import { REWARD_LABELS, type RewardScore, type Taus } from "../policy/index.js";

/** Training iterations of the policies that made placements. */
const STAGES = [4, 30];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { placements: { type: "string", default: "10000" }, epochs: { type: "string", default: "15" } },
});
const [out = "runs/reward-model", ...real] = positionals;
const say = (line: string) => process.stderr.write(`${line}\n`);

const set = join("benchmarks/sets", "five.json");
const blocks = join(out, "blocks");
if (!existsSync(blocks)) await generateCommand({ set, out: blocks });
const { training, heldOut } = readBlockSet(set);
const learnt = training.map(({ name }) => join(blocks, "training", name));

const samplePolicy: string[] = [];
for (const iterations of STAGES) {
  const run = join(out, `stage${iterations}`);
  if (!existsSync(join(run, "summary.json"))) await pretrain(learnt, { iterations, out: run }, say);
  samplePolicy.push(join(run, "policy.safetensors"));
}

const run = join(out, "reward");
if (!existsSync(join(run, "summary.json")))
  await pretrainRewardModel(
    learnt,
    {
      heldOut: [...real, ...heldOut.map(({ name }) => join(blocks, "held-out", name))],
      placements: Number(values.placements),
      epochs: Number(values.epochs),
      samplePolicy,
      out: run,
      force: true,
    },
    say,
  );

type Score = RewardScore & { readonly block: string };
const summary = JSON.parse(readFileSync(join(run, "summary.json"), "utf8")) as Record<
  "blocks" | "held_out",
  readonly Score[]
>;
const row = (name: string, taus: Taus) =>
  console.log(`| ${name} | ${REWARD_LABELS.map((label) => taus[label].toFixed(3)).join(" | ")} |`);
console.log(
  `| block, predictor | ${REWARD_LABELS.join(" | ")} |\n|---|${"---|".repeat(REWARD_LABELS.length)}`,
);
for (const { block, model, linearAll, linearLengths } of [...summary.blocks, ...summary.held_out]) {
  row(`${block}, model`, model);
  row("linear on all numbers", linearAll);
  row("linear on the lengths", linearLengths);
}
console.log(`\n${join(run, "scatter.svg")}`);
