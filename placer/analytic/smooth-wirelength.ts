// Half-perimeter wirelength made smooth: the weighted-average model (Hsu, Chang, Balabanov 2011). Along each axis the
// largest coordinate of a net becomes the mean of all, weighted by exp(x / gamma), and the smallest likewise with
// exp(-x / gamma): always at most the true span, and the closer to it, the smaller gamma. Plain TypeScript on typed
// arrays; the tests hold its gradient against finite differences.
import type { JudgeNets } from "../../env/index.js";

/** Distances from the extreme, in gammas, at which a pin's weight is below 1e-13 and counts nothing. */
const NEGLIGIBLE = 30;

export class SmoothWirelength {
  private readonly starts: Int32Array;
  private readonly nodes: Int32Array;
  private readonly xOffsets: Float64Array;
  private readonly yOffsets: Float64Array;
  private readonly weights: Float64Array;
  // Scratch of one net.
  private readonly places: Float64Array;
  private readonly highs: Float64Array;
  private readonly lows: Float64Array;

  /** Nets of pins on nodes in orientation N, or with offsets already turned. */
  constructor(nets: JudgeNets, xOffsets = nets.pointXOffsets, yOffsets = nets.pointYOffsets) {
    this.starts = nets.netStarts;
    this.weights = nets.netWeights;
    this.nodes = nets.netPoints.map((point) => nets.pointNodes[point]!);
    this.xOffsets = Float64Array.from(nets.netPoints, (point) => xOffsets[point]!);
    this.yOffsets = Float64Array.from(nets.netPoints, (point) => yOffsets[point]!);
    let most = 2;
    for (let net = 0; net < nets.netCount; net++)
      most = Math.max(most, this.starts[net + 1]! - this.starts[net]!);
    this.places = new Float64Array(most);
    this.highs = new Float64Array(most);
    this.lows = new Float64Array(most);
  }

  /** Weighted length in µm of nodes at (xs, ys); its derivatives are added to the gradients, one per node. */
  addGradient(
    xs: Float64Array,
    ys: Float64Array,
    gamma: number,
    outXGradient: Float64Array,
    outYGradient: Float64Array,
  ): number {
    return (
      this.alongAxis(xs, this.xOffsets, gamma, outXGradient) +
      this.alongAxis(ys, this.yOffsets, gamma, outYGradient)
    );
  }

  private alongAxis(
    positions: Float64Array,
    offsets: Float64Array,
    gamma: number,
    outGradient: Float64Array,
  ): number {
    const { starts, nodes, weights } = this;
    const netCount = starts.length - 1;
    let total = 0;
    for (let net = 0; net < netCount; net++) {
      const start = starts[net]!;
      const end = starts[net + 1]!;
      const weight = weights[net]!;
      if (end - start === 2) {
        // Of two pins d apart the model is d tanh(d / 2 gamma): one exponential instead of four.
        const first = nodes[start]!;
        const second = nodes[start + 1]!;
        const signed = positions[first]! + offsets[start]! - positions[second]! - offsets[start + 1]!;
        const distance = Math.abs(signed);
        const decay = Math.exp(-distance / gamma);
        const ratio = (1 - decay) / (1 + decay);
        total += weight * distance * ratio;
        const slope = weight * (ratio + (distance / (2 * gamma)) * (1 - ratio * ratio));
        const pull = signed < 0 ? -slope : slope;
        outGradient[first]! += pull;
        outGradient[second]! -= pull;
      } else {
        total += weight * this.ofNet(positions, offsets, start, end, weight, gamma, outGradient);
      }
    }
    return total;
  }

  private ofNet(
    positions: Float64Array,
    offsets: Float64Array,
    start: number,
    end: number,
    weight: number,
    gamma: number,
    outGradient: Float64Array,
  ): number {
    const { nodes, places, highs, lows } = this;
    const count = end - start;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < count; i++) {
      const place = positions[nodes[start + i]!]! + offsets[start + i]!;
      places[i] = place;
      if (place < low) low = place;
      if (place > high) high = place;
    }
    const scale = 1 / gamma;
    let highSum = 0;
    let highMoment = 0;
    let lowSum = 0;
    let lowMoment = 0;
    for (let i = 0; i < count; i++) {
      const fromHigh = (high - places[i]!) * scale;
      const fromLow = (places[i]! - low) * scale;
      const toHigh = fromHigh > NEGLIGIBLE ? 0 : Math.exp(-fromHigh);
      const toLow = fromLow > NEGLIGIBLE ? 0 : Math.exp(-fromLow);
      highs[i] = toHigh;
      lows[i] = toLow;
      highSum += toHigh;
      highMoment += toHigh * fromHigh;
      lowSum += toLow;
      lowMoment += toLow * fromLow;
    }
    // Means of the distances from the extremes, in gammas.
    const highMean = highMoment / highSum;
    const lowMean = lowMoment / lowSum;
    for (let i = 0; i < count; i++) {
      if (highs[i] === 0 && lows[i] === 0) continue;
      const fromHigh = (high - places[i]!) * scale;
      const fromLow = (places[i]! - low) * scale;
      const pull =
        (highs[i]! / highSum) * (1 + highMean - fromHigh) - (lows[i]! / lowSum) * (1 + lowMean - fromLow);
      outGradient[nodes[start + i]!]! += weight * pull;
    }
    return high - low - gamma * (highMean + lowMean);
  }
}
