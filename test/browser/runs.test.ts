// Several runs: seeds as a band with a median, single runs on hover, smoothing that does not change with the zoom, pins,
// a table of results, and two panes that go together.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { place } from "../../flow/index.js";
import type { ViewServer } from "../../viz/index.js";
import { launchBrowser, openPage, query, untilShown } from "../support/browser.js";
import { makeFolder } from "../support/temp-folder.js";
import { serve, writeBlock, writeRun } from "../support/view-fixtures.js";

interface Drawn {
  readonly label: string;
  readonly ys: readonly number[];
  readonly lows?: readonly number[];
  readonly highs?: readonly number[];
}

let browser: Browser;
let server: ViewServer;
let seeds: string[] = [];
let other = "";

before(async () => {
  browser = await launchBrowser();
  const blockPath = await writeBlock();
  const folder = makeFolder();
  seeds = [1, 2, 3].map((seed) => join(folder, `seed-${seed}`));
  for (const [i, out] of seeds.entries())
    await place(blockPath, { method: "random", iterations: 12, workers: 1, seed: i + 1, out });
  other = await writeRun(blockPath, "greedy", 2);
  server = await serve(...seeds, other);
});
after(async () => {
  await browser.close();
  await server.close();
});

async function withPage(paths: ViewServer, use: (page: Page) => Promise<void>, hash = ""): Promise<void> {
  const { page, errors } = await openPage(browser, `${paths.address}&theme=light${hash}`);
  try {
    await use(page);
    assert.deepEqual(errors, []);
  } finally {
    await page.close();
  }
}

const linesOf = async (page: Page) => (await query(page)).lines as Drawn[];
const NAME = "random, fd, 12 iterations";

function bestOf(run: string): number {
  return JSON.parse(readFileSync(join(run, "summary.json"), "utf8")).proxy_cost;
}

test("seeds of one configuration are a band with its median; the single runs come with the pointer", async () => {
  await withPage(server, async (page) => {
    const [band, single] = await linesOf(page);
    assert.deepEqual([band?.label, single?.label], [`${NAME}: median of 3`, "run-greedy: best"]);
    const ends = seeds.map(bestOf).sort((a, b) => a - b);
    assert.deepEqual([band?.lows?.at(-1), band?.ys.at(-1), band?.highs?.at(-1)], ends);
    assert.deepEqual((await query(page)).singles, []);
    const box = (await page.locator("#chart .u-over").boundingBox())!;
    let singles: unknown;
    for (let share = 0.02; share < 1 && !(singles as string[])?.length; share += 0.04) {
      await page.mouse.move(box.x + box.width / 2, box.y + box.height * share);
      ({ singles } = await query(page));
    }
    assert.deepEqual(singles, ["seed-1", "seed-2", "seed-3"]);
    assert.match((await page.textContent("#chart-legend")) ?? "", /median of 3 0\.\d+/);
  });
});

test("the table has each run, and the median with the spread of a configuration; pins and choices are kept", async () => {
  await withPage(server, async (page) => {
    await page.click("#tab-results");
    const ends = seeds.map(bestOf).sort((a, b) => a - b);
    const family = (await page.locator("#results .family").textContent()) ?? "";
    const [low, median, high] = ends.map((value) => value.toFixed(4));
    assert.ok(family.startsWith(`${NAME}: 3 of 3 runs`), family);
    assert.ok(family.includes(`${median} (${low} to ${high})`), family);
    assert.equal(await page.locator("#results .member").count(), 3);
    assert.ok(((await page.locator("#results").textContent()) ?? "").includes(bestOf(other).toFixed(6)));
    await page.check("input[aria-label='Pin seed-2']");
    await page.uncheck("input[aria-label='Show run-greedy']");
    await page.click("#tab-cost");
    const labels = async () => (await linesOf(page)).map(({ label }) => label);
    assert.deepEqual(await labels(), [`${NAME}: median of 2`, "seed-2: best"]);
    await page.reload();
    await page.waitForFunction(() => "ready" in document.body.dataset);
    assert.deepEqual(await labels(), [`${NAME}: median of 2`, "seed-2: best"]);
  });
});

test("on a phone each run's proxy cost is in the table without scrolling", async () => {
  const size = { width: 390, height: 844 };
  const { page } = await openPage(browser, `${server.address}#tab=results`, size);
  await page.click("#sheet-foot");
  const rights = await page.evaluate(() =>
    [...document.querySelectorAll("#results tbody tr")].map(
      (row) => row.querySelectorAll("td")[2]!.getBoundingClientRect().right,
    ),
  );
  assert.equal(rights.length, 5);
  assert.ok(
    rights.every((right) => right <= size.width),
    rights.join(),
  );
  await page.close();
});

test("smoothing is the same at every zoom, with the least and the greatest value around it", async () => {
  const alone = await serve(seeds[0]!);
  await withPage(alone, async (page) => {
    const raw = (await linesOf(page))[1]!;
    await page.selectOption("#smoothing", "5");
    const smooth = (await linesOf(page))[1]!;
    assert.notDeepEqual(smooth.ys, raw.ys);
    smooth.ys.forEach((value, i) => {
      const part = raw.ys.slice(Math.max(0, i - 4), i + 1);
      assert.ok(Math.abs(value - part.reduce((sum, each) => sum + each, 0) / part.length) < 1e-12);
      assert.deepEqual([smooth.lows![i], smooth.highs![i]], [Math.min(...part), Math.max(...part)]);
    });
    const box = (await page.locator("#chart .u-over").boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.4, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 20, { steps: 4 });
    await page.mouse.up();
    assert.deepEqual((await linesOf(page))[1], smooth);
  });
  await alone.close();
});

test("two panes have one zoom, one selection and one time", async () => {
  await withPage(
    server,
    async (page) => {
      const scaleOf = (shown: Record<string, unknown>) => (shown.cameras as { scale: number }[])[0]!.scale;
      const whole = scaleOf(await query(page));
      const box = (await page.locator("#view-b").boundingBox())!;
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.mouse.wheel(0, -300);
      const [a, b] = (await untilShown(page, (shown) => scaleOf(shown) > whole)).cameras as object[];
      assert.deepEqual(a, b);
      await page.keyboard.press("f");
      let selected: unknown[] = [];
      for (let i = 1; i < 30 && selected.length === 0; i++) {
        await page.mouse.click(box.x + (box.width * i) / 30, box.y + box.height / 2);
        selected = (await query(page)).selected as unknown[];
      }
      assert.equal(selected.length, 1, "a click in the second pane selects");
      await page.fill("#scrub", "0");
      const captions = await page.locator(".view .caption").allTextContents();
      assert.match(captions[0] ?? "", /^iteration 1: /);
      assert.match(captions[1] ?? "", /^iteration 1: /);
    },
    "#compare=other-1",
  );
});
