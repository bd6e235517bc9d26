// Records in kernel memory: what a kernel keeps between calls, read and written by the names of its fields. Sizes,
// offsets and names come from the AssemblyScript classes (see kernel-types.mjs).
import { LAYOUTS } from "./generated/kernel-types.js";
import type { Kernels } from "./kernels.js";

/** AssemblyScript classes that have records. */
export type RecordName = keyof typeof LAYOUTS;

type FieldOf<N extends RecordName> = keyof (typeof LAYOUTS)[N]["fields"];

interface Field {
  readonly type: "f64" | "i64" | "i32" | "u32";
  readonly offset: number;
}

/** One record of class `N` in kernel memory, zeroed at first; it lives as long as the memory. */
export class KernelRecord<N extends RecordName> {
  /** Byte address, what kernels take. */
  readonly address: number;
  private readonly fields: Readonly<Record<PropertyKey, Field>>;
  private readonly view: DataView;

  private readonly kernels: Kernels;
  private readonly name: N;

  constructor(kernels: Kernels, name: N) {
    this.kernels = kernels;
    this.name = name;
    const { bytes, fields } = LAYOUTS[name];
    const memory = kernels.u8(bytes);
    this.address = memory.byteOffset;
    this.fields = fields;
    this.view = new DataView(memory.buffer, memory.byteOffset, bytes);
  }

  /** Another record with the same values, but for those named. */
  copyWith(values: Readonly<Partial<Record<FieldOf<N>, number>>>): KernelRecord<N> {
    const copy = new KernelRecord(this.kernels, this.name);
    const { buffer, byteOffset, byteLength } = this.view;
    new Uint8Array(copy.view.buffer, copy.view.byteOffset).set(
      new Uint8Array(buffer, byteOffset, byteLength),
    );
    copy.set(values);
    return copy;
  }

  /** Writes the named fields. Arrays are given by their byte address. */
  set(values: Readonly<Partial<Record<FieldOf<N>, number>>>): void {
    for (const [name, value] of Object.entries(values) as [string, number][]) {
      const field = this.fields[name];
      if (!field) throw new Error(`internal: a kernel's record has no field ${name}`);
      if (field.type === "f64") this.view.setFloat64(field.offset, value, true);
      else if (field.type === "i64") this.view.setBigInt64(field.offset, BigInt(value), true);
      else this.view.setInt32(field.offset, value, true);
    }
  }

  /** Value of a field; a 64-bit integer comes as the nearest double. */
  get(name: FieldOf<N>): number {
    const { type, offset } = this.fields[name]!;
    if (type === "f64") return this.view.getFloat64(offset, true);
    if (type === "i64") return Number(this.view.getBigInt64(offset, true));
    return type === "i32" ? this.view.getInt32(offset, true) : this.view.getUint32(offset, true);
  }
}
