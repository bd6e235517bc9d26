// Bad input of every kind, given to the real command: exit code 1, one line that says what to mend, no stack, and
// nothing written over.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { ashlar } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const at = (name: string) => join(folder, name);
const BLOCK = at("block");
const OTHER = at("other");
const RUN = at("run");
const PLACED = join(RUN, "best.plc");
const NONE = at("no-such-run");
/** A new folder, for runs that are refused only once they train. */
const SPARE = at("spare");

const HEADER = "# Columns : 10  Rows : 10\n# Width : 100.000  Height : 100.000\n";

/** A macro, a port and a net between them, as a netlist file. */
function netlist(width: number | string, extra = ""): string {
  const attr = (key: string, value: string) => `  attr { key: "${key}" value { ${value} } }\n`;
  const node = (name: string, type: string, attrs: Record<string, number | string>, input = "") =>
    `node {\n  name: "${name}"\n${input}${attr("type", `placeholder: "${type}"`)}${Object.entries(attrs)
      .map(([key, value]) => attr(key, typeof value === "string" ? `placeholder: "${value}"` : `f: ${value}`))
      .join("")}}\n`;
  return (
    node("in", "PORT", { x: 0, y: 5 }, '  input: "A/p"\n') +
    `node {\n  name: "A"\n${attr("type", 'placeholder: "MACRO"')}${attr("width", `f: ${width}`)}${attr("height", "f: 10")}}\n` +
    node("A/p", "MACRO_PIN", { macro_name: "A", x_offset: 0, y_offset: 0 }) +
    extra
  );
}

/** A folder with a netlist and a placement file. */
function writeBlock(name: string, text: string | Buffer, plc = `${HEADER}0 0 5 - 1\n1 50 50 N 0\n`): string {
  mkdirSync(at(name));
  writeFileSync(join(at(name), typeof text === "string" ? "netlist.pb.txt" : "netlist.pb.txt.gz"), text);
  writeFileSync(join(at(name), "initial.plc"), plc);
  return at(name);
}

before(async () => {
  const good = async (...args: string[]) => {
    const { code, stderr } = await ashlar(...args);
    assert.equal(code, 0, stderr);
  };
  const shape = ["--macros", "6", "--soft-macros", "8", "--ports", "10"];
  await good("generate", ...shape, "--seed", "1", "--out", BLOCK);
  await good("generate", ...shape, "--seed", "2", "--out", OTHER);
  await good("place", BLOCK, "--iterations", "1", "--set", "episodes=2", "--out", RUN);

  writeBlock("good", netlist(20));
  writeBlock("truncated", gzipSync(netlist(20)).subarray(0, 90));
  writeBlock("not-gzip", Buffer.from("this is not gzip"));
  writeBlock("nan-size", netlist("nan"));
  writeBlock("nan-place", netlist(20), `${HEADER}0 0 5 - 1\n1 nan 50 N 0\n`);
  writeBlock("twice", netlist(20, netlist(20).slice(netlist(20).indexOf('node {\n  name: "A"'))));
  writeBlock("half", netlist(20).slice(0, -30));
  writeBlock("no-sink", netlist(20).replace('input: "A/p"', 'input: "B/p"'));
  writeBlock("large", netlist(150));
  writeBlock("far", netlist(20), `${HEADER}0 0 5 - 1\n1 50000 50000 N 0\n`);
  writeBlock("far-port", netlist(20), `${HEADER}0 0 90000 - 1\n1 50 50 N 0\n`);
  writeBlock("wrong-index", netlist(20), `${HEADER}0 0 5 - 1\n7 50 50 N 0\n`);
  writeBlock("unplaced", netlist(20), `${HEADER}0 0 5 - 1\n`);
  writeBlock("bad-header", netlist(20), "# Columns : 0  Rows : 10\n");
  mkdirSync(at("empty"));
  writeFileSync(at("a-file"), "something of the user's\n");
});

interface Bad {
  readonly name: string;
  readonly args: () => readonly string[];
  readonly says: RegExp;
}

const evalOf =
  (name: string, ...more: string[]) =>
  () => ["eval", at(name), ...more];
const placeAt =
  (...more: string[]) =>
  () => ["place", BLOCK, "--iterations", "1", "--out", RUN, ...more];
const resume =
  (...more: string[]) =>
  () => ["place", BLOCK, "--iterations", "2", "--set", "episodes=2", "--out", RUN, "--resume", ...more];

