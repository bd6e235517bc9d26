import assert from "node:assert/strict";
import { test } from "node:test";
import { blobOf, pack, partsOf, unpack } from "../../../queue/parcel.js";
import { stored, unstored } from "../../../queue/stored.js";

const VALUE = {
  numbers: [0, -0, 1.1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324],
  texts: ["", "å \u2028", "__proto__"],
  nothing: [null, undefined],
  left: undefined,
  truth: [true, false],
  map: new Map<number, unknown>([[3, { left: 1 }]]),
  bytes: new Uint8Array([1, 2, 3]),
  singles: new Float32Array([Number.NaN, -0, 1.5]),
  doubles: new Float64Array([Number.NaN, -0, 1.1]),
  whole: new Int32Array([-1, 2 ** 31 - 1]),
  empty: new Float64Array(0),
};

test("what is packed comes out the same, to the last bit", () => {
  const { bytes, parts } = pack(VALUE);
  assert.deepEqual(parts, []);
  assert.deepEqual(unpack(bytes), VALUE);
  // Arrays begin at any address of a larger buffer.
  const shifted = Buffer.concat([Buffer.alloc(3), bytes]).subarray(3);
  assert.deepEqual(unpack(shifted), VALUE);
  for (const compress of [false, true]) assert.deepEqual(unpack(unstored(stored(bytes, compress))), VALUE);
});

test("parts travel on their own, each once", () => {
  const shared = new Float64Array([1, 2]);
  const part = blobOf(pack(shared).bytes);
  const { bytes, parts } = pack({ a: shared, b: [shared] }, (item) => (item === shared ? part : undefined));
  assert.deepEqual(parts, [part]);
  assert.deepEqual(partsOf(bytes), [part.hash]);
  assert.deepEqual(
    unpack(bytes, () => unpack(part.bytes)),
    { a: shared, b: [shared] },
  );
  assert.throws(() => unpack(bytes), /lacks its part/);
});

test("what cannot travel is refused, and bytes that are no parcel", () => {
  for (const value of [() => 0, Symbol("x"), 1n, new Date(0), new Set(), new BigInt64Array(1), { $: 1 }])
    assert.throws(() => pack({ value }), /internal:/);
  const { bytes } = pack(VALUE);
  for (const broken of [
    Buffer.alloc(0),
    Buffer.from("text"),
    bytes.subarray(0, 40),
    bytes.subarray(0, bytes.length - 9),
  ])
    assert.throws(() => unpack(broken));
  assert.throws(() => unstored(Buffer.from([7, 1])), /unknown form/);
});
