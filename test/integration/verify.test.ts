// `verify` from end to end: cells placed and routed, files written, the same figures again, bad input in one line.
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import {
  copyPlacement,
  loadBlock,
  NodeKind,
  nodesOfKind,
  readPlacement,
  writePlc,
} from "../../netlist/index.js";
import { ashlar, runCli, runJson } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const at = (...names: readonly string[]) => join(folder, ...names);
const DESIGN = "examples/design/tile.def";

before(() => {
  runJson("place", DESIGN, "--method", "greedy", "--iterations", "2", "--out", at("run"), "--json");
});

/** All figures but those of time, and the folder. */
function lasting(summary: Record<string, unknown>): Record<string, unknown> {
  const { seconds, routing_seconds, out, ...rest } = summary;
  assert.ok(Number(seconds) >= Number(routing_seconds));
  return rest;
}

test("a run is verified: figures hang together, come again, and maps add up to them", () => {
  const summary = runJson("verify", at("run"), "--out", at("verify"), "--json");
  const { flat_wirelength, tree_wirelength, routed_wirelength, overflow, layers } = summary as {
    [name: string]: number;
  } & { layers: readonly { name: string; overflow: number }[] };
  assert.equal(summary.legal, true);
  assert.ok(flat_wirelength! < tree_wirelength! && tree_wirelength! <= routed_wirelength!);
  assert.ok(routed_wirelength! < 1.2 * flat_wirelength!);
  assert.equal(
    layers.reduce((sum, layer) => sum + layer.overflow, 0),
    overflow,
  );
  assert.match(String(summary.tracks), /^6 layers of the LEF files, tracks of the DEF file$/);
  assert.match(String(summary.not_measured), /^timing/);
  assert.ok(Number((summary.data_flow as { pairs: number }).pairs) > 0);
  const { columns, rows } = summary.grid as { columns: number; rows: number };
  const lines = readFileSync(at("verify", "routing.csv"), "utf8").trim().split("\n");
  assert.equal(lines.length, 1 + columns * rows);
  let above = 0;
  for (const line of lines.slice(1)) {
    const [, , right, rightRoom, up, upRoom] = line.split(",").map(Number) as [
      ...[number, number, number, number, number, number],
    ];
    above += Math.max(0, right - rightRoom) + Math.max(0, up - upRoom);
  }
  assert.equal(above, overflow);
  assert.deepEqual(JSON.parse(readFileSync(at("verify", "verify.json"), "utf8")), summary);
  const report = readFileSync(at("verify", "report.html"), "utf8");
  assert.match(report, /<h2>Routing<\/h2>/);
  assert.match(report, /Not measured: timing/);
  assert.match(readFileSync(at("verify", "routing.svg"), "utf8"), /wires above capacity/);
  // The same design with the run as --placement, on one thread instead of two, and once more with the cells that were placed.
  const again = runJson("verify", DESIGN, "--placement", at("run"), "--workers", "1", "--json");
  assert.deepEqual(lasting(again), lasting(summary));
  const placed = runJson("verify", DESIGN, "--placement", at("verify", "best.plc"), "--as-placed", "--json");
  assert.deepEqual(lasting(placed), lasting(summary));
});

test("figures go before what they are of is replaced, and come last", () => {
  cpSync(at("verify"), at("replaced"), { recursive: true });
  rmSync(at("replaced", "report.html"));
  mkdirSync(at("replaced", "report.html")); // ends it there
  const given = [DESIGN, "--placement", at("verify", "best.plc"), "--as-placed", "--rounds", "0"];
  const { code, stderr } = runCli("verify", ...given, "--out", at("replaced"), "--force");
  assert.equal(code, 1);
  assert.match(stderr, /report\.html: cannot be written: it is a directory/);
  assert.ok(!existsSync(at("replaced", "verify.json")));
});

test("a run of `cells` is routed with its own cells", () => {
  runJson("cells", DESIGN, "--placement", at("run"), "--passes", "0", "--out", at("cells"), "--json");
  const cells = runJson("eval", at("cells"), "--json");
  const summary = runJson("verify", at("cells"), "--rounds", "0", "--json");
  assert.equal(summary.flat_wirelength, cells.wirelength);
  assert.deepEqual([summary.rounds, summary.overflow], [0, summary.pattern_overflow]);
});

