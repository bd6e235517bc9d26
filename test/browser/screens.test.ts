// The page on screens of three sizes in both themes: nothing is cut, everything is within reach, axe finds nothing, touch
// works, and paper gets what it needs.
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { PNG } from "pngjs";
import type { ViewServer } from "../../viz/index.js";
import { LIGHT } from "../../viz/palette.js";
import { launchBrowser, openPage, query, whenIdle } from "../support/browser.js";
import { serve, writeBlock, writeRun } from "../support/view-fixtures.js";

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 700 },
  { width: 390, height: 844 },
] as const;
/** A file rather than an import: its types would be part of the build. */
const AXE = readFileSync("node_modules/axe-core/axe.min.js", "utf8");

let browser: Browser;
let server: ViewServer;

before(async () => {
  browser = await launchBrowser();
  const blockPath = await writeBlock();
  server = await serve(await writeRun(blockPath, "policy", 2), await writeRun(blockPath, "random", 3));
});
after(async () => {
  await browser.close();
  await server.close();
});

/** What axe has against the page, in a line each. */
async function violations(page: Page): Promise<string[]> {
  await whenIdle(page);
  return page.evaluate(`(async () => {
    ${AXE};
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ": " + target.join(" ")));
  })()`);
}

/** What sticks out of the window, or out of a box that cannot be scrolled. */
async function cut(page: Page): Promise<string[]> {
  await whenIdle(page);
  return page.evaluate(() => {
    const found: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>("body *")) {
      if (element.closest(".view, .uplot, svg, option, dialog") || !element.checkVisibility()) continue;
      const { left, right, width } = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      const name = `${element.tagName} #${element.id || element.closest("[id]")?.id} .${element.className}`;
      if (width > 0 && (left < -1 || right > innerWidth + 1)) found.push(`${name} leaves the window`);
      // A title that is cut by dots can be read on hover.
      if (style.textOverflow === "ellipsis" || style.display === "inline") continue;
      const hides = style.overflowX === "hidden" && element.scrollWidth > element.clientWidth + 1;
      if (hides) found.push(`${name} is cut`);
    }
    return found;
  });
}

/** Whether the caption of a placement that is compared ends above the die. */
function captionIsAbove(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const caption = document.querySelector("#view-a .caption")!.getBoundingClientRect();
    return caption.height > 0 && caption.bottom <= window.ashlar!.toPage(0, window.ashlar!.die().height)[1];
  });
}

for (const size of SIZES)
  for (const theme of ["light", "dark"] as const)
    test(`nothing is cut and axe finds nothing (${size.width} x ${size.height}, ${theme})`, async () => {
      const shown = "time=episode:5&hide=nets,tracks&map=density&compare=other-1&colour=modules";
      const address = `${server.address}&theme=${theme}#${shown}`;
      const { page, errors } = await openPage(browser, address, size);
      const isSmall = size.width < 760;
      if (!isSmall) await page.keyboard.press("n");
      assert.deepEqual(await cut(page), []);
      assert.deepEqual(await violations(page), []);
      assert.ok(((await query(page)).influences as string[]).length > 0);
      if (isSmall) assert.ok(await captionIsAbove(page), "the caption covers the die");
      if (isSmall)
        for (const sheet of ["left", "right", "foot"]) {
          await page.click(`#sheet-${sheet}`);
          assert.deepEqual(await cut(page), [], sheet);
          assert.deepEqual(await violations(page), [], sheet);
          assert.equal(await page.isVisible(`#${sheet}`), true);
        }
      // From afar more layers say why they show nothing.
      await page.locator("#view-a").focus();
      for (let i = 0; i < 12; i++) await page.keyboard.press("-");
      if (isSmall) await page.click("#sheet-left");
      await query(page);
      assert.match((await page.textContent("#left"))!, /macros are too small/);
      assert.deepEqual(await cut(page), [], "from afar");
      if (isSmall) await page.click("#sheet-foot");
      await page.click("#tab-results");
      assert.deepEqual(await violations(page), []);
      assert.deepEqual(errors, []);
      await page.close();
    });

