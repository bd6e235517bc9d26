// TensorBoard's event files: TFRecords (length, masked CRC-32C, data, masked CRC-32C) of `Event` messages. Only what
// scalars need: Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5 },
// Summary { repeated Value value = 1 }, Value { string tag = 1; float simple_value = 2 }.
// Sources: tensorflow/core/util/event.proto and summary.proto; TFRecord's description in TensorFlow's guide.

/** What a file begins with. */
export function eventFileHeader(): Buffer {
  return record(Buffer.concat([double(1, 0), bytes(3, Buffer.from("brain.Event:2"))]));
}

/**
 * The numbers of a line of metrics as one event. `iteration` is its step and `seconds` its wall time: TensorBoard's
 * relative view is right, and files of equal runs differ in nothing else.
 */
export function metricsEvent(metrics: Readonly<Record<string, unknown>>): Buffer {
  const { iteration, seconds, ...rest } = metrics;
  const values = Object.entries(rest).flatMap(([tag, value]) =>
    typeof value === "number" && Number.isFinite(value)
      ? [bytes(1, Buffer.concat([bytes(1, Buffer.from(tag)), float(2, value)]))]
      : [],
  );
  return record(
    Buffer.concat([
      double(1, Number(seconds)),
      integer(2, Number(iteration)),
      bytes(5, Buffer.concat(values)),
    ]),
  );
}

function record(data: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(data.length));
  return Buffer.concat([length, maskedCrc(length), data, maskedCrc(data)]);
}

// Fields of a protocol buffer: key (number and wire type), then the value.
const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;

function key(field: number, wireType: number): Buffer {
  return varint((field << 3) | wireType);
}

function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) | 128);
  return Buffer.from([...out, rest]);
}

function integer(field: number, value: number): Buffer {
  return Buffer.concat([key(field, VARINT), varint(value)]);
}

function double(field: number, value: number): Buffer {
  const out = Buffer.alloc(8);
  out.writeDoubleLE(value);
  return Buffer.concat([key(field, FIXED_64), out]);
}

function float(field: number, value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeFloatLE(value);
  return Buffer.concat([key(field, FIXED_32), out]);
}

function bytes(field: number, data: Buffer): Buffer {
  return Buffer.concat([key(field, BYTES), varint(data.length), data]);
}

/** Castagnoli's polynomial, bits reversed. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

export function crc32c(data: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = CRC_TABLE[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** TFRecord's masking: rotated right by 15 bits, plus a constant. */
function maskedCrc(data: Buffer): Buffer {
  const crc = crc32c(data);
  const out = Buffer.alloc(4);
  out.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return out;
}
