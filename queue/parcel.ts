// How values travel: plain data with typed arrays as bytes, in a form that holds no code. A parcel is
//
//   4 bytes   length of the head, little-endian
//   head      JSON: the value, with a mark in place of what JSON lacks; the arrays; hashes of other parcels that it needs
//   arrays    one after the other, each from a multiple of 8 bytes
//
// Large parts may be parcels of their own, named by the SHA-256 of their bytes, so that what many jobs share is sent once.
import { createHash } from "node:crypto";
import { z } from "zod";
import { hashSchema } from "./names.js";

const ARRAY_TYPES = { Float64Array, Float32Array, Int32Array, Uint8Array } as const;
type ArrayType = keyof typeof ARRAY_TYPES;
type TypedArray = Float64Array | Float32Array | Int32Array | Uint8Array;

/** Marks of what JSON lacks: an object with this one key. Keys of values never begin with it. */
const MARK = "$";
const SPECIAL = {
  undefined,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
  "-0": -0,
};
type Special = keyof typeof SPECIAL;

/** Some bytes and their name. */
export interface Blob {
  /** SHA-256, hexadecimal. */
  readonly hash: string;
  readonly bytes: Buffer;
}

/** A value as bytes, and the parcels that it needs. */
export interface Packed {
  readonly bytes: Buffer;
  readonly parts: readonly Blob[];
}

export function blobOf(bytes: Buffer): Blob {
  return { hash: createHash("sha256").update(bytes).digest("hex"), bytes };
}

/**
 * Packs plain data: objects, lists, maps, numbers, texts, truth values, null, undefined, and arrays of the types above.
 * @param partOf the parcel of a part that travels on its own; undefined for all others
 */
export function pack(value: unknown, partOf: (part: object) => Blob | undefined = () => undefined): Packed {
  const arrays: { type: ArrayType; length: number }[] = [];
  const chunks: Buffer[] = [];
  const parts = new Map<string, Blob>();
  const walk = (item: unknown): unknown => {
    if (item === undefined) return { [MARK]: "undefined" };
    if (typeof item === "number" && (!Number.isFinite(item) || Object.is(item, -0)))
      return { [MARK]: Object.is(item, -0) ? "-0" : String(item) };
    if (item === null || ["string", "number", "boolean"].includes(typeof item)) return item;
    if (typeof item !== "object") throw new Error(`internal: a ${typeof item} cannot be sent`);
    const part = partOf(item);
    if (part) {
      parts.set(part.hash, part);
      return { [MARK]: "part", hash: part.hash };
    }
    if (ArrayBuffer.isView(item)) {
      const array = item as TypedArray;
      const type = array.constructor.name as ArrayType;
      if (!(type in ARRAY_TYPES)) throw new Error(`internal: a ${type} cannot be sent`);
      arrays.push({ type, length: array.length });
      chunks.push(Buffer.from(array.buffer, array.byteOffset, array.byteLength));
      return { [MARK]: "array", index: arrays.length - 1 };
    }
    if (Array.isArray(item)) return item.map(walk);
    if (item instanceof Map) return { [MARK]: "map", entries: [...item].map(walk) };
    if (Object.getPrototypeOf(item) !== Object.prototype && Object.getPrototypeOf(item) !== null)
      throw new Error(`internal: an object of class ${item.constructor.name} cannot be sent`);
    return Object.fromEntries(
      Object.entries(item).map(([key, member]) => {
        if (key.startsWith(MARK)) throw new Error(`internal: a key '${key}' cannot be sent`);
        return [key, walk(member)];
      }),
    );
  };
  const head = Buffer.from(JSON.stringify({ value: walk(value), arrays, parts: [...parts.keys()] }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  const pieces: Buffer[] = [length, head, Buffer.alloc(padding(4 + head.length))];
  for (const chunk of chunks) pieces.push(chunk, Buffer.alloc(padding(chunk.length)));
  return { bytes: Buffer.concat(pieces), parts: [...parts.values()] };
}

/** Bytes up to the next multiple of 8. */
function padding(length: number): number {
  return (8 - (length % 8)) % 8;
}

const headSchema = z.strictObject({
  value: z.unknown(),
  arrays: z.array(
    z.strictObject({
      type: z.enum(Object.keys(ARRAY_TYPES) as [ArrayType, ...ArrayType[]]),
      length: z.number().int().min(0),
    }),
  ),
  parts: z.array(hashSchema),
});

/** Hashes of the parcels that a parcel needs. Throws for bytes that are no parcel. */
export function partsOf(bytes: Buffer): readonly string[] {
  return headOf(bytes).parts;
}

function headOf(bytes: Buffer): z.output<typeof headSchema> {
  const length = bytes.length < 4 ? 0 : bytes.readUInt32LE(0);
  return headSchema.parse(JSON.parse(bytes.toString("utf8", 4, 4 + length)));
}

/** The value of a parcel. Throws for bytes that are no parcel, and if `part` knows no part of a hash. */
export function unpack(bytes: Buffer, part: (hash: string) => unknown = unknownPart): unknown {
  const { value, arrays: kinds } = headOf(bytes);
  // Arrays begin at multiples of 8 in a buffer of their own, whatever memory Node gave to `bytes`.
  const { buffer } = new Uint8Array(bytes);
  const headEnd = 4 + bytes.readUInt32LE(0);
  let at = headEnd + padding(headEnd);
  const arrays = kinds.map(({ type, length }) => {
    const array = new ARRAY_TYPES[type](buffer, at, length);
    at += array.byteLength + padding(array.byteLength);
    return array;
  });
  const walk = (item: unknown): unknown => {
    if (typeof item !== "object" || item === null) return item;
    if (Array.isArray(item)) return item.map(walk);
    const mark = (item as Record<string, unknown>)[MARK];
    if (mark === undefined)
      return Object.fromEntries(Object.entries(item).map(([key, member]) => [key, walk(member)]));
    const { index, hash, entries } = item as { index?: number; hash?: string; entries?: unknown[] };
    if (mark === "part") return part(String(hash));
    if (mark === "map") return new Map((walk(entries) ?? []) as [unknown, unknown][]);
    if (mark === "array") {
      const array = arrays[index ?? -1];
      if (!array) throw new Error("a parcel lacks an array");
      return array;
    }
    if (!Object.hasOwn(SPECIAL, mark as Special)) throw new Error("a parcel has an unknown mark");
    return SPECIAL[mark as Special];
  };
  return walk(value);
}

function unknownPart(hash: string): never {
  throw new Error(`a parcel lacks its part ${hash}`);
}
