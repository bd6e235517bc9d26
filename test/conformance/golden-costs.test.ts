import assert from "node:assert/strict";
import { test } from "node:test";
import { runConformance } from "../../benchmarks/conformance.js";
import { withoutShared } from "../support/shared-data.js";

test("`eval` gives every golden cost of the conformance data within its tolerance", {
  skip: withoutShared,
}, async () => {
  const rows = await runConformance();
  assert.equal(rows.length, 27 + 31 + 10);
  assert.deepEqual(
    rows.filter((row) => !row.ok).map((row) => row.name),
    [],
  );
});
