// Options that every command taking a block shares: what overrides the files, and how the judge reads them.
import { z } from "zod";
import { type JudgeRules, PUBLISHED_WEIGHTS } from "../env/index.js";
import {
  type Block,
  type BlockOverrides,
  type GivenHalo,
  InputError,
  isDefPath,
  type LoadDefOptions,
  MOST_SMOOTHING,
  NodeKind,
  SNAP_CHOICES,
} from "../netlist/index.js";
import { likeTilos, refuseUnlike } from "./like-tilos.js";

/** How a .def design is read. */
export const designOptions = {
  lef: z
    .array(z.string())
    .default([])
    .describe("LEF file, or directory of them, of a .def block; may be repeated (default all beside it)"),
  halo: z
    .union([z.array(z.string()), z.string()])
    .optional()
    .describe(
      "halo in µm, as X,Y, of macros to which the .def gives none; or of one macro, as NAME=LEFT,BOTTOM,RIGHT,TOP " +
        "in orientation N; may be repeated",
    ),
  die: z.boolean().optional().describe("let macros use the whole die of a .def, also outside its rows"),
  snap: z
    .enum(SNAP_CHOICES)
    .optional()
    .describe(
      "what the lower-left corners of macros of a .def lie on: its manufacturing grid (the default), tracks, or rows",
    ),
  freeFixed: z.boolean().default(false).describe("let hard macros that the .def fixes move"),
};

export const blockOptionsSchema = z.strictObject({
  ...designOptions,
  placement: z
    .string()
    .optional()
    .describe(
      "placement to use instead of the block's own: a run's folder, .plc, .pl, or .def of the same design",
    ),
  canvas: z.string().optional().describe("canvas in µm, as WIDTHxHEIGHT"),
  grid: z.string().optional().describe("grid, as COLUMNSxROWS"),
  routes: z.string().optional().describe("routing tracks per µm, as HORIZONTAL,VERTICAL"),
  macroRoutes: z.string().optional().describe("tracks per µm that macros take, as HORIZONTAL,VERTICAL"),
  smoothing: z
    .number()
    .int()
    .min(0)
    .max(MOST_SMOOTHING)
    .optional()
    .describe("range of the congestion smoothing, in cells"),
  outside: z
    .enum(["skip", "clamp"])
    .default("skip")
    .describe(
      "nets with a pin outside the grid: not routed (as the original binary), or counted in the edge cell",
    ),
  like: z
    .enum(["tilos"])
    .optional()
    .describe(
      "tilos: tracks, smoothing, grid and sizes of soft macros as TILOS has them for the ICCAD04 suite (Bookshelf)",
    ),
  squareSoftMacros: z.boolean().default(false).describe("count soft macros as squares of their area"),
  weights: z
    .string()
    .default("1,0.5,0.5")
    .describe("weights of wirelength, density and congestion in the proxy"),
});

export type BlockOptions = z.input<typeof blockOptionsSchema>;
export type DesignOptions = Pick<BlockOptions, keyof typeof designOptions>;

/**
 * The options on designs for one of several blocks: none for a block of another format beside a design. Where no block
 * is a design they stay, to be refused as for a single block.
 */
export function designOptionsFor(
  path: string,
  paths: readonly string[],
  { lef, halo, freeFixed, die, snap }: DesignOptions,
): DesignOptions {
  return isDefPath(path) || !paths.some(isDefPath) ? { lef, halo, freeFixed, die, snap } : {};
}

/** What the options say about reading DEF. Throws `InputError` for options of another format than the block's. */
export function defOptions(
  path: string,
  { lef = [], halo = [], freeFixed, die, snap, like }: BlockOptions,
): Omit<LoadDefOptions, "defaultRouting"> {
  if (like) refuseUnlike(path);
  const halos = typeof halo === "string" ? [halo] : halo;
  const given = {
    "--lef": lef.length > 0,
    "--halo": halos.length > 0,
    "--free-fixed": freeFixed,
    "--die": die,
    "--snap": snap !== undefined,
  };
  for (const [flag, isGiven] of Object.entries(given))
    if (isGiven && !isDefPath(path)) throw new InputError(flag, `is for .def designs, and '${path}' is none`);
  return { lef, freeFixed, die, snap, halos: halos.map(toHalo) };
}

