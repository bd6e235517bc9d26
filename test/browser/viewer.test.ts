// The viewer in a real browser, as a reader uses it: look, select, search, layers, maps, replay, compare, edit, keys.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { Costs } from "../../env/index.js";
import { loadBlock, NodeKind, readPlacement } from "../../netlist/index.js";
import { type Packed, unpack, unpackInfluences, unpackTrace, type ViewServer } from "../../viz/index.js";
import { percent } from "../../viz/page/influence-panel.js";
import { strongest } from "../../viz/page/influences.js";
import { launchBrowser, nextNotice, openPage, query, untilShown, whenIdle } from "../support/browser.js";
import { runJson } from "../support/command.js";
import { serve, writeBlock, writeRun } from "../support/view-fixtures.js";

const JUDGED = ["density", "horizontal", "vertical"];

let browser: Browser;
let blockPath = "";
let run = "";
let otherRun = "";
let server: ViewServer;

before(async () => {
  browser = await launchBrowser();
  blockPath = await writeBlock();
  run = await writeRun(blockPath, "policy", 6);
  otherRun = await writeRun(blockPath, "anneal", 12);
  server = await serve(run, otherRun);
});
after(async () => {
  await browser.close();
  await server.close();
});

/** A fresh page on the run, closed when the test is over. */
async function withPage(use: (page: Page, errors: string[]) => Promise<void>, more = ""): Promise<void> {
  const { page, errors } = await openPage(browser, `${server.address}&theme=light${more}`);
  try {
    await use(page, errors);
    assert.deepEqual(errors, []);
  } finally {
    await page.close();
  }
}

/** What the server answers to a request of the page. */
async function ask(name: string): Promise<Packed> {
  const response = await fetch(`http://127.0.0.1:${server.port}/api/${name}`);
  assert.equal(response.status, 200, name);
  return unpack(new Uint8Array(await response.arrayBuffer()));
}

/** Where a node stands on the page. */
async function pixelOf(page: Page, name: string): Promise<[number, number]> {
  return page.evaluate((name) => {
    const [x, y] = window.ashlar!.place(name);
    return window.ashlar!.toPage(x, y);
  }, name);
}

async function firstMacro(): Promise<string> {
  const block = await loadBlock(blockPath);
  return block.nodeNames[block.kinds.indexOf(NodeKind.HardMacro)]!;
}

