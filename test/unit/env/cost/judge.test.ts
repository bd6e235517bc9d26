// The judge on blocks so small that every cost is computed in the comments. Canvas 100 x 100 µm, cells of 10 x 10 µm.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Judge, type JudgeOptions } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { type Block, InputError, NetlistDraft, NodeKind, Orientation } from "../../../../netlist/index.js";
import { blockOf } from "../../../support/blocks.js";
import { assertClose } from "../../../support/close.js";

function judge(block: Block, options: JudgeOptions = {}) {
  const found = new Judge(Kernels.create(), block, options);
  return { costs: found.evaluate(block.initial), maps: found.maps(), judge: found };
}

/** A net between points at these places, the driver's first. Points have no area. */
function netBetween(
  places: readonly (readonly [number, number])[],
  rules: Parameters<typeof blockOf>[1] = {},
) {
  const draft = new NetlistDraft();
  const pins = places.map(([x, y], i) => draft.addPort(`p${i}`, x, y));
  draft.addNet(pins[0]!, pins.slice(1));
  return blockOf(draft, rules);
}

/** Cells with a value, as `row,column`. */
function cellsOf(map: Float64Array, columns = 10): Record<string, number> {
  const found: Record<string, number> = {};
  map.forEach((value, cell) => {
    if (value > 1e-9)
      found[`${Math.floor(cell / columns)},${cell % columns}`] = Math.round(value * 1e9) / 1e9;
  });
  return found;
}

test("wirelength is the weighted half-perimeter, its cost divided by the canvas and the weights", () => {
  const draft = new NetlistDraft();
  const a = draft.addPort("a", 0, 0);
  const b = draft.addPort("b", 30, 40);
  const c = draft.addPort("c", 10, 90);
  draft.addNet(a, [b, c], 2); // x 0..30, y 0..90: 2 * 120 = 240
  draft.addNet(b, [c]); // x 10..30, y 40..90: 70
  const { costs } = judge(blockOf(draft));
  assertClose([costs.wirelength], [310], 1e-12);
  assertClose([costs.wirelengthCost], [310 / (200 * 3)], 1e-12);
});

test("a pin's offset turns with its macro", () => {
  for (const [name, x, y] of [
    ["N", 53, 51],
    ["FN", 47, 51],
    ["S", 47, 49],
    ["FS", 53, 49],
    ["E", 51, 47], // (3, 1) becomes (1, -3)
    ["FE", 49, 47],
    ["W", 49, 53],
    ["FW", 51, 53],
  ] as const) {
    const draft = new NetlistDraft();
    const macro = draft.addNode(NodeKind.HardMacro, "M", 20, 10);
    const pin = draft.addPin(macro, "M/p", 3, 1);
    draft.addNet(draft.addPort("o", 0, 0), [pin]);
    const block = blockOf(draft, {}, { M: [50, 50] });
    block.initial.orientations[macro] = Orientation[name];
    assertClose([judge(block).costs.wirelength], [x + y], 1e-12, name);
  }
});

test("a net whose pins all stand at one point costs nothing but counts in the denominator", () => {
  const draft = new NetlistDraft();
  const a = draft.addPort("a", 0, 0);
  const b = draft.addPort("b", 10, 0);
  const c = draft.addPort("c", 10, 0);
  draft.addNet(a, [b]); // 10 µm
  draft.addNet(b, [c], 3); // 0 µm, weight 3
  const { costs } = judge(blockOf(draft));
  assertClose([costs.wirelength, costs.wirelengthCost], [10, 10 / (200 * 4)], 1e-12);
});

test("a block without nets has a wirelength cost of 0, not NaN", () => {
  const draft = new NetlistDraft();
  draft.addNode(NodeKind.HardMacro, "M", 20, 10);
  assert.equal(judge(blockOf(draft, {}, { M: [50, 50] })).costs.wirelengthCost, 0);
});

