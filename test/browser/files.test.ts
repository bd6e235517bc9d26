// What `view` leaves as files: the one-file page opened from disk, the screenshot, the picture.
import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { PNG } from "pngjs";
import type { Costs } from "../../env/index.js";
import { chromiumPath, launchBrowser, openPage, query } from "../support/browser.js";
import { runCli, runJson } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";
import { writeBlock, writeRun } from "../support/view-fixtures.js";

let browser: Browser;
let blockPath = "";
let run = "";

before(async () => {
  browser = await launchBrowser();
  blockPath = await writeBlock();
  run = await writeRun(blockPath, "policy", 2);
});
after(() => browser.close());

test("the one-file page opens from disk, asks the network for nothing, and judges exactly", async () => {
  const file = join(makeFolder(), "run.html");
  const { code, stderr } = runCli("view", run, "--html", file);
  assert.equal(code, 0, stderr);
  const context = await browser.newContext({ locale: "en-US" });
  const asked: string[] = [];
  context.on("request", (request) => asked.push(request.url()));
  const { page, errors } = await openPage(context, pathToFileURL(file).href);
  const recorded = runJson("eval", blockPath, "--placement", join(run, "best.plc"), "--json");
  const shown = await query(page);
  assert.equal((shown.costs as Costs).proxyCost, recorded.proxy_cost);
  await page.keyboard.press("n");
  await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("Shift+ArrowUp");
  assert.notEqual(((await query(page)).costs as Costs).proxyCost, recorded.proxy_cost);
  await page.selectOption("#map", "probabilities");
  assert.equal((await query(page)).map, "probabilities");
  const outside = asked.filter((address) => !/^(file|data|blob):/.test(address));
  assert.deepEqual(outside, []);
  assert.deepEqual(errors, []);
  await context.close();
});

test("a name that looks like markup stays a name", async () => {
  const folder = makeFolder();
  const [copy, file] = [join(folder, "run"), join(folder, "run.html")];
  cpSync(run, copy, { recursive: true });
  const name = "</script><script>document.title = 'taken over'</script><!--<script>";
  const summary = JSON.parse(readFileSync(join(copy, "summary.json"), "utf8"));
  writeFileSync(join(copy, "summary.json"), JSON.stringify({ ...summary, block: name }));
  runCli("view", copy, "--html", file);
  const html = readFileSync(file, "utf8");
  assert.equal(html.match(/<\/script>/g)?.length, 2);
  const { page, errors } = await openPage(browser, pathToFileURL(file).href);
  assert.equal(await page.evaluate(() => window.ashlarReport?.session.summary.block), name);
  assert.equal(await page.title(), "block · Ashlar");
  assert.deepEqual(errors, []);
  await page.close();
});

test("--png takes a picture of the page, --svg draws one", async () => {
  process.env.CHROMIUM = await chromiumPath();
  const folder = makeFolder();
  const [png, svg] = [join(folder, "run.png"), join(folder, "run.svg")];
  const { code, stdout, stderr } = runCli("view", run, "--png", png, "--svg", svg, "--theme", "dark");
  delete process.env.CHROMIUM;
  assert.equal(code, 0, stderr);
  assert.deepEqual(stdout.trim().split("\n").sort(), [png, svg]);
  const picture = PNG.sync.read(readFileSync(png));
  assert.deepEqual([picture.width, picture.height], [1600, 1000]);
  // The macros' dark blue, over the middle of the page: the placement is drawn, not only the panels.
  let blue = 0;
  for (let y = 60; y < 760; y++)
    for (let x = 250; x < 1300; x++) {
      const at = 4 * (y * picture.width + x);
      const [r, g, b] = picture.data.subarray(at, at + 3);
      if (Math.abs(r! - 0x2f) < 8 && Math.abs(g! - 0x63) < 8 && Math.abs(b! - 0x9f) < 8) blue++;
    }
  assert.ok(blue > 10_000, `${blue} pixels of macros`);
  assert.match(readFileSync(svg, "utf8"), /^<svg/);
});

test("without a browser --png says what to do", () => {
  const file = join(makeFolder(), "run.png");
  process.env.CHROMIUM = "/no/such/browser";
  const { code, stderr } = runCli("view", run, "--png", file);
  delete process.env.CHROMIUM;
  assert.equal(code, 1);
  assert.match(stderr, /^ashlar: CHROMIUM: '\/no\/such\/browser' cannot be started/);
  assert.ok(!existsSync(file));
});

test("the page with all that it loads weighs at most 330 kB, compressed", () => {
  const files = ["viz/page/index.html", "viz/page/bundle.js", "viz/page/bundle.css", "kernels/ashlar.wasm"];
  const bytes = files.map((file) => gzipSync(readFileSync(join("dist", file)), { level: 9 }).length);
  const total = bytes.reduce((sum, size) => sum + size, 0);
  assert.ok(total <= 330_000, `${total} bytes`);
  assert.ok(statSync("dist/viz/page/bundle.js").size > 100_000);
});
