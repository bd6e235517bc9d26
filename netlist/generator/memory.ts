// Memory macros of a generated block: a few types (words, bits, pins along one or two edges) and banks of them.
// Proportions are those of the SRAM macros in open 45 nm and 7 nm benchmark blocks: about 2 µm² a bit, 40 to 200 pins.
import { append } from "../arrays.js";
import type { Size } from "../fitting-turned.js";
import type { Random } from "../random.js";

export interface MemoryPin {
  readonly name: string;
  readonly xOffset: number;
  readonly yOffset: number;
}

export interface MemoryType {
  readonly width: number;
  readonly height: number;
  readonly wordBits: number;
  readonly addressBits: number;
  readonly pins: readonly MemoryPin[];
}

export interface Bank {
  readonly type: MemoryType;
  readonly macros: number;
  /** Macros that share write data; the bank has macros / ways slices of the word. */
  readonly ways: number;
}

const AREA_PER_BIT = 1.9; // µm²
const AREA_OVERHEAD = 600;
const SITE_WIDTH = 0.19;
const ROW_HEIGHT = 1.4;
const PIN_INSET = 0.035;
const PIN_GRID = 0.07;

/** Word lengths and capacities of the memories of one role. */
export interface MemoryRole {
  /** Word lengths in bits, multiples of 8; one is drawn. */
  readonly wordBits: readonly number[];
  /** Smallest and largest capacity as powers of two, in bits. */
  readonly capacity: readonly [least: number, most: number];
}

const ANY_ROLE: MemoryRole = { wordBits: [16, 32, 32, 64], capacity: [11, 14] };

/** Draws `count` memory types. */
export function drawMemoryTypes(count: number, random: Random): MemoryType[] {
  return Array.from({ length: count }, () => drawMemoryType(random));
}

/** Draws a memory type: its size, aspect and pins. */
export function drawMemoryType(random: Random, role: MemoryRole = ANY_ROLE): MemoryType {
  const wordBits = role.wordBits[random.below(role.wordBits.length)]!;
  const [least, most] = role.capacity;
  const bits = 2 ** (least + random.below(most - least + 1));
  const addressBits = Math.log2(bits / wordBits);
  const area = AREA_PER_BIT * bits + AREA_OVERHEAD;
  const aspect = Math.min(Math.max(Math.exp(0.3 + 0.5 * random.normal()), 0.4), 2.8); // height : width
  const width = snap(Math.sqrt(area / aspect), SITE_WIDTH);
  const height = snap(area / width, ROW_HEIGHT);
  const bus = (name: string, bits: number) => Array.from({ length: bits }, (_, bit) => `${name}[${bit}]`);
  const inputs = ["clk", "ce_in", "we_in", ...bus("addr_in", addressBits), ...bus("wd_in", wordBits)];
  if (random.uniform() < 0.35) append(inputs, bus("w_mask_in", wordBits));
  const outputs = bus("rd_out", wordBits);
  const size = { width, height };
  const layout = random.uniform();
  const pins =
    layout < 0.5
      ? edgePins([...inputs, ...outputs], "left", size)
      : layout < 0.8
        ? [...edgePins(inputs, "left", size), ...edgePins(outputs, "right", size)]
        : edgePins([...inputs, ...outputs], "bottom", size);
  return { width, height, wordBits, addressBits, pins };
}

function edgePins(
  names: readonly string[],
  edge: "left" | "right" | "bottom",
  { width, height }: Size,
): MemoryPin[] {
  const length = edge === "bottom" ? width : height;
  const pitch = Math.max(Math.floor((0.9 * length) / names.length / PIN_GRID), 1) * PIN_GRID;
  return names.map((name, index) => {
    const along = (index - (names.length - 1) / 2) * pitch;
    if (edge === "bottom") return { name, xOffset: along, yOffset: PIN_INSET - height / 2 };
    const side = width / 2 - PIN_INSET;
    return { name, xOffset: edge === "left" ? -side : side, yOffset: along };
  });
}

/** Divides `macros` into banks of 1 to 16, mostly of 4 or 8. Every type gets at least one bank. */
export function drawBanks(macros: number, types: readonly MemoryType[], random: Random): Bank[] {
  const banks: Bank[] = [];
  for (let left = macros; left > 0; ) {
    const open = Math.max(types.length - banks.length - 1, 0); // banks that other types still need
    const wanted = [1, 2, 4, 4, 8, 8, 16][random.below(7)]!;
    const size = Math.max(Math.min(wanted, left - open, Math.ceil(macros / 3)), 1);
    const ways = [8, 4, 2, 1].filter((ways) => size % ways === 0);
    const type = banks.length < types.length ? types[banks.length]! : types[random.below(types.length)]!;
    banks.push({ type, macros: size, ways: ways[random.below(ways.length)]! });
    left -= size;
  }
  return banks;
}

/** `macros` of one type in banks of `bankSize`, the last one smaller if they do not divide. */
export function splitIntoBanks(
  { macros, bankSize, type }: { macros: number; bankSize: number; type: MemoryType },
  random: Random,
): Bank[] {
  const banks: Bank[] = [];
  for (let left = macros; left > 0; left -= bankSize) {
    const count = Math.min(bankSize, left);
    const ways = [8, 4, 2, 1].filter((ways) => count % ways === 0);
    banks.push({ type, macros: count, ways: ways[random.below(ways.length)]! });
  }
  return banks;
}

function snap(value: number, step: number): number {
  return Math.max(Math.round(value / step), 1) * step;
}
