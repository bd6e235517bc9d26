import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { generateSetBlock, readBlockSet } from "../../../flow/index.js";
import { InputError, nodesOfKind } from "../../../netlist/index.js";
import { makeFolder } from "../netlist/tiny-files.js";

const SETS = ["two", "five", "twenty", "sixty", "wide"].map((name) =>
  readBlockSet(`benchmarks/sets/${name}.json`),
);

test("the sets have 2, 5, 20, 60 and 120 blocks, each set begins with the smaller one, and all hold out the same", () => {
  assert.deepEqual(
    SETS.map((set) => set.training.length),
    [2, 5, 20, 60, 120],
  );
  for (const [index, { training }] of SETS.slice(0, -1).entries())
    assert.deepEqual(SETS[index + 1]!.training.slice(0, training.length), training);
  for (const { heldOut } of SETS) assert.deepEqual(heldOut, SETS[0]!.heldOut);
});

test("every block of the sets can be made, each with its own number of macros and its name", () => {
  const entries = [...SETS.at(-1)!.training, ...SETS.at(-1)!.heldOut];
  for (const entry of entries) {
    const block = generateSetBlock(entry);
    assert.equal(block.name, entry.name);
    assert.equal(nodesOfKind(block, 0).length, entry.macros);
  }
});

test("a broken set is refused in one line that says what is wrong", () => {
  const folder = makeFolder();
  const block = { name: "a", family: "cache", seed: 1, macros: 20 };
  const set = { name: "s", description: "", training: [block], heldOut: [{ ...block, name: "b", seed: 2 }] };
  const refused = (content: unknown, message: RegExp) => {
    const path = join(folder, "set.json");
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    assert.throws(
      () => readBlockSet(path),
      (error: Error) => error instanceof InputError && message.test(error.message),
    );
  };
  refused("{", /set\.json: no JSON file: .*; a block set was expected$/);
  refused({ ...set, training: [] }, /set\.json training: /);
  refused({ ...set, extra: 1 }, /set\.json extra: no such name; there are name, description/);
  refused({ ...set, training: [{ ...block, family: "gpu" }] }, /set\.json training\.0\.family: /);
  refused({ ...set, training: [{ ...block, name: "../up" }] }, /training\.0\.name: letters, digits/);
  refused({ ...set, training: [block, { ...block, seed: 3 }] }, /two blocks are named 'a'/);
  refused({ ...set, heldOut: [{ ...block, name: "b" }] }, /'b' is the same block as 'a'; change its seed/);
  assert.throws(() => readBlockSet(join(folder, "none.json")), /none\.json: no such file/);
});
