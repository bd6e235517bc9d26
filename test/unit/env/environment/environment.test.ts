// The environment's contract: spaces, rewards and ends by hand, and the same as the game it wraps; batches of several.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BASIC_PLANES,
  type CellPlacer,
  DEAD_END_REWARD,
  Environment,
  EnvironmentBatch,
  type EnvironmentOptions,
  Episode,
  InfeasibleActionError,
  Judge,
  Observer,
  PLANES,
  STATE_NUMBERS,
  type StepResult,
} from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { type Block, InputError, NetlistDraft, NodeKind, Random } from "../../../../netlist/index.js";
import { ForceDirectedPlacer } from "../../../../placer/index.js";
import { blockOf, smallBlock } from "../../../support/blocks.js";
import { assertClose } from "../../../support/close.js";

const IDLE: CellPlacer = { name: "idle", placeSoftMacros: () => {}, estimateSoftMacros: () => {} };

function environmentOf(block: Block, options: EnvironmentOptions = {}, cells?: CellPlacer): Environment {
  const judge = new Judge(Kernels.create(), block);
  return new Environment(judge, cells ?? new ForceDirectedPlacer(judge), options);
}

/** Macros on a canvas of 100 x 100 µm with 2 x 2 cells, so that one of 50 x 50 fills a cell. */
function fourCells(...sizes: readonly (readonly [number, number])[]): Block {
  const draft = new NetlistDraft();
  sizes.forEach(([width, height], i) => {
    draft.addNode(NodeKind.HardMacro, `M${i}`, width, height);
  });
  return blockOf(draft, { grid: { columns: 2, rows: 2 } });
}

/** 10 x 1 cells: A, of 30 µm, in the middle leaves 35 µm on either side, too little for B of 40. */
function deadEndBlock(): Block {
  const draft = new NetlistDraft();
  draft.addNode(NodeKind.HardMacro, "A", 30, 90);
  draft.addNode(NodeKind.HardMacro, "B", 40, 50);
  return blockOf(draft, { grid: { columns: 10, rows: 1 } });
}

/** A result as it was, for later: the environment overwrites its arrays. */
function copy({ observation, mask, ...rest }: StepResult) {
  return {
    ...rest,
    mask: mask.slice(),
    planes: observation.planes.slice(),
    state: observation.state.slice(),
  };
}

test("an episode by hand: reset and two steps, with reward -proxy at the end and costs in its info", () => {
  const environment = environmentOf(fourCells([40, 40], [50, 50]), {}, IDLE);
  const start = environment.reset();
  assert.deepEqual(start.info, { step: 0, macroName: "M1", wirelengthDelta: 0 });
  assert.deepEqual([start.reward, start.terminated, start.truncated], [0, false, false]);
  assert.deepEqual([...start.mask], [1, 1, 1, 1]);
  const middle = environment.step(3);
  assert.deepEqual(middle.info, { step: 1, macroName: "M0", wirelengthDelta: 0 });
  assert.deepEqual([...middle.mask], [1, 1, 1, 0]);
  assert.deepEqual([...middle.observation.planes.subarray(0, 4)], [1, 1, 1, 0]);
  assertClose(middle.observation.state.subarray(0, 2), [0.5, 0.75], 1e-6);
  const end = environment.step(0);
  const { costs, ...info } = end.info;
  assert.deepEqual(info, { step: 2, macroName: undefined, wirelengthDelta: 0 });
  assert.deepEqual([end.terminated, end.truncated, end.reward], [true, false, -costs!.proxyCost]);
  // No nets; the densest cell is full: 0.5 · 0.5 · 1. Macros take all tracks of their cells, but there are no routes.
  assertClose([costs!.wirelengthCost, costs!.densityCost], [0, 0.5], 1e-12);
  assert.ok([...end.mask, ...end.observation.planes, ...end.observation.state].every((value) => value === 0));
  assert.throws(() => environment.step(0), InfeasibleActionError);
  assert.deepEqual([...environment.reset().mask], [1, 1, 1, 1]);
});

test("a dead end ends the episode with its reward, without costs", () => {
  for (const [options, reward] of [
    [{}, DEAD_END_REWARD],
    [{ deadEndReward: -3 }, -3],
  ] as const) {
    const end = environmentOf(deadEndBlock(), options, IDLE).step(4);
    assert.deepEqual([end.terminated, end.truncated, end.reward], [true, false, reward]);
    assert.deepEqual(end.info, { step: 1, macroName: undefined, wirelengthDelta: 0 });
  }
});

