// `generate`: a structured block of our own making, or a set of them, written like any other.
import { join } from "node:path";
import { z } from "zod";
import {
  type Block,
  FAMILIES,
  fileNameOf,
  generateBlock,
  InputError,
  makeFolder,
  totalArea,
  writePbNetlist,
  writePlc,
} from "../netlist/index.js";
import { generateSetBlock, readBlockSet } from "./block-set.js";
import { whileOwning } from "./folder-owner.js";
import { parseOptions } from "./options.js";
import { controlOf, interruptedBy, type RunObserver } from "./run-control.js";

const DEFAULT_MACROS = 32;
const DEFAULT_SEED = 1;

export const generateCommandSchema = z.strictObject({
  family: z.enum(FAMILIES).optional().describe("kind of block (default flat)"),
  macros: z.number().int().min(4).max(800).optional().describe(`hard macros (default ${DEFAULT_MACROS})`),
  softMacros: z
    .number()
    .int()
    .min(8)
    .max(5000)
    .optional()
    .describe("soft macros (default from family and macros)"),
  ports: z.number().int().min(1).max(10_000).optional().describe("ports (default from the block's size)"),
  utilisation: z
    .number()
    .min(0.05)
    .max(0.9)
    .optional()
    .describe("area of all macros over the canvas area; up to a fifth less where random play dead-ends"),
  aspect: z.number().min(0.2).max(5).optional().describe("canvas width over height"),
  softShare: z.number().min(0.01).max(0.95).optional().describe("share of the macro area that is soft"),
  blockages: z.number().int().min(0).max(6).optional().describe("rectangles that macros must keep free"),
  fixedMacros: z
    .number()
    .int()
    .min(0)
    .max(200)
    .optional()
    .describe("macros that stand at the edges from the start"),
  seed: z.number().int().min(0).optional().describe(`same seed, same bytes (default ${DEFAULT_SEED})`),
  name: z.string().optional().describe("block name"),
  set: z.string().optional().describe("write all blocks of this set (JSON file) instead of one"),
  out: z.string().optional().describe("directory to write (default blocks/NAME)"),
});

export interface GenerateSummary {
  readonly block: string;
  readonly out: string;
  readonly nodes: number;
  readonly nets: number;
  /** Area of all macros over the canvas area, as it came out. */
  readonly utilisation: number;
}

export interface GenerateSetSummary {
  readonly set: string;
  readonly out: string;
  readonly trainingBlocks: number;
  readonly heldOutBlocks: number;
  readonly training: readonly GenerateSummary[];
  readonly heldOut: readonly GenerateSummary[];
  /** It was asked to stop: further blocks are missing. */
  readonly interrupted?: true;
}

/** Writes `netlist.pb.txt.gz` and `initial.plc` of a generated block to a directory, or of each block of a set. */
export async function generateCommand(
  given: z.input<typeof generateCommandSchema>,
  observer: RunObserver = {},
): Promise<GenerateSummary | GenerateSetSummary> {
  const control = controlOf(observer);
  const { out, set, ...shape } = parseOptions(generateCommandSchema, given);
  if (set !== undefined) return generateSet({ path: set, out, others: shape }, control);
  control.onStart();
  return generateOne({ ...shape, out });
}

/** One block; what `generateCommand` does without a set. */
export async function generateOne(
  options: Omit<z.input<typeof generateCommandSchema>, "set">,
): Promise<GenerateSummary> {
  const { out, macros = DEFAULT_MACROS, seed = DEFAULT_SEED, ...shape } = options;
  const block = generateBlock({ ...shape, macros, seed });
  return writeBlock(block, out ?? join("blocks", fileNameOf(block.name)));
}

/** The blocks of a set as `OUT/training/NAME` and `OUT/held-out/NAME`. */
async function generateSet(
  { path, out, others }: { readonly path: string; readonly out: string | undefined; readonly others: object },
  { onProgress, onStart, signal }: ReturnType<typeof controlOf>,
): Promise<GenerateSetSummary> {
  const given = Object.entries(others).find(([, value]) => value !== undefined);
  if (given)
    throw new InputError(
      "--set",
      `the set says what each block is, ${given[0]} was given too`,
      "leave it out",
    );
  const set = readBlockSet(path);
  const folder = out ?? join("blocks", set.name);
  const summaries: GenerateSummary[][] = [];
  for (const part of ["training", "heldOut"] as const) {
    const written: GenerateSummary[] = [];
    for (const entry of set[part]) {
      if (signal?.aborted) break;
      onProgress(`generating ${entry.name}`);
      const block = generateSetBlock(entry);
      onStart();
      written.push(
        await writeBlock(block, join(folder, part === "training" ? "training" : "held-out", entry.name)),
      );
      // Making a block keeps this thread busy: let a signal in before the next one.
      await new Promise((resolve) => setImmediate(resolve));
    }
    summaries.push(written);
  }
  const [training, heldOut] = summaries as [GenerateSummary[], GenerateSummary[]];
  return {
    set: set.name,
    out: folder,
    trainingBlocks: training.length,
    heldOutBlocks: heldOut.length,
    training,
    heldOut,
    ...interruptedBy(signal),
  };
}

async function writeBlock(block: Block, out: string): Promise<GenerateSummary> {
  makeFolder(out);
  await whileOwning(out, async () => {
    await writePbNetlist(join(out, "netlist.pb.txt.gz"), block, block.initial, { canvas: block.canvas });
    await writePlc(join(out, "initial.plc"), block, block.initial);
  });
  const utilisation = totalArea(block) / (block.canvas.width * block.canvas.height);
  return { block: block.name, out, nodes: block.nodeCount, nets: block.netCount, utilisation };
}
