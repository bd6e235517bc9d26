// Starts two processes at the same moment that place a block in the same folder, with different seeds. One is refused, and
// the folder holds what the other one alone would have written.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateOne } from "../../flow/index.js";
import { contentOf } from "../compared-files.js";

const MAIN = fileURLToPath(new URL("../../cli/main.js", import.meta.url));
const FILES = ["best.plc", "metrics.jsonl", "frames.jsonl", "groups.txt"] as const;
const SEEDS = [1, 2] as const;

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

export interface PairsResult {
  /** Pairs of which one was refused. */
  readonly refused: number;
  /** Pairs of which one had ended before the other began, on a busy machine: it started the folder over. */
  readonly apart: number;
  readonly problems: readonly string[];
}

/** Runs pairs in `folder`; every second one in a folder that a dead process has left. */
export async function runPairs(pairs: number, folder: string): Promise<PairsResult> {
  const { out: block } = await generateOne({ macros: 8, seed: 3, out: join(folder, "block") });
  const start = async (out: string, seed: number): Promise<Ended> => {
    const options = ["--method", "random", "--iterations", "800", "--workers", "1", "--quiet", "--force"];
    const args = [MAIN, "place", block, ...options, "--seed", String(seed), "--out", out];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const [code] = await once(child, "close");
    return { code: code as number | null, stderr };
  };
  const alone = SEEDS.map((seed) => join(folder, `alone-${seed}`));
  for (const [i, seed] of SEEDS.entries()) await start(alone[i]!, seed);
  const problems: string[] = [];
  let [refused, apart] = [0, 0];
  for (let pair = 0; pair < pairs; pair++) {
    const out = join(folder, "run");
    if (pair % 2 === 0) rmSync(out, { recursive: true, force: true });
    else writeFileSync(join(out, "running.json"), `{ "process": ${await deadProcess()} }`);
    const both = await Promise.all(SEEDS.map((seed) => start(out, seed)));
    const winners = SEEDS.map((_, i) => i).filter((i) => both[i]!.code === 0);
    const losers = both.filter(({ code }) => code !== 0);
    if (winners.length === 2) apart++;
    else if (
      losers.length === 1 &&
      /^ashlar: \S+: process \d+ is writing here; [^\n]+\n$/.test(losers[0]!.stderr)
    )
      refused++;
    else problems.push(`pair ${pair}: ${JSON.stringify(both)}`);
    const equals = (i: number) =>
      FILES.every((file) => {
        const [expected, found] = [alone[i]!, out].map((path) => contentOf(join(path, file)));
        return expected === undefined ? found === undefined : found?.equals(expected);
      });
    if (!winners.some(equals)) problems.push(`pair ${pair}: the folder holds what neither has written alone`);
    const left = readdirSync(out).filter((name) => /^\.|^running\.json$/.test(name));
    if (left.length > 0) problems.push(`pair ${pair}: ${left.join(", ")} left`);
    const recorded = JSON.parse(readFileSync(join(out, "options.json"), "utf8")) as {
      options: { seed: number };
    };
    if (!winners.some((i) => SEEDS[i] === recorded.options.seed))
      problems.push(`pair ${pair}: another seed is recorded`);
  }
  return { refused, apart, problems };
}

async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "close");
  return child.pid!;
}
