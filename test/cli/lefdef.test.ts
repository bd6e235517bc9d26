// A design through the command line: information, placing, and what is written.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { runCli, runJson } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";
import { makeDesign, TINY_DEF, TINY_LEF } from "../unit/netlist/formats/lefdef/tiny-design.js";
import { makeFile } from "../unit/netlist/tiny-files.js";

/** Forty cells more, on a chain from mem/a[0] to c, so that there is something to cluster and to draw. */
function withCells(text: string): string {
  const names = Array.from({ length: 40 }, (_, i) => `u${i}`);
  const cells = names.map((name) => `- ${name} FF ;\n`).join("");
  const nets = names.slice(1).map((name, i) => `- w${i} ( u${i} O ) ( ${name} D ) ;\n`);
  return text
    .replace("END COMPONENTS", `${cells}END COMPONENTS`)
    .replace("END NETS", `${nets.join("")}END NETS`);
}

test("info says what was read, kept and passed over", () => {
  const path = makeDesign();
  const { counts, design } = runJson("info", path, "--json") as Record<string, Record<string, unknown>>;
  assert.deepEqual([counts!.hard_macros, counts!.standard_cells, counts!.ports], [3, 1, 2]);
  assert.deepEqual(design!.components, {
    count: 4,
    macros: 3,
    macros_placed: 1,
    macros_fixed: 1,
    cells_placed: 0,
    cells_fixed: 0,
  });
  assert.deepEqual(design!.ignored, { SPECIALNETS: 1 });
  assert.match(
    runCli("info", path).stdout,
    /^macros +3 hard \(1 fixed, 1 placed, 1 unplaced\), .*\n(.*\n)*passed over +1 SPECIALNETS$/m,
  );
});

test("place writes best.def and best.tcl: fixed macros untouched, the rest of the file as it was", () => {
  const text = withCells(TINY_DEF);
  const path = makeDesign(text, TINY_LEF, "top.def.gz");
  const out = join(makeFolder(), "run");
  const args = ["--method", "anneal", "--iterations", "3", "--workers", "1", "--grid", "20x12", "--out", out];
  const summary = runJson("place", path, ...args, "--json");
  assert.equal(summary.legal, true);
  assert.equal(summary.violations, 0);
  const written = readFileSync(join(out, "best.def"), "utf8");
  const differing = text.split("\n").filter((line, i) => line !== written.split("\n")[i]);
  assert.deepEqual(differing, ["- mem/a[0] RAM + PLACED ( 20000 30000 ) FN", "- c ROT ;"]);
  assert.match(written, /^- mem\/a\[0\] RAM \+ PLACED \( \d+ \d+ \) (N|FN|S|FS)$/m);
  assert.match(written, /^- c ROT \+ PLACED \( \d+ \d+ \) \w+ ;$/m);
  const tcl = readFileSync(join(out, "best.tcl"), "utf8");
  assert.match(tcl, /foreach name \{\n {4}\{mem\/a\[0\]\}\n {4}\{c\}\n {2}\}/); // one of them has a place
  const commands = tcl.split("\n").filter((line) => line.startsWith("place_macro"));
  assert.equal(commands.length, 2);
  for (const line of commands)
    assert.match(line, /^place_macro -macro_name \{[^}]+\} -location \{[\d.]+ [\d.]+\} -orientation \w+$/);
  assert.match(runCli("place", path, ...args, "--resume").stderr, /./);
});

test("the same seed gives the same design", () => {
  const path = makeDesign(withCells(TINY_DEF));
  const run = () => {
    const out = join(makeFolder(), "run");
    const { code, stderr } = runCli(
      "place",
      path,
      "--method",
      "anneal",
      "--iterations",
      "2",
      "--workers",
      "1",
      "--out",
      out,
    );
    assert.equal(code, 0, stderr);
    return readFileSync(join(out, "best.def"), "utf8");
  };
  assert.equal(run(), run());
});

test("--halo keeps macros apart and is said to be for designs only", () => {
  const path = makeDesign();
  const out = join(makeFolder(), "run");
  const summary = runJson(
    "place",
    path,
    "--halo",
    "4,4",
    "--method",
    "random",
    "--iterations",
    "5",
    "--out",
    out,
    "--json",
  );
  assert.equal(summary.violations, 0);
  const { code, stderr } = runCli("info", "x.pb.txt", "--halo", "4,4");
  assert.equal(code, 1);
  assert.match(stderr, /--halo: is for \.def designs, and 'x\.pb\.txt' is none/);
});

