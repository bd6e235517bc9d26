// How densely cells cover the pixels of a tile, and which tiles a zoom takes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Cover, levelFor } from "../../../viz/page/cell-cover.js";
import { assertClose } from "../../support/close.js";

const cells = (...boxes: readonly (readonly [x: number, y: number, width: number, height: number])[]) => ({
  block: {
    widths: Float64Array.from(boxes, ([, , width]) => width),
    heights: Float64Array.from(boxes, ([, , , height]) => height),
  },
  placement: {
    xs: Float64Array.from(boxes, ([x]) => x),
    ys: Float64Array.from(boxes, ([, y]) => y),
    orientations: new Uint8Array(boxes.length),
  },
  nodes: boxes.keys(),
});

/** What is covered once all cells are counted, and how many pieces that took. */
function coverOf(...[block, placement, what]: ConstructorParameters<typeof Cover>) {
  const cover = new Cover(block, placement, what);
  let pieces = 1;
  while (!cover.proceed(() => true)) pieces++;
  return { shares: cover.shares, pieces };
}

test("a cell covers pixels by its area, from the top row, and outside the tile it counts nothing", () => {
  // Pixels of 10 x 5 µm. The cell covers a quarter of each of two columns in the upper row.
  const { block, placement, nodes } = cells([20, 17.5, 10, 2.5], [-30, 10, 4, 4], [39, 1, 4, 4]);
  const area = { left: 0, bottom: 0, right: 40, top: 20 };
  const { shares } = coverOf(block, placement, { area, cells: nodes, side: 4 });
  const expected = new Float32Array(16);
  expected[1] = 0.25;
  expected[2] = 0.25;
  expected[15] = (3 * 3) / 50;
  assertClose([...shares], [...expected], 1e-6);
});

test("tiles of all levels have the same covered area", () => {
  const boxes = Array.from(
    { length: 300 },
    (_, i) => [(i * 37) % 100, (i * 61) % 100, 1 + (i % 5), 1.5] as const,
  );
  const { block, placement } = cells(...boxes);
  const areaAt = (level: number) => {
    const count = 2 ** level;
    const side = 100 / count;
    let sum = 0;
    for (let row = 0; row < count; row++)
      for (let column = 0; column < count; column++) {
        const area = {
          left: column * side,
          right: (column + 1) * side,
          bottom: row * side,
          top: (row + 1) * side,
        };
        const { shares } = coverOf(block, placement, { area, cells: boxes.keys(), side: 16 });
        sum += shares.reduce((total, share) => total + share, 0) * (side / 16) ** 2;
      }
    return sum;
  };
  const areas = [0, 1, 3].map(areaAt);
  assertClose(areas, [areas[0]!, areas[0]!, areas[0]!], 1e-2);
  assert.ok(areas[0]! > 500);
});

test("a cell over many pixels counts in each of them by its area", () => {
  const boxes = [
    [50, 50, 41.5, 0.5],
    [30, 61.25, 7.75, 70],
    [10, 20, 300, 11],
    [99, 99, 30, 30],
    [50, 50, 500, 500],
  ] as const;
  const { block, placement, nodes } = cells(...boxes);
  const { shares } = coverOf(block, placement, {
    area: { left: 0, bottom: 0, right: 100, top: 100 },
    cells: nodes,
    side: 100,
  });
  const expected = new Float32Array(100 * 100);
  for (const [x, y, width, height] of boxes)
    for (let row = 0; row < 100; row++)
      for (let column = 0; column < 100; column++) {
        const across = Math.min(column + 1, x + width / 2) - Math.max(column, x - width / 2);
        const down = Math.min(100 - row, y + height / 2) - Math.max(99 - row, y - height / 2);
        expected[row * 100 + column]! += Math.max(0, across) * Math.max(0, down);
      }
  assertClose([...shares], [...expected], 1e-6);
});

test("a picture is counted in pieces, each as short as the time wants, and is the same as in one go", () => {
  const boxes = Array.from({ length: 2000 }, (_, i) => [(i * 37) % 100, (i * 61) % 100, 3, 1.5] as const);
  const { block, placement } = cells(...boxes);
  const area = { left: 10, right: 90, bottom: 10, top: 90 };
  const what = () => ({ area, cells: boxes.keys(), side: 16 });
  const whole = new Cover(block, placement, what());
  assert.equal(
    whole.proceed(() => false),
    true,
  );
  const { shares, pieces } = coverOf(block, placement, what());
  assert.ok(pieces >= 5, `${pieces} pieces`);
  assert.deepEqual(shares, whole.shares);
});

test("the level follows the size of the die on the screen, within limits", () => {
  assert.deepEqual(
    [100, 384, 385, 768, 769, 20_000, 1e9].map((pixels) => levelFor(pixels, 10)),
    [0, 0, 1, 1, 2, 6, 7],
  );
});
