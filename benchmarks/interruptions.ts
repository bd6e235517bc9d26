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
import { describe, evaluate } from "../flow/index.js";
import { loadBlock, Random, TEMPORARY } from "../netlist/index.js";
import { readPolicy } from "../policy/index.js";

const MAIN = fileURLToPath(new URL("../cli/main.js", import.meta.url));
const EXAMPLE = fileURLToPath(new URL("../../examples/design", import.meta.url));
/** Commands run about this long when they are let be, s. */
const WHOLE = 3;
/** No command takes as long, s. */
const LONGEST = 3600;
const LEFT_OVER = "is left over";
/** Exit status after SIGINT: 128 + 2. */
const INTERRUPTED = 130;
/** Exit status if the result is whole, but not legal. */
const NOT_LEGAL = 3;

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
    "place-verified": place("anneal", "--objective", "verified"),
    verify: (out) => ["verify", EXAMPLE, "--placement", macros, "--out", out],
    view: (out) => ["view", macros, "--html", join(out, "run.html"), "--svg", join(out, "run.svg")],
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
    "compare-verified": (out) => [
      ...["compare", EXAMPLE, "--methods", "greedy", "--seeds", "1,2", "--budget", "1s", "--verify"],
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
  /** From the signal to the end of the process, s; 0 if it ended before. */
  readonly seconds: number;
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
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.on("close", (code, signal) => resolve({ code, signal })),
  );
  let sent = Number.POSITIVE_INFINITY;
  const timer = setTimeout(() => {
    sent = performance.now();
    child.kill("SIGINT");
  }, 1000 * seconds);
  const { code, signal } = await ended;
  const took = Math.max(0, (performance.now() - sent) / 1000);
  clearTimeout(timer);
  // A process that the signal ended at once leaves its temporary files to the next one.
  const problems = (await problemsIn(out)).filter((text) => code !== null || !text.endsWith(LEFT_OVER));
  if (code === null ? signal !== "SIGINT" : ![0, INTERRUPTED, NOT_LEGAL].includes(code))
    problems.push(`ended by ${signal ?? `exit status ${code}`}: ${stderr.trim().split("\n").at(-1)}`);
  problems.push(...missingIn(args, out, code));
  if (code === INTERRUPTED) problems.push(...(await stoppedProblems(args, out, stderr)));
  else if (code === null && existsSync(out)) problems.push(...startedAgain(args, out));
  return { code, stderr, seconds: took, problems };
}

/** Files of a run of `place`; there is no placement without the others once it has been stopped. */
const PLACED = ["best.plc", "best.svg", "report.html", "summary.json", "options.json"];
const OF_DESIGN = ["best.def", "best.tcl"];

/** What belongs together by command: with the first of these files, all of them are there. */
const TOGETHER: Readonly<Record<string, readonly string[]>> = {
  place: ["summary.json", ...PLACED, ...OF_DESIGN],
  cells: ["summary.json", "best.plc", "best.def", "options.json"],
  verify: ["verify.json", "best.plc", "routing.csv", "routing.svg", "report.html"],
  train: ["summary.json", "options.json"],
  pretrain: ["summary.json", "policy.safetensors", "options.json"],
  "reward-model": ["summary.json", "reward.safetensors", "policy.safetensors", "scatter.svg", "options.json"],
  compare: ["compare.json"],
  demo: ["run/summary.json", ...PLACED.map((name) => `run/${name}`)],
};

/** What is missing of the files that a command leaves, and of blocks of a set. */
function missingIn(args: readonly string[], out: string, code: number | null): string[] {
  const name = args.includes("--reward-model") ? "reward-model" : args[0]!;
  const [sign, ...files] = TOGETHER[name] ?? [];
  const isWhole = sign !== undefined && existsSync(join(out, sign));
  // The placements that a model learns from are drawn first, and a stop then says so.
  const mustBe = code !== null && sign !== undefined && (name !== "reward-model" || code === 0);
  const missing = mustBe && !isWhole ? [`${sign} is missing`] : [];
  if (isWhole) for (const file of files) if (!existsSync(join(out, file))) missing.push(`${file} is missing`);
  for (const path of filesBelow(out))
    if (path.endsWith("/netlist.pb.txt.gz") && !existsSync(join(path, "../initial.plc")))
      missing.push(`${path}: stands without its placement`);
  return missing;
}

