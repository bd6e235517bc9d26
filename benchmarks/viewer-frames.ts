// How long pictures of the viewer's page take while one pans and zooms, and how two builds of the viewer compare.
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { openPage, query } from "../test/support/browser.js";
import type { ViewServer } from "../viz/index.js";

export interface FrameTimes {
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
export async function frameTimes(page: Page, step: "pan" | "zoom", frames: number): Promise<FrameTimes> {
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
        // Where the die's corner is. What `query` tells of a million nodes takes longer than a frame.
        const state = () => window.ashlar!.toPage(0, 0).join();
        const start = state();
        const canvas = view.querySelector("canvas")!;
        canvas.toDataURL();
        let began = 0;
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
        // A frame that began while the page waited for older pictures tells a time from before.
        requestAnimationFrame(() =>
          requestAnimationFrame(() => {
            began = performance.now();
            requestAnimationFrame(tick);
          }),
        );
      }),
    [frames, step] as const,
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

/** Frame times of this build over those of another: of drawn pictures, and of the worst frame. */
interface Ratios {
  readonly panDrawn: number;
  readonly panWorst: number;
  readonly zoomDrawn: number;
  readonly zoomWorst: number;
}

/** The medians of the ratios of all rounds. */
export interface FrameRatios extends Ratios {
  readonly rounds: number;
  /** The scale at which this build shows the die at first, over the other's. Both are measured at the other's. */
  readonly scale: number;
  /** Milliseconds of the drawn pictures, the other build's first. */
  readonly rows: readonly (readonly [step: string, other: number, own: number])[];
}

/**
 * Measures two builds by turns in one browser, so that both have the same machine. Both show the same part of the die at the same
 * scale, because the time of a picture without a graphics card grows with its area.
 * @param folder root of the other build, whose `dist` is there
 */
export async function frameRatios(
  browser: Browser,
  {
    folder,
    path,
    own,
    rounds,
    frames,
  }: {
    readonly folder: string;
    readonly path: string;
    readonly own: ViewServer;
    readonly rounds: number;
    readonly frames: number;
  },
): Promise<FrameRatios> {
  const other = (await import(pathToFileURL(resolve(folder, "dist/flow/index.js")).href)) as {
    view(paths: readonly string[]): Promise<{ readonly server?: ViewServer }>;
  };
  const { server } = await other.view([path]);
  if (!server) throw new Error(`${join(folder, "dist")}: no viewer`);
  const { page: otherPage } = await openPage(browser, server.address);
  const { page: first } = await openPage(browser, own.address);
  const { x, y, scale: wanted } = await cameraOf(otherPage);
  const scale = (await cameraOf(first)).scale / wanted;
  await first.close();
  const { page: ownPage } = await openPage(browser, `${own.address}#view=${x},${y},${1 / scale}`);
  const shown = await cameraOf(ownPage);
  if (Math.abs(shown.scale / wanted - 1) > 1e-6)
    throw new Error(`the pages have different scales: ${shown.scale} and ${wanted} pixels per µm`);
  const pages = [otherPage, ownPage] as const;
  const ratios: Record<keyof Ratios, number[]> = { panDrawn: [], panWorst: [], zoomDrawn: [], zoomWorst: [] };
  const rows: [string, number, number][] = [];
  for (let round = 0; round < rounds; round++)
    for (const step of ["pan", "zoom"] as const) {
      const times: FrameTimes[] = [];
      // Whoever is first changes from round to round.
      for (const which of round % 2 === 0 ? [0, 1] : [1, 0]) {
        await pages[which]!.bringToFront();
        times[which] = await frameTimes(pages[which]!, step, frames);
      }
      const [before, now] = [times[0]!, times[1]!];
      rows.push([step, before.drawnMs, now.drawnMs]);
      ratios[`${step}Drawn`].push(now.drawnMs / before.drawnMs);
      ratios[`${step}Worst`].push(now.worstMs / before.worstMs);
    }
  for (const page of pages) await page.close();
  await server.close();
  const medians = Object.entries(ratios).map(([name, values]) => {
    values.sort((a, b) => a - b);
    return [name, Number(values[Math.floor(values.length / 2)]!.toFixed(3))];
  });
  return { rounds, scale, ...(Object.fromEntries(medians) as unknown as Ratios), rows };
}

async function cameraOf(
  page: Page,
): Promise<{ readonly x: number; readonly y: number; readonly scale: number }> {
  const [camera] = (await query(page)).cameras as { x: number; y: number; scale: number }[];
  return camera!;
}
