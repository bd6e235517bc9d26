// Runs `place` 1,000 times and then trains for an hour in one process, on a small generated block, with one worker. Prints
// how memory, open files and threads develop once the first fifth of the samples has warmed the process up. Exits with 1
// if one of them keeps growing. Run: node dist/benchmarks/soak/main.js [RUNS] [MINUTES]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateOne } from "../../flow/index.js";
import { MEASURES, type Sample, soakPlace, soakTraining, trendOf } from "./soak.js";

const [runs = "1000", minutes = "60"] = process.argv.slice(2);
/** What a measure may gain from the first to the last sample, beyond two standard errors: MiB, or a count. */
const MOST_GROWTH = { resident: 48, heap: 16, buffers: 16, descriptors: 0.5, threads: 0.5 };
const SECONDS_PER_SAMPLE = 2;

const folder = mkdtempSync(join(tmpdir(), "ashlar-soak-"));
try {
  const { out: block } = await generateOne({ macros: 8, seed: 3, out: join(folder, "block") });
  show(`${runs} runs of place`, await soakPlace(block, { runs: Number(runs), out: join(folder, "run") }));
  const training = { seconds: 60 * Number(minutes), every: SECONDS_PER_SAMPLE, out: join(folder, "train") };
  show(`${minutes} minutes of training`, await soakTraining(block, training));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function show(what: string, samples: readonly Sample[]): void {
  const warm = samples.slice(Math.floor(samples.length / 5));
  console.log(`${what}, ${warm.length} samples`);
  console.log("             first     last   growth      +-   spread");
  for (const measure of MEASURES) {
    const trend = trendOf(warm.map((one) => one[measure]));
    const { first, last, growth, error, spread } = trend;
    const cells = [first, last, growth, error, spread].map((value) => value.toFixed(2).padStart(8));
    const grows = growth - 2 * error > MOST_GROWTH[measure];
    console.log(`${measure.padEnd(11)}${cells.join(" ")}${grows ? "  GROWS" : ""}`);
    if (grows) process.exitCode = 1;
  }
}
