// `compare` on a tiny block: every run in the table, failures as rows, published figures only for the same block.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  COMPARED_VERIFIED,
  type Comparison,
  compare,
  comparisonTable,
  costCurve,
  evaluate,
  generateCommand,
  medianCurve,
  publishedFigures,
  rowOf,
  spreadOf,
  verify,
} from "../../flow/index.js";
import { loadBlock } from "../../netlist/index.js";
import { makeFolder } from "../support/temp-folder.js";
import { TINY_DEF, TINY_LEF } from "../unit/netlist/formats/lefdef/tiny-design.js";
import { makeFile } from "../unit/netlist/tiny-files.js";

const folder = makeFolder();

async function tinyBlock(): Promise<string> {
  const out = join(folder, "tiny");
  const size = { macros: 5, softMacros: 12, ports: 16 };
  return (await generateCommand({ ...size, seed: 2, force: true, out })).out;
}

test("two methods and two seeds give two rows of two runs, a file and a chart", async () => {
  const out = join(folder, "fd");
  const result = await compare([await tinyBlock()], {
    methods: "random,policy",
    budget: "1s",
    seeds: "1,2",
    workers: 1,
    out,
  });
  assert.deepEqual(
    result.rows.map((row) => [row.block, row.method, row.protocol, row.runs.length, row.legal]),
    [
      ["tiny", "random", "fd", 2, 2],
      ["tiny", "policy", "fd", 2, 2],
    ],
  );
  for (const { runs, costs } of result.rows) {
    assert.ok(costs!.proxy_cost.min <= costs!.proxy_cost.median);
    for (const { curve, score } of runs) {
      assert.equal(curve.costs.at(-1), score!.proxy_cost);
      assert.deepEqual(
        [...curve.costs].sort((a, b) => b - a),
        curve.costs,
        "best costs only fall",
      );
    }
  }
  assert.deepEqual(
    JSON.parse(readFileSync(join(out, "compare.json"), "utf8")),
    JSON.parse(JSON.stringify(result)),
  );
  const chart = readFileSync(join(out, "tiny.svg"), "utf8");
  assert.match(chart, /^<svg/);
  for (const method of ["random", "policy"]) assert.ok(chart.includes(method));
  assert.match(comparisonTable(result), /random .*2\/2 +2\/2/);
});

test("the table goes before its runs are replaced, and comes last", async () => {
  const out = join(folder, "last");
  const options = { methods: "random", iterations: 1, seeds: "1", workers: 1, force: true, out } as const;
  const table = join(out, "compare.json");
  await compare([await tinyBlock()], options);
  const chart = join(out, "tiny.svg");
  rmSync(chart);
  mkdirSync(chart); // ends it there
  const progress: boolean[] = [];
  const onProgress = () => void progress.push(existsSync(table));
  await assert.rejects(compare([await tinyBlock()], options, onProgress), /tiny\.svg: cannot be written/);
  assert.equal(progress.at(-1), false);
  assert.ok(!existsSync(table));
  rmdirSync(chart);
  await compare([await tinyBlock()], options);
  assert.ok(existsSync(table));
});

test("a method that cannot do the protocol is a row with its reason", async () => {
  const out = join(folder, "free");
  const options = { methods: "random", protocol: "free", budget: "1s", seeds: "1", workers: 1, out } as const;
  const result: Comparison = await compare([await tinyBlock()], options);
  assert.equal(result.rows[0]!.costs, undefined);
  assert.match(result.rows[0]!.reasons[0]!, /does not know 'free'/);
  assert.match(comparisonTable(result), /random failed: /);
});

test("a design takes its LEF files from the options, and its name leads out of no folder", async () => {
  const design = makeFile("top.def", TINY_DEF.replace("DESIGN top", "DESIGN ../../top"));
  const lef = [makeFile("tiny.lef", TINY_LEF)];
  const out = join(folder, "designs");
  const options = { methods: "random", budget: "1s", seeds: "1", workers: 1, out };
  const { rows } = await compare([await tinyBlock(), design], { ...options, lef });
  assert.deepEqual(
    rows.map((row) => [row.block, row.legal]),
    [
      ["tiny", 1],
      ["../../top", 1],
    ],
  );
  for (const name of ["__.._top/random-s1/best.def", "__.._top.svg"])
    assert.ok(existsSync(join(out, name)), name);
  await assert.rejects(compare([await tinyBlock()], { lef }), /--lef: is for \.def designs/);
  await assert.rejects(compare([design], {}), /no LEF file beside it/);
});

test("under fd nudged copies of every result are scored, as eval does it; under es if asked, under free not", async () => {
  const options = { methods: "random,greedy", iterations: 2, workers: 1, force: true } as const;
  const block = await tinyBlock();
  const out = join(folder, "nudged");
  const result = await compare([block], { ...options, seeds: "1,2", out });
  for (const { runs, nudged } of result.rows) {
    for (const run of runs) {
      const { score } = await evaluate(run.out, { placeCells: "fd", nudges: 32 });
      assert.deepEqual(run.nudged, score.nudged);
      const { mean, min, max, deviation } = run.nudged!;
      assert.ok(min <= mean && mean <= max && deviation <= max - min);
    }
    const [first, second] = runs.map((run) => run.nudged!.mean) as [number, number];
    assert.equal(nudged!.mean, (first + second) / 2);
  }
  assert.match(comparisonTable(result), /method +proxy +nudged +wirelength/);
  const es = { ...options, seeds: "1", protocol: "es", out: join(folder, "es") } as const;
  assert.ok(!("nudged" in (await compare([block], es)).rows[0]!.runs[0]!));
  const { nudged, out: run } = (await compare([block], { ...es, nudges: 3 })).rows[0]!.runs[0]!;
  assert.equal(nudged!.nudges, 3);
  assert.equal(nudged!.protocol, "es");
  // A run's copies are scored under its own protocol unless told otherwise: costs under fd say nothing of one under es.
  assert.deepEqual((await evaluate(run, { nudges: 3 })).score.nudged, nudged);
  const forced = (await evaluate(run, { nudges: 3, placeCells: "fd" })).score.nudged!;
  assert.equal(forced.protocol, "fd");
  assert.notEqual(forced.mean, nudged!.mean);
  await assert.rejects(compare([block], { ...options, nudges: 1 }), /--nudges: 1, but 0, or 2 and more/);
  await assert.rejects(
    compare([block], { ...options, protocol: "free", nudges: 4 }),
    /protocol free places no/,
  );
});

