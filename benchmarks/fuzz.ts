// Reads thousands of broken files. Each must be read or refused with a one-line error, quickly and with little memory.
// Run: node dist/benchmarks/fuzz.js [INPUTS] [SEED]. Exits with 1 if an input fails, or takes over 2 s.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import {
  type Block,
  InputError,
  loadBlock,
  NetlistDraft,
  NodeKind,
  pbNetlistPieces,
  plcText,
  Random,
} from "../netlist/index.js";
import { blockOf } from "../test/support/blocks.js";
import { TINY_SET } from "../test/unit/netlist/formats/bookshelf/tiny-set.js";
import { FUZZ_DEF, TINY_LEF } from "../test/unit/netlist/formats/lefdef/tiny-design.js";

const SLOW_SECONDS = 2;

/** A format: a small valid set of files, the files that are broken, and the reader. */
interface FuzzedFormat {
  readonly files: Readonly<Record<string, string>>;
  readonly broken: readonly string[];
  readonly read: (folder: string) => Promise<unknown>;
}

/** One node of every kind. The block is small, so that mutations hit something that matters. */
function seedBlock(): Block {
  const draft = new NetlistDraft();
  const port = draft.addPort("in", 0, 50);
  const macro = draft.addNode(NodeKind.HardMacro, "ram", 20, 10);
  const [a, b] = [draft.addPin(macro, "ram/a", -10, 1.5), draft.addPin(macro, "ram/b", 10, -2)];
  const soft = draft.addNode(NodeKind.SoftMacro, "Grp_0", 8, 8);
  const [input, output] = [draft.addPin(soft, "Grp_0/Pinput"), draft.addPin(soft, "Grp_0/Poutput_single_0")];
  const cell = draft.addPin(draft.addNode(NodeKind.StandardCell, "u1", 1, 2), "u1");
  draft.addNet(port, [a, input], 3);
  draft.addNet(b, [cell, input]);
  draft.addNet(output, [cell, a]);
  const blockages = [{ left: 1, bottom: 1, right: 9, top: 9, rate: 1 }];
  return blockOf(draft, { blockages }, { ram: [30, 30], Grp_0: [60, 60], u1: [10, 90] });
}

const SEED = seedBlock();
const NETLIST = {
  "netlist.pb.txt": [...pbNetlistPieces("seed", SEED, SEED.initial, { canvas: SEED.canvas })].join(""),
  "initial.plc": plcText(SEED, SEED.initial),
};

const DESIGN = { "top.def": FUZZ_DEF, "cells.lef": TINY_LEF };
const loadDesign = (folder: string) => loadBlock(join(folder, "top.def"));

/** Formats by name. Their files are made by our writers or by hand. */
export const FORMATS: Readonly<Record<string, FuzzedFormat>> = {
  "pb.txt": { files: NETLIST, broken: ["netlist.pb.txt"], read: loadBlock },
  plc: { files: NETLIST, broken: ["initial.plc"], read: loadBlock },
  bookshelf: { files: TINY_SET, broken: Object.keys(TINY_SET), read: loadBlock },
  def: { files: DESIGN, broken: ["top.def"], read: loadDesign },
  lef: { files: DESIGN, broken: ["cells.lef"], read: loadDesign },
};

const PIECES = [
  ...[
    "NaN",
    "nan",
    "inf",
    "-inf",
    "1e308",
    "1e400",
    "-1e308",
    "1e-320",
    "99999999999999999999",
    "4294967296",
  ],
  ...["-1", "0", "-0", "0x10", "1_000", ".", "-", "+", "1e", "2147483648", "9007199254740993", "1000000000"],
  ...[
    ":",
    "{",
    "}",
    '"',
    "'",
    "\\",
    "#",
    "\n",
    "\r",
    "\t",
    "\0",
    "é",
    "\u2028",
    "/",
    "..",
    "/FIXED",
    "/dev/zero",
  ],
  ...[
    "terminal",
    "NetDegree",
    "End",
    "UCLA",
    "node",
    "name",
    "attr",
    "MACRO",
    "PORT",
    "Columns : 1024  Rows : 1024",
  ],
  ...["__proto__", "constructor", "toString", "a", "m", "p"],
];

/** The text after one to four mutations: bytes, words or lines are removed, doubled, swapped, cut off or replaced. */
function mutate(text: string, random: Random): string {
  let result = text;
  for (let i = random.below(4); i >= 0; i--)
    result = MUTATIONS[random.below(MUTATIONS.length)]!(result, random);
  return result;
}

