import assert from "node:assert/strict";
import { test } from "node:test";
import { linearAxis, logAxis, tickTexts } from "../../../viz/axis.js";
import { renderCurvesSvg } from "../../../viz/curve-chart.js";
import { elementsOf, readXml, textsOf } from "./tiny-scene.js";

const CURVE = {
  label: "a <b> & c",
  xs: [1, 10, 100],
  ys: [3, 2, 1],
  lows: [2.5, 1.5, 0.5],
  highs: [3.5, 2.5, 1.5],
};

/** The points of a path in pixels. */
function points(path: string): number[][] {
  return path
    .slice(1)
    .split("L")
    .map((point) => point.split(" ").map(Number));
}

test("a chart has its line, band, legend and labels, and is well-formed", () => {
  const svg = renderCurvesSvg([CURVE], { title: "T", xLabel: "episodes", yLabel: "cost" });
  const root = readXml(svg);
  for (const text of ["T", "episodes", "cost", CURVE.label]) assert.ok(textsOf(root).includes(text), text);
  assert.equal(elementsOf(root, "path", "line-0").length, 2);
  assert.equal(elementsOf(root, "path", "band-0").length, 1);
  assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
  assert.equal(svg, renderCurvesSvg([CURVE], { title: "T", xLabel: "episodes", yLabel: "cost" }));
});

test("a logarithmic axis puts decades at equal distances and leaves out what is not above 0", () => {
  const line = (logX: boolean, xs: number[]) => {
    const svg = renderCurvesSvg([{ label: "c", xs, ys: [3, 2, 1] }], { logX });
    return points(elementsOf(readXml(svg), "path", "line-0")[1]!.attributes.get("d")!);
  };
  const [a, b, c] = line(true, [1, 10, 100]);
  assert.ok(Math.abs(b![0]! - a![0]! - (c![0]! - b![0]!)) < 0.05);
  assert.ok(a![1]! < b![1]! && b![1]! < c![1]!, "smaller values are lower");
  assert.equal(line(true, [0, 10, 100]).length, 2);
});

test("values that are not numbers leave a gap", () => {
  const svg = renderCurvesSvg([{ label: "c", xs: [1, 2, 3, 4], ys: [1, 2, Number.NaN, 3] }]);
  const path = elementsOf(readXml(svg), "path", "line-0")[1]!.attributes.get("d")!;
  assert.match(path, /^M\S+ \S+L\S+ \S+M\S+ \S+h\.?0?\.01$/);
});

test("dots are drawn by themselves, a line joins its points", () => {
  const curve = { label: "points", xs: [1, 2, 3], ys: [3, 1, 2] };
  const path = (dots: boolean) =>
    /class="line-0"[^>]* d="(M[^"]*)"[^>]*><title>/.exec(renderCurvesSvg([{ ...curve, dots }]))![1]!;
  assert.equal(path(true).match(/M[^Mh]*h/g)?.length, 3);
  assert.equal(path(false).match(/M/g)?.length, 1);
  assert.equal(path(false).match(/L/g)?.length, 2);
});

test("no series, an empty one, one point and equal values can be drawn", () => {
  const one = { label: "one", xs: [5], ys: [7] };
  for (const series of [
    [],
    [{ label: "e", xs: [], ys: [] }],
    [one],
    [{ label: "z", xs: [0, 0], ys: [0, 0] }],
    [{ label: "last bits", xs: [1, 2], ys: [0.94314457814736, 0.9431445781473604] }],
  ])
    for (const logX of [false, true]) {
      const svg = renderCurvesSvg(series, { logX });
      assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
      readXml(svg);
    }
  assert.ok(textsOf(readXml(renderCurvesSvg([]))).includes("no data"));
});

test("more lines than colours are told apart by dashes, and the legend stays inside", () => {
  const series = Array.from({ length: 14 }, (_, index) => ({
    ...CURVE,
    label: `a method with a long name ${index}`,
  }));
  const root = readXml(renderCurvesSvg(series, { width: 500 }));
  const styles = elementsOf(root, "path")
    .filter(({ attributes }) => attributes.get("class")?.startsWith("line-"))
    .map(({ attributes }) => `${attributes.get("class")} ${attributes.get("stroke-dasharray")}`);
  assert.equal(new Set(styles).size, 14);
});

test("ticks are round values with equal decimals", () => {
  assert.deepEqual(tickTexts(linearAxis([0.83, 1.37], 4).ticks), ["0.8", "1.0", "1.2", "1.4"]);
  assert.deepEqual(linearAxis([0, 0.3], 3).ticks, [0, 0.1, 0.2, 0.3]);
  assert.deepEqual(logAxis([16, 900], 8).ticks, [20, 50, 100, 200, 500]);
  assert.deepEqual(logAxis([1, 1e6], 7).ticks, [1, 10, 100, 1000, 1e4, 1e5, 1e6]);
  assert.deepEqual(tickTexts([0, 10000, 20000]), ["0", "10k", "20k"]);
});
