// The judge's raw maps, as doubles.
import type { Judge } from "../../env/index.js";

/** One of the judge's fixed-point maps over cells, times `unit`. */
export function mapOf(judge: Judge, field: Parameters<Judge["state"]["get"]>[0], unit: number): Float64Array {
  const { columns, rows } = judge.block.grid;
  const { buffer } = judge.kernels.handle.memory;
  const raw = new BigInt64Array(buffer, judge.state.get(field), columns * rows);
  return Float64Array.from(raw, (value) => Number(value) * unit);
}

/** Unit of routed demand, in wires; of all other maps, in full cells. */
export const DEMAND_UNIT = 2 ** -32;
export const MAP_UNIT = 2 ** -42;
