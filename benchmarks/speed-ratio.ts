// Is this checkout as fast as another one? Runs the same measurements with both by turns, so that the machine's other
// work and its temperature hit both alike, and prints how much faster this one is: the median over the rounds of the
// ratio within a round, and the least and the greatest. Above 1 this checkout is faster. Run, with both built:
//
//   node dist/benchmarks/speed-ratio.js BASE_CHECKOUT BLOCK [--rounds 5] [--seconds 2] [--training-seconds 30]
//     [--workers 1] [--only moves,training,place] [--tolerance 0.03] [--json]
//
// - moves: the rows of `benchmarks/moves.js`, --seconds each, in processor time;
// - training: the rates of `benchmarks/training.js` after --training-seconds, by the wall clock;
// - place: processor time of whole runs of a fixed number of iterations.
//
// Exits with 1 if a median is below 1 - tolerance.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runMeasured } from "./measured-process.js";

/** A higher speed is better; its unit does not matter, as only ratios are printed. */
type Speeds = ReadonlyMap<string, number>;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "2" },
    "training-seconds": { type: "string", default: "30" },
    workers: { type: "string", default: "1" },
    only: { type: "string", default: "moves,training,place" },
    tolerance: { type: "string", default: "0.03" },
    json: { type: "boolean", default: false },
  },
});
const [baseCheckout, blockPath] = positionals;
if (baseCheckout === undefined || blockPath === undefined) {
  console.error("usage: node dist/benchmarks/speed-ratio.js BASE_CHECKOUT BLOCK [--rounds 5]");
  process.exit(1);
}
const own = fileURLToPath(new URL("../..", import.meta.url));
const base = resolve(baseCheckout);
const block = resolve(blockPath);
for (const checkout of [own, base])
  if (!existsSync(join(checkout, "dist/benchmarks/moves.js"))) {
    console.error(`${checkout}: has no dist/benchmarks/moves.js; build it with npm run build`);
    process.exit(1);
  }

/** Whole runs of `place`: name and arguments. */
const PLACE_RUNS: Readonly<Record<string, readonly string[]>> = {
  "place, policy from scratch": ["--method", "policy", "--policy", "none", "--iterations", "3"],
  "place, anneal fd": ["--method", "anneal", "--iterations", "24"],
  "place, anneal free": ["--method", "anneal", "--protocol", "free", "--iterations", "24"],
  "place, greedy": ["--method", "greedy", "--iterations", "24"],
  "place, mincut": ["--method", "mincut", "--iterations", "24"],
};

const MEASUREMENTS: Readonly<Record<string, (checkout: string) => Speeds>> = {
  moves: (checkout) => ratesOf(run(checkout, "benchmarks/moves.js", [block, values.seconds]), "/s"),
  training: (checkout) =>
    ratesOf(
      run(checkout, "benchmarks/training.js", [block, values["training-seconds"], values.workers]),
      "per (?:minute|second)",
    ),
  place: (checkout) => {
    const out = mkdtempSync(join(tmpdir(), "ashlar-speed-"));
    // Each into a folder of its own: a run is not overwritten, and --force is newer than some baselines.
    const speeds = Object.entries(PLACE_RUNS).map(([name, args], index) => {
      const common = ["--quiet", "--workers", values.workers, "--out", join(out, `run-${index}`)];
      return [name, 1 / run(checkout, "cli/main.js", ["place", block, ...args, ...common]).seconds] as const;
    });
    rmSync(out, { recursive: true, force: true });
    return new Map(speeds);
  },
};

/** Runs a script of a checkout. Ends this process if it fails: a ratio without it would mean something else. */
function run(checkout: string, script: string, args: readonly string[]) {
  const path = join(checkout, "dist", script);
  const ended = runMeasured(path, args);
  // `place` ends with 3 if its result is not legal, which takes the same time.
  if (ended.code === 0 || ended.code === 3) return ended;
  console.error(`${path} ${args.join(" ")} ended with ${ended.code}: ${ended.stderr.trim()}`);
  process.exit(1);
}

/** Rows such as `name  123 UNIT`. */
function ratesOf({ stdout }: { readonly stdout: string }, unit: string): Speeds {
  const rows = [...stdout.matchAll(new RegExp(`^(\\S.*?) {2,}([\\d.]+) ${unit}(?: |$)`, "gm"))];
  if (rows.length === 0) {
    console.error(`no rates in what was printed; give more seconds:\n${stdout}`);
    process.exit(1);
  }
  return new Map(rows.map(([, name, rate]) => [name!, Number(rate)]));
}

/** Speeds of both in one round; the order alternates, so that none is always the first. */
function measureRound(measure: (checkout: string) => Speeds, round: number): { own: Speeds; base: Speeds } {
  if (round % 2 === 1) {
    const first = measure(own);
    return { own: first, base: measure(base) };
  }
  const first = measure(base);
  return { own: measure(own), base: first };
}

const rounds = Number(values.rounds);
const ratios = new Map<string, number[]>();
for (const kind of values.only.split(",")) {
  const measure = MEASUREMENTS[kind];
  if (!measure) {
    console.error(`--only ${kind}: expected ${Object.keys(MEASUREMENTS).join(", ")}`);
    process.exit(1);
  }
  for (let round = 0; round < rounds; round++) {
    process.stderr.write(`${kind}, round ${round + 1} of ${rounds}\n`);
    const both = measureRound(measure, round);
    if (both.own.size !== both.base.size) {
      console.error(`${kind}: ${both.base.size} rows in the baseline, ${both.own.size} here`);
      process.exit(1);
    }
    // By position: a row may have another name in the baseline.
    const baseSpeeds = [...both.base.values()];
    [...both.own].forEach(([name, speed], i) => {
      ratios.set(name, [...(ratios.get(name) ?? []), speed / baseSpeeds[i]!]);
    });
  }
}

const rows = [...ratios].map(([name, all]) => {
  const sorted = [...all].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { name, median, least: sorted[0]!, greatest: sorted.at(-1)! };
});
const least = 1 - Number(values.tolerance);
const slower = rows.filter(({ median }) => median < least);
const say = (line: string) => (values.json ? console.error(line) : console.log(line));
say(`speed of this checkout over that of ${base}, ${rounds} rounds: median (least to greatest)`);
for (const { name, median, least: from, greatest: to } of rows) {
  const mark = median < least ? "  SLOWER" : "";
  say(`${name.padEnd(44)} ${median.toFixed(3)} (${from.toFixed(3)}–${to.toFixed(3)})${mark}`);
}
if (values.json) console.log(JSON.stringify({ base, own, block, rounds, rows }));
if (slower.length > 0) process.exitCode = 1;
