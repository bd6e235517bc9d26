// Runs on a queue while workers, learner, server and network fail at random moments: what a run leaves must be what it
// leaves without a queue. Prints a table, and exits with 1 if a run left anything else, hung or ended badly.
// Network faults need root and the program `ip`; without them they are left out, which is said.
// Run: node dist/benchmarks/queue-faults/main.js [FAULTS] [SEED] [TEXT,…]; only kinds whose name contains one of the texts.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../../netlist/index.js";
import { FaultBench, RUNS } from "./bench.js";

/** Mean time between two faults of a run, ms. */
const BETWEEN = 1000;

const [most = "200", seed = "1", chosen = ""] = process.argv.slice(2);
const texts = chosen.split(",");
const folder = mkdtempSync(join(tmpdir(), "ashlar-faults-"));
const bench = await FaultBench.open(folder);
if (!bench.hasHosts) console.log("no network is cut: that needs root and the program ip");
const kinds = Object.keys(bench.faults).filter(
  (name) => texts.some((text) => name.includes(text)) && (bench.hasHosts || !name.startsWith("network")),
);
const table = new Map(kinds.map((name) => [name, { faults: 0, runs: 0, problems: 0 }]));
let [faults, runs, wrong, resumed] = [0, 0, 0, 0];
let stopped = false;
for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.once(signal, () => {
    stopped = true; // the results so far are printed
  });
while (faults < Number(most) && !stopped) {
  const run = RUNS[runs % RUNS.length]!;
  const random = Random.stream(Number(seed), "faults", runs);
  const own = new Set<string>();
  const { problems, seconds, ...ended } = await bench.run(run, () => {
    if (stopped || faults >= Number(most)) return undefined;
    // The kinds that have been least often come next.
    const fewest = Math.min(...kinds.map((name) => table.get(name)!.faults));
    const least = kinds.filter((name) => table.get(name)!.faults === fewest);
    const kind = least[random.below(least.length)]!;
    return {
      after: BETWEEN * 2 * random.uniform(),
      fault: async () => {
        await bench.faults[kind]!(random);
        own.add(kind);
        table.get(kind)!.faults++;
        faults++;
      },
    };
  });
  runs++;
  resumed += ended.resumed;
  for (const kind of own) table.get(kind)!.runs++;
  if (problems.length > 0) wrong++;
  for (const kind of problems.length > 0 ? own : []) table.get(kind)!.problems++;
  for (const problem of problems)
    console.log(`run ${runs} (${run.name}; ${[...own].join(", ")}): ${problem}`);
  console.log(`run ${runs} ${run.name}: ${seconds.toFixed(0)} s, ${faults} faults so far`);
}
await bench.close();
console.log("| fault | times | runs | runs with a problem |\n|---|---|---|---|");
for (const [kind, counts] of table)
  console.log(`| ${kind} | ${counts.faults} | ${counts.runs} | ${counts.problems} |`);
console.log(`${faults} faults in ${runs} runs, ${resumed} times resumed; ${wrong} runs with a problem`);
if (wrong > 0) {
  console.log(`their files are in ${folder}`);
  process.exitCode = 1;
} else rmSync(folder, { recursive: true, force: true });
