// A run that is being written: its page grows with it, says when it ends or dies, and comes back after the server.
import assert from "node:assert/strict";
import { appendFileSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { view } from "../../flow/index.js";
import { launchBrowser, openPage, query, untilShown } from "../support/browser.js";
import { startAshlar } from "../support/command.js";
import { rawRequest, requestText } from "../support/raw-request.js";
import { makeFolder } from "../support/temp-folder.js";
import { serve, writeBlock, writeRun } from "../support/view-fixtures.js";

let browser: Browser;
let blockPath = "";

before(async () => {
  browser = await launchBrowser();
  blockPath = await writeBlock();
});
after(() => browser.close());

test("a page attached to a running run follows it to its end", async () => {
  const out = join(makeFolder(), "live");
  const { child, finished } = startAshlar([
    "place",
    blockPath,
    ...["--method", "random", "--iterations", "400", "--out", out, "--quiet"],
  ]);
  let server: Awaited<ReturnType<typeof serve>> | undefined;
  try {
    // The run makes its folder first, its block is read before that.
    for (const end = performance.now() + 60_000; !server; ) {
      server = await serve(out).catch(() => undefined);
      assert.ok(server || performance.now() < end, "the run's folder can be viewed while it runs");
      if (!server) await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { page, errors } = await openPage(browser, server.address);
    await finished;
    await untilShown(
      page,
      ({ state, frames, chartPoints, placements }) =>
        state === "finished" &&
        Number(frames) >= 1 &&
        Number(chartPoints) >= 400 &&
        (placements as string[]).includes("best"),
    );
    assert.deepEqual(errors, []);
    await page.close();
  } finally {
    child.kill();
    await server?.close();
  }
});

/** Adds a better frame to a run's, as the run would. */
function addFrame(run: string): void {
  const path = join(run, "frames.jsonl");
  const last = JSON.parse(readFileSync(path, "utf8").trim().split("\n").at(-1)!);
  const frame = { ...last, iteration: last.iteration + 1, proxy: last.proxy - 0.01 };
  appendFileSync(path, `${JSON.stringify(frame)}\n`);
}

test("a frame that is written while the page is loaded, before it listens, is not missed", async () => {
  const out = await writeRun(blockPath, "random", 3);
  const server = await serve(out);
  const page = await browser.newPage();
  page.setDefaultTimeout(120_000);
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route("**/api/events*", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(server.address);
  await page.waitForFunction(() => "ready" in document.body.dataset);
  const frames = await page.evaluate(() => Number(window.ashlar!.query().frames));
  // Somebody who listens already is told, and nobody a second time.
  let isAdded = false;
  await rawRequest(server.port, requestText("GET", "/api/events", server.port), {
    enough: (text) => {
      if (!isAdded && text.includes("event: attached")) {
        isAdded = true;
        addFrame(out);
      }
      return /event: attached[\s\S]*event: frames/.test(text);
    },
  });
  release();
  const shown = await untilShown(page, (shown) => Number(shown.frames) === frames + 1);
  assert.match(String(shown.label), /^iteration \d+$/);
  await page.close();
  await server.close();
});

test("a chart keeps its zoom and the values at the pointer while the run goes on", async () => {
  const out = await writeRun(blockPath, "random", 12);
  const server = await serve(out);
  const { page, errors } = await openPage(browser, server.address);
  const whole = (await query(page)).xRange as [number, number];
  const box = (await page.locator("#chart .u-over").boundingBox())!;
  const at = (share: number) => [box.x + box.width * share, box.y + box.height / 2] as const;
  await page.mouse.move(...at(0.3));
  await page.mouse.down();
  await page.mouse.move(...at(0.7), { steps: 4 });
  await page.mouse.up();
  const { xRange, chartPoints } = await query(page);
  const [from, to] = xRange as [number, number];
  assert.ok(from > whole[0] && to < whole[1], `${from} to ${to} of ${whole}`);
  const values = await page.textContent("#chart-legend");
  assert.match(values ?? "", /\d\.\d/);
  const line = { iteration: 13, "cost/proxy": 1, "cost/best": 0.9 };
  appendFileSync(join(out, "metrics.jsonl"), `${JSON.stringify(line)}\n`);
  const later = await untilShown(page, (shown) => Number(shown.chartPoints) > Number(chartPoints));
  assert.deepEqual(later.xRange, xRange);
  assert.equal(await page.textContent("#chart-legend"), values);
  assert.deepEqual(errors, []);
  await page.close();
  await server.close();
});

test("who looks at the best placement follows new frames, who looks at another one is left there", async () => {
  const out = await writeRun(blockPath, "random", 3);
  const server = await serve(out, await writeRun(blockPath, "greedy", 2));
  const { page, errors } = await openPage(browser, server.address);
  const newFrame = async () => {
    const { frames } = await query(page);
    addFrame(out);
    return untilShown(page, (shown) => Number(shown.frames) === Number(frames) + 1);
  };
  const followed = await newFrame();
  assert.match(String(followed.label), /^iteration \d+$/);
  await page.selectOption("#shown", "other-1");
  const { label } = await query(page);
  assert.equal(label, "run-greedy");
  const left = await newFrame();
  assert.equal(left.label, label);
  assert.equal(await page.inputValue("#shown"), "other-1");
  assert.deepEqual(errors, []);
  await page.close();
  await server.close();
});

test("a policy's first checkpoint, written while the page is open, is offered with the next frame", async () => {
  const out = await writeRun(blockPath, "policy", 1);
  const checkpoint = join(out, "checkpoints/latest.safetensors");
  renameSync(checkpoint, `${checkpoint}.later`);
  const server = await serve(out);
  const { page, errors } = await openPage(browser, server.address);
  const offered = () => page.locator("#map option[value=masks], #time-source option[value=episode]").count();
  assert.equal(await offered(), 0);
  renameSync(`${checkpoint}.later`, checkpoint);
  const { frames } = await query(page);
  addFrame(out);
  await untilShown(page, (shown) => Number(shown.frames) === Number(frames) + 1);
  assert.equal(await offered(), 2);
  await page.selectOption("#map", "masks");
  assert.equal((await query(page)).map, "masks");
  assert.deepEqual(errors, []);
  await page.close();
  await server.close();
});

test("a run whose process is gone is said to have died", async () => {
  const out = await writeRun(blockPath, "random", 3);
  rmSync(join(out, "summary.json"));
  // A process of our own, alive as long as this test.
  writeFileSync(join(out, "running.json"), JSON.stringify({ process: process.pid }));
  const server = await serve(out);
  const { page } = await openPage(browser, server.address);
  assert.equal((await query(page)).state, "running");
  // No process has this number: Linux counts to 2^22.
  writeFileSync(join(out, "running.json"), JSON.stringify({ process: 2 ** 22 + 1 }));
  await untilShown(page, (shown) => shown.state === "died");
  assert.match((await page.textContent("#state")) ?? "", /died/);
  await page.close();
  await server.close();
});

test("the page says that the server is gone, and is up to date again when it is back", async () => {
  const out = await writeRun(blockPath, "random", 3);
  let server = await serve(out);
  const { port } = server;
  const { page } = await openPage(browser, server.address);
  const { chartPoints } = await untilShown(page, (shown) => Number(shown.chartPoints) > 0);
  await server.close();
  await untilShown(page, (shown) => shown.connected === false);
  assert.match((await page.textContent("#state")) ?? "", /server gone/);
  appendFileSync(
    join(out, "metrics.jsonl"),
    `${JSON.stringify({ iteration: 4, "cost/proxy": 1, "cost/best": 0.9 })}\n`,
  );
  server = (await view([out], { port })).server!;
  await untilShown(
    page,
    (shown) => shown.connected === true && Number(shown.chartPoints) > Number(chartPoints),
  );
  assert.match((await page.textContent("#state")) ?? "", /finished/);
  await page.close();
  await server.close();
});
