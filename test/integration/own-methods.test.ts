// Methods of a user's own: modules in a folder outside the repository, run by name of their file in `place` and
// `compare`, resumed, and opened in the viewer.
import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { compare, findMethod, type MethodChoice, place } from "../../flow/index.js";
import { openView } from "../../flow/view-source.js";
import type { Method } from "../../placer/index.js";
import { ashlar, runJson } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const block = join(folder, "block");
const at = (name: string) => join(folder, name);

/** A one-shot placer that imports nothing: the one in the examples. */
const COLUMNS = readFileSync("examples/own-method.js", "utf8");

/** A whole method: shifts the block's own placement sideways and keeps the best. */
const SHIFTS = `
export default {
  name: "shifts",
  description: "mirrors hard macros one by one and keeps what is better",
  protocols: ["fd", "free"],
  async run({ block, judge, budget, run, onProgress }) {
    const started = performance.now();
    const placement = {
      xs: block.initial.xs.slice(),
      ys: block.initial.ys.slice(),
      orientations: block.initial.orientations.slice(),
    };
    let costs = judge.evaluate(placement);
    let iterations = 0;
    for (let node = 0; node < block.nodeCount && iterations < (budget.iterations ?? 20); node++) {
      if (block.kinds[node] !== 0 || block.fixed[node]) continue;
      const before = placement.orientations[node];
      placement.orientations[node] = 1;
      const tried = judge.evaluate(placement);
      if (tried.proxyCost < costs.proxyCost) costs = tried;
      else placement.orientations[node] = before;
      iterations++;
      const seconds = (performance.now() - started) / 1000;
      run.appendMetrics({ iteration: iterations, seconds, "cost/best": costs.proxyCost });
    }
    onProgress(\`\${iterations} macros tried\`);
    return { placement, costs, iterations, episodes: 0 };
  },
};
`;

before(async () => {
  const { code, stderr } = await ashlar("generate", "--macros", "9", "--seed", "2", "--out", block);
  assert.equal(code, 0, stderr);
  // A whole placement, from which the methods below begin.
  runJson("place", block, "--method", "greedy", "--iterations", "2", "--out", at("start"), "--json");
  copyFileSync(join(at("start"), "best.plc"), join(block, "initial.plc"));
  writeFileSync(at("columns.mjs"), COLUMNS);
  writeFileSync(at("shifts.mjs"), SHIFTS);
});

const plc = (name: string) => readFileSync(join(at(name), "best.plc"), "utf8");
const record = (name: string) => JSON.parse(readFileSync(join(at(name), "options.json"), "utf8"));

test("a one-shot placer of one's own runs on worker threads, with any number of them the same", async () => {
  const options = ["place", block, "--method", at("columns.mjs"), "--iterations", "12", "--json"];
  const one = runJson(...options, "--workers", "1", "--out", at("one"));
  assert.deepEqual([one.method, one.legal, one.iterations], ["columns", true, 12]);
  runJson(...options, "--workers", "3", "--out", at("three"));
  assert.equal(plc("three"), plc("one"));
  runJson(...options, "--set", "stray=0.5", "--out", at("given"));
  assert.equal(record("given").options.settings.stray, 0.5);
  const { options: kept, inputs } = record("one");
  assert.deepEqual([kept.method, kept.methodModule], ["columns", at("columns.mjs")]);
  assert.match(inputs.at(-1).sha256, /^[0-9a-f]{64}$/);
  assert.equal(inputs.at(-1).path, at("columns.mjs"));
});

test("a method of one's own runs in place under both protocols, and its run opens in the viewer without its code", async () => {
  for (const protocol of ["fd", "free"] as const) {
    const out = at(`shifts-${protocol}`);
    const lines: string[] = [];
    const summary = await place(
      block,
      { method: relative(process.cwd(), at("shifts.mjs")), protocol, iterations: 5, out },
      (line) => lines.push(line),
    );
    assert.deepEqual([summary.method, summary.protocol, summary.iterations], ["shifts", protocol, 5]);
    assert.ok(lines.includes("5 macros tried"));
  }
  writeFileSync(at("shifts.mjs"), "throw new Error('the viewer ran this');\n");
  try {
    const view = await openView(at("shifts-fd"));
    const { placements, summary } = await view.session();
    assert.equal(placements[0]!.id, "best");
    assert.equal(summary.method, "shifts");
    assert.equal((await view.metrics())[0]!.lines.length, 5);
  } finally {
    writeFileSync(at("shifts.mjs"), SHIFTS);
  }
});