const CASES: readonly Bad[] = [
  // The command line.
  { name: "an unknown command", args: () => ["plce"], says: /unknown command 'plce'.*place/ },
  { name: "an unknown option", args: evalOf("good", "--sedd", "1"), says: /unknown option '--sedd'/ },
  { name: "no block", args: () => ["place"], says: /missing required argument 'block'/ },
  { name: "two blocks to evaluate", args: evalOf("good", "more"), says: /too many arguments/ },
  { name: "an option without its value", args: evalOf("good", "--weights"), says: /argument missing/ },
  {
    name: "an unknown method",
    args: placeAt("--method", "magic"),
    says: /--method: 'magic' is no method; known are policy, anneal, greedy, mincut, analytic, mixed, refine, random, pipeline, or a module/,
  },
  { name: "an unknown protocol", args: placeAt("--protocol", "loose"), says: /'loose' is invalid/ },
  {
    name: "a protocol that the method does not know",
    args: placeAt("--protocol", "free"),
    says: /method 'policy' does not know 'free'; use fd/,
  },
  // Values of options.
  { name: "a budget that is no time", args: placeAt("--budget", "soon"), says: /--budget: 'soon'/ },
  { name: "a budget of nothing", args: placeAt("--budget", "0s"), says: /--budget: '0s'/ },
  { name: "a negative iteration count", args: placeAt("--iterations", "-1"), says: /--iterations/ },
  { name: "no iterations at all", args: placeAt("--iterations", "0"), says: /--iterations/ },
  { name: "half a worker", args: placeAt("--workers", "0.5"), says: /--workers/ },
  { name: "a thousand workers", args: placeAt("--workers", "1000"), says: /--workers/ },
  {
    name: "fast mode of a queue without a queue",
    args: placeAt("--queue-mode", "fast"),
    says: /--queue-mode fast: there is no queue; give --queue/,
  },
  {
    name: "an unknown action of queue",
    args: () => ["queue", "drop", "--queue", "redis://127.0.0.1:9"],
    says: /'drop', status, retry or clean was expected/,
  },
  {
    name: "a comparison of no iterations",
    args: () => ["compare", "good", "--iterations", "0"],
    says: /--iterations/,
  },
  { name: "a seed that is a word", args: placeAt("--seed", "lucky"), says: /--seed: 'lucky', a number/ },
  { name: "a grid of one number", args: evalOf("good", "--grid", "24"), says: /--grid: '24'/ },
  {
    name: "a grid with no columns",
    args: evalOf("good", "--grid", "0x10"),
    says: /--grid: '0x10'.*1 to 1024/,
  },
  { name: "a canvas without height", args: evalOf("good", "--canvas", "100x0"), says: /--canvas: '100x0'/ },
  {
    name: "a canvas beyond measure",
    args: evalOf("good", "--canvas", "1e308x1"),
    says: /good: the canvas is 1e\+308 x 1 µm/,
  },
  {
    name: "half a cell of smoothing",
    args: evalOf("good", "--smoothing", "0.5"),
    says: /--smoothing: 0\.5, a whole number was expected/,
  },
  { name: "two weights", args: evalOf("good", "--weights", "1,2"), says: /--weights: '1,2', 3 numbers/ },
  { name: "a weight that is a word", args: evalOf("good", "--weights", "1,x,1"), says: /--weights: '1,x,1'/ },
  { name: "a negative weight", args: evalOf("good", "--weights", "1,-1,1"), says: /--weights: '1,-1,1'/ },
  { name: "weights of nothing", args: evalOf("good", "--weights", ""), says: /--weights: ''/ },
  { name: "no routing tracks", args: evalOf("good", "--routes", "0,1"), says: /--routes: greater than 0/ },
  {
    name: "tracks too few to count",
    args: evalOf("good", "--routes", "1e-12,1e-12"),
    says: /counted exactly/,
  },
  { name: "a negative smoothing", args: evalOf("good", "--smoothing", "-1"), says: /--smoothing/ },
  {
    name: "a setting that does not exist",
    args: placeAt("--set", "learningrate=1"),
    says: /--set learningrate: no such name; did you mean 'learningRate'\?/,
  },
  {
    name: "a part that does not exist",
    args: placeAt("--set", "experimental.network.hidden=4"),
    says: /--set experimental\.network\.hidden: no such name; there are nodeFeatures, spectral/,
  },
  { name: "a setting without value", args: placeAt("--set", "clip"), says: /--set: 'clip', NAME=VALUE/ },
  {
    name: "a setting of the wrong type",
    args: placeAt("--set", "experimental.clip=wide"),
    says: /--set experimental\.clip: .*number/,
  },
  {
    name: "a network width that no kernel takes",
    args: placeAt("--set", "experimental.network.width=7"),
    says: /network.width/,
  },
  {
    name: "planes that observations do not have",
    args: placeAt("--set", "experimental.network.planes=9"),
    says: /--set experimental.network.planes: is 9, but observations of this version have 12 or 15/,
  },
  {
    name: "more episodes than memory holds",
    args: () => ["place", BLOCK, "--iterations", "1", "--out", SPARE, "--set", "episodes=1000000"],
    says: /setting episodes: 1000000 episodes and 16 elites take/,
  },
  {
    name: "a learning rate at which training diverges",
    args: () => ["place", BLOCK, "--iterations", "9", "--out", SPARE, "--set", "learningRate=1e38"],
    says: /setting learningRate: training diverged in iteration/,
  },
  { name: "a policy that is none", args: placeAt("--policy", at("a-file")), says: /a-file/ },
  {
    name: "a policy that is none in a pipeline",
    args: placeAt("--method", "pipeline", "--policy", at("a-file")),
    says: /a-file/,
  },
  {
    name: "another network than the policy's",
    args: placeAt("--policy", "shipped", "--set", "experimental.network.width=32"),
    says: /--set experimental\.network: \{"width":32\}, but the network is that of/,
  },
  {
    name: "another network than the policy's as one setting",
    args: placeAt("--policy", "shipped", "--finetune", "--set", 'network={"width":32}'),
    says: /--set experimental\.network: \{"width":32\}, but the network is that of/,
  },
  {
    name: "settings of the value network beside groups",
    args: placeAt("--set", "experimental.lambda=0.9"),
    says: /--set experimental\.lambda: has no effect unless groupSize is 1/,
  },
  {
    name: "a setting of another method",
    args: placeAt("--method", "random", "--set", "clip=0.1"),
    says: /--set clip: no such name; leave it out: there are none/,
  },
  { name: "too many macros to generate", args: () => ["generate", "--macros", "9999"], says: /--macros/ },
  // Files.
  { name: "a block that is not there", args: evalOf("nowhere"), says: /nowhere: no such file/ },
  { name: "a folder without a netlist", args: evalOf("empty"), says: /the directory holds no block/ },
  { name: "a placement that is not there", args: evalOf("good", "--placement", at("x.plc")), says: /x\.plc/ },
  {
    name: "a netlist as placement",
    args: evalOf("good", "--placement", join(at("good"), "netlist.pb.txt")),
    says: /netlist\.pb\.txt/,
  },
  { name: "a gzip file cut short", args: evalOf("truncated"), says: /netlist\.pb\.txt\.gz/ },
  { name: "a gzip file that is none", args: evalOf("not-gzip"), says: /netlist\.pb\.txt\.gz/ },
  { name: "a netlist cut short", args: evalOf("half"), says: /netlist\.pb\.txt:\d+/ },
  { name: "a size of NaN", args: evalOf("nan-size"), says: /netlist\.pb\.txt:\d+: .*width/ },
  { name: "a place of NaN", args: evalOf("nan-place"), says: /initial\.plc:4: x is 'nan'/ },
  { name: "two nodes of one name", args: evalOf("twice"), says: /'A' is defined twice/ },
  { name: "a sink that does not exist", args: evalOf("no-sink"), says: /'B\/p', which is not in the file/ },
  { name: "a header out of range", args: evalOf("bad-header"), says: /initial\.plc:1: header/ },
  { name: "a placement of another netlist", args: evalOf("wrong-index"), says: /node index 7/ },
  { name: "a macro far away: other units", args: evalOf("far"), says: /'A' is at \(50000, 50000\)/ },
  { name: "nodes without a place", args: evalOf("unplaced"), says: /1 of 2 nodes have no place, 'A'/ },
  // Blocks that cannot be placed.
  {
    name: "a macro larger than the canvas",
    args: () => ["place", at("large"), "--out", NONE],
    says: /'A' is 150 x 10/,
  },
  { name: "a port far away", args: () => ["place", at("far-port"), "--out", NONE], says: /'in' is at/ },
  {
    name: "a grid on which no cell will do",
    args: () => ["place", at("good"), "--canvas", "30x30", "--grid", "2x2", "--out", NONE],
    says: /'A' fits on no cell of the 2 x 2 grid/,
  },
  {
    name: "a grid for two blocks to train on",
    args: () => ["train", BLOCK, OTHER, "--grid", "9x9", "--out", NONE],
    says: /--grid: is for a single block/,
  },
  {
    name: "a demo that is to take no time",
    args: () => ["demo", "--budget", "none", "--out", NONE],
    says: /--budget: 'none'/,
  },
  // Run folders.
  {
    name: "a run folder that is a file",
    args: () => ["place", BLOCK, "--out", at("a-file")],
    says: /a-file.*--out/,
  },
  { name: "a block folder that is a file", args: () => ["generate", "--out", at("a-file")], says: /a-file/ },
  {
    name: "going on with another block",
    args: () => ["place", OTHER, "--iterations", "2", "--out", RUN, "--resume"],
    says: /is not the file that the run/,
  },
  {
    name: "going on with another seed",
    args: resume("--seed", "2"),
    says: /started with seed 1, now it is 2/,
  },
  {
    name: "going on with a file more",
    args: resume("--placement", join(BLOCK, "initial.plc")),
    says: /started with placement not set/,
  },
  { name: "going on with another grid", args: resume("--grid", "9x9"), says: /started with grid not set/ },
  { name: "going on with other weights", args: resume("--weights", "1,1,1"), says: /started with weights/ },
  {
    name: "going on with other settings",
    args: resume("--set", "clip=0.3"),
    says: /started with settings \{"episodes":2\}, now it is \{"episodes":2,"experimental":\{"clip":0.3\}\}/,
  },
  {
    name: "going on with another command",
    args: () => ["train", BLOCK, "--iterations", "2", "--out", RUN, "--resume"],
    says: /started with method/,
  },
];

