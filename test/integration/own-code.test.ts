// Cost terms, policy networks and cell placers of a user's own: named now or not at all. They are recorded with their hashes, and a
// run that used them is resumed only with the same.
import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { createJudge } from "../../env/index.js";
import { compare, evaluate, place } from "../../flow/index.js";
import { openView } from "../../flow/view-source.js";
import { loadBlock } from "../../netlist/index.js";
import type { CellPlacerMaker } from "../../placer/index.js";
import { ashlar, runJson } from "../support/command.js";
import leftTerm from "../support/left-term.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const block = join(folder, "block");
const at = (name: string) => join(folder, name);
const [TERM, NETWORK, CELLS] = [at("term.mjs"), at("network.mjs"), at("cells.mjs")];

before(() => {
  runJson("generate", "--macros", "8", "--seed", "5", "--out", block, "--json");
  copyFileSync("examples/own-cost-term.js", TERM);
  copyFileSync("examples/own-policy-network.js", NETWORK);
  copyFileSync("examples/own-cell-placer.js", CELLS);
});

const record = (name: string) => JSON.parse(readFileSync(join(at(name), "options.json"), "utf8"));

test("a cost term counts in eval, place, train and compare, and the record says which and of which content", async () => {
  const term = ["--cost-term", `${TERM}=2`];
  runJson("place", block, "--method", "random", "--iterations", "1", "--out", at("placed"), "--json");
  const placement = ["--placement", join(at("placed"), "best.plc"), "--json"];
  const plain = runJson("eval", block, ...placement);
  const scored = runJson("eval", block, ...placement, ...term);
  const { edge_distance } = scored.extra_costs as Record<string, number>;
  assert.ok(Math.abs(Number(scored.proxy_cost) - Number(plain.proxy_cost) - 2 * edge_distance!) < 1e-12);
  assert.ok(edge_distance! > 0);
  for (const [command, ...more] of [
    ["place", "--method", "greedy"],
    ["train", "--set", "episodes=4"],
  ] as const) {
    const args = [command, block, ...more, "--iterations", "2", "--out", at(command), "--json", ...term];
    const summary = runJson(...args);
    const { score } = await evaluate(block, {
      placement: join(at(command), "best.plc"),
      costTerms: [{ module: TERM, weight: 2 }],
    });
    assert.equal(summary.proxy_cost, score.proxy_cost);
    const { options, inputs } = record(command);
    assert.deepEqual(options.costTerms, [{ name: "edge_distance", weight: 2 }]);
    assert.deepEqual(options.costTermModules, [TERM]);
    assert.equal(inputs.at(-1).path, TERM);
    assert.match(inputs.at(-1).sha256, /^[0-9a-f]{64}$/);
  }
  const compared = await compare([block], {
    methods: "random",
    budget: "1s",
    seeds: "1",
    costTerms: [{ term: leftTerm, weight: 3 }],
    out: at("compared"),
  });
  assert.equal(compared.rows[0]!.legal, 1, `${compared.rows[0]!.reasons}`);
  const kept = JSON.parse(readFileSync(join(at("compared"), "block/random-s1/summary.json"), "utf8"));
  assert.ok(kept.extra_costs.left > 0);
});

test("a run with a cost term is resumed with the same term only; the error says what to give; the viewer runs none", async () => {
  const run = ["place", block, "--method", "random", "--out", at("resumed"), "--json", "--iterations"];
  const mine = at("changing.mjs");
  copyFileSync(TERM, mine);
  const term = ["--cost-term", `${mine}=0.5`];
  runJson(...run, "3", ...term);
  runJson(...run, "6", ...term, "--resume");
  const without = await ashlar(...run, "9", "--resume");
  assert.match(without.stderr, /changing\.mjs: is not given.*\(with --cost-term \S*changing\.mjs=0\.5\)/);
  const heavier = await ashlar(...run, "9", "--cost-term", `${mine}=1`, "--resume");
  assert.match(heavier.stderr, /started with costTerms \[\{"name":"edge_distance","weight":0\.5\}\]/);
  writeFileSync(mine, "throw new Error('the viewer ran this');\n");
  const session = await (await openView(at("resumed"))).session();
  assert.deepEqual(session.rules.leftOut, ["edge_distance"]);
  copyFileSync(TERM, mine);
  writeFileSync(mine, `${readFileSync(mine, "utf8")}// changed\n`);
  const changed = await ashlar(...run, "9", ...term, "--resume");
  assert.match(changed.stderr, /changing\.mjs: is not the file that the run in/);
});

