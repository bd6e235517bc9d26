// Lists of lists as flat arrays, and lists too long to be arguments.
import assert from "node:assert/strict";
import { test } from "node:test";
import { append, greatestOf, groupBy, leastOf } from "../../../netlist/index.js";

test("items are grouped in order, and empty groups are empty", () => {
  const { starts, items } = groupBy(4, Int32Array.from([2, 0, 2, 3]));
  assert.deepEqual([...starts], [0, 1, 1, 3, 4]);
  assert.deepEqual([...items], [1, 0, 2, 3]);
});

test("a list of a million numbers has a least and a greatest one, and may be added to another", () => {
  const values = Array.from({ length: 1_000_000 }, (_, i) => i - 5);
  assert.deepEqual([leastOf(values), greatestOf(values)], [-5, 999_994]);
  const list = [7];
  append(list, values);
  assert.deepEqual([list.length, list[0], list[1], list.at(-1)], [1_000_001, 7, -5, 999_994]);
  assert.deepEqual([leastOf([]), greatestOf(new Set<number>())], [Infinity, -Infinity]);
  assert.ok(Number.isNaN(leastOf([1, Number.NaN])) && Number.isNaN(greatestOf([Number.NaN, 1])));
});
