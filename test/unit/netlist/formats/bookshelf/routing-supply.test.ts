// Routing supply of a Bookshelf set: from its .route file, or assumed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bookshelfSupplyOf, loadBlock } from "../../../../../netlist/index.js";
import { writeTinySet } from "./tiny-set.js";

const ROUTE = `route 1.0
# 4 x 3 tiles, 3 layers
Grid                : 4 3 3
VerticalCapacity    : 0  0 24
HorizontalCapacity  : 0 40  0
MinWireWidth        : 1  1  2
MinWireSpacing      : 1  1  2
ViaSpacing          : 0  0  0
GridOrigin          : 100 50
TileSize            : 10 10
BlockagePorosity    : 0.25
NumNiTerminals      : 1
  q 2
NumBlockageNodes    : 2
  f 2 1 2
  p 1 3
`;

async function supplyOf(route?: string) {
  const aux = writeTinySet(route === undefined ? {} : { "t.route": route });
  return bookshelfSupplyOf(await loadBlock(aux));
}

test("layers, tracks, tiles and what nodes block", async () => {
  const supply = await supplyOf(ROUTE);
  assert.deepEqual([supply.cellWidth, supply.cellHeight, supply.usable], [10, 10, 1]);
  // 40 units of wires of 2 with their spacing on 10: 2 tracks a unit; 24 units of wires of 4: 0.6.
  assert.deepEqual(
    supply.layers.map(({ isHorizontal, tracks }) => [isHorizontal, tracks]),
    [
      [true, 0],
      [true, 2],
      [false, 0.6],
    ],
  );
  const block = await loadBlock(writeTinySet());
  const node = (name: string) => block.nodeNames.indexOf(name);
  assert.deepEqual(
    [0, 1, 2].map((layer) => supply.blockedBy(node("f"), layer)),
    [0.75, 0.75, 0],
  );
  assert.deepEqual(
    [0, 1, 2].map((layer) => supply.blockedBy(node("m"), layer)),
    [1, 1, 1],
  );
  assert.deepEqual(
    supply.blockages.map(({ layer, share }) => [layer, share]),
    [[2, 0.75]],
  );
});

test("without the file, and with one that grants nothing, tracks are assumed", async () => {
  assert.match((await supplyOf()).source, /^assumed/);
  assert.match((await supplyOf("route 1.0\n")).source, /^assumed/);
});
