// Layers of a design that are no nodes: guides, fences, blockages, core, notches and the density of pins, with their reasons to
// be empty, the same picture from the command line, and the ruler.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { PNG } from "pngjs";
import { macroGapsOf, NARROW_ROWS } from "../../env/index.js";
import type { ViewServer } from "../../viz/index.js";
import { LIGHT } from "../../viz/palette.js";
import { chromiumPath, launchBrowser, openPage, query } from "../support/browser.js";
import { runCli } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";
import { serve } from "../support/view-fixtures.js";
import { loadTiny, makeDesign, TINY_LEF } from "../unit/netlist/formats/lefdef/tiny-design.js";

/** Two RAMs of 20 x 10 µm with a gap of 4 µm that a third one closes; r0 and r3 have a guide, r4 has a fence. */
const DESIGN = `VERSION 5.8 ;
DESIGN layers ;
UNITS DISTANCE MICRONS 1000 ;
DIEAREA ( 0 0 ) ( 120000 80000 ) ;
ROW r core 2000 2000 N DO 232 BY 1 STEP 500 0 ;
ROW s core 2000 76000 N DO 232 BY 1 STEP 500 0 ;
COMPONENTS 5 ;
- r0 RAM + PLACED ( 20000 20000 ) N ;
- r1 RAM + PLACED ( 44000 20000 ) N ;
- r2 RAM + PLACED ( 32000 30000 ) N ;
- r3 RAM + PLACED ( 80000 50000 ) N ;
- r4 RAM + PLACED ( 10000 60000 ) N ;
END COMPONENTS
BLOCKAGES 1 ;
- PLACEMENT RECT ( 90000 6000 ) ( 110000 20000 ) ;
END BLOCKAGES
REGIONS 2 ;
- corner ( 70000 40000 ) ( 118000 74000 ) + TYPE GUIDE ;
- room ( 6000 56000 ) ( 34000 74000 ) + TYPE FENCE ;
END REGIONS
GROUPS 2 ;
- g r0 r3 + REGION corner ;
- h r4 + REGION room ;
END GROUPS
NETS 3 ;
- n0 ( r0 Q ) ( r1 A ) ;
- n1 ( r1 Q ) ( r2 A ) ;
- n2 ( r2 Q ) ( r3 A ) ;
END NETS
END DESIGN
`;
/** Rows are 2 µm high. */
const NARROW = NARROW_ROWS * 2;
/** The gap between r0 and r1, µm. */
const GAP = { left: 40, right: 44, bottom: 21, top: 29 };
/** Parts of what layers draw, µm, and its colour there. */
const DRAWN = {
  guides: [{ left: 72, right: 116, bottom: 39.7, top: 40.3 }, LIGHT.series[2]!],
  fences: [{ left: 8, right: 32, bottom: 55.7, top: 56.3 }, LIGHT.series[3]!],
  blockages: [{ left: 91, right: 109, bottom: 7, top: 19 }, LIGHT.blocked],
  core: [{ left: 20, right: 100, bottom: 77.7, top: 78.3 }, LIGHT.edge],
} as const;

let browser: Browser;
let server: ViewServer;
let design = "";

before(async () => {
  browser = await launchBrowser();
  design = makeDesign(DESIGN, TINY_LEF);
  server = await serve(design);
});
after(async () => {
  await browser.close();
  await server.close();
});

async function withPage(use: (page: Page) => Promise<void>, hash = ""): Promise<void> {
  const { page, errors } = await openPage(browser, `${server.address}&theme=light${hash}`);
  try {
    await use(page);
    assert.deepEqual(errors, []);
  } finally {
    await page.close();
  }
}

/** Mean colour in the picture of a rectangle in µm. */
async function meanIn(page: Page, { left, right, bottom, top }: typeof GAP): Promise<number[]> {
  await query(page);
  const [from, to] = await page.evaluate(
    ([left, right, bottom, top]) => [
      window.ashlar!.toPage(left!, top!),
      window.ashlar!.toPage(right!, bottom!),
    ],
    [left, right, bottom, top],
  );
  const [x, y] = [Math.floor(from![0]), Math.floor(from![1])];
  const clip = { x, y, width: Math.ceil(to![0]) - x, height: Math.ceil(to![1]) - y };
  const { data } = PNG.sync.read(await page.screenshot({ clip }));
  const sums = [0, 0, 0];
  for (let i = 0; i < data.length; i++) if (i % 4 < 3) sums[i % 4]! += data[i]!;
  return sums.map((sum) => (4 * sum) / data.length);
}

