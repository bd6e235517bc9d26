// Figures that others published, or that we measured with their tools, to stand beside ours: only where block and
// protocol are the same. They live in benchmarks/published/, each with source, hardware and time.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type Block, NodeKind, nodesOfKind } from "../netlist/index.js";
import { checkWith } from "../placer/index.js";

const FOLDER = fileURLToPath(new URL("../../benchmarks/published/", import.meta.url));

const figureSchema = z.strictObject({
  block: z.string(),
  method: z.string(),
  protocol: z.enum(["fd", "free"]),
  proxy_cost: z.number(),
  /** Where the source gives a range. */
  proxy_cost_max: z.number().optional(),
  wirelength_cost: z.number().optional(),
  density_cost: z.number().optional(),
  congestion_cost: z.number().optional(),
  /** Wall-clock time; null if the source does not say. */
  seconds: z.number().nullable(),
  hardware: z.string().nullable(),
  seeds: z.number().int().nullable(),
  /** Whether it passes our check of legality; null if the placement is not at hand. */
  legal: z.boolean().nullable(),
  source: z.string(),
  note: z.string().optional(),
});

const fileSchema = z.strictObject({
  what: z.string(),
  /** What a block must be to be the one meant: a name alone says little. */
  blocks: z.record(
    z.string(),
    z.strictObject({
      hard_macros: z.number().int(),
      soft_macros: z.number().int(),
      ports: z.number().int(),
      columns: z.number().int(),
      rows: z.number().int(),
    }),
  ),
  figures: z.array(figureSchema),
});

export type PublishedFigure = z.output<typeof figureSchema>;

/** Figures of a block under a protocol, in the files' order; none if the folder is not there. */
export function publishedFigures(block: Block, protocol: string, folder = FOLDER): PublishedFigure[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      const file = checkWith(fileSchema, JSON.parse(readFileSync(path, "utf8")), path);
      const meant = file.blocks[block.name];
      const is = JSON.stringify(shapeOf(block));
      if (meant === undefined || JSON.stringify(sorted(meant)) !== is) return [];
      return file.figures.filter((figure) => figure.block === block.name && figure.protocol === protocol);
    });
}

function shapeOf(block: Block): Record<string, number> {
  return sorted({
    hard_macros: nodesOfKind(block, NodeKind.HardMacro).length,
    soft_macros: nodesOfKind(block, NodeKind.SoftMacro).length,
    ports: nodesOfKind(block, NodeKind.Port).length,
    columns: block.grid.columns,
    rows: block.grid.rows,
  });
}

function sorted(shape: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(shape).sort(([a], [b]) => a.localeCompare(b)));
}