/** What is wrong with a run that our handler stopped: its score, what it says, and how it continues. */
async function stoppedProblems(args: readonly string[], out: string, stderr: string): Promise<string[]> {
  const problems: string[] = [];
  const run = args[0] === "demo" ? join(out, "run") : out;
  const isPlaced = ["place", "train", "demo"].includes(args[0]!) && existsSync(join(run, "best.plc"));
  const summary = jsonAt(join(run, args[0] === "compare" ? "compare.json" : "summary.json"));
  if (isPlaced) {
    const scored = await evaluate(run, {}).catch((error: Error) => error);
    const cost = scored instanceof Error ? scored.message : scored.score.proxy_cost;
    if (cost !== summary?.proxy_cost) problems.push(`eval says ${cost}, the summary ${summary?.proxy_cost}`);
  }
  for (const { file, proxy_cost } of (summary?.top ?? []) as { file: string; proxy_cost: number }[]) {
    const { score } = await evaluate(join(out, file), {});
    if (score.proxy_cost !== proxy_cost)
      problems.push(`eval of ${file} says ${score.proxy_cost}, the summary ${proxy_cost}`);
  }
  const said = /(?:continue with|run all of it with): .*? dist\/cli\/main\.js (.*)\n$/.exec(
    stderr.replaceAll(/\S*\/dist\/cli\/main\.js/g, " dist/cli/main.js"),
  )?.[1];
  const keptDrawing = /shards of placements, which are kept; continue with --resume\n$/.test(stderr);
  if (said === undefined && !keptDrawing) {
    // It may have been done just then; it then says nothing of going on.
    if (summary?.interrupted) problems.push(`it does not say how to go on: ${stderr.slice(-200)}`);
    return problems;
  }
  const goOn = said?.split(" ") ?? [...args, "--resume"];
  const { status, stderr: refused } = runAshlar([...quickly(goOn), "--quiet"]);
  if (status !== 0 && status !== NOT_LEGAL) problems.push(`${goOn.at(-1)} ends with ${status}: ${refused}`);
  if (problems.length === 0) problems.push(...missingIn(args, out, status));
  return problems;
}

/** What is wrong if a command that was ended early is given once more. */
function startedAgain(args: readonly string[], out: string): string[] {
  // Its result may have been whole.
  const sign = TOGETHER[args[0]!]?.[0];
  if (sign === undefined || existsSync(join(out, sign)) || existsSync(join(out, "best.plc"))) return [];
  const { status, stderr } = runAshlar([...quickly(args), "--quiet"]);
  return status === 0 || status === NOT_LEGAL ? [] : [`given once more it ends with ${status}: ${stderr}`];
}

/** The same command with next to no time. */
function quickly(args: readonly string[]): string[] {
  return args.map((arg, i) => (args[i - 1] === "--budget" ? "300ms" : arg));
}

function jsonAt(path: string): Record<string, unknown> | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>) : undefined;
}

function runAshlar(args: readonly string[]): { status: number | null; stderr: string } {
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
  if (ending === ".def") await describe(path, { lef: [EXAMPLE] });
  if (/\/(policy)\.safetensors$/.test(path)) await readPolicy(path);
  if (/\/netlist\.pb\.txt(\.gz)?$/.test(path)) await loadBlock(path.replace(/\/[^/]*$/, ""));
  if (ending === ".aux") await loadBlock(path);
  return undefined;
}

/** Commands that write into a folder which must be there. */
const INTO_FOLDER = ["convert", "view"];

export function makeOutFor(args: readonly string[], out: string): void {
  if (INTO_FOLDER.includes(args[0]!)) mkdirSync(out);
}

/** How long a command takes that is let be, on this machine as busy as it is. */
async function secondsOf(argsFor: (out: string) => string[], out: string): Promise<number> {
  makeOutFor(argsFor(out), out);
  const started = performance.now();
  const { problems } = await interrupt(argsFor(out), out, LONGEST);
  const seconds = (performance.now() - started) / 1000;
  if (problems.length > 0) throw new Error(`it fails when it is let be: ${problems.join("; ")}`);
  rmSync(out, { recursive: true, force: true });
  return seconds;
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
      let slowest = 0;
      const counts = { early: 0, stopped: 0, whole: 0 };
      const whole = await secondsOf(argsFor, join(folder, `${name}-whole`));
      for (let moment = 0; moment < Number(values.moments); moment++) {
        const out = join(folder, `${name}-${moment}`);
        makeOutFor(argsFor(out), out);
        const seconds = whole * random.uniform();
        const { code, problems, seconds: took } = await interrupt(argsFor(out), out, seconds);
        counts[code === null ? "early" : code === INTERRUPTED ? "stopped" : "whole"]++;
        slowest = Math.max(slowest, took);
        for (const problem of problems) console.log(`${name} after ${seconds.toFixed(2)} s: ${problem}`);
        failed += problems.length;
        rmSync(out, { recursive: true, force: true });
      }
      const { early, stopped, whole: done } = counts;
      console.log(
        `${name}: ended before it had results ${early}, stopped with results ${stopped}, done ${done}; ` +
          `ended at most ${slowest.toFixed(1)} s after the signal`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`problems: ${failed}`);
  if (failed > 0) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
