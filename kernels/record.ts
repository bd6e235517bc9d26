// Records in kernel memory: numbers and addresses at fixed offsets, laid out like an AssemblyScript `@unmanaged`
// class whose fields are declared with the 8-byte ones first.
import type { Kernels } from "./kernels.js";

export type FieldType = "f64" | "i64" | "i32";

/** Field names in order, each with its type; addresses are "i32". */
export type RecordLayout = Readonly<Record<string, FieldType>>;

/** Bytes of a record, and where each field starts. */
export function layOut<L extends RecordLayout>(
  layout: L,
): { bytes: number; offsets: Record<keyof L, number> } {
  const offsets = {} as Record<keyof L, number>;
  let at = 0;
  for (const field of Object.keys(layout) as (keyof L)[]) {
    const size = layout[field] === "i32" ? 4 : 8;
    at = Math.ceil(at / size) * size;
    offsets[field] = at;
    at += size;
  }
  return { bytes: at, offsets };
}

/** One record in kernel memory. */
export class KernelRecord<L extends RecordLayout> {
  readonly address: number;
  private readonly layout: L;
  private readonly offsets: Record<keyof L, number>;
  private readonly view: DataView;

  constructor(kernels: Kernels, layout: L) {
    const { bytes, offsets } = layOut(layout);
    const memory = kernels.u8(bytes);
    this.address = memory.byteOffset;
    this.layout = layout;
    this.offsets = offsets;
    this.view = new DataView(memory.buffer, memory.byteOffset, bytes);
  }

  set(values: Partial<Record<keyof L, number>>): void {
    for (const [field, value] of Object.entries(values) as [keyof L, number][]) {
      const offset = this.offsets[field];
      if (this.layout[field] === "f64") this.view.setFloat64(offset, value, true);
      else if (this.layout[field] === "i64") this.view.setBigInt64(offset, BigInt(value), true);
      else this.view.setInt32(offset, value, true);
    }
  }

  /** Value of a field; 64-bit integers come as the nearest double. */
  get(field: keyof L): number {
    const offset = this.offsets[field];
    if (this.layout[field] === "f64") return this.view.getFloat64(offset, true);
    if (this.layout[field] === "i64") return Number(this.view.getBigInt64(offset, true));
    return this.view.getInt32(offset, true);
  }
}
