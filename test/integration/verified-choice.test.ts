// `place --objective verified`: several results are verified, and the run gives the best of them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { place, verify } from "../../flow/index.js";
import { runCli, runJson } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const at = (...names: readonly string[]) => join(folder, ...names);
const DESIGN = "examples/design/tile.def";

test("the result is the verified one with the shortest routes; verify finds the same figures, and the bytes repeat", async () => {
  const options = { method: "mincut", iterations: 24, top: 3, objective: "verified" } as const;
  const summary = await place(DESIGN, { ...options, out: at("verified") });
  const verified = summary.verified!;
  assert.ok(verified.length > 1, `${verified.length} results were verified`);
  assert.deepEqual(
    verified.map(({ proxy_cost }) => proxy_cost),
    verified.map(({ proxy_cost }) => proxy_cost).sort((a, b) => a - b),
  );
  const [chosen, ...others] = verified.filter((one) => one.chosen);
  assert.equal(others.length, 0);
  assert.equal(chosen!.proxy_cost, summary.proxy_cost);
  const routed = (one: { readonly routed_wirelength: number }) => one.routed_wirelength;
  assert.ok(verified.every(({ overflow }) => overflow === 0));
  assert.equal(routed(chosen!), Math.min(...verified.map(routed)));
  assert.equal(summary.top![0]!.proxy_cost, summary.proxy_cost);
  const again = await verify(at("verified"));
  for (const figure of ["flat_wirelength", "routed_wirelength", "overflow", "ace_5"] as const)
    assert.equal(again[figure], chosen![figure], figure);
  await place(DESIGN, { ...options, workers: 1, out: at("repeated") });
  const best = (run: string) => readFileSync(at(run, "best.def"), "utf8");
  assert.equal(best("repeated"), best("verified"));
});

test("without time for more, the cheapest result alone is verified", () => {
  const args = [
    "--method",
    "greedy",
    "--budget",
    "1s",
    "--objective",
    "verified",
    "--out",
    at("short"),
    "--json",
  ];
  const { verified } = runJson("place", DESIGN, ...args) as { verified: { chosen: boolean }[] };
  assert.ok(verified.length >= 1);
  assert.equal(verified.filter(({ chosen }) => chosen).length, 1);
});

test("a clustered block has no cells to verify with: one line", () => {
  runJson("generate", "--macros", "8", "--seed", "3", "--out", at("block"), "--json");
  const { code, stderr } = runCli("place", at("block"), "--objective", "verified", "--out", at("none"));
  assert.equal(code, 1);
  assert.match(stderr, /holds no standard cell that may move; give a flat netlist/);
});
