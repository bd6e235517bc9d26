// A real Chromium for tests, from the package registry alone: @sparticuz/chromium carries the browser and the system
// libraries that a bare machine lacks; it is unpacked once, below node_modules. `CHROMIUM` names another browser.
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

const CACHE = resolve("node_modules/.cache/chromium-147");
/** How long tests wait for what must come, ms. A machine with much else to do is slow, and no test fails for that. */
const PATIENCE = 120_000;
/** Software drawing: test machines have no graphics card. The package's own arguments end the browser with a page. */
const ARGUMENTS = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"];
const NO_GRAPHICS = ["--disable-webgl", "--disable-gpu"];

let path: Promise<string> | undefined;

/** The browser's file, unpacked if it is not yet. */
export function chromiumPath(): Promise<string> {
  path ??= unpack();
  return path;
}

async function unpack(): Promise<string> {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  // The package unpacks into TMPDIR, and its libraries only where it believes to be on AWS. Test files run at once:
  // each unpacks for itself, and the first to finish leaves its copy for all.
  process.env.AWS_LAMBDA_JS_RUNTIME ??= "nodejs20.x";
  if (!existsSync(CACHE)) {
    const own = `${CACHE}.${process.pid}`;
    mkdirSync(own, { recursive: true });
    await unpackInto(own);
    try {
      renameSync(own, CACHE);
    } catch {
      rmSync(own, { recursive: true, force: true }); // another test was first
    }
  }
  process.env.LD_LIBRARY_PATH = [join(CACHE, "al2023/lib"), process.env.LD_LIBRARY_PATH ?? ""].join(":");
  process.env.FONTCONFIG_PATH = join(CACHE, "fonts");
  return join(CACHE, "chromium");
}

async function unpackInto(folder: string): Promise<void> {
  const { TMPDIR, LD_LIBRARY_PATH } = process.env;
  process.env.TMPDIR = folder;
  try {
    const { default: packed } = await import("@sparticuz/chromium");
    await packed.executablePath();
  } finally {
    restore("TMPDIR", TMPDIR);
    restore("LD_LIBRARY_PATH", LD_LIBRARY_PATH);
  }
  // The package looks for its font in /tmp/fonts; without any font the browser ends at the first text field.
  writeFileSync(
    join(folder, "fonts/fonts.conf"),
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${join(CACHE, "fonts/fonts")}</dir><cachedir>${join(CACHE, "font-cache")}</cachedir></fontconfig>\n`,
  );
}

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

export async function launchBrowser(
  options: { readonly graphics?: boolean; readonly args?: readonly string[] } = {},
): Promise<Browser> {
  const args = [...(options.args ?? (options.graphics === false ? NO_GRAPHICS : ARGUMENTS))];
  return chromium.launch({ executablePath: await chromiumPath(), args, headless: true, timeout: PATIENCE });
}

export interface OpenedPage {
  readonly page: Page;
  /** What the page's console said as errors, and exceptions. */
  readonly errors: string[];
}

declare global {
  interface Window {
    /** What the page has said in its line of notices. */
    notices?: string[];
  }
}

/** Keeps what the page says in its line of notices: some go after a few seconds, in which a slow test may not look. */
function keepNotices(): void {
  const said: string[] = [];
  window.notices = said;
  document.addEventListener("DOMContentLoaded", () => {
    const line = document.getElementById("notice");
    const note = () => {
      const text = line!.querySelector("span")?.innerText;
      if (line!.checkVisibility() && text !== undefined && text !== said.at(-1)) said.push(text);
    };
    if (line) new MutationObserver(note).observe(line, { attributes: true, childList: true, subtree: true });
  });
}

/** Opens an address and waits until the viewer rests. */
export async function openPage(
  browser: Pick<Browser, "newPage"> | BrowserContext,
  address: string,
  size: { readonly width: number; readonly height: number } = { width: 1440, height: 900 },
): Promise<OpenedPage> {
  const page = await browser.newPage({ locale: "en-US" } as object);
  await page.setViewportSize(size);
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(error.message));
  page.setDefaultTimeout(PATIENCE);
  await page.addInitScript(keepNotices);
  await page.goto(address);
  await page.waitForFunction(() => "ready" in document.body.dataset || "failed" in document.body.dataset);
  await whenIdle(page);
  return { page, errors };
}

export async function whenIdle(page: Page): Promise<void> {
  await page.evaluate(() => window.ashlar?.whenIdle());
}

/** What the page says is shown. */
export async function query(page: Page): Promise<Record<string, unknown>> {
  await whenIdle(page);
  return (await page.evaluate(() => window.ashlar?.query())) ?? {};
}

/** Waits until the page has said something since it was last asked, and returns what it said last. */
export async function nextNotice(page: Page): Promise<string> {
  const said = await page.waitForFunction(() => window.notices?.splice(0).at(-1));
  return (await said.jsonValue())!;
}

/** Waits until the page shows what is wanted, and returns what it says then. */
export async function untilShown(
  page: Page,
  wanted: (shown: Record<string, unknown>) => boolean,
): Promise<Record<string, unknown>> {
  for (const end = performance.now() + PATIENCE; ; ) {
    const shown = await query(page);
    if (wanted(shown)) return shown;
    if (performance.now() > end) throw new Error(`the page still says ${JSON.stringify(shown)}`);
    await page.waitForTimeout(50);
  }
}
