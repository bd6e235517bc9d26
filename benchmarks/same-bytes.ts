// Does this checkout compute what another one computes? Runs the same commands with both, each as a process of its own
// with a fixed seed and a fixed number of iterations, and compares what they write byte by byte. The cases are in
// `same-bytes-cases.ts`. Exits with 1 if a file differs, is missing, or a command fails. Run:
//
//   node dist/benchmarks/same-bytes.js BASE_CHECKOUT [--cache FOLDER] [--out FOLDER] [--blocks NAME|PATH,…]
//     [--methods policy,anneal,…] [--cases TEXT,…] [--workers 2] [--json]
//
// Both checkouts must be built. --cache keeps the results of the baseline, so that later runs only run this checkout.
// --blocks replaces the blocks that every method places, --methods leaves only the cases of these methods, --cases only
// those whose name contains one of the texts. --json prints one line of JSON; the table then goes to standard error.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { SHARED } from "../test/support/shared-data.js";
import { contentOf, firstDifference, sha256 } from "./compared-files.js";
import { runMeasured } from "./measured-process.js";
import { allCases, BLOCKS, type Case } from "./same-bytes-cases.js";

/** Settings whose names have changed. The cases use the old names; a checkout that knows the new ones gets those. */
const NEW_SETTINGS: Readonly<Record<string, string>> = {
  group: "groupSize",
  creditWeight: "counterfactualWeight",
  lambda: "experimental.lambda",
  shaping: "experimental.shaping",
  "network.planes": "experimental.network.planes",
  "network.spectral": "experimental.network.spectral",
  cycle: "sweepsPerRestart",
  stretches: "rounds",
  planWeight: "targetWeight",
};
const NEW_FLAGS: Readonly<Record<string, string>> = { "--teach": "--demonstrations" };

/** Exit codes of a command that has written its result; `place` ends with 3 if that is not legal. */
const FINISHED = [0, 3];

interface Outcome {
  readonly code: number | null;
  /** Processor time, s. */
  readonly seconds: number;
  /** Last line of standard error of a command that failed. */
  readonly error?: string;
}

interface Row {
  readonly case: string;
  readonly equal: boolean;
  readonly base: Outcome;
  readonly own: Outcome;
  readonly files: readonly FileRow[];
}

interface FileRow {
  readonly file: string;
  readonly equal: boolean;
  readonly base: string | undefined;
  readonly own: string | undefined;
  /** Where two files begin to differ. */
  readonly difference?: string;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cache: { type: "string" },
    out: { type: "string", default: "runs/same-bytes" },
    blocks: { type: "string" },
    methods: { type: "string" },
    cases: { type: "string" },
    workers: { type: "string", default: "2" },
    json: { type: "boolean", default: false },
  },
});
const [baseCheckout] = positionals;
if (baseCheckout === undefined) {
  console.error("usage: node dist/benchmarks/same-bytes.js BASE_CHECKOUT [--cache FOLDER] [--json]");
  process.exit(1);
}
const OWN = {
  checkout: fileURLToPath(new URL("../..", import.meta.url)),
  folder: resolve(values.out, "own"),
};
const BASE = { checkout: resolve(baseCheckout), folder: resolve(values.cache ?? join(values.out, "base")) };
for (const { checkout } of [OWN, BASE])
  if (!existsSync(join(checkout, "dist/cli/main.js"))) {
    console.error(`${checkout}: has no dist/cli/main.js; build it with npm run build`);
    process.exit(1);
  }

const CASES = allCases(
  (values.blocks?.split(",") ?? Object.keys(BLOCKS)).map((block) =>
    block in BLOCKS ? block : resolve(block),
  ),
);
const byName = (name: string) => CASES.find((one) => one.name === name)!;

/** Names of cases whose folders the arguments of a case lie in. */
function dependenciesOf({ commands, begins }: Case): string[] {
  const named = commands.flat().flatMap((arg) => {
    const path = /^@(?:base\/)?(.*)$/.exec(arg)?.[1];
    return CASES.filter(({ name }) => path !== undefined && within(name, path)).map(({ name }) => name);
  });
  return [...new Set([...named, ...(begins ? [begins] : [])])];
}

/** Whether a path is a case's folder, in it, or above it. */
function within(name: string, path: string): boolean {
  return path === name || path.startsWith(`${name}/`) || name.startsWith(`${path}/`);
}

/** What is asked for, and those without whose output it cannot run. */
function selectCases(): { chosen: Case[]; needed: Set<string> } {
  const methods = values.methods?.split(",");
  const texts = values.cases?.split(",");
  const chosen = CASES.filter(
    ({ name, method }) =>
      (!methods || (method !== undefined && methods.includes(method))) &&
      (!texts || texts.some((text) => name.includes(text))),
  );
  const needed = new Set(chosen.map(({ name }) => name));
  for (const name of needed) for (const other of dependenciesOf(byName(name))) needed.add(other);
  return { chosen, needed };
}

/** An argument with the folders that it begins with filled in. */
function filledIn(arg: string, folder: string, name: string): string {
  const [first, rest] = [/^@\w*/.exec(arg)?.[0], arg.replace(/^@\w*/, "")];
  if (first === undefined) return arg;
  if (first === "@out") return join(folder, name) + rest;
  if (first === "@shared") return resolve(SHARED) + rest;
  if (first === "@base") return BASE.folder + rest;
  return join(folder, arg.slice(1));
}

/** Arguments with the names of today. */
function withNewNames(args: readonly string[]): string[] {
  return args.map((arg, i) => {
    if (args[i - 1] !== "--set") return NEW_FLAGS[arg] ?? arg;
    const [name, value] = arg.split("=") as [string, string];
    return `${NEW_SETTINGS[name] ?? name}=${value}`;
  });
}

