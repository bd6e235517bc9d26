// The page's address holds what one sees: it survives a reload, shows the same to somebody else, and can be gone back to.
import assert from "node:assert/strict";
import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import type { ViewServer } from "../../viz/index.js";
import { launchBrowser, openPage, query } from "../support/browser.js";
import { runCli } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";
import { serve, writeBlock, writeRun } from "../support/view-fixtures.js";

let browser: Browser;
let run = "";
let server: ViewServer;

before(async () => {
  browser = await launchBrowser();
  const blockPath = await writeBlock();
  run = await writeRun(blockPath, "policy", 3);
  server = await serve(run, await writeRun(blockPath, "random", 4));
});
after(async () => {
  await browser.close();
  await server.close();
});

/** What the page shows, without what differs between two pages that show the same. */
async function shown(page: Page): Promise<object> {
  const { frames, playing, connected, cameras, ...rest } = await query(page);
  const layers = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLInputElement>(".layer input")].map(({ id, checked }) => [id, checked]),
  );
  const range = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLInputElement>(".range input")].map(({ value }) => value),
  );
  const views = (cameras as Record<string, number>[]).map(({ x, y, scale }) =>
    [x!, y!, scale!].map((value) => value.toPrecision(5)),
  );
  return { ...rest, views, layers, range };
}

const ready = (page: Page) => page.waitForFunction(() => "ready" in document.body.dataset);

/** Asserts that a reload, and another browser that is given the address, show the same. */
async function assertKept(page: Page): Promise<void> {
  const before = await shown(page);
  await page.reload();
  await ready(page);
  assert.deepEqual(await shown(page), before);
  const other = await browser.newContext();
  const { page: opened, errors } = await openPage(other, page.url());
  assert.deepEqual(await shown(opened), before);
  assert.deepEqual(errors, []);
  await other.close();
}

test("placement, comparison, map with its range, selection, layers and view are kept", async () => {
  const { page, errors } = await openPage(browser, `${server.address}&theme=light`);
  await page.selectOption("#shown", "other-1");
  await page.selectOption("#compare", "initial");
  await page.selectOption("#map", "horizontal");
  await page.fill(".range input >> nth=1", "0.5");
  await page.keyboard.press("Tab");
  await page.uncheck("#show-ports");
  await page.uncheck("#select-soft");
  await page.check("#show-tracks");
  await page.fill("#search", "*bank4*");
  await page.press("#search", "Enter");
  await page.keyboard.press("+");
  await page.keyboard.press("ArrowLeft");
  assert.ok(((await query(page)).selected as string[]).length > 1);
  await assertKept(page);
  assert.deepEqual(errors, []);
  await page.close();
});

test("a step of the replay, a step of the episode with its map, and the chart's choices are kept", async () => {
  const { page, errors } = await openPage(browser, `${server.address}&theme=light`);
  await page.fill("#scrub", "0");
  await page.selectOption("#x-axis", "seconds");
  await assertKept(page);
  await page.selectOption("#map", "probabilities");
  await query(page); // until the episode is there
  await page.keyboard.press(".");
  await page.keyboard.press(".");
  assert.equal((await query(page)).step, 2);
  await assertKept(page);
  assert.deepEqual(errors, []);
  await page.close();
});

test("back and forward go through what was chosen", async () => {
  const { page, errors } = await openPage(browser, `${server.address}&theme=light`);
  const states = [await shown(page)];
  const go = async (act: () => Promise<unknown>) => {
    await act();
    states.push(await shown(page));
  };
  await go(() => page.selectOption("#shown", "initial"));
  await go(() => page.selectOption("#map", "density"));
  await go(() => page.keyboard.press("n"));
  await go(() => page.selectOption("#compare", "best"));
  for (const state of states.slice(0, -1).reverse()) {
    await page.goBack();
    assert.deepEqual(await shown(page), state);
  }
  await page.goForward();
  assert.deepEqual(await shown(page), states[1]);
  assert.deepEqual(errors, []);
  await page.close();
});

test("an address that makes no sense shows the page as it is at first", async () => {
  const { page } = await openPage(browser, `${server.address}&theme=light`);
  const first = await shown(page);
  await page.goto(
    `${server.address}&theme=light#placement=none&map=%00&view=1,x,2&time=best:a&select=nobody&tab=`,
  );
  await ready(page);
  assert.deepEqual(await shown(page), first);
  await page.close();
});

test("the one-file page keeps its state, too", async () => {
  const file = join(makeFolder(), "run.html");
  assert.equal(runCli("view", run, "--html", file).code, 0);
  const { page, errors } = await openPage(browser, pathToFileURL(file).href);
  await page.selectOption("#map", "density");
  await page.keyboard.press("n");
  const before = await shown(page);
  await page.reload();
  await ready(page);
  assert.deepEqual(await shown(page), before);
  assert.deepEqual(errors, []);
  await page.close();
});

test("following a live run is a switch, which is off once one looks at something else", async () => {
  const live = await writeRun(await writeBlock(), "random", 3);
  rmSync(join(live, "summary.json"));
  writeFileSync(join(live, "running.json"), JSON.stringify({ process: process.pid }));
  const ofLive = await serve(live);
  const { page, errors } = await openPage(browser, ofLive.address);
  const newFrame = async () => {
    const path = join(live, "frames.jsonl");
    const last = JSON.parse(readFileSync(path, "utf8").trim().split("\n").at(-1)!);
    const { frames } = await query(page);
    appendFileSync(path, `${JSON.stringify({ ...last, iteration: last.iteration + 1 })}\n`);
    await page.waitForFunction((n) => Number(window.ashlar?.query().frames) > n, Number(frames));
    return query(page);
  };
  const isFollowing = () => page.isChecked("#follow");
  // On a phone the switch is in a sheet, so that the bar has room.
  await page.setViewportSize({ width: 390, height: 844 });
  await page.click("#sheet-left");
  // The switch moves when the page has seen its new size.
  await page.locator("#left #follow").waitFor({ state: "visible" });
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.locator("#bar #follow").waitFor({ state: "visible" });
  assert.equal(await isFollowing(), true);
  let now = await newFrame();
  assert.equal(now.step, Number(now.steps) - 1);
  await page.keyboard.press(",");
  assert.equal(await isFollowing(), false);
  const { label } = now;
  now = await newFrame();
  assert.notEqual(now.label, label);
  assert.ok(Number(now.step) < Number(now.steps) - 1);
  await page.reload();
  await ready(page);
  assert.equal(await isFollowing(), false);
  assert.equal((await query(page)).label, now.label);
  await page.check("#follow");
  now = await query(page);
  assert.equal(now.step, Number(now.steps) - 1);
  assert.deepEqual(errors, []);
  await page.close();
  await ofLive.close();
});