/** How much nearer the first colour is to a hue than the second, over the three channels. */
function towards(colour: string, shown: readonly number[], hidden: readonly number[]): number {
  const wanted = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const away = (from: readonly number[]) => Math.hypot(...wanted.map((value, i) => value - from[i]!));
  return away(hidden) - away(shown);
}

const reason = (page: Page, name: string) =>
  page.locator(".layer", { hasText: name }).locator(".why").textContent();

test("guides, fences, blockages and the core are drawn where the design has them, and hidden with their layers", async () => {
  await withPage(async (page) => {
    await page.uncheck("#show-grid");
    await page.uncheck("#show-rows");
    for (const [layer, [part, colour]] of Object.entries(DRAWN)) {
      const shown = await meanIn(page, part);
      await page.uncheck(`#show-${layer}`);
      const change = towards(colour, shown, await meanIn(page, part));
      assert.ok(change > 10, `${layer}: ${change}`);
    }
  });
});

test("a notch that verify counts is filled, and goes when a macro opens it", async () => {
  const { block } = await loadTiny(DESIGN);
  assert.equal(macroGapsOf(block, block.initial, NARROW).notches, 1);
  await withPage(async (page) => {
    assert.equal((await query(page)).notches, 1);
    const hidden = await meanIn(page, GAP);
    await page.check("#show-notches");
    const change = towards(LIGHT.series[4]!, await meanIn(page, GAP), hidden);
    assert.ok(change > 40, String(change));
    assert.equal(await reason(page, "Notches"), "");
    await page.fill("#search", "r2");
    await page.press("#search", "Enter");
    await page.keyboard.press("f");
    for (let i = 0; i < 12; i++) await page.keyboard.press("Shift+ArrowUp");
    assert.equal((await query(page)).notches, 0);
    assert.equal(await reason(page, "Notches"), "there are none");
    assert.ok(towards(LIGHT.series[4]!, await meanIn(page, GAP), hidden) < 5);
  });
});

test("pin density counts the pins on nets", async () => {
  await withPage(async (page) => {
    const values = await page.evaluate(() => window.ashlar!.map());
    assert.equal(
      values.reduce((sum, value) => sum + value, 0),
      6,
    );
  }, "#map=pins");
});

test("the ruler measures between two places", async () => {
  await withPage(async (page) => {
    await page.keyboard.press("r");
    const at = (x: number, y: number) =>
      page.evaluate(([x, y]) => window.ashlar!.toPage(x!, y!), [x, y] as const);
    await page.mouse.move(...(await at(20, 20)));
    await page.mouse.down();
    await page.mouse.move(...(await at(50, 60)));
    await page.mouse.up();
    await query(page);
    const text = (await page.textContent("#view-a .ruler"))!;
    const [length, dx, dy] = text.match(/[\d.]+/g)!.map(Number);
    assert.match(text, /^[\d.]+ µm \([\d.]+ × [\d.]+\)$/);
    const bar = (await page.textContent("#view-a .scale"))!;
    const { width } = (await page.locator("#view-a .bar").boundingBox())!;
    const { scale } = ((await query(page)).cameras as { scale: number }[])[0]!;
    assert.match(bar, /^\d+ µm$/);
    assert.ok(Math.abs(width - Number.parseFloat(bar) * scale) < 1, `${bar} are ${width} pixels`);
    assert.ok(Math.abs(length! - 50) < 0.5 && Math.abs(dx! - 30) < 0.5 && Math.abs(dy! - 40) < 0.5, text);
  });
});

test("the command line draws guides, notches and the density of pins as the page does", async () => {
  const show = "map=pins&hide=nets,tracks";
  process.env.CHROMIUM = await chromiumPath();
  const file = join(makeFolder(), "layers.png");
  const { code, stderr } = runCli("view", design, "--png", file, "--show", show);
  delete process.env.CHROMIUM;
  assert.equal(code, 0, stderr);
  const { page } = await openPage(browser, `${server.address}&theme=light#${show}`, {
    width: 1600,
    height: 1000,
  });
  await query(page);
  const box = (await page.locator("#view-a").boundingBox())!;
  const [told, seen] = [readFileSync(file), await page.screenshot()].map((bytes) => PNG.sync.read(bytes));
  let different = 0;
  for (let y = Math.ceil(box.y); y < box.y + box.height; y++)
    for (let x = Math.ceil(box.x); x < box.x + box.width; x++) {
      const at = 4 * (y * told!.width + x);
      if ([0, 1, 2].some((i) => Math.abs(told!.data[at + i]! - seen!.data[at + i]!) > 2)) different++;
    }
  assert.equal(different, 0, `${different} pixels differ`);
  await page.close();
});
