// Short forms of names keep what tells them apart.
import assert from "node:assert/strict";
import { test } from "node:test";
import { labelFitter, tellingEnds, tellingNames } from "../../../viz/page/telling-names.js";
import { textWidth } from "../../../viz/text-fit.js";

const formsOf = (names: readonly string[]) => {
  const forms = tellingNames(names);
  return names.map((_, i) => forms(i));
};

test("what all names begin and end with goes first", () => {
  const forms = formsOf(["top/core/bank0/ram/mem", "top/core/bank1/ram/mem"]);
  assert.deepEqual(forms[0], ["top/core/bank0/ram/mem", "bank0/ram/mem", "bank0", "b0"]);
});

test("the shortest form has a letter and a number for each level, and is never that of another name", () => {
  const names = ["a/bank0/ram[0]", "a/bank0/ram[1]", "a/bank12/ram[0]", "a/rom"];
  const forms = formsOf(names);
  assert.deepEqual(
    forms.map((each) => each.at(-1)),
    ["b0/r0", "b0/r1", "b12/r0", "rom"],
  );
  assert.equal(new Set(forms.map((each) => each.at(-1))).size, names.length);
});

test("a name that is the end or the beginning of another keeps a form of its own", () => {
  assert.deepEqual(formsOf(["x/y"]), [["x/y"]]);
  assert.deepEqual(
    formsOf(["ram", "top/ram"]).map((each) => each.at(-1)),
    ["ram", "top/ram"],
  );
  assert.deepEqual(
    formsOf(["u_x", "u_x_1"]).map((each) => each.at(-1)),
    ["u", "u_1"],
  );
});

test("a label is the longest form that fits, or nothing", () => {
  const labelAt = labelFitter(["top/core/bank0", "core/bank0", "b0"], { size: 11 });
  const texts = [500, 75, 20, 4].map((width) => labelAt(width)?.text);
  assert.deepEqual(texts, ["top/core/bank0", "core/bank0", "b0", undefined]);
  assert.equal(labelAt(500)?.width, textWidth("top/core/bank0", 11));
});

test("of a form that does not fit the end is left, unless that would be only a few characters", () => {
  const labelAt = labelFitter(["one_long_name_without_levels"], { size: 11 });
  for (let width = 0; width < 250; width++) {
    const text = labelAt(width)?.text;
    assert.ok(text === undefined || textWidth(text, 11) <= width, `${text} in ${width}`);
    assert.equal(text === undefined, width < textWidth("…t_levels", 11), `${text} in ${width}`);
  }
});

test("of upper levels as little is left as tells them apart, but no part of a number", () => {
  const caches = ["icache/data0", "icache/data1", "dcache/data0", "dcache/tag3"];
  assert.deepEqual(
    formsOf(caches).map((each) => each.at(-1)),
    ["i/data0", "i/data1", "d/data0", "d/tag3"],
  );
  const tiles = ["u_mem12_x/ram", "u_mem13_x/ram", "u_cpu_x/ram", "u_cpu_x/rom"];
  assert.deepEqual(
    formsOf(tiles).map((each) => each.at(-1)),
    ["umem12/ram", "umem13/ram", "uc/ram", "uc/rom"],
  );
});

test("a form is cut only as far as its end is no other name's", () => {
  const names = ["first_name_of_a_memory", "other_name_of_a_memory", "something_else"];
  const ends = tellingEnds(names);
  assert.deepEqual(ends, ["t_name_of_a_memory".length, "r_name_of_a_memory".length, 1]);
  for (const [i, name] of names.entries()) {
    const labelAt = labelFitter([name], { size: 11, leastEnd: ends[i]! });
    for (let width = 0; width < 250; width++) {
      const end = labelAt(width)?.text.replace("…", "");
      assert.ok(end === undefined || names.filter((other) => other.endsWith(end)).length === 1, end);
    }
    assert.equal(labelAt(300)?.text, name);
  }
  assert.deepEqual(tellingEnds(["a", "ba"]), [2, 2]);
});
