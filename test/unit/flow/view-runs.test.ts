// What groups the runs that the viewer shows, and how their curves end.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { view } from "../../../flow/view.js";
import { hasRouting, routingOf } from "../../../flow/view-routing.js";
import { metricsOfRuns } from "../../../flow/view-runs.js";
import { InputError } from "../../../netlist/index.js";
import { makeFolder } from "../../support/temp-folder.js";

function writeRun(options: object, summary?: object): string {
  const run = makeFolder();
  writeFileSync(join(run, "options.json"), JSON.stringify({ options, inputs: [{ path: "a", sha256: "1" }] }));
  writeFileSync(
    join(run, "metrics.jsonl"),
    `${JSON.stringify({ iteration: 4, seconds: 2, "cost/best": 0.9 })}\n`,
  );
  if (summary) writeFileSync(join(run, "summary.json"), JSON.stringify(summary));
  return run;
}

test("runs that differ in seed, folder and workers only have one configuration; others have other names", () => {
  const runs = [
    { method: "anneal", protocol: "fd", iterations: 9, settings: {}, seed: 1, out: "x", workers: 1 },
    { settings: {}, workers: 2, out: "y", seed: 2, iterations: 9, protocol: "fd", method: "anneal" },
    { method: "anneal", protocol: "fd", iterations: 9, settings: {}, weights: "1,0,0", seed: 1 },
    { method: "anneal", protocol: "fd", budget: "30s", settings: { sweeps: 3 } },
  ].map((options) => writeRun(options));
  const named = metricsOfRuns(runs.map((run) => ({ label: run, run })));
  assert.deepEqual(
    named.map(({ configuration }) => configuration),
    [
      "anneal, fd, 9 iterations",
      "anneal, fd, 9 iterations",
      "anneal, fd, 9 iterations #2",
      "anneal, fd, 30s, sweeps=3",
    ],
  );
});

test("a finished run has its result, and its curve ends there", () => {
  const costs = { wirelength_cost: 0.1, density_cost: 0.2, congestion_cost: 0.3 };
  const run = writeRun({ method: "greedy" }, { proxy_cost: 0.8, ...costs, seconds: 3, legal: true });
  const [metrics] = metricsOfRuns([{ label: "a", run }]);
  assert.deepEqual(metrics?.result, {
    ...{ proxy: 0.8, wirelength: 0.1, density: 0.2, congestion: 0.3, seconds: 3, legal: true },
  });
  const { episodes, ...last } = metrics!.lines.at(-1)!;
  assert.deepEqual(last, { iteration: 5, seconds: 3, "cost/best": 0.8 });
  assert.equal(episodes, undefined);
  const [going] = metricsOfRuns([{ label: "b", run: writeRun({ method: "greedy" }) }]);
  assert.equal(going?.lines.length, 1);
});

test("a run without a record has its metrics all the same", () => {
  const run = makeFolder();
  const [metrics] = metricsOfRuns([{ label: "a", run }]);
  assert.deepEqual(metrics, { label: "a", lines: [] });
});

test("the router's maps come from what verify left in the run, and what is none is refused in one line", () => {
  const run = makeFolder();
  assert.equal(hasRouting(run), false);
  assert.throws(() => routingOf(run), InputError);
  assert.throws(() => routingOf(undefined), InputError);
  mkdirSync(join(run, "verify"));
  const header = "column,row,right_wires,right_capacity,up_wires,up_capacity";
  const write = (...lines: string[]) =>
    writeFileSync(join(run, "verify/routing.csv"), `${lines.join("\n")}\n`);
  write(header, "0,0,1,2,3,4", "1,0,0,0,5,4");
  const { meta, arrays } = routingOf(run);
  assert.deepEqual(meta, { columns: 2, rows: 1 });
  assert.deepEqual(
    [...arrays.horizontal!, ...arrays.vertical!, ...arrays.overflow!],
    [0.5, Number.NaN, 0.75, 1.25, 0, 1],
  );
  for (const lines of [[header], ["a,b"], [header, "0,0,1,2,3,4", "0,1,1,2,3"], [header, "1,0,1,2,3,4"]]) {
    write(...lines);
    assert.throws(() => routingOf(run), /is not a table as verify writes it/, lines.join("; "));
  }
});

test("--show belongs to --png", async () => {
  await assert.rejects(view(["nothing"], { show: "map=density" }), /^InputError: --show: is of a screenshot/);
});
