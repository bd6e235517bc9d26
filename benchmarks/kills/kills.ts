// Kills commands at random moments, once or several times, lets them end, and compares what they wrote with what a call
// wrote that was not killed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { generateOne } from "../../flow/index.js";
import { type Block, copyPlacement, loadBlock, type Random, readPlacement } from "../../netlist/index.js";
import { writeTinySet } from "../../test/unit/netlist/formats/bookshelf/tiny-set.js";
import { pack, packPlacement } from "../../viz/index.js";
import { contentOf } from "../compared-files.js";
import type { KilledCommand } from "./commands.js";

const MAIN = fileURLToPath(new URL("../../cli/main.js", import.meta.url));
/** Of how many killed calls the next is killed as well. */
const KILLED_AGAIN = 0.75;
/** Of how many kills the moment lies before the command has written anything. */
const EARLY = 0.15;
const POLL = 3; // ms
/** A call that takes longer hangs, ms. */
const PATIENCE = 120_000;

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
  /** Wall-clock time, from the first file in the folder if there was none before, ms. */
  readonly milliseconds: number;
}

/** Where commands run, and what they write if they are left alone. */
export class KillBench {
  private readonly folder: string;
  private readonly blocks: Readonly<Record<"block" | "second" | "flat", string>>;
  /** By command: what it wrote, and how long it took. */
  private readonly references = new Map<string, { readonly out: string; readonly milliseconds: number }>();
  private count = 0;

  private constructor(folder: string, blocks: KillBench["blocks"]) {
    this.folder = folder;
    this.blocks = blocks;
  }

  static async open(folder: string): Promise<KillBench> {
    const { out: block } = await generateOne({ macros: 8, seed: 3, out: join(folder, "block") });
    const { out: second } = await generateOne({ macros: 6, seed: 4, out: join(folder, "second") });
    const flat = writeTinySet();
    return new KillBench(folder, { block, second, flat });
  }

  /** Kills a command, lets it end, and says what is wrong then. Returns the number of kills too. */
  async kill(
    command: KilledCommand,
    random: Random,
    killedAgain = KILLED_AGAIN,
  ): Promise<{ kills: number; problems: string[] }> {
    const reference = await this.reference(command);
    const out = this.freshFolder(command);
    let kills = 0;
    let resume = false;
    do {
      const moment = random.uniform() * reference.milliseconds;
      const early = random.uniform() < EARLY;
      const { code } = await this.call(command, { out, resume, moment, early });
      if (code === null) kills++;
      resume = command.resumes ?? false;
    } while (kills > 0 && random.uniform() < killedAgain);
    const { code, stderr } = await this.call(command, { out, resume });
    const problems = code === 0 ? [] : [`ended with ${code}: ${stderr.trim().slice(0, 500)}`];
    for (const file of command.files) {
      const [expected, found] = [reference.out, out].map((folder) => contentOf(join(folder, file)));
      if (!expected || !found) problems.push(`${file} is missing`);
      else if (!expected.equals(found)) problems.push(`${file} differs`);
    }
    problems.push(...leftIn(out));
    if (problems.length === 0) rmSync(out, { recursive: true, force: true });
    return { kills, problems };
  }

  private async reference(command: KilledCommand) {
    let known = this.references.get(command.name);
    if (!known) {
      const out = this.freshFolder(command);
      const { code, stderr, milliseconds } = await this.call(command, { out, resume: false });
      if (code !== 0) throw new Error(`${command.name} ends with ${code}: ${stderr}`);
      known = { out, milliseconds };
      this.references.set(command.name, known);
    }
    return known;
  }

  private freshFolder({ name, resumes, args }: KilledCommand): string {
    const out = join(this.folder, `${name.replace(/\W+/g, "-")}-${this.count++}`);
    const makesIt = resumes || args.includes("@out") || args.includes("@out/");
    if (!makesIt) mkdirSync(out);
    return out;
  }

