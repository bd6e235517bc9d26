// Protocol es end to end on a small generated block: every method that knows it, real worker threads, real files.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { Judge } from "../../env/index.js";
import { evaluate, METHODS, place } from "../../flow/index.js";
import { openView } from "../../flow/view-source.js";
import { Kernels } from "../../kernels/index.js";
import { loadBlock, NodeKind, placementFromPlc, Random, readPlc } from "../../netlist/index.js";
import { ElectrostaticPlacer, GridAnnealer } from "../../placer/index.js";
import { unpackTrace } from "../../viz/index.js";
import { runCli, runJson } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const block = join(folder, "block");
const KNOWING = METHODS.filter(({ protocols }) => protocols.includes("es"));
/** Iterations that take a second or two. */
const iterations = (method: string) => ({ policy: 2, pipeline: 1, anneal: 12 })[method] ?? 5;

before(() => {
  runJson("generate", "--macros", "8", "--seed", "5", "--out", block, "--json");
});

test("every method that works under fd works under es", () => {
  const names = (protocol: "fd" | "es") =>
    METHODS.filter(({ protocols }) => protocols.includes(protocol)).map(({ name }) => name);
  assert.deepEqual(names("es"), names("fd"));
});

for (const { name } of KNOWING)
  test(`${name} under es: the same legal placement with one worker and with two`, async () => {
    const run = (workers: number) =>
      place(block, {
        ...{ method: name, protocol: "es", iterations: iterations(name), workers },
        out: join(folder, `${name}-${workers}`),
      });
    const [one, two] = [await run(1), await run(2)];
    assert.equal(one.protocol, "es");
    assert.equal(one.legal, true);
    assert.equal(one.proxy_cost, two.proxy_cost);
    const plc = (workers: number) => readFileSync(join(folder, `${name}-${workers}`, "best.plc"), "utf8");
    assert.equal(plc(1), plc(2));
    const scored = await evaluate(block, { placement: join(folder, `${name}-1`, "best.plc") });
    assert.ok(Math.abs(scored.score.proxy_cost / one.proxy_cost - 1) < 1e-12);
    const force = await evaluate(block, {
      placement: join(folder, `${name}-1`, "best.plc"),
      placeCells: "fd",
    });
    assert.notEqual(force.score.proxy_cost, one.proxy_cost);
  });

test("sweeps of annealing adjust the soft macros, every fifth places them anew, and only that counts", async () => {
  const loaded = await loadBlock(block);
  const judge = new Judge(Kernels.create(), loaded);
  const cells = new ElectrostaticPlacer(judge);
  const counts = { placed: 0, adjusted: 0 };
  const counted = {
    name: cells.name,
    placeSoftMacros: () => {
      counts.placed++;
      cells.placeSoftMacros();
    },
    adjustSoftMacros: () => {
      counts.adjusted++;
      cells.adjustSoftMacros();
    },
    estimateSoftMacros: () => {},
  };
  const annealer = new GridAnnealer(judge, counted);
  const start = placementFromPlc(loaded, await readPlc(join(folder, "greedy-1", "best.plc")));
  annealer.begin(start, Random.stream(1, "anneal"));
  const swept = Array.from({ length: 7 }, (_, sweep) => annealer.sweep(sweep / 7).proxyCost);
  assert.ok(annealer.onlyAdjusted);
  const settled = annealer.settle().proxyCost;
  assert.deepEqual(counts, { placed: 3, adjusted: 6 }); // at the start, by the fifth sweep, at the end
  const { placement, costs } = annealer.best;
  assert.ok(
    [swept[4], settled].includes(costs.proxyCost),
    "the cost of an adjusted placement was taken for the best",
  );
  judge.evaluate(placement);
  cells.placeSoftMacros();
  assert.equal(judge.evaluate().proxyCost, costs.proxyCost);
});

test("eval can place the soft macros anew, as the protocol does", () => {
  const placement = join(folder, "anneal-1", "best.plc");
  const asItIs = runJson("eval", block, "--placement", placement, "--json");
  const anew = runJson("eval", block, "--placement", placement, "--place-cells", "es", "--json");
  assert.equal(anew.proxy_cost, asItIs.proxy_cost, "annealing's cost depends on the hard macros alone");
});

test("eval says that it nudged no copies where no hard macro may move", () => {
  const fixed = join(folder, "fixed.plc");
  const placed = readFileSync(join(folder, "anneal-1", "best.plc"), "utf8");
  writeFileSync(fixed, placed.replace(/^(\d+ \S+ \S+ \S+) 0$/gm, "$1 1"));
  const { code, stdout, stderr } = runCli("eval", block, "--placement", fixed, "--nudges", "2");
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stdout, /nudged/);
  assert.match(stderr, /^no hard macro may move, so no copies were nudged$/m);
});

test("the viewer plays a policy under its run's protocol", async () => {
  const view = await openView(join(folder, "policy-1"));
  assert.equal((await view.session()).summary.protocol, "es");
  const { placement } = unpackTrace(await view.trace());
  // Macros are mirrored after the soft macros are placed.
  const loaded = await loadBlock(block);
  const judge = new Judge(Kernels.create(), loaded);
  const upright = { ...placement, orientations: loaded.initial.orientations.map(() => 0) };
  judge.evaluate(upright);
  new ElectrostaticPlacer(judge).placeSoftMacros();
  for (let node = 0; node < loaded.nodeCount; node++) {
    if (loaded.kinds[node] !== NodeKind.SoftMacro) continue;
    assert.ok(Math.abs(judge.placement.xs[node]! - placement.xs[node]!) < 1e-3);
    assert.ok(Math.abs(judge.placement.ys[node]! - placement.ys[node]!) < 1e-3);
  }
});
