// The charts' lines: axes, bands over seeds, smoothing; and ticks that can be told from one another.
import assert from "node:assert/strict";
import { test } from "node:test";
import { learningCurve } from "../../../flow/report.js";
import { Random } from "../../../netlist/index.js";
import { countAxis, linearAxis, logAxis, tickTexts } from "../../../viz/axis.js";
import type { RunMetrics } from "../../../viz/index.js";
import {
  axesOf,
  bandOf,
  type CurveChoice,
  columnsOf,
  curvesOf,
  iterationAt,
  placeOnAxis,
  smoothed,
} from "../../../viz/page/curves.js";
import { spreadOf, spreadTexts } from "../../../viz/page/results-table.js";

const CHOICE: CurveChoice = { x: "iteration", smoothing: 1, pinned: new Set(), hidden: new Set() };
const linesOf = (metrics: readonly RunMetrics[], more: Partial<CurveChoice> = {}) =>
  curvesOf("cost", { metrics, trace: undefined }, { ...CHOICE, ...more });

function run(label: string, best: readonly number[], more: Partial<RunMetrics> = {}): RunMetrics {
  const lines = best.map((value, i) => ({
    iteration: i + 1,
    seconds: 10 * (i + 1),
    "cost/best": value,
    "cost/proxy": value + 1,
  }));
  return { label, lines, ...more };
}

test("a run of one iteration has a curve", () => {
  const [best] = linesOf([run("one", [0.8])]);
  assert.deepEqual([best?.xs, best?.ys], [[1], [0.8]]);
});

test("seeds of one configuration are a band with a median, a pinned run keeps its own line", () => {
  const configuration = "anneal";
  const seeds = [
    run("s1", [5, 3, 1], { configuration }),
    run("s2", [6, 2], { configuration }),
    run("s3", [9, 9, 9], { configuration }),
    run("other", [4], { configuration: "greedy" }),
  ];
  const [band, other] = linesOf(seeds);
  assert.equal(band?.label, "anneal: median of 3");
  // s2 has ended after two iterations and keeps its last value.
  assert.deepEqual(
    [band?.ys, band?.lows, band?.highs],
    [
      [6, 3, 2],
      [5, 2, 1],
      [9, 9, 9],
    ],
  );
  assert.deepEqual(
    band?.members?.map(({ label }) => label),
    ["s1", "s2", "s3"],
  );
  assert.equal(other?.label, "other: best");
  const pinned = linesOf(seeds, { pinned: new Set(["s3"]) });
  assert.deepEqual(
    pinned.map(({ label }) => label),
    ["anneal: median of 2", "s3: best", "other: best"],
  );
  const hidden = linesOf(seeds, { hidden: new Set(["s1", "s2", "other"]) });
  assert.deepEqual(
    hidden.map(({ label }) => label),
    ["best so far", "mean of the iteration"],
  );
});

test("smoothing is the mean of the last points, with the least and the greatest of them", () => {
  assert.deepEqual(smoothed([4, 2, 6, 0], 2), { ys: [4, 3, 4, 3], lows: [4, 2, 2, 0], highs: [4, 4, 6, 6] });
  const [best, mean] = linesOf([run("one", [1, 3])], { smoothing: 5 });
  // The best so far is shown as it is.
  assert.deepEqual(
    [best?.ys, mean?.ys, mean?.highs],
    [
      [1, 3],
      [2, 3],
      [2, 4],
    ],
  );
});

test("the columns of a chart hold each line at its places, and the limits of bands after it", () => {
  const line = (label: string, xs: number[], ys: number[]) => ({ label, colour: 0, xs, ys });
  const band = bandOf([line("a", [1, 2], [3, 1]), line("b", [1, 3], [5, 2])], "band");
  assert.deepEqual(columnsOf([band, line("c", [2, 4], [7, 8])]), [
    [1, 2, 3, 4],
    [4, 3, 1.5, null],
    [5, 5, 2, null],
    [3, 1, 1, null],
    [null, 7, null, 8],
  ]);
});

test("the x axis is offered by what all runs count, and iterations are found on it", () => {
  const one = run("one", [3, 2, 1]);
  assert.deepEqual(axesOf([one]), ["iteration", "seconds"]);
  assert.deepEqual(axesOf([one, { label: "live", lines: [] }]), []);
  assert.equal(placeOnAxis(one, 2, "seconds"), 20);
  assert.equal(iterationAt(one, 29, "seconds"), 2);
});

test("results have a median and a spread", () => {
  const result = (proxy: number) => ({
    ...{ proxy, wirelength: 0, density: 0, congestion: 0, seconds: 1, legal: true },
  });
  assert.deepEqual(spreadOf([4, 1, 3, 2].map(result), "proxy"), { median: 2.5, low: 1, high: 4 });
  assert.equal(spreadOf([], "proxy"), undefined);
  // As many decimals as tell the values apart.
  assert.deepEqual(spreadTexts({ low: 0.5, median: 0.5, high: 0.5 }, "proxy"), [
    "0.5000",
    "0.5000",
    "0.5000",
  ]);
  assert.deepEqual(spreadTexts({ low: 0.7, median: 0.700001, high: 0.700003 }, "density"), [
    "0.700000",
    "0.700001",
    "0.700003",
  ]);
});

test("a report's curve counts episodes where the method plays them, and iterations elsewhere", () => {
  const line = { iteration: 1, "cost/proxy": 2, "cost/best": 1 };
  assert.equal(learningCurve([line]).curveX, "iteration");
  const played = learningCurve([{ ...line, episodes: 8 }]);
  assert.equal(played.curveX, "episodes");
  assert.deepEqual(played.curve[0]?.xs, [8]);
});

test("different ticks have different texts, without digits that say nothing", () => {
  const random = Random.stream(1, "ticks");
  for (let i = 0; i < 3000; i++) {
    const low = random.uniform() * 10 ** (9 * random.uniform() - 3);
    const values = [low, low * (1 + 10 ** (-4 * random.uniform()))];
    for (const axis of [linearAxis, countAxis, logAxis]) {
      const { ticks } = axis(values, 6);
      const texts = tickTexts(ticks);
      assert.ok(ticks.length > 0, `${axis.name} of ${values}`);
      assert.equal(new Set(texts).size, ticks.length, `${axis.name} of ${values}: ${texts}`);
      assert.ok(
        texts.every((text) => text.length <= 11),
        `${axis.name} of ${values}: ${texts}`,
      );
    }
  }
});