test("density is area per cell, overlaps add up, and the cost is half the mean of the densest tenth", () => {
  const draft = new NetlistDraft();
  draft.addNode(NodeKind.HardMacro, "M", 20, 10);
  draft.addNode(NodeKind.SoftMacro, "Grp_0", 10, 5);
  // M covers cells (0,0) and (0,1) in full; Grp_0 half of (0,0).
  const { costs, maps } = judge(blockOf(draft, {}, { M: [10, 5], Grp_0: [5, 5] }));
  assert.deepEqual(cellsOf(maps.density), { "0,0": 1.5, "0,1": 1 });
  // 100 cells, so the 10 densest count: 0.5 * (1.5 + 1 + 8 * 0) / 10.
  assertClose([costs.densityCost], [0.125], 1e-12);
});

test("what sticks out of the canvas covers nothing, and an unplaced macro neither", () => {
  const draft = new NetlistDraft();
  draft.addNode(NodeKind.SoftMacro, "Grp_0", 20, 20);
  draft.addNode(NodeKind.SoftMacro, "Grp_1", 20, 20); // has no place
  draft.addNode(NodeKind.SoftMacro, "Grp_2", 20, 20);
  const { maps } = judge(blockOf(draft, {}, { Grp_0: [0, 100], Grp_2: [-20, 50] }));
  assert.deepEqual(cellsOf(maps.density), { "9,0": 1 });
});

test("with fewer than ten cells the densest one alone counts, likewise the most congested", () => {
  const draft = new NetlistDraft();
  draft.addNode(NodeKind.SoftMacro, "Grp_0", 50, 25);
  const block = blockOf(draft, { grid: { columns: 2, rows: 2 } }, { Grp_0: [25, 25] });
  assertClose([judge(block).costs.densityCost], [0.5 * 0.5], 1e-12); // 1250 of 2500 µm²
  const net = netBetween(
    [
      [10, 10],
      [60, 10],
    ],
    { grid: { columns: 2, rows: 2 } },
  );
  assertClose([judge(net).costs.congestionCost], [1 / 50], 1e-12); // one wire, 50 tracks
});

test("two cells: along the row of the driver, then along the column of the sink", () => {
  // Driver in (row 1, column 2), sink in (4, 5). One wire of ten tracks in every cell it crosses: 0.1.
  const { maps, costs } = judge(
    netBetween([
      [25, 15],
      [55, 45],
    ]),
  );
  assert.deepEqual(cellsOf(maps.horizontal), { "1,2": 0.1, "1,3": 0.1, "1,4": 0.1 });
  assert.deepEqual(cellsOf(maps.vertical), { "1,5": 0.1, "2,5": 0.1, "3,5": 0.1 });
  // 200 values, so the 10 largest count: six of 0.1 and four of 0.
  assertClose([costs.congestionCost], [0.06], 1e-12);
  // The other way round the corner lies at (4, 2).
  const back = judge(
    netBetween([
      [55, 45],
      [25, 15],
    ]),
  ).maps;
  assert.deepEqual(cellsOf(back.horizontal), { "4,2": 0.1, "4,3": 0.1, "4,4": 0.1 });
  assert.deepEqual(cellsOf(back.vertical), { "1,2": 0.1, "2,2": 0.1, "3,2": 0.1 });
});

test("several pins in one cell are one, and a net within a cell is no wire", () => {
  const { maps } = judge(
    netBetween([
      [25, 15],
      [22, 18],
      [35, 15],
      [38, 12],
    ]),
  );
  assert.deepEqual(cellsOf(maps.horizontal), { "1,2": 0.1 });
  assert.deepEqual(
    cellsOf(
      judge(
        netBetween([
          [25, 15],
          [28, 12],
        ]),
      ).maps.horizontal,
    ),
    {},
  );
});

test("three cells in a staircase: an L at every step", () => {
  // (0,0), (1,2), (3,3) by column: row 0 to column 2, up to row 1, row 1 to column 3, up to row 3.
  const { maps } = judge(
    netBetween([
      [25, 15],
      [5, 5],
      [35, 35],
    ]),
  );
  assert.deepEqual(cellsOf(maps.horizontal), { "0,0": 0.1, "0,1": 0.1, "1,2": 0.1 });
  assert.deepEqual(cellsOf(maps.vertical), { "0,2": 0.1, "1,3": 0.1, "2,3": 0.1 });
});