/** `X,Y`, `LEFT,BOTTOM,RIGHT,TOP`, or one of these after `NAME=`. */
function toHalo(text: string): GivenHalo {
  const at = text.lastIndexOf("=");
  const lengths = text.slice(at + 1);
  const count = lengths.split(",").length;
  if (count !== 2 && count !== 4)
    throw new InputError("--halo", `'${lengths}', X,Y or LEFT,BOTTOM,RIGHT,TOP in µm was expected`);
  const values = numbers("--halo", lengths, count, /,/);
  const [left, bottom, right, top] = (count === 4 ? values : [...values, ...values]) as [
    ...[number, number],
    ...[number, number],
  ];
  return { ...(at >= 0 && { name: text.slice(0, at) }), left, bottom, right, top };
}

/** Values that replace those of the files. */
export function overridesOf(options: BlockOptions): BlockOverrides {
  return {
    ...(options.canvas !== undefined && { canvas: toCanvas(options.canvas) }),
    ...givenOf(options),
  };
}

/** Grid and smoothing, if they are given. */
function givenOf({ grid, smoothing }: BlockOptions): Partial<Pick<Block, "grid" | "smoothing">> {
  return {
    ...(grid !== undefined && { grid: toGrid(grid) }),
    ...(smoothing !== undefined && { smoothing }),
  };
}

/** The block with the routing and the soft macros that the options say. */
export function overridden(read: Block, options: BlockOptions): Block {
  const block = options.like ? { ...likeTilos(read), ...givenOf(options) } : read;
  const routes = options.routes === undefined ? undefined : numbers("--routes", options.routes, 2, /,/);
  const used =
    options.macroRoutes === undefined ? undefined : numbers("--macro-routes", options.macroRoutes, 2, /,/);
  if (routes?.some((tracks) => tracks <= 0)) throw new InputError("--routes", "greater than 0 was expected");
  const routing = {
    horizontal: routes?.[0] ?? block.routing.horizontal,
    vertical: routes?.[1] ?? block.routing.vertical,
    horizontalUsedByMacros: used?.[0] ?? block.routing.horizontalUsedByMacros,
    verticalUsedByMacros: used?.[1] ?? block.routing.verticalUsedByMacros,
  };
  return options.squareSoftMacros ? withSquareSoftMacros({ ...block, routing }) : { ...block, routing };
}

/** How the judge scores the block. Throws `InputError` for weights that are none. */
export function judgeRules(options: BlockOptions): JudgeRules {
  const [wirelength, density, congestion] =
    options.weights !== undefined
      ? (numbers("--weights", options.weights, 3, /,/) as [number, number, number])
      : [PUBLISHED_WEIGHTS.wirelength, PUBLISHED_WEIGHTS.density, PUBLISHED_WEIGHTS.congestion];
  return { outside: options.outside ?? "skip", weights: { wirelength, density, congestion }, terms: [] };
}

function toCanvas(text: string) {
  const [width, height] = numbers("--canvas", text, 2, /x/i) as [number, number];
  if (!(width > 0 && height > 0))
    throw new InputError("--canvas", `'${text}', sides greater than 0 were expected`);
  return { width, height };
}

function toGrid(text: string) {
  const [columns, rows] = numbers("--grid", text, 2, /x/i) as [number, number];
  for (const count of [columns, rows])
    if (!Number.isInteger(count) || count < 1 || count > 1024)
      throw new InputError("--grid", `'${text}', whole numbers from 1 to 1024 were expected, as in 24x21`);
  return { columns, rows };
}

function numbers(flag: string, text: string, count: number, separator: RegExp): number[] {
  const values = text.split(separator).map((word) => (word.trim() === "" ? Number.NaN : Number(word)));
  if (values.length !== count || !values.every((value) => Number.isFinite(value) && value >= 0))
    throw new InputError(flag, `'${text}', ${count} numbers from 0 were expected`);
  return values;
}

function withSquareSoftMacros(block: Block): Block {
  const widths = block.widths.slice();
  const heights = block.heights.slice();
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] !== NodeKind.SoftMacro) continue;
    const side = Math.sqrt(block.widths[node]! * block.heights[node]!);
    widths[node] = side;
    heights[node] = side;
  }
  return { ...block, widths, heights };
}
