// Takes the screenshots of docs/ in a real browser: a policy's run, its maps, and the comparison with another run of the
// same block. Run: node dist/benchmarks/screenshots.js RUN OTHER_RUN [FOLDER [PICTURE …]]
// The package holds the pictures, so reduce them to 256 colours before you commit them: that halves them.
import { join } from "node:path";
import type { Page } from "playwright-core";
import { view } from "../flow/index.js";
import { launchBrowser, openPage, whenIdle } from "../test/support/browser.js";

const [run, other, folder = "docs", ...wanted] = process.argv.slice(2);
if (run === undefined || other === undefined) {
  console.error("usage: node dist/benchmarks/screenshots.js RUN OTHER_RUN [FOLDER [PICTURE …]]");
  process.exit(1);
}
const SIZE = { width: 1440, height: 900 };

/** Actions before each picture. */
const SCENES: Readonly<Record<string, { theme: "light" | "dark"; act: (page: Page) => Promise<unknown> }>> = {
  "viewer-light": {
    theme: "light",
    act: async (page) => {
      for (let i = 0; i < 3; i++) await page.keyboard.press("n");
    },
  },
  "viewer-dark": {
    theme: "dark",
    act: async (page) => {
      await page.uncheck("#show-soft");
      await page.selectOption("#map", "horizontal");
    },
  },
  "viewer-policy": {
    theme: "light",
    act: async (page) => {
      await page.selectOption("#time-source", "episode");
      for (let i = 0; i < 40; i++) await page.keyboard.press(".");
      await page.selectOption("#map", "probabilities");
    },
  },
  "viewer-compare": {
    theme: "dark",
    act: async (page) => {
      await page.uncheck("#show-soft");
      await page.selectOption("#compare", { index: (await page.locator("#compare option").count()) - 1 });
    },
  },
  "viewer-hierarchy": {
    theme: "light",
    act: async (page) => {
      await page.uncheck("#show-soft");
      await page.check("#colour-modules");
      await page.click("#modules .twist >> nth=0");
      await page.click("#modules li >> nth=1");
    },
  },
  "viewer-training": {
    theme: "light",
    act: async (page) => {
      await page.uncheck("#show-arrows");
      await page.selectOption("#compare", "other-1");
      await whenIdle(page);
      await page.fill("#scrub", String(Math.floor(Number(await page.getAttribute("#scrub", "max")) / 4)));
    },
  },
};

const { server } = await view([run, other]);
if (!server) throw new Error("internal: no server");
const browser = await launchBrowser();
try {
  for (const [name, { theme, act }] of Object.entries(SCENES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const { page } = await openPage(browser, `${server.address}&theme=${theme}`, SIZE);
    await act(page);
    await whenIdle(page);
    const path = join(folder, `${name}.png`);
    await page.screenshot({ path });
    await page.close();
    console.log(path);
  }
} finally {
  await browser.close();
  await server.close();
}
