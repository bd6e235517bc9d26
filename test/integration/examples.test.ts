// The programs under examples/: each runs as its first lines say, and stays short.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { before, test } from "node:test";
import { runJson } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const block = join(folder, "block");
const at = (name: string) => resolve("examples", name);

before(() => {
  runJson("generate", "--macros", "8", "--seed", "5", "--out", block, "--json");
});

/** Runs an example that is a program; what it printed. */
function run(name: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [at(name), ...args], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout;
}

const place = (out: string, ...args: readonly string[]) => placeOn(block, out, ...args);
const placeOn = (path: string, out: string, ...args: readonly string[]) =>
  runJson("place", path, "--seed", "1", "--workers", "2", "--out", join(folder, out), "--json", ...args);

test("every example has fewer than 40 lines and says how it is run", () => {
  const names = readdirSync("examples").filter((name) => name.endsWith(".js"));
  assert.ok(names.length >= 6, `${names}`);
  for (const name of names) {
    const text = readFileSync(at(name), "utf8");
    assert.ok(text.trimEnd().split("\n").length < 40, name);
    assert.match(text, new RegExp(`^// [^]*?\\n//   .*${name.replace(".", "\\.")}`), name);
  }
});

test("own-method.js runs in place and compare", () => {
  const placed = place("columns", "--method", at("own-method.js"), "--iterations", "6");
  assert.equal(placed.method, "columns");
  assert.equal(placed.legal, true);
  const out = join(folder, "compared");
  const compared = runJson(
    ...["compare", block, "--methods", `${at("own-method.js")},random`, "--budget", "1s", "--seeds", "1"],
    ...["--out", out, "--json"],
  ) as { rows: { method: string; legal: number }[] };
  assert.deepEqual(
    compared.rows.map(({ method, legal }) => [method, legal]),
    [
      ["columns", 1],
      ["random", 1],
    ],
  );
});

test("own-cost-term.js counts in the cost, and pulls macros to the edge", () => {
  // Of fewer macros all find room at the edge anyhow.
  const crowded = join(folder, "crowded");
  runJson("generate", "--macros", "24", "--seed", "5", "--out", crowded, "--json");
  const annealed = ["--method", "anneal", "--iterations", "12"];
  const plain = placeOn(crowded, "plain", ...annealed, "--cost-term", `${at("own-cost-term.js")}=0`);
  const pulled = placeOn(crowded, "pulled", ...annealed, "--cost-term", `${at("own-cost-term.js")}=5`);
  const distance = (summary: Record<string, unknown>) =>
    (summary.extra_costs as Record<string, number>).edge_distance!;
  assert.ok(distance(pulled) < distance(plain), `${distance(pulled)} against ${distance(plain)}`);
});

test("own-policy-network.js learns, and the viewer shows what it does", () => {
  const network = ["--network", at("own-policy-network.js")];
  const learned = place("linear", "--method", "policy", "--policy", "none", "--iterations", "2", ...network);
  assert.equal(learned.legal, true);
  const page = join(folder, "page.html");
  const { status, stderr } = spawnSync(
    process.execPath,
    [resolve("dist/cli/main.js"), "view", join(folder, "linear"), ...network, "--html", page],
    { encoding: "utf8" },
  );
  assert.equal(status, 0, stderr);
  assert.ok(existsSync(page));
});

test("gym-loop.js plays episodes and tells the best", () => {
  const lines = run("gym-loop.js", block).trim().split("\n");
  assert.equal(lines.length, 9);
  const rewards = lines.slice(0, 8).map((line) => Number(/reward (-\d+\.\d+)$/.exec(line)![1]));
  assert.equal(lines[8], `best proxy cost ${(-Math.max(...rewards)).toFixed(4)}`);
});

test("exact-cost.js prints what eval prints, and what a move changes", () => {
  place("placed", "--method", "random", "--iterations", "1");
  const plc = join(folder, "placed", "best.plc");
  const { wirelength, proxy_cost } = runJson("eval", block, "--placement", plc, "--json");
  const lines = run("exact-cost.js", block, plc).trim().split("\n");
  assert.deepEqual(lines.slice(0, 2), [`wirelength in µm ${wirelength}`, `proxy cost ${proxy_cost}`]);
  assert.match(lines[2]!, /on the other side: [+-]\d\.\d{6}$/);
});

test("read-run.js tells a run's cost and the places of its macros", () => {
  const { proxy_cost } = place("random", "--method", "random", "--iterations", "2");
  const lines = run("read-run.js", join(folder, "random")).trim().split("\n");
  assert.match(lines[0]!, /by random: finished, 2 lines of metrics$/);
  assert.ok(lines[1]!.startsWith(`proxy cost ${proxy_cost} after`));
  assert.equal(lines.length, 2 + 8);
});
