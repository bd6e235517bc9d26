// Has a child process read inputs, and starts another where one aborts or hangs: both are findings.
import { fork } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CURRENT, type Order, type Told } from "./child.js";

const CHILD = fileURLToPath(new URL("child.js", import.meta.url));
/** Processor time allowed per MiB of input, and for smaller ones, s. */
const SECONDS_PER_MIB = 2;
/** MiB by which an input may raise the most memory that the process has used. */
const MOST_GROWTH = 256;
/** Wall-clock time without a word after which the child is killed, ms. It first opens its subject. */
const PATIENCE = 120_000;
/** Every accepted input is written in all formats, and a disk would be waited for each time. */
const IN_MEMORY = "/dev/shm";
/** Inputs per process: each starts with fresh memory. */
const PER_PROCESS = 1000;

export interface FuzzResult {
  readonly accepted: number;
  readonly refused: number;
  /** Inputs that failed, by number: with seed and subject they can be repeated. */
  readonly failures: readonly { readonly input: number; readonly problem: string }[];
  /** Of the slowest input, processor time. */
  readonly slowestSeconds: number;
  /** Of the input that took most memory, MiB. */
  readonly mostGrowth: number;
}

export interface FuzzOptions {
  readonly inputs: number;
  readonly seed: number;
  /** Number of the first input. */
  readonly from?: number;
}

/** Has a subject read inputs; seed and number determine each of them. */
export async function fuzz(subject: string, { inputs, seed, from = 0 }: FuzzOptions): Promise<FuzzResult> {
  const told: Told[] = [];
  for (let next = from; next < from + inputs; ) {
    const to = Math.min(next + PER_PROCESS, from + inputs);
    const some = await runChild({ subject, seed, from: next, to });
    told.push(...some);
    next = some.length > 0 ? some.at(-1)!.input + 1 : to;
  }
  const failures = told.flatMap((one) => problemsOf(one).map((problem) => ({ input: one.input, problem })));
  return {
    accepted: told.filter(({ outcome }) => outcome === "accepted").length,
    refused: told.filter(({ outcome }) => outcome === "refused").length,
    failures,
    slowestSeconds: told.reduce((most, { seconds }) => Math.max(most, seconds), 0),
    mostGrowth: told.reduce((most, { growth }) => Math.max(most, growth), 0),
  };
}

function problemsOf({ problem, seconds, growth, bytes }: Told): string[] {
  const allowed = SECONDS_PER_MIB * Math.max(1, bytes / 2 ** 20);
  return [
    ...(problem === undefined ? [] : [problem]),
    ...(seconds > allowed ? [`took ${seconds.toFixed(1)} s for ${bytes} bytes`] : []),
    ...(growth > MOST_GROWTH ? [`took ${growth.toFixed(0)} MiB for ${bytes} bytes`] : []),
  ];
}

/** What a child told; if it ended early, the last input is the one that ended it. */
async function runChild(order: Omit<Order, "folder">): Promise<Told[]> {
  const folder = mkdtempSync(join(existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir(), "ashlar-fuzz-"));
  try {
    const told: Told[] = [];
    const child = fork(CHILD, [JSON.stringify({ ...order, folder } satisfies Order)], {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      execArgv: ["--max-old-space-size=2048"],
    });
    let stderr = "";
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-3000);
    });
    let hangs = false;
    const onSilence = () => {
      hangs = true;
      child.kill("SIGKILL");
    };
    let timer = setTimeout(onSilence, PATIENCE);
    child.on("message", (message) => {
      told.push(message as Told);
      clearTimeout(timer);
      timer = setTimeout(onSilence, PATIENCE);
    });
    const ending = await new Promise<string>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve(signal ?? String(code)));
    });
    clearTimeout(timer);
    if (told.length === order.to - order.from && ending === "0") return told;
    const problem = hangs
      ? `no word for ${PATIENCE / 1000} s`
      : `the process ended with ${ending}: ${stderr}`;
    const input = currentOf(folder);
    if (input === undefined) throw new Error(`${order.subject} cannot be opened: ${problem}`);
    const failed = { input, outcome: "failed", problem, seconds: 0, growth: 0, bytes: 0 } as const;
    return [...told.filter((one) => one.input !== input), failed];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function currentOf(folder: string): number | undefined {
  try {
    return Number(readFileSync(join(folder, CURRENT), "utf8"));
  } catch {
    return undefined;
  }
}