test("a block without movable macros has ended after reset, with its costs", () => {
  const draft = new NetlistDraft();
  draft.addNode(NodeKind.HardMacro, "A", 30, 30);
  const block = { ...blockOf(draft, {}, { A: [50, 50] }), fixed: Uint8Array.from([1]) };
  const { terminated, reward, info } = environmentOf(block, {}, IDLE).reset();
  assert.ok(terminated && reward < 0 && reward === -info.costs!.proxyCost);
});

test("an infeasible action is refused and leaves the environment as it was", () => {
  const environment = environmentOf(fourCells([50, 50], [50, 50]), {}, IDLE);
  environment.step(2);
  for (const action of [2, -1, 4, 0.5, Number.NaN])
    assert.throws(() => environment.step(action), InfeasibleActionError);
  assert.deepEqual(environment.step(0).info.step, 2);
});

test("spaces describe what comes: shapes, types, names and bounds", () => {
  for (const planes of [BASIC_PLANES, PLANES.length]) {
    const environment = environmentOf(smallBlock(2), { planes });
    const { columns, rows } = environment.episode.judge.block.grid;
    const { actionSpace, observationSpace } = environment;
    assert.deepEqual(actionSpace, { type: "discrete", count: columns * rows });
    assert.deepEqual(observationSpace.planes.shape, [planes, rows, columns]);
    assert.deepEqual(observationSpace.planes.names, PLANES.slice(0, planes));
    assert.deepEqual(observationSpace.mask.shape, [rows, columns]);
    const { observation, mask } = environment.reset();
    const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b);
    assert.equal(observation.planes.length, size(observationSpace.planes.shape));
    assert.equal(observation.state.length, size(observationSpace.state.shape));
    assert.equal(mask.length, actionSpace.count);
    for (const { names, low, high } of [observationSpace.planes, observationSpace.state]) {
      assert.deepEqual([low.length, high.length], [names.length, names.length]);
      assert.ok(low.every((value, i) => value < high[i]!));
    }
  }
  assert.throws(() => environmentOf(smallBlock(2), { planes: 13 }), InputError);
});

test("observations, masks, deltas and costs are those of the game and its observer", () => {
  const block = smallBlock(5, 12);
  const environment = environmentOf(block, { planes: PLANES.length });
  const judge = new Judge(Kernels.create(), block);
  const episode = new Episode(judge, new ForceDirectedPlacer(judge), { tracksCongestion: true });
  const observer = new Observer(episode, PLANES.length);
  const planes = new Float32Array(PLANES.length * episode.mask.length);
  const state = new Float32Array(STATE_NUMBERS);
  let complete = 0;
  for (let seed = 0; seed < 4; seed++) {
    let seen = environment.reset(seed);
    episode.reset();
    while (!seen.terminated) {
      const deltas = observer.observe(planes, state);
      assert.deepEqual(copy(seen), { ...copy(seen), planes, state, mask: episode.mask.slice() });
      const action = environment.sampleAction();
      const delta = deltas.at(action);
      episode.place(action);
      seen = environment.step(action);
      assert.equal(seen.info.wirelengthDelta, delta);
      assert.equal(seen.info.step, episode.step);
    }
    assert.equal(seen.terminated, episode.complete || episode.deadEnd);
    if (!episode.complete) continue;
    complete++;
    assert.deepEqual(seen.info.costs, episode.finish());
    assert.deepEqual(environment.episode.judge.placement.xs.slice(), judge.placement.xs.slice());
  }
  assert.ok(complete > 0);
});

test("a seed gives the same sampled actions again, and none goes on with the stream", () => {
  const environment = environmentOf(smallBlock(3, 6));
  const play = (seed?: number) => {
    const actions: number[] = [];
    for (let seen = environment.reset(seed); !seen.terminated; seen = environment.step(actions.at(-1)!))
      actions.push(environment.sampleAction());
    return actions;
  };
  const first = play(7);
  const second = play();
  assert.notDeepEqual(second, first);
  assert.deepEqual([play(7), play()], [first, second]);
  assert.notDeepEqual(play(8), first);
});

