// The command line as a user runs it: a process of its own.
import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../cli/main.js", import.meta.url));

export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function runCli(...args: readonly string[]): CliResult {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}

/** The JSON that a command printed; fails with its error output if it did not end well. */
export function runJson(...args: readonly string[]): Record<string, unknown> {
  const { status, stdout, stderr } = runCli(...args);
  if (status !== 0) throw new Error(`ashlar ${args.join(" ")} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** Starts a command and leaves it running. */
export function startCli(...args: readonly string[]) {
  return spawn(process.execPath, [MAIN, ...args], { stdio: "ignore" });
}
