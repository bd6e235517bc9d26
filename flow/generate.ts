// `generate`: a structured block of our own making, written like any other.
import { join } from "node:path";
import { z } from "zod";
import { generateBlock, writePbNetlist, writePlc } from "../netlist/index.js";
import { makeFolder } from "./run-folder.js";

export const generateCommandSchema = z.strictObject({
  macros: z.number().int().min(4).max(800).default(32).describe("hard macros"),
  softMacros: z
    .number()
    .int()
    .min(1)
    .max(5000)
    .optional()
    .describe("soft macros (default about six per hard macro)"),
  ports: z.number().int().min(1).max(20000).optional().describe("ports (default from the block's size)"),
  utilisation: z.number().min(0.05).max(0.9).optional().describe("area of all macros over the canvas area"),
  aspect: z.number().min(0.2).max(5).optional().describe("canvas width over height"),
  seed: z.number().int().min(0).default(1).describe("same seed, same bytes"),
  name: z.string().optional().describe("block name"),
  out: z.string().optional().describe("directory to write (default blocks/NAME)"),
});

export interface GenerateSummary {
  readonly block: string;
  readonly out: string;
  readonly nodes: number;
  readonly nets: number;
}

/** Writes `netlist.pb.txt.gz` and `initial.plc` of a generated block to a directory. */
export async function generateCommand(
  options: z.output<typeof generateCommandSchema>,
): Promise<GenerateSummary> {
  const { out: given, ...shape } = options;
  const block = generateBlock(shape);
  const out = given ?? join("blocks", block.name);
  makeFolder(out);
  await writePbNetlist(join(out, "netlist.pb.txt.gz"), block, block.initial, { canvas: block.canvas });
  await writePlc(join(out, "initial.plc"), block, block.initial);
  return { block: block.name, out, nodes: block.nodeCount, nets: block.netCount };
}
