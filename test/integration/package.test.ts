// The package as its users get it: packed, installed in a folder of its own, compiled against and run.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { before, test } from "node:test";
import { makeFolder } from "../support/temp-folder.js";

interface Packed {
  readonly filename: string;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

const folder = makeFolder();
const PROGRAM = `import { generateBlock, place, type PlaceSummary } from "ashlar";
import { PlacementCost } from 'ashlar/plc';

const block = generateBlock({ macros: 6, softMacros: 8, ports: 10, seed: 4 });
if (block.nodeCount < 24) throw new Error("a block of other size");
const cost = await PlacementCost.open("block/netlist.pb.txt.gz");
if (cost.getMacroIndices().length !== 14) throw new Error("other macros");
const summary: PlaceSummary = await place("block", { method: "anneal", iterations: 2, workers: 2, out: "run" });
console.log(JSON.stringify({ method: summary.method, legal: summary.legal }));
`;

let packed: Packed;

function run(program: string, ...args: readonly string[]): string {
  // npm is a script on Windows, which only a shell starts.
  const shell = process.platform === "win32" && program === "npm";
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, shell, encoding: "utf8" });
  assert.equal(status, 0, `${program} ${args.join(" ")}: ${stderr}${stdout}`);
  return stdout;
}

before(() => {
  // As tests run after the build, packing need not repeat it.
  const pack = ["pack", resolve("."), "--ignore-scripts", "--json", "--pack-destination", folder];
  packed = JSON.parse(run("npm", ...pack))[0];
  writeFileSync(join(folder, "package.json"), '{ "name": "user", "private": true, "type": "module" }');
  const quick = ["--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts", "--fetch-retries", "5"];
  run("npm", "install", ...quick, join(folder, packed.filename));
});

test("the tarball holds what runs, with source maps, and neither tests nor benchmarks", () => {
  const paths = packed.files.map(({ path }) => path);
  const within = (pattern: RegExp) => paths.filter((path) => pattern.test(path));
  for (const path of [
    "dist/index.d.ts",
    "dist/cli/main.js",
    "dist/cli/plc.js",
    "dist/plc/index.d.ts",
    "examples/python/ashlar_plc.py",
    "dist/kernels/ashlar.wasm",
    "dist/policy/weights/shipped.safetensors",
    "dist/viz/page/bundle.js",
    "dist/viz/page/bundle.css",
    "dist/viz/page/index.html",
    "dist/viz/page/third-party.txt",
    "benchmarks/sets/two.json",
    "README.md",
    "LICENSE",
    "NOTICE",
    "SECURITY.md",
    "CITATION.cff",
  ])
    assert.ok(paths.includes(path), path);
  assert.ok(within(/^benchmarks\/published\/.*\.json$/).length >= 3);
  assert.deepEqual(within(/^dist\/(test|benchmarks|examples|viz\/build-page)|\.test\./), []);
  assert.deepEqual(within(/^(scripts|test|kernels|node_modules|\.)/), []);
  assert.deepEqual(within(/^benchmarks\/.*(?<!\.json)$/), []);
  const code = within(/^dist\/.*\.js$/).filter((path) => !path.startsWith("dist/viz/page/"));
  assert.ok(code.length > 150, `${code.length} files`);
  for (const path of code) assert.ok(paths.includes(`${path}.map`), `${path} has no source map`);
  assert.ok(packed.unpackedSize < 10e6, `${packed.unpackedSize} bytes`);
});

test("source maps carry the source, which is not in the tarball", () => {
  const map = JSON.parse(readFileSync(join(folder, "node_modules/ashlar/dist/index.js.map"), "utf8"));
  assert.deepEqual(map.sourcesContent, [readFileSync("index.ts", "utf8")]);
});

test("a user's program compiles under strict against every declaration file and Node's types, and runs", () => {
  writeFileSync(join(folder, "program.ts"), PROGRAM);
  const strict = ["--strict", "--exactOptionalPropertyTypes", "--skipLibCheck", "false"];
  const options = [...strict, "--module", "nodenext", "--target", "es2022", "program.ts"];
  const compiler = resolve("node_modules/typescript/bin/tsc");
  const types = ["--types", "node", "--typeRoots", resolve("node_modules/@types")];
  run(process.execPath, compiler, ...types, ...options);
  const shape = ["--macros", "6", "--soft-macros", "8", "--ports", "10", "--seed", "4"];
  run(process.execPath, "node_modules/ashlar/dist/cli/main.js", "generate", ...shape, "--out", "block");
  assert.deepEqual(JSON.parse(run(process.execPath, "program.js")), { method: "anneal", legal: true });
});

test("the launcher that stands in for Circuit Training's program is installed and can be started by its path", () => {
  const { status, stderr } = spawnSync(join(folder, "node_modules/.bin/ashlar-plc"), [], {
    encoding: "utf8",
  });
  assert.match(stderr, /^ashlar-plc: --pipe_address: the path of a socket .* was expected\n$/);
  assert.equal(status, 1);
});

test("the installed command runs", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  assert.equal(run("npm", "exec", "--", "ashlar", "--version").trim(), version);
});

test("a method, a cost term and a policy network of one's own run in place and compare, and open in the viewer", () => {
  const ashlar = (...args: readonly string[]) =>
    run(process.execPath, "node_modules/ashlar/dist/cli/main.js", ...args, "--json");
  const place = (out: string, ...args: readonly string[]) =>
    JSON.parse(ashlar("place", "own", "--seed", "1", "--iterations", "2", "--out", out, ...args));
  for (const name of ["own-method.js", "own-cost-term.js", "own-policy-network.js"])
    copyFileSync(join(folder, "node_modules/ashlar/examples", name), join(folder, name));
  ashlar("generate", "--macros", "6", "--soft-macros", "8", "--ports", "10", "--seed", "4", "--out", "own");

  assert.equal(place("by-method", "--method", "./own-method.js").method, "columns");
  const term = place("by-term", "--method", "random", "--cost-term", "./own-cost-term.js=0.5");
  assert.ok(term.extra_costs.edge_distance >= 0);
  const network = ["--network", "./own-policy-network.js"];
  place("by-network", "--method", "policy", "--policy", "none", ...network);

  const methods = ["--methods", "./own-method.js,random", "--budget", "1s", "--seeds", "1"];
  const { rows } = JSON.parse(ashlar("compare", "own", ...methods, "--out", "compared"));
  assert.deepEqual(
    rows.map((row: { method: string; legal: number }) => [row.method, row.legal]),
    [
      ["columns", 1],
      ["random", 1],
    ],
  );
  const view = (path: string, ...args: readonly string[]) =>
    run(
      process.execPath,
      "node_modules/ashlar/dist/cli/main.js",
      "view",
      path,
      ...args,
      "--html",
      `${path}.html`,
    );
  view("by-method");
  view("by-term");
  view("by-network", ...network);
  for (const page of ["by-method", "by-term", "by-network"])
    assert.match(readFileSync(join(folder, `${page}.html`), "utf8"), /window\.ashlarReport=/);
});
