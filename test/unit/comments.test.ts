// Comments name files that exist: by their path from the root, or files of the same folder by their name alone.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { test } from "node:test";

const SKIPPED = ["node_modules", "dist", "dist-docs", "runs"];

/** TypeScript, AssemblyScript and scripts. */
function sources(): string[] {
  return (
    readdirSync(".", { withFileTypes: true })
      .filter(({ name }) => !name.startsWith(".") && !SKIPPED.includes(name))
      .flatMap((entry) =>
        entry.isDirectory()
          ? readdirSync(entry.name, { recursive: true, encoding: "utf8" }).map((name) =>
              join(entry.name, name),
            )
          : [entry.name],
      )
      // This file has examples of what is missing.
      .filter((path) => /\.(ts|mjs)$/.test(path) && !path.endsWith("comments.test.ts"))
      .filter((path) => !path.split(sep).includes("node_modules"))
  );
}

function commentsIn(text: string): string[] {
  return text.match(/^\s*\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm) ?? [];
}

/** Files that a comment names. What runs in dist/ is named by its source; other .js files belong to users. */
function filesNamed(comment: string): string[] {
  const names = comment.match(/(?<![\w./*-])(?:[\w*.-]+\/)*[\w*-]+\.(?:ts|mjs|md|js)\b/g) ?? [];
  return names
    .filter((name) => !name.endsWith(".js") || name.startsWith("dist/"))
    .map((name) => name.replace(/^dist\/(.*)\.js$/, "$1.ts"));
}

function missingIn(path: string, text: string): string[] {
  return commentsIn(text)
    .flatMap(filesNamed)
    .filter((name) => !existsSync(name) && !existsSync(join(dirname(path), name)))
    .map((name) => `${path} names ${name}`);
}

test("every file that a comment names exists", () => {
  const all = sources();
  assert.ok(all.length > 300, `${all.length} files`);
  assert.ok(all.some((path) => path.startsWith(join("kernels", "assembly"))));
  const named = all.flatMap((path) => commentsIn(readFileSync(path, "utf8")).flatMap(filesNamed));
  assert.ok(named.length > 40, `${named.length} names`);
  assert.deepEqual(
    all.flatMap((path) => missingIn(path, readFileSync(path, "utf8"))),
    [],
  );
});

test("the pattern finds names in comments only, and what is missing", () => {
  const text = [
    'import { a } from "./gone.ts"; // see kernels/kernels.ts, docs/lost.md',
    "/** Run: node dist/benchmarks/moves.js BLOCK --method ./mine.js",
    " *  (record.ts, lost.ts, generated/kernel-types.ts) */",
    "// https://example.org/x/y.md and kernels/assembly/judge*.ts",
  ].join("\n");
  assert.deepEqual(missingIn("kernels/index.ts", text), [
    "kernels/index.ts names docs/lost.md",
    "kernels/index.ts names lost.ts",
    "kernels/index.ts names kernels/assembly/judge*.ts",
  ]);
});
