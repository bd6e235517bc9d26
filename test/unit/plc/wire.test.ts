// Cutting the stream into requests, and writing numbers so that Python reads what they are.
import assert from "node:assert/strict";
import { test } from "node:test";
import { errorText, listText, numberText, RequestSplitter, realText, tupleText } from "../../../plc/wire.js";

const bytes = (text: string) => Buffer.from(text);

test("a request ends at the brace that closes it, however it arrives", () => {
  const request = '{"name": "A", "args": ["}{", "\\"}", {"x": "é"}, NaN]}';
  const whole = bytes(request);
  assert.deepEqual(new RequestSplitter().push(whole), [{ text: request }]);
  for (let cut = 1; cut < whole.length; cut++) {
    const splitter = new RequestSplitter();
    assert.deepEqual(splitter.push(whole.subarray(0, cut)), [], `cut at ${cut}`);
    assert.deepEqual(splitter.push(whole.subarray(cut)), [{ text: request }], `cut at ${cut}`);
  }
  const splitter = new RequestSplitter();
  const found = [...whole].flatMap((byte) => splitter.push(Buffer.from([byte])));
  assert.deepEqual(found, [{ text: request }]);
});

test("several requests in one piece, with blanks between them", () => {
  assert.deepEqual(new RequestSplitter().push(bytes(' {"a":1}\n{"b":{}} ')), [
    { text: '{"a":1}' },
    { text: '{"b":{}}' },
  ]);
});

test("garbage is one problem, and what comes next is read", () => {
  const splitter = new RequestSplitter();
  for (const text of ["hello", "[1, 2]", "}", '"{"', "\0\xff"]) {
    const found = splitter.push(bytes(text));
    assert.equal(found.length, 1, text);
    assert.match((found[0] as { problem: string }).problem, /^not a request/);
  }
  assert.deepEqual(splitter.push(bytes("{}")), [{ text: "{}" }]);
  assert.deepEqual(splitter.push(bytes("{} x {}")).length, 2);
});

test("a request that is too long is read to its end and not kept", () => {
  const splitter = new RequestSplitter(100);
  assert.deepEqual(splitter.push(bytes(`{"a":"${"x".repeat(90)}`)), []);
  assert.deepEqual(splitter.push(bytes("y".repeat(90))), []);
  assert.deepEqual(splitter.push(bytes('"}{"b":1}')), [
    { problem: "a request of 188 bytes, at most 100 are read" },
    { text: '{"b":1}' },
  ]);
});

test("reals have a point or an exponent, whole numbers have none", () => {
  const reals = [1200, 0.1, -3, 1e21, 1e-7, 0, 5e-324, 2 ** 53].map(realText);
  assert.deepEqual(reals, ["1200.0", "0.1", "-3.0", "1e+21", "1e-7", "0.0", "5e-324", "9007199254740992.0"]);
  assert.equal(listText([0, 3, 0.5], numberText), "[0,3,0.5]");
  assert.equal(listText(new Uint8Array([1, 0]), numberText), "[1,0]");
  assert.equal(tupleText("1.0", "[2]"), '{"__tuple__":true,"items":[1.0,[2]]}');
  assert.deepEqual(JSON.parse(errorText('no "x"')), { ok: false, message: 'no "x"' });
});
