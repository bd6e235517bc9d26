// `place --cells`: macros by a search, then all standard cells in rows around them, in one folder.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { convert, place } from "../../flow/index.js";
import { loadBlock, NodeKind, readPlacement } from "../../netlist/index.js";
import { checkRows } from "../../placer/index.js";
import { ashlar, runJson } from "../support/command.js";
import { rowFaults } from "../support/row-faults.js";
import { sharedPath, withoutShared } from "../support/shared-data.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const at = (...names: readonly string[]) => join(folder, ...names);
const DESIGN = "examples/design/tile.def";
const LEF = ["examples/design/tech.lef", "examples/design/cells.lef"];

test("a design: macros and cells in best.def, figures in the summary, and the cells command finds the same", async () => {
  const search = ["--method", "greedy", "--iterations", "3", "--workers", "1", "--json"];
  const summary = runJson("place", DESIGN, ...search, "--cells", "--out", at("design"));
  assert.deepEqual(
    [summary.cells, summary.cells_legal, summary.cells_overlaps, summary.cells_off_rows, summary.legal],
    [820, true, 0, 0, true],
  );
  const block = await loadBlock(at("design", "best.def"), { def: { lef: LEF } });
  assert.deepEqual(checkRows(block, block.initial), { overlaps: 0, offRows: 0, outsideRegions: 0 });
  const flat = await readPlacement(at("design", "flat.plc"), block);
  // Both to the last bit, and so are the figures: they are of what was written.
  for (const axis of ["xs", "ys"] as const)
    for (let node = 0; node < block.nodeCount; node++)
      assert.equal(flat[axis][node], block.initial[axis][node], `${axis} of ${block.nodeNames[node]}`);
  const scored = runJson("eval", at("design", "best.def"), "--lef", LEF[0]!, "--lef", LEF[1]!, "--json");
  assert.equal(scored.wirelength, summary.flat_wirelength);
  for (const [name, value] of Object.entries(summary.flat as object)) assert.equal(scored[name], value, name);
  // The run's flat.plc is a block with all cells placed, and a placement of the design.
  for (const args of [[at("design", "flat.plc")], [DESIGN, "--placement", at("design", "flat.plc")]])
    assert.equal(runJson("eval", ...args, "--json").wirelength, summary.flat_wirelength, args[0]);
  const { counts } = runJson("info", at("design", "flat.plc"), "--json");
  assert.equal((counts as { standard_cells: number }).standard_cells, summary.cells);
  // Converted, the run has its cells; its best.plc has macros alone.
  const bytes = readFileSync(at("design", "best.def"));
  for (const [i, path] of [at("design"), at("design", "flat.plc"), DESIGN].entries()) {
    const options = path === DESIGN ? { placement: at("design", "flat.plc") } : {};
    const { placed } = await convert(path, at(`again-${i}.def`), options);
    assert.equal(placed, block.nodeCount, path);
    assert.deepEqual(readFileSync(at(`again-${i}.def`)), bytes, path);
  }
  const ports = block.kinds.reduce((count, kind) => count + (kind === NodeKind.Port ? 1 : 0), 0);
  const macros = block.nodeCount - ports - 820;
  for (const [ending, expected] of [
    ["def", macros + ports],
    ["tcl", macros - 1], // one is fixed
    ["cfg", macros - 1],
  ] as const)
    assert.equal(
      (await convert(at("design", "best.plc"), at(`macros.${ending}`))).placed,
      expected,
      `.${ending}`,
    );
  runJson("convert", at("design", "flat.plc"), at("flat", "tile.aux"), "--json");
  const asSet = runJson("eval", at("flat", "tile.aux"), "--json");
  assert.ok(Math.abs(Number(asSet.wirelength) / Number(summary.flat_wirelength) - 1) < 1e-6);
  // A Bookshelf set has the design's rows and sites, so cells stand in them as before. Its rows do not turn cells.
  const set = await loadBlock(at("flat", "tile.aux"));
  const upright = block.rows!.map((row) => ({ ...row, orientation: 0 }));
  assert.deepEqual([set.rows, set.canvas], [upright, block.canvas]);
  assert.deepEqual(checkRows(set, set.initial), { overlaps: 0, offRows: 0, outsideRegions: 0 });
  // The run's own costs are of its soft macros, and those of a run without --cells.
  const without = runJson("place", DESIGN, ...search, "--out", at("without"));
  assert.equal(summary.proxy_cost, without.proxy_cost);
  assert.equal(
    readFileSync(at("design", "best.plc"), "utf8"),
    readFileSync(at("without", "best.plc"), "utf8"),
  );
  const alone = runJson(
    "cells",
    DESIGN,
    "--placement",
    at("without", "best.def"),
    "--out",
    at("alone"),
    "--json",
  );
  assert.equal(alone.flat_wirelength, summary.flat_wirelength);
});

