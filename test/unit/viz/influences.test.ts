// The layer of what moved the policy: which nodes count, and when the page asks.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Influences,
  type Packed,
  pack,
  packInfluences,
  unpack,
  unpackInfluences,
} from "../../../viz/index.js";
import { percent } from "../../../viz/page/influence-panel.js";
import { InfluenceLoader, InfluenceState, strongest } from "../../../viz/page/influences.js";
import { LayerState } from "../../../viz/page/layers.js";

/** Four nodes of a graph: the macro, another macro, two ports in a cluster, a soft macro that was not tried. */
const found: Influences = {
  step: 2,
  macro: 4,
  cell: 9,
  logProbability: Math.log(0.5),
  starts: Int32Array.of(0, 1, 2, 4, 5),
  members: Int32Array.of(4, 5, 0, 1, 7),
  xs: Float64Array.of(Number.NaN, 10, 0, 30),
  ys: Float64Array.of(Number.NaN, 20, 5, 40),
  changes: Float64Array.of(Number.NaN, 0.5, -2, Number.NaN),
  weights: Float64Array.of(0, 1, 0, 3),
  attention: Float64Array.of(0.6, 0, 0.1, 0.3),
};

test("nodes count by how much the decision changes without them, whichever way, or by attention", () => {
  const byChange = strongest(found, "change");
  assert.deepEqual(
    byChange.map(({ nodes, share, change, speaks }) => [[...nodes], share, change, speaks]),
    [
      [[0, 1], 1, -2, "against"],
      [[5], 0.25, 0.5, "for"],
    ],
  );
  const byAttention = strongest(found, "attention");
  assert.deepEqual(
    byAttention.map(({ nodes, attention, speaks }) => [nodes[0], attention, speaks]),
    [
      [4, 0.6, "neither"],
      [7, 0.3, "neither"],
      [0, 0.1, "against"],
    ],
  );
  assert.deepEqual([byAttention[1]!.x, byAttention[1]!.y], [30, 40]);
  // A network without attention has no other order.
  assert.equal(strongest({ ...found, attention: new Float64Array(0) }, "attention").length, 2);
});

test("an answer travels whole", () => {
  assert.deepEqual(unpackInfluences(unpack(pack(packInfluences(found)))), found);
});

test("the page asks while the layer is shown, one step at a time and the newest next", async () => {
  const asked: number[] = [];
  const answers: { resolve(message: Packed): void; reject(error: Error): void }[] = [];
  const state = new InfluenceState();
  const layers = new LayerState(false);
  const loader = new InfluenceLoader(state, layers, {
    influences: (step) => {
      asked.push(step);
      return new Promise((resolve, reject) => answers.push({ resolve, reject }));
    },
  });
  const answer = async (step: number) => {
    answers.at(-1)!.resolve(packInfluences({ ...found, step }));
    for (let i = 0; i < 5; i++) await Promise.resolve();
  };
  assert.match(state.reason ?? "", /needs a run of method policy/);
  state.hasPolicy = true;
  assert.match(state.reason ?? "", /needs a step/);
  state.show({ step: 0, checkpoint: 1 });
  assert.deepEqual([asked, loader.idle], [[], true], "the layer is hidden at first");
  layers.show("influences", true);
  for (const step of [1, 2, 3]) state.show({ step, checkpoint: 1 });
  assert.deepEqual([asked, loader.idle], [[0], false]);
  await answer(0);
  assert.equal(state.influences, undefined, "of a step that is shown no more");
  assert.deepEqual(asked, [0, 3]);
  await answer(3);
  assert.equal((state as InfluenceState).influences?.step, 3);
  assert.deepEqual([asked.length, loader.idle, state.reason], [2, true, undefined]);
  state.show({ step: 4, checkpoint: 1 });
  answers.at(-1)!.reject(new Error("the server is gone"));
  for (let i = 0; i < 5; i++) await Promise.resolve();
  assert.deepEqual([state.reason, state.influences, loader.idle], ["the server is gone", undefined, true]);
  state.show(undefined);
  assert.match(state.reason ?? "", /needs a step/);
  assert.equal(asked.length, 3);
});

test("probabilities have two digits, and more near certainty", () => {
  assert.deepEqual([0.5, 0.0123, 0.9987, 1, 0.000456, 0].map(percent), [
    "50 %",
    "1.2 %",
    "99.87 %",
    "100 %",
    "0.046 %",
    "0 %",
  ]);
});