test("the best placement of every run is verified if asked, as verify does it", async () => {
  const out = join(folder, "verified");
  const options = { methods: "random,policy", budget: "1s", seeds: "1", workers: 1, verify: true, out };
  const progress: string[] = [];
  const { rows } = await compare(["examples/design"], options, (line) => progress.push(line));
  assert.equal(rows.length, 2);
  for (const { runs, method } of rows) {
    const [run] = runs;
    const again = await verify(run!.out, { workers: 1 });
    for (const name of COMPARED_VERIFIED)
      assert.equal(run!.verified![name], again[name], `${method} ${name}`);
    assert.ok(run!.verified!.flat_wirelength > 0 && run!.verified!.legal);
  }
  assert.ok(progress.some((line) => line.startsWith("routing ")));
  const stop = new AbortController();
  const stopped = await compare(
    ["examples/design"],
    { ...options, seeds: "1,2", force: true },
    {
      onProgress: (line) => line.startsWith("routing ") && stop.abort(),
      signal: stop.signal,
    },
  );
  assert.equal(stopped.interrupted, true);
  assert.equal(stopped.rows.length, 1);
  assert.ok(
    stopped.rows[0]!.runs[0]!.score && !stopped.rows[0]!.verified,
    "what is cut short is not counted",
  );
  await assert.rejects(compare([await tinyBlock()], { ...options, force: true }), /holds no standard cell/);
});

test("bad options and blocks are refused before anything runs", async () => {
  const block = await tinyBlock();
  await assert.rejects(compare([block], { methods: "policy,magic" }), /'magic' is no method/);
  await assert.rejects(compare([block], { seeds: "1,x" }), /--seeds/);
  await assert.rejects(compare([block], { budget: "soon" }), /--budget/);
  await assert.rejects(compare([block, block], {}), /a second block named 'tiny'/);
  await assert.rejects(compare([join(folder, "nowhere")], {}), /no such file/);
});

test("medians, ranges and steps are what they say", () => {
  assert.deepEqual(spreadOf([3, 1, 2]), { median: 2, min: 1, max: 3 });
  assert.deepEqual(spreadOf([4, 1, 2, 3]), { median: 2.5, min: 1, max: 4 });
  const metrics = [
    { seconds: 1, "cost/best": 5 },
    { seconds: 2, "cost/best": 5 },
    { seconds: 3, "cost/best": 4 },
    {},
  ];
  const curve = costCurve(metrics, { seconds: 9, cost: 4 });
  assert.deepEqual(curve, { seconds: [1, 3, 9], costs: [5, 4, 4] });
  const other = { seconds: [2, 9], costs: [7, 7] };
  assert.deepEqual(medianCurve([curve, other]), {
    xs: [2, 3, 3, 9, 9],
    ys: [6, 6, 5.5, 5.5, 5.5],
    lows: [5, 5, 4, 4, 4],
    highs: [7, 7, 7, 7, 7],
  });
  assert.deepEqual(medianCurve([]), { xs: [], ys: [], lows: [], highs: [] });
});

test("a method that took longer than its budget is named", () => {
  const score = {
    wirelength: 1,
    wirelength_cost: 1,
    density_cost: 1,
    congestion_cost: 1,
    proxy_cost: 2,
    overlaps: 0,
    legal: true,
  };
  const run = { seed: 1, out: "", seconds: 20, score, curve: { seconds: [], costs: [] } };
  const table = comparisonTable({
    ashlar: "0",
    protocol: "fd",
    budget: "10s",
    workers: 1,
    seeds: [1],
    methods: ["slow"],
    blocks: ["b"],
    rows: [rowOf("b", "slow", "fd", [run])],
    published: [],
    out: "",
  });
  assert.match(table, /slow overran: 20\.0 s for a budget of 10s/);
});

test("published figures are shown for the block they are about, not for one of the same name", async () => {
  const block = await loadBlock(await tinyBlock());
  const files = makeFolder();
  const shape = {
    hard_macros: 5,
    soft_macros: 12,
    ports: 16,
    columns: block.grid.columns,
    rows: block.grid.rows,
  };
  const figure = {
    block: "tiny",
    method: "theirs",
    protocol: "fd",
    proxy_cost: 0.7,
    seconds: 10,
    hardware: null,
    seeds: 1,
    legal: null,
    source: "a report",
  };
  const write = (blocks: object) =>
    writeFileSync(join(files, "a.json"), JSON.stringify({ what: "test", blocks, figures: [figure] }));
  write({ tiny: shape });
  assert.equal(publishedFigures(block, "fd", files).length, 1);
  assert.equal(publishedFigures(block, "free", files).length, 0);
  write({ tiny: { ...shape, hard_macros: 6 } });
  assert.equal(publishedFigures(block, "fd", files).length, 0);
  assert.deepEqual(publishedFigures(block, "fd"), [], "the kept files hold nothing about it");
});
