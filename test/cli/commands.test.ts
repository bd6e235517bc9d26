// Every command as a real process: what it prints, what it writes, and that it repeats.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { generateBlock } from "../../netlist/index.js";
import { ashlar } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const block = join(folder, "block");
const SHAPE = ["--macros", "6", "--soft-macros", "8", "--ports", "10", "--seed", "4"];
const SCORE_KEYS = [
  "wirelength",
  "wirelength_cost",
  "density_cost",
  "congestion_cost",
  "proxy_cost",
  "overlaps",
  "legal",
];

/** Runs a command that must succeed, and gives what it printed as JSON. */
async function json(...args: readonly string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await ashlar(...args, "--json");
  assert.equal(code, 0, stderr);
  assert.equal(stdout.split("\n").length, 2, "one line of JSON");
  return JSON.parse(stdout);
}

before(async () => {
  await json("generate", ...SHAPE, "--out", block);
});

test("help of the program names every command, and help of every command shows its options and an example", async () => {
  const help = await ashlar("--help");
  assert.equal(help.code, 0);
  for (const command of ["info", "eval", "place", "compare", "train", "generate", "demo"])
    assert.match(help.stdout, new RegExp(`^  ${command} `, "m"));
  for (const command of [
    "info",
    "eval",
    "place",
    "compare",
    "train",
    "pretrain",
    "convert",
    "generate",
    "demo",
  ]) {
    const { code, stdout, stderr } = await ashlar(command, "--help");
    assert.equal(code, 0);
    assert.equal(stderr, "");
    assert.match(stdout, new RegExp(`Examples?:\\n  ashlar ${command} `));
    assert.match(stdout, /--json/);
  }
});

test("the version is the package's", async () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  assert.equal((await ashlar("--version")).stdout, `${version}\n`);
});

test("generate writes the same bytes for the same seed, others for another, and what the library makes", async () => {
  const again = join(folder, "again");
  const summary = await json("generate", ...SHAPE, "--out", again);
  const files = ["initial.plc", "netlist.pb.txt.gz"];
  assert.deepEqual(readdirSync(again).sort(), files);
  for (const name of files)
    assert.deepEqual(readFileSync(join(again, name)), readFileSync(join(block, name)), name);
  const made = generateBlock({ macros: 6, softMacros: 8, ports: 10, seed: 4 });
  assert.deepEqual([summary.block, summary.nodes, summary.nets], [made.name, made.nodeCount, made.netCount]);
  const other = join(folder, "other");
  await json("generate", ...SHAPE.slice(0, -1), "5", "--out", other);
  const text = (dir: string) => gunzipSync(readFileSync(join(dir, "netlist.pb.txt.gz"))).toString();
  assert.notEqual(text(other), text(block));
});

test("info counts what is in the block, as JSON and as text", async () => {
  const info = await json("info", block);
  const text = JSON.stringify(info);
  assert.match(text, /"hard[A-Za-z_ ]*":6/i, text);
  assert.match(text, /"soft[A-Za-z_ ]*":8/i, text);
  assert.match(text, /"ports[A-Za-z_ ]*":10/i, text);
  const plain = await ashlar("info", block);
  assert.equal(plain.code, 0);
  assert.match(plain.stdout, /canvas/);
});

test("a setting's old name still works, and the command says its new one", async () => {
  const out = join(folder, "old-name");
  const run = ["place", block, "--iterations", "1", "--policy", "none", "--out", out, "--set", "episodes=2"];
  run.push("--force");
  const { code, stdout, stderr } = await ashlar(...run, "--set", "group=2", "--json");
  assert.equal(code, 0);
  assert.match(stderr, /setting group is now called groupSize/);
  const cost = JSON.parse(stdout).proxy_cost;
  const renamed = await ashlar(...run, "--set", "groupSize=2", "--json");
  assert.doesNotMatch(renamed.stderr, /is now called/);
  assert.equal(JSON.parse(renamed.stdout).proxy_cost, cost);
  const twice = await ashlar(...run, "--set", "group=2", "--set", "groupSize=2");
  assert.equal(twice.code, 1);
  assert.match(twice.stderr, /groupSize: is given twice/);
});

