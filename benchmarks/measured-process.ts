// Runs a script of a checkout as a process of its own and measures its processor time, which other processes on the
// machine disturb far less than the wall clock.
import { spawnSync } from "node:child_process";

/** Reports, when the process ends, the processor time of all its threads, in µs, to file descriptor 3. */
const REPORT_USAGE = `data:text/javascript,${encodeURIComponent(`
import { writeSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
if (isMainThread)
  process.on("exit", () => {
    const { user, system } = process.cpuUsage();
    writeSync(3, String(user + system));
  });
`)}`;

export interface MeasuredProcess {
  /** Null if a signal ended it. */
  readonly code: number | null;
  /** Processor time of all threads, s. */
  readonly seconds: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `node SCRIPT ARGS…` to its end. The processor time is NaN if a signal ended it. */
export function runMeasured(script: string, args: readonly string[]): MeasuredProcess {
  const { status, stdout, stderr, output, error } = spawnSync(
    process.execPath,
    ["--import", REPORT_USAGE, script, ...args],
    { encoding: "utf8", stdio: ["ignore", "pipe", "pipe", "pipe"], maxBuffer: 2 ** 28 },
  );
  if (error) throw error;
  return { code: status, seconds: Number(output[3] || Number.NaN) / 1e6, stdout, stderr };
}
