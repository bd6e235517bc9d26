// `generate`: a structured block of our own making, or a set of them, written like any other.
import { join } from "node:path";
import { z } from "zod";
import { type Block, FAMILIES, fileNameOf, generateBlock, InputError, totalArea } from "../netlist/index.js";
import { refuseBlockIn, writeBlockFolder } from "./block-folder.js";
import { generateSetBlock, readBlockSet } from "./block-set.js";
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
  force: z.boolean().default(false).describe("replace the blocks that are there"),
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
  const { out, set, force, ...shape } = parseOptions(generateCommandSchema, given);
  if (set !== undefined) return generateSet({ path: set, out, force, others: shape }, control);
  const block = blockOf(shape);
  const folder = out ?? join("blocks", fileNameOf(block.name));
  refuseBlockIn(folder, force);
  control.onStart();
  return writeBlock(block, folder);
}

/** One block; what `generateCommand` does without a set. */
export async function generateOne(
  options: Omit<z.input<typeof generateCommandSchema>, "set">,
): Promise<GenerateSummary> {
  const { out, force: _, ...shape } = options;
  const block = blockOf(shape);
  return writeBlock(block, out ?? join("blocks", fileNameOf(block.name)));
}

function blockOf({
  macros = DEFAULT_MACROS,
  seed = DEFAULT_SEED,
  ...shape
}: Omit<z.input<typeof generateCommandSchema>, "set" | "out" | "force">): Block {
  return generateBlock({ ...shape, macros, seed });
}

interface SetRequest {
  readonly path: string;
  readonly out: string | undefined;
  readonly force: boolean;
  /** Options that say what a single block is. */
  readonly others: object;
}

/** The blocks of a set as `OUT/training/NAME` and `OUT/held-out/NAME`. */
async function generateSet(
  { path, out, force, others }: SetRequest,
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
  const folderOf = (part: "training" | "heldOut", name: string) =>
    join(folder, part === "training" ? "training" : "held-out", name);
  for (const part of ["training", "heldOut"] as const)
    for (const { name } of set[part]) refuseBlockIn(folderOf(part, name), force);
  const summaries: GenerateSummary[][] = [];
  for (const part of ["training", "heldOut"] as const) {
    const written: GenerateSummary[] = [];
    for (const entry of set[part]) {
      if (signal?.aborted) break;
      onProgress(`generating ${entry.name}`);
      const block = generateSetBlock(entry);
      onStart();
      written.push(await writeBlock(block, folderOf(part, entry.name)));
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
  await writeBlockFolder(out, block);
  const utilisation = totalArea(block) / (block.canvas.width * block.canvas.height);
  return { block: block.name, out, nodes: block.nodeCount, nets: block.netCount, utilisation };
}
