// Ctrl-C: the first one ends a command with whole results, at any moment; the second one ends it at once. All commands at
// many moments: benchmarks/interruptions.ts.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { interrupt, longCommands, makeOutFor } from "../../benchmarks/interruptions.js";
import { place } from "../../flow/index.js";
import { Random } from "../../netlist/index.js";
import { startAshlar } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const commands = longCommands(folder);
const random = Random.stream(1, "test-interruptions");

for (const name of Object.keys(commands))
  test(`${name}: what is left after SIGINT is whole`, async () => {
    const out = join(folder, name);
    makeOutFor(commands[name]!(out), out);
    const { problems } = await interrupt(commands[name]!(out), out, 0.5 + 3 * random.uniform());
    assert.deepEqual(problems, []);
  });

/** s */
const BUDGET = 60;

/** Starts an annealing of that time, and resolves when it has told of its first round. */
async function started(out: string) {
  const budget = ["--budget", `${BUDGET}s`];
  const args = ["place", "examples/design", "--method", "anneal", ...budget, "--workers", "1"];
  const { child, finished } = startAshlar([...args, "--out", out]);
  await new Promise<void>((resolve) => {
    child.stderr!.on("data", (text: string) => /round 1 /.test(text) && resolve());
  });
  return { child, finished };
}

test("the first SIGINT says what happens and how to go on, and ends with status 130", async () => {
  const out = join(folder, "first");
  const { child, finished } = await started(out);
  child.kill("SIGINT");
  const { code, stdout, stderr } = await finished;
  assert.equal(code, 130);
  assert.match(
    stderr,
    /\nstopping: the current step is finished and results are written; once more ends at once\n/,
  );
  assert.match(
    stderr,
    /\nstopped early: the results so far are in .*first; continue with: .* place .* --resume\n$/,
  );
  assert.match(stdout, /^interrupted +true$/m);
  const summary = JSON.parse(readFileSync(join(out, "summary.json"), "utf8")) as Record<string, number>;
  assert.ok(summary.interrupted && summary.seconds! < BUDGET, `${summary.seconds} of ${BUDGET} s`);
});

test("SIGTERM is the same, with its own status; the second signal ends at once", async () => {
  const first = await started(join(folder, "term"));
  first.child.kill("SIGTERM");
  assert.equal((await first.finished).code, 143);
  const out = join(folder, "second");
  const { child, finished } = await started(out);
  child.kill("SIGINT");
  await new Promise<void>((resolve) => {
    child.stderr!.on("data", (text: string) => /stopping:/.test(text) && resolve());
  });
  child.kill("SIGINT");
  const { code } = await finished;
  assert.equal(code, 130);
});

test("a library's caller stops by a signal; seconds count the whole run once it is resumed", async () => {
  const out = join(folder, "library");
  const stop = new AbortController();
  const options = { method: "anneal", iterations: 4000, workers: 1, out } as const;
  const control = {
    signal: stop.signal,
    onProgress: (line: string) => void (/^round \d+ /.test(line) && stop.abort()),
  };
  const first = await place("examples/design", options, control);
  assert.equal(first.interrupted, true);
  assert.ok(first.iterations < 4000);
  const again = new AbortController();
  const second = await place(
    "examples/design",
    { ...options, resume: true },
    {
      signal: again.signal,
      onProgress: (line) => void (/^round \d+ /.test(line) && again.abort()),
    },
  );
  assert.ok(second.seconds > first.seconds, `${second.seconds} ${first.seconds}`);
  assert.ok(second.iterations > first.iterations);
});

test("a run is not overwritten without --force, nor resumed with it", async () => {
  const out = join(folder, "kept");
  const options = { method: "random", iterations: 2, workers: 1, out } as const;
  const { iterations } = await place("examples/design", options);
  assert.equal(iterations, 2);
  const before = readFileSync(join(out, "best.plc"), "utf8");
  await assert.rejects(place("examples/design", { ...options, seed: 9 }), {
    message: `${out}: holds a run already; continue it with --resume, replace it with --force, or choose another --out`,
  });
  assert.equal(readFileSync(join(out, "best.plc"), "utf8"), before);
  await assert.rejects(
    place("examples/design", { ...options, resume: true, force: true }),
    /give one of the two/,
  );
  await place("examples/design", { ...options, seed: 9, force: true });
  assert.notEqual(readFileSync(join(out, "best.plc"), "utf8"), before);
  assert.ok(existsSync(join(out, "summary.json")));
});
