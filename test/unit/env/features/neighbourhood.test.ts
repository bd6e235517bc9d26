// Sums over footprints, and the neighbourhood planes of a macro, by hand on a grid of 10 x 10 cells of 10 x 10 µm.
import assert from "node:assert/strict";
import { test } from "node:test";
import { NeighbourhoodFeatures } from "../../../../env/features/neighbourhood.js";
import { Judge } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { NetlistDraft, NodeKind, Random } from "../../../../netlist/index.js";
import { blockOf } from "../../../support/blocks.js";
import { assertClose } from "../../../support/close.js";

const CELLS = 100;

test("sums over footprints are those of a loop over all cells", () => {
  const random = Random.stream(1, "footprints");
  const kernels = Kernels.create();
  for (const [columns, rows] of [
    [7, 5],
    [1, 9],
    [12, 1],
  ] as const) {
    const cells = columns * rows;
    const [plane, out] = [kernels.f32(cells), kernels.f32(cells)];
    const [sums, line] = [kernels.f64((columns + 1) * (rows + 1)).fill(9), kernels.f64(columns + 1)];
    for (let cell = 0; cell < cells; cell++) plane[cell] = random.uniform();
    kernels.run.sumTable(plane.byteOffset, columns, rows, sums.byteOffset);
    for (let i = 0; i < 20; i++) {
      // From narrower than a cell to wider than the grid, and in whole halves.
      const half = () => (i % 4 === 0 ? random.below(8) / 2 : random.uniform() * 8);
      const [halfColumns, halfRows] = [half(), half()];
      const { run } = kernels;
      run.footprintSums(
        sums.byteOffset,
        columns,
        rows,
        halfColumns,
        halfRows,
        line.byteOffset,
        out.byteOffset,
      );
      assertClose(out, footprintTwin(plane, columns, halfColumns, halfRows), 1e-6, `${columns} x ${rows}`);
    }
  }
});

/** The integral of a plane over a rectangle around each cell's centre, cell by cell. */
function footprintTwin(
  plane: Float32Array,
  columns: number,
  halfColumns: number,
  halfRows: number,
): number[] {
  const overlap = (centre: number, half: number, cell: number) =>
    Math.max(0, Math.min(centre + half, cell + 1) - Math.max(centre - half, cell));
  return Array.from(plane, (_, at) => {
    const [x, y] = [(at % columns) + 0.5, Math.floor(at / columns) + 0.5];
    return plane.reduce((sum, value, cell) => {
      const across = overlap(x, halfColumns, cell % columns);
      return sum + value * across * overlap(y, halfRows, Math.floor(cell / columns));
    }, 0);
  });
}

/** A macro of 20 x 10 µm to place, and soft macros of 20 x 20 µm at these centres. */
function featuresOf(...softs: readonly [number, number][]) {
  const draft = new NetlistDraft();
  const macro = draft.addNode(NodeKind.HardMacro, "A", 20, 10);
  const nodes = softs.map((_, i) => draft.addNode(NodeKind.SoftMacro, `Grp_${i}`, 20, 20));
  const block = blockOf(draft);
  const judge = new Judge(Kernels.create(), block);
  for (const [i, node] of nodes.entries()) [judge.placement.xs[node], judge.placement.ys[node]] = softs[i]!;
  return { macro, features: new NeighbourhoodFeatures(judge) };
}

/** The two planes of the soft macros where hard macros cover this share of every cell. */
function softMacroPlanes({ macro, features }: ReturnType<typeof featuresOf>, cover = 0) {
  const distance = new Float32Array(CELLS).fill(9);
  const overlap = new Float32Array(CELLS).fill(9);
  const centre = new Float64Array(2);
  features.softCentre(centre);
  const macroCover = new Float32Array(CELLS).fill(cover);
  features.writeSoftMacros({ macro, macroCover, centre }, { distance, overlap });
  return { distance, overlap };
}

test("soft macros take a disc around their centre that has room for them", () => {
  // Their centre is (50, 50), their area 800 µm².
  const { distance, overlap } = softMacroPlanes(featuresOf([45, 55], [55, 45]));
  // A disc of 800 µm² has radius 15.96; of 8 cells the rim is a little farther out or in.
  const radius = Math.hypot(5, 5) / (2 * distance[44]!); // (45, 45) is 7.07 from the centre
  assert.ok(Math.abs(radius - 15.96) < 1, `radius ${radius}`);
  assert.equal(distance[0], 1); // (5, 5) is 64 µm off
  assertClose(distance.subarray(55, 56), distance.subarray(44, 45), 1e-6);
  // With its centre at (45, 45) the macro covers x 35..55, y 40..50: cells 43, 44, 45, half of the outer ones.
  const inside = (fromCentre: number) =>
    Math.max(0, Math.min(1, 0.5 + (radius - fromCentre) / Math.hypot(10, 10)));
  const shares = [
    0.25 * inside(Math.hypot(15, 5)),
    0.5 * inside(Math.hypot(5, 5)),
    0.25 * inside(Math.hypot(5, 5)),
  ];
  assertClose([overlap[44]!], [shares[0]! + shares[1]! + shares[2]!], 1e-5);
  assert.equal(overlap[0], 0);
});

test("the disc grows around hard macros, up to the farthest cell if there is no room", () => {
  const features = featuresOf([50, 50], [50, 50]);
  const [free, half, full] = [0, 0.5, 1].map((cover) => softMacroPlanes(features, cover).distance);
  // Half the room takes √2 times the radius, so cells are nearer in radii.
  assert.ok(Math.abs(free![44]! / half![44]! - Math.SQRT2) < 0.1);
  // The farthest cell is (5, 5), 63.6 µm off: the radius.
  assertClose([full![0]!, full![44]!], [0.5, Math.hypot(5, 5) / (2 * Math.hypot(45, 45))], 1e-6);
});

test("without soft macros every cell is far from them and no macro overlaps them", () => {
  const { distance, overlap } = softMacroPlanes(featuresOf());
  assert.ok(distance.every((value) => value === 1) && overlap.every((value) => value === 0));
});

test("contact is the share of the frame around a macro that is covered or off the canvas", () => {
  const { macro, features } = featuresOf();
  const macroCover = new Float32Array(CELLS);
  macroCover[46] = 1; // x 60..70, y 40..50
  const contact = new Float32Array(CELLS);
  features.writeContact({ macro, macroCover }, contact);
  // The macro is 2 x 1 cells, its frame 4 x 3 - 2 = 10 cells. At (45, 45) it covers x 35..55, the frame x 25..65, of
  // which half of the covered cell. At (55, 45), x 45..65: half of that cell is under the macro, half in the frame.
  assertClose([contact[44]!, contact[45]!, contact[22]!], [0.05, 0.05, 0], 1e-6);
  // At (5, 5): x -5..15, frame -15..25 and y -10..20: of 12 cells 2.5 x 2 are on the canvas, of the macro's 2 1.5.
  assertClose([contact[0]!], [(10 - 3.5) / 10], 1e-6);
});
