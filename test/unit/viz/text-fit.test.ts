import assert from "node:assert/strict";
import { test } from "node:test";
import { cutEnd, cutStart, fitName, textWidth, wrapWords } from "../../../viz/text-fit.js";

test("a text that fits stays, a longer one gets dots, and nothing is wider than asked for", () => {
  assert.equal(cutEnd("short", 100, 10), "short");
  assert.match(cutEnd("a rather long text", 60, 10), /^a rath?.*…$/);
  assert.match(cutStart("a/rather/long/name", 60, 10), /^….*name$/);
  for (let width = 0; width < 120; width += 7)
    for (const cut of [cutEnd("WWW mmm 𝒳𝒳𝒳 iii", width, 10), cutStart("WWW mmm 𝒳𝒳𝒳 iii", width, 10)])
      assert.ok(textWidth(cut, 10) <= width, `'${cut}' in ${width}`);
});

test("a name in a box never overflows, whatever the box", () => {
  const names = [
    "i_cache_subsystem/i_nc/sram_block_0__tag_sram/macro_mem_0__i_ram",
    "x",
    "/",
    "",
    "___",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
    "a/b/c/d/e/f/g/h",
  ];
  for (const name of names)
    for (let along = 0; along < 200; along += 11)
      for (let across = 0; across < 60; across += 5) {
        const fitted = fitName(name, along, across);
        if (!fitted) continue;
        assert.ok(fitted.size >= 6);
        assert.ok(fitted.lines.length * fitted.size * 1.15 <= across, `${name} in ${along} × ${across}`);
        for (const line of fitted.lines) assert.ok(textWidth(line, fitted.size) <= along, line);
      }
});

test("a name is shown from its end: as many components as fit, then the last, then dots", () => {
  assert.deepEqual(fitName("top/core/ram_7", 150, 14)?.lines, ["top/core/ram_7"]);
  assert.deepEqual(fitName("top_of_everything/core/ram_7", 80, 14)?.lines, ["core/ram_7"]);
  assert.deepEqual(fitName("core/ram_block_seven", 72, 25)?.lines, ["core/ram_", "block_seven"]);
  assert.deepEqual(fitName("core/ram_block_seven", 40, 10)?.lines, ["…ck_seven"]);
  assert.equal(fitName("core/ram_block_seven", 40, 6), undefined);
  assert.equal(fitName("core/ram_block_seven", 15, 10), undefined);
});

test("words are wrapped, and the last line is cut", () => {
  assert.deepEqual(wrapWords("one two three", { width: 500, size: 10, most: 2 }), ["one two three"]);
  const lines = wrapWords("one two three four five six seven eight", { width: 70, size: 10, most: 2 });
  assert.equal(lines.length, 2);
  assert.match(lines[1]!, /…$/);
});
