// Two methods on the same blocks with the same seeds: ratio of their proxy costs by block, and the geometric mean of all ratios
// with its bootstrap interval over blocks and seeds. Reads run folders `BLOCK-METHOD-sSEED` of `place`; pairs of which one is not there
// are left out. Run:
//
//   node dist/benchmarks/paired-runs.js FOLDER [ONE] [OTHER] [FIGURE]
//
// FIGURE is a name of summary.json, by default proxy_cost. Ratios are of ONE (pipeline) to OTHER (anneal).
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { leastOf } from "../netlist/index.js";
import { geometricMean } from "./arms.js";
import { mean } from "./truth/agreement.js";

const [folder, one = "pipeline", other = "anneal", figure = "proxy_cost"] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: node dist/benchmarks/paired-runs.js FOLDER [ONE] [OTHER] [FIGURE]");
  process.exit(1);
}

function figureOf(block: string, method: string, seed: string): number | undefined {
  const file = join(folder!, `${block}-${method}-s${seed}`, "summary.json");
  return existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, number>)[figure]
    : undefined;
}

const runs = readdirSync(folder).flatMap((name) => {
  const found = new RegExp(`^(.+)-${other}-s(\\d+)$`).exec(name);
  return found ? [{ block: found[1]!, seed: found[2]! }] : [];
});
const blocks = [...new Set(runs.map(({ block }) => block))];
const ratios: number[][] = [];
console.log(`| block | ${other} | ${one} | change | seeds |\n|---|---|---|---|---|`);
for (const block of blocks) {
  const pairs = runs
    .filter((run) => run.block === block)
    .map(({ seed }) => [figureOf(block, one, seed), figureOf(block, other, seed)])
    .filter((pair): pair is [number, number] => pair.every((value) => value !== undefined));
  if (pairs.length === 0) continue;
  ratios.push(pairs.map(([ours, theirs]) => ours / theirs));
  const log = mean(ratios.at(-1)!.map(Math.log));
  const [theirs, ours] = [1, 0].map((side) => mean(pairs.map((pair) => pair[side]!)).toFixed(4));
  console.log(
    `| ${block} | ${theirs} | ${ours} | ${(100 * (Math.exp(log) - 1)).toFixed(2)} % | ${pairs.length} |`,
  );
}
const seeds = leastOf(ratios.map((row) => row.length));
const whole = ratios.map((row) => row.slice(0, seeds));
const lower = ratios.filter((row) => mean(row.map(Math.log)) < 0).length;
console.log(
  `geometric mean of ${ratios.length} blocks, ${seeds} seeds: ${geometricMean(whole)}; lower on ${lower}`,
);
