// Messages between the viewer's page and its server; docs/viewer.md describes the viewer. A one-file report embeds the
// same messages, so that it needs no server.
import type { Block, DesignRulesMessage, Placement } from "../netlist/index.js";
import type { Packed } from "./packing.js";

/** Increased when the meaning of a message changes. */
export const PROTOCOL = 1;

/** No run (a block); running; ended with a result; ended without one; its process is gone; its folder is gone. */
export type RunState = "block" | "running" | "finished" | "stopped" | "died" | "gone";

/** Files that an edited placement can be written as. `def` and `tcl` are of a DEF design. */
export const EDIT_FORMATS = ["plc", "def", "tcl"] as const;
export type EditFormat = (typeof EDIT_FORMATS)[number];

/** Rules of the page's judge. It has no cost terms, because these are code, which the page does not load. */
export interface PageRules {
  readonly outside: "skip" | "clamp";
  readonly weights: { readonly wirelength: number; readonly density: number; readonly congestion: number };
  /** Names of the run's cost terms, which the page's costs leave out. */
  readonly leftOut: readonly string[];
}

export interface PlacementEntry {
  /** The ID in `/api/placement/ID`. */
  readonly id: string;
  readonly label: string;
  /** Whether it is the best of a run with frames at `/api/frames?of=ID`. */
  readonly frames?: boolean;
}

export interface Session {
  readonly protocol: number;
  readonly title: string;
  readonly state: RunState;
  readonly rules: PageRules;
  readonly placements: readonly PlacementEntry[];
  /** Whether there is a policy, and so `/api/trace` and `/api/embedding`. */
  readonly policy: boolean;
  /** Whether the run has maps of a global router, and so `/api/routing`. */
  readonly routing?: boolean;
  /** Whether edited placements can be saved in the run's folder. */
  readonly writable: boolean;
  /** The block or the run's folder, as it was named to `view`. */
  readonly path: string;
  /** What edits can be written as. */
  readonly formats: readonly EditFormat[];
  /** The run's method, and whether it goes on from a placement in which all macros may move. */
  readonly method?: { readonly name: string; readonly isWarm: boolean };
  readonly summary: Readonly<Record<string, unknown>>;
}

/** A placement that was saved in the run's folder. */
export interface SavedEdit {
  /** Its `.plc`, such as `edits/edit-1.plc`. */
  readonly file: string;
  /** Why the files of the design are missing beside it, if they are. */
  readonly problem?: string;
}

/** The metrics of a run. */
export interface RunMetrics {
  readonly label: string;
  /** Lines of metrics.jsonl, and one more if the run improved its result after the last. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  /** What the run has in common with others that differ in their seed only; undefined if its record cannot be read. */
  readonly configuration?: string | undefined;
  /** Its result, once it has one. */
  readonly result?: RunResult | undefined;
}

/** Costs and effort of a finished run. */
export interface RunResult {
  readonly proxy: number;
  readonly wirelength: number;
  readonly density: number;
  readonly congestion: number;
  readonly seconds: number;
  readonly legal: boolean;
}

/** Costs of a frame. */
export interface FrameCosts {
  readonly iteration: number;
  readonly wirelength: number;
  readonly density: number;
  readonly congestion: number;
  readonly proxy: number;
}

/** Best placements in the order in which a run found them. */
export interface Frames {
  /** Size of the file that they were read from, 0 without one. */
  readonly bytes: number;
  /** Nodes with places in the frames. The others have their initial places. */
  readonly nodes: Int32Array;
  readonly costs: readonly FrameCosts[];
  /** [frames x nodes] */
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  readonly orientations: Uint8Array;
}

/** One greedy episode of a policy, with what it sees. Maps are [steps x cells], row-major from the lower left. */
export interface Trace {
  /** Tells the checkpoint that played it from others of the run. */
  readonly checkpoint: number;
  readonly macros: Int32Array;
  readonly actions: Int32Array;
  readonly values: Float32Array;
  readonly probabilities: Float32Array;
  readonly masks: Uint8Array;
  /** Increase of wirelength, scaled to 0 at the best cell and 1 at the worst. */
  readonly wires: Float32Array;
  /** Placement after the episode, with soft macros placed. */
  readonly placement: Placement;
}

/**
 * What moved one decision of the episode. Lists have one entry for each node of the netlist graph, a cluster of ports being
 * one node.
 */
export interface Influences {
  readonly step: number;
  /** Node that the step placed, and the cell that it chose. */
  readonly macro: number;
  readonly cell: number;
  /** Natural logarithm of the probability of that cell. */
  readonly logProbability: number;
  /** Nodes of entry i: `members[starts[i] .. starts[i + 1]]`, one, or the ports of a cluster. */
  readonly starts: Int32Array;
  readonly members: Int32Array;
  /** Where entry i was taken to be, µm; NaN for macros that are still to be placed. */
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** By how much `logProbability` is higher than without the node, in nats; NaN if that was not tried. */
  readonly changes: Float64Array;
  /** Weight of the edge to the macro, relative to the mean edge; 0 if there is none. */
  readonly weights: Float64Array;
  /** Shares of the network's attention; empty if it has none. */
  readonly attention: Float64Array;
}

