// Measures the viewer in a real Chromium: frame times while panning and zooming, load times, size of the page, memory over a
// long replay, and ten thousand hostile requests. Prints one JSON object.
//
//   node dist/benchmarks/viewer.js [--replay SECONDS] [--requests N] [--renderer webgl|canvas]
//     [--chromium-options "…"] [NAME=BLOCK …]
//
// Named blocks are loaded and timed in addition to the generated ones. Chromium draws in software, as on a machine without
// a graphics card, unless `--chromium-options` says otherwise. `--renderer` chooses one of pixi's renderers.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import {
  type Block,
  generateBlock,
  NetlistDraft,
  NodeKind,
  Random,
  writePbNetlist,
  writePlc,
} from "../netlist/index.js";
import { launchBrowser, openPage, query } from "../test/support/browser.js";
import { fuzzRequest } from "../test/support/fuzz-requests.js";
import { rawRequest } from "../test/support/raw-request.js";
import { makeFolder } from "../test/support/temp-folder.js";
import { serve, writeBlock, writeRun } from "../test/support/view-fixtures.js";

const FRAMES = 120;

interface FrameTimes {
  readonly frames: number;
  /** Time per step, from the first step until the last picture is drawn. */
  readonly drawnMs: number;
  /** The page's own part of it, which is all that remains with a graphics card. */
  readonly scriptMs: number;
  /** Time between animation frames, without a drawing process that lags behind. */
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly worstMs: number;
}

/** Frame times while `step` runs in each frame. */
async function frameTimes(page: Page, step: "pan" | "zoom"): Promise<FrameTimes> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const scriptSeconds = async (): Promise<number> =>
    (await session.send("Performance.getMetrics")).metrics.find(({ name }) => name === "ScriptDuration")!
      .value;
  const before = await scriptSeconds();
  const { gaps, drawnMs } = await page.evaluate(
    ([frames, code]) =>
      new Promise<{ gaps: number[]; drawnMs: number }>((resolve, reject) => {
        const view = document.getElementById("view-a")!;
        const { left, top, width, height } = view.getBoundingClientRect();
        const wheel = (delta: number) =>
          view.dispatchEvent(
            new WheelEvent("wheel", {
              deltaY: delta,
              clientX: left + width / 3,
              clientY: top + height / 3,
              cancelable: true,
            }),
          );
        const key = (name: string) =>
          document.body.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
        const state = () => JSON.stringify(window.ashlar?.query());
        const start = state();
        const canvas = view.querySelector("canvas")!;
        canvas.toDataURL();
        const began = performance.now();
        const found: number[] = [];
        let before = 0;
        const tick = (now: number) => {
          if (before > 0) found.push(now - before);
          before = now;
          if (found.length >= Number(frames)) {
            canvas.toDataURL(); // waits for the pictures before
            return resolve({ gaps: found, drawnMs: (performance.now() - began) / found.length });
          }
          // Frames in which nothing happens would be too fast.
          if (found.length === 10 && state() === start) return reject(new Error(`${code}: nothing moved`));
          const i = found.length;
          if (code === "zoom") wheel(i % 60 < 30 ? -40 : 40);
          else key(i % 8 < 4 ? "ArrowLeft" : "ArrowRight");
          requestAnimationFrame(tick);
        };
        requestAnimationFrame(tick);
      }),
    [FRAMES, step] as const,
  );
  const scriptMs = (1000 * ((await scriptSeconds()) - before)) / gaps.length;
  await session.detach();
  const sorted = [...gaps].sort((a, b) => a - b);
  const round = (value: number) => Number(value.toFixed(1));
  return {
    frames: sorted.length,
    drawnMs: round(drawnMs),
    scriptMs: round(scriptMs),
    medianMs: round(sorted[Math.floor(sorted.length / 2)]!),
    p95Ms: round(sorted[Math.floor(sorted.length * 0.95)]!),
    worstMs: round(sorted.at(-1)!),
  };
}

/** Writes a placed block with rows of standard cells and a few macros to a folder. */
async function writeCells(cells: number): Promise<string> {
  const random = Random.stream(1, "cells");
  const draft = new NetlistDraft();
  const columns = Math.ceil(Math.sqrt(cells * 2));
  const places: [number, number][] = [];
  const pins: number[] = [];
  for (let cell = 0; cell < cells; cell++) {
    const node = draft.addNode(NodeKind.StandardCell, `top/u_${cell % 64}/cell_${cell}`, 0.76, 1.4);
    pins.push(draft.addPin(node, `top/u_${cell % 64}/cell_${cell}`));
    places.push([0.5 + (cell % columns), 1 + 1.6 * Math.floor(cell / columns)]);
  }
  for (let cell = 0; cell + 1 < cells; cell++)
    draft.addNet(pins[cell]!, [pins[Math.min(cells - 1, cell + 1 + random.below(columns))]!]);
  const { netlist, places: initial } = draft.finish("cells");
  places.forEach(([x, y], node) => {
    initial.xs[node] = x;
    initial.ys[node] = y;
  });
  const rows = Math.ceil(cells / columns);
  const base = generateBlock({ seed: 1, macros: 4 });
  const block: Block = {
    ...netlist,
    fixed: new Uint8Array(netlist.nodeCount),
    canvas: { width: columns + 1, height: 1.6 * rows + 2 },
    grid: { columns: 32, rows: 32 },
    routing: base.routing,
    smoothing: 0,
    overlapThreshold: 0,
    blockages: [],
    initial,
  };
  return write(block);
}

