// The command line as a user runs it: a process of its own.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../cli/main.js", import.meta.url));

export interface Finished {
  /** Null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `ashlar` with these arguments; `finished` resolves when it has ended. */
export function startAshlar(
  args: readonly string[],
  cwd?: string,
): { child: ChildProcess; finished: Promise<Finished> } {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const finished = new Promise<Finished>((resolve, reject) => {
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  return { child, finished };
}

/** Runs `ashlar` to its end. */
export async function ashlar(...args: readonly string[]): Promise<Finished> {
  return startAshlar(args).finished;
}

/** The same, and nothing else goes on meanwhile. */
export function runCli(...args: readonly string[]): Finished {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: "utf8" });
  return { code: status, stdout, stderr };
}

/** The JSON that a command printed; fails with its error output if it did not end well. */
export function runJson(...args: readonly string[]): Record<string, unknown> {
  const { code, stdout, stderr } = runCli(...args);
  if (code !== 0) throw new Error(`ashlar ${args.join(" ")} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as Record<string, unknown>;
}
