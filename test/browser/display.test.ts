// What the page draws and says: chosen cells, curves, axes, titles, zoom, halos, rows and labels.
import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { place } from "../../flow/index.js";
import { launchBrowser, openPage, query } from "../support/browser.js";
import { makeFolder } from "../support/temp-folder.js";
import { serve, writeBlock, writeRun } from "../support/view-fixtures.js";

let browser: Browser;
let policyRun = "";
let shortRun = "";
let designRun = "";

before(async () => {
  browser = await launchBrowser();
  const blockPath = await writeBlock();
  policyRun = await writeRun(blockPath, "policy", 3);
  shortRun = await writeRun(blockPath, "greedy", 1);
  designRun = join(makeFolder(), "some-name");
  const design = { method: "greedy", iterations: 1, workers: 1, seed: 1, halo: ["4,2"] } as const;
  await place("examples/design/tile.def", { ...design, halo: [...design.halo], out: designRun });
});
after(() => browser.close());

/** A page on these paths at a size, closed with its server when the test is over. */
async function withPage(
  paths: readonly string[],
  use: (page: Page) => Promise<void>,
  size = { width: 1440, height: 900 },
): Promise<void> {
  const server = await serve(...paths);
  const { page, errors } = await openPage(browser, `${server.address}&theme=light`, size);
  try {
    await use(page);
    assert.deepEqual(errors, []);
  } finally {
    await page.close();
    await server.close();
  }
}

const scaleOf = async (page: Page) => ((await query(page)).cameras as { scale: number }[])[0]!.scale;

test("the frame of the chosen cell ends with the episode", async () => {
  await withPage([policyRun], async (page) => {
    assert.equal((await query(page)).markedCell, -1);
    await page.selectOption("#time-source", "episode");
    assert.ok(Number((await query(page)).markedCell) >= 0);
    await page.selectOption("#time-source", "best");
    assert.equal((await query(page)).markedCell, -1);
  });
});

test("a run of one iteration has a curve, with titles at both axes", async () => {
  await withPage([shortRun], async (page) => {
    assert.equal((await query(page)).chartPoints, 2);
    const titles = await page.evaluate(() => window.ashlar!.query().axisTitles);
    assert.deepEqual(titles, ["iteration", "proxy cost"]);
    await page.selectOption("#x-axis", "seconds");
    assert.deepEqual((await query(page)).axisTitles, ["seconds", "proxy cost"]);
  });
});

test("the chart's best is the panel's, also if the run's last step improved the result", async () => {
  await withPage([designRun], async (page) => {
    const metrics = readFileSync(join(designRun, "metrics.jsonl"), "utf8").trim().split("\n");
    const recorded = JSON.parse(metrics.at(-1)!)["cost/best"];
    const { best } = await query(page);
    assert.notEqual(best, recorded, "the last step changed nothing: no test");
    assert.equal((best as number).toFixed(6), await page.textContent("#cost-proxy"));
  });
});

test("costs that hardly differ have different texts at their axis, none of which is cut", async () => {
  const run = join(makeFolder(), "close");
  cpSync(shortRun, run, { recursive: true });
  const lines = Array.from({ length: 5 }, (_, i) =>
    JSON.stringify({
      iteration: i + 1,
      "cost/proxy": 0.7123456 + 2e-9 * i,
      "cost/best": 0.7123456 - 1e-9 * i,
    }),
  );
  writeFileSync(join(run, "metrics.jsonl"), `${lines.join("\n")}\n`);
  const summary = JSON.parse(readFileSync(join(run, "summary.json"), "utf8"));
  writeFileSync(join(run, "summary.json"), JSON.stringify({ ...summary, proxy_cost: 0.7123456 - 4e-9 }));
  for (const size of [
    { width: 1440, height: 900 },
    { width: 1024, height: 700 },
  ])
    await withPage(
      [run],
      async (page) => {
        const { texts, room } = (await query(page)).yTicks as { texts: string[]; room: number };
        assert.ok(texts.length >= 3, String(texts));
        assert.equal(new Set(texts).size, texts.length, String(texts));
        const widths = await page.evaluate((texts) => {
          const context = document.createElement("canvas").getContext("2d")!;
          context.font = "11px system-ui, sans-serif";
          return texts.map((text) => context.measureText(text).width);
        }, texts);
        assert.ok(Math.max(...widths) <= room, `${widths} in ${room} pixels`);
      },
      size,
    );
});

