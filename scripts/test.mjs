// Runs the compiled tests: `node scripts/test.mjs [--timeout MILLISECONDS] [--again FILES] [FOLDER or FILE below dist/test …]`.
// Node 20 expands no patterns and later versions run no folders, so every file is named. Each runs in its own process.
// With --again, up to so many files that failed are run once more, alone, if all of them start browsers, servers or processes,
// whose time the machine shares out. A test that fails by its own fault fails again; one that passes is named in the last lines.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  // Node.js applies it to each test and to each file as a whole. Files that start a few hundred processes take a minute, and
  // several on a machine that is busy with other work.
  options: { timeout: { type: "string", default: "900000" }, again: { type: "string", default: "0" } },
});
/** Folders whose tests start other processes. */
const TIMED = /^dist.test.(browser|cli|integration)\b/;

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
const FAILED_FILES = fileURLToPath(new URL("failed-files.mjs", import.meta.url));
const list = join(mkdtempSync(join(tmpdir(), "ashlar-tests-")), "failed.txt");

const code = await run([...new Set(files)].sort(), Math.max(Math.min(2, cores), cores - 1));
const failed = code === 0 ? [] : failedFiles();
if (failed.length > 0 && failed.length <= Number(values.again) && failed.every((file) => TIMED.test(file))) {
  console.log(`\nFailed beside other tests, run once more alone: ${failed.join(", ")}\n`);
  process.exitCode = await run(failed, 1);
  if (process.exitCode === 0)
    console.log(
      `\nwarning: passed only when run again: ${failed.join(", ")}; find out why they failed above`,
    );
} else process.exitCode = code;
rmSync(join(list, ".."), { recursive: true, force: true });

/** Runs test files, so many at once; gives the exit status. */
function run(names, concurrency) {
  const runner = spawn(
    process.execPath,
    [
      "--test",
      `--test-timeout=${values.timeout}`,
      ...reporters(),
      ...(knowsConcurrency ? [`--test-concurrency=${concurrency}`] : []),
      ...names,
    ],
    { stdio: "inherit" },
  );
  // Ctrl-C reaches the runner by itself; a signal to this process alone is passed on.
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => runner.kill(signal));
  process.on("SIGINT", () => {});
  return new Promise((done) => runner.on("close", (status) => done(status ?? 1)));
}

/** The spec reporter repeats every failure at the end, where a log that was cut still has it. NODE_OPTIONS may name another. */
function reporters() {
  const named = process.env.NODE_OPTIONS?.includes("--test-reporter") ? [] : ["--test-reporter=spec"];
  const own = [`--test-reporter=${FAILED_FILES}`, `--test-reporter-destination=${list}`];
  return [...named, "--test-reporter-destination=stdout", ...own];
}

/** The files with a test that failed, below this folder. */
function failedFiles() {
  if (!existsSync(list)) return [];
  const lines = readFileSync(list, "utf8").split("\n").filter(Boolean);
  return [...new Set(lines.map((file) => relative("", resolve(file))))].sort();
}
