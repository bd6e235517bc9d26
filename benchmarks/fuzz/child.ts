// The process that reads the inputs. It reports each one to the process that started it; which one it is at stands in a
// file before it begins, since an abort leaves no time to say so.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isInputError, Random } from "../../netlist/index.js";
import { SUBJECTS } from "./subjects.js";

/** What the child is told in its arguments. */
export interface Order {
  readonly subject: string;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  readonly folder: string;
}

export type Outcome = "accepted" | "refused" | "failed";

/** What the child tells of an input. */
export interface Told {
  readonly input: number;
  readonly outcome: Outcome;
  /** Of a failure. */
  readonly problem?: string;
  /** Processor time, s; wall-clock time depends on what else the machine does. */
  readonly seconds: number;
  /** By which the process's most memory grew, MiB. */
  readonly growth: number;
  readonly bytes: number;
}

export const CURRENT = "current";
const LONGEST_MESSAGE = 1100;
const MOST_TOLD = 3000;

async function work({ subject, seed, from, to, folder }: Order): Promise<void> {
  const files = join(folder, "files");
  mkdirSync(files);
  const opened = await SUBJECTS[subject]!(files);
  let late: unknown;
  process.on("unhandledRejection", (error) => {
    late = error;
  });
  process.on("uncaughtException", (error) => {
    late = error;
  });
  for (let input = from; input < to; input++) {
    writeFileSync(join(folder, CURRENT), String(input));
    late = undefined;
    const before = { cpu: process.cpuUsage(), memory: process.resourceUsage().maxRSS };
    let outcome: Outcome = "accepted";
    let problem: string | undefined;
    try {
      await opened.run(Random.stream(seed, "fuzz", subject, input));
    } catch (error) {
      problem = problemOf(error);
      outcome = problem === undefined ? "refused" : "failed";
    }
    if (late === undefined) await wait(0);
    if (late !== undefined) {
      outcome = "failed";
      problem = `not caught: ${(late as Error)?.stack ?? String(late)}`;
    }
    const cpu = process.cpuUsage(before.cpu);
    const told: Told = {
      input,
      outcome,
      ...(problem !== undefined && { problem: problem.slice(0, MOST_TOLD) }),
      seconds: (cpu.user + cpu.system) / 1e6,
      growth: (process.resourceUsage().maxRSS - before.memory) / 1024,
      bytes: opened.bytes,
    };
    await new Promise((resolve) => process.send!(told, resolve));
  }
  await opened.close?.();
  process.exit(0);
}

/** Undefined for a refusal in one short line. */
function problemOf(error: unknown): string | undefined {
  if (!isInputError(error)) return (error as Error)?.stack ?? String(error);
  if (error.message.length > LONGEST_MESSAGE || /[\p{Cc}\u2028\u2029]/u.test(error.message))
    return `no short line: ${error.message}`;
  return undefined;
}

if (process.send) await work(JSON.parse(process.argv[2]!) as Order);