/** The first two principal components of node embeddings. */
export interface Embedding {
  readonly nodes: Int32Array;
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  /** Share of the variance that each component explains. */
  readonly explained: readonly [number, number];
}

/** What a run on a queue tells of it, every few seconds. */
export interface QueueState {
  /** Its address. */
  readonly server: string;
  /** Jobs of the run done per second, over the last minute. */
  readonly per_second: number;
  /** The run's. Of those that are over: done; issued again; answered late; given up, as they took much longer than others. */
  readonly jobs: Readonly<
    Record<"waiting" | "active" | "done" | "issued_again" | "late" | "given_up", number>
  >;
  /** Those of the run's version, whoever they compute for. */
  readonly workers: readonly {
    readonly name: string;
    readonly threads: number;
    readonly running: number;
    readonly done: number;
    readonly per_second: number;
  }[];
}

/** Events of the server's stream. */
export type ViewEvent =
  | { readonly type: "state"; readonly state: RunState }
  | { readonly type: "queue"; readonly queue: QueueState }
  | { readonly type: "metrics"; readonly run: RunMetrics }
  /** There are other frames. With the size of their file: only for who has read another size. */
  | { readonly type: "frames"; readonly bytes?: number }
  /** A placement was saved, by any page or process. All names of saved placements, `edit-1.plc` and so on. */
  | { readonly type: "edits"; readonly files: readonly string[] }
  /** The events before it told the present state; those after it tell what changes. */
  | { readonly type: "attached" };

/** Source of the page's data: a server, or the report that contains the page. */
export interface ViewData {
  session(): Promise<Session>;
  block(): Promise<Packed>;
  /** The constraints of the DEF design that is placed; null if there is none, and the block's own rules are all. */
  constraints(): Promise<DesignRulesMessage | null>;
  placement(id: string): Promise<Packed>;
  metrics(): Promise<readonly RunMetrics[]>;
  /** Frames of the run with this placement as its best. */
  frames(of: string): Promise<Packed>;
  trace(): Promise<Packed>;
  /** What moved a decision of the episode, step 0 being the first; `checkpoint` is that of its trace. */
  influences(step: number, checkpoint: number): Promise<Packed>;
  embedding(): Promise<Packed>;
  /** Maps of the global router: `horizontal`, `vertical`, `overflow`; `columns` and `rows` of their grid in `meta`. */
  routing(): Promise<Packed>;
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

/** A block as a message. Names are joined by line ends, which names cannot contain. */
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

/** The block of a message, equal to the original to the last bit. */
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

/** @param locked nodes that an editor has locked */
export function packPlacement({ xs, ys, orientations }: Placement, locked: Iterable<number> = []): Packed {
  return { meta: { locked: [...locked] }, arrays: { xs, ys, orientations } };
}

/** The locked nodes of a placement's message. Throws if they are no nodes. */
export function lockedOf({ meta }: Packed, nodeCount: number): number[] {
  const locked = meta.locked ?? [];
  const isNode = (value: unknown) =>
    Number.isInteger(value) && Number(value) >= 0 && Number(value) < nodeCount;
  if (!Array.isArray(locked) || !locked.every(isNode)) throw new Error("'locked' is no list of nodes");
  return locked as number[];
}

/** The placement of a message. Throws if it is not one of `nodeCount` nodes. */
export function unpackPlacement({ arrays }: Packed, nodeCount: number): Placement {
  const { xs, ys, orientations } = arrays;
  const fits = [xs, ys, orientations].every((array) => array?.length === nodeCount);
  if (!fits || !(xs instanceof Float64Array && ys instanceof Float64Array))
    throw new Error(`not a placement of ${nodeCount} nodes`);
  if (!(orientations instanceof Uint8Array) || orientations.some((code) => code > 7))
    throw new Error("orientations are not codes from 0 to 7");
  return { xs, ys, orientations };
}

export function packFrames({ costs, bytes, ...arrays }: Frames): Packed {
  return { meta: { costs, bytes }, arrays };
}

export function unpackFrames({ meta, arrays }: Packed): Frames {
  return { costs: meta.costs, bytes: meta.bytes, ...arrays } as unknown as Frames;
}

export function packTrace({ placement, checkpoint, ...arrays }: Trace): Packed {
  return { meta: { checkpoint }, arrays: { ...arrays, ...placement } };
}

export function unpackTrace({ meta, arrays }: Packed): Trace {
  const { xs, ys, orientations, ...rest } = arrays;
  return { ...meta, ...rest, placement: { xs, ys, orientations } } as unknown as Trace;
}

export function packInfluences(influences: Influences): Packed {
  const { step, macro, cell, logProbability, ...arrays } = influences;
  return { meta: { step, macro, cell, logProbability }, arrays };
}

export function unpackInfluences({ meta, arrays }: Packed): Influences {
  return { ...meta, ...arrays } as unknown as Influences;
}

export function packEmbedding({ explained, ...arrays }: Embedding): Packed {
  return { meta: { explained }, arrays };
}

export function unpackEmbedding({ meta, arrays }: Packed): Embedding {
  return { explained: meta.explained, ...arrays } as unknown as Embedding;
}
