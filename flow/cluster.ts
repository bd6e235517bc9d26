// Flat blocks on their way to a placement: standard cells into soft macros, said and kept in the run folder.
import { join } from "node:path";
import { z } from "zod";
import {
  type Block,
  type Clustering,
  clusterBlock,
  copyPlacement,
  countCells,
  DEFAULT_CLUSTERS,
  NodeKind,
  nodesOfKind,
  type Placement,
  writeFileAtomically,
  writePbNetlist,
  writePlc,
} from "../netlist/index.js";
import type { BlockOptions } from "./block-options.js";

/** Options of commands that place: how a flat block is clustered. */
export const clusterOptions = {
  clusters: z
    .number()
    .int()
    .min(1)
    .max(20000)
    .optional()
    .describe(
      `groups of standard cells beside those around macros and ports (default ${DEFAULT_CLUSTERS}, fewer in small blocks)`,
    ),
  clusterBy: z
    .enum(["partition", "communities"])
    .default("partition")
    .describe("how standard cells are grouped: few nets cut and even areas, or Louvain's communities"),
  clustering: z.boolean().default(true).describe("place standard cells one by one, not as soft macros"),
};

/** With `like`, soft macros are as large as their cells, as TILOS clusters the ICCAD04 suite. */
export interface ClusterChoice extends Pick<BlockOptions, "like"> {
  readonly clusters?: number | undefined;
  readonly clusterBy: "partition" | "communities";
  readonly clustering: boolean;
  readonly seed: number;
}

/** The block itself, or if it has standard cells that may move, these as soft macros. */
export function clusterFlat(
  flat: Block,
  { clusters, clusterBy, clustering, seed, like }: ClusterChoice,
  report: (line: string) => void = () => {},
): { block: Block; clustering?: Clustering } {
  const { movable: cells, fixed } = countCells(flat);
  if (cells === 0 || !clustering) return { block: flat };
  report(`${flat.name}: clustering ${cells.toLocaleString("en")} standard cells`);
  const found = clusterBlock(flat, {
    by: clusterBy,
    seed,
    ...(clusters !== undefined && { clusters }),
    ...(like && { utilisation: 1 }),
  });
  const softs = nodesOfKind(found.block, NodeKind.SoftMacro).length;
  const places = found.placed ? "and their places" : "alone, for want of places";
  report(
    `${flat.name}: ${cells} standard cells in ${softs} soft macros (by nets ${places}); ` +
      `${found.cutNets} of ${found.nets} nets between them${fixed > 0 ? `; ${fixed} fixed cells keep their places` : ""}`,
  );
  return { block: found.block, clustering: found };
}

/**
 * Writes what a placement of the clustered block refers to: the block itself, so that the folder is one, and per node of
 * the flat file (pins of macros count) its group, -1 for none.
 */
export async function writeClustering(
  folder: string,
  flat: Block,
  { block, groups }: Clustering,
): Promise<void> {
  // The netlist makes the folder a block: it comes last.
  await writePlc(join(folder, "initial.plc"), block, block.initial);
  await writePbNetlist(join(folder, "netlist.pb.txt"), block, block.initial);
  const lines = new Int32Array(Math.max(lastOf(flat.fileIndices), lastOf(flat.pinFileIndices)) + 1).fill(-1);
  for (let pin = 0; pin < flat.pinCount; pin++)
    lines[flat.pinFileIndices[pin]!] = groups[flat.pinNodes[pin]!]!;
  for (let node = 0; node < flat.nodeCount; node++)
    lines[flat.fileIndices[node]!] = flat.kinds[node] === NodeKind.HardMacro ? -1 : groups[node]!;
  await writeFileAtomically(join(folder, "groups.txt"), `${lines.join("\n")}\n`);
}

/** A placement of what was clustered as one of the flat block: movable cells are in the middle of their soft macros. */
export function flatPlacement(flat: Block, placement: Placement, clustering?: Clustering): Placement {
  if (!clustering) return placement;
  const { xs, ys, orientations } = copyPlacement(flat.initial);
  for (let node = 0; node < flat.nodeCount; node++) {
    const now = clustering.nodeOf[node]!;
    if (now < 0) continue;
    xs[node] = placement.xs[now]!;
    ys[node] = placement.ys[now]!;
    if (flat.kinds[node] === NodeKind.HardMacro) orientations[node] = placement.orientations[now]!;
  }
  return { xs, ys, orientations };
}

/** The same the other way round: soft macros are at the mean of their cells, weighted by area. */
export function clusteredPlacement(
  flat: Block,
  placement: Placement,
  { block, nodeOf }: Pick<Clustering, "block" | "nodeOf">,
): Placement {
  const result = copyPlacement(block.initial);
  const areas = new Float64Array(block.nodeCount);
  for (let node = 0; node < flat.nodeCount; node++) {
    const now = nodeOf[node]!;
    if (now < 0 || flat.kinds[node] === NodeKind.Port) continue;
    const area = flat.widths[node]! * flat.heights[node]!;
    const share = area > 0 ? area / (areas[now]! + area) : 0;
    if (areas[now] === 0) [result.xs[now], result.ys[now]] = [placement.xs[node]!, placement.ys[node]!];
    else {
      result.xs[now]! += share * (placement.xs[node]! - result.xs[now]!);
      result.ys[now]! += share * (placement.ys[node]! - result.ys[now]!);
    }
    areas[now]! += area;
    if (flat.kinds[node] === NodeKind.HardMacro) result.orientations[now] = placement.orientations[node]!;
  }
  return result;
}

function lastOf(indices: Int32Array): number {
  return indices.reduce((most, index) => Math.max(most, index), -1);
}
