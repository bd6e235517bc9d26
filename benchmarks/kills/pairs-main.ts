// Pairs of processes on one folder. Exits with 1 if two write at once, or what they write is mixed.
// Run: node dist/benchmarks/kills/pairs-main.js [PAIRS]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runPairs } from "./pairs.js";

const [pairs = "50"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "ashlar-pairs-"));
try {
  const { refused, apart, problems } = await runPairs(Number(pairs), folder);
  for (const problem of problems) console.log(problem);
  console.log(
    `${pairs} pairs: ${refused} with one refused, ${apart} one after the other, ${problems.length} problems`,
  );
  if (problems.length > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
