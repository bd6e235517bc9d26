import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Block, NodeKind, nodesOfKind } from "../../../netlist/block.js";
import { loadBlock } from "../../../netlist/formats/load-block.js";
import { writePbNetlist } from "../../../netlist/formats/pb/pb-netlist-writer.js";
import { writePlc } from "../../../netlist/formats/plc/plc-writer.js";
import { generateBlock } from "../../../netlist/generator/generate.js";
import { InputError } from "../../../netlist/input-error.js";
import { describeBlock } from "../../../netlist/statistics.js";
import { makeFolder } from "./tiny-files.js";

test("the same seed gives the same block, another seed another one", () => {
  const block = generateBlock({ seed: 7, macros: 12 });
  assert.deepEqual(generateBlock({ seed: 7, macros: 12 }), block);
  assert.notDeepEqual(generateBlock({ seed: 8, macros: 12 }).netPins, block.netPins);
});

test("a generated block comes back from its files unchanged, and its files from it", async () => {
  const block = generateBlock({ seed: 3, macros: 10, name: "made" });
  const folder = makeFolder();
  const write = async (block: Block, name: string) => {
    await writePbNetlist(join(folder, `${name}.pb.txt`), block, block.initial, { canvas: block.canvas });
    await writePlc(join(folder, `${name}.plc`), block, block.initial, { thisFile: "made.plc" });
  };
  await write(block, "made");
  const again = await loadBlock(join(folder, "made.pb.txt"), { placement: join(folder, "made.plc") });
  assert.deepEqual(again, block);
  await write(again, "again");
  for (const end of ["pb.txt", "plc"])
    assert.equal(
      readFileSync(join(folder, `again.${end}`), "utf8"),
      readFileSync(join(folder, `made.${end}`), "utf8"),
    );
});

test("counts, area and canvas are those asked for", () => {
  const block = generateBlock({
    seed: 1,
    macros: 9,
    softMacros: 40,
    ports: 33,
    utilisation: 0.5,
    aspect: 2,
    softShare: 0.4,
  });
  const { counts, utilisation, places } = describeBlock(block);
  assert.deepEqual([counts.hardMacros, counts.softMacros, counts.ports], [9, 40, 33]);
  assert.ok(Math.abs(utilisation.total - 0.5) < 1e-4);
  assert.ok(Math.abs(utilisation.hard - 0.3) < 1e-4);
  assert.ok(Math.abs(block.canvas.width / block.canvas.height - 2) < 1e-4);
  assert.deepEqual(places, { placed: 0, unplaced: 49, fixed: 0 });
});

test("ports stand just inside the four edges, no two at one place", () => {
  const block = generateBlock({ seed: 5, macros: 60 });
  const seen = new Set<string>();
  const sides = new Set<number>();
  for (const port of nodesOfKind(block, NodeKind.Port)) {
    const x = block.initial.xs[port]!;
    const y = block.initial.ys[port]!;
    const distances = [x, block.canvas.width - x, y, block.canvas.height - y];
    const nearest = Math.min(...distances);
    assert.ok(nearest > 0.06 && nearest < 0.08);
    sides.add(distances.indexOf(nearest));
    seen.add(`${x} ${y}`);
  }
  assert.equal(seen.size, nodesOfKind(block, NodeKind.Port).length);
  assert.equal(sides.size, 4);
});

test("pins of hard macros lie on their macro, at one or two of its edges", () => {
  const block = generateBlock({ seed: 6, macros: 30 });
  for (let pin = 0; pin < block.pinCount; pin++) {
    const macro = block.pinNodes[pin]!;
    if (block.kinds[macro] !== NodeKind.HardMacro) continue;
    const toSide = block.widths[macro]! / 2 - Math.abs(block.pinXOffsets[pin]!);
    const toEnd = block.heights[macro]! / 2 - Math.abs(block.pinYOffsets[pin]!);
    assert.ok(toSide >= 0 && toEnd >= 0);
    assert.ok(Math.min(toSide, toEnd) < 0.04);
  }
});

test("the block is in the neighbourhood of real clustered ones", () => {
  // Four open blocks (ariane in three technologies, nvdla): fan-out mean 3.0 to 3.6, weights 1.8 to 2.3,
  // 43 to 203 pins a macro, 18 neighbours and 4 wires an edge in the median ariane.
  const { counts, fanout, netWeights, pinsPerHardMacro, graph, grid } = describeBlock(
    generateBlock({ seed: 3, macros: 133 }),
  );
  assert.ok(counts.nets > 10_000 && counts.nets < 22_000);
  assert.ok(fanout.median <= 3 && fanout.mean > 2.8 && fanout.mean < 3.8 && fanout.p99 <= 16);
  assert.ok(netWeights.median === 1 && netWeights.mean > 1.5 && netWeights.mean < 2.4);
  assert.ok(pinsPerHardMacro.minimum >= 40 && pinsPerHardMacro.maximum <= 210);
  assert.equal(graph!.components, 1);
  assert.ok(graph!.degree.median > 10 && graph!.degree.median < 30);
  assert.ok(grid.columns * grid.rows >= 500 && grid.columns * grid.rows <= 2500);
});

for (const macros of [4, 5, 17, 60])
  test(`${macros} macros find legal places on the grid, whatever the seed`, () => {
    for (let seed = 0; seed < 5; seed++)
      assert.ok(fitsGreedily(generateBlock({ seed, macros, softMacros: 20 })), `seed ${seed}`);
  });

/** Places the macros by descending area on the first free cell centre, row by row from below. */
function fitsGreedily(block: Block): boolean {
  const { canvas, grid, widths, heights } = block;
  const macros = [...nodesOfKind(block, NodeKind.HardMacro)].sort(
    (a, b) => heights[b]! - heights[a]! || widths[b]! * heights[b]! - widths[a]! * heights[a]!,
  );
  const placed: [number, number, number, number][] = [];
  return macros.every((macro) => {
    const w = widths[macro]! / 2;
    const h = heights[macro]! / 2;
    for (let cell = 0; cell < grid.columns * grid.rows; cell++) {
      const x = ((cell % grid.columns) + 0.5) * (canvas.width / grid.columns);
      const y = (Math.floor(cell / grid.columns) + 0.5) * (canvas.height / grid.rows);
      if (x < w || x + w > canvas.width || y < h || y + h > canvas.height) continue;
      if (placed.some(([px, py, pw, ph]) => Math.abs(px - x) < pw + w && Math.abs(py - y) < ph + h)) continue;
      placed.push([x, y, w, h]);
      return true;
    }
    return false;
  });
}

test("eight hundred macros are generated in seconds on a grid of at most 2,500 cells", () => {
  const block = generateBlock({ seed: 6, macros: 800 });
  assert.equal(nodesOfKind(block, NodeKind.HardMacro).length, 800);
  assert.ok(block.grid.columns * block.grid.rows <= 2500);
});

test("options out of range are refused by name", () => {
  const refused = (options: Parameters<typeof generateBlock>[0], message: RegExp) =>
    assert.throws(
      () => generateBlock(options),
      (error: Error) => error instanceof InputError && message.test(error.message),
    );
  refused({ seed: 1, macros: 3 }, /^macros: 3, a whole number from 4 to 800 was expected$/);
  refused({ seed: 1, macros: 4.5 }, /^macros: 4\.5/);
  refused({ seed: Number.NaN, macros: 4 }, /^seed: NaN/);
  refused({ seed: 1, macros: 10, utilisation: 1.2 }, /^utilisation: 1\.2/);
  refused({ seed: 1, macros: 10, aspect: 0 }, /^aspect: 0/);
});
