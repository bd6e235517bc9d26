// Lints the AssemblyScript of the kernels with Biome. AssemblyScript puts decorators on functions, which TypeScript does
// not know and Biome refuses to parse. So this lints copies without them; lines and columns stay the same.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const SOURCES = "kernels/assembly";

/** The project's rules, except those that are wrong for AssemblyScript. */
const { linter } = JSON.parse(readFileSync("biome.json", "utf8"));
const { style, suspicious } = linter.rules;
const rules = {
  ...linter.rules,
  correctness: {
    noUnusedVariables: "error",
    noUnusedImports: "error",
    noVoidTypeReturn: "off", // `case KIND: return propose(state)` in a function without a result
  },
  style: { ...style, useImportType: "off" }, // there is no `import type`
  suspicious: {
    ...suspicious,
    noDoubleEquals: "off", // types are static: `==` converts nothing
    noGlobalIsFinite: "off", // `isFinite` is generic there, and `Number` has none
    noSelfCompare: "off", // the shortest test for NaN
    noTsIgnore: "off", // above decorators: editors read these files as TypeScript
  },
};
const config = {
  linter: { rules },
  formatter: { enabled: false },
  assist: { enabled: false },
};

const folder = mkdtempSync(join(tmpdir(), "ashlar-lint-"));
try {
  writeFileSync(join(folder, "biome.json"), JSON.stringify(config));
  for (const name of readdirSync(SOURCES, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts")) continue;
    const path = join(SOURCES, name);
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), readFileSync(path, "utf8").replaceAll(/^@\w+$/gm, ""));
  }
  const biome = createRequire(import.meta.url).resolve("@biomejs/biome/bin/biome");
  const options = ["lint", "--error-on-warnings", "--max-diagnostics=100", "."];
  const { status } = spawnSync(process.execPath, [biome, ...options], { cwd: folder, stdio: "inherit" });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
