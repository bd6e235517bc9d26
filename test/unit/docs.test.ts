// The reference pages say what the code says.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { PLANES } from "../../env/index.js";
import { OPTION_PAGES, withOptionTable } from "../support/option-table.js";

const page = readFileSync("docs/training.md", "utf8");

for (const path of OPTION_PAGES)
  test(`the table of options in ${path} is the schema's (else: npm run -s docs:options)`, () => {
    const text = readFileSync(path, "utf8");
    assert.equal(text, withOptionTable(path, text));
  });

test("the tables hold names, defaults, ranges and meanings", () => {
  assert.match(page, /\| `learningRate` \| `0.004` \| Adam's step size \|/);
  assert.match(page, /\| `network.width` \| `16` \|/);
  assert.match(readFileSync("docs/annealing.md", "utf8"), /\| `shares.swap` \| `0\.\d+` \|/);
  assert.match(readFileSync("docs/placers.md", "utf8"), /\| `greedy` \| `noise` \| 0.005 \| 0.3 \|/);
});

test("every scalar of metrics.jsonl has its line, and no line is of one that is not there", () => {
  const source = readFileSync("policy/ppo/ppo.ts", "utf8");
  const fields = /interface IterationMetrics \{([^}]*)\}/.exec(source)![1]!;
  const logged = [...fields.matchAll(/readonly "?([a-z_/]+)"?:/g)].map((match) => match[1]!);
  assert.ok(logged.length > 15);
  const table = page.slice(page.indexOf("## metrics.jsonl"), page.indexOf("## Checkpoint"));
  const documented = [...table.matchAll(/^\| `([a-z_/]+)` \|/gm)].map((match) => match[1]!);
  assert.deepEqual(documented, logged);
});

test("every observation plane has its line", () => {
  const table = page.slice(page.indexOf("## Observation"), page.indexOf("## Network"));
  const rows = [...table.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap((match) => match[1]!.match(/[A-Za-z]+/g)!);
  assert.deepEqual(rows, [...PLANES]);
});

test("the citation names this version, under the licence and in the repository of package.json", () => {
  const { version, license, repository } = JSON.parse(readFileSync("package.json", "utf8"));
  const citation = readFileSync("CITATION.cff", "utf8");
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(citation)?.[1];
  assert.equal(field("version"), version);
  assert.equal(field("license"), license);
  assert.equal(`git+${field("repository-code")}.git`, repository.url);
});

test("links between pages, and files that pages name, exist", () => {
  for (const name of readdirSync("docs").filter((name) => name.endsWith(".md"))) {
    const text = readFileSync(join("docs", name), "utf8");
    for (const [, target] of text.matchAll(/\]\(([^)#:]+\.md)\)/g))
      assert.ok(existsSync(join("docs", target!)), `${name} links to ${target}`);
    for (const [, path] of text.matchAll(
      /`((?:kernels|netlist|env|placer|policy|flow|cli|test|viz)\/[\w./-]+\.ts)`/g,
    ))
      assert.ok(existsSync(path!), `${name} names ${path}`);
  }
});