function framesOf(folder: string): { iteration: number; proxy: number }[] {
  const lines = readFileSync(join(folder, "frames.jsonl"), "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as { iteration: number; proxy: number });
}

const iterationsOf = (folder: string) => framesOf(folder).map(({ iteration }) => iteration);

/** As the page writes it. Before a run's first frame its first counts. */
function bestUntil(folder: string, iteration: number): string {
  const frames = framesOf(folder);
  return (frames.findLast((frame) => frame.iteration <= iteration) ?? frames[0]!).proxy.toFixed(6);
}

async function costIn(page: Page, view: string): Promise<string> {
  return /proxy ([\d.]+)/.exec((await page.textContent(`${view} .caption`)) ?? "")![1]!;
}

test("the page shows the best placement with the costs that the run recorded", async () => {
  await withPage(async (page) => {
    const shown = await query(page);
    const recorded = runJson("eval", blockPath, "--placement", join(run, "best.plc"), "--json");
    assert.equal((shown.costs as Costs).proxyCost, recorded.proxy_cost);
    assert.equal(shown.state, "finished");
    assert.equal(await page.textContent("#cost-proxy"), Number(recorded.proxy_cost).toFixed(6));
    assert.equal(await page.title(), "block · Ashlar");
  });
});

test("a click selects a macro and the inspector follows its neighbours", async () => {
  await withPage(async (page) => {
    const name = await firstMacro();
    const [x, y] = await pixelOf(page, name);
    await page.mouse.click(x, y);
    assert.deepEqual((await query(page)).selected, [name]);
    assert.equal(await page.textContent("#selected-name"), name);
    await page.click("#inspector .list button >> nth=0");
    const next = (await query(page)).selected as string[];
    assert.equal(next.length, 1);
    assert.notEqual(next[0], name);
    await page.keyboard.down("Shift");
    await page.mouse.click(x, y);
    await page.keyboard.up("Shift");
    assert.equal(((await query(page)).selected as string[]).length, 2);
  });
});

test("search selects by part and by pattern, zooms there, and says when nothing matches", async () => {
  await withPage(async (page) => {
    const name = await firstMacro();
    const before = (await query(page)).cameras as { scale: number }[];
    await page.fill("#search", name);
    await page.press("#search", "Enter");
    const found = await query(page);
    assert.deepEqual(found.selected, [name]);
    assert.ok((found.cameras as { scale: number }[])[0]!.scale > before[0]!.scale);
    await page.fill("#search", "no such thing");
    assert.equal(await page.textContent("#found-count"), "no name matches");
  });
});

test("layers hide and lock, and the choice outlives a reload", async () => {
  await withPage(async (page) => {
    const name = await firstMacro();
    const [x, y] = await pixelOf(page, name);
    await page.uncheck("#show-soft");
    await page.uncheck("#select-hard");
    await page.mouse.click(x, y);
    assert.deepEqual((await query(page)).selected, []);
    await page.reload();
    await page.waitForFunction(() => "ready" in document.body.dataset);
    assert.equal(await page.isChecked("#show-soft"), false);
    assert.equal(await page.isChecked("#select-hard"), false);
    await page.check("#show-soft");
    await page.check("#select-hard");
  });
});

test("every heat map is drawn, with its range and a CSV of the grid", async () => {
  await withPage(async (page) => {
    const { grid } = await loadBlock(blockPath);
    for (const map of [...JUDGED, "nets", "pins", "probabilities", "masks", "wires"]) {
      await page.selectOption("#map", map);
      assert.equal((await query(page)).map, map);
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#csv")]);
      const stream = await download.createReadStream();
      let text = "";
      for await (const piece of stream) text += String(piece);
      const [header, ...lines] = text.trim().split("\n");
      assert.match(header!, /^column,row,x_um,y_um,".+ \(.+\)"$/, map);
      const cells = lines.map((line) => line.split(",").map(Number));
      assert.equal(cells.length, grid.rows * grid.columns, map);
      const values = cells.map((cell) => cell[4]!);
      assert.ok(values.every(Number.isFinite), map);
      assert.ok(
        values.some((value) => value > 0),
        map,
      );
      const sum = values.reduce((total, value) => total + value, 0);
      if (map === "probabilities") assert.ok(Math.abs(sum - 1) < 1e-4, `probabilities add up to ${sum}`);
    }
  });
});

test("scrubbing shows the frames with the costs recorded, and the last is the best", async () => {
  await withPage(async (page) => {
    const recorded = framesOf(run);
    assert.ok(recorded.length > 1, "one frame: no test");
    assert.equal((await query(page)).frames, recorded.length);
    const proxies: number[] = [];
    for (const [index, { iteration, proxy }] of recorded.entries()) {
      await page.fill("#scrub", String(index));
      const shown = await query(page);
      assert.equal(shown.step, index);
      assert.equal(shown.label, `iteration ${iteration}`);
      assert.equal((shown.costs as Costs).proxyCost, proxy);
      proxies.push(proxy);
    }
    const best = runJson("eval", blockPath, "--placement", join(run, "best.plc"), "--json");
    assert.equal(proxies.at(-1), best.proxy_cost);
    assert.equal(Math.min(...proxies), best.proxy_cost);
  });
});

test("the policy's episode places one macro after the other", async () => {
  await withPage(async (page) => {
    await page.selectOption("#time-source", "episode");
    const start = await query(page);
    const { kinds } = await loadBlock(blockPath);
    const macros = kinds.filter((kind) => kind === NodeKind.HardMacro).length;
    assert.equal(start.steps, macros + 1);
    assert.equal(start.step, 0);
    const placed = () => page.evaluate(() => window.ashlar!.query().placedMacros as number);
    assert.equal(await placed(), 0);
    for (let step = 1; step <= macros; step++) {
      await page.keyboard.press(".");
      assert.equal(await placed(), step);
    }
  });
});

test("who scrubs before the episode is there gets its step", async () => {
  await withPage(async (page) => {
    await page.route("**/api/trace*", async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      await route.continue();
    });
    const { step: shown } = await query(page);
    await page.selectOption("#time-source", "episode");
    assert.equal(await page.locator("#scrub").isEnabled(), false);
    await page.keyboard.press(",");
    assert.equal(await page.evaluate(() => window.ashlar!.query().step), shown);
    await page.fill("#scrub", "5");
    const { step, label } = await query(page);
    assert.equal(step, 5);
    assert.equal(label, "episode, step 6");
  });
});

