// Generated blocks, for training and tests: memory banks that share buses, clusters of logic in pipelines around
// them, buses of ports on the four edges. Everything hangs on a line of soft macros read as a binary hierarchy;
// two soft macros are the likelier connected, the smaller the subtree that holds both (Rent's rule).
// Pins, fan-out, weights and areas lie in the neighbourhood of the clustered open benchmark blocks.
import { type Block, NodeKind, type RoutingResources } from "./block.js";
import { chooseGrid, placeBuses } from "./generate-floor.js";
import { type Bank, drawBanks, drawMemoryTypes } from "./generate-memory.js";
import { InputError } from "./input-error.js";
import { DEFAULT_ROUTING } from "./load-block.js";
import { NetlistDraft } from "./netlist-draft.js";
import { Random } from "./random.js";

export interface GenerateOptions {
  readonly seed: number;
  /** `generated_<macros>_<seed>` if not given. */
  readonly name?: string | undefined;
  /** Hard macros, 4 to 800. */
  readonly macros: number;
  /** Soft macros; six per hard macro and some, at most 900, if not given. */
  readonly softMacros?: number | undefined;
  readonly ports?: number | undefined;
  /** Area of all macros over the canvas area. */
  readonly utilisation?: number | undefined;
  /** Canvas width over height. */
  readonly aspect?: number | undefined;
  /** Share of the macro area that is soft; drawn from 0.25 to 0.55 if not given. */
  readonly softShare?: number | undefined;
  readonly routing?: RoutingResources | undefined;
  readonly smoothing?: number | undefined;
}

// Each doubling of the reach is this likely: a Rent exponent of 1 + log2(0.78) = 0.64.
const REACH_DOUBLES = 0.78;
const SHORTEST_REACH = 6;
const SMALL_CELL_OUTPUTS = 9; // median output pins of a soft macro
const SINGLE_OUTPUTS = 0.52; // before those to one target are joined
const OLD_NEIGHBOUR = 0.85;
const MOST_FANOUT = 30;

/** A block from a seed: the same options give the same block. Throws `InputError` for options out of range. */
export function generateBlock(options: GenerateOptions): Block {
  const { seed, macros } = options;
  checkOptions(options);
  const stream = (purpose: string) => Random.stream(seed, "generate", purpose);
  const shape = stream("shape");
  const typeCount = Math.min(Math.max(Math.round(Math.log2(macros)) - 1, 1), 6);
  const banks = drawBanks(macros, drawMemoryTypes(typeCount, shape), shape);
  const sizes = banks.flatMap(({ type, macros }) => Array.from({ length: macros }, () => type));
  const hardArea = sizes.reduce((area, { width, height }) => area + width * height, 0);
  const softShare = options.softShare ?? 0.25 + 0.3 * shape.uniform();
  const area = hardArea / (1 - softShare);
  const canvasArea = area / (options.utilisation ?? 0.6);
  const aspect = options.aspect ?? 1;
  const canvas = {
    width: round3(Math.sqrt(canvasArea * aspect)),
    height: round3(Math.sqrt(canvasArea / aspect)),
  };
  const grid = chooseGrid(sizes, canvas);

  const draft = new NetlistDraft();
  const softCount = options.softMacros ?? Math.min(24 + 6 * macros, 900);
  const portCount = options.ports ?? Math.min(16 + Math.round(3.5 * macros), 1200);
  const busWidths = drawBusWidths(portCount, stream("buses"));
  const busPlaces = placeBuses(busWidths, canvas, stream("edges"));
  const busPins = busPlaces.map((places, bus) =>
    places.map(([x, y], bit) => draft.addPort(`bus${bus}[${bit}]`, x, y)),
  );
  const bankPins = banks.map((bank, index) => addBank(draft, bank, index));
  const logic = new Logic(
    draft,
    { count: softCount, area: area - hardArea, width: canvas.width / grid.columns },
    stream("logic"),
  );
  banks.forEach((bank, index) => {
    const home = Math.floor(((index + 0.5) * softCount) / banks.length);
    connectBank(draft, logic, bank, bankPins[index]!, home, stream(`bank ${index}`));
  });
  for (const pins of busPins) connectBus(draft, logic, pins, stream(`bus ${pins[0]}`));
  logic.connectInside();
  logic.emitOutputs();

  const { netlist, places } = draft.finish(options.name ?? `generated_${macros}_${seed}`);
  return {
    ...netlist,
    fixed: Uint8Array.from(netlist.kinds, (kind) => (kind === NodeKind.Port ? 1 : 0)),
    canvas,
    grid,
    routing: options.routing ?? DEFAULT_ROUTING,
    smoothing: options.smoothing ?? 0,
    overlapThreshold: 0,
    blockages: [],
    initial: places,
  };
}

function checkOptions(options: GenerateOptions): void {
  const check = (name: keyof GenerateOptions, low: number, high: number, whole = false) => {
    const value = options[name] as number | undefined;
    if (value === undefined) return;
    if (!(value >= low && value <= high) || (whole && !Number.isInteger(value)))
      throw new InputError(
        name,
        `${value}, ${whole ? "a whole number" : "a number"} from ${low} to ${high} was expected`,
      );
  };
  check("seed", Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, true);
  check("macros", 4, 800, true);
  check("softMacros", 8, 5000, true);
  check("ports", 0, 10_000, true);
  check("utilisation", 0.05, 0.9);
  check("aspect", 0.2, 5);
  check("softShare", 0.01, 0.95);
  check("smoothing", 0, 100, true);
}

