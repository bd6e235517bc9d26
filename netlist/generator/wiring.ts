// The nets of a generated block around its logic: banks of memories, buses of ports, links between parts.
import { NodeKind } from "../block.js";
import type { NetlistDraft } from "../netlist-draft.js";
import type { Random } from "../random.js";
import type { Logic } from "./logic.js";
import type { Bank } from "./memory.js";
import type { Broadcast, Link, Span } from "./outline.js";
import type { BusPlan } from "./ports.js";

/** Pins of a macro of a bank, by name. */
export type MacroPins = ReadonlyMap<string, number>;

/** What nets are added to. */
interface Target {
  readonly draft: NetlistDraft;
  readonly logic: Logic;
}

interface BankConnection {
  /** Per macro of the bank. */
  readonly pins: readonly MacroPins[];
  /** Soft macro near which the bank's logic is. */
  readonly home: number;
  readonly random: Random;
}

/** Adds the macros of a bank to the draft. */
export function addBank(
  draft: NetlistDraft,
  { type, macros }: Bank,
  bank: number,
): { nodes: number[]; pins: MacroPins[] } {
  const nodes: number[] = [];
  const pins = Array.from({ length: macros }, (_, index) => {
    const name = `bank${bank}/ram[${index}]`;
    const node = draft.addNode(NodeKind.HardMacro, name, type.width, type.height);
    nodes.push(node);
    return new Map(
      type.pins.map((pin) => [pin.name, draft.addPin(node, `${name}/${pin.name}`, pin.xOffset, pin.yOffset)]),
    );
  });
  return { nodes, pins };
}

/**
 * Connects a bank: address bits to all its macros, write data to the ways of one slice, enables to each macro. Read data
 * goes to the logic of its byte lane, sometimes to a multiplexer too. Clocks and write masks stay unconnected.
 */
export function connectBank(
  { draft, logic }: Target,
  { type, macros, ways }: Bank,
  { pins, home, random }: BankConnection,
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

/** Connects a bus, all inputs or all outputs. Each byte belongs to one soft macro near the bus's home. */
export function connectBus(
  { draft, logic }: Target,
  plan: BusPlan,
  { pins, random }: { readonly pins: readonly number[]; readonly random: Random },
): void {
  const home = plan.home === undefined ? random.below(logic.count) : logic.at(plan.home);
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

const LANE_BITS = 16; // of a link, from one soft macro to another
const SHARED_LANES = 0.2;

/** A link between two parts: lanes from soft macros of the one to soft macros of the other. */
export function connectLink(logic: Logic, { from, to, bits }: Link, random: Random): void {
  for (let bit = 0; bit < bits; bit += LANE_BITS) {
    const width = Math.min(LANE_BITS, bits - bit);
    const source = drawFrom(logic, from, random);
    const target = drawFrom(logic, to, random);
    if (source === target) continue;
    if (random.uniform() >= SHARED_LANES) {
      logic.join(source, target, width);
      continue;
    }
    // Each bit of a shared lane goes to a second soft macro too.
    const second = drawFrom(logic, to, random);
    const sinks = new Set([target, second].filter((soft) => soft !== source));
    for (let i = 0; i < width; i++) logic.drive(source, logic.inputsOf(sinks));
  }
}

/** Control wires from one part, each to a soft macro of every other. */
export function connectBroadcast(logic: Logic, { from, to, bits }: Broadcast, random: Random): void {
  const source = drawFrom(logic, from, random);
  for (let bit = 0; bit < bits; bit++) {
    const sinks = new Set(to.map((part) => drawFrom(logic, part, random)).filter((soft) => soft !== source));
    if (sinks.size > 0) logic.drive(source, logic.inputsOf(sinks));
  }
}

/** A soft macro of a part of the line. */
function drawFrom(logic: Logic, [start, end]: Span, random: Random): number {
  return logic.at(start + (end - start) * random.uniform());
}
