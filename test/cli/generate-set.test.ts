// `generate` with families and sets, as a process.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ashlar } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();

test("generate --set writes every block, training and held out apart, the same bytes again", async () => {
  const set = join(folder, "set.json");
  const block = { family: "vector", macros: 8, softMacros: 12, ports: 16 };
  writeFileSync(
    set,
    JSON.stringify({
      name: "small",
      description: "",
      training: [
        { ...block, name: "one", seed: 1 },
        { ...block, name: "two", seed: 2, blockages: 1 },
      ],
      heldOut: [{ ...block, name: "three", seed: 3 }],
    }),
  );
  for (const out of ["a", "b"]) {
    const { code, stdout, stderr } = await ashlar(
      "generate",
      "--set",
      set,
      "--out",
      join(folder, out),
      "--json",
    );
    assert.equal(code, 0, stderr);
    const { set: name, training_blocks: training, held_out_blocks: heldOut } = JSON.parse(stdout);
    assert.deepEqual([name, training, heldOut], ["small", 2, 1]);
  }
  assert.deepEqual(readdirSync(join(folder, "a", "training")).sort(), ["one", "two"]);
  for (const file of ["training/one", "training/two", "held-out/three"])
    for (const name of ["initial.plc", "netlist.pb.txt.gz"])
      assert.deepEqual(
        readFileSync(join(folder, "a", file, name)),
        readFileSync(join(folder, "b", file, name)),
      );
});

test("a family's block comes out as asked, and is placed", async () => {
  const out = join(folder, "network");
  const shape = ["--family", "network", "--macros", "10", "--soft-macros", "12", "--fixed-macros", "1"];
  const made = await ashlar("generate", ...shape, "--blockages", "1", "--seed", "3", "--out", out, "--json");
  assert.equal(made.code, 0, made.stderr);
  assert.equal(JSON.parse(made.stdout).block, "generated_network_10_3");
  const placed = await ashlar(
    ...["place", out, "--method", "random", "--iterations", "4", "--out", join(folder, "run"), "--json"],
  );
  assert.equal(placed.code, 0, placed.stderr);
});

test("what cannot be made is refused in one line, and nothing is written", async () => {
  const out = join(folder, "nothing");
  const refused = async (says: RegExp, ...args: string[]) => {
    const { code, stderr } = await ashlar("generate", ...args, "--out", out);
    assert.equal(code, 1);
    assert.match(stderr, says);
    assert.equal(stderr.trim().split("\n").length, 1);
    assert.ok(!existsSync(out));
  };
  await refused(/family/, "--family", "gpu");
  await refused(/utilisation: .*dead-end/, "--macros", "8", "--utilisation", "0.9", "--soft-share", "0.02");
  await refused(/fixedMacros: 9, .* from 0 to 2/, "--macros", "8", "--fixed-macros", "9");
  await refused(/--set: .* macros was given too/, "--set", "benchmarks/sets/two.json", "--macros", "8");
  await refused(/none\.json: no such file/, "--set", "none.json");
});
