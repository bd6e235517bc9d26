// The checker of DEF files beside the benchmarks, which shares nothing with this project.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sharedPath } from "./shared-data.js";

const CHECKER = sharedPath("tools/check_def.py");

/** Asserts that it finds `best.def` in a run's folder legal on a grid of 0.005 µm; where it is missing, says so. */
export function assertLegalDef(out: string, lefText: string, test: { diagnostic(line: string): void }): void {
  if (!existsSync(CHECKER)) {
    test.diagnostic(`${CHECKER} is not here: the DEF is not checked independently`);
    return;
  }
  // It reads one statement per line.
  const lef = join(out, "lines.lef");
  writeFileSync(lef, lefText.replaceAll(" ; ", " ;\n"));
  const { stdout } = spawnSync("python3", [CHECKER, "grid=0.005", join(out, "best.def"), lef], {
    encoding: "utf8",
  });
  assert.match(stdout, /core um/);
  assert.doesNotMatch(stdout, /OVERLAP|OUT-OF|OFF-MFG|UNPLACED/);
}
