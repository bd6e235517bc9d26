// Messages of several typed arrays, which the viewer's server sends and a one-file report embeds. Layout: "ASH1", the
// length of the header as a 32-bit word, the header as JSON, then the arrays, each on an 8-byte boundary. All numbers
// are little-endian.

export type PackedArray = Float64Array | Float32Array | Int32Array | Uint8Array;

export interface Packed {
  /** Any JSON value. */
  readonly meta: Readonly<Record<string, unknown>>;
  readonly arrays: Readonly<Record<string, PackedArray>>;
}

interface ArrayEntry {
  readonly name: string;
  readonly type: keyof typeof TYPES;
  /** Offset in bytes from the end of the header. */
  readonly offset: number;
  readonly length: number;
}

const TYPES = { f64: Float64Array, f32: Float32Array, i32: Int32Array, u8: Uint8Array } as const;
const MAGIC = 0x31485341; // "ASH1"
const PREFIX = 8;

/** The message as bytes. */
export function pack({ meta, arrays }: Packed): Uint8Array {
  const entries: ArrayEntry[] = [];
  let end = 0;
  for (const [name, array] of Object.entries(arrays)) {
    entries.push({ name, type: typeOf(array), offset: end, length: array.length });
    end = aligned(end + array.byteLength);
  }
  const header = new TextEncoder().encode(JSON.stringify({ meta, arrays: entries }));
  const start = aligned(PREFIX + header.length);
  const bytes = new Uint8Array(start + end);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, header.length, true);
  bytes.set(header, PREFIX);
  for (const { name, offset } of entries) {
    const array = arrays[name]!;
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), start + offset);
  }
  return bytes;
}

/** The message that was packed, with copies of its arrays. Throws if the bytes are not such a message. */
export function unpack(bytes: Uint8Array): Packed {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < PREFIX || view.getUint32(0, true) !== MAGIC) throw new Error("not a packed message");
  const headerLength = view.getUint32(4, true);
  const start = aligned(PREFIX + headerLength);
  if (start > bytes.length) throw new Error("a packed message is cut short");
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(PREFIX, PREFIX + headerLength))) as {
    meta: Record<string, unknown>;
    arrays: ArrayEntry[];
  };
  if (typeof header.meta !== "object" || header.meta === null || !Array.isArray(header.arrays))
    throw new Error("a packed message has no header");
  const arrays: Record<string, PackedArray> = {};
  for (const { name, type, offset, length } of header.arrays) {
    const Type = TYPES[type];
    const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
    if (!Type || !whole || start + offset + length * Type.BYTES_PER_ELEMENT > bytes.length)
      throw new Error(`array '${String(name)}' of a packed message is cut short`);
    const from = bytes.byteOffset + start + offset;
    arrays[name] = new Type(bytes.buffer.slice(from, from + length * Type.BYTES_PER_ELEMENT) as ArrayBuffer);
  }
  return { meta: header.meta, arrays };
}

function typeOf(array: PackedArray): ArrayEntry["type"] {
  if (array instanceof Float64Array) return "f64";
  if (array instanceof Float32Array) return "f32";
  return array instanceof Int32Array ? "i32" : "u8";
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
