// What of two result files must be equal, and what may differ.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { contentOf, firstDifference } from "../../../benchmarks/compared-files.js";
import { makeFolder } from "../../support/temp-folder.js";

const folder = makeFolder();

/** The compared content of a file with this name and these bytes. */
function compared(name: string, bytes: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return contentOf(path)!.toString("latin1");
}

test("a placement is compared with all its bytes; a missing file has no content", () => {
  assert.equal(compared("best.plc", "1 2.5 3 N 0\n"), "1 2.5 3 N 0\n");
  assert.notEqual(compared("best.plc", "1 2.5 3 N 0\n"), compared("best.plc", "1 2.5 3 N 0\n\n"));
  assert.equal(contentOf(join(folder, "none.plc")), undefined);
});

test("of metrics.jsonl the costs and losses are compared, line by line, and no times", () => {
  const metrics = (seconds: number, cost: number, loss: number) =>
    compared(
      "metrics.jsonl",
      `{"iteration":1,"seconds":${seconds},"cost/best":${cost},"losses/entropy":${loss}}\n`,
    );
  assert.equal(metrics(1, 0.7, 0.1), metrics(2, 0.7, 0.1));
  assert.notEqual(metrics(1, 0.7, 0.1), metrics(1, 0.7000000000000001, 0.1));
  assert.notEqual(metrics(1, 0.7, 0.1), metrics(1, 0.7, 0.2));
  const line = '{"seconds":1,"cost/best":0.5}\n';
  assert.notEqual(compared("metrics.jsonl", line), compared("metrics.jsonl", line + line));
});

/** A .safetensors file of vectors of bytes. */
function safetensors(metadata: object, tensors: Readonly<Record<string, readonly number[]>>): Buffer {
  let end = 0;
  const entries = Object.entries(tensors).map(([name, bytes]) => {
    const from = end;
    end += bytes.length;
    return [name, { dtype: "U8", shape: [bytes.length], data_offsets: [from, end] }];
  });
  const header = Buffer.from(JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.from(Object.values(tensors).flat())]);
}

test("of .safetensors files the tensors are compared, whatever their names, order and metadata", () => {
  const content = (metadata: object, tensors: Readonly<Record<string, readonly number[]>>) =>
    compared("policy.safetensors", safetensors(metadata, tensors));
  const before = content({ trust: "1" }, { width: [1, 2, 3], bias: [4] });
  assert.equal(before, content({ initLogitScale: "1" }, { offset: [4], width: [1, 2, 3] }));
  assert.notEqual(before, content({ trust: "1" }, { width: [1, 2, 3], bias: [5] }));
  assert.notEqual(before, content({ trust: "1" }, { width: [1, 2], bias: [3, 4] }));
  assert.notEqual(before, content({ trust: "1" }, { width: [1, 2, 3] }));
});

test("the first line that differs is shown, of compressed files too", () => {
  const [left, right] = [Buffer.from("a\nb\nc"), Buffer.from("a\nx\nc")];
  assert.equal(firstDifference("best.plc", left, right), "line 2: 'b' in the baseline, 'x' here");
  assert.equal(
    firstDifference("netlist.pb.txt.gz", gzipSync(left), gzipSync(right)),
    "line 2: 'b' in the baseline, 'x' here",
  );
  assert.equal(
    firstDifference("x.gz", gzipSync(left, { level: 0 }), gzipSync(left)),
    "only the compression differs",
  );
  const longer = Buffer.from("a\nb\nc\nd");
  assert.equal(firstDifference("best.plc", left, longer), "line 4: no line in the baseline, 'd' here");
});
