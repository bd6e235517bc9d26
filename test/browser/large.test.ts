// Many cells: from afar tiles of how densely they cover the die, from near the cells; loading says how far it is.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { PNG } from "pngjs";
import { copyPlacement, writeBookshelf } from "../../netlist/index.js";
import type { ViewServer } from "../../viz/index.js";
import { launchBrowser, openPage, query, whenIdle } from "../support/browser.js";
import { flatBlock, ROW_HEIGHT, SITE } from "../support/flat-block.js";
import { makeFolder } from "../support/temp-folder.js";
import { serve } from "../support/view-fixtures.js";

let browser: Browser;
let server: ViewServer;
let lowServer: ViewServer;
const [ROWS, SITES] = [150, 1800];

/** A block whose 40,000 cells fill the left half of the canvas, up to a share of its height. */
async function halfFull(share = 1): Promise<string> {
  const block = flatBlock({ cells: 40_000, rows: ROWS, sitesPerRow: SITES, widths: [3] });
  const placement = copyPlacement(block.initial);
  const perRow = Math.ceil(40_000 / ROWS);
  for (let node = 0, cell = 0; node < block.nodeCount; node++) {
    if (block.widths[node] !== 3 * SITE) continue;
    const [column, row] = [cell % perRow, Math.floor(cell / perRow)];
    placement.xs[node] = ((column + 0.5) / perRow) * 0.5 * SITES * SITE;
    placement.ys[node] = share * (row + 0.5) * ROW_HEIGHT;
    cell++;
  }
  const out = join(makeFolder(), "half.aux");
  await writeBookshelf(out, block, placement);
  return out;
}

before(async () => {
  browser = await launchBrowser();
  server = await serve(await halfFull());
  lowServer = await serve(await halfFull(0.5));
});
after(async () => {
  await browser.close();
  await server.close();
  await lowServer.close();
});

/** Mean brightness of squares of the picture around places, µm; 0 is black, 255 white. */
async function brightness(page: Page, places: readonly (readonly [number, number])[]): Promise<number[]> {
  await whenIdle(page);
  const pixels = await page.evaluate((places) => places.map(([x, y]) => window.ashlar!.toPage(x, y)), places);
  const { data, width } = PNG.sync.read(await page.screenshot());
  return pixels.map(([x, y]) => {
    const [left, top] = [Math.round(x) - 12, Math.round(y) - 12];
    let sum = 0;
    for (let row = top; row < top + 24; row++)
      for (let i = 4 * (row * width + left); i < 4 * (row * width + left + 24); i += 4)
        sum += (data[i]! + data[i + 1]! + data[i + 2]!) / 3;
    return sum / 24 ** 2;
  });
}

test("tiles show where cells are at every zoom, and give way to the cells", async () => {
  const { page, errors } = await openPage(browser, `${server.address}&theme=light`);
  assert.equal(await page.isVisible("#loading"), false);
  await page.uncheck("#show-grid");
  await page.uncheck("#show-rows").catch(() => {});
  const [width, height] = [SITES * SITE, ROWS * ROW_HEIGHT];
  const [full, empty] = [
    [0.45 * width, 0.5 * height],
    [0.55 * width, 0.5 * height],
  ] as const;
  assert.equal((await query(page)).cells, "tiles");
  for (let zoom = 0; (await query(page)).cells === "tiles"; zoom++) {
    const [dark, light] = (await brightness(page, [full, empty])) as [number, number];
    assert.ok(dark < light - 20, `zoom ${zoom}: ${dark} where cells are, ${light} where none are`);
    assert.ok(zoom < 20, "tiles never give way");
    for (let i = 0; i < 2; i++) await page.keyboard.press("+");
  }
  assert.equal((await query(page)).cells, "cells");
  await page.keyboard.press("f");
  assert.equal((await query(page)).cells, "tiles");
  assert.deepEqual(errors, []);
  await page.close();
});

test("tiles stay where they are while the view moves", async () => {
  const { page, errors } = await openPage(browser, `${lowServer.address}&theme=light`);
  await page.uncheck("#show-grid");
  await page.uncheck("#show-rows").catch(() => {});
  const [width, height] = [SITES * SITE, ROWS * ROW_HEIGHT];
  assert.equal((await query(page)).cells, "tiles");
  for (const key of ["", "+", "-", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]) {
    if (key) await page.keyboard.press(key);
    const [below, ...beside] = await brightness(page, [
      [0.25 * width, 0.3 * height],
      [0.25 * width, 0.7 * height],
      [0.75 * width, 0.3 * height],
    ]);
    for (const light of beside) {
      assert.ok(
        below! < light - 20,
        `after ${key || "loading"}: ${below} where cells are, ${light} where none are`,
      );
    }
  }
  assert.deepEqual(errors, []);
  await page.close();
});

test("names of layers and large counts do not lie over each other", async () => {
  const { page } = await openPage(browser, server.address, { width: 1024, height: 700 });
  const rows = await page.evaluate(() =>
    [...document.querySelectorAll(".layer:has(.count)")].map((row) => {
      const name = document.createRange();
      name.selectNodeContents(row.querySelector(".layer-name")!);
      const end = Math.max(...[...name.getClientRects()].map(({ right }) => right));
      return [name.toString(), end, row.querySelector(".count")!.getBoundingClientRect().left] as const;
    }),
  );
  assert.ok(rows.some(([name]) => name === "Standard cells"));
  for (const [name, end, count] of rows) assert.ok(end < count, `${name}: ${end} and ${count}`);
  await page.close();
});

test("while a block is read the page says how much of it has come", async () => {
  const page = await browser.newPage();
  page.setDefaultTimeout(120_000);
  await page.addInitScript(() => {
    const said: string[] = [];
    Object.assign(window, { said });
    document.addEventListener("DOMContentLoaded", () => {
      const line = document.getElementById("loading")!;
      const note = () => said.push(line.innerText);
      new MutationObserver(note).observe(line, { childList: true, characterData: true, subtree: true });
    });
  });
  await page.goto(server.address);
  await page.waitForFunction(() => "ready" in document.body.dataset);
  const said = await page.evaluate(() => (window as unknown as { said: string[] }).said);
  assert.ok(
    said.some((text) => /^Reading the block: \d+ of \d+ MB$/.test(text)),
    said.join("; "),
  );
  assert.ok(
    said.some((text) => /^Preparing the costs of 40,\d+ nodes$/.test(text)),
    said.join("; "),
  );
  await page.close();
});
