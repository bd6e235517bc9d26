// The hierarchy that names of macros tell, and the colours of its modules.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Hierarchy, type Module, moduleColour } from "../../../viz/page/hierarchy.js";

const NAMES = [
  "top/core/icache/data/ram10",
  "top/core/icache/data/ram2",
  "top/core/icache/tag/ram0",
  "top/core/dcache/ram0",
  "top/uncore/x/y/rom",
  "top/phy",
];

const hierarchyOf = (names: readonly string[]) => new Hierarchy({ nodeNames: names }, [...names.keys()]);
const outline = ({ label, macros, children }: Module): unknown => [
  label,
  macros.length,
  ...children.map(outline),
];

test("modules branch where names differ; levels without a branch are joined", () => {
  const { top, modules } = hierarchyOf(NAMES);
  assert.equal(top, "top");
  assert.deepEqual(modules.map(outline), [
    ["core", 4, ["dcache", 1], ["icache", 3, ["data", 2], ["tag", 1]]],
    ["uncore/x/y", 1],
  ]);
  assert.equal(modules[0]!.children[1]!.children[0]!.path, "top/core/icache/data");
});

test("names without levels, in one module, or of no macros at all have no modules", () => {
  for (const names of [["a", "b"], ["m/a", "m/b"], ["m/a"], []])
    assert.deepEqual(hierarchyOf(names).modules, []);
});

test("modules are in natural order", () => {
  const names = ["bank10/a", "bank2/a", "bank1/a"];
  assert.deepEqual(
    hierarchyOf(names).modules.map(({ label }) => label),
    ["bank1", "bank2", "bank10"],
  );
});

test("the lowest modules that are listed have colours, and a closed one has one for all of it", () => {
  const hierarchy = hierarchyOf(NAMES);
  const colours = () => NAMES.map((_, node) => hierarchy.colourOf(node));
  assert.deepEqual(new Set(colours()), new Set([undefined]));
  hierarchy.coloured = true;
  let [data, other, tag, dcache, uncore, phy] = colours();
  assert.deepEqual([other, tag, dcache], [data, data, data]);
  assert.ok(data !== uncore && data !== undefined && uncore !== undefined);
  assert.equal(phy, undefined, "a macro outside all modules keeps its own colour");
  hierarchy.restore(["top/core", "top/core/icache", "no/such"], true);
  assert.deepEqual(
    hierarchy.rows.map(({ module, level, colour }) => [module.label, level, colour !== undefined]),
    [
      ["core", 1, false],
      ["dcache", 2, true],
      ["icache", 2, false],
      ["data", 3, true],
      ["tag", 3, true],
      ["uncore/x/y", 1, true],
    ],
  );
  [data, other, tag, dcache, uncore, phy] = colours();
  assert.equal(other, data);
  assert.equal(new Set([data, tag, dcache, uncore]).size, 4);
  hierarchy.setOpen(hierarchy.modules[0]!, false);
  assert.equal(new Set(colours().slice(0, 4)).size, 1);
});

test("macros of a module that are in none of its modules have its colour", () => {
  const hierarchy = hierarchyOf(["a/ram", "a/b/ram", "c/ram"]);
  hierarchy.restore(["a"], true);
  const colours = [0, 1, 2].map((node) => hierarchy.colourOf(node));
  assert.equal(new Set(colours).size, 3);
  assert.equal(hierarchy.rows[0]!.colour, colours[0]);
});

test("white names are legible on twelve colours, and no two of them are alike", () => {
  const colours = Array.from({ length: 12 }, (_, i) => moduleColour(i));
  const channels = colours.map((colour) =>
    [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)),
  );
  for (const rgb of channels) {
    const [r, g, b] = rgb.map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    const contrast = 1.05 / (0.2126 * r! + 0.7152 * g! + 0.0722 * b! + 0.05);
    assert.ok(contrast >= 4, `${rgb}: contrast ${contrast}`);
  }
  for (let i = 0; i < channels.length; i++)
    for (let j = 0; j < i; j++) {
      const away = Math.hypot(...channels[i]!.map((value, k) => value - channels[j]![k]!));
      assert.ok(away > 20, `colours ${j} and ${i}: ${away}`);
    }
});
