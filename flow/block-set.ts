// Sets of generated blocks, defined by seeds in a JSON file: the blocks to learn from, and held-out ones to judge by.
import { existsSync } from "node:fs";
import { z } from "zod";
import { type Block, FAMILIES, generateBlock, InputError } from "../netlist/index.js";
import { checkWith } from "../placer/index.js";
import { readSmallText } from "./small-text.js";

const blockSchema = z.strictObject({
  /** Name of the block and of its folder. */
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, "letters, digits, _ and - were expected"),
  family: z.enum(FAMILIES),
  seed: z.number().int().min(0),
  macros: z.number().int().min(4).max(800),
  softMacros: z.number().int().min(8).max(5000).optional(),
  ports: z.number().int().min(0).max(10_000).optional(),
  utilisation: z.number().min(0.05).max(0.9).optional(),
  aspect: z.number().min(0.2).max(5).optional(),
  softShare: z.number().min(0.01).max(0.95).optional(),
  blockages: z.number().int().min(0).max(6).optional(),
  fixedMacros: z.number().int().min(0).max(200).optional(),
});

const setSchema = z.strictObject({
  name: z.string().min(1),
  description: z.string(),
  /** Blocks to learn from. */
  training: z.array(blockSchema).min(1),
  /** Blocks that no training may see. */
  heldOut: z.array(blockSchema),
});

export type SetBlock = z.output<typeof blockSchema>;
export type BlockSet = z.output<typeof setSchema>;

/**
 * Reads a set of blocks. Throws `InputError` if the file is missing, no JSON, says something unknown, names two blocks
 * alike, or holds out a block that it also trains on.
 */
export function readBlockSet(path: string): BlockSet {
  if (!existsSync(path)) throw new InputError(path, "no such file", "sets are in benchmarks/sets");
  const text = readSmallText(path);
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new InputError(path, `no JSON file: ${(error as Error).message}`, "a block set was expected");
  }
  const set = checkWith(setSchema, data, path);
  const names = new Set<string>();
  const recipes = new Map<string, string>();
  for (const block of [...set.training, ...set.heldOut]) {
    if (names.has(block.name)) throw new InputError(path, `two blocks are named '${block.name}'`);
    names.add(block.name);
    const { name: _, ...recipe } = block;
    const key = JSON.stringify(Object.entries(recipe).sort());
    const twin = recipes.get(key);
    if (twin !== undefined)
      throw new InputError(path, `'${block.name}' is the same block as '${twin}'`, "change its seed");
    recipes.set(key, block.name);
  }
  return set;
}

/** The block that an entry of a set stands for; the same entry gives the same block. */
export function generateSetBlock(entry: SetBlock): Block {
  return generateBlock(entry);
}
