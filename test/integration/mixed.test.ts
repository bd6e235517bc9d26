// Method mixed: macros and cells together, on flat designs and on clustered blocks, under every protocol.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readFrames } from "../../flow/frames.js";
import { place, readRun } from "../../flow/index.js";
import { NodeKind, placementFromPlc, readPlc } from "../../netlist/index.js";
import type { Method } from "../../placer/index.js";
import { runJson } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const at = (...names: readonly string[]) => join(folder, ...names);
const DESIGN = "examples/design/tile.def";

test("a design: legal within its constraints, the same bytes again, shorter wires than a search's once cells are placed", () => {
  const place = (out: string) =>
    runJson(
      ...[
        "place",
        DESIGN,
        "--method",
        "mixed",
        "--protocol",
        "free",
        "--iterations",
        "1",
        "--out",
        at(out),
        "--json",
      ],
    );
  const summary = place("mixed");
  assert.deepEqual([summary.legal, summary.overlaps, summary.violations], [true, 0, 0]);
  place("again");
  assert.equal(readFileSync(at("again", "best.plc"), "utf8"), readFileSync(at("mixed", "best.plc"), "utf8"));
  runJson("place", DESIGN, "--method", "greedy", "--iterations", "8", "--out", at("greedy"), "--json");
  const lengthOf = (run: string) => {
    const cells = ["--placement", at(run), "--out", at(`${run}-cells`), "--json"];
    const { legal, flat_wirelength } = runJson("cells", DESIGN, ...cells);
    assert.equal(legal, true);
    return Number(flat_wirelength);
  };
  assert.ok(lengthOf("mixed") < lengthOf("greedy"));
});

test("macros of a design are mirrored where LEF allows it, and stay as a method that mirrors them has them", async () => {
  const orientations = (out: string) =>
    [
      ...readFileSync(at(out, "best.def"), "utf8").matchAll(/^\s*- \S+ (?:DATA|TAG|PHY) [^;]*?\) (\w+)/gm),
    ].map(([, orientation]) => orientation!);
  const mirrored = orientations("mixed");
  assert.ok(mirrored.length >= 8 && new Set(mirrored).size > 1, mirrored.join(" "));
  // The same design from a library whose macros may only stand upright.
  const cells = readFileSync("examples/design/cells.lef", "utf8");
  writeFileSync(at("upright.lef"), cells.replace(/(CLASS BLOCK [^\n]*?) ; SYMMETRY X Y ;/g, "$1 ;"));
  const lef = ["examples/design/tech.lef", at("upright.lef")];
  const options = { method: "mixed", protocol: "free", iterations: 1, lef } as const;
  const summary = await place(DESIGN, { ...options, out: at("upright") });
  assert.deepEqual([summary.legal, summary.violations], [true, 0]);
  assert.deepEqual(new Set(orientations("upright")), new Set(["N"]));
  // All of them mirrored, which is not what the proxy cost would choose.
  const allMirrored = (mirrors: boolean): Method => ({
    ...{ name: "all-mirrored", description: "all macros mirrored", protocols: ["free"], mirrors },
    run: async ({ block, judge }) => {
      const placement = placementFromPlc(block, await readPlc(at("mixed", "best.plc")));
      for (let node = 0; node < block.nodeCount; node++)
        if (block.kinds[node] === NodeKind.HardMacro) placement.orientations[node] = 1;
      return { placement, costs: judge.evaluate(placement), iterations: 1, episodes: 0 };
    },
  });
  for (const mirrors of [true, false]) {
    const out = at(`mirrors-${mirrors}`);
    await place(DESIGN, { method: allMirrored(mirrors), protocol: "free", out });
    const all = new Set(orientations(`mirrors-${mirrors}`));
    assert.equal(all.size === 1 && all.has("FN"), mirrors, [...all].join(" "));
  }
});

