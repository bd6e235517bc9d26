// Screenshots read back in pixels: three scenes, two sizes, both themes. Colours are those of viz/palette.ts.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { PNG } from "pngjs";
import { loadBlock, NodeKind } from "../../netlist/index.js";
import type { ViewServer } from "../../viz/index.js";
import { DARK, heatColour, LIGHT } from "../../viz/palette.js";
import { launchBrowser, openPage, query, whenIdle } from "../support/browser.js";
import { serve, writeBlock, writeRun } from "../support/view-fixtures.js";

let browser: Browser;
let blockPath = "";
let server: ViewServer;

before(async () => {
  browser = await launchBrowser();
  blockPath = await writeBlock();
  server = await serve(await writeRun(blockPath, "random", 6), await writeRun(blockPath, "greedy", 1));
});
after(async () => {
  await browser.close();
  await server.close();
});

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 640 },
] as const;

async function screenshot(page: Page): Promise<PNG> {
  await whenIdle(page);
  return PNG.sync.read(await page.screenshot());
}

function colourAt(picture: PNG, x: number, y: number): number[] {
  const at = 4 * (Math.round(y) * picture.width + Math.round(x));
  return [...picture.data.subarray(at, at + 3)];
}

function parse(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

function near(colour: readonly number[], wanted: string, tolerance: number): boolean {
  return parse(wanted).every((channel, i) => Math.abs(channel - colour[i]!) <= tolerance);
}

/** Share of a rectangle's pixels that have a colour. */
function share(
  picture: PNG,
  box: { x: number; y: number; width: number; height: number },
  wanted: string,
  tolerance = 6,
): number {
  let hits = 0;
  let all = 0;
  for (let y = Math.ceil(box.y); y < box.y + box.height; y++)
    for (let x = Math.ceil(box.x); x < box.x + box.width; x++) {
      all++;
      if (near(colourAt(picture, x, y), wanted, tolerance)) hits++;
    }
  return hits / all;
}

async function dieOf(): Promise<readonly [number, number]> {
  const { width, height } = (await loadBlock(blockPath)).canvas;
  return [width, height];
}

/** The page's box of a macro. */
async function macroBox(page: Page, node: number) {
  const block = await loadBlock(blockPath);
  const [width, height] = [block.widths[node]!, block.heights[node]!];
  return page.evaluate(
    ([name, width, height]) => {
      const [x, y] = window.ashlar!.place(name as string);
      const [left, top] = window.ashlar!.toPage(x - Number(width) / 2, y + Number(height) / 2);
      const [right, bottom] = window.ashlar!.toPage(x + Number(width) / 2, y - Number(height) / 2);
      return { x: left, y: top, width: right - left, height: bottom - top };
    },
    [block.nodeNames[node]!, width, height] as const,
  );
}

/** WCAG's contrast of two colours. */
function contrast(a: readonly number[], b: readonly number[]): number {
  const [low, high] = [a, b]
    .map((colour) =>
      colour
        .map((channel) =>
          channel / 255 <= 0.04045 ? channel / 3294.6 : ((channel / 255 + 0.055) / 1.055) ** 2.4,
        )
        .reduce((sum, channel, i) => sum + channel * [0.2126, 0.7152, 0.0722][i]!, 0.05),
    )
    .sort((one, other) => one - other);
  return high! / low!;
}

test("names can be read on every colour of a map, and what it hides has none", async () => {
  const { page } = await openPage(browser, `${server.address}&theme=light&map=horizontal`);
  const named = await screenshot(page);
  await page.uncheck("#show-names");
  const bare = await screenshot(page);
  const block = await loadBlock(blockPath);
  const inMacros = new Set<number>();
  let labels = 0;
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] !== NodeKind.HardMacro) continue;
    const box = await macroBox(page, node);
    let best = 1;
    for (let y = Math.floor(box.y); y < box.y + box.height; y++)
      for (let x = Math.floor(box.x); x < box.x + box.width; x++) {
        inMacros.add(y * named.width + x);
        best = Math.max(best, contrast(colourAt(named, x, y), colourAt(bare, x, y)));
      }
    if (best === 1) continue;
    labels++;
    assert.ok(best > 3.5, `${block.nodeNames[node]}: contrast ${best}`);
  }
  assert.ok(labels > 3, `${labels} labels`);
  const view = await page.locator("#view-a").evaluate((element) => element.getBoundingClientRect());
  let elsewhere = 0;
  for (let y = view.top; y < view.bottom; y++)
    for (let x = view.left; x < view.right; x++)
      if (!inMacros.has(y * named.width + x) && contrast(colourAt(named, x, y), colourAt(bare, x, y)) > 1)
        elsewhere++;
  assert.equal(elsewhere, 0, `${elsewhere} pixels of names where no hard macro is`);
  await page.close();
});