function drawBusWidths(ports: number, random: Random): number[] {
  const widths: number[] = [];
  const widest = Math.max(Math.floor(ports / 6), 1);
  for (let left = ports; left > 0; left -= widths.at(-1)!)
    widths.push(Math.min([1, 4, 8, 16, 32, 32, 64][random.below(7)]!, widest, left));
  return widths;
}

/** Pins of a bank's macros, by name. */
type MacroPins = ReadonlyMap<string, number>;

function addBank(draft: NetlistDraft, { type, macros }: Bank, bank: number): MacroPins[] {
  return Array.from({ length: macros }, (_, index) => {
    const name = `bank${bank}/ram[${index}]`;
    const node = draft.addNode(NodeKind.HardMacro, name, type.width, type.height);
    return new Map(
      type.pins.map((pin) => [pin.name, draft.addPin(node, `${name}/${pin.name}`, pin.xOffset, pin.yOffset)]),
    );
  });
}

/**
 * Address bits go to all macros of a bank, write data to the ways of one slice, enables to each macro; read data comes
 * back to the logic of its byte lane, at times to a multiplexer as well. Clocks and write masks stay open.
 */
function connectBank(
  draft: NetlistDraft,
  logic: Logic,
  { type, macros, ways }: Bank,
  pins: readonly MacroPins[],
  home: number,
  random: Random,
): void {
  const controllers = Array.from({ length: 1 + random.below(3) }, () => logic.near(home, random));
  const anyOf = (items: readonly number[]) => items[random.below(items.length)]!;
  for (let bit = 0; bit < type.addressBits; bit++)
    logic.drive(
      anyOf(controllers),
      pins.map((macro) => macro.get(`addr_in[${bit}]`)!),
    );
  for (const macro of pins) {
    logic.drive(anyOf(controllers), [macro.get("ce_in")!]);
    logic.drive(anyOf(controllers), [macro.get("we_in")!]);
  }
  const multiplexers = Array.from({ length: 2 }, () => logic.near(home, random));
  for (let slice = 0; slice < macros / ways; slice++) {
    const members = pins.slice(slice * ways, (slice + 1) * ways);
    for (let lane = 0; lane < type.wordBits / 8; lane++) {
      const source = logic.near(home, random);
      const target = logic.near(home, random);
      for (let bit = 8 * lane; bit < 8 * (lane + 1); bit++) {
        logic.drive(
          source,
          members.map((macro) => macro.get(`wd_in[${bit}]`)!),
        );
        for (const macro of members) {
          const sinks = new Set([target]);
          if (random.uniform() < 0.4) sinks.add(anyOf(multiplexers));
          if (random.uniform() < 0.1) sinks.add(logic.near(home, random));
          draft.addNet(macro.get(`rd_out[${bit}]`)!, logic.inputsOf(sinks));
        }
      }
    }
  }
}

/** A bus comes in or goes out as a whole; each byte of it belongs to one soft macro near the bus's home. */
function connectBus(draft: NetlistDraft, logic: Logic, pins: readonly number[], random: Random): void {
  const home = random.below(logic.count);
  const isInput = random.uniform() < 0.55;
  let partner = home;
  pins.forEach((pin, bit) => {
    if (bit % 8 === 0) partner = logic.near(home, random);
    if (isInput) {
      const sinks = new Set([partner]);
      if (random.uniform() < 0.15) sinks.add(logic.near(home, random));
      draft.addNet(pin, logic.inputsOf(sinks));
    } else {
      const others = random.uniform() < 0.3 ? [logic.near(partner, random)] : [];
      logic.drive(partner, [pin, ...logic.inputsOf(new Set(others.filter((soft) => soft !== partner)))]);
    }
  });
}

/** The soft macros: one input pin each, and output pins as the outputs that they are asked for. */
class Logic {
  readonly count: number;
  private readonly draft: NetlistDraft;
  private readonly random: Random;
  private readonly nodes: number[] = [];
  private readonly inputs: number[] = [];
  private readonly outputCounts: number[] = [];
  /** Per soft macro: connections to one other soft macro only, added up. */
  private readonly singles: Map<number, number>[] = [];
  private readonly multis: (readonly number[])[][] = [];

  constructor(draft: NetlistDraft, softs: { count: number; area: number; width: number }, random: Random) {
    this.draft = draft;
    this.random = random;
    this.count = softs.count;
    const shares: number[] = [];
    for (let soft = 0; soft < softs.count; soft++) {
      const outputs = Math.round(SMALL_CELL_OUTPUTS * Math.exp(0.95 * random.normal()));
      this.outputCounts.push(Math.min(Math.max(outputs, 1), 220));
      shares.push(this.outputCounts[soft]! ** 0.6 * Math.exp(0.4 * random.normal()));
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
    while (reach < this.count && random.uniform() < REACH_DOUBLES) reach *= 2;
    const first = Math.floor(home / reach) * reach;
    return first + random.below(Math.min(reach, this.count - first));
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
        random.uniform() < OLD_NEIGHBOUR
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

  private join(soft: number, target: number, weight: number): void {
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
    return Math.min(Math.max(Math.round(Math.exp(0.8 + random.normal())), 1), 64);
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

function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}
