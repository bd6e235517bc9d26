// The state in the page's address.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type PageState, stateOf, stateText } from "../../../viz/page/page-state.js";

const FULL: PageState = {
  placement: "other-1",
  compare: "best",
  time: { source: "episode", at: 7 },
  map: "density",
  range: [0.25, 1.5],
  view: [1.5, -2.25, 3],
  selected: ["a/b[0]", "x & y=z", "ü#1"],
  hidden: ["ports", "grid"],
  locked: ["soft"],
  halo: 2.5,
  open: ["top/core", "top/a b"],
  coloured: true,
  weighing: "attention",
  tab: "training",
  x: "seconds",
  smoothing: 20,
  pinned: ["run 1"],
  left: ["run,2"],
  follow: false,
};

test("a state comes back from its text", () => {
  assert.deepEqual(stateOf(`#${stateText(FULL)}`), FULL);
});

test("what is as on a fresh page is not in the text", () => {
  assert.equal(
    stateText({ map: "none", tab: "cost", x: "iteration", smoothing: 1, selected: [], pinned: [] }),
    "",
  );
  assert.equal(stateText({ hidden: [] }), "hide=");
  assert.deepEqual(stateOf("hide=").hidden, []);
});

test("parts that make no sense are ignored", () => {
  const { selected, pinned, left, open, ...rest } = stateOf(
    "time=best:&range=2,1&view=1,2&map=warmth&hide=all&lock=&x=days&halo=&colour=red",
  );
  assert.deepEqual([selected, pinned, left, open], [[], [], [], []]);
  const defined = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  assert.deepEqual(defined, { hidden: [], locked: [] });
});

test("a selection that is too large for an address is left out", () => {
  const selected = Array.from({ length: 5000 }, (_, i) => `node-${i}`);
  assert.equal(stateText({ selected }), "");
});
