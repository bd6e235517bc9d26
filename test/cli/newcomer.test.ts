// What a newcomer meets: every mistake is told at once, in a line that says what to do.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { place } from "../../flow/index.js";
import { loadBlock, readPlacement, writePbNetlist, writePlc } from "../../netlist/index.js";
import { ownProcess } from "../../netlist/own-process.js";
import { runCli, runJson } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const at = (...names: readonly string[]) => join(folder, ...names);
const block = at("block");
const DESIGN = "examples/design";

before(() => {
  runJson("generate", "--macros", "8", "--soft-macros", "12", "--seed", "3", "--out", block, "--json");
});

/** Fails unless a command ends with status 1 and one line that matches. */
function refused(args: readonly string[], says: RegExp): void {
  const { code, stdout, stderr } = runCli(...args, ...(args[0] === "view" ? [] : ["--quiet"]));
  assert.deepEqual([code, stdout], [1, ""], `${args.join(" ")}: ${stderr}`);
  assert.match(stderr, says);
  assert.equal(stderr.trim().split("\n").length, 1, stderr);
}

function module(name: string, source: string): string {
  writeFileSync(at(name), source);
  return at(name);
}

const PLACE = ["place", block, "--iterations", "2", "--workers", "1", "--force"];

test("eval of a run names the cost terms of the run that were not given, and counts those that were", () => {
  const term = "examples/own-cost-term.js";
  const out = at("terms");
  const run = [...PLACE, "--method", "greedy", "--cost-term", `${term}=0.5`, "--out", out];
  const { proxy_cost, extra_costs } = runJson(...run, "--json");
  const [name] = Object.keys(extra_costs as object);
  const bare = runCli("eval", out, "--json");
  const score = JSON.parse(bare.stdout);
  assert.deepEqual(score.left_out_costs, [name]);
  assert.ok(score.proxy_cost < Number(proxy_cost));
  assert.match(bare.stderr, new RegExp(`without the run's cost terms ${name}, .*--cost-term MODULE=WEIGHT`));
  const whole = runJson("eval", out, "--cost-term", `${term}=0.5`, "--json");
  assert.deepEqual([whole.proxy_cost, whole.left_out_costs], [proxy_cost, undefined]);
  const again = runCli(
    ...[
      "place",
      out,
      "--method",
      "refine",
      "--iterations",
      "1",
      "--workers",
      "1",
      "--out",
      at("terms-again"),
    ],
  );
  assert.match(
    again.stderr,
    new RegExp(`cost terms ${name} of the run are left out.*own-cost-term\\.js=0\\.5`),
  );
});

