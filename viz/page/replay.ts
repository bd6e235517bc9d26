// Placements at a step of time: best placements of a run, beside those of another if one is compared, and a policy's
// episode.
import { type Block, copyPlacement, type Placement } from "../../netlist/index.js";
import { type PageRules, type Trace, unpackTrace } from "../protocol.js";
import type { PageData } from "./data.js";
import { type Frame, FrameList } from "./frame-list.js";

export class Replay {
  trace: Trace | undefined;
  private readonly block: Block;
  private readonly data: PageData;
  private readonly weights: PageRules["weights"];
  private readonly own: FrameList;
  private other: FrameList | undefined;

  constructor(block: Block, data: PageData, weights: PageRules["weights"]) {
    this.block = block;
    this.data = data;
    this.weights = weights;
    this.own = new FrameList(block, data, weights);
  }

  /** Iterations that either run found a better placement at: the steps of the replay. */
  get moments(): number[] {
    if (this.own.length === 0) return [];
    const all = new Set([...this.own.iterations, ...(this.other?.iterations ?? [])]);
    return [...all].sort((a, b) => a - b);
  }

  async loadFrames(): Promise<void> {
    await this.own.load();
  }

  /** Plays the frames of another run beside the own ones from now on; without an id none. */
  async playBeside(id: string | undefined): Promise<void> {
    this.other = id === undefined ? undefined : new FrameList(this.block, this.data, this.weights, id);
    await this.other?.load();
  }

  /** Reads the episode of the checkpoint that is the latest now. */
  async loadTrace(): Promise<Trace> {
    this.trace = unpackTrace(await this.data.trace());
    return this.trace;
  }

  /** What the run, and the one beside it, had found at a moment. */
  frames(index: number): { iteration: number; own: Frame; other: Frame | undefined } | undefined {
    const iteration = this.moments[index];
    const own = iteration === undefined ? undefined : this.own.at(iteration);
    return own && { iteration: iteration!, own, other: this.other?.at(iteration!) };
  }

  /** The episode before step `index`: macros placed so far; after the last step soft macros too. */
  step(index: number): Placement | undefined {
    const { trace } = this;
    if (!trace) return undefined;
    const placement = copyPlacement(trace.placement);
    if (index >= trace.macros.length) return placement;
    for (let node = 0; node < this.block.nodeCount; node++)
      if (this.block.kinds[node] === 1) placement.xs[node] = Number.NaN;
    for (const node of trace.macros.subarray(index)) placement.xs[node] = Number.NaN;
    return placement;
  }
}
