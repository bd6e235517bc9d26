// Screenshots by a Chromium that is there already: `--png` opens the one-file page in it and waits until it rests.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { InputError } from "../netlist/index.js";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const SIZE = "1600,1000";
/** Time of the page's own clock that it gets to draw, ms. */
const PATIENCE = 15_000;

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
export async function printWithChromium(html: string, file: string, theme: "light" | "dark"): Promise<void> {
  const browser = findChromium();
  const folder = await mkdtemp(join(tmpdir(), "ashlar-png-"));
  try {
    const page = join(folder, "page.html");
    await writeFile(page, html);
    const options = [
      "--headless",
      "--no-sandbox",
      "--hide-scrollbars",
      "--use-angle=swiftshader",
      "--enable-unsafe-swiftshader",
      "--ignore-gpu-blocklist",
      `--user-data-dir=${join(folder, "profile")}`,
      `--window-size=${SIZE}`,
      `--virtual-time-budget=${PATIENCE}`,
      `--screenshot=${resolve(file)}`,
      `${pathToFileURL(page)}?theme=${theme}`,
    ];
    await rm(file, { force: true });
    const told = await run(browser, options);
    if (!existsSync(file))
      throw new InputError("--png", `'${browser}' wrote no picture (${told.trim().split("\n").at(-1)})`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs the browser to its end and gives what it said. */
function run(browser: string, options: readonly string[]): Promise<string> {
  return new Promise((resolved, rejected) => {
    const child = spawn(browser, options, { stdio: ["ignore", "ignore", "pipe"] });
    let told = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      told += text;
    });
    child.on("error", (error) =>
      rejected(new InputError("CHROMIUM", `'${browser}' cannot be started (${error.message})`)),
    );
    child.on("close", () => resolved(told));
  });
}