test("a step of the episode shows what moved the policy, as a layer and as a list, until something else is shown", async () => {
  await withPage(async (page) => {
    await page.selectOption("#time-source", "episode");
    await page.fill("#scrub", "5");
    assert.deepEqual((await query(page)).influences, []);
    await page.check("#show-influences");
    const { influences, step } = await query(page);
    assert.equal(step, 5);
    const { checkpoint } = unpackTrace(await ask("trace"));
    const found = unpackInfluences(await ask(`influences?step=5&checkpoint=${checkpoint}`));
    const { nodeNames } = await loadBlock(blockPath);
    const expected = strongest(found, "change");
    const names = expected.map(({ nodes }) => nodeNames[nodes[0]!]!);
    const drawn = influences as string[];
    assert.ok(drawn.length > 2, `${drawn}`);
    assert.equal(drawn[0], names[expected.findIndex(({ x }) => !Number.isNaN(x))]);
    const list = page.locator("#influences li button");
    assert.equal(await list.count(), Math.min(10, expected.length));
    assert.equal(await list.first().getAttribute("title"), names[0]);
    const probability = percent(Math.exp(found.logProbability));
    assert.ok((await page.textContent("#influences-text"))!.includes(probability));
    await list.first().click();
    assert.deepEqual(
      (await query(page)).selected,
      [...expected[0]!.nodes].map((node) => nodeNames[node]),
    );
    await page.selectOption("#shown", "best");
    assert.deepEqual((await query(page)).influences, []);
    assert.equal(await page.locator("#influences").isVisible(), false);
    assert.match((await page.textContent("#why-influences")) ?? "", /needs a step of the policy's episode/);
  });
});

test("comparing shows two linked views with arrows, and closing goes back to one", async () => {
  await withPage(async (page) => {
    await page.selectOption("#compare", "initial");
    const two = await query(page);
    assert.equal(two.comparing, true);
    const cameras = two.cameras as unknown[];
    assert.deepEqual(cameras[0], cameras[1]);
    await page.hover("#view-b");
    await page.mouse.wheel(0, -400);
    // The call returns before the page has seen the wheel.
    const { scale } = cameras[0] as { scale: number };
    const shown = await untilShown(page, (shown) => (shown.cameras as { scale: number }[])[0]!.scale > scale);
    const zoomed = shown.cameras as unknown[];
    assert.deepEqual(zoomed[0], zoomed[1]);
    await page.selectOption("#compare", "");
    assert.equal((await query(page)).comparing, false);
  });
});

test("replay beside another run plays both, each with its best until the same iteration", async () => {
  await withPage(async (page) => {
    const own = iterationsOf(run);
    const others = iterationsOf(otherRun);
    const moments = [...new Set([...own, ...others])].sort((a, b) => a - b);
    await page.selectOption("#compare", "other-1");
    await whenIdle(page);
    assert.equal(await page.getAttribute("#scrub", "max"), String(moments.length - 1));
    for (const [index, iteration] of moments.entries()) {
      await page.fill("#scrub", String(index));
      const [left, right] = [await costIn(page, "#view-a"), await costIn(page, "#view-b")];
      assert.equal(left, bestUntil(run, iteration), `left at ${iteration}`);
      assert.equal(right, bestUntil(otherRun, iteration), `right at ${iteration}`);
    }
    await page.selectOption("#compare", "");
    await whenIdle(page);
    assert.equal(await page.getAttribute("#scrub", "max"), String(own.length - 1));
  });
});

test("a dragged macro has the costs that the command line finds for the saved file, to 1e-9", async () => {
  await withPage(async (page) => {
    const name = await firstMacro();
    const before = (await query(page)).costs as Costs;
    const [, , turned] = await page.evaluate((name) => window.ashlar!.place(name), name);
    const [x, y] = await pixelOf(page, name);
    await page.mouse.move(x, y);
    await page.mouse.down();
    for (let i = 1; i <= 8; i++) await page.mouse.move(x + 17 * i, y - 9 * i);
    await page.mouse.up();
    await page.mouse.move(x, y);
    await page.click("#flip-x");
    const after = await query(page);
    const costs = after.costs as Costs;
    assert.equal(after.edited, true);
    assert.notEqual(costs.wirelengthCost, before.wirelengthCost);
    await page.click("#save");
    if ((after.violations as unknown[]).length > 0) await page.click("#ask-yes");
    const file = /edits\/edit-\d+\.plc/.exec(await nextNotice(page))![0];
    const told = runJson("eval", blockPath, "--placement", join(run, file), "--json");
    for (const [key, golden] of [
      ["proxyCost", "proxy_cost"],
      ["wirelengthCost", "wirelength_cost"],
      ["densityCost", "density_cost"],
      ["congestionCost", "congestion_cost"],
    ] as const)
      assert.ok(
        Math.abs(costs[key] - Number(told[golden])) <= 1e-9,
        `${key}: ${costs[key]}, ${told[golden]}`,
      );
    // And undone twice it is what it was, to the last bit.
    await page.keyboard.press("u");
    await page.keyboard.press("u");
    assert.deepEqual((await query(page)).costs, before);
    const block = await loadBlock(blockPath);
    const saved = await readPlacement(join(run, file), block);
    const node = block.nodeNames.indexOf(name);
    assert.equal(saved.orientations[node], turned ^ 1, "N and FN, S and FS are left-right mirror images");
    assert.ok(readdirSync(join(run, "edits")).length >= 1);
  });
});

test("a drag that is broken off with Escape leaves nothing", async () => {
  await withPage(async (page) => {
    const name = await firstMacro();
    const before = await query(page);
    const [x, y] = await pixelOf(page, name);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 60, y + 40, { steps: 4 });
    assert.notDeepEqual((await query(page)).costs, before.costs);
    await page.keyboard.press("Escape");
    await page.mouse.up();
    const after = await query(page);
    assert.deepEqual(after.costs, before.costs);
    assert.equal(after.edited, false);
  });
});