test("a run of `place --cells` is routed with its own cells, and each placement of a run is taken", () => {
  const search = ["--method", "greedy", "--iterations", "3", "--workers", "1", "--top", "2"];
  const whole = runJson("place", DESIGN, ...search, "--cells", "--out", at("whole"), "--json");
  const quick = ["--passes", "0", "--rounds", "0", "--json"];
  const verified = (...args: readonly string[]) => runJson("verify", ...args, ...quick);
  const own = verified(at("whole"));
  // Cells placed without detailed placement have longer wires: these were not placed anew.
  assert.equal(own.flat_wirelength, whole.flat_wirelength);
  assert.deepEqual(lasting(verified(at("whole", "flat.plc"))), lasting(own));
  assert.deepEqual(lasting(verified(DESIGN, "--placement", at("whole"))), lasting(own));
  assert.deepEqual(lasting(verified(DESIGN, "--placement", at("whole", "flat.plc"))), lasting(own));
  const asWritten = verified(at("whole", "best.def"), "--as-placed");
  assert.ok(Math.abs(Number(asWritten.flat_wirelength) / Number(own.flat_wirelength) - 1) < 1e-6);
  const first = verified(at("whole", "top-1.plc"));
  assert.ok(Number(first.flat_wirelength) > Number(own.flat_wirelength));
  const second = verified(at("whole", "top-2.plc"));
  assert.notEqual(second.flat_wirelength, first.flat_wirelength);
  assert.deepEqual(lasting(verified(DESIGN, "--placement", at("whole", "top-2.plc"))), lasting(second));
  assert.equal(verified(at("whole", "top-2.def")).flat_wirelength, second.flat_wirelength);
});

test("macros that overlap are counted and told of", async () => {
  const block = await loadBlock(DESIGN);
  const placement = copyPlacement(await readPlacement(at("verify", "best.plc"), block));
  const [a, b] = [...nodesOfKind(block, NodeKind.HardMacro)].filter((node) => !block.fixed[node]);
  assert.equal(runJson("verify", at("run"), "--json").macro_overlaps, 0);
  [placement.xs[a!], placement.ys[a!]] = [placement.xs[b!]!, placement.ys[b!]!];
  await writePlc(at("overlapping.plc"), block, placement);
  for (const command of [["verify"], ["cells", "--out", at("overlapping")]]) {
    const { code, stdout, stderr } = await ashlar(
      ...command,
      DESIGN,
      "--placement",
      at("overlapping.plc"),
      "--json",
    );
    assert.equal(code, 0, stderr);
    assert.match(stderr, /tile: \d+ pairs? of macros overlap/);
    assert.ok(JSON.parse(stdout).macro_overlaps >= 1);
  }
});

test("fewer tracks give more overflow, and text has no lists", async () => {
  const overflowOf = (usable: string) =>
    Number(runJson("verify", at("cells"), "--usable", usable, "--rounds", "2", "--json").overflow);
  assert.ok(overflowOf("0.1") > overflowOf("1"));
  const { code, stdout } = await ashlar("verify", at("cells"), "--quiet");
  assert.equal(code, 0);
  assert.match(stdout, /^channels\.narrow_below +\d/m);
  assert.match(stdout, /^not_measured +timing/m);
  assert.doesNotMatch(stdout, /^layers/m);
});

test("bad input is refused in one line, and nothing is written", async () => {
  const refused = async (args: readonly string[], expected: RegExp) => {
    const { code, stderr } = await ashlar("verify", ...args, "--quiet");
    assert.equal(code, 1, stderr);
    assert.match(stderr, expected);
    assert.equal(stderr.trim().split("\n").length, 1);
  };
  await refused([DESIGN, "--out", at("none")], /macro '.*' has no place; place the macros first/);
  const macros = ["--placement", at("run", "best.def")];
  await refused([DESIGN, ...macros, "--as-placed"], /cell '.*' has no place; leave --as-placed out/);
  await refused([at("run"), "--out", at("run")], /holds a run, whose report has the same name/);
  await refused([at("run"), "--out", at("verify")], /holds a result already; replace it with --force/);
  await refused([at("run"), "--usable", "0"], /--usable/);
  runJson("generate", "--macros", "6", "--seed", "1", "--out", at("block"), "--json");
  await refused([at("block")], /holds no standard cell that may move/);
  assert.ok(!existsSync(at("none")));
  // A folder that cannot be made is told of before cells are placed and nets are routed.
  writeFileSync(at("file"), "");
  const { code, stderr } = await ashlar("verify", at("run"), "--out", at("file"));
  assert.deepEqual([code, stderr.trim().split("\n").length], [1, 1], stderr);
  assert.match(stderr, /cannot be made a folder/);
});

test("a wrong choice is refused in one sentence", async () => {
  const { code, stderr } = await ashlar("place", DESIGN, "--objective", "best");
  assert.equal(code, 1);
  assert.match(stderr, /Allowed choices are proxy, verified; --help shows what there is\n$/);
});

test("only what a format loses is said to be left out", async () => {
  const design = await ashlar("convert", DESIGN, at("again.def"));
  assert.deepEqual([design.code, design.stderr], [0, ""]);
  const set = await ashlar("convert", DESIGN, at("again.aux"));
  assert.match(set.stderr, /10 halos and 0 regions are left out, except in \.def/);
});
