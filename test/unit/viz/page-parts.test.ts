// Parts of the page that need no browser: camera, search, connections, maps, frames.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PUBLISHED_WEIGHTS } from "../../../env/index.js";
import { NetlistDraft, NodeKind } from "../../../netlist/index.js";
import { roundLength } from "../../../viz/axis.js";
import { Camera } from "../../../viz/page/camera.js";
import { Connectivity } from "../../../viz/page/connectivity.js";
import type { PageData } from "../../../viz/page/data.js";
import { Latest } from "../../../viz/page/latest.js";
import { mapCsv, mapRange, netDensity, pinDensity } from "../../../viz/page/maps.js";
import { FrameList } from "../../../viz/page/replay.js";
import { searchNames } from "../../../viz/page/search-box.js";
import { blockOf, smallBlock } from "../../support/blocks.js";
import { assertClose } from "../../support/close.js";

test("zooming keeps the world point under the cursor", () => {
  const camera = new Camera();
  camera.resize(800, 600);
  camera.fitDie(1000, 500);
  const [x, y] = [camera.toWorldX(123), camera.toWorldY(456)];
  camera.zoomAt(123, 456, 3.7);
  assertClose([camera.toScreenX(x)], [123], 1e-9);
  assertClose([camera.toScreenY(y)], [456], 1e-9);
});

test("fitting shows the whole die with y upward", () => {
  const camera = new Camera();
  camera.resize(800, 600);
  camera.fitDie(1000, 500);
  // 800 px less twice 36 px of margin for 1000 µm.
  assertClose([camera.scale], [0.728], 1e-12);
  assert.ok(camera.toScreenY(500) < camera.toScreenY(0));
  assert.equal(camera.toScreenX(500), 400);
});

test("a scale bar has a round length", () => {
  assert.deepEqual([0.7, 1, 3, 19.9, 512].map(roundLength), [0.5, 1, 2, 10, 500]);
});

test("names are found by a part, a pattern or an expression", () => {
  const names = ["core/alu/add_0", "core/alu/add_1", "core/ram[3]", "io/PAD"];
  assert.deepEqual(searchNames(names, "ADD", 9), [0, 1]);
  assert.deepEqual(searchNames(names, "core/*_?", 9), [0, 1]);
  assert.deepEqual(searchNames(names, "core/ram[3]", 9), [2]);
  assert.deepEqual(searchNames(names, "*[3]", 9), [2]);
  assert.deepEqual(searchNames(names, "/pad$/i", 9), [3]);
  assert.deepEqual(searchNames(names, "/pad$/", 9), []);
  assert.deepEqual(searchNames(names, "core", 2), [0, 1]);
  assert.deepEqual(searchNames(names, "  ", 9), []);
});

test("neighbours are ordered by the shares of the nets in common", () => {
  const block = smallBlock(2);
  const connectivity = new Connectivity(block);
  for (let node = 0; node < block.nodeCount; node++) {
    const found = connectivity.neighbours([node]);
    assert.ok(found.every((each) => each.node !== node));
    for (let i = 1; i < found.length; i++) assert.ok(found[i - 1]!.weight >= found[i]!.weight);
    // Connection is mutual.
    for (const { node: other, weight } of found) {
      const back = connectivity.neighbours([other]).find((each) => each.node === node);
      assertClose([back?.weight ?? 0], [weight], 1e-9);
    }
  }
});

test("the range of a map reaches its greatest value, rounded up", () => {
  assert.deepEqual(mapRange(Float64Array.of(0, 1.234)), [0, 1.3]);
  assert.deepEqual(mapRange(Float64Array.of(0, 0)), [0, 1]);
});

test("a change of costs has a range that reaches its least value, too", () => {
  assert.deepEqual(mapRange(Float64Array.of(-0.0123, Number.NaN, 0.004)), [-0.013, 0.004]);
});

test("a map's CSV has a header, and a line per cell with its middle and its value", () => {
  const values = Float64Array.of(1, 2, Number.NaN, 4.5);
  const table = {
    name: "density",
    values,
    grid: { columns: 2, rows: 2 },
    canvas: { width: 20, height: 10 },
  } as const;
  assert.deepEqual(mapCsv(table).split("\n"), [
    'column,row,x_um,y_um,"Density (share of the cell covered)"',
    "0,0,5,2.5,1",
    "1,0,15,2.5,2",
    "0,1,5,7.5,",
    "1,1,15,7.5,4.5",
    "",
  ]);
});

