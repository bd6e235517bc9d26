// Training from end to end on tiny blocks: repeatable whatever the workers, stopped and gone on with without a trace,
// and the curve falls.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { PLANES, PUBLISHED_RULES } from "../../env/index.js";
import { type Block, NetlistDraft, NodeKind } from "../../netlist/index.js";
import {
  type IterationMetrics,
  parameterLayout,
  parseTrainSettings,
  readTrainCheckpoint,
  type StartPoint,
  type TrainCheckpoint,
  type TrainObserver,
  type TrainSettingsInput,
  tensorOf,
  train,
  writeTrainCheckpoint,
} from "../../policy/index.js";
import { blockOf, smallBlock } from "../support/blocks.js";
import { ashlar, startAshlar } from "../support/command.js";
import { SMALL_NETWORK } from "../support/small-network.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const block = smallBlock(3);

const SMALL = { episodes: 4, minibatch: 16, epochs: 2 };

/** Settings of a small training; those of `experimental` beside the others, `network` too. */
function small({ network = {}, experimental = {}, ...settings }: Given = {}): TrainSettingsInput {
  return {
    ...SMALL,
    ...settings,
    experimental: { ...experimental, network: { ...SMALL_NETWORK, ...network } },
  };
}

interface Given extends Omit<TrainSettingsInput, "experimental"> {
  readonly experimental?: Omit<NonNullable<TrainSettingsInput["experimental"]>, "network">;
  readonly network?: Record<string, unknown>;
}

interface Run extends Given {
  readonly iterations: number;
  readonly seed?: number;
  readonly workers?: number;
}

/** What the clock says is never the same. */
const NO_CLOCK = { seconds: 0, "charts/episodes_per_second": 0, "charts/play_seconds": 0 };

interface Result extends TrainCheckpoint {
  readonly metrics: IterationMetrics[];
}

async function run(
  { iterations, seed = 5, workers = 2, ...settings }: Run,
  from?: StartPoint,
  observer: TrainObserver = {},
  blocks = [block],
): Promise<Result> {
  const metrics: IterationMetrics[] = [];
  const watch: TrainObserver = {
    ...observer,
    onIteration: (line) => {
      metrics.push(line);
    },
  };
  const result = await train(blocks, {
    settings: small(settings),
    seed,
    workers,
    budget: { iterations },
    observer: watch,
    from,
  });
  return { ...result, metrics };
}

/** All that must be the same: everything but the clock and the options of the machine. */
function essence({ parameters, adam, state, metrics }: Result) {
  const { first, second, steps } = adam;
  return {
    parameters: [...parameters],
    adam: { first: [...first], second: [...second], steps },
    state,
    metrics: metrics.map((line) => ({ ...line, ...NO_CLOCK })),
  };
}

test("several blocks in turn: the same bytes with 1 and 2 workers, and when stopped and gone on with", async () => {
  const blocks = [block, smallBlock(4), smallBlock(5)];
  const options = {
    blocksPerIteration: 2,
    episodes: 8,
    groupSize: 2,
    order: "auto",
    entropy: 0.01,
    experimental: { entropyHalving: 3, learningRateHalving: 2 },
  } as const;
  const whole = await run({ ...options, iterations: 4, workers: 1 }, undefined, {}, blocks);
  assert.equal(whole.state.blocks.filter(({ best }) => best).length, 3, "every block was played");
  const half = await run({ ...options, iterations: 2, workers: 2 }, undefined, {}, blocks);
  const path = join(folder, "several.safetensors");
  await writeTrainCheckpoint(path, half);
  const read = await readTrainCheckpoint(
    path,
    blocks.map(({ nodeCount }) => nodeCount),
  );
  const resumed = await run({ ...options, iterations: 4, workers: 2 }, read, {}, blocks);
  const { metrics: _, ...rest } = essence(resumed);
  const { metrics: _all, ...expected } = essence(whole);
  assert.deepEqual(rest, expected);
});

test("more blocks in an iteration than elites are remembered: the first ones' are imitated", async () => {
  const blocks = [block, smallBlock(4), smallBlock(5)];
  const options = {
    iterations: 3,
    blocksPerIteration: 3,
    episodes: 6,
    groupSize: 2,
    experimental: { elites: 2 },
  };
  const one = essence(await run({ ...options, workers: 1 }, undefined, {}, blocks));
  assert.ok(one.parameters.every(Number.isFinite) && one.adam.steps > 0);
  assert.deepEqual(essence(await run({ ...options, workers: 2 }, undefined, {}, blocks)), one);
});

test("macros may be placed along connections", async () => {
  const along = await run({ iterations: 1, order: "connectivity" });
  assert.ok(along.state.blocks[0]!.best);
  assert.notDeepEqual([...along.parameters], [...(await run({ iterations: 1 })).parameters]);
});