test("a start places its macros before the first observation, in order, and the rest follow", () => {
  const block = fourCells([50, 50], [40, 40], [30, 30]);
  const environment = environmentOf(block, {}, IDLE);
  const seen = environment.reset(undefined, { start: [3, -1, 0] });
  assert.deepEqual([seen.info.step, seen.info.macroName, [...seen.mask]], [2, "M1", [0, 1, 1, 0]]);
  assert.deepEqual([...environment.episode.judge.placement.xs], [75, Number.NaN, 25]);
  assert.throws(() => environment.reset(undefined, { start: [3, 3, -1] }), InfeasibleActionError);
});

test("observations are written where the caller says", () => {
  const block = smallBlock(4, 6);
  const [plain, directed] = [environmentOf(block), environmentOf(block)];
  const { planes, state } = plain.reset().observation;
  const into = { planes: new Float32Array(planes.length), state: new Float32Array(state.length) };
  assert.equal(directed.reset(undefined, { into }).observation, into);
  assert.deepEqual(into, { planes, state });
  const action = plain.episode.mask.indexOf(1);
  const expected = copy(plain.step(action));
  assert.deepEqual(copy(directed.step(action, into)), expected);
  assert.deepEqual([into.planes, into.state], [expected.planes, expected.state]);
});

/** Three environments of a block, batched, and three like them on their own. */
function batchAndSingles(block: Block, autoReset: boolean) {
  const make = () => [0, 1, 2].map(() => environmentOf(block));
  return { batch: new EnvironmentBatch(make(), { autoReset }), singles: make() };
}

/** Entry i of the stacked arrays. */
function entry(step: ReturnType<EnvironmentBatch["reset"]>, i: number) {
  const part = <T extends Float32Array | Uint8Array>(array: T) =>
    array.slice((i * array.length) / 3, ((i + 1) * array.length) / 3) as T;
  return { planes: part(step.planes), state: part(step.states), mask: part(step.masks) };
}

test("a batch without auto-reset: each environment as on its own, and those that ended wait", () => {
  const { batch, singles } = batchAndSingles(smallBlock(6, 7), false);
  let step = batch.reset(5);
  let results = singles.map((single, i) => copy(single.reset(5 + i)));
  const random = Random.stream(2, "actions");
  for (let round = 0; round < 9; round++) {
    for (let i = 0; i < 3; i++) {
      const { planes, state, mask, reward, terminated, info } = results[i]!;
      assert.deepEqual(entry(step, i), { planes, state, mask });
      assert.deepEqual([step.rewards[i], step.terminated[i] === 1], [reward, terminated], `round ${round}`);
      assert.deepEqual(step.infos[i], info);
    }
    const actions = results.map(({ mask, terminated }) => {
      const cells = [...mask.keys()].filter((cell) => mask[cell] === 1);
      return terminated ? -1 : cells[random.below(cells.length)]!;
    });
    step = batch.step(actions);
    results = results.map((result, i) =>
      result.terminated ? { ...result, reward: 0 } : copy(singles[i]!.step(actions[i]!)),
    );
  }
  assert.ok(results.every(({ terminated }) => terminated));
  batch.reset();
  assert.ok(step.terminated.every((ended) => ended === 0));
});

test("a batch with auto-reset: an end comes with its reward and costs, and the view of the next start", () => {
  const { batch, singles } = batchAndSingles(smallBlock(6, 7), true);
  let step = batch.reset();
  const starts = singles.map((single) => copy(single.reset()));
  let ends = 0;
  const random = Random.stream(3, "actions");
  for (let round = 0; round < 20; round++) {
    const actions = [0, 1, 2].map((i) => {
      const { mask } = entry(step, i);
      const cells = [...mask.keys()].filter((cell) => mask[cell] === 1);
      return cells[random.below(cells.length)]!;
    });
    step = batch.step(actions);
    for (let i = 0; i < 3; i++) {
      const result = copy(singles[i]!.step(actions[i]!));
      assert.deepEqual([step.rewards[i], step.terminated[i] === 1], [result.reward, result.terminated]);
      assert.deepEqual(step.infos[i], result.info);
      const { planes, state, mask } = result.terminated ? starts[i]! : result;
      assert.deepEqual(entry(step, i), { planes, state, mask });
      if (!result.terminated) continue;
      ends++;
      singles[i]!.reset();
    }
  }
  assert.ok(ends >= 6);
});

test("environments with other spaces, or none, make no batch", () => {
  const block = smallBlock(2);
  const two = [environmentOf(block), environmentOf(block, { planes: PLANES.length })];
  assert.throws(() => new EnvironmentBatch(two), InputError);
  assert.throws(() => new EnvironmentBatch([]), InputError);
});
