// Typed arrays in JSON, for checkpoints: every number comes back as it was.

const KINDS = {
  f32: Float32Array,
  f64: Float64Array,
  i32: Int32Array,
  u8: Uint8Array,
} as const;
type Kind = keyof typeof KINDS;
type Numbers = InstanceType<(typeof KINDS)[Kind]>;

/** A typed array as text. */
interface StoredArray {
  readonly array: Kind;
  readonly base64: string;
}

/** An object whose typed arrays are texts, at any depth. Numbers that JSON cannot hold become texts too. */
export function storeArrays(value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return { number: String(value) };
  if (ArrayBuffer.isView(value)) {
    const array = (Object.keys(KINDS) as Kind[]).find((kind) => value instanceof KINDS[kind]);
    if (!array) throw new Error("internal: an array of this kind has no text");
    const { buffer, byteOffset, byteLength } = value;
    return { array, base64: Buffer.from(buffer, byteOffset, byteLength).toString("base64") };
  }
  if (Array.isArray(value)) return value.map(storeArrays);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, storeArrays(entry)]));
}

/** The object as it was before `storeArrays`. */
export function reviveArrays(stored: unknown): unknown {
  if (Array.isArray(stored)) return stored.map(reviveArrays);
  if (typeof stored !== "object" || stored === null) return stored;
  const { array, base64 } = stored as Partial<StoredArray>;
  if (array !== undefined && base64 !== undefined && Object.hasOwn(KINDS, array))
    return numbersOf(array, base64);
  const { number } = stored as { readonly number?: unknown };
  if (typeof number === "string") return Number(number);
  return Object.fromEntries(Object.entries(stored).map(([name, entry]) => [name, reviveArrays(entry)]));
}

function numbersOf(array: Kind, base64: string): Numbers {
  const bytes = new Uint8Array(Buffer.from(base64, "base64")); // in a buffer of its own, which is aligned
  return new KINDS[array](bytes.buffer);
}