for (const size of SIZES)
  for (const theme of ["light", "dark"] as const) {
    const colours = theme === "dark" ? DARK : LIGHT;
    const scene = `${size.width} x ${size.height}, ${theme}`;

    test(`a placement: macros, die and page have their colours, and nothing is cut off (${scene})`, async () => {
      const { page } = await openPage(browser, `${server.address}&theme=${theme}`, size);
      const picture = await screenshot(page);
      const { kinds, nodeCount } = await loadBlock(blockPath);
      for (let node = 0; node < nodeCount; node++) {
        if (kinds[node] !== NodeKind.HardMacro) continue;
        const box = await macroBox(page, node);
        // The rest is name, mark, pins and edge.
        assert.ok(
          share(picture, box, colours.hard) > 0.45,
          `macro ${node}: ${share(picture, box, colours.hard)}`,
        );
      }
      assert.ok(near(colourAt(picture, 1, 60), colours.page, 16));
      // Bars and panels hold their content: nothing is wider than its place.
      const overflowing = await page.evaluate(() =>
        ["bar", "left", "right", "foot", "costs", "timeline"].filter((id) => {
          const element = document.getElementById(id)!;
          return element.scrollWidth > element.clientWidth + 1;
        }),
      );
      assert.deepEqual(overflowing, []);
      await page.close();
    });

    test(`a heat map: every grid cell has its value's colour (${scene})`, async () => {
      const { page } = await openPage(browser, `${server.address}&theme=${theme}&map=density`, size);
      for (const layer of ["ports", "grid", "names", "pins", "hard"]) {
        const box = page.locator(`#show-${layer}`);
        if (await box.count()) await box.uncheck();
      }
      const { grid, canvas } = await loadBlock(blockPath);
      const values = await page.evaluate(() => window.ashlar!.map());
      const top = Number(await page.inputValue(".range input >> nth=1"));
      const picture = await screenshot(page);
      let wrong = 0;
      for (let cell = 0; cell < values.length; cell++) {
        const x = (((cell % grid.columns) + 0.5) * canvas.width) / grid.columns;
        const y = ((Math.floor(cell / grid.columns) + 0.5) * canvas.height) / grid.rows;
        const [px, py] = await page.evaluate(([x, y]) => window.ashlar!.toPage(x, y), [x, y] as const);
        if (!near(colourAt(picture, px, py), heatColour(values[cell]! / top), 5)) wrong++;
      }
      assert.equal(wrong, 0, `${wrong} of ${values.length} cells`);
      await page.close();
    });

    test(`arrows of a comparison come and go with their layer (${scene})`, async () => {
      const { page } = await openPage(browser, `${server.address}&theme=${theme}&compare=other-1`, size);
      const right = (await page.locator("#view-b").boundingBox())!;
      const arrows = async () => share(await screenshot(page), right, colours.series[1]!, 40);
      assert.ok((await arrows()) > 0);
      // The die is fitted to its half of the stage.
      const [[left], [end]] = await page.evaluate(
        ([width, height]) => [window.ashlar!.toPage(0, 0), window.ashlar!.toPage(width, height)],
        await dieOf(),
      );
      const half = (await page.locator("#view-a").boundingBox())!;
      assert.ok(left >= half.x && end <= half.x + half.width, `${left} to ${end}`);
      await page.uncheck("#show-arrows");
      assert.equal(await arrows(), 0);
      await page.close();
    });

    test(`a selection: framed in its colour, flylines lead away, and the frame goes with it (${scene})`, async () => {
      const { page } = await openPage(browser, `${server.address}&theme=${theme}`, size);
      const accent = colours.series[1]!;
      const stage = (await page.locator("#view-a").boundingBox())!;
      assert.equal(share(await screenshot(page), stage, accent), 0);
      await page.keyboard.press("n");
      const [name] = (await query(page)).selected as string[];
      const block = await loadBlock(blockPath);
      const picture = await screenshot(page);
      const box = await macroBox(page, block.nodeNames.indexOf(name!));
      for (const [x, y] of [
        [box.x - 2, box.y + box.height / 2],
        [box.x + box.width + 1, box.y + box.height / 2],
        [box.x + box.width / 2, box.y - 2],
        [box.x + box.width / 2, box.y + box.height + 1],
      ] as const) {
        const ring = share(picture, { x: x - 2, y: y - 2, width: 5, height: 5 }, accent, 40);
        // One whole line of the five: the stroke is two pixels wide and its edges are smoothed.
        assert.ok(ring >= 0.2, `frame at ${x}, ${y}: ${ring}`);
      }
      await page.keyboard.press("Escape");
      assert.equal(share(await screenshot(page), stage, accent), 0);
      await page.close();
    });
  }
