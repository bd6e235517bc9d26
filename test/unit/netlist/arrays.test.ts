// Lists of lists as flat arrays.
import assert from "node:assert/strict";
import { test } from "node:test";
import { groupBy } from "../../../netlist/index.js";

test("items are grouped in order, and empty groups are empty", () => {
  const { starts, items } = groupBy(4, Int32Array.from([2, 0, 2, 3]));
  assert.deepEqual([...starts], [0, 1, 1, 3, 4]);
  assert.deepEqual([...items], [1, 0, 2, 3]);
});
