// Runs the compiled tests: `node scripts/test.mjs [--timeout MILLISECONDS] [FOLDER or FILE below dist/test …]`.
// Node 20 expands no patterns and later versions run no folders, so every file is named. Each runs in its own process.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  // Node.js applies it to each test and to each file as a whole. Files that start a few hundred processes take a minute, and
  // several on a machine that is busy with other work.
  options: { timeout: { type: "string", default: "900000" } },
});

const wanted = (positionals.length > 0 ? positionals : ["."]).map((name) => join("dist/test", name));
const missing = wanted.find((path) => !existsSync(path));
if (missing !== undefined) {
  console.error(`${missing} is not there; build first: npm run -s build`);
  process.exit(1);
}

const files = wanted.flatMap((path) =>
  statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".test.js"))
        .map((name) => join(path, name))
    : [path],
);
if (files.length === 0) {
  console.error(`no *.test.js in ${wanted.join(", ")}`);
  process.exit(1);
}

// Node leaves one core free, which is half of a machine of two. Node below 20.10 does not know the option.
const cores = availableParallelism();
const [major, minor] = process.versions.node.split(".").map(Number);
const knowsConcurrency = major > 20 || (major === 20 && minor >= 10);
// This reporter repeats every failure at the end, where a log that was cut still has it. NODE_OPTIONS may name another.
const reporter = process.env.NODE_OPTIONS?.includes("--test-reporter") ? [] : ["--test-reporter=spec"];
const runner = spawn(
  process.execPath,
  [
    "--test",
    `--test-timeout=${values.timeout}`,
    ...reporter,
    ...(knowsConcurrency ? [`--test-concurrency=${Math.max(Math.min(2, cores), cores - 1)}`] : []),
    ...[...new Set(files)].sort(),
  ],
  { stdio: "inherit" },
);
// Ctrl-C reaches the runner by itself; a signal to this process alone is passed on.
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => runner.kill(signal));
process.on("SIGINT", () => {});
runner.on("close", (code) => {
  process.exitCode = code ?? 1;
});
