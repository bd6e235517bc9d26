// Cells from any state that was kept, through the text of a checkpoint: the bytes of a placement in one go.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkRows } from "../../../../placer/cells/check-rows.js";
import { type FlatCellsState, placeFlatCells } from "../../../../placer/cells/flat-cells.js";
import { globalProgress, globalSteps } from "../../../../placer/cells/global-placement.js";
import { placeInRows, type RowState, rowSteps } from "../../../../placer/cells/place-rows.js";
import { reviveArrays, storeArrays } from "../../../../placer/cells/stored-arrays.js";
import { flatBlock } from "../../../support/flat-block.js";

const block = flatBlock({ cells: 250, macros: [[10, 10]] });
const throughText = <State>(state: State) =>
  reviveArrays(JSON.parse(JSON.stringify(storeArrays(state)))) as State;

/** The result of steps, and states after some of them. */
function driven<State, Result>(
  steps: Generator<{ save(): State }, Result, boolean | undefined>,
  kept: readonly number[],
): { result: Result; states: State[]; count: number } {
  const states: State[] = [];
  for (let count = 0; ; count++) {
    const next = steps.next();
    if (next.done) return { result: next.value, states, count };
    if (kept.includes(count)) states.push(throughText(next.value.save()));
  }
}

test("global placement goes on from its first, a middle and its last state", () => {
  const { result, count } = driven(globalSteps(block, block.initial), []);
  const { states } = driven(globalSteps(block, block.initial), [0, 100, count - 1]);
  assert.equal(states.length, 3);
  for (const from of states)
    assert.deepEqual(driven(globalSteps(block, block.initial, { from }), []).result, result);
  assert.equal(driven(globalSteps(block, block.initial, { from: states[2]! }), []).count, 0);
});

test("detailed placement goes on from every pass", () => {
  const { placement } = driven(globalSteps(block, block.initial), []).result;
  const all = Array.from({ length: 12 }, (_, pass) => pass);
  const { result, states } = driven(rowSteps(block, placement), all);
  assert.ok(states.length >= 3, `${states.length} passes`);
  assert.deepEqual(result, placeInRows(block, placement));
  for (const from of states as RowState[])
    assert.deepEqual(driven(rowSteps(block, placement, { from }), []).result, result);
});

test("a placement that is stopped is legal; from what it kept the rest is as in one go", async () => {
  const options = { density: 1, passes: 8, onProgress: () => {} };
  const whole = await placeFlatCells(block, block.initial, options);
  assert.deepEqual(checkRows(block, whole.placement), { overlaps: 0, offRows: 0, outsideRegions: 0 });
  const stop = new AbortController();
  let kept: FlatCellsState | undefined;
  const stopped = await placeFlatCells(block, block.initial, {
    ...options,
    signal: stop.signal,
    onIteration: (step) => {
      if (step.iteration !== 60) return;
      kept = { stage: "global", global: throughText(step.save()) };
      stop.abort();
    },
  });
  assert.equal(stopped.iterations, 61);
  assert.equal(stopped.wirelength, stopped.legalWirelength, "no pass of detailed placement");
  assert.deepEqual(checkRows(block, stopped.placement), { overlaps: 0, offRows: 0, outsideRegions: 0 });
  assert.deepEqual(await placeFlatCells(block, block.initial, { ...options, from: kept }), whole);
  const states: FlatCellsState[] = [];
  await placeFlatCells(block, block.initial, {
    ...options,
    keep: async (state) => void states.push(throughText(state)),
  });
  const last = states.at(-1)!;
  assert.equal(last.stage, "rows");
  assert.deepEqual(await placeFlatCells(block, block.initial, { ...options, from: last }), whole);
});

test("numbers of every kind come back", () => {
  const value = {
    arrays: [
      Float64Array.of(0.1, Number.NaN, -0),
      Float32Array.of(1e-40),
      Int32Array.of(-7),
      Uint8Array.of(255),
    ],
    ends: { most: Number.POSITIVE_INFINITY, none: Number.NaN },
    text: "x",
    nothing: null,
  };
  assert.deepEqual(throughText(value), value);
});

test("time left is told once the overflow falls steadily", () => {
  const line = globalProgress();
  const texts = Array.from({ length: 60 }, (_, iteration) =>
    line({ iteration, wirelength: 1000, overflow: 0.8 - 0.01 * iteration }, iteration),
  );
  assert.doesNotMatch(texts[10]!, /left/);
  assert.match(texts[50]!, /^iteration 50 {2}50 s, 20 s left {2}wirelength 1,000 µm {2}overflow 0\.300$/);
});
