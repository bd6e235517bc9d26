// Groups of macros on the command line: every method moves each group as one body, in a DEF design and in a generated block.
import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { type Block, loadBlock, NodeKind, nodesOfKind, readPlacement } from "../../netlist/index.js";
import { runCli, runJson } from "../support/command.js";
import { assertLegalDef } from "../support/def-checker.js";
import { makeFolder } from "../support/temp-folder.js";

const FOLDER = makeFolder();
const at = (...names: readonly string[]) => join(FOLDER, ...names);

/** Method and protocol, with iterations that take a few seconds. */
const RUNS = [
  ["greedy", "fd", 1],
  ["greedy", "es", 1],
  ["policy", "fd", 1],
  ["anneal", "fd", 5],
  ["anneal", "es", 3],
  ["anneal", "free", 3],
  ["mixed", "free", 20],
] as const;

describe("a DEF design", () => {
  const DESIGN = at("design");
  /** Corners in database units, and orientations. The array is 2 x 2, not on tracks, and unsymmetric. */
  const LAYOUT: Readonly<Record<string, readonly [x: number, y: number, orientation: string]>> = {
    "icache/data0": [10000, 10000, "N"],
    "icache/data1": [48005, 10000, "FN"],
    "icache/data2": [10000, 45000, "S"],
    "icache/data3": [50005, 45000, "FS"],
    "dcache/tag3": [90000, 60000, "N"],
    "dcache/tag4": [90000, 90000, "FN"],
  };
  const ARRAY = Object.keys(LAYOUT).slice(0, 4);
  const TAGS = Object.keys(LAYOUT).slice(4);
  const GROUPS = ["--group", "icache/data*", "--group", "dcache/tag3, dcache/tag4"];

  function placeIn(def: string, name: string): { x: number; y: number; orientation: string } {
    const line = new RegExp(`^- ${name} \\w+ .*?PLACED \\( (-?\\d+) (-?\\d+) \\) (\\w+)`, "m").exec(def);
    assert.ok(line, name);
    return { x: Number(line[1]), y: Number(line[2]), orientation: line[3]! };
  }

  /** Places of a group's macros from the first one's. */
  function layoutIn(path: string, names: readonly string[]) {
    const def = readFileSync(path, "utf8");
    const first = placeIn(def, names[0]!);
    return names.map((name) => {
      const { x, y, orientation } = placeIn(def, name);
      return [name, x - first.x, y - first.y, orientation];
    });
  }

  const input = at("design", "tile.def");

  function assertSameLayout(def: string): void {
    for (const names of [ARRAY, TAGS]) assert.deepEqual(layoutIn(def, names), layoutIn(input, names));
  }

  before(() => {
    cpSync("examples/design", DESIGN, { recursive: true });
    let def = readFileSync(input, "utf8");
    for (const [name, [x, y, orientation]] of Object.entries(LAYOUT))
      def = def.replace(new RegExp(`^- ${name} \\w+`, "m"), `$& + PLACED ( ${x} ${y} ) ${orientation}`);
    writeFileSync(input, def);
  });

  for (const [method, protocol, iterations] of RUNS)
    test(`${method}, protocol ${protocol}: groups stay as laid out and move, and all is legal`, (t) => {
      const out = at(`${method}-${protocol}`);
      const args = ["--method", method, "--protocol", protocol, "--iterations", String(iterations)];
      const summary = runJson("place", DESIGN, ...args, ...GROUPS, "--workers", "1", "--out", out, "--json");
      assert.deepEqual([summary.legal, summary.violations, summary.overlaps], [true, 0, 0]);
      const def = join(out, "best.def");
      assertSameLayout(def);
      const moved = placeIn(readFileSync(def, "utf8"), ARRAY[0]!);
      assert.notDeepEqual([moved.x, moved.y], LAYOUT[ARRAY[0]!]!.slice(0, 2));
      assertLegalDef(out, readFileSync(at("design", "cells.lef"), "utf8"), t);
    });

  test("--from lays groups out, refine starts there, and several results keep them", () => {
    const from = at("greedy-fd");
    const out = at("refined");
    const args = ["--method", "refine", "--from", from, "--iterations", "2", "--top", "3"];
    const summary = runJson(
      "place",
      "examples/design",
      ...args,
      ...GROUPS,
      "--workers",
      "1",
      "--out",
      out,
      "--json",
    );
    assert.equal(summary.legal, true);
    assertSameLayout(join(out, "best.def"));
    for (let k = 1; k <= (summary.top as unknown[]).length; k++) assertSameLayout(join(out, `top-${k}.def`));
    // It is scored as it is written.
    const { proxy_cost, legal } = runJson("eval", out, "--json");
    assert.deepEqual([proxy_cost, legal], [summary.proxy_cost, true]);
  });

  test("one that was stopped goes on to the same bytes", () => {
    const args = ["place", DESIGN, "--method", "greedy", ...GROUPS, "--workers", "1", "--json"];
    runJson(...args, "--iterations", "2", "--out", at("part"));
    runJson(...args, "--iterations", "5", "--out", at("part"), "--resume");
    runJson(...args, "--iterations", "5", "--out", at("whole"));
    assert.equal(readFileSync(at("part", "best.def"), "utf8"), readFileSync(at("whole", "best.def"), "utf8"));
  });

  test("what cannot move as one body is refused in one line", () => {
    const refuses = (args: readonly string[], message: RegExp) => {
      const place = ["place", DESIGN, "--method", "greedy", "--iterations", "1", "--out", at("none")];
      const { code, stderr } = runCli(...place, ...args, "--quiet");
      assert.equal(code, 1, args.join(" "));
      assert.match(stderr.trimEnd(), message);
      assert.equal(stderr.trimEnd().split("\n").length, 1);
    };
    refuses(["--group", "icache/dta*"], /^ashlar: --group: 'icache\/dta\*' is no hard macro of 'tile'; /);
    refuses(["--group", "icache/*"], /macro 'icache\/tag4' has no place, so nothing says .*--from PLACEMENT/);
    refuses(["--group", "icache/data0,dcache/phy5"], /macro 'dcache\/phy5' is fixed by the block's files; /);
    refuses(
      ["--group", "icache/data*", "--keep", "icache/data2"],
      /macro 'icache\/data2' stays where it is by --keep/,
    );
    refuses(
      ["--group", "icache/data*", "--group", "dcache/tag3,icache/data0"],
      /--group 'dcache\/tag3,icache\/data0': macro 'icache\/data0' is in group 'icache\/data\*', too; /,
    );
    refuses(
      ["--group", "icache/data*", "--snap", "track"],
      /µm apart in x, no whole number of steps of the tracks/,
    );
    refuses(
      ["--group", "icache/data*", "--halo", "icache/data0=5,5,5,5"],
      /stands in the halo of macro 'icache\/data0'/,
    );
    cpSync(DESIGN, at("wide"), { recursive: true });
    writeFileSync(
      at("wide", "tile.def"),
      readFileSync(input, "utf8").replace("PLACED ( 50005 45000 )", "PLACED ( 150005 45000 )"),
    );
    const wide = runCli("place", at("wide"), "--group", "icache/data*", "--out", at("none"), "--quiet");
    assert.match(
      wide.stderr,
      /^ashlar: --group 'icache\/data\*': is 176\.005 x 65 µm and does not fit into the .* of 159 x 135 µm; /,
    );
  });
});

describe("a generated block", () => {
  const BLOCK = at("block");
  let block: Block;
  let names: string[];

  before(async () => {
    runJson("generate", "--macros", "12", "--seed", "5", "--utilisation", "0.5", "--out", BLOCK, "--json");
    runJson("place", BLOCK, "--method", "greedy", "--iterations", "1", "--out", at("first"), "--json");
    block = await loadBlock(BLOCK);
    const macros = [...nodesOfKind(block, NodeKind.HardMacro)].filter((node) => !block.fixed[node]);
    const placement = await readPlacement(at("first", "best.plc"), block);
    // The macro nearest to the first one: a pair that leaves room to move.
    const [first, ...others] = macros as [number, ...number[]];
    const away = (node: number) =>
      Math.hypot(placement.xs[node]! - placement.xs[first]!, placement.ys[node]! - placement.ys[first]!);
    const nearest = others.reduce((a, b) => (away(a) <= away(b) ? a : b));
    names = [first, nearest].map((node) => block.nodeNames[node]!);
  });

  /** Of the second macro from the first one, µm, and orientations. */
  async function layoutOf(path: string) {
    const { xs, ys, orientations } = await readPlacement(path, block);
    const [a, b] = names.map((name) => block.nodeNames.indexOf(name)) as [number, number];
    return { x: xs[b]! - xs[a]!, y: ys[b]! - ys[a]!, turns: [orientations[a], orientations[b]] };
  }

  for (const [method, protocol, iterations] of RUNS)
    test(`${method}, protocol ${protocol}: a pair stays as --from has it, and all is legal`, async () => {
      const out = at(`block-${method}-${protocol}`);
      const args = ["--method", method, "--protocol", protocol, "--iterations", String(iterations)];
      const group = ["--from", at("first"), "--group", names.join(",")];
      const summary = runJson(
        "place",
        BLOCK,
        ...args,
        ...group,
        "--seed",
        "2",
        "--workers",
        "1",
        "--out",
        out,
        "--json",
      );
      assert.deepEqual([summary.legal, summary.overlaps], [true, 0]);
      const [was, is] = [await layoutOf(at("first", "best.plc")), await layoutOf(join(out, "best.plc"))];
      assert.ok(Math.abs(is.x - was.x) < 1e-6 && Math.abs(is.y - was.y) < 1e-6, `${is.x} ${is.y}`);
      assert.deepEqual(is.turns, was.turns);
    });
});
