// How stiff soft macros are held in the descents of the electrostatic placer: an estimate of how much each macro's slope of the
// cost changes as it moves. A step is a slope over its stiffness, so a macro that is held too loosely flies across the canvas.
import type { Judge } from "../../env/index.js";
import type { CellNets } from "./cell-nets.js";

/** For nodes that nothing holds. */
export const LEAST_STIFFNESS = 1e-20;
/** How stiff congestion counts: its slopes bend more than the estimate, because many wires end on a cell's border. */
const CONGESTION_STIFFNESS = 3;
/** How stiff shares in the cost count that differ from one cell to the next. */
const AREA_CHANGE = 0.5;
const WIRE_CHANGE = 2;

interface Softness {
  /** What the slopes of the costs are multiplied by. */
  readonly unit: number;
  /** Of the wirelength, µm. */
  readonly gamma: number;
  /** Of the largest values, in full cells. */
  readonly densityTau: number;
  readonly congestionTau: number;
}

export class NodeStiffness {
  /** Per moving node: sum of its nets' weights, those of large nets less. */
  readonly netWeights: Float32Array;
  private readonly judge: Judge;
  private readonly nets: CellNets;
  /** Pairs: square of the stiffness that a moving node's area, and its wires, give to the densest and busiest cells. */
  private readonly areas: Float32Array;
  private readonly wires: Float32Array;
  /**
   * Pairs: how much the slopes by that area and by those wires change from one cell to the next. This grows with the area
   * itself, the above with its square. So it holds slivers with few wires, which nothing else does.
   */
  private readonly areaChanges: Float32Array;
  private readonly wireChanges: Float32Array;

  constructor(judge: Judge, nets: CellNets) {
    const count = nets.movingCount;
    this.judge = judge;
    this.nets = nets;
    this.netWeights = new Float32Array(count);
    this.areas = new Float32Array(2 * count);
    this.wires = new Float32Array(2 * count);
    this.areaChanges = new Float32Array(2 * count);
    this.wireChanges = new Float32Array(2 * count);
    this.measure();
  }

  private measure(): void {
    const { nets, judge } = this;
    const { canvas, grid, routing, widths, heights } = judge.block;
    const cellWidth = canvas.width / grid.columns;
    const cellHeight = canvas.height / grid.rows;
    const demands = this.demands();
    for (let i = 0; i < nets.movingCount; i++) {
      const node = nets.nodes[i]!;
      // A step to the side takes area from the cells along one edge and gives it to those along the other.
      const areaX = heights[node]! / cellHeight;
      const areaY = widths[node]! / cellWidth;
      this.areas[2 * i] = (2 * Math.min(areaX, areaX ** 2)) / cellWidth ** 2;
      this.areas[2 * i + 1] = (2 * Math.min(areaY, areaY ** 2)) / cellHeight ** 2;
      this.areaChanges[2 * i] = areaX / cellWidth ** 2;
      this.areaChanges[2 * i + 1] = areaY / cellHeight ** 2;
      // If all wires of a node cross one cell more, its congestion grows by this much.
      const wiresX = demands[i]! / (cellWidth * routing.vertical);
      const wiresY = demands[i]! / (cellHeight * routing.horizontal);
      this.wires[2 * i] = (wiresX / cellWidth) ** 2;
      this.wires[2 * i + 1] = (wiresY / cellHeight) ** 2;
      this.wireChanges[2 * i] = wiresX / cellWidth ** 2;
      this.wireChanges[2 * i + 1] = wiresY / cellHeight ** 2;
    }
  }

  /** Per moving node: its wires. */
  private demands(): Float64Array {
    const { nets, judge } = this;
    const demands = new Float64Array(nets.movingCount);
    for (let net = 0; net < nets.netCount; net++) {
      const [first, end] = [nets.netStarts[net]!, nets.netStarts[net + 1]!];
      const demand = judge.nets.netDemands[nets.judgeNets[net]!]!;
      for (let pin = first; pin < end; pin++) {
        const node = nets.pinNodes[pin]!;
        if (node < demands.length) demands[node]! += demand * (pin === first ? end - first - 1 : 1);
      }
    }
    return demands;
  }

  /** Takes the weights of the nets, which depend on the nodes that have a place. */
  readWeights(): void {
    const { nets, netWeights } = this;
    netWeights.fill(0);
    for (let net = 0; net < nets.netCount; net++) {
      const [first, end] = [nets.netStarts[net]!, nets.netStarts[net + 1]!];
      const weight = nets.weights[net]! * Math.sqrt(2 / (end - first)); // few pins of a large net are at its ends
      for (let pin = first; pin < end; pin++) {
        const node = nets.pinNodes[pin]!;
        if (node < netWeights.length) netWeights[node]! += weight;
      }
    }
  }

  /** Writes the stiffness of the smooth proxy cost to pairs of the moving nodes. */
  write(stiffness: Float32Array, { unit, gamma, densityTau, congestionTau }: Softness): void {
    const { weights, topCounts } = this.judge;
    const ofLengths = weights.wirelength / gamma;
    // Slopes of a sum over the k largest: a cell's share is at most 1 / k, and bends by 1 / (4 τ k) times the square of how
    // fast its value changes.
    const areaChange = (0.5 * weights.density * unit) / topCounts.densityCount;
    const wireChange = (weights.congestion * unit) / topCounts.congestionCount;
    const area = areaChange / (4 * densityTau);
    const wires = (CONGESTION_STIFFNESS * wireChange) / (4 * congestionTau);
    for (let at = 0; at < 2 * this.nets.movingCount; at++)
      stiffness[at] =
        ofLengths * this.netWeights[at >> 1]! +
        area * this.areas[at]! +
        wires * this.wires[at]! +
        AREA_CHANGE * areaChange * this.areaChanges[at]! +
        WIRE_CHANGE * wireChange * this.wireChanges[at]! +
        LEAST_STIFFNESS;
  }
}