test("three cells, two of them above the first in one column: one trunk", () => {
  // (0,0), (1,2), (3,2): row 0 to column 2, then column 2 up to row 3.
  const { maps } = judge(
    netBetween([
      [25, 35],
      [5, 5],
      [25, 15],
    ]),
  );
  assert.deepEqual(cellsOf(maps.horizontal), { "0,0": 0.1, "0,1": 0.1 });
  assert.deepEqual(cellsOf(maps.vertical), { "0,2": 0.1, "1,2": 0.1, "2,2": 0.1 });
});

test("three cells, the right two in one row", () => {
  // (2,0), (0,1), (0,3): row 2 to column 1, column 1 down to row 0, row 0 to column 3.
  const { maps } = judge(
    netBetween([
      [5, 25],
      [15, 5],
      [35, 5],
    ]),
  );
  assert.deepEqual(cellsOf(maps.horizontal), { "2,0": 0.1, "0,1": 0.1, "0,2": 0.1 });
  assert.deepEqual(cellsOf(maps.vertical), { "0,1": 0.1, "1,1": 0.1 });
});

test("three cells otherwise: a T whose trunk is the middle row, whoever drives", () => {
  // (0,3), (1,0), (3,1): row 1 from column 0 to 3, column 3 up from row 0, column 1 up to row 3.
  for (const places of [
    [
      [35, 5],
      [5, 15],
      [15, 35],
    ],
    [
      [15, 35],
      [35, 5],
      [5, 15],
    ],
  ] as const) {
    const { maps } = judge(netBetween(places));
    assert.deepEqual(cellsOf(maps.horizontal), { "1,0": 0.1, "1,1": 0.1, "1,2": 0.1 });
    assert.deepEqual(cellsOf(maps.vertical), { "0,3": 0.1, "1,1": 0.1, "2,1": 0.1 });
  }
});

test("four cells: a star of two-cell routes from the driver", () => {
  // Driver (1,1); sinks (1,3), (3,1), (0,0): row 1 right twice; column 1 up twice; row 1 left once, column 0 down.
  const { maps } = judge(
    netBetween([
      [15, 15],
      [35, 15],
      [15, 35],
      [5, 5],
    ]),
  );
  assert.deepEqual(cellsOf(maps.horizontal), { "1,0": 0.1, "1,1": 0.1, "1,2": 0.1 });
  assert.deepEqual(cellsOf(maps.vertical), { "1,1": 0.1, "2,1": 0.1, "0,0": 0.1 });
});

test("a net of weight 3 is three wires; one of weight 0.25 counts as one wire but as 0.25 in length", () => {
  const draft = new NetlistDraft();
  const a = draft.addPort("a", 5, 5);
  const b = draft.addPort("b", 15, 5);
  const c = draft.addPort("c", 5, 25);
  const d = draft.addPort("d", 15, 25);
  draft.addNet(a, [b], 3);
  draft.addNet(c, [d], 0.25);
  const { maps, costs } = judge(blockOf(draft));
  assert.deepEqual(cellsOf(maps.horizontal), { "0,0": 0.3, "2,0": 0.1 });
  assertClose([costs.wirelength], [3 * 10 + 0.25 * 10], 1e-12);
});

test("two pins at one place that drive the same sink are two wires", () => {
  const draft = new NetlistDraft();
  const cluster = draft.addNode(NodeKind.SoftMacro, "Grp_0", 1, 1);
  const sink = draft.addPort("s", 15, 5);
  for (const pin of ["a", "b"]) draft.addNet(draft.addPin(cluster, pin), [sink]);
  const { maps, costs } = judge(blockOf(draft, {}, { Grp_0: [5, 5] }));
  assert.deepEqual(cellsOf(maps.horizontal), { "0,0": 0.2 });
  assertClose([costs.wirelength, costs.wirelengthCost], [20, 20 / (200 * 2)], 1e-12);
});

