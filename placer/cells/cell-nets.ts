// A block's nets as the electrostatic kernels read them: moving nodes first, nets with two pins first, f32. Kernels:
// kernels/assembly/cells/cell-nets.ts.
import type { Judge } from "../../env/index.js";
import { KernelRecord } from "../../kernels/index.js";
import { groupBy, turnOffset } from "../../netlist/index.js";

/** The nets of a judge's block, for the nodes that `moves` names. */
export class CellNets {
  readonly state: KernelRecord<"CellNets">;
  /** Block's node of each node here; the first `movingCount` move. */
  readonly nodes: Int32Array;
  readonly movingCount: number;
  /** Nets with a moving node. Nets without one follow, up to `allNetCount`: only routing needs them. */
  readonly netCount: number;
  readonly allNetCount: number;
  /** Pairs of x and y, µm. */
  readonly places: Float32Array;
  /** Net of the judge that each net here is. */
  readonly judgeNets: Int32Array;
  readonly netStarts: Int32Array;
  readonly pinNodes: Int32Array;
  /** Weight of each net now: 0 if one of its standing nodes has no place. */
  readonly weights: Float32Array;
  /** Judge's point of each pin. */
  readonly pinPoints: Int32Array;
  private readonly judge: Judge;
  private readonly pinOffsets: Float32Array;
  /** Of one net. */
  private readonly mostPins: number;

  constructor(judge: Judge, moves: (node: number) => boolean) {
    const { kernels, block, nets } = judge;
    this.judge = judge;
    const numbers = Int32Array.from({ length: block.nodeCount }, (_, node) => node);
    const moving = numbers.filter(moves);
    this.nodes = new Int32Array(block.nodeCount);
    this.nodes.set(moving);
    this.nodes.set(
      numbers.filter((node) => !moves(node)),
      moving.length,
    );
    this.movingCount = moving.length;
    const numberOf = new Int32Array(block.nodeCount);
    this.nodes.forEach((node, i) => {
      numberOf[node] = i;
    });
    const order = orderOfNets(judge, (node) => numberOf[node]! < moving.length);
    this.judgeNets = new Int32Array(nets.netCount);
    this.judgeNets.set(order.twoPins);
    this.judgeNets.set(order.others, order.twoPins.length);
    this.judgeNets.set(order.standing, order.twoPins.length + order.others.length);
    this.allNetCount = this.judgeNets.length;
    this.netCount = this.allNetCount - order.standing.length;
    const pinsOf = (net: number) => nets.netStarts[net + 1]! - nets.netStarts[net]!;
    const pinCount = this.judgeNets.reduce((sum, net) => sum + pinsOf(net), 0);
    this.netStarts = kernels.i32(this.allNetCount + 1);
    this.weights = kernels.f32(this.allNetCount);
    this.pinNodes = kernels.i32(pinCount);
    this.pinOffsets = kernels.f32(2 * pinCount + 2);
    this.pinPoints = kernels.i32(pinCount);
    this.places = kernels.f32(2 * block.nodeCount + 2);
    let pin = 0;
    let mostPins = 2;
    this.judgeNets.forEach((net, i) => {
      for (let at = nets.netStarts[net]!; at < nets.netStarts[net + 1]!; at++) {
        this.pinPoints[pin] = nets.netPoints[at]!;
        this.pinNodes[pin] = numberOf[nets.pointNodes[nets.netPoints[at]!]!]!;
        pin++;
      }
      this.netStarts[i + 1] = pin;
      mostPins = Math.max(mostPins, pinsOf(net));
    });
    const pinsOfNodes = groupBy(block.nodeCount, this.pinNodes);
    this.state = new KernelRecord(kernels, "CellNets");
    this.state.set({
      nodeCount: block.nodeCount,
      movingCount: this.movingCount,
      netCount: this.netCount,
      twoPinCount: order.twoPins.length,
      pinCount,
      netStarts: this.netStarts.byteOffset,
      netWeights: this.weights.byteOffset,
      pinNodes: this.pinNodes.byteOffset,
      pinOffsets: this.pinOffsets.byteOffset,
      pinSlopes: kernels.f32(2 * pinCount + 2).byteOffset,
      nodePinStarts: kernels.copyOf(pinsOfNodes.starts.subarray(0, this.movingCount + 1)),
      nodePins: kernels.copyOf(pinsOfNodes.items.subarray(0, pinsOfNodes.starts[this.movingCount])),
      places: this.places.byteOffset,
      scratch: kernels.f32(8 * mostPins).byteOffset,
    });
    this.mostPins = mostPins;
  }

