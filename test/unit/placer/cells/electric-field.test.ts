// The electric field: transforms and fields against plain sums and a direct solve, rectangles against plain loops.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix, solve } from "ml-matrix";
import { Kernels } from "../../../../kernels/index.js";
import { Random } from "../../../../netlist/index.js";
import {
  ElectricField,
  makeChargeGrid,
  makeMap,
  makeRectangles,
  makeTransform,
} from "../../../../placer/cells/electric-field.js";
import { assertClose } from "../../../support/close.js";
import { normals } from "../../../support/random-arrays.js";
import { coverTwin, fieldTwin, fullnessTwin, type TwinRectangle } from "../../../twins/electrostatic-twin.js";

const kernels = Kernels.create();
const { run } = kernels;
const GRID = { columns: 16, rows: 8, width: 40, height: 30 };

test("transforms of columns equal their sums, for every length", () => {
  const random = Random.stream(1, "transforms");
  for (const [length, columns] of [
    [8, 8],
    [16, 24],
    [64, 8],
    [512, 8],
  ] as const) {
    const transform = makeTransform(kernels, length);
    const source = normals(kernels, random, length * columns);
    const target = kernels.f32(length * columns);
    const angle = (k: number, n: number) => (Math.PI * k * (2 * n + 1)) / (2 * length);
    const kinds = {
      cosineColumns: (out: number, at: number) => Math.cos(angle(out, at)),
      cosineSeries: (out: number, at: number) => Math.cos(angle(at, out)),
      sineSeries: (out: number, at: number) => Math.sin(angle(at, out)),
    };
    for (const [kind, term] of Object.entries(kinds) as [
      keyof typeof kinds,
      (k: number, n: number) => number,
    ][]) {
      const expected = new Float64Array(length * columns);
      for (let out = 0; out < length; out++)
        for (let at = 0; at < length; at++) {
          const factor = term(out, at);
          for (let column = 0; column < columns; column++)
            expected[out * columns + column]! += factor * source[at * columns + column]!;
        }
      run[kind](transform.address, source.byteOffset, target.byteOffset, columns, 0, columns);
      assertClose(target, expected, 1e-6, `${kind} of ${length}`);
    }
  }
});

test("a part of the columns leaves the others alone, and gives the same bits", () => {
  const transform = makeTransform(kernels, 8);
  const source = normals(kernels, Random.stream(2, "transforms"), 8 * 24);
  const whole = kernels.f32(8 * 24);
  const part = kernels.f32(8 * 24).fill(7);
  run.cosineColumns(transform.address, source.byteOffset, whole.byteOffset, 24, 0, 24);
  run.cosineColumns(transform.address, source.byteOffset, part.byteOffset, 24, 8, 16);
  for (let i = 0; i < part.length; i++) assert.equal(part[i], i % 24 >= 8 && i % 24 < 16 ? whole[i] : 7);
});

test("field and potential equal the sums over all terms", () => {
  const field = new ElectricField(kernels, GRID, true);
  const random = Random.stream(3, "field");
  field.density.forEach((_, bin) => {
    field.density[bin] = random.uniform();
  });
  const expected = fieldTwin(GRID, field.density);
  field.solve();
  assertClose(field.potential, expected.potential, 2e-6, "potential");
  assertClose(field.xs, expected.xs, 2e-6, "field along x");
  assertClose(field.ys, expected.ys, 2e-6, "field along y");
});

test("the potential of a smooth density is that of a direct solve of -Δφ = ρ without flux through the walls", () => {
  const grid = { columns: 32, rows: 16, width: 4, height: 3 };
  const field = new ElectricField(kernels, grid, true);
  const [hx, hy] = [grid.width / grid.columns, grid.height / grid.rows];
  const size = grid.columns * grid.rows;
  for (let bin = 0; bin < size; bin++) {
    const x = ((bin % grid.columns) + 0.5) * hx;
    const y = (Math.floor(bin / grid.columns) + 0.5) * hy;
    field.density[bin] = Math.exp(-((x - 1.2) ** 2 + (y - 2) ** 2)) + 0.3 * Math.exp(-((x - 3) ** 2));
  }
  field.solve();
  // Five-point differences. One equation is replaced by "the potentials add up to 0".
  const mean = field.density.reduce((sum, value) => sum + value, 0) / size;
  const system = Matrix.zeros(size, size);
  const right = Matrix.zeros(size, 1);
  for (let bin = 0; bin < size; bin++) {
    right.set(bin, 0, field.density[bin]! - mean);
    const [column, row] = [bin % grid.columns, Math.floor(bin / grid.columns)];
    for (const [dx, dy, h] of [
      [1, 0, hx],
      [-1, 0, hx],
      [0, 1, hy],
      [0, -1, hy],
    ] as const) {
      const [c, r] = [column + dx, row + dy];
      if (c < 0 || r < 0 || c >= grid.columns || r >= grid.rows) continue;
      system.set(bin, bin, system.get(bin, bin) + 1 / h ** 2);
      system.set(bin, r * grid.columns + c, -1 / h ** 2);
    }
  }
  for (let bin = 0; bin < size; bin++) system.set(0, bin, 1);
  right.set(0, 0, 0);
  const expected = solve(system, right).to1DArray();
  assertClose(field.potential, expected, 5e-3, "potential"); // the differences have an error of h²
});