test("auto tries both orders and takes the cheaper one, for good; what was tried is not lost", async () => {
  const orders: string[] = [];
  const trials: Record<string, number>[] = [];
  const observer: TrainObserver = {
    onOrder: (order, trial) => {
      orders.push(order);
      trials.push(trial);
    },
  };
  const blocks = [3, 4, 5, 6, 7].map((seed) => smallBlock(seed));
  const options = {
    order: "auto",
    iterations: 1,
    episodes: 16,
    blocksPerIteration: 5,
    groupSize: 2,
  } as const;
  const tried = await run(options, undefined, observer, blocks);
  assert.equal(orders.length, blocks.length);
  assert.deepEqual(new Set(orders), new Set(["area", "connectivity"]), "one order suits all: no test");
  for (const [i, trial] of trials.entries()) {
    assert.ok(trial[orders[i]!]! <= Math.min(...Object.values(trial)), JSON.stringify(trial));
    const { order, best, elites } = tried.state.blocks[i]!;
    assert.equal(order, orders[i]);
    assert.ok(best!.costs.proxyCost <= elites![0]!.proxyCost && elites!.length > 1);
  }
  // Known already: not tried again.
  const on = await run({ ...options, iterations: 2 }, tried, observer, blocks);
  assert.equal(orders.length, blocks.length);
  assert.deepEqual(
    on.state.blocks.map(({ order }) => order),
    orders,
  );
});

test("both orders by turns: every block changes with every iteration, and no episode is remembered", async () => {
  const blocks = [block, smallBlock(4)];
  const still = {
    iterations: 4,
    epochs: 0,
    imitation: 0,
    eliteShare: 0,
    blocksPerIteration: 2,
    groupSize: 2,
  };
  const costs = async (order: "area" | "connectivity" | "both", own: Block[]) => {
    const { metrics, state } = await run(
      { ...still, order, ...(own.length < 2 && { episodes: 2 }) },
      undefined,
      {},
      own,
    );
    if (order === "both") assert.ok(state.blocks.every(({ elites, best }) => best && !elites?.length));
    return metrics.map((line) => line["cost/proxy"]);
  };
  const [both, area, along] = [
    await costs("both", [block]),
    await costs("area", [block]),
    await costs("connectivity", [block]),
  ];
  assert.notDeepEqual(area, along, "the orders are the same: no test");
  assert.deepEqual(both, [area[0], along[1], area[2], along[3]]);
  // The second block begins with the other order.
  const [twoBoth, twoArea] = [await costs("both", blocks), await costs("area", blocks)];
  assert.notEqual(twoBoth[0], twoArea[0]);
});

test("a policy of one block continues on another, and without epochs it does not change", async () => {
  const { parameters } = await run({ iterations: 2 });
  const { tensors } = parameterLayout(parseTrainSettings(small()).experimental.network);
  const changed = (now: Float32Array) =>
    tensors
      .filter(({ offset, length }) =>
        parameters.slice(offset, offset + length).some((x, i) => x !== now[offset + i]),
      )
      .map(({ name }) => name);
  const other = [smallBlock(6)];
  const tuned = await run({ iterations: 1 }, { parameters }, {}, other);
  assert.deepEqual(
    changed(tuned.parameters),
    tensors.map(({ name }) => name),
  );
  const sampled = await run({ iterations: 2, epochs: 0 }, { parameters }, {}, other);
  assert.deepEqual(changed(sampled.parameters), []);
  assert.equal(sampled.state.episodes, 8);
});

test("1, 2 and 3 workers give the same parameters, metrics and best placement, to the last bit", async () => {
  const one = essence(await run({ iterations: 3, workers: 1 }));
  assert.ok(one.adam.steps > 0 && one.state.blocks[0]!.best !== undefined);
  assert.deepEqual(essence(await run({ iterations: 3, workers: 2 })), one);
  assert.deepEqual(essence(await run({ iterations: 3, workers: 3 })), one);
});

test("with all planes too, 1 and 2 workers give the same, and it is another training", async () => {
  const network = { planes: PLANES.length };
  const [one, two] = [
    await run({ iterations: 2, workers: 1, network }),
    await run({ iterations: 2, workers: 2, network }),
  ];
  assert.deepEqual(essence(two), essence(one));
  assert.ok(one.parameters.length > (await run({ iterations: 0 })).parameters.length);
  assert.ok(one.metrics.every((line) => Number.isFinite(line["cost/best"])));
});

