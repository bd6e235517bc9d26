import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { type Block, NodeKind, nodesOfKind } from "../../../netlist/block.js";
import { loadBlock } from "../../../netlist/formats/load-block.js";
import { writePbNetlist } from "../../../netlist/formats/pb/pb-netlist-writer.js";
import { writePlc } from "../../../netlist/formats/plc/plc-writer.js";
import { generateBlock } from "../../../netlist/generator/generate.js";
import { FAMILIES, type GenerateOptions } from "../../../netlist/generator/options.js";
import { InputError } from "../../../netlist/input-error.js";
import { describeBlock } from "../../../netlist/statistics.js";
import { makeFolder } from "./tiny-files.js";

const HIERARCHIES = FAMILIES.filter((family) => family !== "flat");

for (const family of FAMILIES)
  test(`${family}: the same seed gives the same files, and they come back as the same block`, async () => {
    const options: GenerateOptions = {
      family,
      seed: 5,
      macros: 24,
      blockages: 2,
      fixedMacros: 3,
      name: "made",
    };
    const block = generateBlock(options);
    assert.deepEqual(generateBlock(options), block);
    assert.notDeepEqual(generateBlock({ ...options, seed: 6 }).netPins, block.netPins);
    const folder = makeFolder();
    await writePbNetlist(join(folder, "made.pb.txt"), block, block.initial, { canvas: block.canvas });
    await writePlc(join(folder, "made.plc"), block, block.initial);
    const again = await loadBlock(join(folder, "made.pb.txt"), { placement: join(folder, "made.plc") });
    assert.deepEqual(again, block);
  });

test("families differ from one another at the same seed", () => {
  const netlists = FAMILIES.map((family) => generateBlock({ family, seed: 1, macros: 20 }).netPins.join());
  assert.equal(new Set(netlists).size, FAMILIES.length);
});

test("every family has exactly the hard macros, soft macros and ports asked for, in several sizes", () => {
  for (const family of HIERARCHIES)
    for (const macros of [4, 20, 77]) {
      const block = generateBlock({ family, seed: 2, macros, softMacros: 150, ports: 90 });
      const { counts, macroSizes } = describeBlock(block);
      const label = `${family} ${macros}`;
      assert.deepEqual([counts.hardMacros, counts.softMacros, counts.ports], [macros, 150, 90], label);
      if (macros >= 20) assert.ok(macroSizes.length >= 2, label);
    }
});

test("fixed macros stand inside the canvas, clear of blockages and of each other, and blockages inside", () => {
  for (const family of FAMILIES) {
    const block = generateBlock({
      family,
      seed: 8,
      macros: 40,
      softMacros: 80,
      blockages: 4,
      fixedMacros: 6,
    });
    assert.equal(block.blockages.length, 4);
    const { width, height } = block.canvas;
    for (const { left, bottom, right, top, rate } of block.blockages) {
      assert.ok(0 <= left && left < right && right <= width && 0 <= bottom && bottom < top && top <= height);
      assert.ok((right - left) * (top - bottom) < 0.035 * width * height);
      assert.equal(rate, 1);
    }
    const boxes = [...nodesOfKind(block, NodeKind.HardMacro)]
      .filter((node) => block.fixed[node] === 1)
      .map((node) => boxOf(block, node));
    assert.equal(boxes.length, 6);
    const taken = [...block.blockages];
    for (const box of boxes) {
      assert.ok(box.left >= 0 && box.bottom >= 0 && box.right <= width && box.top <= height);
      for (const other of taken)
        assert.ok(
          box.left >= other.right ||
            other.left >= box.right ||
            box.bottom >= other.top ||
            other.bottom >= box.top,
        );
      taken.push({ ...box, rate: 1 });
    }
  }
});

function boxOf(block: Block, node: number) {
  const x = block.initial.xs[node]!;
  const y = block.initial.ys[node]!;
  const w = block.widths[node]! / 2;
  const h = block.heights[node]! / 2;
  return { left: x - w, bottom: y - h, right: x + w, top: y + h };
}