test("capacities are tracks per µm times the cell's height or width", () => {
  const routing = { horizontal: 2, vertical: 4, horizontalUsedByMacros: 1, verticalUsedByMacros: 1 };
  const rules = { routing, grid: { columns: 10, rows: 20 } }; // cells of 10 x 5 µm
  const { maps } = judge(
    netBetween(
      [
        [5, 2],
        [15, 7],
      ],
      rules,
    ),
  );
  assert.deepEqual(cellsOf(maps.horizontal), { "0,0": 0.1 }); // 5 µm * 2
  assert.deepEqual(cellsOf(maps.vertical), { "0,1": 0.025 }); // 10 µm * 4
});

test("a hard macro within one cell blocks what it spans of both directions; a soft one blocks nothing", () => {
  const draft = new NetlistDraft();
  draft.addNode(NodeKind.HardMacro, "M", 4, 6);
  draft.addNode(NodeKind.SoftMacro, "Grp_0", 8, 8);
  const { maps } = judge(blockOf(draft, {}, { M: [15, 25], Grp_0: [55, 55] }));
  assert.deepEqual(cellsOf(maps.horizontal), { "2,1": 0.6 }); // 6 of 10 µm
  assert.deepEqual(cellsOf(maps.vertical), { "2,1": 0.4 });
});

test("a macro on its side blocks by its turned size", () => {
  const draft = new NetlistDraft();
  const macro = draft.addNode(NodeKind.HardMacro, "M", 4, 6);
  const block = blockOf(draft, {}, { M: [15, 25] });
  block.initial.orientations[macro] = Orientation.W;
  const { maps } = judge(block);
  assert.deepEqual(cellsOf(maps.horizontal), { "2,1": 0.4 });
  assert.deepEqual(cellsOf(maps.vertical), { "2,1": 0.6 });
});

test("a macro over several cells, covered in part at its ends, blocks nothing at its top row and right column", () => {
  const draft = new NetlistDraft();
  draft.addNode(NodeKind.HardMacro, "M", 20, 20);
  // x 5..25: columns 0 (5 µm), 1 (10), 2 (5); y 15..35: rows 1 (5 µm), 2 (10), 3 (5).
  const { maps } = judge(blockOf(draft, {}, { M: [15, 25] }));
  const rows = { "1,0": 0.5, "1,1": 1, "1,2": 0.5, "2,0": 0.5, "2,1": 1, "2,2": 0.5 }; // row 3 is open
  assert.deepEqual(cellsOf(maps.vertical), rows);
  const columns = { "1,0": 0.5, "1,1": 0.5, "2,0": 1, "2,1": 1, "3,0": 0.5, "3,1": 0.5 }; // column 2 is open
  assert.deepEqual(cellsOf(maps.horizontal), columns);
});

test("a macro that fills its cells to the edge blocks all of them", () => {
  const draft = new NetlistDraft();
  draft.addNode(NodeKind.HardMacro, "M", 20, 20);
  const { maps } = judge(blockOf(draft, {}, { M: [20, 20] }));
  const all = { "1,1": 1, "1,2": 1, "2,1": 1, "2,2": 1 };
  assert.deepEqual(cellsOf(maps.horizontal), all);
  assert.deepEqual(cellsOf(maps.vertical), all);
});

test("smoothing divides a wire among the cells in reach that exist, across its direction", () => {
  // One horizontal wire in cell (0, 0), reach 1: rows 0 and 1 of column 0 get half each.
  const low = judge(
    netBetween(
      [
        [5, 5],
        [15, 5],
      ],
      { smoothing: 1 },
    ),
  ).maps;
  assert.deepEqual(cellsOf(low.horizontal), { "0,0": 0.05, "1,0": 0.05 });
  // In row 5 there are three rows in reach.
  const middle = judge(
    netBetween(
      [
        [5, 55],
        [15, 55],
      ],
      { smoothing: 1.9 },
    ),
  ).maps;
  const third = Math.round(1e9 / 30) / 1e9;
  assert.deepEqual(cellsOf(middle.horizontal), { "4,0": third, "5,0": third, "6,0": third });
  // A vertical wire in cell (0, 9) spreads over columns 8 and 9 of row 0.
  const right = judge(
    netBetween(
      [
        [95, 5],
        [95, 15],
      ],
      { smoothing: 1 },
    ),
  ).maps;
  assert.deepEqual(cellsOf(right.vertical), { "0,8": 0.05, "0,9": 0.05 });
});

