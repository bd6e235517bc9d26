// The safetensors format and checkpoints: what is written comes back, what is broken is refused with one line.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { InputError } from "../../../../netlist/index.js";
import { readCheckpoint, writeCheckpoint } from "../../../../policy/network/checkpoint.js";
import { graphNetwork } from "../../../../policy/network/network.js";
import { parameterLayout } from "../../../../policy/network/parameters.js";
import {
  readSafetensors,
  type SavedTensor,
  writeSafetensors,
} from "../../../../policy/network/safetensors.js";
import { makeFolder } from "../../../support/temp-folder.js";
import { noisyParameters, smallConfig } from "../tiny-policy.js";

const folder = makeFolder();

test("tensors of every type, an empty one and metadata come back as they were", async () => {
  const path = join(folder, "all.safetensors");
  const tensors = new Map<string, SavedTensor>([
    ["matrix", { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, -0.5) }],
    ["doubles", { shape: [1], data: Float64Array.of(Math.PI) }],
    ["nothing", { shape: [0, 4], data: new Float32Array(0) }],
    ["scalar", { shape: [], data: Int32Array.of(-7) }],
  ]);
  await writeSafetensors(path, { tensors, metadata: { note: "naïve ✓" } });
  const found = await readSafetensors(path);
  assert.deepEqual(found, { tensors, metadata: { note: "naïve ✓" } });
  assert.deepEqual(readdirSync(folder), ["all.safetensors"]); // no temporary file is left
});

test("the file is laid out as the format says", async () => {
  const path = join(folder, "layout.safetensors");
  await writeSafetensors(path, {
    tensors: new Map([["x", { shape: [1], data: Float32Array.of(1) }]]),
    metadata: {},
  });
  const file = readFileSync(path);
  const headerLength = Number(file.readBigUInt64LE(0));
  assert.equal(headerLength % 8, 0);
  const header = JSON.parse(file.toString("utf8", 8, 8 + headerLength));
  assert.deepEqual(header, { __metadata__: {}, x: { dtype: "F32", shape: [1], data_offsets: [0, 4] } });
  assert.deepEqual([...file.subarray(8 + headerLength)], [0, 0, 0x80, 0x3f]); // 1.0f, little-endian
});

/** A file with this header before `bytes` bytes of data. */
function fileWith(header: string, bytes: number): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  return Buffer.concat([length, Buffer.from(header), Buffer.alloc(bytes)]);
}

function tensorFile(entry: object, bytes: number): Buffer {
  return fileWith(JSON.stringify({ x: entry }), bytes);
}

const whole = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
const hugeLength = Buffer.alloc(16, 0xff);
const BROKEN: readonly [name: string, file: Buffer, message: RegExp][] = [
  ["too short for a length", Buffer.alloc(5), /5 bytes, too few/],
  ["a header longer than the file", hugeLength, /says its header has 18446744073709551615 bytes/],
  ["a header that is not JSON", fileWith("{oops", 0), /not JSON/],
  ["a header that is a list", fileWith("[]", 0), /not a table/],
  ["metadata that are not strings", fileWith('{"__metadata__":{"a":1}}', 0), /not a table of strings/],
  ["an unknown type", tensorFile({ ...whole, dtype: "F8" }, 8), /tensor 'x'/],
  ["a negative side", tensorFile({ ...whole, shape: [-2] }, 8), /tensor 'x'/],
  ["no offsets", tensorFile({ dtype: "F32", shape: [2] }, 8), /tensor 'x'/],
  ["data that ends beyond the file", tensorFile(whole, 4), /ends at byte 8 of the data, which has 4/],
  ["data that ends before it begins", tensorFile({ ...whole, data_offsets: [0, -8] }, 8), /tensor 'x'/],
  ["a gap before the data", tensorFile({ ...whole, data_offsets: [4, 12] }, 12), /begins at byte 4/],
  ["a shape of another size", tensorFile({ ...whole, shape: [3] }, 8), /has 8 bytes, not those of F32 \[3\]/],
  ["bytes left over", tensorFile(whole, 9), /1 bytes behind/],
  [
    "overlapping tensors",
    fileWith(JSON.stringify({ x: whole, y: { ...whole, data_offsets: [4, 12] } }), 12),
    /'y' begins at byte 4/,
  ],
];