test("a run on a queue shows its workers and jobs while it runs, and axe finds nothing", async () => {
  const run = await writeRun(await writeBlock(), "random", 3);
  rmSync(join(run, "summary.json"));
  const tell = (pid: number) => writeFileSync(join(run, "running.json"), JSON.stringify({ process: pid }));
  tell(process.pid); // alive as long as this test
  const jobs = { waiting: 3, active: 2, done: 1200, issued_again: 1, late: 0, given_up: 0 };
  const names = Array.from({ length: 14 }, (_, at) => `${"rack".repeat(15)}-${at}-abc`);
  const workers = names.map((name) => ({ name, threads: 2, running: 1, done: 80, per_second: 0.5 }));
  const queue = (count: number) =>
    JSON.stringify({ server: "redis://host:7379", per_second: 6.87, jobs, workers: workers.slice(0, count) });
  writeFileSync(join(run, "queue.json"), queue(14));
  const own = await serve(run);
  const { page, errors } = await openPage(browser, own.address, { width: 1280, height: 800 });
  const panel = page.locator("#queue");
  await panel.getByText("14 workers, 6.9 jobs/s").waitFor();
  assert.equal(
    await page.textContent("#queue-jobs"),
    "3 waiting, 2 computed now, 1,200 done, 1 issued again",
  );
  assert.equal(await panel.locator("li").count(), 13);
  assert.match(
    (await panel.locator("li").first().textContent())!,
    /^(rack)+-0-abc1 of 2 threads busy, 80 done/,
  );
  assert.equal(await panel.locator("li").last().textContent(), "and 2 more");
  assert.deepEqual(await cut(page), []);
  assert.deepEqual(await violations(page), []);
  writeFileSync(join(run, "queue.json"), queue(1));
  await panel.getByText("1 worker, 6.9 jobs/s").waitFor();
  tell(2 ** 22 + 1); // no process has this number: Linux counts to 2^22
  await panel.getByText("as it was at the end").waitFor();
  assert.equal(await page.textContent("#queue-jobs"), "1,200 done, 1 issued again");
  assert.equal(await panel.locator("li").count(), 0);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(errors, []);
  await page.close();
  await own.close();

  const { page: other } = await openPage(browser, server.address, { width: 1280, height: 800 });
  assert.equal(await other.isVisible("#queue"), false, "a run that computes where it was started has none");
  await other.close();
});

/** A browser with a touch screen of a phone's size. */
async function phone(): Promise<BrowserContext> {
  return browser.newContext({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
    locale: "en-US",
  });
}

test("on a phone the canvas has most of the screen, and sheets open below it", async () => {
  const context = await phone();
  const { page } = await openPage(context, server.address, { width: 390, height: 844 });
  const height = async () => (await page.locator("#view-a").boundingBox())!.height;
  assert.ok((await height()) > 700);
  await page.tap("#sheet-left");
  assert.ok((await height()) > 300);
  await page.selectOption("#shown", "initial");
  assert.equal((await query(page)).label, "initial");
  await page.tap("#sheet-left");
  assert.equal(await page.isVisible("#left"), false);
  assert.ok((await height()) > 700);
  await context.close();
});

test("a finger selects, pans and, with a second one, zooms; it moves only what is selected", async () => {
  const context = await phone();
  const { page, errors } = await openPage(context, server.address, { width: 390, height: 844 });
  const name = "bank4/ram[0]";
  const at = () =>
    page.evaluate((name) => {
      const [x, y] = window.ashlar!.place(name);
      return window.ashlar!.toPage(x, y);
    }, name);
  const touch = await context.newCDPSession(page);
  const send = (type: string, points: readonly (readonly [number, number])[]) =>
    touch.send("Input.dispatchTouchEvent", {
      type: type as "touchStart",
      touchPoints: points.map(([x, y], id) => ({ x, y, id })),
    });
  const swipe = async (from: readonly [number, number], dx: number) => {
    await send("touchStart", [from]);
    for (let step = 1; step <= 5; step++) await send("touchMove", [[from[0] + (dx * step) / 5, from[1]]]);
    await send("touchEnd", []);
  };
  const start = await at();
  await swipe(start, 40);
  assert.equal((await query(page)).edited, false);
  const panned = await at();
  assert.ok(Math.abs(panned[0] - start[0] - 40) < 3, `${panned} after ${start}`);
  await page.touchscreen.tap(...panned);
  assert.deepEqual((await query(page)).selected, [name]);
  await swipe(panned, -30);
  assert.equal((await query(page)).edited, true);
  const scale = async () => ((await query(page)).cameras as { scale: number }[])[0]!.scale;
  const before = await scale();
  await send("touchStart", [
    [150, 300],
    [240, 300],
  ]);
  for (let step = 1; step <= 5; step++)
    await send("touchMove", [
      [150 - 8 * step, 300],
      [240 + 8 * step, 300],
    ]);
  await send("touchEnd", []);
  assert.ok((await scale()) > 1.5 * before);
  assert.deepEqual(errors, []);
  await context.close();
});

test("paper gets the picture, costs and curves in the light theme, without the tools", async () => {
  const { page } = await openPage(browser, `${server.address}&theme=dark`);
  await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  await page.emulateMedia({ media: "print" });
  await page.setViewportSize({ width: 794, height: 1123 });
  assert.equal((await query(page)).theme, "light");
  for (const id of ["tools", "search", "timeline", "sheets", "left"])
    assert.equal(await page.locator(`#${id}`).isVisible(), false, id);
  for (const id of ["title", "view-a", "costs", "chart"])
    assert.equal(await page.locator(`#${id}`).isVisible(), true, id);
  const picture = PNG.sync.read(await page.screenshot());
  const hard = [1, 3, 5].map((at) => Number.parseInt(LIGHT.hard.slice(at, at + 2), 16));
  let pixels = 0;
  for (let at = 0; at < picture.data.length; at += 4)
    if (hard.every((value, i) => Math.abs(value - picture.data[at + i]!) < 8)) pixels++;
  assert.ok(pixels > 20_000, `${pixels} pixels of macros`);
  await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
  assert.equal((await query(page)).theme, "dark");
  await page.close();
});
