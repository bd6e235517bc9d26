// Is what a stopped command leaves whole? Sends SIGINT to every command that runs long, at random moments, and checks
// every file that is then there: JSON parses, places and policies can be read and scored, pictures and reports end as they
// should, nothing temporary is left, and the run can be continued. Run:
//
//   node dist/benchmarks/interruptions.js [--moments 50] [--seed 1] [--only place-anneal,train]
//
// --moments is the number for each command. Prints a line per command; exits with 1 if something is wrong.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { loadBlock, Random, TEMPORARY } from "../netlist/index.js";
import { readPolicy } from "../policy/index.js";

const MAIN = fileURLToPath(new URL("../cli/main.js", import.meta.url));
const EXAMPLE = fileURLToPath(new URL("../../examples/design", import.meta.url));
/** Commands run about this long when they are let be, s. */
const WHOLE = 4;
/** No command takes as long, s. */
const LONGEST = 3600;
const LEFT_OVER = "is left over";
/** Exit status after SIGINT: 128 + 2. */
const INTERRUPTED = 130;

/** The commands that run long, by name: their arguments for an output folder. */
export function longCommands(folder: string): Readonly<Record<string, (out: string) => string[]>> {
  const block = join(folder, "block");
  spawnSync(process.execPath, [MAIN, "generate", "--macros", "10", "--seed", "3", "--out", block]);
  const macros = join(folder, "macros");
  spawnSync(process.execPath, [
    ...[MAIN, "place", EXAMPLE, "--method", "greedy", "--iterations", "1", "--workers", "1", "--out", macros],
  ]);
  const set = fileURLToPath(new URL("../../benchmarks/sets/five.json", import.meta.url));
  const budget = ["--budget", `${WHOLE}s`, "--workers", "1"];
  const place =
    (method: string, ...more: readonly string[]) =>
    (out: string) => ["place", EXAMPLE, "--method", method, ...budget, ...more, "--out", out];
  return {
    "place-anneal": place("anneal"),
    "place-anneal-free": place("anneal", "--protocol", "free"),
    "place-policy": place("policy"),
    "place-pipeline": place("pipeline"),
    "place-greedy": place("greedy"),
    "place-mincut": place("mincut"),
    "place-analytic": place("analytic"),
    "place-refine": place("refine"),
    "place-random": place("random"),
    "place-mixed": place("mixed", "--protocol", "free", "--cells"),
    "place-top": place("anneal", "--top", "3"),
    "place-cells": place("greedy", "--cells"),
    cells: (out) => ["cells", EXAMPLE, "--placement", macros, "--out", out],
    train: (out) => ["train", block, ...budget, "--out", out],
    pretrain: (out) => ["pretrain", block, "--held-out", EXAMPLE, "--samples", "2", ...budget, "--out", out],
    "reward-model": (out) => [
      ...["pretrain", "--reward-model", block, "--placements", "300", "--epochs", "30"],
      ...["--workers", "1", "--out", out],
    ],
    compare: (out) => [
      ...["compare", block, "--methods", "anneal,greedy", "--seeds", "1,2", "--budget", "1s"],
      ...["--workers", "1", "--out", out],
    ],
    demo: (out) => ["demo", "--budget", "2s", "--out", out],
    "generate-set": (out) => ["generate", "--set", set, "--out", out],
    convert: (out) => ["convert", EXAMPLE, join(out, "tile.aux")],
  };
}

export interface Interrupted {
  /** Null if the signal ended the process before it had anything to lose. */
  readonly code: number | null;
  readonly stderr: string;
  /** What is wrong with what it left; empty if all is well. */
  readonly problems: readonly string[];
}

/** Runs a command, sends it SIGINT after `seconds`, and checks what it leaves in `out`. */
export async function interrupt(args: readonly string[], out: string, seconds: number): Promise<Interrupted> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const timer = setTimeout(() => child.kill("SIGINT"), 1000 * seconds);
  const code = await ended;
  clearTimeout(timer);
  // A process that the signal ended at once leaves its temporary files to the next one.
  const problems = (await problemsIn(out)).filter((text) => code !== null || !text.endsWith(LEFT_OVER));
  if (code !== null && code !== 0 && code !== INTERRUPTED && code !== 3)
    problems.push(`exit status ${code}: ${stderr.trim().split("\n").at(-1)}`);
  if (code === INTERRUPTED && args[0] === "place") problems.push(...placeProblems(args, out, stderr));
  return { code, stderr, problems };
}