/** Every file under the test's folder, with what is in it. */
function snapshot(path = folder): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(path)) {
    const full = join(path, name);
    if (statSync(full).isDirectory()) Object.assign(found, { [full]: "folder" }, snapshot(full));
    else found[full] = readFileSync(full, "latin1");
  }
  return found;
}

async function refused(args: readonly string[], says: RegExp): Promise<void> {
  const before = snapshot();
  const { code, stdout, stderr } = await ashlar(...args);
  assert.equal(code, 1, stderr);
  assert.equal(stdout, "");
  assert.match(stderr, /^(ashlar|error): .*\n$/, "one line");
  assert.match(stderr, says);
  assert.doesNotMatch(stderr, /internal:|Error:|node_modules/);
  rmSync(SPARE, { recursive: true, force: true });
  const after = snapshot();
  assert.deepEqual(Object.keys(after), Object.keys(before), "files came or went");
  for (const path of Object.keys(before)) assert.equal(after[path], before[path], `${path} was changed`);
}

describe("refused with one line", { concurrency: false }, () => {
  for (const { name, args, says } of CASES) test(name, () => refused([...args(), ...quietly(args())], says));

  test("a corrupted checkpoint", async () => {
    const path = join(RUN, "checkpoints", "latest.safetensors");
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, whole.length - 40));
    await refused([...resume()(), "--quiet"], /latest\.safetensors/);
    writeFileSync(path, "rubbish that is no checkpoint at all");
    await refused([...resume()(), "--quiet"], /latest\.safetensors/);
    writeFileSync(path, whole);
  });

  test("a run record that is not one", async () => {
    const path = join(RUN, "options.json");
    const whole = readFileSync(path);
    writeFileSync(path, "{");
    await refused([...resume()(), "--quiet"], /options\.json.*record of a run/);
    writeFileSync(path, whole);
  });
});

/** Progress is not what these tests are about. */
function quietly(args: readonly string[]): string[] {
  return args[0] === "place" || args[0] === "train" ? ["--quiet"] : [];
}

test("after all of that the run can still be gone on with, and its placement evaluated", async () => {
  const more = await ashlar(...resume()(), "--quiet");
  assert.equal(more.code, 0, more.stderr);
  assert.equal((await ashlar("eval", BLOCK, "--placement", PLACED)).code, 0);
});

test("a placement that is scored though it overlaps is no bad input, and says so", async () => {
  const plc = readFileSync(PLACED, "utf8");
  const hard = plc.split("\n").filter((line) => / (N|S|FN|FS|E|W|FE|FW) 0$/.test(line));
  const [x, y] = hard[0]!.split(" ").slice(1);
  // The first two macros of the file on one place.
  const moved = plc.replace(hard[1]!, `${hard[1]!.split(" ")[0]} ${x} ${y} N 0`);
  writeFileSync(at("overlap.plc"), moved);
  const { code, stdout } = await ashlar("eval", BLOCK, "--placement", at("overlap.plc"), "--json");
  assert.equal(code, 0);
  const score = JSON.parse(stdout);
  assert.ok(score.overlaps >= 1);
  assert.equal(score.legal, false);
});