test("compare takes names, paths, file URLs and objects alike", async () => {
  const object: Method = {
    name: "as-it-is",
    description: "the block's own placement",
    protocols: ["fd"],
    run: async ({ block, judge }) => ({
      placement: block.initial,
      costs: judge.evaluate(block.initial),
      iterations: 1,
      episodes: 0,
    }),
  };
  const methods: MethodChoice[] = ["random", pathToFileURL(at("columns.mjs")).href, object];
  const { rows } = await compare([block], { methods, budget: "1s", seeds: "1", out: at("compared") });
  assert.deepEqual(
    rows.map((row) => [row.method, row.reasons, row.runs[0]!.iterations! > 0]),
    [
      ["random", [], true],
      ["columns", [], true],
      ["as-it-is", [], true],
    ],
  );
  const text = `random,${at("columns.mjs")}`;
  const args = ["--methods", text, "--budget", "1s", "--seeds", "1", "--out", at("compared-again"), "--json"];
  assert.deepEqual(runJson("compare", block, ...args).methods, ["random", "columns"]);
  await assert.rejects(
    compare([block], { methods: [object, { ...object }], out: at("twice") }),
    /--methods: two methods are named 'as-it-is'/,
  );
});

test("a run is resumed with the module that it was started with, and with no other", async () => {
  const path = at("mine.mjs");
  writeFileSync(path, COLUMNS);
  const args = (...more: string[]) => [
    ...["place", block, "--method", path, "--out", at("resumed"), "--json", "--iterations"],
    ...more,
  ];
  runJson(...args("5"));
  runJson(...args("12", "--resume"));
  assert.equal(plc("resumed"), plc("one"));
  writeFileSync(path, `${COLUMNS}// changed\n`);
  const changed = await ashlar(...args("20", "--resume"));
  assert.match(changed.stderr, /mine\.mjs: is not the file that the run in/);
  const without = await ashlar("place", block, "--method", "random", "--out", at("resumed"), "--resume");
  assert.match(without.stderr, /mine\.mjs: is not given, but the run in '.*resumed' was started with it/);
  const stateless = await ashlar("place", block, "--method", at("shifts.mjs"), "--resume");
  assert.match(stateless.stderr, /--resume: method 'shifts' keeps no checkpoint to continue from/);
});

test("what is no method is refused in one line that says what was expected", async () => {
  let count = 0;
  const refused = async (source: string, says: RegExp) => {
    const path = at(`refused-${count++}.mjs`);
    writeFileSync(path, source);
    await assert.rejects(findMethod(path), (error: Error) => {
      assert.equal(error.name, "InputError", error.stack);
      assert.match(error.message, says);
      assert.ok(!error.message.includes("\n"));
      return true;
    });
  };
  const name = 'name: "mine"';
  await refused("export const a = 1;", /has no default export, a method was expected/);
  await refused("export default 5;", /is no method: an object with a function run\(\) or place\(\)/);
  await refused("export default {", /cannot be loaded \(/);
  await refused("export default { run() {} };", /the method's name is undefined, letters/);
  await refused('export default { name: "../x", run() {} };', /the method's name is "\.\.\/x", letters/);
  await refused('export default { name: "anneal", run() {} };', /'anneal', which a built-in one has/);
  await refused(`export default { ${name}, run() {} };`, /protocols undefined, a list of fd, es and free/);
  await refused(
    `export default { ${name}, protocols: ["fd"], settings: {}, run() {} };`,
    /the settings of method 'mine' are no schema/,
  );
  await refused(`export default { ${name}, place() {} };`, /one-shot placer 'mine' names no module/);
  await assert.rejects(findMethod("./nowhere.mjs"), /\.\/nowhere\.mjs: no such file/);
  await assert.rejects(findMethod("aneal"), /'aneal' is no method; did you mean 'anneal'\? known are policy/);
  const { code, stderr } = await ashlar("place", block, "--method", at("shifts.mjs"), "--set", "a=1");
  assert.equal(code, 1);
  assert.match(stderr, /--set: method 'shifts' has no settings/);
});