test("smoothing leaves what macros block where it is", () => {
  const draft = new NetlistDraft();
  draft.addNode(NodeKind.HardMacro, "M", 4, 6);
  const { maps } = judge(blockOf(draft, { smoothing: 2 }, { M: [15, 25] }));
  assert.deepEqual(cellsOf(maps.horizontal), { "2,1": 0.6 });
});

test("a net with a pin outside the grid is measured but not routed, or routed to the edge cell if asked", () => {
  const block = netBetween([
    [85, 5],
    [105, 5],
  ]);
  const skipped = judge(block);
  assertClose([skipped.costs.wirelength], [20], 1e-12);
  assert.deepEqual(cellsOf(skipped.maps.horizontal), {});
  assert.deepEqual(cellsOf(judge(block, { outside: "clamp" }).maps.horizontal), { "0,8": 0.1 });
});

test("a pin on the left or bottom edge is inside, one on the right or top edge outside", () => {
  assert.deepEqual(
    cellsOf(
      judge(
        netBetween([
          [0, 0],
          [15, 0],
        ]),
      ).maps.horizontal,
    ),
    { "0,0": 0.1 },
  );
  assert.deepEqual(
    cellsOf(
      judge(
        netBetween([
          [85, 100],
          [95, 95],
        ]),
      ).maps.horizontal,
    ),
    {},
  );
  assert.deepEqual(
    cellsOf(
      judge(
        netBetween([
          [100, 5],
          [85, 5],
        ]),
      ).maps.horizontal,
    ),
    {},
  );
});

test("nets of a macro without a place are neither measured nor routed", () => {
  const draft = new NetlistDraft();
  const macro = draft.addNode(NodeKind.HardMacro, "M", 4, 6);
  draft.addNet(draft.addPort("a", 5, 5), [draft.addPin(macro, "M/p")]);
  draft.addNet(draft.addPort("b", 5, 5), [draft.addPort("c", 15, 5)]);
  const { costs, maps } = judge(blockOf(draft));
  assertClose([costs.wirelength, costs.wirelengthCost], [10, 10 / (200 * 2)], 1e-12);
  assert.deepEqual(cellsOf(maps.horizontal), { "0,0": 0.1 });
});

test("the proxy is the weighted sum of the three, 1 and 0.5 and 0.5 unless told", () => {
  const draft = new NetlistDraft();
  const macro = draft.addNode(NodeKind.HardMacro, "M", 20, 10);
  draft.addNet(draft.addPort("a", 5, 5), [draft.addPin(macro, "M/p")]);
  const block = blockOf(draft, {}, { M: [55, 45] });
  const { wirelengthCost, densityCost, congestionCost, proxyCost } = judge(block).costs;
  assert.ok(wirelengthCost > 0 && densityCost > 0 && congestionCost > 0);
  assertClose([proxyCost], [wirelengthCost + 0.5 * densityCost + 0.5 * congestionCost], 1e-15);
  const weights = { wirelength: 3, density: 0, congestion: 7 };
  assertClose([judge(block, { weights }).costs.proxyCost], [3 * wirelengthCost + 7 * congestionCost], 1e-15);
});

test("tracks or weights with which congestion could overflow its fixed-point maps are refused, not counted wrong", () => {
  const tracks = { horizontal: 1e-9, vertical: 1e-9, horizontalUsedByMacros: 0, verticalUsedByMacros: 0 };
  const few = netBetween(
    [
      [5, 5],
      [95, 5],
    ],
    { routing: tracks },
  );
  assert.throws(() => judge(few), InputError);
  const draft = new NetlistDraft();
  draft.addNet(draft.addPort("a", 5, 5), [draft.addPort("b", 15, 5)], 1e12);
  assert.throws(() => judge(blockOf(draft)), /more than can be counted exactly/);
  // Within the limit large values are exact: one wire on a thousandth of a track.
  const routing = { ...tracks, horizontal: 1e-4, vertical: 1e-4 };
  const many = netBetween(
    [
      [5, 5],
      [15, 5],
    ],
    { routing },
  );
  assert.deepEqual(cellsOf(judge(many).maps.horizontal), { "0,0": 1000 });
});
