// Hostile requests to a viewer of a run, and bodies of edited placements: each is answered or its connection ended, and
// whatever was saved reads again.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { place, view } from "../../flow/index.js";
import { type Block, InputError, type Random, readPlacement } from "../../netlist/index.js";
import { fuzzRequest } from "../../test/support/fuzz-requests.js";
import { rawRequest, requestText } from "../../test/support/raw-request.js";
import { pack, packPlacement } from "../../viz/index.js";
import { mutateBytes, mutateJson, pick } from "./mutations.js";
import { writeSmallBlock } from "./seeds.js";
import type { Subject } from "./subject.js";

const PREFIX = 8;
const PLACES = [
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e308, -1e308, 1.8e19, 5e-324, -0],
  ...[0, 1e9, -1e9, 1e5, 0.1 + 0.2, 1 / 3, -1],
];

export const SERVER_SUBJECT: Subject = async (folder) => {
  const files = join(folder, "block");
  const out = join(folder, "run");
  mkdirSync(files);
  const block = await writeSmallBlock(files);
  await place(files, { method: "random", iterations: 1, workers: 1, seed: 1, out });
  const bugs: unknown[] = [];
  const { server } = await view([out], {}, undefined, (bug) => bugs.push(bug));
  if (!server) throw new Error("no server was started");
  const { port, token } = server;
  const opened = {
    bytes: 0,
    run: async (random: Random) => {
      bugs.length = 0;
      const bytes =
        random.below(2) === 0 ? requestOf(random, port, token) : postOf(block, random, port, token);
      opened.bytes = bytes.length;
      const { status, text, complete } = await rawRequest(port, bytes, { patience: 15_000 });
      if (bugs.length > 0) throw bugs[0];
      if (status >= 500 && status !== 503) throw new Error(`status ${status}: ${text.slice(0, 300)}`);
      // The page's own script may have anything.
      if (status !== 200 && /\n\s+at |internal:/.test(text))
        throw new Error(`a stack is sent: ${text.slice(0, 600)}`);
      if (!complete && status === 0) throw new Error("no answer");
      const saved = /"file":"(edits\/[^"]+)"/.exec(text)?.[1];
      if (saved !== undefined) await mustReadAgain(join(out, saved), block);
      if (status !== 200) throw new InputError("request", `status ${status}`);
    },
    close: () => server.close(),
  };
  return opened;
};

function requestOf(random: Random, port: number, token: string): Uint8Array {
  // A length that promises more than is sent is waited for, as it must be.
  const text = fuzzRequest(random, port, token).replace(/content-length: (?:1000000000000|-1|NaN)/, "x: y");
  return Buffer.from(text, "latin1");
}

/** An edited placement with hostile places, of another block, or packed wrongly. */
function postOf(block: Block, random: Random, port: number, token: string): Uint8Array {
  const nodes = random.below(8) === 0 ? random.below(40) : block.nodeCount;
  const placement = {
    xs: new Float64Array(nodes),
    ys: new Float64Array(nodes),
    orientations: new Uint8Array(nodes),
  };
  placement.xs.set(block.initial.xs.subarray(0, nodes));
  placement.ys.set(block.initial.ys.subarray(0, nodes));
  for (let i = random.below(3); i > 0; i--) {
    const at = random.below(nodes + 1);
    if (at === nodes) continue;
    pick(random, [placement.xs, placement.ys])[at] = pick(random, PLACES);
    placement.orientations[at] = random.below(random.below(4) === 0 ? 256 : 8);
  }
  let body = pack(packPlacement(placement));
  const action = random.below(3);
  if (action === 0) body = mutateBytes(body, random);
  if (action === 1) body = withHeader(body, random);
  const target = `/api/placement?token=${token}`;
  const head = requestText("POST", target, port, { "content-length": String(body.length) });
  return Buffer.concat([Buffer.from(head), body]);
}

/** The message with its JSON header mutated, and its length as it is then. */
function withHeader(body: Uint8Array, random: Random): Uint8Array {
  const bytes = Buffer.from(body);
  const length = bytes.readUInt32LE(4);
  const aligned = (size: number) => Math.ceil(size / 8) * 8;
  const header = Buffer.from(mutateJson(bytes.toString("utf8", PREFIX, PREFIX + length), random));
  const start = Buffer.alloc(aligned(PREFIX + header.length));
  bytes.copy(start, 0, 0, 4);
  start.writeUInt32LE(header.length, 4);
  header.copy(start, PREFIX);
  return Buffer.concat([start, bytes.subarray(aligned(PREFIX + length))]);
}

async function mustReadAgain(path: string, block: Block): Promise<void> {
  try {
    await readPlacement(path, block);
  } catch (error) {
    throw new Error(`what was saved is refused: ${(error as Error).message}`);
  }
}
