// The reference pages say what the code says.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { PLANES, STATE_NAMES } from "../../env/index.js";
import { OPTION_PAGES, withOptionTable } from "../support/option-table.js";

const page = readFileSync("docs/training.md", "utf8");

for (const path of OPTION_PAGES)
  test(`the table of options in ${path} is the schema's (else: npm run -s docs:options)`, () => {
    const text = readFileSync(path, "utf8");
    assert.equal(text, withOptionTable(path, text));
  });

test("the tables hold names, defaults, ranges and meanings", () => {
  assert.match(page, /\| `learningRate` \| `0.004` \| Adam's step size; .* \|/);
  assert.match(page, /\| `experimental.network.width` \| `16` \|/);
  assert.match(readFileSync("docs/annealing.md", "utf8"), /\| `experimental.shares.swap` \| `0\.\d+` \|/);
  assert.match(readFileSync("docs/placers.md", "utf8"), /\| `greedy` \| `noise` \| 0.005 \| 0.3 \|/);
});

test("every scalar of metrics.jsonl has its line, and no line is of one that is not there", () => {
  const source = readFileSync("policy/ppo/metrics.ts", "utf8");
  const fields = /interface IterationMetrics \{([^}]*)\}/.exec(source)![1]!;
  const logged = [...fields.matchAll(/readonly "?([a-z_/]+)"?\??:/g)].map((match) => match[1]!);
  assert.ok(logged.length > 15);
  const table = page.slice(page.indexOf("## Metrics"), page.indexOf("## Checkpoint"));
  const documented = [...table.matchAll(/^\| `([a-z_/]+)` \|/gm)].map((match) => match[1]!);
  assert.deepEqual(documented, logged);
});

test("every plane and every state number of an observation has its line, in order", () => {
  const environment = readFileSync("docs/environment.md", "utf8");
  const section = environment.slice(environment.indexOf("## Observation"), environment.indexOf("## Batches"));
  const rows = [...section.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap((match) => match[1]!.match(/[A-Za-z]+/g)!);
  assert.deepEqual(rows, [...PLANES, ...STATE_NAMES]);
});

test("the citation names this version, under the licence and in the repository of package.json", () => {
  const { version, license, repository } = JSON.parse(readFileSync("package.json", "utf8"));
  const citation = readFileSync("CITATION.cff", "utf8");
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(citation)?.[1];
  assert.equal(field("version"), version);
  assert.equal(field("license"), license);
  assert.equal(`git+${field("repository-code")}.git`, repository.url);
});

/** The name by which a heading of a page is linked to. */
function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_\- ]/gu, "")
    .replaceAll(" ", "-");
}

test("the architecture page answers a stranger's questions with few files, all of which exist", () => {
  const text = readFileSync("docs/architecture.md", "utf8");
  const most: Readonly<Record<string, number>> = {
    "How does the policy place a macro?": 8,
    "What is an update of the policy?": 6,
    "How does annealing work under protocol fd?": 9,
    "How is the cost computed?": 8,
    "What answers Circuit Training?": 8,
  };
  const sections = text.split(/^###? /m).slice(1);
  for (const [question, limit] of Object.entries(most)) {
    const section = sections.find((section) => section.startsWith(`${question}\n`));
    assert.ok(section, question);
    const files = [...section.matchAll(/^\d\. `([^`]+)`: /gm)].map((match) => match[1]!);
    assert.ok(files.length > 2 && files.length <= limit, `${question} ${files.length} files`);
    assert.equal(new Set(files).size, files.length, question);
    for (const file of files) assert.ok(existsSync(file), `${question} ${file}`);
  }
});

test("links between pages, their anchors, and files that pages name, exist", () => {
  const inside = (folder: string): string[] => readdirSync(folder).map((name) => join(folder, name));
  const pages = [".", "docs", "docs/decisions"].flatMap(inside).filter((path) => path.endsWith(".md"));
  assert.ok(pages.length > 30);
  for (const path of pages) {
    const text = readFileSync(path, "utf8");
    for (const [, file, anchor] of text.matchAll(/\]\(([^)#:]*\.md)?(?:#([^)]*))?\)/g)) {
      const target = file === undefined ? path : join(dirname(path), file);
      assert.ok(existsSync(target), `${path} links to ${target}`);
      const headings = readFileSync(target, "utf8").matchAll(/^#+ (.*)$/gm);
      const anchors = [...headings].map(([, heading]) => anchorOf(heading!));
      if (anchor !== undefined) assert.ok(anchors.includes(anchor), `${path} links to ${target}#${anchor}`);
    }
    for (const [, named] of text.matchAll(
      /`((?:kernels|netlist|env|placer|policy|flow|cli|test|viz|benchmarks)\/[\w./-]+\.(?:ts|json))`/g,
    ))
      assert.ok(existsSync(named!), `${path} names ${named}`);
  }
});

test("the index of decision records lists every record with its date and title", () => {
  const index = readFileSync("docs/decisions/README.md", "utf8");
  const listed = [...index.matchAll(/^\| \[(\d{4})\]\((.*?)\) \| ([\d-]+) \| (.*) \|$/gm)];
  const records = readdirSync("docs/decisions").filter((name) => /^\d{4}-/.test(name));
  assert.deepEqual(
    listed.map(([, , file]) => file),
    records.sort(),
  );
  for (const [, id, file, date, title] of listed) {
    const text = readFileSync(`docs/decisions/${file}`, "utf8");
    assert.ok(
      text.startsWith(`# ${Number(id)}. ${title}\n\n${date}`),
      `${file} begins with its number, title and date`,
    );
    assert.match(text, /^## Decision$/m, file);
  }
});