test("bus ports stand together: on one edge, next to one another", () => {
  for (const family of HIERARCHIES) {
    const block = generateBlock({ family, seed: 3, macros: 20, softMacros: 100, ports: 200 });
    const buses = new Map<string, number[]>();
    for (const port of nodesOfKind(block, NodeKind.Port)) {
      const bus = block.nodeNames[port]!.replace(/\[\d+\]$/, "");
      buses.set(bus, [...(buses.get(bus) ?? []), port]);
    }
    for (const ports of buses.values()) {
      const xs = ports.map((port) => block.initial.xs[port]!);
      const ys = ports.map((port) => block.initial.ys[port]!);
      const spread = [xs, ys].map((values) => Math.max(...values) - Math.min(...values));
      assert.equal(Math.min(...spread), 0);
      assert.ok(Math.max(...spread) <= 2.81 * ports.length);
    }
  }
});

// The five open clustered blocks have: Rent exponent 0.58 to 0.73, mean fan-out 2.99 to 3.58, mean net weight 1.76
// to 2.27, 12 to 20 neighbours in the median, soft macros of which the 90th percentile has 1.65 to 2.41 times the
// median area, 5 to 34 per cent of the wires at hard macros, 3 to 6 per cent at ports. Bounds are a little wider.
for (const family of HIERARCHIES)
  test(`${family}: statistics lie where those of real clustered netlists do`, () => {
    for (const [seed, macros] of [
      [1, 24],
      [2, 60],
      [3, 133],
    ] as const) {
      const d = describeBlock(generateBlock({ family, seed, macros }));
      const label = `${family} ${macros}`;
      const within = (value: number, least: number, most: number, what: string) =>
        assert.ok(value >= least && value <= most, `${label}: ${what} ${value}`);
      within(d.rent!.exponent, 0.56, 0.77, "Rent exponent");
      within(d.fanout.mean, 2.85, 3.6, "mean fan-out");
      within(d.netWeights.mean, 1.65, 2.3, "mean net weight");
      assert.equal(d.netWeights.median, 1, label);
      within(d.graph!.degree.median, 11, 20, "neighbours");
      within(d.softMacroAreas.p90 / d.softMacroAreas.median, 1.65, 2.5, "soft areas");
      within(d.wires.ofHardMacros, 0.05, 0.4, "wires of hard macros");
      within(d.wires.betweenHardMacros, 0, 0.09, "wires between hard macros");
      within(d.wires.ofPorts, 0.008, 0.06, "wires of ports");
      within(d.pinsPerHardMacro.median, 40, 210, "pins of hard macros");
      assert.equal(d.graph!.components, 1, label);
    }
  });

test("memory-dominated blocks have the largest share of hard macros, logic-dominated ones the smallest", () => {
  const share = (family: (typeof FAMILIES)[number]) =>
    describeBlock(generateBlock({ family, seed: 4, macros: 48 })).area.hardShare;
  const shares = new Map(FAMILIES.map((family) => [family, share(family)]));
  for (const family of FAMILIES) {
    assert.ok(shares.get("memory")! >= shares.get(family)!, family);
    assert.ok(shares.get("logic")! <= shares.get(family)!, family);
  }
  assert.ok(shares.get("memory")! > 0.74 && shares.get("logic")! < 0.4);
});

test("what cannot be made is refused, with the reason and what to do", () => {
  const refused = (options: Partial<GenerateOptions>, message: RegExp) =>
    assert.throws(
      () => generateBlock({ seed: 1, macros: 20, softMacros: 20, ...options }),
      (error: Error) => error instanceof InputError && message.test(error.message),
    );
  refused({ family: "gpu" as never }, /^family: 'gpu', one of flat, systolic, .* was expected$/);
  refused({ blockages: 7 }, /^blockages: 7, a whole number from 0 to 6/);
  refused({ fixedMacros: 6 }, /^fixedMacros: 6, a whole number from 0 to 5/);
  refused(
    { utilisation: 0.9, softShare: 0.02 },
    /^utilisation: 0\.900 .*20 macros: random placements dead-end.*; lower the utilisation/,
  );
  refused(
    { family: "memory", macros: 60, utilisation: 0.9, softShare: 0.05, aspect: 5 },
    /bring the aspect closer to 1/,
  );
});
