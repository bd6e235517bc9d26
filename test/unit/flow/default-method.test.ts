// Which method `place` takes if none is named.
import assert from "node:assert/strict";
import { test } from "node:test";
import { methodByDefault } from "../../../flow/default-method.js";

const POLICY = { method: "policy", protocol: "fd" };
const PIPELINE = { method: "pipeline", protocol: "es" };
const MIXED = { method: "mixed", protocol: "free" };

test("netlists of standard cells get mixed under protocol free, clustered ones the pipeline under es", () => {
  for (const path of ["examples/design", "examples/design/tile.def", "x/y.def.gz", "x/set.aux"])
    assert.deepEqual(methodByDefault(path, {}), MIXED, path);
  for (const path of ["x/netlist.pb.txt", "x/netlist.pb.txt.gz", "test"])
    assert.deepEqual(methodByDefault(path, {}), PIPELINE, path);
});

test("whoever names a method, a protocol, or anything of policies or of the proxy cost gets what was the default before", () => {
  const wishes = [
    { method: "anneal" },
    { protocol: "fd" },
    { protocol: "es" },
    { policy: "shipped" },
    { network: "./mine.js" },
    { cellPlacer: "./mine.js" },
    { weights: "1,0.5,0.5" },
    { guideWeight: 0.5 },
    { like: "tilos" },
    { queue: "redis://localhost" },
    { finetune: true },
    { turn: true },
    { clustering: false },
    { costTerms: [{ module: "./mine.js", weight: 1 }] },
    { settings: { episodes: 8 } },
  ];
  for (const wish of wishes)
    for (const path of ["examples/design", "x/netlist.pb.txt"])
      assert.deepEqual(methodByDefault(path, wish), POLICY, JSON.stringify(wish));
  const nothing = { finetune: false, turn: false, clustering: true, costTerms: [], settings: {} };
  assert.deepEqual(methodByDefault("examples/design", nothing), MIXED);
});