  /** The same nets with scratch space of its own, for another thread. */
  stateOfThread(): KernelRecord<"CellNets"> {
    return this.state.copyWith({ scratch: this.judge.kernels.f32(8 * this.mostPins).byteOffset });
  }

  /**
   * Reads all places and orientations from the judge's placement. Nodes without a place get the middle of the canvas, and
   * nets at a standing one of them do not count.
   */
  readPlacement(): void {
    const { judge, nodes, places, movingCount, pinNodes, netStarts, weights, pinOffsets } = this;
    const { placement, nets } = judge;
    const { canvas } = judge.block;
    for (let i = 0; i < nodes.length; i++) {
      const x = placement.xs[nodes[i]!]!;
      const y = placement.ys[nodes[i]!]!;
      const known = !Number.isNaN(x + y);
      places[2 * i] = known ? x : canvas.width / 2;
      places[2 * i + 1] = known ? y : canvas.height / 2;
    }
    for (let net = 0; net < this.netCount; net++) {
      let counts = true;
      for (let pin = netStarts[net]!; pin < netStarts[net + 1]!; pin++) {
        const number = pinNodes[pin]!;
        const node = nodes[number]!;
        const point = this.pinPoints[pin]!;
        const orientation = placement.orientations[node]!;
        const dx = nets.pointXOffsets[point]!;
        const dy = nets.pointYOffsets[point]!;
        if (orientation === 0) {
          pinOffsets[2 * pin] = dx;
          pinOffsets[2 * pin + 1] = dy;
        } else {
          const [x, y] = turnOffset(orientation, dx, dy);
          pinOffsets[2 * pin] = x;
          pinOffsets[2 * pin + 1] = y;
        }
        if (number >= movingCount && Number.isNaN(placement.xs[node]! + placement.ys[node]!)) counts = false;
      }
      weights[net] = counts ? nets.netWeights[this.judgeNets[net]!]! : 0;
    }
  }

  /** What the kernel `placeByStars` works with. */
  makeStarStart(): KernelRecord<"StarStart"> {
    const { kernels } = this.judge;
    const pairs = () => kernels.f64(2 * this.nodes.length).byteOffset;
    const star = new KernelRecord(kernels, "StarStart");
    star.set({
      nets: this.state.address,
      diagonal: pairs(),
      residuals: pairs(),
      directions: pairs(),
      products: pairs(),
      solution: pairs(),
    });
    return star;
  }

  /** Writes the slopes of the smooth wirelength to pairs of the moving nodes, over what was there. `gamma` in µm. */
  wireSlopes(gamma: number, slopes: Float32Array): void {
    const { run } = this.judge.kernels;
    run.smoothWireSlopes(this.state.address, 0, this.netCount, gamma);
    run.gatherPins(this.state.address, 0, this.movingCount, slopes.byteOffset);
  }

  /** Writes the places of the moving nodes, from pairs, to the judge's placement. */
  writePlacement(places: Float32Array): void {
    const { xs, ys } = this.judge.placement;
    for (let i = 0; i < this.movingCount; i++) {
      xs[this.nodes[i]!] = places[2 * i]!;
      ys[this.nodes[i]!] = places[2 * i + 1]!;
    }
  }
}

interface NetOrder {
  /** With a moving node. */
  readonly twoPins: readonly number[];
  readonly others: readonly number[];
  readonly standing: readonly number[];
}

function orderOfNets({ nets }: Judge, moves: (node: number) => boolean): NetOrder {
  const order = { twoPins: [] as number[], others: [] as number[], standing: [] as number[] };
  for (let net = 0; net < nets.netCount; net++) {
    const [start, end] = [nets.netStarts[net]!, nets.netStarts[net + 1]!];
    let some = false;
    for (let at = start; at < end && !some; at++) some = moves(nets.pointNodes[nets.netPoints[at]!]!);
    if (!some) order.standing.push(net);
    else if (end - start === 2) order.twoPins.push(net);
    else order.others.push(net);
  }
  // Nets of one size one after the other: processors guess the ends of their loops.
  const pinsOf = (net: number) => nets.netStarts[net + 1]! - nets.netStarts[net]!;
  order.others.sort((a, b) => pinsOf(a) - pinsOf(b) || a - b);
  return order;
}
