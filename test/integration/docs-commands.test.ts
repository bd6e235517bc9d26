// Every command and program that the documentation quotes is run here, or at least read: a page whose commands no
// longer work fails. Budgets are shortened, see `shorten`; everything else runs as it is written.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromiumPath } from "../support/browser.js";
import { commandsOf, documentationPages, type Fence, readFences } from "../support/doc-fences.js";
import { sharedPath } from "../support/shared-data.js";
import { makeFolder } from "../support/temp-folder.js";

const MAIN = fileURLToPath(new URL("../../cli/main.js", import.meta.url));
/** Parts of the repository that commands name; each page has its own copy beside its runs. */
const PARTS = ["examples", "benchmarks/sets"];
/** Where `<!-- needs: NAME -->` finds real netlists. */
const BENCHMARKS = sharedPath("benchmarks/tilos");

const pages = documentationPages().map((page) => ({ page, fences: readFences(page) }));

const BUDGET = "--budget 300ms";
/** Commands that leave their budget to the default. */
const DEFAULT_BUDGET = /^(place|train|pretrain|compare|demo) (?!.*--(budget|iterations|reward-model)\b)/;

/** The same command with next to no time. CONTRIBUTING.md tells writers what is shortened. */
function shorten(args: string): string {
  return (DEFAULT_BUDGET.test(args) ? `${args} ${BUDGET}` : args)
    .replace(/--budget \S+/, BUDGET)
    .replace(/--iterations (\d+)/, (_, count) => `--iterations ${Math.min(Number(count), 2)}`)
    .replace(/--seeds (\d+)\S*/, "--seeds $1")
    .replace(/--placements \d+/, "--placements 100")
    .replace(
      /^pretrain .*/,
      (line) => `${line} ${/--reward-model/.test(line) ? "--epochs 1" : "--samples 2"}`,
    );
}

/** A command as the shell takes it: `npx ashlar` is the one that was built here. */
function shellCommand(command: string): string {
  return command.replace(
    /\bnpx ashlar ([^|>&]*)/g,
    (_, args: string) => `"${process.execPath}" "${MAIN}" ${shorten(args)}`,
  );
}

/** A program as the shell takes it. */
function shellProgram(text: string, folder: string): string {
  writeFileSync(join(folder, "page.js"), text);
  return `"${process.execPath}" page.js`;
}

