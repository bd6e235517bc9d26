// Bad input gets one clear line on standard error and exit code 1, and loses nothing.
import assert from "node:assert/strict";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { runCli, runJson } from "../support/run-cli.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const block = join(folder, "block");
const file = (name: string) => join(folder, name);
let netlist = "";
let placement = "";

before(() => {
  runJson("generate", "--macros", "8", "--seed", "5", "--out", block, "--json");
  netlist = gunzipSync(readFileSync(join(block, "netlist.pb.txt.gz"))).toString("utf8");
  placement = readFileSync(join(block, "initial.plc"), "utf8");
  runJson("place", block, "--iterations", "1", "--out", file("run"), "--json", "--quiet");
});

/** Runs a command that must fail with one line that matches. */
function refused(args: readonly string[], expected: RegExp): void {
  const { status, stdout, stderr } = runCli(...args);
  assert.equal(status, 1, `exit code of ${args.join(" ")}: ${stderr}`);
  assert.equal(stdout, "");
  const lines = stderr.trim().split("\n");
  assert.equal(lines.length, 1, stderr);
  assert.match(lines[0]!, expected);
  assert.doesNotMatch(stderr, /\bat .*\.js:\d+/, "no stack");
}

/** A netlist file with one change made to the generated one. */
function broken(name: string, change: (text: string) => string): string {
  const path = file(name);
  const changed = change(netlist);
  assert.notEqual(changed, netlist, `${name} is changed`);
  writeFileSync(path, name.endsWith(".gz") ? gzipSync(changed) : changed);
  return path;
}

function brokenPlc(name: string, change: (text: string) => string): string {
  const changed = change(placement);
  assert.notEqual(changed, placement, `${name} is changed`);
  writeFileSync(file(name), changed);
  return file(name);
}

