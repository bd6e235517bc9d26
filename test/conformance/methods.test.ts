// Every method of `place` on toy netlists that others test with: legal, and scored the same afterwards.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { evaluate, methodNames, place } from "../../flow/index.js";
import { sharedPath, withoutShared } from "../support/shared-data.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const TOYS = ["macro_tiles_10x10", "sample_clustered", "simple_grouped_with_coords_with_blockage"];

for (const method of methodNames())
  test(`${method} places every toy block legally`, { skip: withoutShared }, async () => {
    for (const toy of TOYS) {
      const path = sharedPath(`benchmarks/circuit_training/${toy}`);
      const out = join(folder, `${method}-${toy}`);
      const summary = await place(path, { method, iterations: 2, workers: 1, out });
      assert.equal(summary.legal, true, toy);
      const { score } = await evaluate(path, { placement: join(out, "best.plc") });
      assert.equal(score.legal, true, toy);
      assert.ok(Math.abs(score.proxy_cost / summary.proxy_cost - 1) < 1e-9, toy);
    }
  });