/** Writes a placed block with rows of hard macros and nets between neighbours to a folder. */
async function writeMacros(macros: number, nets: number): Promise<string> {
  const random = Random.stream(2, "macros");
  const draft = new NetlistDraft();
  const side = Math.ceil(Math.sqrt(macros));
  const pins = Array.from({ length: macros }, (_, i) => {
    const node = draft.addNode(NodeKind.HardMacro, `top/bank_${i % 32}/ram_${i}`, 60, 40);
    return Array.from({ length: Math.ceil(nets / macros) + 1 }, (_, pin) =>
      draft.addPin(node, `top/bank_${i % 32}/ram_${i}/p${pin}`, (pin % 8) * 6 - 21, 18),
    );
  });
  for (let net = 0; net < nets; net++) {
    const driver = net % macros;
    const sink = (driver + 1 + random.below(side * 2)) % macros;
    if (sink === driver) continue;
    draft.addNet(pins[driver]![Math.floor(net / macros)]!, [pins[sink]!.at(-1)!]);
  }
  const { netlist, places: initial } = draft.finish("macros");
  for (let node = 0; node < macros; node++) {
    initial.xs[node] = 40 + 70 * (node % side);
    initial.ys[node] = 30 + 50 * Math.floor(node / side);
  }
  const base = generateBlock({ seed: 1, macros: 4 });
  return write({
    ...netlist,
    fixed: new Uint8Array(netlist.nodeCount),
    canvas: { width: 70 * side + 20, height: 50 * side + 20 },
    grid: { columns: 40, rows: 40 },
    routing: base.routing,
    smoothing: 2,
    overlapThreshold: 0,
    blockages: [],
    initial,
  });
}

async function write(block: Block): Promise<string> {
  const folder = makeFolder();
  await writePbNetlist(join(folder, "netlist.pb.txt"), block, block.initial);
  await writePlc(join(folder, "initial.plc"), block, block.initial);
  return folder;
}

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

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    replay: { type: "string", default: "600" },
    requests: { type: "string", default: "10000" },
    renderer: { type: "string" },
    "chromium-options": { type: "string" },
  },
});

const browser = await launchBrowser(
  values["chromium-options"] === undefined ? {} : { args: values["chromium-options"].split(" ") },
);
/** The page's address with the chosen renderer. */
const addressOf = (address: string): string =>
  values.renderer === undefined ? address : `${address}&renderer=${values.renderer}`;
const result: Record<string, unknown> = { browser: browser.version(), weightBytes: pageWeight() };
const say = (name: string, value: unknown) => {
  result[name] = value;
  process.stderr.write(`${name}: ${JSON.stringify(value)}\n`);
};

const blocks: [string, string][] = [
  ["macros-2000", await writeMacros(2000, 30_000)],
  ["cells-200000", await writeCells(200_000)],
  ...positionals.map((text): [string, string] => text.split("=", 2) as [string, string]),
];
for (const [name, path] of blocks) {
  const server = await serve(path);
  const began = performance.now();
  const { page } = await openPage(browser, addressOf(server.address));
  const loadMs = Math.round(performance.now() - began);
  const { nodes, renderer } = await query(page);
  const pan = await frameTimes(page, "pan");
  const zoom = await frameTimes(page, "zoom");
  await page.check("#show-nets");
  const panWithNets = await frameTimes(page, "pan");
  say(name, { nodes, renderer, loadMs, pan, zoom, panWithNets });
  await page.close();
  await server.close();
}

const seconds = Number(values.replay);
const run = await writeRun(await writeBlock(32), "random", 200);
// Replay needs many frames, so those of the run are repeated, each with an iteration of its own.
const lines = readFileSync(join(run, "frames.jsonl"), "utf8").trim().split("\n");
const repeated = Array.from({ length: 400 }, (_, i) =>
  JSON.stringify({ ...JSON.parse(lines[i % lines.length]!), iteration: i + 1 }),
);
writeFileSync(join(run, "frames.jsonl"), `${repeated.join("\n")}\n`);
const server = await serve(run);
if (seconds > 0) {
  const { page } = await openPage(browser, addressOf(server.address));
  await page.selectOption("#map", "density");
  const heaps = [await heapOf(page)];
  for (let minute = 0; minute * 60 < seconds; minute++) {
    const end = performance.now() + Math.min(60, seconds - minute * 60) * 1000;
    while (performance.now() < end) {
      if (!(await query(page)).playing) await page.keyboard.press("Space");
      await page.waitForTimeout(1000);
    }
    heaps.push(await heapOf(page));
  }
  say("replay", { seconds, heapBytes: heaps });
  await page.close();
}

const random = Random.stream(7, "fuzz");
const before = readdirSync(run, { recursive: true }).length;
const memory = process.memoryUsage().rss;
const statuses: Record<number, number> = {};
const requests = Number(values.requests);
for (let sent = 0; sent < requests; sent += 50) {
  const batch = Array.from({ length: 50 }, () => fuzzRequest(random, server.port, server.token));
  const answers = await Promise.all(
    batch.map((bytes) => rawRequest(server.port, Buffer.from(bytes, "latin1"), 400)),
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
await browser.close();
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
