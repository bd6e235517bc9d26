// `place` without --method: what a netlist of standard cells gets, and how to get the policy as for other netlists.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { place } from "../../flow/index.js";
import { runJson } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";
import { writeTinySet } from "../unit/netlist/formats/bookshelf/tiny-set.js";

const folder = makeFolder();
const at = (...names: readonly string[]) => join(folder, ...names);

function recordOf(run: string): { readonly method: string; readonly protocol: string } {
  return JSON.parse(readFileSync(at(run, "options.json"), "utf8")).options;
}

test("a design and a Bookshelf set are placed by mixed under free, with the same bytes as if that was asked for", async () => {
  for (const [name, block] of [
    ["design", "examples/design"],
    ["set", writeTinySet()],
  ] as const) {
    const summary = await place(block, { iterations: 1, workers: 1, out: at(name) });
    assert.deepEqual([summary.method, summary.protocol], ["mixed", "free"]);
    assert.deepEqual([recordOf(name).method, recordOf(name).protocol], ["mixed", "free"]);
    const named = { method: "mixed", protocol: "free", iterations: 1, workers: 1 } as const;
    await place(block, { ...named, out: at(`${name}-named`) });
    const best = (run: string) => readFileSync(at(run, "best.plc"), "utf8");
    assert.equal(best(name), best(`${name}-named`));
  }
});

test("a protocol brings the policy back; a run's own method goes on; a clustered block keeps the policy", async () => {
  const options = { iterations: 1, settings: { episodes: 4 }, workers: 1 };
  const fd = await place("examples/design", { ...options, protocol: "fd", out: at("fd") });
  assert.deepEqual([fd.method, fd.protocol], ["policy", "fd"]);
  const again = await place(at("fd"), { ...options, out: at("again") });
  assert.deepEqual([again.method, again.protocol], ["policy", "fd"]);
  runJson("generate", "--macros", "6", "--seed", "3", "--out", at("block"), "--json");
  const clustered = await place(at("block"), { ...options, out: at("clustered") });
  assert.deepEqual([clustered.method, clustered.protocol], ["policy", "fd"]);
});

test("attempts of mixed that are not the best are further results, where several are asked for", async () => {
  const design = at("larger");
  execFileSync(process.execPath, ["examples/design/make-design.mjs", design, "7", "2"]);
  const lines: string[] = [];
  const options = { iterations: 2300, top: 2, workers: 1, out: at("top") };
  const { top, method } = await place(design, options, (line) => void lines.push(line));
  assert.equal(method, "mixed");
  assert.ok(
    lines.some((line) => /^attempt \d: .*, best /.test(line)),
    "a later attempt is not the best",
  );
  assert.equal(top!.length, 2);
});