/** Writes a file that a page shows; one that is part of the repository must be the same there. */
function writeShownFile({ text, file }: Fence, folder: string, where: string): void {
  const path = join(folder, file!);
  if (existsSync(path)) assert.equal(readFileSync(path, "utf8").trim(), text.trim(), where);
  else writeFileSync(path, `${text}\n`);
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a command to its end; of a viewer that serves, until it has answered once. */
async function run(command: string, cwd: string): Promise<Ended> {
  const serves = /^npx ashlar view (?!.*--(svg|png|html) )/.test(command);
  const child = spawn("sh", ["-ec", serves ? `exec ${shellCommand(command)}` : shellCommand(command)], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let answered: Promise<unknown> | undefined;
  const listen = (text: string) => {
    output += text;
    const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(output) ?? [];
    if (serves && address)
      answered ??= fetch(`${address}/api/session`)
        .then(({ status }) => assert.equal(status, 200, command))
        .finally(() => child.kill());
  };
  child.stdout.setEncoding("utf8").on("data", listen);
  child.stderr.setEncoding("utf8").on("data", listen);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  await answered;
  return { code: serves && answered ? 0 : code, output };
}

/** The page's own folder, with the parts of the repository and the netlists that its commands name. */
function makePageFolder(fences: readonly Fence[]): string {
  const folder = makeFolder();
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(resolve("."), join(folder, "node_modules/ashlar"), "dir");
  writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
  for (const part of PARTS) cpSync(part, join(folder, part), { recursive: true });
  for (const name of new Set(fences.flatMap(({ needs }) => needs)))
    if (existsSync(join(BENCHMARKS, name)))
      cpSync(join(BENCHMARKS, name), join(folder, name), { recursive: true });
  return folder;
}

describe("commands in the documentation", { concurrency: 2, timeout: 900_000 }, () => {
  // Before any page makes its folder: unpacking the browser changes TMPDIR for a while.
  before(async () => {
    process.env.CHROMIUM = await chromiumPath();
  });
  for (const { page, fences } of pages.filter(({ fences }) => fences.some(isRun)))
    test(`${page} works as written`, async (t) => {
      const folder = makePageFolder(fences);
      let printed = "";
      let skipped = false;
      for (const fence of fences) {
        const where = `${page}:${fence.line}`;
        if (fence.file !== undefined) writeShownFile(fence, folder, where);
        else if (isRun(fence)) {
          skipped = fence.needs.some((name) => !existsSync(join(folder, name)));
          if (skipped) t.diagnostic(`${where}: left out, ${fence.needs.join(" ")} is not at hand`);
          printed = "";
          const isProgram = fence.language === "js";
          const commands = isProgram ? [shellProgram(fence.text, folder)] : commandsOf(fence.text);
          for (const command of skipped ? [] : commands) {
            const { code, output } = await run(command, folder);
            assert.equal(code, 0, `${where}: ${command}\n${output}`);
            printed += output;
          }
          for (const file of skipped ? [] : fence.writes)
            assert.ok(statSync(join(folder, file)).size > 0, `${where}: ${file}`);
        }
        if (fence.prints && !skipped) assertPrinted(where, fence.text, printed);
      }
    });
});

test("programs in Python parse", (t) => {
  const parse = "import ast, sys; ast.parse(sys.stdin.read())";
  if (spawnSync("python3", ["-c", "pass"]).status !== 0) return t.skip("there is no python3");
  const programs = pages.flatMap(({ fences }) => fences.filter(({ language }) => language === "python"));
  assert.ok(programs.length > 0);
  for (const { page, line, text } of programs) {
    const { status, stderr } = spawnSync("python3", ["-c", parse], { input: text, encoding: "utf8" });
    assert.equal(status, 0, `${page}:${line}: ${stderr}`);
  }
});

function isRun({ language, text, file }: Fence): boolean {
  return language === "sh" || (language === "js" && file === undefined && text.includes('from "ashlar'));
}

/** The lines of a page's output, in this order; `…` stands for lines that are left out. */
function assertPrinted(where: string, text: string, printed: string): void {
  let from = 0;
  for (const line of text.split("\n").map((line) => line.trim())) {
    if (line === "…" || line === "") continue;
    const at = printed.indexOf(line, from);
    assert.ok(at >= 0, `${where}: '${line}' was not printed in this place:\n${printed}`);
    from = at + line.length;
  }
}

/** Every `ashlar COMMAND …` that is quoted but perhaps not run: in running text and in these blocks. */
function invocations(page: string, fences: readonly Fence[]): string[] {
  const inline = readFileSync(page, "utf8")
    .replace(/```[\s\S]*?```/g, "")
    .matchAll(/`(?:npx )?(ashlar [a-z]+ [^`]*)`/g);
  const blocks = fences
    .filter(({ language, needs }) => language === "console" || needs.length > 0)
    .flatMap(({ text }) => commandsOf(text))
    .flatMap((command) => [...command.matchAll(/\b(ashlar [a-z]+ [^|>&]*)/g)]);
  return [...inline, ...blocks].map((match) => match[1]!);
}

const helpOf = new Map<string, string>();
function help(command: string): string {
  let text = helpOf.get(command);
  if (text === undefined) {
    text = spawnSync(process.execPath, [MAIN, "help", command], { encoding: "utf8" }).stdout;
    helpOf.set(command, text);
  }
  return text;
}

test("the pages that show how to do things have commands that are run", () => {
  const shown = [
    "README.md",
    "docs/tutorial.md",
    "docs/which-method.md",
    "docs/formats.md",
    "docs/lefdef.md",
  ];
  for (const name of shown) {
    const fences = pages.find(({ page }) => page === name)!.fences;
    const commands = fences
      .filter(({ language }) => language === "sh")
      .flatMap(({ text }) => commandsOf(text));
    assert.ok(commands.filter((command) => command.startsWith("npx ashlar ")).length >= 3, name);
  }
});

/** Records of the past quote commands as they were given. */
const RECORDS = /^docs\/(results\.md|decisions\/)/;

test("commands that are quoted but not run have options that exist", () => {
  for (const { page, fences } of pages.filter(({ page }) => !RECORDS.test(page)))
    for (const invocation of invocations(page, fences)) {
      const [, command, ...words] = invocation.split(/\s+/);
      assert.match(help(command!), /^Usage: ashlar /, `${page}: ${invocation}`);
      for (const word of words.filter((word) => word.startsWith("--")))
        assert.match(help(command!), new RegExp(`^ +(-\\w, )?${word}\\b`, "m"), `${page}: ${invocation}`);
    }
});

test("scripts and programs that pages name exist", () => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
  for (const { page } of pages) {
    const text = readFileSync(page, "utf8");
    for (const [, script] of text.matchAll(/\bnpm run (?:-s )?([\w:]+)/g))
      assert.ok(script! in scripts, `${page} names the script '${script}'`);
    for (const [, path] of text.matchAll(/\bnode dist\/([\w./-]+)\.js/g))
      assert.ok(existsSync(`${path}.ts`), `${page} names dist/${path}.js`);
  }
});

test("the example design is what its script writes", () => {
  const folder = makeFolder();
  const { status, stderr } = spawnSync(process.execPath, [
    resolve("examples/design/make-design.mjs"),
    folder,
  ]);
  assert.equal(status, 0, stderr.toString());
  for (const file of ["tech.lef", "cells.lef", "tile.def"])
    assert.equal(
      readFileSync(join(folder, file), "utf8"),
      readFileSync(join("examples/design", file), "utf8"),
      file,
    );
});
