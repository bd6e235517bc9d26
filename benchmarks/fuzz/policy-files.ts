// Broken policies, checkpoints of training and reward models: safetensors files with a broken length, header or body.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../../netlist/index.js";
import {
  type Policy,
  readCheckpoint,
  readPolicy,
  readRewardModel,
  readTrainCheckpoint,
  rewardLayout,
  writePolicy,
  writeRewardModel,
  writeTrainCheckpoint,
} from "../../policy/index.js";
import { mutateBytes, mutateJson, mutateText, pick } from "./mutations.js";
import { smallNetwork, smallTraining } from "./seeds.js";
import type { Subject } from "./subject.js";

const LENGTH_BYTES = 8;

/** A broken safetensors file. Numbers in the body are mutated as 4-byte words, NaN and infinities among them. */
export function brokenTensors(file: Uint8Array, random: Random): Uint8Array {
  const whole = Buffer.from(file);
  const length = Number(whole.readBigUInt64LE(0));
  const header = whole.toString("utf8", LENGTH_BYTES, LENGTH_BYTES + length);
  const body = Buffer.from(whole.subarray(LENGTH_BYTES + length));
  const joined = (text: string, said?: bigint) => {
    const bytes = Buffer.from(text);
    const prefix = Buffer.alloc(LENGTH_BYTES);
    prefix.writeBigUInt64LE(BigInt.asUintN(64, said ?? BigInt(bytes.length)));
    return Buffer.concat([prefix, bytes, body]);
  };
  switch (random.below(8)) {
    case 0:
      return mutateBytes(file, random);
    case 1:
      return joined(mutateText(header, random));
    case 2: {
      const sizes = [0n, 1n, -1n, 2n ** 63n, 2n ** 53n, 2n ** 40n, BigInt(length + 1), BigInt(length - 1)];
      return joined(header, pick(random, sizes));
    }
    case 3: {
      const words = [0x7fc00000, 0x7f800000, 0xff800000, 0x00000001, 0x7f7fffff, 0x80000000];
      if (body.length >= 4)
        for (let i = random.below(4); i >= 0; i--)
          body.writeUInt32LE(pick(random, words), 4 * random.below(body.length >> 2));
      return joined(header);
    }
    case 4:
      return joined(withNotes(header, random));
    default:
      return joined(mutateJson(header, random));
  }
}

/** The header with one of the JSON texts in its metadata mutated. */
function withNotes(header: string, random: Random): string {
  const parsed = JSON.parse(header) as { __metadata__: Record<string, string> };
  const names = Object.keys(parsed.__metadata__);
  const name = pick(random, names);
  parsed.__metadata__[name] = mutateJson(parsed.__metadata__[name]!, random);
  return JSON.stringify(parsed);
}

function tensorsSubject(
  write: (path: string) => Promise<void>,
  read: (path: string) => Promise<unknown>,
): Subject {
  return async (folder) => {
    const path = join(folder, "seed.safetensors");
    await write(path);
    await read(path);
    const file = readFileSync(path);
    const opened = {
      bytes: 0,
      run: async (random: Random) => {
        const bytes = brokenTensors(file, random);
        opened.bytes = bytes.length;
        writeFileSync(path, bytes);
        await read(path);
      },
    };
    return opened;
  };
}

/** Reads, writes and reads again: the same policy must come back. */
async function readPolicyTwice(path: string): Promise<void> {
  const policy = await readPolicy(path);
  await writePolicy(`${path}.again`, policy);
  const again = await readPolicy(`${path}.again`);
  const text = ({ config, notes, parameters }: Policy) =>
    JSON.stringify([config, notes, Buffer.from(parameters.buffer).toString("base64")]);
  if (text(again) !== text(policy)) throw new Error("a policy that was written reads as another");
}

async function readTrainingTwice(path: string): Promise<void> {
  const { nodeCounts } = smallTraining();
  const checkpoint = await readTrainCheckpoint(path, nodeCounts);
  await writeTrainCheckpoint(`${path}.again`, checkpoint);
  const again = await readTrainCheckpoint(`${path}.again`, nodeCounts);
  if (JSON.stringify(again) !== JSON.stringify(checkpoint))
    throw new Error("a checkpoint that was written reads as another");
}

async function readRewardTwice(path: string): Promise<void> {
  const model = await readRewardModel(path);
  await writeRewardModel(`${path}.again`, model);
  const again = await readRewardModel(`${path}.again`);
  if (JSON.stringify(again) !== JSON.stringify(model))
    throw new Error("a reward model that was written reads as another");
}

async function writeSmallReward(path: string): Promise<void> {
  const config = { network: smallNetwork().config, hidden: 4, numbers: true };
  const { length } = rewardLayout(config);
  const zeros = () => new Float32Array(length);
  const adam = { first: zeros(), second: zeros(), steps: 3 };
  const state = { parameters: zeros().fill(0.25), adam, epoch: 2 };
  await writeRewardModel(path, { config, state, notes: { note: '{"a":[1,2]}' } });
}

const writeSmallTraining = (path: string) => writeTrainCheckpoint(path, smallTraining().checkpoint);

export const POLICY_SUBJECTS: Readonly<Record<string, Subject>> = {
  policy: tensorsSubject((path) => writePolicy(path, smallNetwork()), readPolicyTwice),
  checkpoint: tensorsSubject(writeSmallTraining, async (path) => {
    await readCheckpoint(path);
    await readTrainingTwice(path);
  }),
  reward: tensorsSubject(writeSmallReward, readRewardTwice),
};
