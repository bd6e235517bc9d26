// The clustered logic of a generated block: soft macros on a line that is read as a binary hierarchy. Two of them are
// the likelier connected, the smaller the subtree that holds both (Rent's rule); outputs to one target are one net
// with a weight, as clustering makes them.
import { NodeKind } from "../block.js";
import type { NetlistDraft } from "../netlist-draft.js";
import type { Random } from "../random.js";

/** How the logic of a family is wired. */
export interface LogicStyle {
  /** Chance that the reach of a connection doubles: a Rent exponent of 1 + log2(chance) on the line. */
  readonly reachDoubles: number;
  /** Median number of outputs of a soft macro. */
  readonly outputs: number;
  /** Mean logarithm of the wires that an output with several stands for. */
  readonly wires: number;
  /** Chance that an output goes to one of the soft macro's usual neighbours. */
  readonly oldNeighbour: number;
  /** Standard deviation of the logarithm of a soft macro's area beside what its outputs say. */
  readonly areaSpread: number;
}

/** A Rent exponent of 0.64 on the line; measured over all nets it comes out higher, see docs/generator.md. */
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

/** The soft macros: one input pin each, and output pins as the outputs that they are asked for. */
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
      // A stage of a pipeline hands a bus to the next one; pipelines hang together by single wires.
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

  /** Wires from one soft macro to another, added to those that are there. */
  join(soft: number, target: number, weight: number): void {
    const singles = this.singles[soft]!;
    singles.set(target, (singles.get(target) ?? 0) + weight);
  }

  /** Sinks of an output with several targets: two to four mostly, a tail up to thirty. */
  private drawFanout(): number {
    let fanout = 2;
    while (fanout < MOST_FANOUT - 1 && this.random.uniform() < 0.66) fanout++;
    return fanout;
  }

  /** Wires that one output pin stands for: one or two mostly, a tail of some tens. */
  private drawWeight(): number {
    const { random } = this;
    if (random.uniform() < 0.45) return 1;
    return Math.min(Math.max(Math.round(Math.exp(this.style.wires + random.normal())), 1), 64);
  }

  /** Gives every output its pin. To be called once, after all connections are made. */
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
