// A run's folder with one or two broken files: the viewer shows it or refuses it, and the run resumes or refuses to.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { place, view } from "../../flow/index.js";
import { InputError, type Random } from "../../netlist/index.js";
import { brokenFile, mutateJson, mutateText, pick } from "./mutations.js";
import { brokenTensors } from "./policy-files.js";
import { SMALL_SETTINGS, writeSmallBlock } from "./seeds.js";
import type { Subject } from "./subject.js";

const FILES = [
  ...["options.json", "options.json", "metrics.jsonl", "frames.jsonl", "summary.json", "running.json"],
  ...["best.plc", "edits/edit-1.plc", "checkpoints/latest.safetensors"],
];
const ADDRESSES = [
  ...["session", "block", "metrics", "frames", "trace", "embedding"],
  ...["placement/best", "placement/initial", "placement/edit-1"],
];
/** One run of this many is resumed, which takes far longer than looking at it. */
const RESUMED = 6;
const SVG_NOT_A_NUMBER = /="[^"]*(?:NaN|Infinity)/;

export const RUN_SUBJECT: Subject = async (folder) => {
  const block = join(folder, "block");
  const sound = join(folder, "sound");
  const run = join(folder, "run");
  mkdirSync(block);
  await writeSmallBlock(block);
  const options = {
    ...({ method: "policy", policy: "none", iterations: 1, workers: 1, seed: 1 } as const),
    settings: SMALL_SETTINGS,
  };
  await place(block, { ...options, out: sound });
  mkdirSync(join(sound, "edits"));
  cpSync(join(sound, "best.plc"), join(sound, "edits/edit-1.plc"));
  writeFileSync(join(sound, "running.json"), `${JSON.stringify({ process: process.pid })}\n`);
  const opened = {
    bytes: 0,
    run: async (random: Random) => {
      rmSync(run, { recursive: true, force: true });
      cpSync(sound, run, { recursive: true });
      opened.bytes = 0;
      for (let i = random.below(2); i >= 0; i--) opened.bytes += breakOne(run, sound, random);
      if (random.below(RESUMED) > 0) return look(run, folder);
      rmSync(join(run, "running.json"), { recursive: true, force: true });
      await place(block, { ...options, out: run, resume: true });
    },
  };
  await look(sound, folder);
  return opened;
};

/** Breaks a file of the run, or puts something else in its place. Returns its size in bytes. */
function breakOne(run: string, sound: string, random: Random): number {
  const name = pick(random, FILES);
  const path = join(run, name);
  const other = random.below(20);
  if (other < 4) {
    rmSync(path, { recursive: true, force: true });
    if (other === 0) mkdirSync(path);
    if (other === 1) symlinkSync(path, path); // a circle
    if (other === 2) rmSync(dirname(path) === run ? path : dirname(path), { recursive: true, force: true });
    return 0;
  }
  const bytes = readFileSync(join(sound, name));
  const mutate = name.includes(".json") && random.below(3) > 0 ? mutateJsonLine : mutateText;
  const broken = name.endsWith(".safetensors")
    ? brokenTensors(bytes, random)
    : brokenFile(bytes.toString("utf8"), random, mutate);
  if (!existsSync(dirname(path))) return 0; // removed by the mutation before
  rmSync(path, { recursive: true, force: true });
  writeFileSync(path, broken);
  return broken.length;
}

/** A JSON text, or one line of several, with a value mutated. */
function mutateJsonLine(text: string, random: Random): string {
  if (text.startsWith("{\n")) return mutateJson(text, random);
  const lines = text.split("\n").filter((line) => line !== "");
  const at = random.below(lines.length);
  lines[at] = mutateJson(lines[at] ?? "", random);
  return `${lines.join("\n")}\n`;
}

/** Asks the viewer for everything that its page asks for, and for a picture. */
async function look(run: string, folder: string): Promise<void> {
  const svg = join(folder, "picture.svg");
  let refusal: InputError | undefined;
  try {
    await view([run], { svg });
    const wrong = SVG_NOT_A_NUMBER.exec(readFileSync(svg, "utf8"));
    if (wrong) throw new Error(`the picture has ${wrong[0].slice(0, 200)}`);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    refusal = error;
  }
  const bugs: unknown[] = [];
  const { server } = await view([run], {}, undefined, (bug) => bugs.push(bug));
  if (!server) throw new Error("no server was started");
  try {
    for (const address of ADDRESSES) {
      const answer = await fetch(`http://127.0.0.1:${server.port}/api/${address}`);
      const body = Buffer.from(await answer.arrayBuffer());
      if (bugs.length > 0) throw bugs[0];
      if (answer.status === 200) continue;
      const { error } = JSON.parse(body.toString("utf8")) as { error: string };
      if (![404, 409].includes(answer.status))
        throw new Error(`${address}: status ${answer.status}, ${error}`);
      refusal ??= new InputError(address, error);
    }
  } finally {
    await server.close();
  }
  if (refusal) throw refusal;
}