test("stopped at some iteration, a run is legal, and resumed it ends with the bytes of a whole one; frames show the way", async () => {
  const options = { method: "mixed", protocol: "free", iterations: 1 } as const;
  const out = at("stopped");
  const stop = new AbortController();
  // With the first iterations; how long these take depends on the machine.
  const watch = setInterval(() => existsSync(join(out, "metrics.jsonl")) && stop.abort(), 5);
  const early = await place(DESIGN, { ...options, out }, { signal: stop.signal });
  clearInterval(watch);
  assert.deepEqual([early.interrupted, early.legal], [true, true]);
  const kept = existsSync(join(out, "checkpoints", "mixed.json"));
  const lines: string[] = [];
  const last = await place(DESIGN, { ...options, out, resume: true }, (line) => lines.push(line));
  assert.equal(
    lines.some((line) => /^resuming after iteration \d+/.test(line)),
    kept,
  );
  const whole = readFileSync(at("mixed", "best.plc"), "utf8");
  assert.equal(readFileSync(join(out, "best.plc"), "utf8"), whole);
  assert.equal(
    readFileSync(join(out, "frames.jsonl"), "utf8"),
    readFileSync(at("mixed", "frames.jsonl"), "utf8"),
  );
  const run = await readRun(out);
  assert.deepEqual(
    run.metrics.map(({ iteration }) => iteration),
    Array.from({ length: last.iterations + 1 }, (_, i) => i + 1),
  );
  const frames = readFrames(join(out, "frames.jsonl"), run.block);
  assert.ok(frames.costs.length > 20, `${frames.costs.length} frames`);
  const end = frames.costs.at(-1)!;
  assert.equal(end.proxy, last.proxy_cost);
  // A run that is over ends the same again.
  await place(DESIGN, { ...options, out, resume: true });
  assert.equal(readFileSync(join(out, "best.plc"), "utf8"), whole);
});

test("more iterations bring more attempts, of which the best is kept; resumed in the second, a run ends with the same bytes", async () => {
  const options = { method: "mixed", protocol: "free", seed: 2 } as const;
  const ratings: string[] = [];
  const listen = (line: string) => {
    if (line.startsWith("attempt ")) ratings.push(line);
  };
  const first = await place(DESIGN, { ...options, iterations: 1, out: at("one") });
  const iterations = first.iterations + 1;
  const both = await place(DESIGN, { ...options, iterations, out: at("two") }, listen);
  assert.equal(ratings.length, 2);
  const lengths = ratings.map((line) => Number(/wirelength (\S+)/.exec(line)![1]));
  assert.notEqual(lengths[0], lengths[1]);
  const same = readFileSync(at("two", "best.plc"), "utf8") === readFileSync(at("one", "best.plc"), "utf8");
  assert.equal(same, lengths[0]! <= lengths[1]!);
  assert.ok(both.iterations > first.iterations);
  const stop = new AbortController();
  const stopInSecond = (line: string) => {
    if (line.startsWith("attempt 1")) setTimeout(() => stop.abort(), 50);
  };
  const out = at("two-stopped");
  const early = await place(
    DESIGN,
    { ...options, iterations, out },
    { signal: stop.signal, onProgress: stopInSecond },
  );
  assert.deepEqual([early.interrupted, early.legal], [true, true]);
  await place(DESIGN, { ...options, iterations, out, resume: true });
  assert.equal(readFileSync(join(out, "best.plc"), "utf8"), readFileSync(at("two", "best.plc"), "utf8"));
});

test("a clustered block, under every protocol", () => {
  runJson("generate", "--macros", "12", "--seed", "3", "--out", at("block"), "--json");
  for (const protocol of ["fd", "es", "free"]) {
    const out = at(`clustered-${protocol}`);
    const args = ["--method", "mixed", "--protocol", protocol, "--iterations", "1", "--out", out, "--json"];
    const summary = runJson("place", at("block"), ...args);
    assert.deepEqual([summary.legal, summary.protocol], [true, protocol]);
    const again = runJson("eval", at("block"), "--placement", join(out, "best.plc"), "--json");
    assert.equal(again.proxy_cost, summary.proxy_cost);
  }
});
