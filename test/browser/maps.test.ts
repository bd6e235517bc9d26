// Heat maps: values under the cursor, what other places of a macro would cost, the router's maps, why a map or layer is
// empty, and the same picture from the command line.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { PNG } from "pngjs";
import type { Costs } from "../../env/index.js";
import { loadBlock } from "../../netlist/index.js";
import type { ViewServer } from "../../viz/index.js";
import { chromiumPath, launchBrowser, openPage, query } from "../support/browser.js";
import { runCli } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";
import { serve, writeBlock, writeRun } from "../support/view-fixtures.js";

let browser: Browser;
let blockPath = "";
let run = "";
let server: ViewServer;

before(async () => {
  browser = await launchBrowser();
  blockPath = await writeBlock();
  run = await writeRun(blockPath, "random", 3);
  // A grid of its own, as verify writes it: edges to the right and up with wires and capacity.
  mkdirSync(join(run, "verify"));
  const lines = [0, 1, 2, 3, 4, 5].map((cell) =>
    [cell % 3, Math.floor(cell / 3), cell, 4, 1, cell].join(","),
  );
  const header = "column,row,right_wires,right_capacity,up_wires,up_capacity";
  writeFileSync(join(run, "verify/routing.csv"), `${[header, ...lines].join("\n")}\n`);
  server = await serve(run);
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

const mapOf = (page: Page) => page.evaluate(() => window.ashlar!.map());
const costsOf = async (page: Page) => (await query(page)).costs as Costs;

test("the cursor reads the map, with its unit", async () => {
  const { grid, canvas } = await loadBlock(blockPath);
  await withPage(async (page) => {
    const values = await mapOf(page);
    const cell = values.indexOf(Math.max(...values));
    const x = (((cell % grid.columns) + 0.5) * canvas.width) / grid.columns;
    const y = ((Math.floor(cell / grid.columns) + 0.5) * canvas.height) / grid.rows;
    await page.mouse.move(...(await page.evaluate(([x, y]) => window.ashlar!.toPage(x, y), [x, y] as const)));
    const text = (await page.textContent("#view-a .cursor")) ?? "";
    assert.match(text, /^[\d.]+ share of the cell covered at [\d.]+, [\d.]+ µm$/);
    assert.ok(Math.abs(Number.parseFloat(text) - values[cell]!) < 1e-3);
  }, "#map=density");
});

test("what other places cost is exact, term by term, and the best one can be taken", async () => {
  await withPage(async (page) => {
    await page.keyboard.press("n");
    const maps: Record<string, number[]> = {};
    for (const map of ["whyWirelength", "whyDensity", "whyCongestion", "why"]) {
      await page.selectOption("#map", map);
      await query(page);
      maps[map] = await mapOf(page);
    }
    const changes = maps.why!;
    const possible = changes.flatMap((value, cell) => (Number.isNaN(value) ? [] : [cell]));
    assert.ok(possible.length > 0 && possible.length < changes.length, `${possible.length} cells`);
    for (const cell of possible) {
      const [length, density, congestion] = ["whyWirelength", "whyDensity", "whyCongestion"].map(
        (map) => maps[map]![cell]!,
      );
      const sum = length! + 0.5 * density! + 0.5 * congestion!;
      assert.ok(Math.abs(sum - changes[cell]!) < 1e-12, `${sum}, ${changes[cell]}`);
    }
    const { grid, canvas, nodeNames } = await loadBlock(blockPath);
    const [name] = (await query(page)).selected as string[];
    assert.ok(nodeNames.includes(name!));
    const [atX, atY] = await page.evaluate((name) => window.ashlar!.place(name), name!);
    const others = possible.filter((cell) => {
      const x = (((cell % grid.columns) + 0.5) * canvas.width) / grid.columns;
      const y = ((Math.floor(cell / grid.columns) + 0.5) * canvas.height) / grid.rows;
      return Math.hypot(x - atX, y - atY) > 1e-6;
    });
    const best = Math.min(...others.map((cell) => changes[cell]!));
    const cheaper = others.filter((cell) => changes[cell]! < 0).length;
    const expected =
      cheaper === 0 ? /No other place costs less/ : new RegExp(`^${cheaper} of ${others.length} other`);
    assert.match((await page.textContent("#why-text")) ?? "", expected);
    const before = await costsOf(page);
    await page.click("#why-move");
    const after = await costsOf(page);
    assert.equal(after.proxyCost - before.proxyCost, best);
    // From there the way back is the other way round, as far as its old place is the middle of a cell.
    assert.ok((await mapOf(page)).some((value) => value === 0));
  });
});

test("a map or layer with nothing to show says why", async () => {
  await withPage(async (page) => {
    const why = () => page.textContent("#map-empty");
    await page.selectOption("#map", "why");
    await query(page);
    assert.match((await why()) ?? "", /^Select one macro/);
    await page.fill("#search", "Grp");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await query(page);
    assert.equal(await why(), "Only hard macros have this map.");
    await page.selectOption("#shown", "initial");
    await page.selectOption("#map", "density");
    await query(page);
    assert.equal(await why(), "Nothing is placed, so no cell is covered.");
    assert.match(
      (await page.textContent("#maps-missing")) ?? "",
      /^Maps of a policy need a run of method policy\.$/,
    );
    assert.match((await page.textContent("#layers-missing")) ?? "", /^Not in this design: .*blockages/);
    const layer = (name: string) => page.locator(".layer", { hasText: name }).locator(".why");
    assert.equal(await layer("Hard macros").textContent(), "none is placed");
    assert.equal(await layer("Arrows of a comparison").textContent(), "nothing is compared");
    await page.selectOption("#shown", "best");
    await query(page);
    assert.equal(await layer("Soft macros").textContent(), "hidden under the map");
    for (let i = 0; i < 12; i++) await page.keyboard.press("-");
    await query(page);
    for (const name of ["Pins", "Names"])
      assert.equal(await layer(name).textContent(), "zoom in: macros are too small", name);
    await page.check("#show-tracks");
    assert.match((await layer("Routing tracks").textContent()) ?? "", /^zoom in/);
  });
});

test("the router's maps are shown on their own grid", async () => {
  await withPage(async (page) => {
    await page.selectOption("#map", "routedHorizontal");
    await query(page);
    assert.deepEqual(await mapOf(page), [0, 0.25, 0.5, 0.75, 1, 1.25]);
    await page.selectOption("#map", "routedVertical");
    await query(page);
    // An edge without capacity has no value.
    assert.deepEqual(await mapOf(page), [Number.NaN, 1, 1 / 2, 1 / 3, 1 / 4, 1 / 5]);
    await page.selectOption("#map", "routedOverflow");
    await query(page);
    assert.deepEqual(await mapOf(page), [1, 0, 0, 0, 0, 1]);
    await page.selectOption("#map", "density");
    const { grid } = await loadBlock(blockPath);
    await query(page);
    assert.equal((await mapOf(page)).length, grid.columns * grid.rows);
  });
});

test("the command line takes the picture that the page shows", async () => {
  const show = "map=horizontal&hide=ports,nets,tracks,halos&select=bank4/ram[0]&view=220,230,1.8";
  process.env.CHROMIUM = await chromiumPath();
  const file = join(makeFolder(), "run.png");
  const { code, stderr } = runCli("view", run, "--png", file, "--show", show);
  delete process.env.CHROMIUM;
  assert.equal(code, 0, stderr);
  const { page } = await openPage(browser, `${server.address}&theme=light#${show}`, {
    width: 1600,
    height: 1000,
  });
  await query(page);
  const box = (await page.locator("#view-a").boundingBox())!;
  const [told, seen] = [readFileSync(file), await page.screenshot()].map((bytes) => PNG.sync.read(bytes));
  assert.deepEqual([told!.width, told!.height], [seen!.width, seen!.height]);
  let different = 0;
  for (let y = Math.ceil(box.y); y < box.y + box.height; y++)
    for (let x = Math.ceil(box.x); x < box.x + box.width; x++) {
      const at = 4 * (y * told!.width + x);
      if ([0, 1, 2].some((i) => Math.abs(told!.data[at + i]! - seen!.data[at + i]!) > 2)) different++;
    }
  assert.equal(different, 0, `${different} pixels differ`);
  await page.close();
});
