// Whatever lies on the queue, a worker takes only what its memory has room for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PUBLISHED_RULES } from "../../../env/index.js";
import { Random } from "../../../netlist/index.js";
import { ANNEAL_JOBS, GRID_ANNEAL_DEFAULTS } from "../../../placer/index.js";
import {
  graphNetwork,
  networkLayout,
  ORDERS,
  parseTrainSettings,
  TRAINING_JOBS,
} from "../../../policy/index.js";
import { kindOf } from "../../../queue/kinds.js";
import { jobSchema } from "../../../queue/names.js";
import { blobOf, pack, partsOf, unpack } from "../../../queue/parcel.js";
import { unstored } from "../../../queue/stored.js";
import { trainingChecks } from "../../../queue/training-checks.js";
import { smallBlock } from "../../support/blocks.js";
import { SMALL_NETWORK } from "../../support/small-network.js";

const { source: _, ...block } = smallBlock(3);
const { network: config } = parseTrainSettings({ experimental: { network: SMALL_NETWORK } }).experimental;
const parameters = new Float32Array(networkLayout(graphNetwork, config).length);
const checks = trainingChecks([block], parameters.length);
const macros = Array.from(block.kinds).filter((kind) => kind === 0).length;
const cells = block.grid.columns * block.grid.rows;

/** A good task of gradients: two episodes, of which the second began from another one. */
function gradientTask() {
  const steps = Int32Array.of(macros, 2);
  const total = macros + 2;
  return {
    parameters,
    episodes: {
      blocks: Int32Array.of(0, 0),
      orders: Int32Array.of(0, ORDERS.length - 1),
      startLengths: Int32Array.of(0, macros),
      steps,
      starts: new Int32Array(macros).fill(-1),
      actions: new Int32Array(total).fill(cells - 1),
      logProbabilities: new Float32Array(total),
      advantages: new Float32Array(total),
      returns: new Float32Array(total),
    },
    samples: Int32Array.of(0, macros - 1, 0, 1, 1, 1),
    loss: { clip: 0.2, entropy: 0, valueWeight: 0.5, imitation: 1, minibatch: 2 },
  };
}

test("gradients: every array that is too short, too long or out of range is refused", () => {
  assert.ok(checks.gradient!(gradientTask()));
  const columns = Object.keys(gradientTask().episodes) as (keyof ReturnType<
    typeof gradientTask
  >["episodes"])[];
  for (const name of columns)
    for (const change of [-1, 1]) {
      const task = gradientTask();
      const values = task.episodes[name];
      const other = new (values.constructor as Int32ArrayConstructor)(values.length + change);
      other.set(Array.from(values).slice(0, other.length));
      Object.assign(task.episodes, { [name]: other });
      assert.throws(() => checks.gradient!(task), /the job has /, `${name} ${change}`);
    }
  const beyond: readonly [(task: ReturnType<typeof gradientTask>) => Int32Array, number, number][] = [
    [({ episodes }) => episodes.blocks, 0, 1],
    [({ episodes }) => episodes.blocks, 0, -1],
    [({ episodes }) => episodes.orders, 0, ORDERS.length],
    [({ episodes }) => episodes.orders, 0, -1],
    [({ episodes }) => episodes.steps, 0, -1],
    [({ episodes }) => episodes.startLengths, 1, macros + 1],
    [({ episodes }) => episodes.starts, 0, cells],
    [({ episodes }) => episodes.starts, 0, -2],
    [({ episodes }) => episodes.actions, 0, cells],
    [({ episodes }) => episodes.actions, 0, -1],
    [({ samples }) => samples, 0, 2],
    [({ samples }) => samples, 0, -1],
    [({ samples }) => samples, 1, macros],
    [({ samples }) => samples, 4, 2],
  ];
  for (const [arrayOf, at, value] of beyond) {
    const task = gradientTask();
    arrayOf(task)[at] = value;
    assert.throws(() => checks.gradient!(task), /the job has /, `${arrayOf} ${at} ${value}`);
  }
  const longer = { ...gradientTask(), parameters: new Float32Array(parameters.length + 1) };
  assert.throws(() => checks.gradient!(longer), /parameters, the network has/);
});

