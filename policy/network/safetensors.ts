// The safetensors file format: 8 bytes little-endian header length, a JSON header that gives each tensor its dtype,
// shape and byte range, then the data without gaps. Everything a file claims is checked before it is believed.
import { z } from "zod";
import { bytesOf, InputError, type WriteOptions, writeFileAtomically } from "../../netlist/index.js";

const DTYPES = { F32: Float32Array, F64: Float64Array, I32: Int32Array } as const;
type TensorData = Float32Array | Float64Array | Int32Array;

/** A tensor of a file, row-major. */
export interface SavedTensor {
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** What a file holds. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, SavedTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const LENGTH_BYTES = 8;
const LARGEST_BYTES = 2 ** 30;
const METADATA = "__metadata__";
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const entrySchema = z.strictObject({
  dtype: z.enum(["F32", "F64", "I32"]),
  shape: z.array(count),
  data_offsets: z.tuple([count, count]),
});
const metadataSchema = z.record(z.string(), z.string());

/** Writes a file whole or not at all. Tensors keep their order. */
export async function writeSafetensors(
  path: string,
  { tensors, metadata }: Safetensors,
  options: WriteOptions = {},
): Promise<void> {
  const header: Record<string, unknown> = { [METADATA]: metadata };
  const pieces: Uint8Array[] = [];
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    if (name === METADATA || product(shape) !== data.length) {
      throw new Error(`internal: tensor ${name} of shape [${shape}] with ${data.length} numbers`);
    }
    header[name] = { dtype: dtypeOf(data), shape, data_offsets: [end, end + data.byteLength] };
    // A copy: streams do not take bytes of shared memory. Typed arrays are little-endian wherever Node runs.
    pieces.push(new Uint8Array(data.slice().buffer));
    end += data.byteLength;
  }
  const text = JSON.stringify(header);
  const bytes = Buffer.from(text);
  const padding = (8 - (bytes.length % 8)) % 8; // spaces, so that the data is aligned
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(bytes.length + padding));
  await writeFileAtomically(path, [length, bytes, Buffer.alloc(padding, " "), ...pieces], options);
}

/** Reads a file. Throws `InputError` if it is not there or anything in it does not fit. */
export async function readSafetensors(path: string): Promise<Safetensors> {
  const file = bytesOf(path, LARGEST_BYTES);
  const broken = (problem: string): InputError =>
    new InputError(path, problem, "is it a whole safetensors file?");
  if (file.length < LENGTH_BYTES) throw broken(`has ${file.length} bytes, too few for a header`);
  const headerLength = file.readBigUInt64LE(0);
  if (headerLength > BigInt(file.length - LENGTH_BYTES)) {
    throw broken(`says its header has ${headerLength} bytes, but only ${file.length - LENGTH_BYTES} follow`);
  }
  const dataStart = LENGTH_BYTES + Number(headerLength);
  const header = parseHeader(file.toString("utf8", LENGTH_BYTES, dataStart), broken);
  const data = file.subarray(dataStart);
  let metadata: Record<string, string> = {};
  const entries: [string, z.output<typeof entrySchema>][] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA) {
      const found = metadataSchema.safeParse(value);
      if (!found.success) throw broken(`${METADATA} is not a table of strings`);
      metadata = found.data;
      continue;
    }
    const found = entrySchema.safeParse(value);
    if (!found.success) throw broken(`tensor '${name}': ${found.error.issues[0]!.message}`);
    entries.push([name, found.data]);
  }
  const tensors = new Map<string, SavedTensor>();
  let end = 0;
  // In the order of their data, where each must begin where the one before ends.
  for (const [name, entry] of entries.sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0])) {
    const [from, to] = entry.data_offsets;
    const type = DTYPES[entry.dtype];
    if (from !== end) throw broken(`tensor '${name}' begins at byte ${from} of the data, expected ${end}`);
    if (to < from || to > data.length) {
      throw broken(`tensor '${name}' ends at byte ${to} of the data, which has ${data.length}`);
    }
    if (to - from !== product(entry.shape) * type.BYTES_PER_ELEMENT) {
      throw broken(`tensor '${name}' has ${to - from} bytes, not those of ${entry.dtype} [${entry.shape}]`);
    }
    tensors.set(name, { shape: entry.shape, data: new type(new Uint8Array(data.subarray(from, to)).buffer) });
    end = to;
  }
  if (end !== data.length) throw broken(`has ${data.length - end} bytes behind its last tensor`);
  return { tensors, metadata };
}

function parseHeader(text: string, broken: (problem: string) => InputError): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    throw broken("its header is not JSON");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw broken("its header is not a table");
  }
  return header as Record<string, unknown>;
}

function product(shape: readonly number[]): number {
  return shape.reduce((sides, side) => sides * side, 1);
}

function dtypeOf(data: TensorData): keyof typeof DTYPES {
  if (data instanceof Float32Array) return "F32";
  return data instanceof Float64Array ? "F64" : "I32";
}
