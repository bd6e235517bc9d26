// `place --top N`: several results of one run that differ, the same for any number of workers and after --resume, and usable
// as a run is.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { type PlaceOptions, type PlaceSummary, place } from "../../flow/index.js";
import { loadBlock, NodeKind, readPlacement } from "../../netlist/index.js";
import { runCli, runJson } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const block = join(folder, "block");
const at = (...names: readonly string[]) => join(folder, ...names);

before(() => {
  runJson("generate", "--macros", "10", "--seed", "3", "--out", block, "--json");
});

const topNames = (run: string) =>
  readdirSync(at(run)).filter((name) => /^top-/.test(name) && !name.endsWith(".svg"));
const bytes = (run: string) =>
  [...topNames(run), "best.plc"].map((name) => readFileSync(at(run, name), "utf8"));

async function placed(out: string, options: PlaceOptions): Promise<PlaceSummary> {
  return place(block, { workers: 1, top: 4, out: at(out), ...options });
}

/** Mean distance of hard macros, µm, written down once more. */
async function distance(a: string, b: string): Promise<number> {
  const read = await loadBlock(block);
  const [first, second] = [await readPlacement(a, read), await readPlacement(b, read)];
  const macros = [...read.kinds.keys()].filter((node) => read.kinds[node] === NodeKind.HardMacro);
  const sum = macros.reduce(
    (all, node) => all + Math.hypot(first.xs[node]! - second.xs[node]!, first.ys[node]! - second.ys[node]!),
    0,
  );
  return sum / macros.length;
}

test("results differ by a twentieth of the canvas's side, are ordered by cost, and score as the summary says", async () => {
  const { top = [], proxy_cost } = await placed("greedy", { method: "greedy", iterations: 12 });
  assert.deepEqual(
    top.map(({ file }) => file),
    ["top-1.plc", "top-2.plc", "top-3.plc", "top-4.plc"],
  );
  const { canvas } = await loadBlock(block);
  const least = (canvas.width + canvas.height) / 40;
  for (const [i, { file }] of top.entries()) {
    for (const other of top.slice(0, i))
      assert.ok((await distance(at("greedy", file), at("greedy", other.file))) >= least);
    const moved = await distance(at("greedy", file), at("greedy", "top-1.plc"));
    assert.ok(Math.abs(moved - top[i]!.displacement) < 1e-3);
    const score = runJson("eval", at("greedy", file), "--json");
    assert.deepEqual([score.proxy_cost, score.legal], [top[i]!.proxy_cost, true]);
    assert.ok(i === 0 || top[i]!.proxy_cost >= top[i - 1]!.proxy_cost);
  }
  assert.equal(top[0]!.proxy_cost, proxy_cost);
  const summary = JSON.parse(readFileSync(at("greedy", "summary.json"), "utf8"));
  assert.deepEqual(summary.top, top);
  for (const { file } of top) {
    const picture = readFileSync(at("greedy", file.replace(".plc", ".svg")), "utf8");
    assert.match(picture, /<\/svg>\s*$/);
  }
});

for (const [method, iterations] of [
  ["greedy", 12],
  ["anneal", 40],
  ["policy", 3],
] as const)
  test(`${method}: the same results for one and two workers, and after --resume`, async () => {
    const options: PlaceOptions = { method, ...(method === "policy" && { settings: { episodes: 8 } }) };
    const whole = `${method}-1`;
    await placed(whole, { ...options, iterations });
    assert.ok(topNames(whole).length > 1);
    await placed(`${method}-2`, { ...options, iterations, workers: 2 });
    assert.deepEqual(bytes(`${method}-2`), bytes(whole));
    if (method === "anneal") {
      // Its schedule depends on the iterations: stop it after a round instead.
      const stop = new AbortController();
      const onProgress = (line: string) => void (/^round /.test(line) && stop.abort());
      const part = { ...options, iterations, workers: 1, top: 4, out: at("anneal-part") };
      assert.equal((await place(block, part, { signal: stop.signal, onProgress })).interrupted, true);
    } else await placed(`${method}-part`, { ...options, iterations: Math.ceil(iterations / 2) });
    await placed(`${method}-part`, { ...options, iterations, resume: true });
    assert.deepEqual(bytes(`${method}-part`), bytes(whole));
  });

test("without --top there is one result, the same as the first of several", async () => {
  const alone = await placed("alone", { method: "greedy", iterations: 12, top: undefined });
  assert.equal(alone.top, undefined);
  assert.deepEqual(topNames("alone"), []);
  assert.equal(readFileSync(at("alone", "best.plc"), "utf8"), readFileSync(at("greedy", "best.plc"), "utf8"));
  const record = JSON.parse(readFileSync(at("alone", "options.json"), "utf8"));
  assert.ok(!("top" in record.options));
});

test("results of an earlier run go when it is started over, and when fewer are asked for", async () => {
  const options: PlaceOptions = { method: "greedy", iterations: 12 };
  await placed("again", options);
  await placed("again", { ...options, resume: true, top: 2 });
  assert.deepEqual(topNames("again"), ["top-1.plc", "top-2.plc"]);
  await placed("again", { ...options, force: true, top: undefined });
  assert.deepEqual(topNames("again"), []);
});

test("where fewer results differ, the command says how many and why", async () => {
  const lines: string[] = [];
  const options = { method: "mixed", iterations: 1, top: 3, out: at("few") } as const;
  const { top } = await place(block, options, (line) => void lines.push(line));
  assert.equal(top!.length, 1);
  assert.match(
    lines.join("\n"),
    /--top 3: only 1 result was found whose hard macros lie [\d.]+ µm apart or more/,
  );
});

test("a design: every result in its formats, and each is accepted wherever a run is", () => {
  const design = "examples/design/tile.def";
  const run = at("design");
  const args = ["--method", "mincut", "--iterations", "24", "--top", "3", "--workers", "2", "--out", run];
  const { top } = runJson("place", design, ...args, "--json") as { top: Record<string, unknown>[] };
  assert.equal(top.length, 3);
  const cost = top[1]!.proxy_cost;
  const second = join(run, "top-2.plc");
  assert.equal(runJson("eval", second, "--json").proxy_cost, cost);
  assert.equal(runJson("eval", run, "--placement", second, "--json").proxy_cost, cost);
  runJson("convert", second, at("second.def"), "--json");
  assert.deepEqual(readFileSync(at("second.def")), readFileSync(join(run, "top-2.def")));
  runJson("convert", run, at("given.def"), "--placement", second, "--json");
  assert.deepEqual(readFileSync(at("given.def")), readFileSync(join(run, "top-2.def")));
  for (const [name, ...path] of [
    ["path", second],
    ["option", run, "--placement", second],
  ] as const) {
    const { code, stderr } = runCli("view", ...path, "--svg", at(`${name}.svg`));
    assert.equal(code, 0, stderr);
    assert.match(readFileSync(at(`${name}.svg`), "utf8"), new RegExp(Number(cost).toFixed(4).slice(0, 5)));
  }
  assert.match(runCli("eval", design, "--placement", second).stdout, /^legal +true$/m);
  assert.match(runCli("cells", design, "--placement", second, "--out", at("cells")).stdout, /^legal +true$/m);
});

test("a placement of macros alone is not scored as if it were whole", () => {
  const { code, stderr } = runCli("eval", at("design"), "--placement", at("design", "top-2.def"));
  assert.equal(code, 1);
  assert.match(stderr, /nodes have no place, 'Grp_0' for one/);
});
