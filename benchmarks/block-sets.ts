// Does pretraining on more blocks make a better policy for unseen blocks? Pretrains on each set for the same number of
// iterations, and evaluates the held-out blocks before and after by the mean of 16 episodes from the same streams. Runs
// that are already in OUT are reused, so that the program can be stopped and started again. Run:
//
//   node dist/benchmarks/block-sets.js OUT [--sets two,five,twenty] [--seeds 1,2] [--iterations 100] [--workers 1]
//     [--set NAME=VALUE …] [HELD_OUT_BLOCK …]
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import {
  generateCommand,
  type PretrainSummary,
  pretrain,
  readBlockSet,
  settingsOfTexts,
} from "../flow/index.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sets: { type: "string", default: "two,five,twenty" },
    seeds: { type: "string", default: "1,2" },
    iterations: { type: "string", default: "100" },
    workers: { type: "string", default: "1" },
    set: { type: "string", multiple: true, default: [] },
  },
});
const [out = "runs/block-sets", ...real] = positionals;
const say = (line: string) => process.stderr.write(`${line}\n`);

const summaries = new Map<string, PretrainSummary[]>();
for (const name of values.sets.split(",")) {
  const file = join("benchmarks/sets", `${name}.json`);
  const blocks = join(out, "blocks", name);
  if (!existsSync(blocks)) await generateCommand({ set: file, out: blocks });
  const { training, heldOut } = readBlockSet(file);
  for (const seed of values.seeds.split(",").map(Number)) {
    const run = join(out, `${name}-s${seed}`);
    const known = join(run, "summary.json");
    const summary: PretrainSummary = existsSync(known)
      ? JSON.parse(readFileSync(known, "utf8"))
      : await pretrain(
          training.map((block) => join(blocks, "training", block.name)),
          {
            heldOut: [...real, ...heldOut.map((block) => join(blocks, "held-out", block.name))],
            iterations: Number(values.iterations),
            workers: Number(values.workers),
            settings: settingsOfTexts(values.set),
            seed,
            out: run,
            force: true,
          },
          say,
        );
    summaries.set(name, [...(summaries.get(name) ?? []), summary]);
  }
}

const names = [...summaries.values()][0]![0]!.held_out.map(({ block }) => block);
const isReal = new Set(real.map((path) => basename(path)));
/** Change of the mean cost by pretraining, in %. */
const change = (summary: PretrainSummary, block: string): number => {
  const { before, after } = summary.held_out.find((held) => held.block === block)!;
  return 100 * (after.mean / before.mean - 1);
};
const mean = (numbers: readonly number[]) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
const percents = (numbers: readonly number[]) => numbers.map((x) => x.toFixed(1)).join(", ");

console.log(`| held-out block | ${[...summaries.keys()].join(" | ")} |`);
console.log(`|---|${"---|".repeat(summaries.size)}`);
for (const block of names)
  console.log(
    `| ${block} | ${[...summaries.values()].map((of) => percents(of.map((summary) => change(summary, block)))).join(" | ")} |`,
  );
for (const [label, wanted] of [
  ["mean of the generated", names.filter((name) => !isReal.has(name))],
  ["mean of the others", names.filter((name) => isReal.has(name))],
] as const)
  if (wanted.length > 0)
    console.log(
      `| *${label}* | ${[...summaries.values()].map((of) => percents(of.map((summary) => mean(wanted.map((block) => change(summary, block)))))).join(" | ")} |`,
    );