test("a finished run has a best placement, a running one a best so far", async () => {
  const labels = (page: Page) => page.locator("#shown option").allTextContents();
  await withPage([shortRun], async (page) => assert.equal((await labels(page))[0], "best"));
  const running = join(makeFolder(), "running");
  cpSync(shortRun, running, { recursive: true });
  writeFileSync(join(running, "running.json"), JSON.stringify({ process: process.pid }));
  await withPage([running], async (page) => assert.equal((await labels(page))[0], "best so far"));
});

test("the title is the design's name, not the folder's", async () => {
  await withPage([designRun], async (page) => {
    assert.equal(await page.title(), "tile · Ashlar");
    assert.equal(await page.textContent("#title"), "tile");
  });
});

test("a clustered run shows the halos of its design, its rows and, close up, its tracks", async () => {
  await withPage([designRun], async (page) => {
    assert.equal(await page.isChecked("#show-halos"), true);
    assert.equal(await page.locator("input[aria-label^='Width of the halos']").count(), 0);
    // The design's own, which --halo leaves alone, and that of --halo.
    assert.deepEqual(await page.evaluate(() => window.ashlar!.halo("icache/data0")), [1.5, 1.5, 1.5, 1.5]);
    assert.deepEqual(await page.evaluate(() => window.ashlar!.halo("dcache/phy5")), [4, 2, 4, 2]);
    const rows = page.locator(".layer", { hasText: "Rows of sites" });
    assert.match((await rows.textContent()) ?? "", /45/);
    assert.equal(await page.isChecked("#show-rows"), true);
  });
});

test("leaving a comparison shows the whole die again, and a chosen part stays chosen", async () => {
  await withPage([shortRun], async (page) => {
    const whole = await scaleOf(page);
    await page.selectOption("#compare", "initial");
    assert.ok((await scaleOf(page)) < whole);
    await page.selectOption("#compare", "");
    assert.equal(await scaleOf(page), whole);
    for (let i = 0; i < 4; i++) await page.keyboard.press("+");
    const near = await scaleOf(page);
    await page.selectOption("#compare", "initial");
    await page.selectOption("#compare", "");
    assert.ok(Math.abs((await scaleOf(page)) / near - 1) < 1e-9);
  });
});

test("a search whose finds are everywhere does not shrink the die, nor does a smaller window cut it", async () => {
  await withPage([shortRun], async (page) => {
    const whole = await scaleOf(page);
    await page.fill("#search", "*");
    await page.press("#search", "Enter");
    assert.ok((await scaleOf(page)) >= whole);
    await page.keyboard.press("f");
    await page.setViewportSize({ width: 1024, height: 700 });
    await query(page); // until the page has seen its new size
    const box = (await page.locator("#view-a").boundingBox())!;
    const [[left, top], [right, bottom]] = await page.evaluate(() => {
      const { width, height } = window.ashlar!.die();
      return [window.ashlar!.toPage(0, height), window.ashlar!.toPage(width, 0)];
    });
    assert.ok(left >= box.x && right <= box.x + box.width && top >= box.y && bottom <= box.y + box.height);
  });
});

test("a comparison lies one above the other where that shows larger dies", async () => {
  await withPage(
    [shortRun],
    async (page) => {
      await page.selectOption("#compare", "initial");
      await query(page);
      const [a, b] = [
        await page.locator("#view-a").boundingBox(),
        await page.locator("#view-b").boundingBox(),
      ];
      assert.ok(b!.y >= a!.y + a!.height, "below");
    },
    { width: 1024, height: 1300 },
  );
});