test("net density spreads a net's half-perimeter over the cells of its box", () => {
  const draft = new NetlistDraft();
  draftTwoMacros(draft);
  // Pins at (15, 15) and (35, 25): box 20 x 10, in the cells of columns 1 to 3 and rows 1 to 2.
  const block = blockOf(draft, {}, { a: [15, 15], b: [35, 25] });
  const map = netDensity(block, block.initial);
  const expected = (20 + 10) / (3 * 2 * 100);
  map.forEach((value, cell) => {
    const [column, row] = [cell % 10, Math.floor(cell / 10)];
    const inside = column >= 1 && column <= 3 && row >= 1 && row <= 2;
    assertClose([value], [inside ? expected : 0], 1e-12);
  });
});

test("pin density counts each pin on a net once, where its macro and its orientation put it", () => {
  const draft = new NetlistDraft();
  draftTwoMacros(draft);
  const block = blockOf(draft, {}, { a: [15, 15], b: [35, 25] });
  const map = pinDensity(block, block.initial);
  const filled = [...map.entries()].filter(([, value]) => value > 0);
  assert.deepEqual(filled, [
    [11, 1],
    [23, 1],
  ]);
  const gone = { ...block.initial, xs: block.initial.xs.map(() => Number.NaN) };
  assert.ok(pinDensity(block, gone).every((value) => value === 0));
});

test("only the last request is wanted", () => {
  const latest = new Latest();
  const first = latest.begin();
  assert.equal(first(), true);
  const second = latest.begin();
  assert.deepEqual([first(), second()], [false, true]);
});

test("frames that are told of during a load are read once more, however many were told of", async () => {
  let written = 1;
  let loads = 0;
  const answer = async () => {
    loads++;
    const costs = Array.from({ length: written }, (_, i) => ({ iteration: i + 1 }));
    await Promise.resolve();
    return { meta: { costs }, arrays: {} };
  };
  const list = new FrameList({
    block: smallBlock(2),
    data: { frames: answer } as unknown as PageData,
    weights: PUBLISHED_WEIGHTS,
  });
  const first = list.load();
  written = 3;
  const later = [list.load(), list.load()];
  await Promise.all([first, ...later]);
  assert.deepEqual([list.length, loads], [3, 2]);
  written = 4;
  await list.load();
  assert.deepEqual([list.length, loads], [4, 3]);
});

test("frames that could not be read are read at the next load", async () => {
  let fails = true;
  const answer = async () => {
    if (fails) throw new Error("no answer");
    return { meta: { costs: [{ iteration: 1 }] }, arrays: {} };
  };
  const list = new FrameList({
    block: smallBlock(2),
    data: { frames: answer } as unknown as PageData,
    weights: PUBLISHED_WEIGHTS,
  });
  await assert.rejects(list.load(), /no answer/);
  fails = false;
  await list.load();
  assert.equal(list.length, 1);
});

test("a frame's proxy cost is weighed as the page does, without what else the run counted", async () => {
  const block = smallBlock(2);
  const recorded = { iteration: 1, wirelength: 0.1, density: 0.6, congestion: 0.8, proxy: 7.5 };
  const answer = async () => ({
    meta: { costs: [recorded] },
    arrays: {
      nodes: new Int32Array(),
      xs: new Float32Array(),
      ys: new Float32Array(),
      orientations: new Uint8Array(),
    },
  });
  const weights = { wirelength: 1, density: 0.5, congestion: 0.25 };
  const list = new FrameList({ block, data: { frames: answer } as unknown as PageData, weights });
  await list.load();
  assertClose([list.at(1)!.costs.proxyCost], [0.1 + 0.3 + 0.2], 1e-12);
});

function draftTwoMacros(draft: NetlistDraft): void {
  const [a, b] = ["a", "b"].map((name) => draft.addNode(NodeKind.HardMacro, name, 4, 4));
  draft.addNet(draft.addPin(a!, "a/p"), [draft.addPin(b!, "b/p")]);
}
