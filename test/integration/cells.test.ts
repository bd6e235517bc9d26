// `cells` from end to end: a design with macros placed, all of its cells in rows, written as its files have it.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { readFrames } from "../../flow/frames.js";
import { type CellsSummary, evaluate, placeCells, readRun } from "../../flow/index.js";
import { copyPlacement, loadBlock, NodeKind, writePlc } from "../../netlist/index.js";
import { checkRows } from "../../placer/index.js";
import { ashlar, runJson } from "../support/command.js";
import { rowFaults } from "../support/row-faults.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const at = (...names: readonly string[]) => join(folder, ...names);
const DESIGN = "examples/design/tile.def";
const LEF_FILES = ["examples/design/tech.lef", "examples/design/cells.lef"];
const LEFS = LEF_FILES.flatMap((file) => ["--lef", file]);

before(() => {
  runJson("place", DESIGN, "--method", "greedy", "--iterations", "2", "--out", at("run"), "--json");
});

test("cells of a DEF: legal, scored as its own output is, the same bytes again, and macros stay", async () => {
  const cells = (out: string) =>
    runJson("cells", DESIGN, "--placement", at("run"), "--out", at(out), "--json");
  const summary = cells("cells");
  assert.deepEqual([summary.legal, summary.overlaps, summary.off_rows, summary.cells], [true, 0, 0, 820]);
  assert.deepEqual(JSON.parse(readFileSync(at("cells", "summary.json"), "utf8")), summary);
  assert.equal(
    runJson("eval", at("cells", "best.def"), ...LEFS, "--json").wirelength,
    summary.flat_wirelength,
  );
  const block = await loadBlock(at("cells", "best.def"), {
    def: { lef: ["examples/design/tech.lef", "examples/design/cells.lef"] },
  });
  assert.deepEqual(checkRows(block, block.initial), { overlaps: 0, offRows: 0, outsideRegions: 0 });
  assert.deepEqual(rowFaults(block, block.initial), []);
  const macros = await loadBlock(at("run", "best.def"), {
    def: { lef: ["examples/design/tech.lef", "examples/design/cells.lef"] },
  });
  for (let node = 0; node < block.nodeCount; node++)
    if (block.kinds[node] === 0)
      assert.deepEqual(
        [block.initial.xs[node], block.initial.ys[node]],
        [macros.initial.xs[node], macros.initial.ys[node]],
      );
  const twice = ["cells", DESIGN, "--placement", at("run"), "--out"];
  for (const [out, expected] of [
    [at("cells"), /holds a run already; continue it with --resume, replace it with --force/],
    [at("run"), /holds a run, whose files have the same names/],
  ] as const) {
    const { code, stderr } = await ashlar(...twice, out);
    assert.deepEqual([code, expected.test(stderr)], [1, true], stderr);
  }
  cells("again");
  assert.ok(readFileSync(at("again", "best.def")).equals(readFileSync(at("cells", "best.def"))));
  assert.ok(Number(summary.flat_wirelength) < 0.8 * Number(runJson("eval", at("run"), "--json").wirelength));
});

test("macros between database units: placement and figures are those of the file, which has them on units", async () => {
  const block = await loadBlock(DESIGN, { def: { lef: LEF_FILES } });
  const { initial } = await loadBlock(at("run", "best.def"), { def: { lef: LEF_FILES } });
  const placement = copyPlacement(initial);
  for (let node = 0; node < block.nodeCount; node++)
    if (block.kinds[node] === NodeKind.HardMacro && !block.fixed[node]) placement.xs[node]! += 0.0004;
  await writePlc(at("between.plc"), block, placement);
  const between = await placeCells(DESIGN, {
    ...{ placement: at("between.plc"), passes: 0, workers: 1, out: at("between") },
  });
  assert.equal(between.legal, true);
  for (const path of [at("between"), at("between", "best.def")])
    assert.equal((await evaluate(path)).score.wirelength, between.flat_wirelength, path);
});

test("a run that was stopped has cells in rows, and the bytes of a whole one once it is resumed; it is read as a run", async () => {
  const options = { placement: at("run"), out: at("stopped") };
  const stop = new AbortController();
  stop.abort();
  const early = await placeCells(DESIGN, options, { signal: stop.signal });
  assert.deepEqual([early.interrupted, early.legal, early.iterations], [true, true, 1]);
  const lines: string[] = [];
  const whole = await placeCells(DESIGN, { ...options, resume: true }, (line) => lines.push(line));
  assert.equal(whole.interrupted, undefined);
  assert.ok(whole.seconds > early.seconds && whole.flat_wirelength < 0.9 * early.flat_wirelength);
  await placeCells(DESIGN, { ...options, out: at("through") });
  for (const file of ["best.def", "best.plc", "frames.jsonl"])
    assert.ok(readFileSync(at("stopped", file)).equals(readFileSync(at("through", file))), file);
  await assert.rejects(
    placeCells(DESIGN, { ...options, density: 0.9, resume: true }),
    /the run was started with density 1, now it is 0.9/,
  );
  const run = await readRun(at("through"));
  assert.deepEqual([run.state, run.metrics.length], ["finished", whole.iterations]);
  const frames = readFrames(at("through", "frames.jsonl"), run.block);
  assert.equal(frames.costs.length, Math.ceil(whole.iterations / 10));
  assert.equal(frames.nodes.length, 820 + 11);
  const [first, last] = [frames.costs[0]!, frames.costs.at(-1)!];
  assert.ok(last.density < first.density, "cells spread");
  const view = runJson("eval", at("through"), "--json");
  assert.ok(Math.abs(Number(view.wirelength) - whole.flat_wirelength) < 1e-9 * whole.flat_wirelength);
});