function ashlar(checkout: string, args: readonly string[]) {
  return runMeasured(join(checkout, "dist/cli/main.js"), args);
}

/** Runs the commands of a case in a fresh folder. Options are refused before anything is written, so old names follow. */
function runCase(one: Case, { checkout, folder }: typeof OWN): Outcome {
  const out = join(folder, one.name);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  if (one.begins) cpSync(join(BASE.folder, one.begins), out, { recursive: true });
  let code: number | null = 0;
  let seconds = 0;
  for (const command of one.commands) {
    const seeded = command[0] === "generate" || command[0] === "convert" ? [] : ["--seed", "1"];
    const threads = seeded.length > 0 ? ["--workers", values.workers, "--quiet"] : [];
    const args = [...command, ...seeded, ...threads].map((arg) => filledIn(arg, folder, one.name));
    const renamed = withNewNames(args);
    let ended = ashlar(checkout, renamed);
    if (ended.code === 1 && renamed.join() !== args.join()) ended = ashlar(checkout, args);
    code = ended.code;
    seconds += ended.seconds;
    if (FINISHED.includes(code ?? -1)) continue;
    const error = ended.stderr.trim().split("\n").at(-1) ?? "";
    return { code, seconds, error };
  }
  return { code, seconds };
}

/** The baseline's outcome, from the cache if the same commands of the same build are there. */
function baseOutcome(one: Case): Outcome {
  const record = join(BASE.folder, "outcomes", `${one.name}.json`);
  const key = keyOf(one);
  if (existsSync(record)) {
    const known = JSON.parse(readFileSync(record, "utf8")) as { key: string; outcome: Outcome };
    if (known.key === key) return known.outcome;
  }
  rmSync(record, { force: true });
  const outcome = runCase(one, BASE);
  mkdirSync(dirname(record), { recursive: true });
  writeFileSync(record, JSON.stringify({ key, outcome }));
  return outcome;
}

const keys = new Map<string, string>();

/** What the baseline's result of a case depends on: its build, the commands, and those of the cases that it reads. */
function keyOf(one: Case): string {
  const known = keys.get(one.name);
  if (known) return known;
  const others = dependenciesOf(one).map((name) => keyOf(byName(name)));
  const key = sha256(JSON.stringify([baseBuild, one.commands, one.begins, others]));
  keys.set(one.name, key);
  return key;
}

/** A digest of the code that is run, without tests and benchmarks. */
function buildOf(checkout: string): string {
  const dist = join(checkout, "dist");
  const hash = createHash("sha256");
  for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" }).sort())
    if (/\.(js|wasm|safetensors)$/.test(name) && !/^(test|benchmarks)\//.test(name))
      hash.update(`${name}\n`).update(readFileSync(join(dist, name)));
  return hash.digest("hex");
}

function compareFile(one: Case, file: string): FileRow {
  const base = contentOf(join(BASE.folder, one.name, file));
  const own = contentOf(join(OWN.folder, one.name, file));
  const equal = base !== undefined && own !== undefined && base.equals(own);
  return {
    file,
    equal,
    base: base && sha256(base),
    own: own && sha256(own),
    ...(base && own && !equal && { difference: firstDifference(file, base, own) }),
  };
}

function compareCase(one: Case, base: Outcome): Row {
  const own = runCase(one, OWN);
  const files = one.files.map((file) => compareFile(one, file));
  const finished = base.error === undefined && own.error === undefined && base.code === own.code;
  return { case: one.name, equal: finished && files.every(({ equal }) => equal), base, own, files };
}

function describe({ case: name, equal, base, own, files }: Row): string {
  const times = `${base.seconds.toFixed(1).padStart(6)} ${own.seconds.toFixed(1).padStart(6)}`;
  const lines = [`${name.padEnd(36)} ${times}  ${equal ? `equal, ${files.length} files` : "DIFFERS"}`];
  for (const [side, { error }] of Object.entries({ baseline: base, here: own }))
    if (error !== undefined) lines.push(`    fails, ${side}: ${error}`);
  if (base.error === undefined && own.error === undefined && base.code !== own.code)
    lines.push(`    exit code ${base.code} in the baseline, ${own.code} here`);
  for (const file of files) {
    if (file.equal) continue;
    const missing = file.base === undefined ? "missing in the baseline" : "missing here";
    lines.push(`    ${file.file}: ${file.difference ?? missing}`);
  }
  return lines.join("\n");
}

const say = (line: string) =>
  values.json ? process.stderr.write(`${line}\n`) : process.stdout.write(`${line}\n`);
const baseBuild = buildOf(BASE.checkout);
const { chosen, needed } = selectCases();
const rows: Row[] = [];
say(`${"case".padEnd(36)} ${"base s".padStart(6)} ${"own s".padStart(6)}`);
for (const one of CASES.filter(({ name }) => needed.has(name))) {
  const row = compareCase(one, baseOutcome(one));
  if (!chosen.includes(one)) continue;
  rows.push(row);
  say(describe(row));
}
const differing = rows.filter(({ equal }) => !equal).map((row) => row.case);
const seconds = rows.reduce((sum, { own }) => sum + own.seconds, 0);
say(
  `${rows.length - differing.length} of ${rows.length} cases are equal; this checkout took ${seconds.toFixed(0)} s of processor time`,
);
if (values.json)
  process.stdout.write(`${JSON.stringify({ base: BASE.checkout, own: OWN.checkout, differing, rows })}\n`);
if (rows.length === 0 || differing.length > 0) process.exitCode = 1;