function drawRectangles(random: Random, count: number): TwinRectangle[] {
  return Array.from({ length: count }, (_, i) => ({
    // Some reach beyond the grid, some are smaller than a bin.
    x: Math.fround(GRID.width * (1.1 * random.uniform() - 0.05)),
    y: Math.fround(GRID.height * (1.1 * random.uniform() - 0.05)),
    width: Math.fround(i % 3 === 0 ? 0.7 : 1 + 12 * random.uniform()),
    height: Math.fround(i % 4 === 0 ? 0.9 : 1 + 9 * random.uniform()),
    charge: Math.fround(random.uniform()),
  }));
}

function inMemory(rectangles: readonly TwinRectangle[], bins = GRID) {
  const arrays = makeRectangles(kernels, rectangles.length);
  rectangles.forEach(({ x, y, width, height, charge }, i) => {
    arrays.places.set([x, y], 2 * i);
    arrays.halfSizes.set([width / 2, height / 2], 2 * i);
    arrays.charges[i] = charge;
  });
  return { arrays, grid: makeChargeGrid(kernels, bins, arrays) };
}

test("rectangles fill bins as plain loops have it; those without a place fill none", () => {
  const rectangles = drawRectangles(Random.stream(4, "rectangles"), 60);
  const { arrays, grid } = inMemory([...rectangles, { x: Number.NaN, y: 3, width: 4, height: 4, charge: 1 }]);
  const map = makeMap(kernels, GRID);
  run.addCharges(grid.address, 0, arrays.charges.length, map.byteOffset);
  assertClose(map, fullnessTwin(GRID, rectangles), 1e-5);
});

test("rectangles feel the field over what they cover", () => {
  const random = Random.stream(5, "rectangles");
  const rectangles = drawRectangles(random, 40);
  const { grid } = inMemory(rectangles);
  const [xs, ys] = [makeMap(kernels, GRID), makeMap(kernels, GRID)];
  for (const map of [xs, ys])
    map.forEach((_, bin) => {
      map[bin] = random.normal();
    });
  const slopes = kernels.f32(2 * rectangles.length).fill(1);
  run.gatherField(grid.address, 0, rectangles.length, xs.byteOffset, ys.byteOffset, -2, slopes.byteOffset);
  const expected = rectangles.flatMap((rectangle) =>
    [xs, ys].map((map) =>
      map.reduce(
        (sum, value, bin) => sum - 2 * rectangle.charge * coverTwin(GRID, rectangle, bin) * value,
        1,
      ),
    ),
  );
  assertClose(slopes, expected, 1e-5);
});

test("slopes by edges equal finite differences of the weighted fullness", () => {
  const random = Random.stream(6, "rectangles");
  const rectangles = drawRectangles(random, 40);
  const { grid } = inMemory(rectangles);
  const weights = makeMap(kernels, GRID);
  weights.forEach((_, bin) => {
    weights[bin] = random.normal();
  });
  const slopes = kernels.f32(2 * rectangles.length);
  run.gatherEdges(grid.address, 0, rectangles.length, weights.byteOffset, 3, slopes.byteOffset);
  const weighted = (rectangle: TwinRectangle) =>
    fullnessTwin(GRID, [rectangle]).reduce((sum, fullness, bin) => sum + 3 * weights[bin]! * fullness, 0);
  const h = 1e-6;
  const expected = rectangles.flatMap((r) => [
    (weighted({ ...r, x: r.x + h }) - weighted({ ...r, x: r.x - h })) / (2 * h),
    (weighted({ ...r, y: r.y + h }) - weighted({ ...r, y: r.y - h })) / (2 * h),
  ]);
  assertClose(slopes, expected, 1e-4);
});

test("the push on a rectangle is about the slope of the energy ½ Σ ρφ", () => {
  const fine = { ...GRID, columns: 64, rows: 64 };
  const others = drawRectangles(Random.stream(7, "rectangles"), 30);
  const moved: TwinRectangle = { x: 17, y: 14, width: 9, height: 12, charge: 0.8 };
  const field = new ElectricField(kernels, fine, true);
  const energyAt = (x: number, y: number) => {
    field.density.set(fullnessTwin(fine, [...others, { ...moved, x, y }]));
    field.solve();
    return field.potential.reduce((sum, value, bin) => sum + 0.5 * field.density[bin]! * value, 0);
  };
  const h = fine.width / fine.columns;
  const expected = [
    (energyAt(moved.x + h, moved.y) - energyAt(moved.x - h, moved.y)) / (2 * h),
    (energyAt(moved.x, moved.y + h) - energyAt(moved.x, moved.y - h)) / (2 * h),
  ];
  energyAt(moved.x, moved.y);
  const { grid } = inMemory([moved], fine);
  const slopes = kernels.f32(2);
  run.gatherField(grid.address, 0, 1, field.xs.byteOffset, field.ys.byteOffset, -1, slopes.byteOffset);
  assertClose(slopes, expected, 0.02);
});
