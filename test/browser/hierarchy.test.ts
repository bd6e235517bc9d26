// The browser of the hierarchy: modules select their macros and give them colours, by mouse, by keys, and from an address.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { PNG } from "pngjs";
import { NetlistDraft, NodeKind, writePbNetlist, writePlc } from "../../netlist/index.js";
import type { ViewServer } from "../../viz/index.js";
import { moduleColour } from "../../viz/page/hierarchy.js";
import { blockOf } from "../support/blocks.js";
import { launchBrowser, openPage, query, whenIdle } from "../support/browser.js";
import { makeFolder } from "../support/temp-folder.js";
import { serve } from "../support/view-fixtures.js";

const NAMES = ["top/a/x/r0", "top/a/x/r1", "top/a/y/r0", "top/a/y/r1", "top/b/r0", "top/b/r1", "top/lone"];
const SIDE = 10;

let browser: Browser;
let server: ViewServer;

/** A viewer of macros with these names, in a row. */
async function serveMacros(names: readonly string[]): Promise<ViewServer> {
  const draft = new NetlistDraft();
  const places: Record<string, readonly [number, number]> = {};
  const pins = names.map((name, i) => {
    places[name] = [10 + 12 * i, 50];
    return draft.addPin(draft.addNode(NodeKind.HardMacro, name, SIDE, SIDE), `${name}/p`);
  });
  draft.addNet(pins[0]!, pins.slice(1));
  const block = blockOf(draft, {}, places);
  const folder = makeFolder();
  await writePbNetlist(join(folder, "netlist.pb.txt"), block, block.initial);
  await writePlc(join(folder, "initial.plc"), block, block.initial);
  return serve(folder);
}

before(async () => {
  browser = await launchBrowser();
  server = await serveMacros(NAMES);
});
after(async () => {
  await browser.close();
  await server.close();
});

async function withPage(
  use: (page: Page) => Promise<void>,
  hash = "",
  size = { width: 1440, height: 900 },
): Promise<void> {
  const { page, errors } = await openPage(browser, `${server.address}&theme=light${hash}`, size);
  try {
    await use(page);
    assert.deepEqual(errors, []);
  } finally {
    await page.close();
  }
}

const selected = async (page: Page) => new Set((await query(page)).selected as string[]);
const below = (path: string) => new Set(NAMES.filter((name) => name.startsWith(`${path}/`)));
/** The rows of the tree: label, number of macros. */
const rows = (page: Page) => page.locator("#modules li").allInnerTexts();
const focused = (page: Page) => page.evaluate(() => (document.activeElement as HTMLElement).title);

/** The colours in the picture at all macros, off their names. */
async function coloursOf(page: Page): Promise<string[]> {
  await whenIdle(page);
  const places = await page.evaluate(
    (names) =>
      names.map((name) => {
        const [x, y] = window.ashlar!.place(name);
        return window.ashlar!.toPage(x, y + 3);
      }),
    NAMES,
  );
  const { data, width } = PNG.sync.read(await page.screenshot());
  return places.map(([x, y]) => {
    const at = 4 * (Math.round(y) * width + Math.round(x));
    return `#${[...data.subarray(at, at + 3)].map((value) => value.toString(16).padStart(2, "0")).join("")}`;
  });
}

test("a click on a module selects its macros, with Shift it adds and takes away", async () => {
  await withPage(async (page) => {
    assert.match((await page.textContent("#modules-note"))!, /^Below top\.$/);
    assert.deepEqual(
      (await rows(page)).map((text) => text.replace(/\s+/g, " ").trim()),
      ["a 4", "b 2"],
    );
    await page.click("#modules li >> nth=1");
    assert.deepEqual(await selected(page), below("top/b"));
    await page.click("#modules li >> nth=0", { modifiers: ["Shift"] });
    assert.equal((await selected(page)).size, 6);
    await page.click("#modules li >> nth=1", { modifiers: ["Shift"] });
    assert.deepEqual(await selected(page), below("top/a"));
    assert.equal(await page.getAttribute("#modules li >> nth=0", "aria-selected"), "true");
    await page.click("#modules li >> nth=0 >> .twist");
    assert.equal((await rows(page)).length, 4);
    assert.deepEqual(await selected(page), below("top/a"), "opening selects nothing");
  });
});

test("the tree is used by keys alone, which do not reach the canvas", async () => {
  await withPage(async (page) => {
    const [camera] = (await query(page)).cameras as object[];
    await page.focus("#modules li >> nth=0");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    assert.equal(await focused(page), "top/a/x");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    assert.deepEqual(await selected(page), below("top/a/y"));
    assert.equal(await focused(page), "top/a/y");
    await page.keyboard.press("End");
    await page.keyboard.press("Shift+Enter");
    assert.equal((await selected(page)).size, 4);
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowLeft");
    assert.equal(await focused(page), "top/a");
    await page.keyboard.press("ArrowLeft");
    assert.equal(await page.getAttribute("#modules li >> nth=0", "aria-expanded"), "false");
    assert.deepEqual(((await query(page)).cameras as object[])[0], camera);
  });
});

test("macros have the colours of the lowest modules that are open, as the tree shows them, after a reload too", async () => {
  await withPage(async (page) => {
    const colours = () => coloursOf(page);
    const plain = (await colours())[0]!;
    await page.check("#colour-modules");
    const [a, b] = [moduleColour(0), moduleColour(1)];
    assert.deepEqual(await colours(), [a, a, a, a, b, b, plain]);
    await page.click("#modules li >> nth=0 >> .twist");
    const open = [a, a, b, b, moduleColour(2), moduleColour(2), plain];
    assert.deepEqual(await colours(), open);
    await whenIdle(page);
    assert.match(page.url(), /#open=top\/a&colour=modules$/);
    await page.reload();
    await page.waitForFunction(() => "ready" in document.body.dataset);
    assert.deepEqual(await colours(), open);
    assert.equal(await page.locator("#modules .swatch").count(), 3);
    await page.uncheck("#colour-modules");
    assert.deepEqual(new Set(await colours()), new Set([plain]));
  });
});

for (const size of [
  { width: 1024, height: 700 },
  { width: 390, height: 844 },
])
  test(`the tree works at ${size.width} x ${size.height}`, async () => {
    await withPage(
      async (page) => {
        if (size.width < 760) await page.click("#sheet-left");
        await page.click("#modules li >> nth=0 >> .twist");
        await page.click("#modules li >> nth=2");
        assert.deepEqual(await selected(page), below("top/a/y"));
      },
      "",
      size,
    );
  });

test("names without levels are said to have none", async () => {
  const flat = await serveMacros(["a", "b"]);
  const { page } = await openPage(browser, flat.address);
  assert.match((await page.textContent("#modules-note"))!, /^All macros are in one module/);
  assert.equal(await page.locator("#modules").count(), 0);
  await page.close();
  await flat.close();
});