test("with a live encoder too, 1 and 2 workers give the same, and it learns from where nodes are", async () => {
  const network = { live: true, width: 8, rounds: 2 };
  const one = await run({ iterations: 2, workers: 1, network });
  assert.deepEqual(essence(await run({ iterations: 2, workers: 2, network })), essence(one));
  const before = await run({ iterations: 0, network });
  const changed = (name: string) => {
    const layout = parameterLayout(one.settings.experimental.network);
    const [was, is] = [before, one].map(({ parameters }) => tensorOf(layout, parameters, name));
    return is!.some((value, i) => value !== was![i]);
  };
  for (const name of [
    "encoder.nodes.weight",
    "encoder.query",
    "encoder.canvas.weight",
    "deconvolution.0.canvas",
  ])
    assert.ok(changed(name), name);
});

test("into how many shards a minibatch is divided changes the gradient by no more than rounding", async () => {
  // One gradient step over all 32 samples; shards that were left out or added twice would show in its length.
  const step = async (shards: number) => {
    const { metrics } = await run({
      iterations: 1,
      epochs: 1,
      minibatch: 1000,
      experimental: { shards },
    });
    assert.equal(metrics[0]!["charts/gradient_steps"], 1);
    return [metrics[0]!["losses/gradient_norm"], metrics[0]!["losses/value"], metrics[0]!["losses/entropy"]];
  };
  const whole = await step(1);
  for (const shards of [2, 3, 5]) {
    const parts = await step(shards);
    parts.forEach((value, i) => {
      assert.ok(Math.abs(value / whole[i]! - 1) < 1e-4, `${shards} shards: ${parts}, undivided ${whole}`);
    });
  }
});

test("another seed gives another run", async () => {
  const [one, other] = [await run({ iterations: 1 }), await run({ iterations: 1, seed: 6 })];
  assert.notDeepEqual(essence(one).parameters, essence(other).parameters);
  assert.notEqual(one.metrics[0]!["cost/proxy"], other.metrics[0]!["cost/proxy"]);
});

test("four iterations equal two, a checkpoint on disk, and two more, to the last bit", async () => {
  const straight = await run({ iterations: 4 });
  const path = join(folder, "half.safetensors");
  const half = await run({ iterations: 2 }, undefined, {
    onCheckpoint: (checkpoint) => writeTrainCheckpoint(path, checkpoint),
  });
  const resumed = await run({ iterations: 4 }, await readTrainCheckpoint(path, [block.nodeCount]));
  assert.deepEqual(
    [half.metrics.map((line) => line.iteration), resumed.metrics.map((line) => line.iteration)],
    [
      [1, 2],
      [3, 4],
    ],
  );
  const whole = essence({ ...resumed, metrics: [...half.metrics, ...resumed.metrics] });
  assert.deepEqual(whole, essence(straight));
});

test("an iteration budget that is already spent trains nothing and keeps what there is", async () => {
  const done = await run({ iterations: 1 });
  const again = await run({ iterations: 1 }, done);
  assert.equal(again.metrics.length, 0);
  assert.deepEqual([...again.parameters], [...done.parameters]);
});

test("the best placement is that of the cheapest episode, and only gets better", async () => {
  const bests: number[] = [];
  const result = await run({ iterations: 5 }, undefined, {
    onBest: ({ costs }) => {
      bests.push(costs.proxyCost);
    },
  });
  assert.deepEqual(
    bests,
    bests.toSorted((a, b) => b - a),
  );
  assert.equal(bests.at(-1), result.state.blocks[0]!.best!.costs.proxyCost);
  assert.equal(Math.min(...result.metrics.map((line) => line["cost/proxy_min"])), bests.at(-1));
});

test("a macro that fits only if another leaves it room ends some episodes early, and training goes on", async () => {
  // 10 x 1 cells. 'wide' goes first: in the middle, at 45, it takes 30 to 60 µm, and the 40 µm of 'long' fit on no
  // cell centre beside it; at the edge they do.
  const draft = new NetlistDraft();
  const wide = draft.addNode(NodeKind.HardMacro, "wide", 30, 90);
  const long = draft.addNode(NodeKind.HardMacro, "long", 40, 60);
  draft.addNet(draft.addPin(wide, "w"), [draft.addPin(long, "l")]);
  const narrow = blockOf(draft, { grid: { columns: 10, rows: 1 } });
  const lines: IterationMetrics[] = [];
  const { parameters } = await train([narrow], {
    settings: small({ episodes: 8, network: { priorScale: 0 } }),
    seed: 5,
    budget: { iterations: 3 },
    observer: { onIteration: (line) => void lines.push(line) },
  });
  const deadEnds = lines.reduce((sum, line) => sum + line.dead_ends, 0);
  assert.ok(deadEnds > 0 && deadEnds < 24, `${deadEnds} of 24`);
  assert.ok(parameters.every(Number.isFinite));
});

test("a policy that has become certain of everything ends its training, with a word", async () => {
  const told: [number, number][] = [];
  const certain = { network: { priorScale: 1e5 }, imitation: 0, iterations: 5 };
  const { state, metrics } = await run(certain, undefined, {
    onCollapse: (iteration, entropy) => void told.push([iteration, entropy]),
  });
  assert.equal(told.length, 1);
  assert.ok(told[0]![1] < 0.002);
  assert.deepEqual([state.iteration, metrics.length, told[0]![0]], [1, 1, 1]);
});

