// Folders for tests, gone when the test process ends.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made: string[] = [];
process.on("exit", () => {
  // A process that a failed test has left, or that was just killed, may still write there.
  for (const folder of made) rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

/** A fresh folder. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ashlar-test-"));
  made.push(folder);
  return folder;
}
