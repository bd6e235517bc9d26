// What commands print with --json is what their schemas say, in snake_case, and the files in schemas/ are these schemas.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { OUTPUT_SCHEMAS, schemaText, snakeCased } from "../../flow/index.js";
import { runJson } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";
import { writeTinySet } from "../unit/netlist/formats/bookshelf/tiny-set.js";

const folder = makeFolder();
const at = (name: string) => join(folder, name);
const block = at("block");
const QUICK = ["--iterations", "1", "--workers", "1", "--quiet"];

const CALLS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  generate: [["generate", "--macros", "6", "--out", block]],
  "generate-set": [["generate", "--set", "benchmarks/sets/five.json", "--out", at("set")]],
  info: [
    ["info", "examples/design"],
    ["info", block],
    ["info", writeTinySet()],
  ],
  place: [
    ["place", "examples/design", "--method", "anneal", ...QUICK, "--out", at("run")],
    ["place", block, "--method", "random", ...QUICK, "--out", at("run-2")],
  ],
  eval: [
    ["eval", at("run")],
    ["eval", at("run-2")],
  ],
  train: [["train", block, ...QUICK, "--set", "episodes=4", "--out", at("train")]],
  pretrain: [
    [
      ...["pretrain", block, "--held-out", "examples/design", "--samples", "1", ...QUICK],
      ...["--set", "episodes=4", "--out", at("pretrain")],
    ],
  ],
  "reward-model": [
    [
      ...["pretrain", "--reward-model", block, "--placements", "100", "--epochs", "1"],
      ...["--workers", "1", "--quiet", "--out", at("reward")],
    ],
  ],
  compare: [
    [
      ...["compare", block, "--methods", "random,greedy", "--seeds", "1", "--budget", "300ms"],
      ...["--workers", "1", "--quiet", "--out", at("compare")],
    ],
    [
      ...[
        "compare",
        "examples/design",
        "--methods",
        "random",
        "--seeds",
        "1",
        "--budget",
        "300ms",
        "--verify",
      ],
      ...["--workers", "1", "--quiet", "--out", at("compare-verified")],
    ],
  ],
  convert: [
    ["convert", at("run"), at("x.def"), "--quiet"],
    ["convert", "examples/design", at("x.pb.txt"), "--quiet", "--cluster"],
  ],
  cells: [["cells", writeTinySet(), "--quiet", "--out", at("cells")]],
  verify: [
    ["verify", writeTinySet(), "--quiet"],
    ["verify", at("run"), "--quiet", "--out", at("verify")],
  ],
  // These need a server: test/integration/queue.test.ts and queue-runs.test.ts.
  worker: [],
  queue: [],
  "queue-retry": [],
  "queue-clean": [],
  demo: [["demo", "--budget", "1s", "--quiet", "--out", at("demo")]],
};

test("every command has a schema, and schemas/ holds them (else: npm run -s docs:schemas)", () => {
  assert.deepEqual(Object.keys(CALLS).sort(), Object.keys(OUTPUT_SCHEMAS).sort());
  assert.deepEqual(
    readdirSync("schemas").sort(),
    Object.keys(OUTPUT_SCHEMAS)
      .map((name) => `${name}.json`)
      .sort(),
  );
  for (const name of Object.keys(OUTPUT_SCHEMAS))
    assert.deepEqual(
      JSON.parse(readFileSync(`schemas/${name}.json`, "utf8")),
      JSON.parse(schemaText(name)),
      name,
    );
});

for (const [name, calls] of Object.entries(CALLS))
  test(`${name} prints what its schema says`, () => {
    for (const args of calls) {
      const printed = runJson(...args, "--json");
      const { error } = OUTPUT_SCHEMAS[name]!.safeParse(printed);
      assert.equal(error?.message, undefined, args.join(" "));
      assert.deepEqual(snakeCased(printed), printed, "all names are in snake_case");
    }
  });

test("names that are data stay as they are", () => {
  const value = { extraCosts: { myTerm: 1 }, ignored: { someThing: 2 }, hardMacros: [{ cellWidth: 3 }] };
  assert.deepEqual(snakeCased(value), {
    extra_costs: { myTerm: 1 },
    ignored: { someThing: 2 },
    hard_macros: [{ cell_width: 3 }],
  });
});
