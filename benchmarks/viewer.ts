// Measures the viewer in a real Chromium: frame times while panning and zooming, load times, frame times compared with those of
// another build, size of the page, memory over a long replay, and hostile requests. Prints one JSON object.
//
//   node dist/benchmarks/viewer.js [--parts pictures,large,ratios,replay,requests] [--frames N] [--cells N] [--against FOLDER]
//     [--rounds N] [--replay SECONDS] [--requests N] [--renderer webgl|canvas] [--chromium-options "…"] [NAME=BLOCK …]
//
// Named blocks are loaded and timed in addition to the generated ones. `large` is a block of `--cells` placed cells. `ratios` takes
// the root of another build of this repository, `--against`, and draws the same block of 2,000 macros with both, by turns and at
// the same scale.
// Chromium draws in software, as on a machine without a graphics card, unless `--chromium-options` says otherwise. `--renderer`
// chooses one of pixi's renderers.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { Random } from "../netlist/index.js";
import { launchBrowser, openPage, query } from "../test/support/browser.js";
import { fuzzRequest } from "../test/support/fuzz-requests.js";
import { rawRequest } from "../test/support/raw-request.js";
import { serve, writeBlock, writeRun } from "../test/support/view-fixtures.js";
import { trendOf } from "./soak/soak.js";
import { writeCells, writeLarge, writeMacros } from "./viewer-blocks.js";
import { frameRatios, frameTimes } from "./viewer-frames.js";
import { writeLongRun } from "./viewer-replay.js";

function pageWeight(): Record<string, number> {
  const files = ["viz/page/index.html", "viz/page/bundle.js", "viz/page/bundle.css", "kernels/ashlar.wasm"];
  const sizes = files.map((name): [string, number] => [
    name,
    gzipSync(readFileSync(join("dist", name)), { level: 9 }).length,
  ]);
  return { ...Object.fromEntries(sizes), total: sizes.reduce((sum, [, size]) => sum + size, 0) };
}

/** Size of the page's JavaScript heap in bytes, after a garbage collection. */
async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize;
}

/** Frames of the run that is replayed. At twelve frames a second a round takes 75 s. */
const REPLAYED = 900;

interface Figure {
  readonly block?: string;
  readonly metric: string;
  readonly unit: string;
  readonly value: number;
}

const MACROS = "2,000 macros, 30,000 nets";
const PARTS = ["pictures", "large", "ratios", "replay", "requests"];
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    parts: { type: "string", default: "pictures,replay,requests" },
    cells: { type: "string", default: "1000000" },
    against: { type: "string" },
    rounds: { type: "string", default: "5" },
    frames: { type: "string", default: "120" },
    replay: { type: "string", default: "600" },
    requests: { type: "string", default: "10000" },
    renderer: { type: "string" },
    "chromium-options": { type: "string" },
  },
});
const FRAMES = Number(values.frames);
const parts = values.parts.split(",");
const unknown = parts.find((part) => !PARTS.includes(part));
if (unknown !== undefined || (parts.includes("ratios") && values.against === undefined)) {
  console.error(
    unknown === undefined ? "ratios: needs --against FOLDER" : `--parts: '${unknown}' is unknown`,
  );
  process.exit(1);
}

const browser = await launchBrowser(
  values["chromium-options"] === undefined ? {} : { args: values["chromium-options"].split(" ") },
);
/** The page's address with the chosen renderer. */
const addressOf = (address: string): string =>
  values.renderer === undefined ? address : `${address}&renderer=${values.renderer}`;
const result: Record<string, unknown> = { browser: browser.version(), weightBytes: pageWeight() };
/** As benchmarks/results/viewer.json has them. */
const figures: Figure[] = [];
const say = (name: string, value: unknown) => {
  result[name] = value;
  process.stderr.write(`${name}: ${JSON.stringify(value)}\n`);
};

/** @param block its name in the results */
async function measurePictures(name: string, path: string, block = name): Promise<void> {
  const server = await serve(path);
  const began = performance.now();
  const { page } = await openPage(browser, addressOf(server.address));
  const loadMs = Math.round(performance.now() - began);
  const { nodes, renderer } = await query(page);
  const pan = await frameTimes(page, "pan", FRAMES);
  const zoom = await frameTimes(page, "zoom", FRAMES);
  await page.check("#show-nets");
  const panWithNets = await frameTimes(page, "pan", FRAMES);
  say(name, { nodes, renderer, loadMs, pan, zoom, panWithNets });
  const perPicture = { block, unit: "ms per picture" };
  figures.push(
    { block, metric: "load", unit: "ms", value: loadMs },
    { ...perPicture, metric: "pan", value: Math.round(pan.drawnMs) },
    { ...perPicture, metric: "zoom", value: Math.round(zoom.drawnMs) },
    { ...perPicture, metric: "pan with the strongest connections", value: Math.round(panWithNets.drawnMs) },
    { block, metric: "longest stall", unit: "ms", value: Math.round(Math.max(pan.worstMs, zoom.worstMs)) },
  );
  await page.close();
  await server.close();
}

