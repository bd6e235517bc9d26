// Placements at a step of time: frames of a run, growing while it runs, and a policy's episode.
import type { Costs } from "../../env/index.js";
import { type Block, copyPlacement, type Placement } from "../../netlist/index.js";
import { type Frames, type Trace, unpackFrames, unpackTrace } from "../protocol.js";
import type { PageData } from "./data.js";

export class Replay {
  trace: Trace | undefined;
  private readonly block: Block;
  private readonly data: PageData;
  private frames: Frames | undefined;
  private loading: Promise<void> | undefined;

  constructor(block: Block, data: PageData) {
    this.block = block;
    this.data = data;
  }

  get frameCount(): number {
    return this.frames?.costs.length ?? 0;
  }

  /** Reads the frames anew; a run that starts over has fewer of them than before. */
  async loadFrames(): Promise<void> {
    this.loading ??= (async () => {
      this.frames = unpackFrames(await this.data.frames(0));
    })().finally(() => {
      this.loading = undefined;
    });
    return this.loading;
  }

  async loadTrace(): Promise<Trace> {
    this.trace ??= unpackTrace(await this.data.trace());
    return this.trace;
  }

  /** The placement of a frame and the costs that were recorded with it. */
  frame(index: number): { placement: Placement; costs: Costs; iteration: number } | undefined {
    const { frames } = this;
    const recorded = frames?.costs[index];
    if (!frames || !recorded) return undefined;
    const placement = copyPlacement(this.block.initial);
    const at = index * frames.nodes.length;
    frames.nodes.forEach((node, i) => {
      placement.xs[node] = frames.xs[at + i]!;
      placement.ys[node] = frames.ys[at + i]!;
      placement.orientations[node] = frames.orientations[at + i]!;
    });
    const { wirelength, density, congestion, proxy, iteration } = recorded;
    const costs = {
      wirelength: Number.NaN,
      wirelengthCost: wirelength,
      densityCost: density,
      congestionCost: congestion,
      proxyCost: proxy,
    };
    return { placement, costs, iteration };
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