test("everything goes by keys alone", async () => {
  await withPage(async (page) => {
    await page.keyboard.press("n");
    const [name] = (await query(page)).selected as string[];
    assert.ok(name);
    const before = await query(page);
    await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("x");
    assert.equal((await query(page)).edited, true);
    await page.keyboard.press("Control+z");
    await page.keyboard.press("u");
    assert.deepEqual((await query(page)).costs, before.costs);
    await page.keyboard.press("Control+y");
    await page.keyboard.press("z");
    const zoomed = ((await query(page)).cameras as { scale: number }[])[0]!.scale;
    await page.keyboard.press("f");
    const fitted = ((await query(page)).cameras as { scale: number }[])[0]!.scale;
    assert.ok(zoomed > fitted);
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("+");
    await page.keyboard.press("m");
    assert.equal((await query(page)).map, "density");
    await page.keyboard.press("t");
    assert.equal((await query(page)).theme, "dark");
    await page.keyboard.press("/");
    await page.keyboard.type("Grp");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    assert.equal(((await query(page)).selected as string[]).length, 1);
    await page.keyboard.press("?");
    assert.equal(await page.isVisible("#help"), true);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    assert.deepEqual((await query(page)).selected, []);
    await page.keyboard.press("Space");
    await whenIdle(page);
  });
});

test("the embedding map selects the node of the point clicked", async () => {
  await withPage(async (page) => {
    await page.waitForSelector("#embedding:visible");
    const box = (await page.locator("#embedding").boundingBox())!;
    let selected: string[] = [];
    for (let i = 1; i < 40 && selected.length === 0; i++) {
      await page.mouse.click(box.x + (box.width * i) / 40, box.y + (box.height * ((i * 7) % 40)) / 40);
      selected = (await query(page)).selected as string[];
    }
    assert.ok(selected.length === 1);
  });
});

test("the canvas renderer draws where there is no WebGL", async () => {
  const plain = await launchBrowser({ graphics: false });
  try {
    const { page, errors } = await openPage(plain, server.address);
    const shown = await query(page);
    assert.equal(shown.renderer, "canvas");
    assert.deepEqual(errors, []);
  } finally {
    await plain.close();
  }
});
