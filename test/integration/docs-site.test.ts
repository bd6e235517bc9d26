// The documentation's site: it builds without a warning, and every link within it leads somewhere.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { before, test } from "node:test";
import { makeFolder } from "../support/temp-folder.js";

const site = makeFolder();
let html: readonly string[] = [];

before(() => {
  const build = ["docs/site/build.mjs", "--out", site];
  const { status, stdout, stderr } = spawnSync(process.execPath, build, { encoding: "utf8" });
  assert.equal(status, 0, stdout + stderr);
  html = readdirSync(site, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".html"));
});

const textOf = (path: string) => readFileSync(join(site, path), "utf8");
const idsOf = (text: string) => new Set([...text.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]!));

test("the site has a page for README, for every page of docs/ and for the names of the library", () => {
  const pages = readdirSync("docs", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md") && !name.startsWith("site"))
    .map((name) => join("docs", name));
  for (const page of [...pages, "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]) {
    const path = page.replace(/\.md$/, ".html");
    assert.ok(html.includes(path), path);
    const heading = /^# (.+)$/m.exec(readFileSync(page, "utf8"))![1]!;
    const title = /<title>(.+) \| Ashlar/
      .exec(textOf(path))![1]!
      .replaceAll("&#39;", "'")
      .replaceAll("&amp;", "&");
    assert.equal(title, heading, path);
  }
  for (const [, heading] of readFileSync("README.md", "utf8").matchAll(/^## (.+)$/gm))
    assert.match(textOf("index.html"), new RegExp(`<h2 id="[^"]+"[^>]*>${heading}<`));
  assert.match(textOf("functions/Library.place.html"), /<title>place \| Ashlar/);
});

test("every link within the site leads to a file, and to a place in it", () => {
  const ids = new Map(html.map((path) => [path, idsOf(textOf(path))]));
  let links = 0;
  let anchors = 0;
  const broken: string[] = [];
  for (const page of html)
    for (const [, address] of textOf(page).matchAll(/\s(?:href|src)="([^"]+)"/g)) {
      if (/^[a-z]+:/.test(address!)) continue;
      const [path, anchor] = decodeURI(address!.replaceAll("&amp;", "&")).split("#");
      const target = path === "" ? page : relative(site, resolve(site, dirname(page), path!.split("?")[0]!));
      links++;
      if (!existsSync(join(site, target)) || !statSync(join(site, target)).isFile())
        broken.push(`${page}: ${address}`);
      else if (anchor && target.endsWith(".html")) {
        anchors++;
        if (!ids.get(target)!.has(anchor)) broken.push(`${page}: ${address}`);
      }
    }
  assert.deepEqual(broken, []);
  assert.ok(links > 500, `${links} links`);
  assert.ok(anchors > 100, `${anchors} anchors`);
});
