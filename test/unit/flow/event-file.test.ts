// TensorBoard's event files, read back by the format's description.
import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32c, eventFileHeader, metricsEvent } from "../../../flow/event-file.js";

/** Records of a file; checks both checksums of each. */
function recordsOf(file: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    const data = file.subarray(at + 12, at + 12 + length);
    assert.equal(unmasked(file.readUInt32LE(at + 8)), crc32c(file.subarray(at, at + 8)));
    assert.equal(unmasked(file.readUInt32LE(at + 12 + length)), crc32c(data));
    records.push(data);
    at += 16 + length;
  }
  return records;
}

function unmasked(masked: number): number {
  const rotated = (masked - 0xa282ead8) >>> 0;
  return ((rotated << 15) | (rotated >>> 17)) >>> 0;
}

/** Fields of a message: number to values; of length-delimited ones their bytes. */
function fieldsOf(message: Buffer): Map<number, (number | Buffer)[]> {
  const fields = new Map<number, (number | Buffer)[]>();
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = message[at++]!;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const key = varint();
    const wire = key & 7;
    const length = wire === 1 ? 8 : wire === 5 ? 4 : wire === 2 ? varint() : 0;
    const start = at;
    at += length;
    const value = [
      () => varint(),
      () => message.readDoubleLE(start),
      () => message.subarray(start, at),
      undefined,
      undefined,
      () => message.readFloatLE(start),
    ][wire]!();
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), value]);
  }
  return fields;
}

test("CRC-32C of the standard's test string", () => {
  assert.equal(crc32c(Buffer.from("123456789")), 0xe3069283); // RFC 3720, as commonly listed
});

test("a file holds its version and every finite number of a line under its name", () => {
  const metrics = {
    iteration: 300,
    seconds: 2.5,
    "cost/best": 0.75,
    "cost/proxy": null,
    note: "x",
    nan: Number.NaN,
  };
  const [header, event] = recordsOf(Buffer.concat([eventFileHeader(), metricsEvent(metrics)]));
  assert.equal(String(fieldsOf(header!).get(3)![0]), "brain.Event:2");
  const fields = fieldsOf(event!);
  assert.equal(fields.get(1)![0], 2.5);
  assert.equal(fields.get(2)![0], 300);
  const values = fieldsOf(fields.get(5)![0] as Buffer).get(1)!;
  assert.equal(values.length, 1);
  const value = fieldsOf(values[0] as Buffer);
  assert.deepEqual([String(value.get(1)![0]), value.get(2)![0]], ["cost/best", 0.75]);
});