test("episodes: unknown blocks, starts of another block or off the grid, other networks", () => {
  const episode = {
    ...{ block: 0, order: ORDERS[0]!, stream: ["episode", 1], greedy: false },
    ...{ start: [] as number[], counterfactualSamples: 6 },
  };
  assert.ok(checks.rollouts!({ parameters, episodes: [episode] }));
  for (const other of [
    { block: 1 },
    { start: [0] },
    { start: new Array<number>(macros).fill(cells) },
    { counterfactualSamples: 1e9 },
    { order: "toString" },
  ])
    assert.throws(() => checks.rollouts!({ parameters, episodes: [{ ...episode, ...other }] }));
  assert.throws(() => checks.rollouts!({ parameters: new Float32Array(3), episodes: [episode] }));
  const setup = { blocks: [block], rules: PUBLISHED_RULES, cellRules: { protocol: "fd" }, seed: 1, config };
  for (const other of [{ planes: 7 }, { width: 3 }, { rounds: "many" }, { priorPlane: 99 }])
    assert.throws(() => kindOf(TRAINING_JOBS.name).open({ ...setup, config: { ...config, ...other } }, 1));
});

test("bytes and values at random: refused with an error, whatever is changed", async () => {
  const random = Random.stream(1, "garbage");
  const task = gradientTask();
  const good = pack(task).bytes;
  let accepted = 0;
  for (let round = 0; round < 600; round++) {
    const bytes = Buffer.from(good);
    for (let change = 0; change <= random.below(4); change++)
      bytes[random.below(round % 2 ? bytes.length : 700)] = random.below(256);
    try {
      checks.gradient!(unpack(bytes.subarray(0, round % 5 ? bytes.length : random.below(bytes.length))));
      accepted++; // numbers that may be any
    } catch (error) {
      assert.ok(error instanceof Error && !error.message.startsWith("internal"), String(error));
    }
  }
  assert.ok(accepted > 0 && accepted < 500, String(accepted));
  for (const bytes of [Buffer.alloc(0), Buffer.from([1, 2, 3]), Buffer.from([7])])
    assert.throws(() => unstored(bytes));
});

test("names of parcels, kinds and jobs are no paths", () => {
  const head = JSON.stringify({ value: 1, arrays: [], parts: ["../../home"] });
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  assert.throws(() => partsOf(Buffer.concat([length, Buffer.from(head)])), { name: "ZodError" });
  const job = {
    run: "a-1",
    key: "a-1.0.0",
    kind: "anneal",
    name: "round",
    setup: blobOf(Buffer.alloc(1)).hash,
  };
  assert.ok(jobSchema.parse(job));
  for (const other of [
    { run: "a:b" },
    { key: "a\n" },
    { kind: "../x" },
    { name: "\u001b[2J" },
    { setup: "../x" },
  ])
    assert.throws(() => jobSchema.parse({ ...job, ...other }), { name: "ZodError" });
});

test("placements with places that are no numbers, and rounds outside their schedule", async () => {
  const setup = { block, rules: PUBLISHED_RULES, protocol: "fd", options: GRID_ANNEAL_DEFAULTS, starts: 2 };
  const pool = kindOf(ANNEAL_JOBS.name).open(setup, 1);
  const { xs, ys, orientations } = block.initial;
  const costs = { wirelength: 0, wirelengthCost: 0, densityCost: 0, congestionCost: 0, proxyCost: 0 };
  const task = (from: object, more: object = {}) => ({
    ...{ stage: "grid", begin: 0, end: 1, seed: 1, replica: 0, round: 0 },
    ...{ from: { placement: { xs: xs.map(() => 1), ys: ys.map(() => 1), orientations, ...from }, costs } },
    ...more,
  });
  assert.ok(pool.check("round", task({})));
  for (const bad of [
    task({ xs: xs.map(() => Number.NaN) }),
    task({ ys: ys.map(() => Number.POSITIVE_INFINITY) }),
    task({ orientations: orientations.map(() => 9) }),
    task({}, { end: 1.5 }),
    task({}, { sweeps: -1 }),
  ])
    assert.throws(() => pool.check("round", bad));
  await pool.close();
  const grids = [
    { columns: 0, rows: 5 },
    { columns: 1e9, rows: 5 },
  ];
  for (const grid of grids)
    assert.throws(() => kindOf(ANNEAL_JOBS.name).open({ ...setup, block: { ...block, grid } }, 1));
  const kinds = block.kinds.map(() => 17);
  assert.throws(() => kindOf(ANNEAL_JOBS.name).open({ ...setup, block: { ...block, kinds } }, 1));
});
