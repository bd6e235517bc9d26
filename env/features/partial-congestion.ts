// Congestion while macros are still missing: what the judge makes of those that stand and of the anticipated soft
// macros. A full evaluation takes as long as several steps do, so it is brought up to date a few times per episode.

import type { Judge } from "../cost/judge.js";
import type { Episode } from "../environment/episode.js";

/** How many times per episode, evenly over its steps. */
const EVALUATIONS = 10;

/** Tracks taken, in shares of those there are: what counts as full on a plane. */
const MOST = 2;

export class CongestionSoFar {
  private readonly episode: Episode;
  private readonly judge: Judge;
  /** Horizontal, then vertical. */
  private readonly known: Float32Array;
  private readonly every: number;
  private seenResets = -1;

  constructor(episode: Episode) {
    const { judge, macros } = episode;
    this.episode = episode;
    this.judge = judge;
    this.known = judge.kernels.f32(2 * judge.block.grid.columns * judge.block.grid.rows);
    this.every = Math.max(1, Math.ceil(macros.length / EVALUATIONS));
  }

  /**
   * Fills both planes [cells] with congestion, cut at twice the tracks and brought to 0..1. Depends on the episode
   * alone: on which steps it was asked for, and on what stood at these.
   */
  write(horizontal: Float32Array, vertical: Float32Array): void {
    const { episode, known } = this;
    if (episode.resets !== this.seenResets || episode.step % this.every === 0) {
      this.seenResets = episode.resets;
      this.judge.evaluateMaps();
      this.judge.writeCongestion(known, MOST);
    }
    horizontal.set(known.subarray(0, horizontal.length));
    vertical.set(known.subarray(horizontal.length));
  }
}
