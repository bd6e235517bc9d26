// Messages of typed arrays, and what of a block and a placement comes back from them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../../netlist/index.js";
import { unpackFrame, withFrame } from "../../../viz/design-frame.js";
import { pack, unpack } from "../../../viz/packing.js";
import { packBlock, packPlacement, unpackBlock, unpackPlacement } from "../../../viz/protocol.js";
import { randomPlacement, smallBlock } from "../../support/blocks.js";

test("arrays of every type come back bit by bit, whatever their lengths", () => {
  const arrays = {
    a: Float64Array.of(1 / 3, Number.NaN, -0),
    b: Uint8Array.of(7),
    c: Int32Array.of(-5, 2 ** 31 - 1),
    d: new Float32Array(0),
    e: Float32Array.of(Math.fround(0.1)),
  };
  const { meta, arrays: back } = unpack(pack({ meta: { name: "ü" }, arrays }));
  assert.deepEqual(meta, { name: "ü" });
  assert.deepEqual(back, arrays);
  assert.ok(Object.is(back.a![2], -0));
});

test("a message at an odd address is read all the same", () => {
  const bytes = pack({ meta: {}, arrays: { a: Float64Array.of(1, 2) } });
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  assert.deepEqual(unpack(shifted.subarray(3)).arrays.a, Float64Array.of(1, 2));
});

test("what is no message, or is cut short anywhere, is refused", () => {
  const whole = pack({ meta: {}, arrays: { a: Float64Array.of(1, 2), b: Uint8Array.of(1) } });
  // The last bytes are padding: without them the arrays are still whole.
  for (let length = 0; length < whole.length - 7; length++)
    assert.throws(() => unpack(whole.slice(0, length)), `${length} bytes`);
  assert.throws(() => unpack(new TextEncoder().encode("PNG, honestly")), /not a packed message/);
});

test("a header that points outside the message is refused", () => {
  for (const entry of ['"offset":-8,"length":1', '"offset":0,"length":1e9', '"offset":0.5,"length":1']) {
    const header = new TextEncoder().encode(`{"meta":{},"arrays":[{"name":"a","type":"f64",${entry}}]}`);
    const bytes = new Uint8Array(200);
    new DataView(bytes.buffer).setUint32(0, 0x31485341, true);
    new DataView(bytes.buffer).setUint32(4, header.length, true);
    bytes.set(header, 8);
    assert.throws(() => unpack(bytes), /cut short/, entry);
  }
});

test("a block comes back whole", () => {
  const block = smallBlock(4);
  const back = unpackBlock(unpack(pack(packBlock(block))));
  assert.deepEqual(back, { ...block });
});

test("a placement comes back whole; one of another block, or with unknown orientations, is refused", () => {
  const block = smallBlock(4);
  const placement = randomPlacement(block, Random.stream(1, "placement"));
  const message = unpack(pack(packPlacement(placement)));
  assert.deepEqual(unpackPlacement(message, block.nodeCount), placement);
  assert.throws(() => unpackPlacement(message, block.nodeCount + 1), /not a placement/);
  placement.orientations[0] = 8;
  assert.throws(() => unpackPlacement(packPlacement(placement), block.nodeCount), /codes from 0 to 7/);
});

test("a block's message carries the frame of its design", () => {
  const block = smallBlock(1);
  const row = { left: 1, bottom: 2, height: 3, siteWidth: 0.5, sites: 4, orientation: 0 };
  const fence = {
    name: "f",
    rectangles: [{ left: 0, bottom: 0, right: 1, top: 2 }],
    members: [3],
    exclusive: true,
  };
  const side = (value: number) => new Float64Array(block.nodeCount).fill(value);
  const halos = { lefts: side(1), bottoms: side(2), rights: side(3), tops: side(4) };
  const guide = { name: "g", rectangles: [{ left: 1, bottom: 1, right: 3, top: 2 }], members: [4] };
  const core = { left: 0, bottom: 0, right: 9, top: 9 };
  const frame = { core, rows: [row, row], halos, fences: [fence], guides: [guide] };
  assert.deepEqual(unpackFrame(unpack(pack(withFrame(packBlock(block), frame)))), frame);
  const without = unpackFrame(unpack(pack(packBlock(block))));
  assert.deepEqual(without, { core: undefined, rows: [], halos: undefined, fences: [], guides: [] });
});