test("options come from a file too: by the schema's names, checked, and flags count over them", () => {
  const path = makeDesign();
  const folder = makeFolder();
  const config = (options: unknown) => makeFile("options.json", JSON.stringify(options), folder);
  const gridOf = (...args: string[]) =>
    (runJson("info", path, "--json", ...args) as { grid: { columns: number; rows: number } }).grid;
  const file = config({ grid: "20x12", lef: [join(dirname(path), "tiny.lef")] });
  assert.deepEqual([gridOf("--config", file).columns, gridOf("--config", file).rows], [20, 12]);
  assert.equal(gridOf("--config", file, "--grid", "7x5").columns, 7);
  for (const [options, message] of [
    [{ gird: "20x12" }, /options\.json: 'gird' is no option of 'info'/],
    [{ smoothing: "much" }, /--smoothing: .*a number was expected/],
    [[1], /options\.json: holds no object/],
  ] as const) {
    const { code, stderr } = runCli("info", path, "--config", config(options));
    assert.equal(code, 1);
    assert.match(stderr, message);
  }
});

test("where all macros are fixed they stay, and --free-fixed frees them", () => {
  const fixed = TINY_DEF.replace("+ PLACED ( 20000 30000 )", "+ FIXED ( 20000 30000 )").replace(
    "- c ROT ;",
    "- c ROT + FIXED ( 60000 30000 ) N ;",
  );
  const path = makeDesign(fixed);
  const out = join(makeFolder(), "run");
  const args = ["place", path, "--method", "random", "--iterations", "2", "--out", out];
  const { code, stderr } = runCli(...args);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /all 3 macros are FIXED and stay; --free-fixed lets them move/);
  assert.equal(readFileSync(join(out, "best.def"), "utf8"), fixed);
  assert.equal(readFileSync(join(out, "best.tcl"), "utf8"), "");
  assert.equal(runCli(...args, "--free-fixed", "--force").code, 0);
  assert.notEqual(readFileSync(join(out, "best.def"), "utf8"), fixed);
});

test("a design without a macro is refused", () => {
  const none = TINY_LEF.replaceAll("CLASS BLOCK", "CLASS CORE");
  const { code, stderr } = runCli("place", makeDesign(TINY_DEF, none), "--out", join(makeFolder(), "run"));
  assert.equal(code, 1);
  assert.match(stderr, /holds no component of a LEF master of CLASS BLOCK, so there is no macro to place/);
});

test("eval scores a design whose nodes all have places, and tells of the first that has none", () => {
  const placed = TINY_DEF.replace("- c ROT ;", "- c ROT + PLACED ( 60000 30000 ) N ;");
  assert.match(runCli("eval", makeDesign(placed)).stderr, /1 of 6 nodes have no place, 'ff' for one/);
  const whole = placed.replace("+ UNPLACED ;", "+ PLACED ( 40000 50000 ) N ;");
  const score = runJson("eval", makeDesign(whole), "--json");
  assert.equal(score.legal, true);
  // n1 alone: in at (10.2, 50) to mem/a[0]/A at (30 + 9.8, 35 - 3.9), weight 3: 3 · (29.6 + 18.9) = 145.5 µm.
  assert.ok((score.wirelength as number) > 145.5);
});

test("the folder of a clustered run is a block: it is scored and viewed as it was placed", () => {
  const path = makeDesign(withCells(TINY_DEF));
  const out = join(makeFolder(), "run");
  const args = ["--method", "random", "--iterations", "3", "--workers", "1", "--halo", "2,2", "--out", out];
  const placed = runJson("place", path, ...args, "--json");
  const scored = runJson("eval", out, "--placement", join(out, "best.plc"), "--json");
  assert.equal(scored.proxy_cost, placed.proxy_cost);
  const picture = join(out, "view.svg");
  const { code, stderr } = runCli("view", out, "--svg", picture);
  assert.equal(code, 0, stderr);
  assert.match(readFileSync(picture, "utf8"), /<svg/);
});

test("a run of a design without cells is viewed from its DEF and LEF files", () => {
  const path = makeDesign(
    TINY_DEF.replace("- ff FF", "- ff ROT").replaceAll("( ff O )", "").replaceAll("( ff D )", ""),
  );
  const out = join(makeFolder(), "run");
  runJson("place", path, "--method", "random", "--iterations", "3", "--workers", "1", "--out", out, "--json");
  const { code, stderr } = runCli("view", out, "--svg", join(out, "view.svg"));
  assert.equal(code, 0, stderr);
});

test("convert takes LEF files from elsewhere, and tells what of a design no other format holds", () => {
  const path = makeFile("top.def", withCells(TINY_DEF));
  const lef = makeFile("tiny.lef", TINY_LEF);
  const out = join(makeFolder(), "block/");
  assert.match(
    runCli("convert", path, out).stderr,
    /top\.def: .* no LEF file beside it; put them there, or give/,
  );
  const { code, stderr } = runCli("convert", path, out, "--lef", lef, "--cluster");
  assert.equal(code, 0, stderr);
  assert.match(stderr, /top\.def: 1 halos and 0 regions are left out/);
  const { counts } = runJson("info", out, "--json") as { counts: Record<string, number> };
  assert.deepEqual([counts.hard_macros, counts.standard_cells, counts.ports], [3, 0, 2]);
});
