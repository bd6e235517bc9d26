// What goes wrong while a page is open is said in it in one line, and nothing that the reader has done is lost.
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page, Route } from "playwright-core";
import { view } from "../../flow/index.js";
import { openView } from "../../flow/view-source.js";
import { InputError } from "../../netlist/index.js";
import { startViewServer, type ViewServer, type ViewSource } from "../../viz/index.js";
import { launchBrowser, nextNotice, openPage, query } from "../support/browser.js";
import { serve, writeBlock, writeRun } from "../support/view-fixtures.js";

let browser: Browser;
let blockPath = "";

before(async () => {
  [browser, blockPath] = await Promise.all([launchBrowser(), writeBlock()]);
});
after(() => browser.close());

const newRun = () => writeRun(blockPath, "random", 2);

/** Opens a page and moves a macro in it. Returns the costs of the edit. */
async function openEdited(server: ViewServer): Promise<{ page: Page; costs: unknown }> {
  const { page } = await openPage(browser, server.address);
  await page.keyboard.press("n");
  await page.keyboard.press("Shift+ArrowRight");
  const { costs, edited } = await query(page);
  assert.equal(edited, true);
  return { page, costs };
}

/** Saves, whatever rules are broken. Returns what the page says, which must be one line that stays. */
async function save(page: Page): Promise<string> {
  await page.evaluate(() => window.notices!.splice(0));
  const { violations } = await query(page);
  await page.click("#save");
  if ((violations as unknown[]).length > 0) await page.click("#ask-yes");
  return notice(page);
}

async function notice(page: Page): Promise<string> {
  const text = await nextNotice(page);
  assert.ok(!text.includes("\n"), text);
  return text;
}

async function stays(page: Page, costs: unknown): Promise<void> {
  const shown = await query(page);
  assert.deepEqual(shown.costs, costs);
  assert.equal(shown.unsaved, true);
  assert.match((await page.getAttribute("#notice", "class"))!, /problem/);
  const { violations } = shown;
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.click("#download-plc").then(async () => {
      if ((violations as unknown[]).length > 0) await page.click("#ask-yes");
    }),
  ]);
  assert.match(readFileSync((await download.path())!, "utf8"), /node_index x y orientation fixed/);
}