const MUTATIONS: readonly ((text: string, random: Random) => string)[] = [
  (text, random) => text.slice(0, random.below(text.length + 1)),
  (text, random) => text.slice(random.below(text.length + 1)),
  (text, random) => {
    const at = random.below(text.length + 1);
    return text.slice(0, at) + String.fromCharCode(random.below(256)) + text.slice(at + 1);
  },
  (text, random) =>
    onParts(text.split(/(?<=\n)/), random, (lines, at) => lines.splice(at, 1 + random.below(3))),
  (text, random) => onParts(text.split(/(?<=\n)/), random, (lines, at) => lines.splice(at, 0, lines[at]!)),
  (text, random) => onParts(text.split(/(?<=\n)/), random, (lines, at) => lines.push(...lines.splice(at, 1))),
  (text, random) => onParts(text.split(/(?<=\s)/), random, (words, at) => words.splice(at, 1)),
  (text, random) => {
    const piece = PIECES[random.below(PIECES.length)]!;
    return onParts(text.split(/(?<=\s)/), random, (words, at) => words.splice(at, 1, `${piece} `));
  },
  // Replaces a number or a name by another of the same file: cycles, self-references, duplicates.
  (text, random) =>
    onParts(text.split(/\b(?=\w)|(?<=\w)\b/), random, (words, at) =>
      words.splice(at, 1, words[random.below(words.length)]!),
    ),
  (text, random) => {
    const many = 1 + random.below(2000);
    return onParts(text.split(/(?<=\s)/), random, (words, at) =>
      words.splice(at, 0, words[at]!.repeat(many)),
    );
  },
];

/** Changes the parts of a text at a random one, and joins them. */
function onParts(parts: string[], random: Random, change: (parts: string[], at: number) => void): string {
  if (parts.length > 0) change(parts, random.below(parts.length));
  return parts.join("");
}

/** The bytes of a broken file: text, or gzip that may be broken too. */
function broken(text: string, random: Random): Uint8Array {
  if (random.below(12) > 0) return Buffer.from(mutate(text, random));
  const packed = gzipSync(random.below(2) === 0 ? text : mutate(text, random));
  if (random.below(2) === 0) return packed.subarray(0, random.below(packed.length));
  packed[random.below(packed.length)]! ^= 1 << random.below(8);
  return packed;
}

export interface FuzzResult {
  readonly read: number;
  readonly refused: number;
  /** Inputs that were neither read nor refused, by number. */
  readonly failures: readonly string[];
  readonly slowestSeconds: number;
}

/** Reads `inputs` broken sets of files of a format. Seed and number determine an input. */
export async function fuzz(name: string, inputs: number, seed: number): Promise<FuzzResult> {
  const format = FORMATS[name]!;
  const folder = mkdtempSync(join(tmpdir(), "ashlar-fuzz-"));
  const failures: string[] = [];
  let read = 0;
  let refused = 0;
  let slowestSeconds = 0;
  try {
    for (const [file, text] of Object.entries(format.files)) writeFileSync(join(folder, file), text);
    await format.read(folder); // the valid set must read
    for (let input = 0; input < inputs; input++) {
      const random = Random.stream(seed, "fuzz", name, input);
      const file = format.broken[random.below(format.broken.length)]!;
      writeFileSync(join(folder, file), broken(format.files[file]!, random));
      const started = performance.now();
      try {
        await format.read(folder);
        read++;
      } catch (error) {
        const { message, stack } = error as Error;
        if (!(error instanceof InputError)) failures.push(`${name} ${input}: ${stack}`);
        else if (!/^[^\r\n]{1,1100}$/.test(message))
          failures.push(`${name} ${input}: no short line: ${message}`);
        else refused++;
      }
      slowestSeconds = Math.max(slowestSeconds, (performance.now() - started) / 1000);
      writeFileSync(join(folder, file), format.files[file]!);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { read, refused, failures, slowestSeconds };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [inputs = "20000", seed = "1"] = process.argv.slice(2);
  for (const name of Object.keys(FORMATS)) {
    const result = await fuzz(name, Math.ceil(Number(inputs) / Object.keys(FORMATS).length), Number(seed));
    const { read, refused, failures, slowestSeconds } = result;
    console.log(
      `${name}: ${read} read, ${refused} refused, ${failures.length} failed, slowest ${slowestSeconds.toFixed(2)} s, ` +
        `most memory so far ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`,
    );
    for (const failure of failures.slice(0, 10)) console.log(failure);
    if (failures.length > 0 || slowestSeconds > SLOW_SECONDS) process.exitCode = 1;
  }
}