for (const [name, file, message] of BROKEN) {
  test(`a safetensors file with ${name} is refused`, async () => {
    const path = join(folder, "broken.safetensors");
    writeFileSync(path, file);
    await assert.rejects(
      readSafetensors(path),
      (error) => error instanceof InputError && message.test(error.message),
    );
  });
}

test("a file that is not there is the user's error", async () => {
  await assert.rejects(readSafetensors(join(folder, "none")), InputError);
});

function someCheckpoint() {
  const config = smallConfig();
  const [parameters, first, second] = [1, 2, 3].map((seed) => noisyParameters(config, seed));
  const adam = { first: first!, second: second!, steps: 12 };
  return { network: graphNetwork, config, parameters: parameters!, adam, notes: { iteration: "4" } };
}

test("a checkpoint comes back whole, and its tensors have the parameters' names", async () => {
  const path = join(folder, "checkpoint.safetensors");
  const checkpoint = someCheckpoint();
  await writeCheckpoint(path, checkpoint);
  assert.deepEqual(await readCheckpoint(path), checkpoint);
  const { tensors } = await readSafetensors(path);
  for (const { name, shape } of parameterLayout(checkpoint.config).tensors) {
    for (const part of ["", "adam.first.", "adam.second."])
      assert.deepEqual(tensors.get(part + name)?.shape, shape);
  }
});

test("the same checkpoint gives the same bytes", async () => {
  const paths = ["a.safetensors", "b.safetensors"].map((name) => join(folder, name));
  for (const path of paths) await writeCheckpoint(path, someCheckpoint());
  assert.deepEqual(readFileSync(paths[0]!), readFileSync(paths[1]!));
});

test("a safetensors file that is no checkpoint, or lacks a part, is refused", async () => {
  const path = join(folder, "other.safetensors");
  const { tensors, metadata } = await readSafetensors(join(folder, "checkpoint.safetensors"));
  const refused = async (
    changed: { tensors?: typeof tensors; metadata?: Record<string, string> },
    message: RegExp,
  ) => {
    await writeSafetensors(path, { tensors, metadata, ...changed });
    await assert.rejects(
      readCheckpoint(path),
      (error) => error instanceof InputError && message.test(error.message),
    );
  };
  const without = new Map(tensors);
  without.delete("adam.first.trunk.bias");
  await refused({ metadata: {} }, /format 'unknown'/);
  await refused({ metadata: { ...metadata, network: "other" } }, /of the network 'other', not of 'graph'/);
  await refused({ metadata: { ...metadata, config: "{" } }, /not JSON/);
  await refused({ metadata: { ...metadata, config: '{"width":7}' } }, /network configuration/);
  const config = JSON.parse(metadata.config!) as Record<string, unknown>;
  for (const size of ["rounds", "trunk", "nodeFeatures"]) {
    const large = JSON.stringify({ ...config, [size]: 1e9 });
    await refused(
      { metadata: { ...metadata, config: large } },
      new RegExp(`${size} is 1000000000, but its tensors`),
    );
  }
  const larger = JSON.stringify({ ...config, trunk: 4096 });
  await refused(
    { metadata: { ...metadata, config: larger } },
    /a network of its sizes has \d+ numbers, but its/,
  );
  await refused({ metadata: { ...metadata, adamSteps: "x" } }, /adamSteps/);
  await refused({ tensors: without }, /no tensor 'adam.first.trunk.bias'/);
  const bent = new Map(tensors).set("trunk.bias", { shape: [1, 12], data: new Float32Array(12) });
  await refused({ tensors: bent }, /expected F32 \[12\]/);
});