test("a block whose macros are all fixed can be trained on, though there is nothing to learn", async () => {
  const draft = new NetlistDraft();
  draft.addNode(NodeKind.HardMacro, "M", 30, 30);
  draft.addNode(NodeKind.SoftMacro, "Grp_0", 10, 10);
  const fixed: Block = { ...blockOf(draft, {}, { M: [50, 50] }), fixed: Uint8Array.from([1, 0]) };
  const { state } = await train([fixed], { settings: small(), seed: 5, budget: { iterations: 1 } });
  assert.equal(state.blocks[0]!.best!.placement.xs[0], 50);
});

test("the learning curve falls where the cheapest cells are plain to see", async () => {
  // Eight macros of 10 x 10 µm on 10 x 10 cells, two for every corner, each with one net to a port in its corner.
  // Uniformly random cells are 98 µm away on average, of 200: a cost of 0.49. The best possible is below 0.1.
  const draft = new NetlistDraft();
  const corners = [
    [1, 1],
    [99, 1],
    [1, 99],
    [99, 99],
  ] as const;
  for (let i = 0; i < 8; i++) {
    const macro = draft.addNode(NodeKind.HardMacro, `M${i}`, 10, 10);
    const [x, y] = corners[i % 4]!;
    draft.addNet(draft.addPort(`port${i}`, x, y), [draft.addPin(macro, `M${i}/p`)]);
  }
  const settings = {
    minibatch: 64,
    learningRate: 0.01,
    entropy: 0,
    experimental: { targetKl: 0.2, network: { priorScale: 0 } },
  };
  const curve: number[] = [];
  await train([blockOf(draft)], {
    settings,
    budget: { iterations: 15 },
    observer: { onIteration: (line) => void curve.push(line["cost/wirelength"]) },
    rules: { ...PUBLISHED_RULES, weights: { wirelength: 1, density: 0, congestion: 0 } },
  });
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [first, last] = [curve[0]!, mean(curve.slice(-3))];
  assert.ok(Math.abs(first - 0.49) < 0.04, `${first} at the start is not random play`);
  assert.ok(last < 0.5 * first, `from ${first} to ${last}: ${curve}`);
});

/** Lines of metrics.jsonl without what the clock says. */
function metricsOf(run: string): unknown[] {
  return readFileSync(join(run, "metrics.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => ({ ...JSON.parse(line), ...NO_CLOCK }));
}

function lineCount(path: string): number {
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").length - 1 : 0;
}

test("a run killed twice in the middle and resumed ends with the same files as one never stopped", async () => {
  const blockAt = join(folder, "block");
  const generated = await ashlar(
    ...["generate", "--macros", "8", "--soft-macros", "12", "--ports", "16", "--seed", "3", "--out", blockAt],
  );
  assert.equal(generated.code, 0, generated.stderr);
  const args = (out: string) => [
    ...["place", blockAt, "--iterations", "40", "--out", out, "--quiet", "--set", "episodes=4"],
    ...["--set", "experimental.network.priorScale=0", "--set", "minibatch=16"],
  ];
  const straight = join(folder, "straight");
  assert.equal((await ashlar(...args(straight))).code, 0);
  /** Kills a run when it has so many lines of metrics. False if it had ended before. */
  const kill = async (out: string, lines: number, ...resume: string[]) => {
    const { child, finished } = startAshlar([...args(out), ...resume]);
    let ended = false;
    const end = finished.then((result) => {
      ended = true;
      return result;
    });
    while (!ended && lineCount(join(out, "metrics.jsonl")) < lines) await sleep(2);
    child.kill("SIGKILL");
    const { code, stderr } = await end;
    assert.ok(code === null || code === 0, stderr);
    return code === null && lineCount(join(out, "metrics.jsonl")) < 40;
  };
  // This process may sleep on a busy machine while the other one runs to its end.
  let killed = "";
  for (let tries = 1; ; tries++) {
    killed = join(folder, `killed-${tries}`);
    if ((await kill(killed, 2)) && (await kill(killed, 12, "--resume"))) break;
    assert.ok(tries < 5, "it ended before it could be killed");
  }
  const last = await ashlar(...args(killed), "--resume");
  assert.equal(last.code, 0, last.stderr);
  const file = (run: string, name: string) => readFileSync(join(run, name), "utf8");
  assert.equal(file(killed, "best.plc"), file(straight, "best.plc"));
  assert.deepEqual(metricsOf(killed), metricsOf(straight));
  const summary = (run: string) => ({ ...JSON.parse(file(run, "summary.json")), seconds: 0, out: "" });
  assert.deepEqual(summary(killed), summary(straight));
});
