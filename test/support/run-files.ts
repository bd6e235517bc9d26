// What tests read in a run's folder.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Paths and files of the runs that a test keeps in sub-folders of `folder`. */
export function runFiles(folder: string) {
  const out = (name: string) => join(folder, name);
  return {
    out,
    plc: (name: string) => readFileSync(join(out(name), "best.plc"), "utf8"),
    metrics: (name: string) =>
      readFileSync(join(out(name), "metrics.jsonl"), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
  };
}