test("place writes its files, prints the contract's keys, and eval of best.plc gives back its costs", async () => {
  const out = join(folder, "placed");
  const printed = await json(
    ...["place", block, "--iterations", "2", "--workers", "2", "--seed", "7", "--out", out],
    ...["--set", "episodes=3", "--set", "experimental.network.width=8"],
  );
  for (const key of [...SCORE_KEYS, "seconds", "method", "protocol"])
    assert.ok(key in printed, `no ${key} in ${Object.keys(printed)}`);
  assert.deepEqual(
    [printed.method, printed.protocol, printed.legal, printed.overlaps],
    ["policy", "fd", true, 0],
  );
  assert.deepEqual([printed.iterations, printed.episodes, printed.seed], [2, 6, 7]);
  for (const name of ["best.plc", "best.svg", "report.html", "summary.json", "options.json", "metrics.jsonl"])
    assert.ok(existsSync(join(out, name)), name);
  assert.ok(existsSync(join(out, "checkpoints", "latest.safetensors")));
  assert.deepEqual(
    readdirSync(out).filter((name) => name.includes("-tmp-")),
    [],
  );

  assert.deepEqual(JSON.parse(readFileSync(join(out, "summary.json"), "utf8")), printed);
  const options = JSON.parse(readFileSync(join(out, "options.json"), "utf8"));
  assert.deepEqual([options.options.seed, options.options.method, options.inputs.length], [7, "policy", 2]);
  assert.deepEqual(options.options.settings, { episodes: 3, experimental: { network: { width: 8 } } });
  assert.match(options.inputs[0].sha256, /^[0-9a-f]{64}$/);
  assert.match(readFileSync(join(out, "best.svg"), "utf8"), /^(<\?xml[^>]*>\s*)?<svg [\s\S]*<\/svg>\s*$/);
  const metrics = readFileSync(join(out, "metrics.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    metrics.map((line) => line.iteration),
    [1, 2],
  );
  assert.equal(metrics[1]["cost/best"], printed.proxy_cost);

  const score = await json("eval", block, "--placement", join(out, "best.plc"));
  assert.deepEqual(Object.keys(score), [...SCORE_KEYS, "violations"]);
  assert.deepEqual(score.violations, []);
  for (const key of SCORE_KEYS.slice(0, 5)) {
    const [a, b] = [score[key] as number, printed[key] as number];
    assert.ok(Math.abs(a - b) <= 1e-12 * Math.abs(b), `${key}: ${a} and ${b}`);
  }
  assert.deepEqual([score.overlaps, score.legal], [0, true]);
});

test("demo prints its run's summary as JSON", async () => {
  const out = join(folder, "demo");
  const summary = await json("demo", "--budget", "500ms", "--out", out, "--quiet");
  assert.deepEqual([summary.method, summary.legal], ["policy", true]);
  assert.ok(existsSync(join(out, "run", "best.svg")));
});

test("place by random placements repeats, and more of them are never worse", async () => {
  const place = (iterations: string, out: string) =>
    json("place", block, "--method", "random", "--iterations", iterations, "--out", join(folder, out));
  const [few, again, many] = [await place("2", "r1"), await place("2", "r2"), await place("12", "r3")];
  assert.equal(
    readFileSync(join(folder, "r1", "best.plc"), "utf8"),
    readFileSync(join(folder, "r2", "best.plc"), "utf8"),
  );
  assert.equal(few.proxy_cost, again.proxy_cost);
  assert.ok((many.proxy_cost as number) <= (few.proxy_cost as number));
});

test("a time budget ends a run, with a placement", async () => {
  const out = join(folder, "timed");
  const summary = await json("place", block, "--budget", "500ms", "--out", out, "--set", "episodes=2");
  // On a slow machine the time is over before the first iteration is: what tried the order of the macros counts.
  assert.equal(summary.legal, true);
  assert.ok(existsSync(join(out, "best.plc")));
  assert.ok((summary.seconds as number) < 50, "the default would be a minute");
});

test("train leaves a checkpoint that it goes on from", async () => {
  const out = join(folder, "trained");
  const args = ["train", block, "--out", out, "--set", "episodes=2", "--workers", "1"];
  const first = await json(...args, "--iterations", "1");
  assert.equal(first.checkpoint, join(out, "checkpoints/latest.safetensors"));
  assert.ok(existsSync(first.checkpoint as string));
  const more = await json(...args, "--iterations", "3", "--resume");
  assert.deepEqual([first.iterations, more.iterations, more.episodes], [1, 3, 6]);
  assert.equal(readFileSync(join(out, "metrics.jsonl"), "utf8").trim().split("\n").length, 3);
});

test("settings may stand before the block, and results go to standard output, progress to standard error", async () => {
  const out = join(folder, "streams");
  const { code, stdout, stderr } = await ashlar(
    ...["place", "--set", "episodes=2", "--iterations", "1", "--out", out, block],
  );
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^proxy_cost +\d/m);
  assert.match(stderr, /iteration 1 /);
  const quiet = await ashlar(
    ...["place", block, "--method", "random", "--iterations", "1", "--out", out, "--quiet", "--force"],
  );
  assert.equal(quiet.stderr, "");
});

test("weights of the proxy are taken from the command line, other costs stay", async () => {
  const placement = join(folder, "r1", "best.plc");
  const score = (...options: string[]) => json("eval", block, "--placement", placement, ...options);
  const plain = await score();
  const weighted = await score("--weights", "0,0,3");
  assert.equal(weighted.congestion_cost, plain.congestion_cost);
  assert.ok(
    Math.abs((weighted.proxy_cost as number) - 3 * (plain.congestion_cost as number)) < 1e-12,
    "3 * congestion",
  );
  assert.notEqual((await score("--smoothing", "2")).congestion_cost, plain.congestion_cost);
  assert.notEqual((await score("--grid", "7x9")).density_cost, plain.density_cost);
});