const NETLISTS: readonly [string, (text: string) => string, RegExp][] = [
  ["cut.pb.txt", (text) => text.slice(0, text.length - 40), /cut\.pb\.txt:\d+: .*(ends|cut off)/],
  ["empty.pb.txt", () => "", /no node/],
  ["garbage.pb.txt", () => "\u0000\u0001{{{:::", /garbage\.pb\.txt:1: /],
  ["nan.pb.txt", (text) => text.replace(/f: [\d.]+/, "f: nan"), /finite/],
  ["infinite.pb.txt", (text) => text.replace(/f: [\d.]+/, "f: 1e99"), /finite/],
  ["word.pb.txt", (text) => text.replace(/f: [\d.]+/, "f: 12x"), /number/],
  ["type.pb.txt", (text) => text.replace('"MACRO"', '"MAKRO"'), /MAKRO/],
  [
    "owner.pb.txt",
    (text) => text.replace(/(key: "macro_name"\s+value {\s+placeholder: )"[^"]+"/, '$1"nobody"'),
    /nobody/,
  ],
  ["sink.pb.txt", (text) => text.replace(/input: "[^"]+"/, 'input: "nowhere"'), /nowhere/],
  ["twice.pb.txt", (text) => text + text, /defined twice/],
  ["negative.pb.txt", (text) => text.replace(/(key: "width"\s+value {\s+f: )/, "$1-"), /size/],
];

for (const [name, change, expected] of NETLISTS)
  test(`netlist ${name} is refused`, () => {
    refused(["info", broken(name, change)], expected);
  });

const PLACEMENTS: readonly [string, (text: string) => string, RegExp][] = [
  ["index.plc", (text) => `${text}999999 1 1 N 0\n`, /index\.plc:\d+: node index 999999/],
  ["words.plc", (text) => `${text}1 2 3\n`, /words\.plc:\d+: /],
  ["flag.plc", (text) => text.replace(/ 1\n$/, " 7\n"), /fixed flag '7'/],
  ["grid.plc", (text) => text.replace(/Columns : \d+/, "Columns : 0"), /grid|Columns/],
  ["canvas.plc", (text) => text.replace(/Width : [\d.]+/, "Width : -3"), /canvas|Width/],
  ["orientation.plc", (text) => text.replace(/ - 1\n/, " NN 1\n"), /orientation 'NN'/],
];

for (const [name, change, expected] of PLACEMENTS)
  test(`placement ${name} is refused`, () => {
    refused(["eval", block, "--placement", brokenPlc(name, change)], expected);
  });

test("files that are not there, not gzip, or cut off are refused", () => {
  refused(["info", file("nothing")], /no such file/);
  writeFileSync(file("not.pb.txt.gz"), "plain");
  refused(["info", file("not.pb.txt.gz")], /gzip/);
  writeFileSync(file("cut.pb.txt.gz"), gzipSync(netlist));
  truncateSync(file("cut.pb.txt.gz"), 2000);
  refused(["info", file("cut.pb.txt.gz")], /gzip/);
  refused(["info", folder], /netlist files/);
  writeFileSync(file("block.v"), "module m; endmodule");
  refused(["info", file("block.v")], /unknown format/);
});

test("a placement that cannot be scored is refused", () => {
  refused(["eval", block], /nodes have no place/);
  const best = readFileSync(join(file("run"), "best.plc"), "utf8");
  writeFileSync(file("units.plc"), best.replace(/^(\d+) [\d.]+ [\d.]+ N 0$/m, "$1 3e9 3e9 N 0"));
  refused(["eval", block, "--placement", file("units.plc")], /micrometres/);
});

test("blocks that cannot be placed are refused with the reason", () => {
  refused(["place", block, "--canvas", "100x100", "--out", file("x")], /larger than the canvas/);
  refused(["place", block, "--grid", "1x1", "--out", file("x")], /8 macros, but the 1 x 1 grid has 1 cells/);
  const { width, height } = JSON.parse(runCli("info", block, "--json").stdout).canvas;
  const tight = `${width * 0.5}x${height * 0.5}`;
  refused(
    ["place", block, "--canvas", tight, "--out", file("x")],
    /larger than the canvas|more than the canvas/,
  );
});

test("options that make no sense are refused by name", () => {
  refused(["place", block, "--budget", "soon"], /--budget: 'soon'/);
  refused(["place", block, "--iterations", "1.5"], /--iterations/);
  refused(["place", block, "--workers", "0"], /--workers/);
  refused(["place", block, "--method", "magic"], /magic/);
  refused(["eval", block, "--grid", "7"], /--grid: '7'/);
  refused(["eval", block, "--weights", "1,2"], /--weights: '1,2'/);
  refused(["place", block, "--iterations", "1", "--set", "speed=9", "--out", file("x")], /speed/);
  refused(["place", block, "--iterations", "1", "--set", "clip=-1", "--out", file("x")], /clip/);
  refused(["train", block, block, "--iterations", "1"], /give one/);
  refused(["generate", "--macros", "2"], /--macros/);
});

test("a folder that cannot hold a run, or holds another one, is refused and stays as it is", () => {
  writeFileSync(file("occupied"), "mine");
  refused(["place", block, "--iterations", "1", "--out", file("occupied")], /--out/);
  assert.equal(readFileSync(file("occupied"), "utf8"), "mine");
  const best = readFileSync(join(file("run"), "best.plc"), "utf8");
  const resume = ["place", block, "--iterations", "2", "--resume", "--out", file("run"), "--quiet"];
  refused([...resume, "--seed", "9"], /started with seed 1, now it is 9/);
  const other = file("other");
  runJson("generate", "--macros", "8", "--seed", "6", "--out", other, "--json");
  refused(["place", other, ...resume.slice(2)], /is not the file that the run/);
  truncateSync(join(file("run"), "checkpoints", "latest.safetensors"), 1000);
  refused(resume, /latest\.safetensors/);
  assert.equal(readFileSync(join(file("run"), "best.plc"), "utf8"), best);
});
