// What jobs may hold. A worker takes nothing from the queue that does not have this form, and no code at all: the modules of
// the product are named, those of users are refused on both sides.
import { z } from "zod";
import { type Block, InputError, NodeKind, type Placement } from "../netlist/index.js";
import { PROTOCOL_NAMES } from "../placer/index.js";

/** Columns and rows of a grid: far more than any block has. */
const MOST_LINES = 4096;
const KINDS: readonly number[] = Object.values(NodeKind);
const MOST_ORIENTATION = 7;

const bytes = z.instanceof(Uint8Array);
const integers = z.instanceof(Int32Array);
const singles = z.instanceof(Float32Array);
const doubles = z.instanceof(Float64Array);
const count = z.number().int().min(0);
const names = z.array(z.string());
const rectangle = z.object({ left: z.number(), bottom: z.number(), right: z.number(), top: z.number() });
const region = { name: z.string(), rectangles: z.array(rectangle), members: z.array(count) };

const lines = z.number().int().min(1).max(MOST_LINES);

export const placementSchema = z.object({ xs: doubles, ys: doubles, orientations: bytes });

/** A block without what only its own format's writer knows. */
export const blockSchema = z
  .object({
    name: z.string(),
    nodeCount: count,
    kinds: bytes,
    widths: doubles,
    heights: doubles,
    nodeNames: names,
    pinCount: count,
    pinNodes: integers,
    pinXOffsets: doubles,
    pinYOffsets: doubles,
    pinNames: names,
    netCount: count,
    netStarts: integers,
    netPins: integers,
    netWeights: doubles,
    fileIndices: integers,
    pinFileIndices: integers,
    fixed: bytes,
    canvas: z.object({ width: z.number(), height: z.number() }),
    grid: z.object({ columns: lines, rows: lines }),
    routing: z.object({
      horizontal: z.number(),
      vertical: z.number(),
      horizontalUsedByMacros: z.number(),
      verticalUsedByMacros: z.number(),
    }),
    smoothing: z.number(),
    overlapThreshold: z.number(),
    blockages: z.array(rectangle.extend({ rate: z.number() })),
    fences: z
      .array(z.object({ ...region, exclusive: z.boolean(), isOpen: z.boolean().optional() }))
      .optional(),
    guides: z.array(z.object(region)).optional(),
    guideWeight: z.number().optional(),
    halos: z.object({ lefts: doubles, bottoms: doubles, rights: doubles, tops: doubles }).optional(),
    outlines: z.map(count, z.array(rectangle)).optional(),
    turnable: bytes.optional(),
    unmirrored: bytes.optional(),
    rows: z
      .array(
        z.object({
          left: z.number(),
          bottom: z.number(),
          height: z.number(),
          siteWidth: z.number(),
          sites: z.number(),
          orientation: z.number(),
        }),
      )
      .optional(),
    initial: placementSchema,
  })
  .refine(isConsistent, "the arrays of the block do not fit each other");

/** Whether arrays have an entry for each node, pin and net, and refer to nodes and pins that there are. */
function isConsistent(block: z.output<z.ZodObject> & Pick<Block, "nodeCount">): boolean {
  const { nodeCount, pinCount, netCount, ...all } = block as unknown as Block;
  const { halos, initial, netStarts, netPins, pinNodes, fences = [], guides = [], outlines } = all;
  const members = [...fences, ...guides].flatMap((region) => [...region.members]);
  const perNode = [
    ...[all.kinds, all.widths, all.heights, all.nodeNames, all.fileIndices, all.fixed],
    ...[initial.xs, initial.ys, initial.orientations],
    ...[all.turnable, all.unmirrored, halos?.lefts, halos?.bottoms, halos?.rights, halos?.tops],
  ];
  const perPin = [pinNodes, all.pinXOffsets, all.pinYOffsets];
  return (
    perNode.every((values) => values === undefined || values.length === nodeCount) &&
    perPin.every((values) => values.length === pinCount) &&
    all.netWeights.length === netCount &&
    netStarts.length === netCount + 1 &&
    netStarts.every(
      (start, net) => start >= (net === 0 ? 0 : netStarts[net - 1]!) && start <= netPins.length,
    ) &&
    all.kinds.every((kind) => KINDS.includes(kind)) &&
    initial.orientations.every((code) => code <= MOST_ORIENTATION) &&
    [...members, ...(outlines?.keys() ?? [])].every((node) => node < nodeCount) &&
    netPins.every((pin) => pin >= 0 && pin < pinCount) &&
    pinNodes.every((node) => node >= 0 && node < nodeCount)
  );
}

/** How placements are judged: without cost terms, which are code. */
export const rulesSchema = z.object({
  weights: z.object({ wirelength: z.number(), density: z.number(), congestion: z.number() }),
  outside: z.enum(["skip", "clamp"]),
  terms: z.array(z.never()),
});

export const cellRules = { protocol: z.enum(PROTOCOL_NAMES), cellPlacer: z.undefined().optional() };

/** A placement with its costs, of a block with this many nodes. */
export const scoredSchema = z.object({
  placement: placementSchema,
  costs: z.object({
    wirelength: z.number(),
    wirelengthCost: z.number(),
    densityCost: z.number(),
    congestionCost: z.number(),
    proxyCost: z.number(),
  }),
});

/** Throws unless a placement is one of this block. */
export function refuseOtherBlock({ nodeCount }: Block, placement: Placement | undefined): void {
  if (!placement) return;
  const { xs, ys, orientations } = placement;
  if (xs.length !== nodeCount || ys.length !== nodeCount || orientations.length !== nodeCount)
    throw new Error("the placement is of another block");
  if (![...xs, ...ys].every(Number.isFinite)) throw new Error("the placement has places that are no numbers");
  if (orientations.some((code) => code > MOST_ORIENTATION))
    throw new Error("the placement has an unknown orientation");
}

/** A block as it travels: what its format's writer keeps for itself stays here. */
export function withoutSource(block: Block): Block {
  const { source: _, ...rest } = block;
  return rest;
}

/** The folder of this product's modules. */
const ROOT = new URL("..", import.meta.url).href;

/** A module of the product by its path, as it travels. Throws `InputError` for a module of the user's own. */
export function ownModule(url: string, what: string): string {
  const path = url.startsWith(ROOT) ? url.slice(ROOT.length) : "";
  if (!OWN_MODULE.test(path))
    throw new InputError(
      "--queue",
      `${what} is code of your own (${url}), and workers run none from the queue`,
      "leave --queue out",
    );
  return path;
}

const OWN_MODULE = /^(placer|policy)\/[a-z-]+\/[a-z-]+\.js$/;
export const ownModuleSchema = z.string().regex(OWN_MODULE);

/** The module's URL in this installation. */
export function moduleUrl(path: string): string {
  return ROOT + path;
}

/** Throws `InputError` for code of the user's own, which a worker must not run. */
export function refuseOwnCode(setup: {
  readonly rules: { readonly terms: readonly { readonly module: string }[] };
  readonly cellPlacer?: string | undefined;
}): void {
  for (const { module } of setup.rules.terms) ownModule(module, "a cost term");
  if (setup.cellPlacer !== undefined) ownModule(setup.cellPlacer, "the cell placer");
}

export const numbers = { bytes, integers, singles, doubles, count };
