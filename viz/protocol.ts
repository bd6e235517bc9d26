// What the viewer's page and its server say to each other; the pages in words: docs/viewer.md. The same messages are
// embedded in a one-file report, so that page needs no server.
import type { Block, Placement } from "../netlist/index.js";
import type { Packed } from "./packing.js";

/** Grows when a message changes its meaning. */
export const PROTOCOL = 1;

/** Not a run; being written; ended well; ended without a result; its process is gone. */
export type RunState = "block" | "running" | "finished" | "stopped" | "died";

/** How the page's judge reads the block. It knows no cost terms: they are code that a page must not be sent. */
export interface PageRules {
  readonly outside: "skip" | "clamp";
  readonly weights: { readonly wirelength: number; readonly density: number; readonly congestion: number };
  /** Names of the run's cost terms, which the page's costs leave out. */
  readonly leftOut: readonly string[];
}

export interface PlacementEntry {
  /** What `/api/placement/ID` takes. */
  readonly id: string;
  readonly label: string;
  /** It is the best of a run whose frames `/api/frames?of=ID` gives. */
  readonly frames?: boolean;
}

export interface Session {
  readonly protocol: number;
  readonly title: string;
  readonly state: RunState;
  readonly rules: PageRules;
  readonly placements: readonly PlacementEntry[];
  /** There is a policy: `/api/trace` and `/api/embedding` have something to give. */
  readonly policy: boolean;
  /** A run's folder takes edited placements. */
  readonly writable: boolean;
  readonly summary: Readonly<Record<string, unknown>>;
}

/** Lines of metrics.jsonl of a run. */
export interface RunMetrics {
  readonly label: string;
  readonly lines: readonly Readonly<Record<string, unknown>>[];
}

/** The costs that go with a frame. */
export interface FrameCosts {
  readonly iteration: number;
  readonly wirelength: number;
  readonly density: number;
  readonly congestion: number;
  readonly proxy: number;
}

/** Best placements in the order that a run found them. */
export interface Frames {
  /** Nodes that have places in the frames; the others stand where the block has them. */
  readonly nodes: Int32Array;
  readonly costs: readonly FrameCosts[];
  /** [frames x nodes] */
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  readonly orientations: Uint8Array;
}

/** One greedy episode of a policy, as it sees it. Maps are [steps x cells], row-major from the lower left. */
export interface Trace {
  readonly macros: Int32Array;
  readonly actions: Int32Array;
  readonly values: Float32Array;
  readonly probabilities: Float32Array;
  readonly masks: Uint8Array;
  /** Growth of the wirelength, 0 at the best cell, 1 at the worst. */
  readonly wires: Float32Array;
  /** Where all nodes stand after the episode, soft macros settled. */
  readonly placement: Placement;
}

/** Nodes of the block with the two principal components of their embeddings. */
export interface Embedding {
  readonly nodes: Int32Array;
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  /** Shares of the variance that the two components hold. */
  readonly explained: readonly [number, number];
}

/** What the server's event stream says. */
export type ViewEvent =
  | { readonly type: "state"; readonly state: RunState }
  | { readonly type: "metrics"; readonly run: RunMetrics }
  | { readonly type: "frames" };

/** Where the page's data come from: a server, or the report that the page is in. */
export interface ViewData {
  session(): Promise<Session>;
  block(): Promise<Packed>;
  placement(id: string): Promise<Packed>;
  metrics(): Promise<readonly RunMetrics[]>;
  /** Of the run that a placement is the best of. */
  frames(of: string): Promise<Packed>;
  trace(): Promise<Packed>;
  embedding(): Promise<Packed>;
}

const BLOCK_ARRAYS = [
  "kinds",
  "widths",
  "heights",
  "pinNodes",
  "pinXOffsets",
  "pinYOffsets",
  "netStarts",
  "netPins",
  "netWeights",
  "fileIndices",
  "pinFileIndices",
  "fixed",
] as const;

/** A block as a message. Names are joined by line ends, which no name of a netlist holds. */
export function packBlock(block: Block): Packed {
  const { name, canvas, grid, routing, smoothing, overlapThreshold, blockages, initial } = block;
  const text = (names: readonly string[]) => new TextEncoder().encode(names.join("\n"));
  return {
    meta: { name, canvas, grid, routing, smoothing, overlapThreshold, blockages },
    arrays: {
      ...Object.fromEntries(BLOCK_ARRAYS.map((key) => [key, block[key]])),
      ...initial,
      nodeNames: text(block.nodeNames),
      pinNames: text(block.pinNames),
    },
  };
}

/** The block again, to the last bit. */
export function unpackBlock({ meta, arrays }: Packed): Block {
  const names = (key: string, count: number): string[] =>
    count === 0 ? [] : new TextDecoder().decode(arrays[key] as Uint8Array).split("\n");
  const { xs, ys, orientations, ...rest } = arrays;
  const [nodeCount, pinCount] = [arrays.kinds!.length, arrays.pinNodes!.length];
  return {
    ...(meta as unknown as Pick<Block, "name" | "canvas" | "grid" | "routing" | "smoothing">),
    ...(rest as unknown as Pick<Block, (typeof BLOCK_ARRAYS)[number]>),
    overlapThreshold: meta.overlapThreshold as number,
    blockages: meta.blockages as Block["blockages"],
    nodeCount,
    pinCount,
    netCount: arrays.netWeights!.length,
    nodeNames: names("nodeNames", nodeCount),
    pinNames: names("pinNames", pinCount),
    initial: { xs, ys, orientations } as unknown as Placement,
  };
}

export function packPlacement({ xs, ys, orientations }: Placement): Packed {
  return { meta: {}, arrays: { xs, ys, orientations } };
}

/** The placement of `nodeCount` nodes. Throws if the message holds another kind of thing. */
export function unpackPlacement({ arrays }: Packed, nodeCount: number): Placement {
  const { xs, ys, orientations } = arrays;
  const fits = [xs, ys, orientations].every((array) => array?.length === nodeCount);
  if (!fits || !(xs instanceof Float64Array && ys instanceof Float64Array))
    throw new Error(`not a placement of ${nodeCount} nodes`);
  if (!(orientations instanceof Uint8Array) || orientations.some((code) => code > 7))
    throw new Error("orientations are not codes from 0 to 7");
  return { xs, ys, orientations };
}

export function packFrames({ costs, ...arrays }: Frames): Packed {
  return { meta: { costs }, arrays };
}

export function unpackFrames({ meta, arrays }: Packed): Frames {
  return { costs: meta.costs, ...arrays } as unknown as Frames;
}

export function packTrace({ placement, ...arrays }: Trace): Packed {
  return { meta: {}, arrays: { ...arrays, ...placement } };
}

export function unpackTrace({ arrays }: Packed): Trace {
  const { xs, ys, orientations, ...rest } = arrays;
  return { ...rest, placement: { xs, ys, orientations } } as unknown as Trace;
}

export function packEmbedding({ explained, ...arrays }: Embedding): Packed {
  return { meta: { explained }, arrays };
}

export function unpackEmbedding({ meta, arrays }: Packed): Embedding {
  return { explained: meta.explained, ...arrays } as unknown as Embedding;
}