test("a placer or method of one's own that leaves macros without a place is refused", () => {
  const url = "module: import.meta.url";
  const none = module("none.mjs", `export default { name: "none", ${url}, place: () => true };`);
  refused(
    [...PLACE, "--method", none, "--out", at("none")],
    /method 'none': place\(\) returned true, but macro '.*' has no place; put every movable hard macro/,
  );
  const run = (result: string) =>
    `export default { name: "mine", protocols: ["fd"], run: ({ block }) => (${result}) };`;
  const empty = module("empty.mjs", run("{}"));
  refused(
    [...PLACE, "--method", empty, "--out", at("mine")],
    /'mine': run\(\) returned no placement of the block; return \{/,
  );
  const places = "{ ...block.initial, xs: block.initial.xs.map(() => NaN) }";
  const nan = module("nan.mjs", run(`{ placement: ${places}, costs: {}, iterations: 1, episodes: 0 }`));
  refused(
    [...PLACE, "--method", nan, "--out", at("mine")],
    /'mine': macro '.*' has no place in what run\(\) returned/,
  );
});

test("an error of one's own module is a line with file, function and message, and a stack on request", () => {
  const source =
    'export default { name: "throws", module: import.meta.url, place: (context) => context.no.such };';
  const path = module("throws.mjs", source);
  const args = [...PLACE, "--method", path, "--out", at("throws")];
  refused(
    args,
    /throws\.mjs:1:\d+: TypeError in place\(\): Cannot read properties .*; ASHLAR_STACK=1 shows the stack/,
  );
  process.env.ASHLAR_STACK = "1";
  try {
    assert.match(runCli(...args).stderr, /TypeError: Cannot read .*\n +at .*throws\.mjs:1/);
  } finally {
    delete process.env.ASHLAR_STACK;
  }
  const term = module(
    "term.mjs",
    'export default { name: "t", module: import.meta.url, evaluate() { throw Error("no"); } };',
  );
  refused(
    ["eval", at("terms"), "--cost-term", term],
    /term\.mjs:1:\d+: Error in evaluate\(\): no; ASHLAR_STACK=1/,
  );
  const { stdout } = runCli(
    ...[
      "compare",
      block,
      "--methods",
      path,
      "--budget",
      "200ms",
      "--seeds",
      "1",
      "--out",
      at("compared"),
      "--json",
    ],
  );
  assert.match(JSON.parse(stdout).rows[0].reasons[0], /throws\.mjs:1:\d+: TypeError in place\(\)/);
});

test("where all macros are fixed, the result is there at once and complete", async () => {
  const read = await loadBlock(block);
  runJson(...PLACE, "--method", "greedy", "--out", at("to-fix"), "--json");
  const initial = await readPlacement(at("to-fix", "best.plc"), read);
  const fixed = { ...read, fixed: read.fixed.map(() => 1), initial };
  const summary = await placedFixed("all-fixed", fixed, "600s");
  assert.ok(summary.seconds < 300, `${summary.seconds} of 600 s`);
  for (const name of ["best.plc", "best.svg", "report.html", "summary.json"])
    assert.ok(existsSync(at("all-fixed-run", name)));
  const score = runJson("eval", at("all-fixed-run"), "--json");
  assert.equal(score.proxy_cost, summary.proxy_cost);
});

async function placedFixed(name: string, fixed: Awaited<ReturnType<typeof loadBlock>>, budget: string) {
  mkdirSync(at(name));
  await writePbNetlist(at(name, "netlist.pb.txt"), fixed, fixed.initial, { canvas: fixed.canvas });
  await writePlc(at(name, "initial.plc"), fixed, fixed.initial);
  const lines: string[] = [];
  const options = { method: "anneal", budget, workers: 1, out: at(`${name}-run`) } as const;
  const summary = await place(at(name), options, (line) => void lines.push(line));
  assert.match(lines.join("\n"), /nothing to move, all 8 hard macros are fixed[\s\S]*no search is needed/);
  return summary;
}

test("a folder in which a process works is named as such first, whatever it holds", () => {
  const run = at("running");
  runJson(...PLACE, "--method", "greedy", "--out", run, "--json");
  const record = { ...ownProcess(), id: "of-this-test" };
  writeFileSync(join(run, "running.json"), JSON.stringify(record));
  for (const more of [[], ["--force"], ["--resume"]])
    refused(
      ["place", block, "--method", "greedy", "--out", run, ...more],
      new RegExp(`process ${process.pid} is writing here`),
    );
  mkdirSync(at("running-block"));
  writeFileSync(at("running-block", "running.json"), JSON.stringify(record));
  refused(["generate", "--out", at("running-block")], /is writing here/);
  refused(["convert", block, `${at("running-block")}/`], /is writing here/);
});

test("generate and convert replace what is there only with --force", () => {
  const before = readFileSync(join(block, "netlist.pb.txt.gz"));
  refused(
    ["generate", "--macros", "6", "--out", block],
    /holds a block already \(initial\.plc\); replace it with --force/,
  );
  assert.deepEqual(readFileSync(join(block, "netlist.pb.txt.gz")), before);
  runJson("generate", "--macros", "6", "--out", at("own"), "--json");
  runJson("generate", "--macros", "6", "--seed", "2", "--out", at("own"), "--force", "--json");
  for (const [out, said] of [
    [at("c.plc"), /is there already; replace it with --force, or choose another name/],
    [`${at("c")}/`, /holds a block already \(.*\); replace it with --force, or choose another name/],
  ] as const) {
    runJson("convert", block, out, "--json");
    refused(["convert", block, out], said);
    runJson("convert", block, out, "--force", "--json");
  }
  // The readers prefer a netlist that is not compressed: it goes with the block that is replaced.
  renameSync(join(at("c"), "netlist.pb.txt.gz"), join(at("c"), "netlist.pb.txt"));
  refused(["convert", block, `${at("c")}/`], /holds a block already/);
  runJson("convert", block, `${at("c")}/`, "--force", "--json");
  assert.deepEqual(readdirSync(at("c")).sort(), ["initial.plc", "netlist.pb.txt.gz"]);
  // The netlist makes the folder a block. It goes first and comes last: killed before, there is no block without its places.
  for (const args of [
    ["convert", block, `${at("c")}/`],
    ["generate", "--macros", "6", "--out", at("own")],
  ]) {
    const folder = args.at(-1)!;
    rmSync(join(folder, "initial.plc"));
    mkdirSync(join(folder, "initial.plc")); // ends it there
    refused([...args, "--force"], /initial\.plc: cannot be written: it is a directory/);
    assert.deepEqual(readdirSync(folder), ["initial.plc"]);
  }
  const set = at("set.json");
  const entry = { family: "cache", macros: 16, seed: 1 };
  writeFileSync(
    set,
    JSON.stringify({
      name: "s",
      description: "for a test",
      training: [{ name: "a", ...entry }],
      heldOut: [{ name: "b", ...entry, seed: 2 }],
    }),
  );
  const { code, stderr } = runCli("generate", "--set", set, "--out", at("set"), "--quiet");
  if (code === 0) refused(["generate", "--set", set, "--out", at("set")], /holds a block already/);
  else assert.fail(stderr);
});

test("an option or a setting that is wrong: what was found, what is possible, what was meant", () => {
  const out = ["--out", at("never")];
  refused(
    ["place", block, "--method", "anneal", "--set", "hotest=1", ...out],
    /--set hotest: no such name; did you mean 'hottest'\?/,
  );
  refused(
    ["place", block, "--set", "learningrate=1", ...out],
    /--set learningrate: no such name; did you mean 'learningRate'\?/,
  );
  refused(
    ["train", block, "--set", "learningrate=1", ...out],
    /learningrate: no such name; did you mean 'learningRate'\?/,
  );
  refused(
    ["place", block, "--set", "experimental.netwrk.width=8", ...out],
    /netwrk: no such name; did you mean 'network'\?/,
  );
  refused(
    ["place", block, "--method", "anneal", "--set", "replicas=0.5", ...out],
    /replicas: 0\.5, a whole number was expected/,
  );
  refused(
    ["place", block, "--method", "anneal", "--set", "replicas=0", ...out],
    /replicas: 0, at least 1 was expected/,
  );
  refused(
    ["place", block, "--method", "anneal", "--set", "hottest=much", ...out],
    /hottest: 'much', a number was expected/,
  );
  refused(
    ["place", block, "--set", "order=up", ...out],
    /order: 'up', 'area' or 'connectivity'.* was expected/,
  );
  refused(["place", block, "--top", "99", ...out], /--top: 99, at most 20 was expected/);
  writeFileSync(at("config.json"), '{ "budgt": "3s" }');
  refused(
    ["place", block, "--config", at("config.json"), ...out],
    /'budgt' is no option of 'place'; did you mean 'budget'\?/,
  );
  assert.ok(!existsSync(at("never")));
});

test("a canvas that contradicts a design's own is told", () => {
  const args = ["--canvas", "300x300", "--json"];
  const { notes } = runJson("info", DESIGN, ...args).design as { notes: string[] };
  assert.match(notes.join("\n"), /--canvas 300x300 contradicts the design, whose own canvas.* is 159x135 µm/);
  const plain = runJson("info", DESIGN, "--canvas", "159x135", "--json").design as { notes: string[] };
  assert.doesNotMatch(plain.notes.join("\n"), /contradicts/);
});

test("numbers are printed with their units and without powers of ten, and every command knows --quiet", () => {
  const { stdout } = runCli("eval", DESIGN, "--placement", placedDesign(), "--quiet");
  assert.match(stdout, /^wirelength +[\d.,]+ µm$/m);
  assert.doesNotMatch(stdout, /\de\+/);
  for (const args of [
    ["info", block],
    ["generate", "--macros", "6", "--out", at("quiet")],
  ]) {
    const { code, stderr } = runCli(...args, "--quiet");
    assert.deepEqual([code, stderr], [0, ""]);
  }
});

function placedDesign(): string {
  const args = ["--method", "greedy", "--iterations", "1", "--workers", "1", "--out", at("design")];
  runJson("place", DESIGN, ...args, "--json");
  return at("design");
}

test("a screenshot that fails leaves the other files, and is told", () => {
  process.env.CHROMIUM = at("no-such-browser");
  try {
    const { code, stdout, stderr } = runCli(
      "view",
      block,
      "--png",
      at("a.png"),
      "--svg",
      at("a.svg"),
      "--html",
      at("a.html"),
    );
    assert.deepEqual([code, stdout], [1, `${at("a.svg")}\n${at("a.html")}\n`]);
    assert.match(stderr, /CHROMIUM: '.*no-such-browser' /);
    assert.ok(existsSync(at("a.svg")) && existsSync(at("a.html")) && !existsSync(at("a.png")));
  } finally {
    delete process.env.CHROMIUM;
  }
});
