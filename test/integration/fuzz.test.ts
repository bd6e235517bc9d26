// Two thousand broken inputs: each is accepted and right, or refused in one line, within the limits of time and memory.
// `benchmarks/fuzz/main.ts` does the same with many more.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fuzz } from "../../benchmarks/fuzz/fuzz.js";
import { SUBJECTS } from "../../benchmarks/fuzz/subjects.js";

/** Looking at a run or calling the command line takes a hundred times as long as reading a file. */
const SLOW = { run: 40, config: 60, server: 100, set: 100 };
const INPUTS = 2000;
const others = Object.keys(SUBJECTS).filter((subject) => !(subject in SLOW));
const left = INPUTS - Object.values(SLOW).reduce((sum, count) => sum + count, 0);
const counts = {
  ...Object.fromEntries(others.map((name) => [name, Math.ceil(left / others.length)])),
  ...SLOW,
};

// Each subject has a process of its own.
describe("fuzzing", { concurrency: 2 }, () => {
  for (const [subject, inputs] of Object.entries(counts))
    test(`${inputs} broken inputs of ${subject} are accepted and right, or refused in one line`, async () => {
      const { accepted, refused, failures } = await fuzz(subject, { inputs, seed: 7 });
      assert.deepEqual(failures, []);
      assert.equal(accepted + refused, inputs);
      assert.ok(refused > inputs / 10, `only ${refused} refused: are the inputs broken at all?`);
      assert.ok(accepted > 0, "none accepted: nothing but broken headers is tried");
    });
});
