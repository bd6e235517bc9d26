// What the timeline replays: the best placements of a run, alone or next to those of another run, and a policy's episode.
import type { Costs } from "../../env/index.js";
import { type Block, copyPlacement, NodeKind, type Placement } from "../../netlist/index.js";
import { type Frames, type PageRules, type Trace, unpackFrames, unpackTrace } from "../protocol.js";
import type { PageData } from "./data.js";

/** A placement with its recorded costs. The proxy cost has the page's weights. */
export interface Frame {
  readonly placement: Placement;
  readonly costs: Costs;
  readonly iteration: number;
}

/** What a replay needs. */
export interface ReplaySource {
  readonly block: Block;
  readonly data: Pick<PageData, "frames" | "trace">;
  /** Weights of the page's proxy cost. */
  readonly weights: PageRules["weights"];
}

/** Best placements of a run in the order in which it found them. The list grows while the run goes on. */
export class FrameList {
  private readonly source: ReplaySource;
  private readonly of: string;
  private frames: Frames | undefined;
  private loading: Promise<void> | undefined;
  /** Whether a load was requested after the current one began. */
  private stale = false;

  /** @param of placement id of another run. Default: the run shown. */
  constructor(source: ReplaySource, of = "best") {
    this.source = source;
    this.of = of;
  }

  get length(): number {
    return this.frames?.costs.length ?? 0;
  }

  /** Size of the file that they were read from; undefined before the first reading. */
  get bytes(): number | undefined {
    return this.frames?.bytes;
  }

  /** Iterations at which a better placement was found. */
  get iterations(): number[] {
    return this.frames?.costs.map(({ iteration }) => iteration) ?? [];
  }

  /** Reads the frames again. A run that starts over has fewer than before. */
  load(): Promise<void> {
    this.stale = true;
    this.loading ??= this.read();
    return this.loading;
  }

  /** Reads once more if a load was requested meanwhile, because the answer on its way may be older. */
  private async read(): Promise<void> {
    try {
      while (this.stale) {
        this.stale = false;
        this.frames = unpackFrames(await this.source.data.frames(this.of));
      }
    } finally {
      this.loading = undefined;
    }
  }

  /** The best placement at the end of `iteration`; before the first one, the first. */
  at(iteration: number): Frame | undefined {
    const later = this.iterations.findIndex((found) => found > iteration);
    return this.frame(later < 0 ? this.length - 1 : Math.max(0, later - 1));
  }

  private frame(index: number): Frame | undefined {
    const { frames } = this;
    const recorded = frames?.costs[index];
    if (!frames || !recorded) return undefined;
    const { block, weights } = this.source;
    const placement = copyPlacement(block.initial);
    const at = index * frames.nodes.length;
    frames.nodes.forEach((node, i) => {
      placement.xs[node] = frames.xs[at + i]!;
      placement.ys[node] = frames.ys[at + i]!;
      placement.orientations[node] = frames.orientations[at + i]!;
    });
    const { wirelength, density, congestion, iteration } = recorded;
    const costs = {
      wirelength: Number.NaN,
      wirelengthCost: wirelength,
      densityCost: density,
      congestionCost: congestion,
      // The recorded proxy cost includes the run's cost terms and may have other weights.
      proxyCost:
        weights.wirelength * wirelength + weights.density * density + weights.congestion * congestion,
    };
    return { placement, costs, iteration };
  }
}

export class Replay {
  trace: Trace | undefined;
  private readonly source: ReplaySource;
  private readonly own: FrameList;
  private other: FrameList | undefined;

  constructor(source: ReplaySource) {
    this.source = source;
    this.own = new FrameList(source);
  }

  /** Steps of the replay: iterations in which either run found a better placement. */
  get moments(): number[] {
    if (this.own.length === 0) return [];
    const all = new Set([...this.own.iterations, ...(this.other?.iterations ?? [])]);
    return [...all].sort((a, b) => a - b);
  }

  async loadFrames(): Promise<void> {
    await this.own.load();
  }

  /** Whether the frames of a file of this size are read. */
  has(bytes: number): boolean {
    return this.own.bytes === bytes;
  }

  /** Replays another run alongside this one; undefined: none. */
  async compareWith(id: string | undefined): Promise<void> {
    this.other = id === undefined ? undefined : new FrameList(this.source, id);
    await this.other?.load();
  }

  /** Reads the episode of the latest checkpoint. */
  async loadTrace(): Promise<Trace> {
    this.trace = unpackTrace(await this.source.data.trace());
    return this.trace;
  }

  /** The best placements of both runs at a step of the replay. */
  frames(index: number): { iteration: number; own: Frame; other: Frame | undefined } | undefined {
    const iteration = this.moments[index];
    const own = iteration === undefined ? undefined : this.own.at(iteration);
    return own && { iteration: iteration!, own, other: this.other?.at(iteration!) };
  }

  /** The episode before step `index`: the macros placed so far, and after the last step soft macros too. */
  step(index: number): Placement | undefined {
    const { trace } = this;
    const { block } = this.source;
    if (!trace) return undefined;
    const placement = copyPlacement(trace.placement);
    if (index >= trace.macros.length) return placement;
    for (let node = 0; node < block.nodeCount; node++)
      if (block.kinds[node] === NodeKind.SoftMacro) placement.xs[node] = Number.NaN;
    for (const node of trace.macros.subarray(index)) placement.xs[node] = Number.NaN;
    return placement;
  }
}
