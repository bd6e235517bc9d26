// Broken `--config` files, through the command line itself: one line on standard error and status 1, or a result.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError, type Random } from "../../netlist/index.js";
import { brokenFile, mutateJson, mutateText } from "./mutations.js";
import { writeSmallBlock } from "./seeds.js";
import type { Subject } from "./subject.js";

const MAIN = new URL("../../cli/main.js", import.meta.url).href;
const BLOCK_OPTIONS = {
  grid: "8x9",
  canvas: "500x600",
  routes: "10,11",
  macroRoutes: "2,3",
  smoothing: 2,
  outside: "clamp",
  squareSoftMacros: true,
  weights: "1,0.5,0.5",
};
const PLACE_OPTIONS = { ...BLOCK_OPTIONS, iterations: 1, seed: 4, set: [], settings: {}, clustering: true };
/** Commands with what their file says. Flags keep `place` short, whatever the file says. */
const COMMANDS = [
  { name: "info", options: BLOCK_OPTIONS, flags: [] },
  { name: "eval", options: BLOCK_OPTIONS, flags: ["--json"] },
  {
    name: "place",
    options: PLACE_OPTIONS,
    flags: ["--method", "random", "--iterations", "1", "--budget", "5", "--workers", "1", "--quiet"],
  },
] as const;

export const CONFIG_SUBJECT: Subject = async (folder) => {
  const block = join(folder, "block");
  mkdirSync(block);
  await writeSmallBlock(block);
  const path = join(folder, "options.json");
  let calls = 0;
  const call = (command: (typeof COMMANDS)[number]) => {
    const out = command.name === "place" ? ["--out", join(folder, "run")] : [];
    return runMain(
      ["node", "ashlar", command.name, block, ...command.flags, ...out, "--config", path],
      calls++,
    );
  };
  for (const command of COMMANDS) {
    writeFileSync(path, JSON.stringify(command.options));
    await call(command);
  }
  const opened = {
    bytes: 0,
    run: async (random: Random) => {
      const command = COMMANDS[[0, 0, 1, 1, 1, 2][random.below(6)]!]!;
      const mutate = random.below(4) > 0 ? mutateJson : mutateText;
      const bytes = brokenFile(JSON.stringify(command.options, null, 1), random, mutate);
      opened.bytes = bytes.length;
      writeFileSync(path, bytes);
      await call(command);
    },
  };
  return opened;
};

/** Runs the command line in this process: its module anew, since it reads the arguments when it is loaded. */
async function runMain(args: string[], call: number): Promise<void> {
  const { argv, exitCode } = process;
  const written = { stdout: "", stderr: "" };
  const real = { stdout: process.stdout.write, stderr: process.stderr.write };
  for (const name of ["stdout", "stderr"] as const)
    process[name].write = ((text: string | Uint8Array) => {
      written[name] += String(text);
      return true;
    }) as typeof process.stdout.write;
  process.argv = args;
  try {
    process.exitCode = undefined;
    await import(`${MAIN}?call=${call}`);
    const { stdout, stderr } = written;
    if (process.exitCode === undefined || process.exitCode === 3) {
      if (/\bnull\b|NaN|Infinity/.test(stdout)) throw new Error(`the result is ${stdout}`);
      return;
    }
    const line = /^ashlar: ([^\n]*)\n$/.exec(stderr);
    if (!line) throw new Error(`status ${process.exitCode}: ${stderr}`);
    throw new InputError("ashlar", line[1]!);
  } finally {
    process.argv = argv;
    process.exitCode = exitCode;
    process.stdout.write = real.stdout;
    process.stderr.write = real.stderr;
  }
}
