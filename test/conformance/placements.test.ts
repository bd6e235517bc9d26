// The published mixed-size placements are legal and as long as the results say, by a plain reading of the Bookshelf files.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { publishedPlacements, rescore } from "../../benchmarks/rescore.js";
import { readStudies } from "../../benchmarks/results-page.js";
import { sharedPath, withoutShared } from "../support/shared-data.js";
import { makeFolder } from "../support/temp-folder.js";

const folderOf = (name: string) =>
  ["iccad04", "iccad04_centerpins"]
    .map((set) => sharedPath(`benchmarks/${set}/${name}`))
    .find((path) => existsSync(path))!;

test("published placements have the lengths of the results, and are legal", { skip: withoutShared }, () => {
  const figures = readStudies()
    .flatMap(({ figures }) => figures)
    .filter(({ method, tables }) => method === "mixed and cells" && tables.includes("mixed"));
  assert.deepEqual(figures.map(({ block }) => block).sort(), [...publishedPlacements().keys()].sort());
  for (const { block, value } of figures) {
    const { wirelength, ...faults } = rescore(folderOf(block), publishedPlacements().get(block)!);
    assert.equal((wirelength / 1e6).toFixed(3), value!.toFixed(3), block);
    assert.deepEqual(faults, { overlaps: 0, offRows: 0, outside: 0, missing: 0 }, block);
  }
});

test("the plain reading finds what is wrong", { skip: withoutShared }, () => {
  const text = gunzipSync(readFileSync(publishedPlacements().get("ibm01")!)).toString();
  const places = new Map(text.split("\n").map((line) => [line.split("\t")[0]!, line]));
  const damaged = (change: (lines: Map<string, string>) => void) => {
    const lines = new Map(places);
    change(lines);
    const path = join(makeFolder(), "damaged.pl");
    writeFileSync(path, [...lines.values()].join("\n"));
    return rescore(folderOf("ibm01"), path);
  };
  const at = (name: string) => places.get(name)!.split("\t").slice(1, 3).map(Number) as [number, number];
  const whole = damaged(() => {});
  const [x, y] = at("a0");
  assert.ok(damaged((lines) => lines.set("a1", `a1\t${x}\t${y}\t: N`)).overlaps > 0);
  assert.equal(damaged((lines) => lines.set("a0", `a0\t${x}\t${y + 1}\t: N`)).offRows, whole.offRows + 1);
  assert.equal(damaged((lines) => lines.delete("a0")).missing, 1);
  // A macro of ibm01, moved beyond the left edge.
  const [macroX, macroY] = at("a22");
  const moved = damaged((lines) => lines.set("a22", `a22\t${macroX - 5000}\t${macroY}\t: N`));
  assert.equal(moved.outside, 1);
  assert.notEqual(moved.wirelength, whole.wirelength);
});