test("a network of one's own is trained, resumed and pretrained with, and nothing loads it from a record", async () => {
  const network = ["--network", NETWORK];
  const run = (iterations: string, ...more: string[]) => [
    ...["place", block, "--set", "episodes=4", "--out", at("linear"), "--json"],
    ...["--iterations", iterations, ...more],
  ];
  assert.equal(runJson(...run("1", ...network)).legal, true);
  assert.equal(record("linear").options.network, "linear");
  runJson(...run("2", ...network, "--resume"));
  const without = await ashlar(...run("3", "--resume"));
  assert.match(without.stderr, /network\.mjs: is not given.*\(with --network \S*network\.mjs\)/);
  const view = await openView(at("linear"));
  await assert.rejects(view.trace(), /is of the network 'linear'.*--network/);
  const { policy } = runJson(
    ...["pretrain", block, "--iterations", "1", "--set", "episodes=4", "--out", at("pre"), "--json"],
    ...network,
  );
  const played = runJson(...run("1", ...network, "--policy", String(policy), "--finetune", "--force"));
  assert.equal(played.legal, true);
  const other = await ashlar(...run("1", "--policy", String(policy), "--force"));
  assert.match(other.stderr, /is of the network 'linear'.*--network/);
});

test("a cell placer of one's own places the soft macros for every kind of method, with any number of workers", async () => {
  for (const [method, iterations] of [
    ["random", "3"],
    ["anneal", "4"],
    ["policy", "1"],
  ] as const) {
    const run = (workers: string) => [
      ...["place", block, "--method", method, "--iterations", iterations, "--json"],
      ...["--workers", workers, "--out", at(`cells-${method}-${workers}`)],
    ];
    const summary = runJson(...run("1"), "--cell-placer", CELLS);
    assert.equal(summary.protocol, "no-area");
    runJson(...run("2"), "--cell-placer", CELLS);
    const best = (workers: string) => readFileSync(at(`cells-${method}-${workers}/best.plc`), "utf8");
    assert.equal(best("1"), best("2"), method);
    const { options, inputs } = record(`cells-${method}-1`);
    assert.deepEqual([options.cellPlacer, options.cellPlacerModule], ["no-area", CELLS]);
    assert.equal(inputs.at(-1).path, CELLS);
    // The soft macros are where this placer puts them around the run's hard macros.
    const loaded = await loadBlock(block, { placement: at(`cells-${method}-1/best.plc`) });
    const judge = createJudge(loaded);
    judge.evaluate(loaded.initial);
    const maker = (await import(pathToFileURL(CELLS).href)) as { default: CellPlacerMaker };
    maker.default.create(judge).placeSoftMacros();
    for (let node = 0; node < loaded.nodeCount; node++)
      assert.ok(Math.abs(judge.placement.xs[node]! - loaded.initial.xs[node]!) < 1e-6, method);
  }
  const without = await ashlar(
    ...["place", block, "--method", "random", "--iterations", "5", "--resume", "--out", at("cells-random-1")],
  );
  assert.match(without.stderr, /cells\.mjs: is not given.*\(with --cell-placer \S*cells\.mjs\)/);
});

test("what is no term or network, and where none counts, is refused in one line", async () => {
  const refused = async (says: RegExp, ...args: string[]) => {
    const { code, stderr } = await ashlar("place", block, "--iterations", "1", "--out", at("no"), ...args);
    assert.equal(code, 1);
    assert.match(stderr, says);
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
  };
  await refused(/nowhere\.js: no such file/, "--cost-term", at("nowhere.js"));
  await refused(/--cost-term: '.*=x', MODULE or MODULE=WEIGHT/, "--cost-term", `${TERM}=x`);
  await refused(/edge_distance.*weight is -1/, "--cost-term", `${TERM}=-1`);
  await refused(/is no cost term/, "--cost-term", NETWORK);
  await refused(/exports no policy network/, "--network", TERM);
  await refused(/term\.mjs: is no cell placer/, "--cell-placer", TERM);
  await refused(/nowhere\.js: no such file/, "--cell-placer", at("nowhere.js"));
  const empty = at("empty.mjs");
  writeFileSync(empty, "export default { name: 'empty', create: () => ({}) };\n");
  const { code, stderr } = await ashlar(
    ...["place", block, "--method", "random", "--iterations", "1", "--out", at("no"), "--quiet"],
    ...["--cell-placer", empty],
  );
  assert.equal(code, 1);
  assert.match(stderr, /^ashlar: .*empty\.mjs: its create\(\) gives no cell placer.*\n$/);
  await refused(/--network: method 'greedy' plays no policy/, "--method", "greedy", "--network", NETWORK);
  const wrong = { costTerms: [5] } as unknown as { costTerms: [] };
  await assert.rejects(place(block, { method: "random", iterations: 1, ...wrong }), {
    name: "InputError",
    message: /--cost-term: an object with module or term/,
  });
});