/** Replays a run again and again, and looks at the heap once a minute. */
async function measureReplay(seconds: number): Promise<void> {
  const server = await serve(await writeLongRun(REPLAYED));
  const { page } = await openPage(browser, addressOf(server.address));
  await page.selectOption("#map", "density");
  await page.evaluate(() => {
    const seen = new Set<string>();
    Object.assign(window, { seen });
    const watch = () => {
      seen.add(document.getElementById("time-text")!.innerText);
      requestAnimationFrame(watch);
    };
    watch();
  });
  const { frames } = await query(page);
  const heaps = [await heapOf(page)];
  for (let minute = 0; minute * 60 < seconds; minute++) {
    const end = performance.now() + Math.min(60, seconds - minute * 60) * 1000;
    while (performance.now() < end) {
      if (!(await query(page)).playing) await page.keyboard.press("Space");
      await page.waitForTimeout(1000);
    }
    heaps.push(await heapOf(page));
  }
  const framesSeen = await page.evaluate(() => (window as unknown as { seen: Set<string> }).seen.size);
  // The first minute fills caches.
  const rest = heaps.slice(1);
  const [least, greatest] = [Math.min(...rest), Math.max(...rest)];
  const slope = trendOf(rest).growth / (rest.length - 1);
  const growth = { slopeBytesPerMinute: Math.round(slope), spreadBytes: greatest - least };
  say("replay", { seconds, frames, framesSeen, heapBytes: heaps, ...growth });
  const megabytes = (bytes: number) => Number((bytes / 1e6).toFixed(2));
  figures.push(
    { metric: "page's heap after one minute of replay", unit: "MB", value: megabytes(rest[0]!) },
    { metric: "page's heap at the end", unit: "MB", value: megabytes(rest.at(-1)!) },
    { metric: "least to greatest in between", unit: "MB", value: megabytes(greatest - least) },
  );
  await page.close();
  await server.close();
}

async function sendRequests(requests: number): Promise<void> {
  const run = await writeRun(await writeBlock(32), "random", 200);
  const server = await serve(run);
  const random = Random.stream(7, "fuzz");
  const before = readdirSync(run, { recursive: true }).length;
  const memory = process.memoryUsage().rss;
  const statuses: Record<number, number> = {};
  for (let sent = 0; sent < requests; sent += 50) {
    const batch = Array.from({ length: 50 }, () => fuzzRequest(random, server.port, server.token));
    const answers = await Promise.all(
      batch.map((bytes) => rawRequest(server.port, Buffer.from(bytes, "latin1"), { patience: 400 })),
    );
    for (const { status, text } of answers) {
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (status >= 500 || /root:x:/.test(text))
        throw new Error(`an answer that must not be: ${text.slice(0, 200)}`);
    }
  }
  say("fuzz", {
    requests,
    statuses,
    filesBefore: before,
    filesAfter: readdirSync(run, { recursive: true }).length,
    residentBefore: memory,
    residentAfter: process.memoryUsage().rss,
  });
  await server.close();
}

if (parts.includes("pictures")) {
  await measurePictures("macros-2000", await writeMacros(2000, 30_000), MACROS);
  await measurePictures("cells-200000", await writeCells(200_000), "200,000 standard cells");
}
for (const text of positionals) {
  const [name, path] = text.split("=", 2) as [string, string];
  await measurePictures(name, path);
}
if (parts.includes("large")) await measurePictures(`cells-${values.cells}`, writeLarge(Number(values.cells)));
if (parts.includes("ratios")) {
  const path = await writeMacros(2000, 30_000);
  const own = await serve(path);
  const rounds = Number(values.rounds);
  const ratios = await frameRatios(browser, { folder: values.against!, path, own, rounds, frames: FRAMES });
  say("ratios", ratios);
  const { panDrawn, panWorst, zoomDrawn, zoomWorst } = ratios;
  for (const [metric, value] of Object.entries({
    "time per picture, pan": panDrawn,
    "time per picture, zoom": zoomDrawn,
    "longest frame, pan": panWorst,
    "longest frame, zoom": zoomWorst,
  }))
    figures.push({ block: MACROS, metric, unit: "this version / before", value });
  await own.close();
}
if (parts.includes("replay")) await measureReplay(Number(values.replay));
if (parts.includes("requests")) await sendRequests(Number(values.requests));
await browser.close();
result.figures = figures;
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