  /** Calls a command and kills it `moment` ms after its first file is there, or after its start if that is `early`. */
  private async call(
    { args, resumes }: KilledCommand,
    how: {
      readonly out: string;
      readonly resume: boolean;
      readonly moment?: number;
      readonly early?: boolean;
    },
  ): Promise<Ended> {
    const { out, resume, moment, early } = how;
    const filled = args.map((arg) =>
      arg
        .replace(/^@out/, out)
        .replace(/^@(block|second|flat)$/, (_, name: "block" | "second" | "flat") => this.blocks[name]),
    );
    const child = spawn(process.execPath, [MAIN, ...filled, ...(resumes && resume ? ["--resume"] : [])], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-4000);
    });
    let over = false;
    const ended = once(child, "close").then(([code]) => {
      over = true;
      return code as number | null;
    });
    const hangs = setTimeout(() => child.kill("SIGQUIT"), PATIENCE);
    let began = performance.now();
    if (!early) {
      while (!over && !hasFiles(out)) await wait(POLL);
      began = performance.now();
    }
    if (moment !== undefined) {
      await Promise.race([wait(moment), ended]);
      child.kill("SIGKILL");
    }
    const code = await ended;
    clearTimeout(hangs);
    return { code, stderr, milliseconds: performance.now() - began };
  }

  /**
   * Kills a viewer while edits are saved, several at once. Every edit that was acknowledged must be there as it was sent,
   * and whatever is there must be whole. The run and its edits stay from call to call. With `afterFirstEdit` the
   * kill waits for the first that is acknowledged, however busy the machine is.
   */
  async killViewer(
    random: Random,
    { afterFirstEdit = false }: { readonly afterFirstEdit?: boolean } = {},
  ): Promise<{ kills: number; saved: number; problems: string[] }> {
    const run = (await this.reference(VIEWED)).out;
    const block = await loadBlock(this.blocks.block);
    const viewer = spawn(process.execPath, [MAIN, "view", run], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = await once(viewer.stdout.setEncoding("utf8"), "data");
    const address = new URL("/api/placement", String(line));
    address.search = new URL(String(line).trim()).search;
    const saved = new Map<string, number>();
    const post = async (x: number) => {
      const response = await fetch(address, {
        method: "POST",
        body: new Uint8Array(pack(packPlacement(moved(block, x)))),
      });
      const { file } = (await response.json()) as { file: string };
      saved.set(file, x);
    };
    const posting = Array.from({ length: 4 }, async () => {
      for (;;) await post(random.below(1_000_000) / 1024);
    });
    let over = false;
    const stopped = Promise.allSettled(posting).then(() => {
      over = true; // each ends when the server does
    });
    while (afterFirstEdit && saved.size === 0 && !over) await wait(POLL);
    await wait(50 + random.uniform() * 200);
    viewer.kill("SIGKILL");
    await stopped;
    const problems: string[] = [];
    for (const [file, x] of saved) {
      const found = existsSync(join(run, file))
        ? (await readPlacement(join(run, file), block)).xs[0]
        : undefined;
      if (found !== x) problems.push(`${file} was acknowledged with ${x} and has ${found}`);
    }
    for (const name of editsIn(run))
      await readPlacement(join(run, "edits", name), block).catch((error: Error) =>
        problems.push(error.message),
      );
    return { kills: 1, saved: saved.size, problems };
  }
}

/** What the viewer shows. */
const VIEWED: KilledCommand = {
  name: "viewed",
  args: [
    "place",
    "@block",
    "--method",
    "random",
    "--iterations",
    "2",
    "--workers",
    "1",
    "--quiet",
    "--out",
    "@out",
  ],
  resumes: true,
  files: [],
};

function moved(block: Block, x: number) {
  const placement = copyPlacement(block.initial);
  placement.xs[0] = x;
  return placement;
}

function editsIn(run: string): string[] {
  const folder = join(run, "edits");
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith(".")) : [];
}

function hasFiles(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).length > 0;
}

/** Temporary files and records of owners that are left in a folder and those in it. */
function leftIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /(^|\/)(\.|running\.json$)/.test(path))
    .map((path) => `${path} is left: ${readFileSync(join(folder, path), "utf8").slice(0, 200)}`);
}
