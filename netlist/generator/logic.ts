// The clustered logic of a generated block: soft macros on a line, which is the bottom of a binary hierarchy. The smaller
// the subtree that holds two soft macros, the likelier they are connected (Rent's rule). As after clustering, the
// connections from one soft macro to one target form a single net with a weight.
import { NodeKind } from "../block.js";
import type { NetlistDraft } from "../netlist-draft.js";
import type { Random } from "../random.js";

/** How the logic of a family is wired. */
export interface LogicStyle {
  /** Chance that the reach of a connection doubles: a Rent exponent of 1 + log2(chance) on the line. */
  readonly reachDoubles: number;
  /** Median number of outputs of a soft macro. */
  readonly outputs: number;
  /** Mean logarithm of the number of wires of an output that stands for several. */
  readonly wires: number;
  /** Chance that an output goes to one of the soft macro's usual neighbours. */
  readonly oldNeighbour: number;
  /** Standard deviation of the logarithm of a soft macro's area, given its number of outputs. */
  readonly areaSpread: number;
}

/** A Rent exponent of 0.64 on the line. Measured over all nets it is higher; see docs/generator.md. */
export const PLAIN_LOGIC: LogicStyle = {
  reachDoubles: 0.78,
  outputs: 9,
  wires: 0.8,
  oldNeighbour: 0.85,
  areaSpread: 0.4,
};

const SHORTEST_REACH = 6;
const SINGLE_OUTPUTS = 0.52; // before those to one target are joined
const MOST_FANOUT = 30;

/** The soft macros, each with one input pin and an output pin per output. */
export class Logic {
  readonly count: number;
  private readonly draft: NetlistDraft;
  private readonly style: LogicStyle;
  private readonly random: Random;
  private readonly nodes: number[] = [];
  private readonly inputs: number[] = [];
  private readonly outputCounts: number[] = [];
  /** Per soft macro: connections to one other soft macro only, added up. */
  private readonly singles: Map<number, number>[] = [];
  private readonly multis: (readonly number[])[][] = [];

  constructor(
    draft: NetlistDraft,
    softs: { count: number; area: number; width: number; style: LogicStyle },
    random: Random,
  ) {
    const { style } = softs;
    this.draft = draft;
    this.style = style;
    this.random = random;
    this.count = softs.count;
    const shares: number[] = [];
    for (let soft = 0; soft < softs.count; soft++) {
      const outputs = Math.round(style.outputs * Math.exp(0.95 * random.normal()));
      this.outputCounts.push(Math.min(Math.max(outputs, 1), 220));
      shares.push(this.outputCounts[soft]! ** 0.6 * Math.exp(style.areaSpread * random.normal()));
      this.singles.push(new Map());
      this.multis.push([]);
    }
    const total = shares.reduce((sum, share) => sum + share, 0);
    shares.forEach((share, soft) => {
      const name = `Grp_${soft}`;
      const node = draft.addNode(
        NodeKind.SoftMacro,
        name,
        softs.width,
        (softs.area * share) / total / softs.width,
      );
      this.nodes.push(node);
      this.inputs.push(draft.addPin(node, `${name}/Pinput`));
    });
  }

  /** A soft macro near `home` in the hierarchy, `home` itself included. */
  near(home: number, random: Random): number {
    let reach = SHORTEST_REACH;
    while (reach < this.count && random.uniform() < this.style.reachDoubles) reach *= 2;
    const first = Math.floor(home / reach) * reach;
    return first + random.below(Math.min(reach, this.count - first));
  }

  /** The soft macro at a share of the line, 0 to 1. */
  at(share: number): number {
    return Math.min(Math.floor(share * this.count), this.count - 1);
  }

  inputsOf(softs: ReadonlySet<number>): number[] {
    return [...softs].map((soft) => this.inputs[soft]!);
  }

  /** One more output of a soft macro, to pins of macros and ports. */
  drive(soft: number, sinks: readonly number[]): void {
    this.multis[soft]!.push(sinks);
  }

  /** Nets among the soft macros. */
  connectInside(): void {
    const { count, random } = this;
    for (let soft = 0; soft < count; soft++) {
      // A pipeline stage passes a bus to the next one; single wires connect pipelines.
      const isLastStage = soft % SHORTEST_REACH === SHORTEST_REACH - 1;
      if (soft + 1 < count) this.join(soft, soft + 1, isLastStage ? 1 : this.drawWeight());
      // Most of its nets go to the same few neighbours.
      const neighbours = Array.from({ length: 5 + Math.ceil(this.outputCounts[soft]! / 6) }, () =>
        this.near(soft, random),
      );
      const drawTarget = () =>
        random.uniform() < this.style.oldNeighbour
          ? neighbours[random.below(neighbours.length)]!
          : this.near(soft, random);
      for (let output = 1; output < this.outputCounts[soft]!; output++) {
        if (random.uniform() < SINGLE_OUTPUTS) {
          const target = drawTarget();
          if (target !== soft) this.join(soft, target, this.drawWeight());
          continue;
        }
        const targets = new Set<number>();
        const fanout = this.drawFanout();
        for (let tries = 0; targets.size < fanout && tries < 4 * fanout; tries++) {
          const target = drawTarget();
          if (target !== soft) targets.add(target);
        }
        if (targets.size > 1) this.drive(soft, this.inputsOf(targets));
        else for (const target of targets) this.join(soft, target, 1);
      }
    }
  }

  /** Adds wires from one soft macro to another. */
  join(soft: number, target: number, weight: number): void {
    const singles = this.singles[soft]!;
    singles.set(target, (singles.get(target) ?? 0) + weight);
  }

  /** Number of sinks of an output with several targets: mostly two to four, at most thirty. */
  private drawFanout(): number {
    let fanout = 2;
    while (fanout < MOST_FANOUT - 1 && this.random.uniform() < 0.66) fanout++;
    return fanout;
  }

  /** Number of wires of one output pin: mostly one or two, sometimes tens. */
  private drawWeight(): number {
    const { random } = this;
    if (random.uniform() < 0.45) return 1;
    return Math.min(Math.max(Math.round(Math.exp(this.style.wires + random.normal())), 1), 64);
  }

  /** Gives every output its pin. Call it once, after all connections are made. */
  emitOutputs(): void {
    for (let soft = 0; soft < this.count; soft++) {
      const name = `Grp_${soft}`;
      let single = 0;
      const addSingle = (sink: number, weight: number) => {
        const pin = this.draft.addPin(this.nodes[soft]!, `${name}/Poutput_single_${single++}`);
        this.draft.addNet(pin, [sink], weight);
      };
      for (const [target, weight] of this.singles[soft]!) addSingle(this.inputs[target]!, weight);
      const several = this.multis[soft]!.filter((sinks) => sinks.length > 1);
      for (const sinks of this.multis[soft]!) if (sinks.length === 1) addSingle(sinks[0]!, 1);
      several.forEach((sinks, index) => {
        const pin = this.draft.addPin(this.nodes[soft]!, `${name}/Poutput_multi_${index}`);
        this.draft.addNet(pin, sinks);
      });
    }
  }
}
