import assert from "node:assert/strict";
import { test } from "node:test";
import { heatCells, mapColour, sharedTop } from "../../../viz/heat-map.js";
import { heatColour } from "../../../viz/palette.js";
import { elementsOf, readXml } from "./tiny-scene.js";

const BOX = { x: 0, y: 0, width: 40, height: 20 };

test("the palette starts and ends at its anchors and gets brighter throughout", () => {
  assert.equal(heatColour(0), "#440154");
  assert.equal(heatColour(1), "#fde725");
  // Half way between anchors four (0x26828e) and five (0x1f9e89) of zero to nine.
  assert.equal(heatColour(0.5), "#23908c");
  assert.equal(heatColour(-3), heatColour(0));
  assert.equal(heatColour(7), heatColour(1));
  let before = -1;
  for (let step = 0; step <= 20; step++) {
    const colour = Number.parseInt(heatColour(step / 20).slice(1), 16);
    const light = 0.2126 * (colour >> 16) + 0.7152 * ((colour >> 8) & 255) + 0.0722 * (colour & 255);
    assert.ok(light > before, `step ${step}`);
    before = light;
  }
});

test("cells have the colour of their value, row 0 at the bottom, runs of one colour joined", () => {
  // Bottom row: 0, 1, 1, 2. Top row: 1, 1, 1, 1. On a scale to 2, 1 is the middle of the palette.
  const values = Float64Array.of(0, 1, 1, 2, 1, 1, 1, 1);
  const paths = elementsOf(readXml(heatCells(values, { columns: 4, rows: 2, top: 2, box: BOX })), "path").map(
    (path) => [path.attributes.get("fill"), path.attributes.get("d")],
  );
  assert.deepEqual(paths, [
    ["#440154", "M0 1h1v1h-1z"],
    ["#23908c", "M1 1h2v1h-2zM0 0h4v1h-4z"],
    ["#fde725", "M3 1h1v1h-1z"],
  ]);
  assert.equal(mapColour(1, 2), "#23908c");
});

test("cells without a value are left out", () => {
  const values = Float64Array.of(Number.NaN, 1, Number.NaN, Number.NaN);
  assert.deepEqual(
    elementsOf(readXml(heatCells(values, { columns: 2, rows: 2, top: 1, box: BOX })), "path").map((path) =>
      path.attributes.get("d"),
    ),
    ["M1 1h1v1h-1z"],
  );
});

test("the shared scale reaches a full cell at least and twice that at most", () => {
  const maps = (top: number) => ({
    density: Float64Array.of(0, top),
    horizontal: Float64Array.of(0.1),
    vertical: Float64Array.of(Number.NaN),
  });
  assert.equal(sharedTop(maps(0.3)), 1);
  assert.equal(sharedTop(maps(1.3)), 1.5);
  assert.equal(sharedTop(maps(9)), 2);
});
