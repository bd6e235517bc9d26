// `convert`: a block or its placement from the files of one format into those of another.
import { join } from "node:path";
import { z } from "zod";
import {
  type Block,
  frameOf,
  InputError,
  isDefPath,
  makeFolder,
  NodeKind,
  nodesOfKind,
  statusOf,
  toPbForm,
  writeBookshelf,
  writePbNetlist,
  writePl,
  writePlc,
} from "../netlist/index.js";
import { type BlockOptions, blockOptionsSchema, loadBlockWith, loadDefWith } from "./block-options.js";
import { clusterFlat, clusterOptions } from "./cluster.js";
import { whileOwning } from "./folder-owner.js";
import { parseOptions } from "./options.js";

export const convertSchema = blockOptionsSchema
  .pick({ lef: true, freeFixed: true, placement: true, canvas: true, grid: true })
  .extend({
    cluster: z.boolean().default(false).describe("turn standard cells into soft macros first"),
    clusters: clusterOptions.clusters,
    clusterBy: clusterOptions.clusterBy,
    seed: z.number().int().min(0).default(1).describe("root seed of the clustering"),
  });

export type ConvertOptions = z.input<typeof convertSchema>;

export interface ConvertSummary {
  readonly block: string;
  readonly out: string;
  readonly files: readonly string[];
  readonly nodes: number;
  readonly nets: number;
  readonly placed: number;
  /** What the netlist text format has no room for: offsets of cells' pins, and cells that drive several nets. */
  readonly centred_pins?: number;
  readonly redriven_nets?: number;
}

/** A format by how its files' names end; a directory is a block directory. */
interface Target {
  readonly ending: RegExp;
  readonly write: (out: string, block: Block) => Promise<Written>;
}

interface Written {
  readonly files: readonly string[];
  readonly block: Block;
  readonly losses?: Pick<ConvertSummary, "centred_pins" | "redriven_nets">;
}

const TARGETS: readonly Target[] = [
  { ending: /\.pb\.txt(\.gz)?$/, write: writeNetlist },
  {
    ending: /\.plc(\.gz)?$/,
    write: async (out, block) => {
      await writePlc(out, block, block.initial);
      return { files: [out], block };
    },
  },
  {
    ending: /\.pl(\.gz)?$/,
    write: async (out, block) => {
      await writePl(out, block, block.initial);
      return { files: [out], block };
    },
  },
  {
    ending: /\.aux(\.gz)?$/,
    write: async (out, block) => ({ files: await writeBookshelf(out, block, block.initial), block }),
  },
];

/**
 * Reads the block at `path` and writes it, or only its placement, as the ending of `out` says: `.pb.txt`, `.aux`,
 * `.plc`, `.pl`, or a directory for netlist and placement together. Throws `InputError` for pairs that make no sense.
 */
export async function convert(
  path: string,
  out: string,
  given: ConvertOptions = {},
  report: (line: string) => void = () => {},
): Promise<ConvertSummary> {
  const options = parseOptions(convertSchema, given);
  if (/\.plc?(\.gz)?$/.test(path))
    throw new InputError(
      path,
      "is a placement, which names no sizes and nets",
      `give its block, and the placement by --placement: convert BLOCK ${out} --placement ${path}`,
    );
  const write = writerOf(out);
  const { lef, freeFixed, placement, canvas, grid } = options;
  const flat = await loadFlat(path, { lef, freeFixed, placement, canvas, grid }, report);
  const { block } = clusterFlat(flat, { ...options, clustering: options.cluster }, report);
  const written = await write(out, block);
  const { initial } = written.block;
  return {
    block: block.name,
    out,
    files: written.files,
    nodes: written.block.nodeCount,
    nets: written.block.netCount,
    placed: initial.xs.reduce((count, x) => count + (Number.isNaN(x) ? 0 : 1), 0),
    ...written.losses,
  };
}

/** The block as it will be placed, and what it loses if it is a design: no other format has room for it. */
async function loadFlat(path: string, options: BlockOptions, report: (line: string) => void): Promise<Block> {
  if (!isDefPath(path)) return loadBlockWith(path, options, true);
  const { block, design, notes } = await loadDefWith(path, options);
  for (const note of notes) report(note);
  const [halos, regions] = [design.components.halos.size, design.regions.length];
  if (halos + regions > 0)
    report(
      `${path}: ${halos} halos and ${regions} regions are left out, the files written have no room for them`,
    );
  return block;
}

function writerOf(out: string): Target["write"] {
  const isDirectory = out.endsWith("/") || statusOf(out)?.isDirectory();
  if (isDirectory) return writeBlockFolder;
  const target = TARGETS.find(({ ending }) => ending.test(out));
  if (!target)
    throw new InputError(
      out,
      "its name says no format that is written",
      "end it in .pb.txt, .plc, .aux or .pl (with .gz if you like), or in / for a block's directory",
    );
  return target.write;
}

async function writeNetlist(out: string, block: Block): Promise<Written> {
  const { netlist, losses } = forText(out, block);
  await writePbNetlist(out, netlist, netlist.initial, { canvas: netlist.canvas });
  return { files: [out], block: netlist, losses };
}

async function writeBlockFolder(out: string, block: Block): Promise<Written> {
  const { netlist, losses } = forText(out, block);
  makeFolder(out);
  const files = [join(out, "netlist.pb.txt.gz"), join(out, "initial.plc")] as const;
  await whileOwning(out, async () => {
    await writePbNetlist(files[0], netlist, netlist.initial, { canvas: netlist.canvas });
    await writePlc(files[1], netlist, netlist.initial);
  });
  return { files, block: netlist, losses };
}

/** Blocks from other files than the format's own may need changes; its own are written as they are. */
function forText(
  out: string,
  block: Block,
): { netlist: Block; losses: Pick<ConvertSummary, "centred_pins" | "redriven_nets"> } {
  if (frameOf(block) === undefined && nodesOfKind(block, NodeKind.StandardCell).length === 0)
    return { netlist: block, losses: {} };
  const { block: netlist, centredPins, redrivenNets } = toPbForm(out, block);
  return { netlist, losses: { centred_pins: centredPins, redriven_nets: redrivenNets } };
}
