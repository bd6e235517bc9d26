// From a run back into a flow: its placement in every format, scored again, continued from, and partly kept.
import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { loadBlock, NodeKind, readPlacement } from "../../netlist/index.js";
import { runCli, runJson } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";
import { writeTinySet } from "../unit/netlist/formats/bookshelf/tiny-set.js";

const FOLDER = makeFolder();
const DESIGN = join(FOLDER, "design");
const RUN = join(FOLDER, "run");
const QUICK = ["--method", "anneal", "--workers", "1", "--quiet"];

/** Lines of a DEF that place icache's macros. */
function cacheOf(path: string): string[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("- icache/data"));
}

describe("a run of a design", () => {
  let summary: Record<string, unknown>;
  before(() => {
    cpSync("examples/design", DESIGN, { recursive: true });
    summary = runJson("place", DESIGN, ...QUICK, "--iterations", "40", "--out", RUN, "--json");
  });

  test("eval RUN gives the costs and the legality that place reported", () => {
    const { violations, ...score } = runJson("eval", RUN, "--json");
    for (const [name, value] of Object.entries(score)) assert.equal(value, summary[name], name);
    assert.deepEqual([violations, summary.violations, score.legal], [[], 0, true]);
  });

  test("convert RUN gives the same bytes as best.def, the same places in all other formats, and makes folders", async () => {
    const out = (name: string) => join(FOLDER, "made/here", name);
    for (const name of ["x.def", "x.tcl", "x.cfg", "x.plc", "x.pl", "y.aux", "x.pb.txt.gz", "x/"])
      assert.equal(runCli("convert", RUN, out(name), "--quiet").code, 0, name);
    assert.equal(readFileSync(out("x.def"), "utf8"), readFileSync(join(RUN, "best.def"), "utf8"));
    const lines = readFileSync(out("x.cfg"), "utf8").trimEnd().split("\n");
    const tcl = readFileSync(out("x.tcl"), "utf8");
    assert.equal(lines.length, 10); // one of eleven is fixed
    for (const line of lines) {
      const [name, x, y] = line.split(" ") as [string, string, string];
      assert.ok(tcl.includes(`place_macro -macro_name {${name}} -location {${x} ${y}} `), line);
      const corner = `( ${Math.round(Number(x) * 1000)} ${Math.round(Number(y) * 1000)} )`;
      assert.ok(readFileSync(out("x.def"), "utf8").includes(`PLACED ${corner}`), line);
    }
    const block = await loadBlock(DESIGN);
    const placement = await readPlacement(out("x.plc"), block);
    const again = await loadBlock(out("x.def"), { def: { lef: [DESIGN] } });
    for (let node = 0; node < block.nodeCount; node++) {
      if (block.kinds[node] === NodeKind.HardMacro)
        assert.deepEqual(
          [placement.xs[node], placement.ys[node], placement.orientations[node]],
          [again.initial.xs[node], again.initial.ys[node], again.initial.orientations[node]],
        );
      assert.ok(!Number.isNaN(placement.xs[node]!), "cells are in the middle of their soft macros");
    }
  });

  test("the run's clustered .plc counts for its hard macros on the flat design", () => {
    const out = join(FOLDER, "flat.def");
    const plc = join(RUN, "best.plc");
    assert.equal(runCli("convert", DESIGN, out, "--placement", plc, "--quiet").code, 0);
    assert.equal(readFileSync(out, "utf8"), readFileSync(join(RUN, "best.def"), "utf8"));
    const lone = join(makeFolder(), "best.plc");
    cpSync(plc, lone);
    assert.match(
      runCli("convert", DESIGN, join(FOLDER, "lone.def"), "--placement", lone).stderr,
      /is of a clustered netlist, .*; put its netlist\.pb\.txt beside it, or give the folder of the run/,
    );
  });

  test("place RUN --method refine and anneal start from it and are never worse", () => {
    for (const method of ["refine", "anneal"]) {
      const args = ["place", RUN, "--method", method, "--iterations", "2", "--workers", "1"];
      const { code, stdout, stderr } = runCli(...args, "--out", join(FOLDER, `from-run-${method}`), "--json");
      assert.equal(code, 0, stderr);
      assert.match(stderr, /starting from .*run: cost [\d.]+, [\d.]+ on cell centres/);
      const { proxy_cost: cost, legal } = JSON.parse(stdout) as Record<string, number | boolean>;
      assert.ok((cost as number) <= (summary.proxy_cost as number), `${method} ${cost}`);
      assert.equal(legal, true);
    }
  });

  test("--from takes a .def and a .plc; --keep leaves macros where they are there, by name or pattern", () => {
    const froms = [join(RUN, "best.def"), join(RUN, "best.plc"), RUN];
    for (const [i, from] of froms.entries()) {
      const out = join(FOLDER, `keep-${i}`);
      const keep = i === 0 ? ["--keep", "icache/data0, icache/data1"] : ["--keep", "icache/*"];
      const { code, stderr } = runCli(
        ...["place", DESIGN, ...QUICK, "--iterations", "1", "--seed", "9"],
        ...["--from", from, ...keep, "--out", out],
      );
      assert.equal(code, 0, stderr);
      const kept = i === 0 ? 2 : 4;
      assert.deepEqual(
        cacheOf(join(out, "best.def")).slice(0, kept),
        cacheOf(join(RUN, "best.def")).slice(0, kept),
      );
    }
    // A method that starts nowhere can keep macros all the same.
    const out = join(FOLDER, "keep-greedy");
    const args = ["--from", RUN, "--keep", "icache/*", "--iterations", "1", "--workers", "1", "--quiet"];
    assert.equal(runCli("place", DESIGN, "--method", "greedy", ...args, "--out", out).code, 0);
    assert.deepEqual(cacheOf(join(out, "best.def")), cacheOf(join(RUN, "best.def")));
  });

  test("what cannot be is refused in one line", () => {
    const refuses = (args: readonly string[], message: RegExp) => {
      const { code, stderr } = runCli(...args);
      assert.equal(code, 1, args.join(" "));
      assert.match(stderr.trimEnd().split("\n").at(-1)!, message);
    };
    const place = ["place", DESIGN, "--out", join(FOLDER, "none"), "--iterations", "1", "--quiet"];
    const from = ["--from", RUN];
    refuses(
      [...place, ...from],
      /^ashlar: --from: method 'mixed' does not start .* --method anneal or refine/,
    );
    const anneal = [...place, "--method", "anneal"];
    refuses([...anneal, "--keep", "cache"], /--keep: 'cache' is no hard macro of 'tile'; there are /);
    refuses(
      [...anneal, ...from, "--keep", "icache/dta0"],
      /is no hard macro .*; did you mean 'icache\/data0'\?$/,
    );
    refuses(
      [...anneal, "--keep", "icache/data0"],
      /macro 'icache\/data0' has no place to stay at; give one: --from/,
    );
    refuses([...anneal, "--from", join(DESIGN, "tile.def")], /tile\.def: macro '.*' has no place in it/);
    refuses([...anneal, "--from", writeTinySet()], /t\.aux: its canvas is .* that of 'tile'/);
    refuses(
      ["convert", RUN, join(FOLDER, "x.def"), "--cluster", "--quiet"],
      /it is no DEF design with its cells/,
    );
    refuses(["convert", writeTinySet(), join(FOLDER, "x.tcl")], /it is no DEF design/);
  });

  test("a run without a result, and a run whose block has gone, say so", () => {
    const empty = join(makeFolder(), "run");
    cpSync(join(RUN, "options.json"), join(empty, "options.json"), { recursive: true });
    cpSync(join(RUN, "netlist.pb.txt"), join(empty, "netlist.pb.txt"));
    assert.match(runCli("eval", empty).stderr, /the run has no best\.plc yet/);
    const record = readFileSync(join(RUN, "options.json"), "utf8").replaceAll(DESIGN, `${DESIGN}-gone`);
    writeFileSync(join(empty, "options.json"), record);
    assert.match(runCli("eval", empty).stderr, /was started with '.*-gone\/tile\.def', which is not there/);
  });
});

test("a block's directory may hold a file of options", () => {
  assert.equal((runJson("info", DESIGN, "--json") as { name: string }).name, "tile");
});

test("a run of a Bookshelf block is converted into its own format, fixed nodes as they were", () => {
  const path = writeTinySet();
  const out = join(makeFolder(), "run");
  assert.equal(runCli("place", path, ...QUICK, "--iterations", "1", "--out", out).code, 0);
  const again = join(makeFolder(), "again.pl");
  assert.equal(runCli("convert", out, again, "--quiet").code, 0);
  assert.equal(readFileSync(again, "utf8"), readFileSync(join(out, "best.pl"), "utf8"));
});
