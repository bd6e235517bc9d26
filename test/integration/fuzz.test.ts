// A thousand broken inputs, about as many for each format: each reads or is refused in one line. `benchmarks/fuzz.ts`
// does the same with many more, and looks at time and memory.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FORMATS, fuzz } from "../../benchmarks/fuzz.js";

const INPUTS = Math.ceil(1000 / Object.keys(FORMATS).length);

for (const format of Object.keys(FORMATS))
  test(`${INPUTS} broken inputs of format ${format} read or are refused in one line`, async () => {
    const { read, refused, failures } = await fuzz(format, INPUTS, 7);
    assert.deepEqual(failures, []);
    assert.equal(read + refused, INPUTS);
    assert.ok(refused > INPUTS / 4, `only ${refused} refused: are the files broken at all?`);
    assert.ok(read > 0, "none read: nothing but broken headers is tried");
  });