test("a Bookshelf set with method mixed: cells in best.pl", async () => {
  const aux = at("set", "tile.aux");
  runJson("convert", DESIGN, aux, "--json");
  const mixed = ["--method", "mixed", "--protocol", "free", "--iterations", "1", "--cells"];
  const summary = runJson("place", aux, ...mixed, "--out", at("mixed"), "--json");
  assert.deepEqual([summary.legal, summary.cells_legal], [true, true]);
  const block = await loadBlock(aux);
  const placed = await readPlacement(at("mixed", "best.pl"), block);
  assert.deepEqual(checkRows(block, placed), { overlaps: 0, offRows: 0, outsideRegions: 0 });
  const again = runJson("eval", aux, "--placement", at("mixed", "best.pl"), "--json");
  for (const [name, value] of Object.entries(summary.flat as object)) assert.equal(again[name], value, name);
  assert.equal(again.wirelength, summary.flat_wirelength);
});

test("stopped while cells are placed, a run goes on with the cells alone, and ends with the bytes of a whole one", async () => {
  const options = { method: "greedy", iterations: 3, workers: 1, cells: true } as const;
  const whole = await place(DESIGN, { ...options, out: at("whole") });
  const stop = new AbortController();
  const early = await place(
    DESIGN,
    { ...options, out: at("stopped") },
    { signal: stop.signal, onProgress: (line) => void (/placing 820 cells/.test(line) && stop.abort()) },
  );
  assert.deepEqual([early.interrupted, early.cells_legal, early.cells_iterations], [true, true, 1]);
  assert.ok(early.flat_wirelength! > whole.flat_wirelength!);
  const lines: string[] = [];
  const last = await place(DESIGN, { ...options, out: at("stopped"), resume: true }, (line) =>
    lines.push(line),
  );
  assert.equal(last.interrupted, undefined);
  assert.ok(!lines.some((line) => /attempt/.test(line)), "the search ran again");
  for (const name of ["best.def", "best.plc", "flat.plc", "frames.jsonl"])
    assert.equal(readFileSync(at("stopped", name), "utf8"), readFileSync(at("whole", name), "utf8"), name);
  // A run that is over searches on when it is resumed.
  const more = await place(DESIGN, { ...options, iterations: 4, out: at("stopped"), resume: true });
  assert.equal(more.iterations, 4);
});

test("stopped before the cells, a run leaves them, and says so; they may be asked for when it is resumed", async () => {
  const options = { method: "greedy", iterations: 3, workers: 1, out: at("before") } as const;
  const stop = new AbortController();
  stop.abort();
  const lines: string[] = [];
  const control = { signal: stop.signal, onProgress: (line: string) => void lines.push(line) };
  const early = await place(DESIGN, { ...options, cells: true }, control);
  assert.deepEqual([early.interrupted, early.flat_wirelength], [true, undefined]);
  assert.ok(lines.includes("cells are not placed, as the search was stopped; --resume goes on"));
  const last = await place(DESIGN, { ...options, cells: true, resume: true });
  assert.deepEqual([last.iterations, last.cells_legal], [3, true]);
});

test("a design with a library of real cells: legal by the check of its own", {
  skip: withoutShared,
}, async () => {
  const path = sharedPath("benchmarks/lefdef/gcd_mem1_ng45/design.def.gz");
  const search = ["--method", "greedy", "--iterations", "1", "--workers", "1", "--json"];
  const summary = runJson("place", path, ...search, "--cells", "--out", at("gcd"));
  assert.deepEqual([summary.cells, summary.cells_legal], [306, true]);
  const lef = [sharedPath("benchmarks/lefdef/gcd_mem1_ng45")];
  const block = await loadBlock(at("gcd", "best.def"), { def: { lef } });
  assert.deepEqual(rowFaults(block, block.initial), []);
  // Rows alternate, and so do cells.
  const turns = new Set(
    block.initial.orientations.filter((_, node) => block.kinds[node] === NodeKind.StandardCell),
  );
  assert.deepEqual([...turns].sort(), [0, 3]);
});

test("blocks without cells or without rows are refused before the search", async () => {
  runJson("generate", "--macros", "6", "--seed", "1", "--out", at("block"), "--json");
  runJson("convert", DESIGN, at("flat.pb.txt"), "--json");
  for (const [path, expected] of [
    [at("block"), /holds no standard cell that may move; give a flat netlist/],
    [
      at("flat.pb.txt"),
      /has no rows for its standard cells; give a Bookshelf set with its \.scl file, or a DEF/,
    ],
  ] as const) {
    const { code, stderr } = await ashlar("place", path, "--quiet", "--cells", "--out", at("none"));
    assert.deepEqual([code, stderr.trim().split("\n").length], [1, 1]);
    assert.match(stderr, expected);
  }
  assert.ok(!existsSync(at("none")));
});
