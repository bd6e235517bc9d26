// Layers of routed nets, by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RoutingGrid } from "../../../../env/index.js";
import { assignLayers } from "../../../../env/routing/layer-assignment.js";

/** 4 x 2 cells; layers: pins, across, up, across, up, each with room for one wire on every edge. */
const [COLUMNS, ROWS] = [4, 2];
const CELLS = COLUMNS * ROWS;
const grid: RoutingGrid = {
  ...{ columns: COLUMNS, rows: ROWS, cellWidth: 1, cellHeight: 1 },
  layers: ["pins", "h1", "v1", "h2", "v2"].map((name, i) => ({ name, isHorizontal: i % 2 === 1, tracks: 1 })),
  capacities: [0, 1, 1, 1, 1].map((room) => new Float64Array(CELLS).fill(room)),
};

function assigned(nets: readonly (readonly number[])[], pins: readonly (readonly number[])[]) {
  const listOf = (lists: readonly (readonly number[])[]) => {
    const starts = new Int32Array(lists.length + 1);
    for (const [i, list] of lists.entries()) starts[i + 1] = starts[i]! + list.length;
    return { starts, flat: Int32Array.from(lists.flat()) };
  };
  const edges = listOf(nets);
  const cells = listOf(pins);
  return assignLayers(
    grid,
    { starts: edges.starts, edges: edges.flat },
    { starts: cells.starts, cells: cells.flat },
  );
}

test("a straight wire is on the lowest layer, a long one above a short one that is in its way", () => {
  const one = assigned([[0, 1, 2]], [[0, 3]]);
  assert.deepEqual([...one.usage[1]!.subarray(0, 4)], [1, 1, 1, 0]);
  assert.equal(one.vias, 2);
  // The short net takes the lower layer. All of the long one goes to h2: from the pins up to it are 3 layers at each end.
  const two = assigned(
    [[0, 1, 2], [1]],
    [
      [0, 3],
      [1, 2],
    ],
  );
  assert.deepEqual([...two.usage[1]!.subarray(0, 4)], [0, 1, 0, 0]);
  assert.deepEqual([...two.usage[3]!.subarray(0, 4)], [1, 1, 1, 0]);
  assert.equal(two.vias, 2 + 2 * 3);
});

test("an L has a via at its corner, and a run that fits nowhere as a whole is split", () => {
  const corner = assigned([[0, CELLS + 1]], [[0, COLUMNS + 1]]);
  assert.deepEqual([corner.usage[1]![0], corner.usage[2]![1]], [1, 1]);
  // A via for each pin, one more up to v1 at the pin in the upper row, and one at the corner.
  assert.equal(corner.vias, 2 + 1 + 1);
  // h1 is taken on edge 0, h2 on edge 1 (by a wire that found h1 taken there): the third takes h2, then no room: h1 again.
  const split = assigned(
    [[0], [1], [1], [0, 1]],
    [
      [0, 1],
      [1, 2],
      [1, 2],
      [0, 2],
    ],
  );
  assert.deepEqual([...split.usage[1]!.subarray(0, 2)], [1, 2]);
  assert.deepEqual([...split.usage[3]!.subarray(0, 2)], [1, 1]);
});

test("runs end at the edge of the grid: the last edge of a row does not go on in the next", () => {
  // Edges 2 and 4 belong to rows 0 and 1; as one run they would claim an edge between.
  const rows = assigned([[2, COLUMNS]], [[2, 3, 4, 5]]);
  assert.deepEqual([...rows.usage[1]!], [0, 0, 1, 0, 1, 0, 0, 0]);
});
