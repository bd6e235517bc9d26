// `benchmarks/same-bytes.ts` calls a checkout equal to itself, and finds what has changed.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { makeFolder } from "../support/temp-folder.js";

const SCRIPT = fileURLToPath(new URL("../../benchmarks/same-bytes.js", import.meta.url));
const CHECKOUT = fileURLToPath(new URL("../../..", import.meta.url));

interface Report {
  readonly differing: readonly string[];
  readonly rows: readonly {
    readonly case: string;
    readonly files: readonly { readonly file: string; readonly difference?: string }[];
  }[];
}

test("a checkout is equal to itself; a changed byte or cost of the baseline is found", () => {
  const folder = makeFolder();
  const cache = join(folder, "cache");
  const compare = (): { status: number | null; report: Report } => {
    const options = ["--cache", cache, "--out", join(folder, "out"), "--cases", "teachers/tiny-9", "--json"];
    const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, CHECKOUT, ...options], {
      encoding: "utf8",
    });
    assert.notEqual(stdout, "", stderr);
    return { status, report: JSON.parse(stdout) as Report };
  };
  const same = compare();
  assert.equal(same.status, 0);
  assert.deepEqual(same.report.differing, []);
  assert.deepEqual(
    same.report.rows.map((row) => row.case),
    ["teachers/tiny-9"],
  );

  const plc = join(cache, "teachers/tiny-9/best.plc");
  writeFileSync(plc, readFileSync(plc, "utf8").replace(/\n$/, " \n"));
  const metrics = join(cache, "teachers/tiny-9/metrics.jsonl");
  writeFileSync(metrics, readFileSync(metrics, "utf8").replace(/("cost\/best":\d\.\d)/, "$11"));
  const changed = compare();
  assert.equal(changed.status, 1);
  assert.deepEqual(changed.report.differing, ["teachers/tiny-9"]);
  const found = changed.report.rows[0]!.files.filter(({ difference }) => difference !== undefined);
  assert.deepEqual(
    found.map(({ file }) => file),
    ["best.plc", "metrics.jsonl"],
  );
});