/** What a run that was stopped by our handler must have left, and that it continues. */
function placeProblems(args: readonly string[], out: string, stderr: string): string[] {
  const problems: string[] = [];
  const names = [
    "best.plc",
    "best.def",
    "best.tcl",
    "best.svg",
    "report.html",
    "summary.json",
    "options.json",
  ];
  for (const name of names) if (!existsSync(join(out, name))) problems.push(`${name} is missing`);
  if (problems.length > 0) return problems;
  const summary = JSON.parse(readFileSync(join(out, "summary.json"), "utf8")) as Record<string, unknown>;
  const scored = run(["eval", out, "--json"]);
  const score = scored.status === 0 ? (JSON.parse(scored.stdout) as Record<string, unknown>) : {};
  if (score.proxy_cost !== summary.proxy_cost)
    problems.push(`eval says ${score.proxy_cost} ${scored.stderr}, the summary ${summary.proxy_cost}`);
  for (const { file, proxy_cost } of (summary.top ?? []) as { file: string; proxy_cost: number }[]) {
    const top = run(["eval", join(out, file), "--json"]);
    const cost =
      top.status === 0 ? (JSON.parse(top.stdout) as Record<string, unknown>).proxy_cost : undefined;
    if (cost !== proxy_cost)
      problems.push(`eval of ${file} says ${cost} ${top.stderr}, the summary ${proxy_cost}`);
  }
  if (!summary.interrupted) return problems; // its budget was spent just then
  if (!/continue with: .* --resume/.test(stderr)) problems.push("it does not say how to go on");
  const args2 = args.map((arg, i) => (args[i - 1] === "--budget" ? "300ms" : arg));
  const { status, stderr: said } = run([...args2, "--resume", "--quiet"]);
  if (status !== 0) problems.push(`--resume ends with ${status}: ${said}`);
  return problems;
}

function run(args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [MAIN, ...args], { encoding: "utf8" });
}

/** What is wrong with the files below a folder. */
async function problemsIn(folder: string): Promise<string[]> {
  const problems: string[] = [];
  for (const path of filesBelow(folder)) {
    const problem = await problemOf(path).catch((error: Error) => error.message);
    if (problem) problems.push(`${path}: ${problem}`);
  }
  return problems;
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

/** Undefined if a file is whole. */
async function problemOf(path: string): Promise<string | undefined> {
  if (basename(path).startsWith(TEMPORARY)) return LEFT_OVER;
  const ending = /\.[a-z]+$/.exec(path)?.[0];
  const text = () => readFileSync(path, "utf8");
  if (ending === ".json") JSON.parse(text());
  if (ending === ".jsonl") for (const line of text().split("\n")) if (line !== "") JSON.parse(line);
  if (ending === ".jsonl" && text() !== "" && !text().endsWith("\n")) return "ends within a line";
  if (ending === ".svg" && !text().trimEnd().endsWith("</svg>")) return "does not end in </svg>";
  if (ending === ".html" && !text().trimEnd().endsWith("</html>")) return "does not end in </html>";
  if (ending === ".def") {
    const { status, stderr } = run(["info", path, "--lef", EXAMPLE, "--json"]);
    if (status !== 0) return stderr;
  }
  if (/\/(policy)\.safetensors$/.test(path)) await readPolicy(path);
  if (/\/netlist\.pb\.txt(\.gz)?$/.test(path)) await loadBlock(path.replace(/\/[^/]*$/, ""));
  if (ending === ".aux") await loadBlock(path);
  return undefined;
}

/** How long a command takes that is let be, on this machine as busy as it is. */
async function secondsOf(argsFor: (out: string) => string[], out: string): Promise<number> {
  if (argsFor(out)[0] === "convert") mkdirSync(out);
  const started = performance.now();
  await interrupt(argsFor(out), out, LONGEST);
  rmSync(out, { recursive: true, force: true });
  return (performance.now() - started) / 1000;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      moments: { type: "string", default: "50" },
      seed: { type: "string", default: "1" },
      only: { type: "string", default: "" },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), "ashlar-interruptions-"));
  const only = values.only === "" ? undefined : values.only.split(",");
  let failed = 0;
  try {
    for (const [name, argsFor] of Object.entries(longCommands(folder))) {
      if (only && !only.includes(name)) continue;
      const random = Random.stream(Number(values.seed), "interruptions", name);
      const counts = { early: 0, stopped: 0, whole: 0 };
      const whole = await secondsOf(argsFor, join(folder, `${name}-whole`));
      for (let moment = 0; moment < Number(values.moments); moment++) {
        const out = join(folder, `${name}-${moment}`);
        if (name === "convert") mkdirSync(out);
        const seconds = whole * random.uniform();
        const { code, problems } = await interrupt(argsFor(out), out, seconds);
        counts[code === null ? "early" : code === INTERRUPTED ? "stopped" : "whole"]++;
        for (const problem of problems) console.log(`${name} after ${seconds.toFixed(2)} s: ${problem}`);
        failed += problems.length;
        rmSync(out, { recursive: true, force: true });
      }
      const { early, stopped, whole: done } = counts;
      console.log(
        `${name}: ended before it had results ${early}, stopped with results ${stopped}, done ${done}`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`problems: ${failed}`);
  if (failed > 0) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
