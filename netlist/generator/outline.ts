// The outline of a generated block, before it has a canvas: banks of memories with their place in the logic, links,
// buses, shares. A family draws an outline; generate.ts turns it into a block.

import { plainCells } from "../grid-choice.js";
import type { Random } from "../random.js";
import { type LogicStyle, PLAIN_LOGIC } from "./logic.js";
import { type Bank, drawBanks, drawMemoryTypes } from "./memory.js";
import type { GenerateOptions } from "./options.js";
import { type BusPlan, drawBusWidths } from "./ports.js";

/** A part of the line of soft macros, as shares from 0 to 1. */
export type Span = readonly [start: number, end: number];

/** Wires from soft macros of one part to soft macros of another. */
export interface Link {
  readonly from: Span;
  readonly to: Span;
  readonly bits: number;
}

/** Control wires from one soft macro, each to a soft macro of every part in `to`. */
export interface Broadcast {
  readonly from: Span;
  readonly to: readonly Span[];
  readonly bits: number;
}

export interface Outline {
  /** `home`: where on the line of soft macros the bank's logic is, 0 to 1. */
  readonly banks: readonly (Bank & { readonly home: number })[];
  readonly links: readonly Link[];
  readonly broadcasts: readonly Broadcast[];
  readonly buses: readonly BusPlan[];
  readonly softMacros: number;
  /** Share of the macro area that is soft. */
  readonly softShare: number;
  readonly utilisation: number;
  readonly aspect: number;
  /** Target number of grid cells. */
  readonly cells: number;
  readonly style: LogicStyle;
}

/** Banks of any memories in a row along a line of logic, buses anywhere. */
export function flatOutline(options: GenerateOptions, stream: (purpose: string) => Random): Outline {
  const { macros } = options;
  const shape = stream("shape");
  const typeCount = Math.min(Math.max(Math.round(Math.log2(macros)) - 1, 1), 6);
  const banks = drawBanks(macros, drawMemoryTypes(typeCount, shape), shape);
  const softShare = options.softShare ?? 0.25 + 0.3 * shape.uniform();
  const ports = options.ports ?? Math.min(16 + Math.round(3.5 * macros), 1200);
  return {
    banks: banks.map((bank, index) => ({ ...bank, home: (index + 0.5) / banks.length })),
    links: [],
    broadcasts: [],
    buses: drawBusWidths(ports, stream("buses")).map((width) => ({ width })),
    softMacros: options.softMacros ?? Math.min(24 + 6 * macros, 900),
    softShare,
    utilisation: options.utilisation ?? 0.6,
    aspect: options.aspect ?? 1,
    cells: plainCells(macros),
    style: PLAIN_LOGIC,
  };
}
