// Checkpoints of training: everything comes back to the last bit, and broken ones are refused with one line.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { InputError, Random } from "../../../../netlist/index.js";
import { writeCheckpoint } from "../../../../policy/network/checkpoint.js";
import { graphNetwork } from "../../../../policy/network/network.js";
import { parameterLayout } from "../../../../policy/network/parameters.js";
import { parseTrainSettings } from "../../../../policy/ppo/settings.js";
import {
  readTrainCheckpoint,
  type TrainCheckpoint,
  writeTrainCheckpoint,
} from "../../../../policy/ppo/train-checkpoint.js";
import { makeFolder } from "../../../support/temp-folder.js";

const folder = makeFolder();
const NODES = 5;
const sizes = { width: 4, rounds: 1, trunk: 8, deconvolutionChannels: [4], cellHidden: 4, valueHidden: 4 };
const settings = parseTrainSettings({ episodes: 9, experimental: { network: sizes } });

function checkpoint(): TrainCheckpoint {
  const random = Random.stream(1, "checkpoint");
  const { length, tensors } = parameterLayout(settings.experimental.network);
  const numbers = () => {
    const flat = new Float32Array(length);
    for (const tensor of tensors)
      for (let i = 0; i < tensor.length; i++) flat[tensor.offset + i] = random.normal();
    return flat;
  };
  return {
    network: graphNetwork,
    settings,
    seed: 3,
    parameters: numbers(),
    adam: { first: numbers(), second: numbers(), steps: 17 },
    state: {
      iteration: 4,
      episodes: 64,
      blocks: [
        {
          scale: { mean: 1 / 3, deviation: Math.PI / 100 },
          best: {
            iteration: 2,
            costs: {
              wirelength: 1e5 / 3,
              wirelengthCost: 0.1,
              densityCost: 0.7,
              congestionCost: 1.1,
              proxyCost: 1.0000000000000002,
            },
            placement: {
              xs: Float64Array.from([1 / 3, 2, Number.NaN, 4e-17, 5]),
              ys: Float64Array.from([1, 2 / 7, Number.NaN, 4, 5]),
              orientations: Uint8Array.from([0, 7, 0, 3, 0]),
            },
          },
        },
        {},
      ],
    },
  };
}

test("settings, parameters, optimiser, state and best placement come back to the last bit, also what has no place", async () => {
  const path = join(folder, "whole.safetensors");
  const written = checkpoint();
  await writeTrainCheckpoint(path, written);
  assert.deepEqual(await readTrainCheckpoint(path, [NODES, 3]), written);
});

test("a run that has found no placement yet has none after reading either", async () => {
  const path = join(folder, "none.safetensors");
  const state = { ...checkpoint().state, blocks: [{}, {}] };
  await writeTrainCheckpoint(path, { ...checkpoint(), state });
  assert.deepEqual((await readTrainCheckpoint(path, [NODES, 3])).state, state);
});

/** Refused with one line that names the file. */
async function refused(path: string, message: RegExp, nodeCounts = [NODES, 3]): Promise<void> {
  await assert.rejects(
    () => readTrainCheckpoint(path, nodeCounts),
    (error) => {
      assert.ok(error instanceof InputError, String(error));
      assert.ok(error.message.startsWith(path), error.message);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    },
  );
}

const wholePath = join(folder, "source.safetensors");
await writeTrainCheckpoint(wholePath, checkpoint());
const whole = readFileSync(wholePath);

test("a checkpoint cut short anywhere is refused", async () => {
  for (const bytes of [0, 7, 100, whole.length >> 1, whole.length - 1]) {
    const path = join(folder, `short-${bytes}.safetensors`);
    writeFileSync(path, whole.subarray(0, bytes));
    await refused(path, /./);
  }
});

test("a file of something else is refused", async () => {
  const path = join(folder, "text.safetensors");
  writeFileSync(path, "this is a text file, and a long one at that");
  await refused(path, /header/);
});

test("a checkpoint of another block, or of fewer or more of them, is refused", async () => {
  for (const nodes of [[NODES + 1, 3], [NODES], [NODES, 3, 3], []])
    await refused(wholePath, /not a checkpoint of training on these blocks/, nodes);
});

const notes = (given: Record<string, string>) => async (name: string) => {
  const path = join(folder, name);
  const { parameters, adam } = checkpoint();
  await writeCheckpoint(path, { config: settings.experimental.network, parameters, adam, notes: given });
  return path;
};
const goodNotes = {
  settings: JSON.stringify(settings),
  seed: "3",
  state: '{"iteration":4,"episodes":64,"blocks":[{},{}]}',
};

test("the checkpoint of a bare network, without the state of training, is refused", async () => {
  await refused(await notes({})("bare.safetensors"), /not a checkpoint of training/);
});

test("settings that this version does not know, or state that is no JSON, are refused", async () => {
  const unknown = JSON.stringify({ ...settings, momentum: 0.9 });
  await refused(await notes({ ...goodNotes, settings: unknown })("unknown.safetensors"), /not a checkpoint/);
  await refused(await notes({ ...goodNotes, state: "{" })("state.safetensors"), /not a checkpoint/);
});

test("settings of another network than the parameters' are refused", async () => {
  const network = { ...settings.experimental.network, width: 8 };
  const other = JSON.stringify({ ...settings, experimental: { ...settings.experimental, network } });
  await refused(await notes({ ...goodNotes, settings: other })("other.safetensors"), /not a checkpoint/);
});

test("a network that claims to be larger than memory is refused for what the file lacks", async () => {
  const text = whole.toString("latin1");
  const path = join(folder, "huge.safetensors");
  const huge = text.replaceAll('\\"trunk\\":8,', '\\"trunk\\":4e9,');
  assert.notEqual(huge, text);
  const bytes = Buffer.from(huge, "latin1");
  bytes.writeBigUInt64LE(whole.readBigUInt64LE(0) + BigInt(huge.length - text.length), 0);
  writeFileSync(path, bytes);
  await refused(path, /tensor/);
});

test("state whose numbers are missing or no counts is refused", async () => {
  for (const state of [
    "{}",
    "null",
    '{"iteration":-1,"episodes":0,"blocks":[{},{}]}',
    '{"iteration":"4","episodes":64,"blocks":[{},{}]}',
  ])
    await refused(await notes({ ...goodNotes, state })("counts.safetensors"), /not a checkpoint/);
});

test("a best placement whose arrays do not fit the block is refused", async () => {
  const best = {
    ...checkpoint().state.blocks[0]!.best,
    placement: { xs: [1, 2, 3, 4, 5], ys: [1], orientations: [0, 0, 0, 0, 0] },
  };
  const state = JSON.stringify({ iteration: 4, episodes: 64, blocks: [{ best }, {}] });
  const path = await notes({ ...goodNotes, state })("best.safetensors");
  await refused(path, /not a checkpoint/);
});
