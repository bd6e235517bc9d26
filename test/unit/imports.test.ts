// The house has floors: imports run down only. And randomness comes from seeds, not from the system.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";

/** What each folder may import from, besides itself and packages. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  kernels: [],
  netlist: [],
  env: ["kernels", "netlist"],
  placer: ["kernels", "netlist", "env"],
  policy: ["kernels", "netlist", "env", "placer"],
  viz: ["netlist"],
  flow: ["kernels", "netlist", "env", "placer", "policy", "viz"],
  cli: ["netlist", "flow"],
};

interface SourceFile {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
}

function sources(): SourceFile[] {
  return Object.keys(MAY_IMPORT).flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.includes("assembly") && !name.includes("generated"))
      .map((name) => join(folder, name))
      .map((path) => ({ path, folder, text: readFileSync(path, "utf8") })),
  );
}

test("imports run down the floors only", () => {
  const wrong: string[] = [];
  for (const { path, folder, text } of sources())
    for (const match of text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)) {
      const target = relative(".", resolve(dirname(path), match[1]!)).split("/")[0]!;
      if (target !== folder && !MAY_IMPORT[folder]!.includes(target))
        wrong.push(`${path} imports ${match[1]}`);
    }
  assert.deepEqual(wrong, []);
});

test("no file draws unseeded random numbers or reads the calendar", () => {
  const wrong = sources()
    .filter(({ text }) => /Math\.random|Date\.now|new Date\(/.test(text))
    .map(({ path }) => path);
  assert.deepEqual(wrong, []);
});

test("only the command line reads arguments or ends the process", () => {
  const wrong = sources()
    .filter(({ folder, text }) => folder !== "cli" && /process\.(argv|exit\b|exitCode)/.test(text))
    .map(({ path }) => path);
  assert.deepEqual(wrong, []);
});
