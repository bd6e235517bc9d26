// The mark in a macro's corner tells how it is turned, at every zoom; what is drawn over a macro is its own.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { PNG } from "pngjs";
import { NetlistDraft, NodeKind, Orientation, writePbNetlist, writePlc } from "../../netlist/index.js";
import type { ViewServer } from "../../viz/index.js";
import { blockOf } from "../support/blocks.js";
import { launchBrowser, openPage, whenIdle } from "../support/browser.js";
import { makeFolder } from "../support/temp-folder.js";
import { serve } from "../support/view-fixtures.js";

const PLACES = { upright: [25, 50], turned: [75, 50] } as const;
const SIDE = 36;

let browser: Browser;
let server: ViewServer;

/** Two macros, of which the second is turned by half a turn. */
async function writeTurned(): Promise<string> {
  const draft = new NetlistDraft();
  const pins = Object.keys(PLACES).map((name) =>
    draft.addPin(draft.addNode(NodeKind.HardMacro, name, SIDE, SIDE), `${name}/p`),
  );
  draft.addNet(pins[0]!, pins.slice(1));
  const block = blockOf(draft, {}, PLACES);
  block.initial.orientations[block.nodeNames.indexOf("turned")] = Orientation.S;
  const folder = makeFolder();
  await writePbNetlist(join(folder, "netlist.pb.txt"), block, block.initial);
  await writePlc(join(folder, "initial.plc"), block, block.initial);
  return folder;
}

before(async () => {
  browser = await launchBrowser();
  server = await serve(await writeTurned());
});
after(async () => {
  await browser.close();
  await server.close();
});

/** Reads in a picture of the page the colour of the pixel so many pixels to the right of and below a place in µm. */
async function takePicture(page: Page) {
  await whenIdle(page);
  const { data, width } = PNG.sync.read(await page.screenshot());
  return async ([x, y]: readonly [number, number], right: number, down: number) => {
    const [left, top] = await page.evaluate(([x, y]) => window.ashlar!.toPage(x!, y!), [x, y] as const);
    const at = 4 * ((Math.round(top) + down) * width + Math.round(left) + right);
    return [...data.subarray(at, at + 3)].join(" ");
  };
}

test("the mark is in the corner that was lower left, however often the view changes", async () => {
  const { page, errors } = await openPage(browser, `${server.address}&theme=light`);
  for (const key of ["", "-", "+", "-", "+"]) {
    if (key) await page.keyboard.press(key);
    const pixel = await takePicture(page);
    for (const [name, [x, y]] of Object.entries(PLACES)) {
      const sign = name === "turned" ? -1 : 1;
      const corner = [x - (sign * SIDE) / 2, y - (sign * SIDE) / 2] as const;
      // Near the corner there is the mark. Its triangle has ended where the diagonal leaves it; body and corner differ.
      const mark = await pixel(corner, 4 * sign, -4 * sign);
      const inside = await pixel(corner, 11 * sign, -11 * sign);
      const body = await pixel([x, y], 20, 20);
      assert.notEqual(mark, body, `${name} after '${key}': no mark in its corner`);
      assert.equal(inside, body, `${name} after '${key}': a mark away from its corner`);
    }
  }
  assert.deepEqual(errors, []);
  await page.close();
});

test("the name of a soft macro is not drawn on a hard macro in front of it", async () => {
  const draft = new NetlistDraft();
  const places = { hard: [50, 70], Grp_behind: [50, 70], Grp_free: [50, 25] } as const;
  const pins = [
    draft.addNode(NodeKind.HardMacro, "hard", 4, 4), // too small for a name of its own
    draft.addNode(NodeKind.SoftMacro, "Grp_behind", 60, 20),
    draft.addNode(NodeKind.SoftMacro, "Grp_free", 60, 20),
  ].map((node, at) => draft.addPin(node, `p${at}`));
  draft.addNet(pins[0]!, pins.slice(1));
  const block = blockOf(draft, {}, places);
  const folder = makeFolder();
  await writePbNetlist(join(folder, "netlist.pb.txt"), block, block.initial);
  await writePlc(join(folder, "initial.plc"), block, block.initial);
  const own = await serve(folder);
  const { page, errors } = await openPage(browser, `${own.address}&theme=light`);
  const picture = async () => {
    await whenIdle(page);
    return PNG.sync.read(await page.screenshot());
  };
  const named = await picture();
  await page.uncheck("#show-names");
  const bare = await picture();
  const changed = async ([x, y]: readonly [number, number]) => {
    const ends = [
      [x - 30, y + 10],
      [x + 30, y - 10],
    ] as const;
    const [from, to] = await page.evaluate((ends) => ends.map(([x, y]) => window.ashlar!.toPage(x, y)), ends);
    let pixels = 0;
    for (let row = Math.ceil(from![1]); row < to![1]; row++)
      for (let column = Math.ceil(from![0]); column < to![0]; column++) {
        const at = 4 * (row * named.width + column);
        if ([0, 1, 2].some((i) => named.data[at + i] !== bare.data[at + i])) pixels++;
      }
    return pixels;
  };
  assert.ok((await changed(places.Grp_free)) > 50);
  assert.equal(await changed(places.Grp_behind), 0);
  assert.deepEqual(errors, []);
  await page.close();
  await own.close();
});
