// The results page and the tables of results in other pages say what benchmarks/results/*.json says, and these files are
// complete: no condition of a figure is left out.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import {
  type Figure,
  pagesWithResults,
  parseStudy,
  RESULTS_PAGE,
  readStudies,
  resultsPage,
  withResults,
} from "../../benchmarks/results-page.js";

const FOLDER = "benchmarks/results";
const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));

interface RawStudy {
  groups: { conditions: Record<string, unknown>; figures: Record<string, unknown>[] }[];
}

function rawStudy(name: string): RawStudy {
  return JSON.parse(readFileSync(`${FOLDER}/${name}`, "utf8"));
}

test("the results page is what the generator writes (else: npm run -s docs:results)", () => {
  assert.equal(readFileSync(RESULTS_PAGE, "utf8"), resultsPage(readStudies()));
});

test("tables of results in other pages are what the generator writes", () => {
  const studies = readStudies();
  const pages = pagesWithResults();
  assert.ok(pages.includes("README.md") && pages.includes("docs/annealing.md"));
  for (const path of pages) {
    const text = readFileSync(path, "utf8");
    assert.equal(text, withResults(text, studies), path);
  }
});

test("every file holds figures, and a marker fills in a table", () => {
  const studies = readStudies();
  assert.equal(studies.length, files.length);
  assert.ok(studies.flatMap((study) => study.figures).length > 500);
  const filled = withResults("a\n<!-- results: annealing -->\nold\n<!-- /results -->\nb\n", studies);
  assert.match(
    filled,
    /^a\n<!-- results: annealing -->\n\n\| block \|.*\n[\s\S]*\n\n<!-- \/results -->\nb\n$/,
  );
  assert.ok(!filled.includes("old"));
  assert.throws(
    () => withResults("<!-- results: nothing -->\n<!-- /results -->", studies),
    /no table .* 'nothing'/,
  );
});

for (const name of files)
  test(`a figure of ${name} without one of its conditions is refused`, () => {
    const fields = Object.keys(parseStudy(name, readFileSync(`${FOLDER}/${name}`, "utf8")).figures[0]!);
    assert.ok(fields.length >= 20);
    for (const field of fields) {
      const study = rawStudy(name);
      delete study.groups[0]!.conditions[field];
      delete study.groups[0]!.figures[0]![field];
      assert.throws(() => parseStudy(name, JSON.stringify(study)), new RegExp(`${name}.*`), field);
    }
  });

test("figures that contradict themselves are refused", () => {
  const base: Omit<Figure, "tables"> = {
    block: "b",
    method: "m",
    metric: "proxy cost",
    unit: null,
    protocol: "fd",
    seconds: 60,
    iterations: "n/a",
    seeds: [1, 2, 3],
    workers: 1,
    cores: 2,
    machine: null,
    command: null,
    commit: null,
    recorded: { commit: "abe581e", date: "2026-11-26" },
    statistic: "median",
    decimals: 4,
    value: 0.5,
    min: 0.4,
    max: 0.9,
    values: [0.9, 0.5, 0.4],
    note: null,
  };
  const parse = (change: Partial<Figure> & Record<string, unknown>) =>
    parseStudy(
      "x.json",
      JSON.stringify({
        title: "T",
        order: 1,
        tables: [],
        groups: [{ conditions: base, figures: [{ tables: ["t"], ...change }] }],
      }),
    );
  assert.equal(parse({}).figures[0]!.value, 0.5);
  assert.throws(() => parse({ value: 0.6 }), /the values give 0.5/);
  assert.throws(() => parse({ max: 0.8 }), /the values give 0.9/);
  assert.throws(() => parse({ statistic: "mean" }), /the values give 0.6/);
  assert.throws(() => parse({ seeds: [1, 2] }), /3 values of 2 seeds/);
  assert.throws(() => parse({ values: null, min: 0.6 }), /out of min to max/);
  assert.throws(() => parse({ values: null, statistic: "single" }), /no range/);
  assert.throws(() => parse({ values: null, value: null }), /have a value/);
  assert.throws(() => parse({ commit: "yesterday" }), /x.json/);
  assert.throws(() => parse({ speed: 3 }), /x.json/);
});
