// Scripts: they run on every system, and say what is missing in one line.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { makeFolder } from "../support/temp-folder.js";

const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };

/** Where a clone's scripts are, and nothing else. */
function cloneWithoutBuild(): string {
  const folder = makeFolder();
  cpSync("scripts", join(folder, "scripts"), { recursive: true });
  return folder;
}

function run(cwd: string, ...args: readonly string[]) {
  // The runner of this test marks its children; the one started here must not take itself for such a child.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const reporter = { NODE_OPTIONS: "--test-reporter=tap" };
  return spawnSync(process.execPath, args, { cwd, env: { ...env, ...reporter }, encoding: "utf8" });
}

test("scripts need no shell: programs of npm and Node.js alone, joined by &&", () => {
  for (const [name, script] of Object.entries(scripts)) {
    assert.doesNotMatch(script, /[$|;<>`'*]|(?<!&)&(?!&)/, name);
    for (const command of script.split("&&"))
      assert.match(command.trim(), /^(node|npm run|tsc|asc|biome) /, `${name}: ${command}`);
  }
});

test("the command line before a build says in one line what to run", () => {
  const { status, stdout, stderr } = run(cloneWithoutBuild(), "scripts/ashlar.mjs", "--help");
  assert.equal(status, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /^ashlar: not built yet; run `npm ci` once .*\n$/);
});

test("a build leaves the command executable, so that npx runs it", {
  skip: process.platform === "win32",
}, () => {
  const { bin } = JSON.parse(readFileSync("package.json", "utf8")) as { bin: Record<string, string> };
  for (const file of Object.values(bin)) assert.equal(statSync(file).mode & 0o111, 0o111, file);
});

test("the test runner says so too, and refuses a folder without tests", () => {
  const folder = cloneWithoutBuild();
  assert.match(run(folder, "scripts/test.mjs").stderr, /^dist.test is not there; build first/);
  mkdirSync(join(folder, "dist/test/unit"), { recursive: true });
  const { status, stderr } = run(folder, "scripts/test.mjs", "unit");
  assert.equal(status, 1);
  assert.match(stderr, /^no \*\.test\.js in/);
});

test("every test file runs once in a process of its own, in order; a failure and a timeout fail the run", () => {
  const folder = cloneWithoutBuild();
  const write = (name: string, body: string) => {
    mkdirSync(join(folder, "dist/test", name, ".."), { recursive: true });
    writeFileSync(join(folder, "dist/test", name), `require("node:test").test("${name}", ${body});\n`);
  };
  write("b.test.js", "() => {}");
  write("a/z.test.js", "() => {}");
  write("a/helper.js", "() => { throw new Error() }");
  const good = run(folder, "scripts/test.mjs", ".", "a");
  assert.equal(good.status, 0, good.stderr);
  assert.deepEqual(good.stdout.match(/^# Subtest: [\w/]+\.test\.js$/gm), [
    "# Subtest: a/z.test.js",
    "# Subtest: b.test.js",
  ]);
  assert.match(good.stdout, /^# pass 2\n# fail 0$/m);

  write("c.test.js", "() => { throw new Error('no') }");
  const bad = run(folder, "scripts/test.mjs");
  assert.equal(bad.status, 1);
  assert.match(bad.stdout, /^# pass 2\n# fail 1$/m);

  write("c.test.js", "() => new Promise((resolve) => setTimeout(resolve, 5_000))");
  const stuck = run(folder, "scripts/test.mjs", "--timeout", "500", "c.test.js");
  assert.equal(stuck.status, 1);
  assert.match(stuck.stdout, /timed out after 500ms/);
});

test("the lint of the kernels reads AssemblyScript, with lines as in the file", () => {
  const folder = makeFolder();
  cpSync("biome.json", join(folder, "biome.json"));
  mkdirSync(join(folder, "kernels/assembly/slice"), { recursive: true });
  const lint = (body: string) => {
    const text = `// @ts-ignore: decorator\n@inline\nexport function f(x: f64): bool {\n${body}\n}\n`;
    writeFileSync(join(folder, "kernels/assembly/slice/f.ts"), text);
    return run(folder, resolve("scripts/lint-kernels.mjs"));
  };
  assert.equal(lint("  return x != x && <usize>x == 0;").status, 0);
  const { status, stderr } = lint("  const unused: i32 = 1;\n  return x < 0;");
  assert.equal(status, 1);
  assert.match(stderr, /kernels.assembly.slice.f\.ts:4:9 lint\/correctness\/noUnusedVariables/);
});