test("cells stay in their region and out of the fences of others; without room there they are refused", async () => {
  const text = readFileSync(DESIGN, "utf8");
  const withRegion = (name: string, unit: string) => {
    const regions = `REGIONS 2 ;\n- unit ${unit} ;\n- alone ( 0 0 ) ( 3000 3000 ) + TYPE FENCE ;\nEND REGIONS\n`;
    const groups = "GROUPS 1 ;\n- g fetch/u* + REGION unit ;\nEND GROUPS\n";
    const def = text
      .replace("COMPONENTS ", `${regions}COMPONENTS `)
      .replace("END NETS\n", `END NETS\n${groups}`);
    writeFileSync(at(name), def);
    return ["cells", at(name), ...LEFS, "--placement", at("run"), "--passes", "1"];
  };
  const given = withRegion("regions.def", "( 0 0 ) ( 60000 60000 )");
  const { code, stdout, stderr } = await ashlar(...given, "--out", at("regions"), "--json");
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^\d+ cells stay in region 'unit'$/m);
  const { legal, outside_regions: outside } = JSON.parse(stdout) as CellsSummary;
  assert.deepEqual([legal, outside], [true, 0]);
  // Cells as the file has them, in thousandths of a µm.
  const placed = readFileSync(at("regions", "best.def"), "utf8");
  const corners = [...placed.matchAll(/^\s*- (\S+\/u\S*) \S+[^;]*?\+ PLACED \( (\d+) (\d+) \)/gm)];
  const members = corners.filter(([, name]) => name!.startsWith("fetch/u"));
  assert.ok(members.length > 100 && corners.length > 2 * members.length);
  for (const [, name, x, y] of members)
    assert.ok(Number(x) < 60000 && Number(y) < 60000, `${name} ${x} ${y}`);
  for (const [, name, x, y] of corners)
    assert.ok(Number(x) >= 3000 || Number(y) >= 3000, `${name} ${x} ${y}`);
  const mixed = ["--method", "mixed", "--protocol", "free", "--iterations", "1", "--cells", "--json"];
  const whole = runJson("place", at("regions.def"), ...LEFS, ...mixed, "--out", at("regions-mixed"));
  assert.deepEqual([whole.legal, whole.cells_legal, whole.cells_outside_regions], [true, true, 0]);
  const small = await ashlar(...withRegion("small.def", "( 0 0 ) ( 9000 9000 )"), "--out", at("small"));
  assert.equal(small.code, 1);
  assert.match(
    small.stderr,
    /cells of region 'unit' take \d+ sites of \d+ that are free[^\n]*; make the region larger/,
  );
  assert.equal(existsSync(at("small", "best.def")), false);
  // With macros still to be placed, before the search.
  const search = ["--method", "greedy", "--cells", "--out", at("small-run")];
  const early = await ashlar("place", at("small.def"), ...LEFS, ...search);
  assert.equal(early.code, 1);
  assert.match(early.stderr, /cells of region 'unit' take \d+ sites of \d+ that are free/);
  assert.equal(existsSync(at("small-run")), false);
});

test("a design with everything fixed is refused", async () => {
  writeFileSync(
    at("fixed.def"),
    readFileSync(at("cells", "best.def"), "utf8").replaceAll("+ PLACED", "+ FIXED"),
  );
  const fixed = await ashlar("cells", at("fixed.def"), ...LEFS, "--out", at("fixed"));
  assert.equal(fixed.code, 1);
  assert.match(fixed.stderr, /holds no standard cell that may move; give a flat netlist[^\n]*\n$/);
});

test("cells of a Bookshelf set", async () => {
  const aux = at("set", "tile.aux");
  runJson("convert", DESIGN, aux, "--json");
  runJson("place", aux, "--method", "greedy", "--iterations", "2", "--out", at("set-run"), "--json");
  const summary = runJson(
    ...["cells", aux, "--placement", at("set-run", "best.pl"), "--passes", "1"],
    ...["--out", at("set-cells"), "--json"],
  );
  assert.equal(summary.legal, true);
  assert.ok(existsSync(at("set-cells", "best.plc")));
  const again = runJson("eval", aux, "--placement", at("set-cells", "best.pl"), "--json");
  assert.equal(again.wirelength, summary.flat_wirelength);
  // A run's best.pl is a block as its flat.plc is: with macros alone its cells are placed first, with cells they stay.
  const verified = (...args: readonly string[]) => {
    const figures = runJson("verify", ...args, "--rounds", "0", "--passes", "0", "--json");
    return [figures.legal, figures.flat_wirelength, figures.routed_wirelength, figures.vias];
  };
  const macros = verified(at("set-run", "best.pl"));
  assert.equal(macros[0], true);
  assert.deepEqual(macros, verified(aux, "--placement", at("set-run", "best.pl")));
  const cells = verified(at("set-cells", "best.pl"));
  assert.equal(cells[1], again.wirelength);
  assert.deepEqual(cells, verified(aux, "--placement", at("set-cells", "best.pl"), "--as-placed"));
});

test("macros without places, and blocks without cells, are refused before anything is written", async () => {
  const refused = async (args: readonly string[], expected: RegExp) => {
    const { code, stderr } = await ashlar("cells", ...args, "--out", at("none"));
    assert.equal(code, 1);
    assert.match(stderr, expected);
    assert.equal(stderr.trim().split("\n").length, 1);
  };
  await refused([DESIGN], /macro '.*' has no place; place the macros first/);
  runJson("generate", "--macros", "6", "--seed", "1", "--out", at("block"), "--json");
  await refused([at("block")], /holds no standard cell that may move/);
  assert.ok(!existsSync(at("none")));
});
