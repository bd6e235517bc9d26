// Licences of the packages that the viewer's page contains: complete, served, and in the one-file page.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { view } from "../../../flow/index.js";
import { makeFolder } from "../../support/temp-folder.js";
import { serve, writeBlock } from "../../support/view-fixtures.js";

const notices = readFileSync("dist/viz/page/third-party.txt", "utf8");

/** The packages whose files esbuild takes into the page, found without the tool that writes the notices. */
async function bundledPackages(): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: ["viz/page/main.ts"],
    outdir: "unused",
    bundle: true,
    write: false,
    metafile: true,
    external: ["node:*"],
    logLevel: "silent",
  });
  const output = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  const names = output
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .flatMap(([path]) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(names)].sort();
}

test("every package in the page has its version and its whole licence in the notices", async () => {
  const packages = await bundledPackages();
  assert.ok(packages.includes("pixi.js") && packages.includes("uplot"));
  for (const name of packages) {
    const { version } = JSON.parse(readFileSync(join("node_modules", name, "package.json"), "utf8"));
    const at = notices.indexOf(`\n${name} ${version} (`);
    assert.ok(at >= 0, `${name} ${version} is missing`);
    const text = notices.slice(at).split("-".repeat(78))[0]!;
    assert.ok(text.length > 400 && /copyright/i.test(text), `${name}: ${text}`);
  }
});

test("the notices are served with the page, and a page in one file contains them", async () => {
  const block = await writeBlock();
  const server = await serve(block);
  try {
    const response = await fetch(`http://127.0.0.1:${server.port}/third-party.txt`);
    assert.equal(await response.text(), notices);
  } finally {
    await server.close();
  }
  const html = join(makeFolder(), "page.html");
  await view([block], { html });
  assert.match(
    readFileSync(html, "utf8"),
    /pixi\.js \d+\.\d+\.\d+ \(MIT\)[\s\S]*Permission is hereby granted/,
  );
});
