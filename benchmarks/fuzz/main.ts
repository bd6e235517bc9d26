// Reads thousands of broken files and requests. Each must be accepted and right, or refused in one line, quickly and with
// little memory. Exits with 1 if one is not.
// Run: node dist/benchmarks/fuzz/main.js [INPUTS] [SEED] [SUBJECT,…] [FROM]; INPUTS are per subject.
import { fuzz } from "./fuzz.js";
import { SUBJECTS } from "./subjects.js";

const MOST_PRINTED = 10;

const [inputs = "1000", seed = "1", chosen, from = "0"] = process.argv.slice(2);
const subjects = chosen?.split(",") ?? Object.keys(SUBJECTS);
const totals = { accepted: 0, refused: 0, failed: 0 };
for (const subject of subjects) {
  const result = await fuzz(subject, { inputs: Number(inputs), seed: Number(seed), from: Number(from) });
  const { accepted, refused, failures, slowestSeconds, mostGrowth } = result;
  const failed = new Set(failures.map(({ input }) => input)).size;
  console.log(
    `${subject.padEnd(10)} ${accepted} accepted, ${refused} refused, ${failed} failed; ` +
      `slowest ${slowestSeconds.toFixed(2)} s, most memory ${mostGrowth.toFixed(0)} MiB`,
  );
  for (const { input, problem } of failures.slice(0, MOST_PRINTED))
    console.log(`  to repeat: node dist/benchmarks/fuzz/main.js 1 ${seed} ${subject} ${input}\n  ${problem}`);
  if (failed > 0) process.exitCode = 1;
  totals.accepted += accepted;
  totals.refused += refused;
  totals.failed += failed;
}
console.log(`${totals.accepted} accepted, ${totals.refused} refused, ${totals.failed} failed`);
