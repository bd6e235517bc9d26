// Runs `place` 1,000 times and then trains for an hour in one process, on a small generated block, with one worker. Prints
// how memory, open files and threads develop once the first fifth of the samples has warmed the process up, and of which
// objects there are more near the end of the training than at a fifth of it. Exits with 1 if one of them keeps growing. Run: node dist/benchmarks/soak/main.js [RUNS] [MINUTES]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateOne } from "../../flow/index.js";
import {
  grown,
  type LiveObjects,
  liveObjects,
  MEASURES,
  type Sample,
  soakPlace,
  soakTraining,
  trendOf,
} from "./soak.js";

const [runs = "1000", minutes = "60"] = process.argv.slice(2);
/** What a measure may gain from the first to the last sample, beyond two standard errors: MiB, or a count. */
const MOST_GROWTH = { resident: 48, heap: 16, buffers: 16, descriptors: 0.5, threads: 0.5 };
const SECONDS_PER_SAMPLE = 5;
/** Bytes of live objects that training may gain. */
const MOST_GROWN = 2 ** 18;

const folder = mkdtempSync(join(tmpdir(), "ashlar-soak-"));
try {
  const { out: block } = await generateOne({ macros: 8, seed: 3, out: join(folder, "block") });
  show(`${runs} runs of place`, await soakPlace(block, { runs: Number(runs), out: join(folder, "run") }));
  const training = { seconds: 60 * Number(minutes), every: SECONDS_PER_SAMPLE, out: join(folder, "train") };
  await liveObjects(); // the first snapshot loads what it needs
  // Outside the heap, so that they do not count themselves.
  const snapshots: Promise<Buffer>[] = [];
  const samples = await soakTraining(block, training, () =>
    snapshots.push(liveObjects().then((live) => Buffer.from(JSON.stringify([...live])))),
  );
  show(`${minutes} minutes of training`, samples);
  const [before, after] = (await Promise.all(snapshots)).map(
    (bytes): LiveObjects => new Map(JSON.parse(bytes.toString("utf8")) as [string, number][]),
  );
  if (before && after) showGrown(grown(before, after));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function showGrown(objects: readonly [string, number][]): void {
  const sum = objects.reduce((bytes, [, more]) => bytes + more, 0);
  console.log(`live objects in the heap, without machine code: ${sum} bytes more`);
  for (const [name, bytes] of objects.slice(0, 10)) console.log(`${String(bytes).padStart(9)}  ${name}`);
  if (sum > MOST_GROWN) process.exitCode = 1;
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
