// Screenshots by a Chromium that is there already: `--png` opens the one-file page in it, waits until the page says
// that it rests, and takes the picture. Spoken to in the Chrome DevTools Protocol over a pipe: JSON, ended by NUL.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import { InputError, markedName, removeLeftovers, writeFileAtomically } from "../netlist/index.js";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const SIZE = { width: 1600, height: 1000 };
/** How folders of browsers' profiles begin. */
const PROFILE = "ashlar-png-";
/** For the whole picture, ms. */
const PATIENCE = 120_000;

/** The browser of `$CHROMIUM`, or the first one on the path. Throws `InputError` if there is none. */
function findChromium(): string {
  const given = process.env.CHROMIUM;
  if (given) return given;
  for (const folder of (process.env.PATH ?? "").split(delimiter))
    for (const name of NAMES) if (folder && existsSync(join(folder, name))) return join(folder, name);
  throw new InputError(
    "--png",
    "no Chromium or Chrome was found",
    "install one, name it in the environment variable CHROMIUM, or use --svg or --html",
  );
}

/** Writes a picture of the page `html` to `file`. */
export async function printWithChromium(
  html: string,
  file: string,
  { theme, show = "" }: { readonly theme: "light" | "dark"; readonly show?: string },
): Promise<void> {
  const path = findChromium();
  removeLeftovers(tmpdir(), PROFILE);
  const folder = join(tmpdir(), markedName(PROFILE));
  await mkdir(folder, { mode: 0o700 });
  try {
    const page = join(folder, "page.html");
    await writeFile(page, html);
    const picture = await photograph(
      path,
      folder,
      `${pathToFileURL(page)}?theme=${theme}#${show.replace(/^#/, "")}`,
    );
    await writeFileAtomically(file, picture);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function photograph(path: string, profile: string, address: string): Promise<Buffer> {
  const browser = new BrowserPipe(path, [
    "--headless",
    "--no-sandbox",
    "--no-first-run",
    "--hide-scrollbars",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    `--user-data-dir=${join(profile, "profile")}`,
    "--remote-debugging-pipe",
  ]);
  try {
    const { targetId } = await browser.call("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await browser.call("Target.attachToTarget", { targetId, flatten: true });
    const session = String(sessionId);
    const metrics = { ...SIZE, deviceScaleFactor: 1, mobile: false };
    await browser.call("Emulation.setDeviceMetricsOverride", metrics, session);
    await browser.call("Page.navigate", { url: address }, session);
    await browser.call("Runtime.evaluate", { expression: READY, awaitPromise: true }, session);
    const { data } = await browser.call("Page.captureScreenshot", { format: "png" }, session);
    return Buffer.from(String(data), "base64");
  } finally {
    browser.close();
  }
}

/** Resolves when the page is open and rests; a page that cannot be opened rests too, and says why. */
const READY = `(async () => {
  while (!document.body || !("ready" in document.body.dataset || "failed" in document.body.dataset))
    await new Promise((resolve) => setTimeout(resolve, 50));
  await window.ashlar?.whenIdle();
})()`;

type Answer = Readonly<Record<string, unknown>>;

/** A browser's process, asked one thing after the other. */
class BrowserPipe {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, (answer: Answer | Error) => void>();
  private readonly timer: NodeJS.Timeout;
  private next = 1;
  private text = "";
  private failure: Error | undefined;

  constructor(path: string, options: readonly string[]) {
    this.child = spawn(path, options, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    const fail = (problem: string) => this.fail(new InputError("CHROMIUM", `'${path}' ${problem}`));
    this.child.on("error", (error) => fail(`cannot be started (${error.message})`));
    this.child.on("exit", () => fail("ended before the picture was taken"));
    (this.child.stdio[3] as Writable).on("error", () => {}); // told by "exit"
    (this.child.stdio[4] as Readable).setEncoding("utf8").on("data", (piece: string) => this.take(piece));
    this.timer = setTimeout(() => fail(`took no picture in ${PATIENCE / 1000} s`), PATIENCE);
  }

  call(method: string, params: object, sessionId?: string): Promise<Answer> {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      if (this.failure) return reject(this.failure);
      this.waiting.set(id, (answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
      (this.child.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  close(): void {
    clearTimeout(this.timer);
    this.child.removeAllListeners();
    this.child.on("error", () => {});
    this.child.kill("SIGKILL");
  }

  private take(piece: string): void {
    this.text += piece;
    const messages = this.text.split("\0");
    this.text = messages.pop() ?? "";
    for (const message of messages) {
      const { id, result, error } = JSON.parse(message) as { id?: number; result?: Answer; error?: Answer };
      const answer = error
        ? new Error(`internal: the browser says ${JSON.stringify(error)}`)
        : (result ?? {});
      if (id !== undefined) this.waiting.get(id)?.(answer);
      if (id !== undefined) this.waiting.delete(id);
    }
  }

  private fail(error: Error): void {
    this.failure = error;
    for (const tell of this.waiting.values()) tell(error);
    this.waiting.clear();
  }
}