test("a run's folder that is deleted: the picture and the edit stay, and saving makes no new folder", async () => {
  const run = await newRun();
  const server = await serve(run);
  const { page, costs } = await openEdited(server);
  const { frames, chartPoints } = await query(page);
  rmSync(run, { recursive: true });
  await page.waitForSelector('#state[data-state="gone"]');
  assert.match(await notice(page), /^The run's folder .* is gone\. What you see stays in this page/);
  const shown = await query(page);
  assert.deepEqual([shown.frames, shown.chartPoints], [frames, chartPoints]);
  assert.match(await save(page), /^Not saved: .*the run's folder is gone.* The edit stays in this page/);
  await stays(page, costs);
  await page.close();
  await server.close();
});

test("a placement that cannot be read: the page says why and keeps what it shows, also when it is opened", async () => {
  const run = await newRun();
  const server = await serve(run);
  const { page } = await openPage(browser, server.address);
  await page.selectOption("#shown", "initial");
  const before = await query(page);
  writeFileSync(join(run, "best.plc"), "0 1 2 three\n");
  await page.selectOption("#shown", "best");
  assert.match(await notice(page), /best\.plc/);
  const after = await query(page);
  assert.deepEqual([after.label, after.costs], [before.label, before.costs]);
  assert.equal(await page.inputValue("#shown"), "initial");
  const again = await openPage(browser, `${server.address}&theme=dark`);
  assert.match(await notice(again.page), /best\.plc/);
  assert.equal((await query(again.page)).label, "initial");
  await again.page.close();
  await page.close();
  await server.close();
});

test("a server that is gone, or was started again: the edit stays and can be downloaded", async () => {
  const run = await newRun();
  const server = await serve(run);
  const { page, costs } = await openEdited(server);
  await server.close();
  await page.waitForSelector('#state[data-state="cut"]');
  assert.match(await save(page), /^Not saved: the server does not answer\. The edit stays in this page/);
  await stays(page, costs);
  // The address of the new start has another token.
  const { server: again } = await view([run], { port: server.port });
  await page.waitForSelector('#state[data-state="finished"]');
  await page.keyboard.press("Shift+ArrowRight");
  const moved = (await query(page)).costs;
  assert.match(await save(page), /^Not saved: this page belongs to another start of the server/);
  await stays(page, moved);
  await page.close();
  await again!.close();
});

test("answers that come late or in another order do not replace what was chosen since", async () => {
  const server = await serve(await newRun());
  const { page, errors } = await openPage(browser, server.address);
  /** Holds back the answers for a placement until the function is called. */
  const hold = async (id: string) => {
    const waiting: Route[] = [];
    const address = `**/api/placement/${id}`;
    await page.route(address, (route) => {
      waiting.push(route);
    });
    return async () => {
      while (waiting.length === 0) await page.waitForTimeout(20);
      for (const route of waiting) await route.continue();
      await page.unroute(address);
    };
  };
  const label = () => page.evaluate(() => window.ashlar!.query().label);
  const until = (text: string) => page.waitForFunction((text) => window.ashlar!.query().label === text, text);
  // Another placement was chosen since.
  let release = await hold("initial");
  await page.selectOption("#shown", "initial");
  await page.selectOption("#shown", "best");
  await until("best");
  await release();
  assert.equal((await query(page)).label, "best");
  assert.equal(await page.inputValue("#shown"), "best");
  // The replay has gone on since.
  release = await hold("best");
  await page.selectOption("#shown", "best");
  await page.keyboard.press(",");
  const step = await label();
  assert.match(String(step), /^iteration/);
  await release();
  assert.equal((await query(page)).label, step);
  assert.equal(await page.inputValue("#shown"), "");
  // A comparison was closed since.
  release = await hold("initial");
  await page.selectOption("#compare", "initial");
  await page.selectOption("#compare", "");
  await release();
  assert.equal((await query(page)).comparing, false);
  assert.equal(await page.isVisible("#view-b"), false);
  // While a macro is dragged another placement comes: the drag ends, and leaves nothing there.
  await page.selectOption("#shown", "best");
  const { costs } = await query(page);
  release = await hold("best");
  await page.selectOption("#shown", "best");
  await page.keyboard.press("n");
  const [name] = (await page.evaluate(() => window.ashlar!.query().selected)) as string[];
  const [x, y] = await page.evaluate((name) => {
    const [x, y] = window.ashlar!.place(name!);
    return window.ashlar!.toPage(x, y);
  }, name);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 40, y + 30, { steps: 3 });
  await release();
  assert.deepEqual((await query(page)).costs, costs);
  await page.mouse.move(x + 60, y + 30, { steps: 3 });
  await page.mouse.up();
  const after = await query(page);
  assert.deepEqual([after.costs, after.edited], [costs, false]);
  assert.deepEqual(errors, []);
  await page.close();
  await server.close();
});

test("a full disk: the page says so, and the edit stays", async () => {
  const run = await newRun();
  const source: ViewSource = await openView(run);
  const full = new InputError(join(run, "edits/edit-1.plc"), "cannot be written: the disk is full");
  source.save = async () => {
    throw full;
  };
  const server = await startViewServer(source);
  const { page, costs } = await openEdited(server);
  assert.match(await save(page), /^Not saved: .*the disk is full.* The edit stays in this page/);
  await stays(page, costs);
  await page.close();
  await server.close();
});

test("two pages that edit one run save under two names, and each hears of the other", async () => {
  const run = await newRun();
  const server = await serve(run);
  const first = await openEdited(server);
  const second = await openEdited(server);
  assert.match(await save(first.page), /^Saved as edits\/edit-1\.plc/);
  await second.page.waitForSelector("#shown option[value=edit-1]", { state: "attached" });
  assert.match(
    await notice(second.page),
    /^Another page saved edits\/edit-1\.plc\. .* nothing here was changed/,
  );
  assert.deepEqual((await query(second.page)).costs, second.costs);
  assert.equal((await query(second.page)).unsaved, true);
  assert.match(await save(second.page), /^Saved as edits\/edit-2\.plc/);
  await first.page.waitForSelector("#shown option[value=edit-2]", { state: "attached" });
  assert.match(await notice(first.page), /^Another page saved edits\/edit-2\.plc/);
  for (const { page } of [first, second]) await page.close();
  await server.close();
});

test("another process that saves an edit is heard of, too", async () => {
  const run = await newRun();
  const [mine, other] = [await serve(run), await serve(run)];
  const { page } = await openPage(browser, mine.address);
  const { page: there } = await openEdited(other);
  assert.match(await save(there), /^Saved as edits\/edit-1\.plc/);
  await page.waitForSelector("#shown option[value=edit-1]", { state: "attached" });
  assert.match(await notice(page), /^Another page saved edits\/edit-1\.plc/);
  for (const each of [page, there]) await each.close();
  await mine.close();
  await other.close();
});
