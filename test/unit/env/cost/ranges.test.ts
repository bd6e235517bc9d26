// What the judge cannot count is refused where it is made, and where a placement comes in, whoever asks.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Judge } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import {
  type Block,
  copyPlacement,
  isInputError,
  NetlistDraft,
  NodeKind,
} from "../../../../netlist/index.js";
import { blockOf } from "../../../support/blocks.js";

/** Two macros of 10 x 10 µm, a port that drives both, on a canvas of 100 x 100 µm. */
function tinyBlock(): Block {
  const draft = new NetlistDraft();
  const port = draft.addPort("p", 0, 0);
  const pins = ["A", "B"].map((name) => draft.addPin(draft.addNode(NodeKind.HardMacro, name, 10, 10), "a"));
  draft.addNet(port, pins);
  return blockOf(draft, {}, { A: [20, 20], B: [70, 70] });
}

const judge = (block: Block) => new Judge(Kernels.create(), block);
const refused = (block: Block, message: RegExp) =>
  assert.throws(
    () => judge(block),
    (error) => isInputError(error) && message.test(error.message),
    `${message}`,
  );

/** A copy of an array with one value changed. */
function changed(values: Float64Array, index: number, value: number): Float64Array {
  const copy = values.slice();
  copy[index] = value;
  return copy;
}

const BAD = [Number.NaN, Number.POSITIVE_INFINITY, -1, 1.8e19, 1e308];

test("sides, weights, offsets and the frame are refused out of range, one by one", () => {
  const block = tinyBlock();
  judge(block);
  for (const bad of BAD) {
    refused({ ...block, widths: changed(block.widths, 1, bad) }, /a side of '[AB]' is/);
    refused({ ...block, heights: changed(block.heights, 2, bad) }, /a side of '[AB]' is/);
    refused({ ...block, netWeights: changed(block.netWeights, 0, bad) }, /a net's weight is|may take/);
    refused({ ...block, canvas: { width: bad, height: 100 } }, /canvas's side is/);
    refused({ ...block, canvas: { width: 100, height: bad } }, /canvas's side is/);
    refused({ ...block, grid: { columns: bad, rows: 10 } }, /grid's columns or rows is/);
    refused({ ...block, smoothing: bad }, /the smoothing is/);
    refused({ ...block, routing: { ...block.routing, vertical: bad } }, /tracks|may take/);
    refused({ ...block, routing: { ...block.routing, horizontalUsedByMacros: bad } }, /tracks|may take/);
  }
  for (const bad of [Number.NaN, Number.NEGATIVE_INFINITY, 1e10, -1.8e19]) {
    refused({ ...block, pinXOffsets: changed(block.pinXOffsets, 1, bad) }, /a pin's offset on '[AB]' is/);
    refused({ ...block, pinYOffsets: changed(block.pinYOffsets, 2, bad) }, /a pin's offset on '[AB]' is/);
  }
  const blockage = { left: 0, bottom: 0, right: Number.POSITIVE_INFINITY, top: 5, rate: 1 };
  refused({ ...block, blockages: [blockage] }, /a side of a blockage or fence is Infinity/);
  refused({ ...block, grid: { columns: 2.5, rows: 10 } }, /columns or rows is 2.5/);
  refused({ ...block, routing: { ...block.routing, horizontal: 0 } }, /tracks per µm is 0/);
});

test("nodes that would overflow the density are refused, the same area on a larger canvas is not", () => {
  const block = tinyBlock();
  const nodeCount = 12_000;
  const many: Block = {
    ...block,
    nodeCount,
    kinds: new Uint8Array(nodeCount).fill(NodeKind.SoftMacro),
    widths: new Float64Array(nodeCount).fill(100),
    heights: new Float64Array(nodeCount).fill(100),
    fixed: new Uint8Array(nodeCount),
    nodeNames: Array.from({ length: nodeCount }, (_, i) => `soft${i}`),
    pinCount: 0,
    netCount: 0,
    netStarts: new Int32Array(1),
    netWeights: new Float64Array(0),
    initial: {
      xs: new Float64Array(nodeCount).fill(50),
      ys: new Float64Array(nodeCount).fill(50),
      orientations: new Uint8Array(nodeCount),
    },
  };
  // Each covers the whole canvas of 10 x 10 cells: 1.2e6 cells, 2^20 are the most.
  refused(many, /the nodes cover 1\.2e\+6 cells/);
  judge({ ...many, canvas: { width: 200, height: 200 } });
});

test("a placement beyond what can be counted is refused when it comes in", () => {
  const block = tinyBlock();
  const scorer = judge(block);
  for (const far of [4_294_967_296, -1e308, Number.POSITIVE_INFINITY, 601]) {
    const placement = copyPlacement(block.initial);
    placement.xs[1] = far;
    assert.throws(
      () => scorer.evaluate(placement),
      (error) => isInputError(error) && /is at \(.*far from the canvas of 100 x 100/.test(error.message),
    );
  }
  // Three half-perimeters of the canvas are 600 µm: the net from (0, 0) is 600 + 70 µm long.
  const placement = copyPlacement(block.initial);
  placement.xs[1] = 600;
  placement.ys[1] = 70;
  assert.equal(scorer.evaluate(placement).wirelength, 670);
});

test("a pin as far out as is allowed, on a node as far out as is allowed, is counted exactly", () => {
  const block = tinyBlock();
  const wide = { ...block, pinXOffsets: changed(block.pinXOffsets, 1, 200) };
  const placement = copyPlacement(block.initial);
  placement.xs[1] = 600;
  placement.ys[1] = 70;
  assert.equal(judge(wide).evaluate(placement).wirelength, 870);
});

test("a net of a million sinks is compiled and judged", () => {
  const sinks = 1_000_000;
  const draft = new NetlistDraft();
  const port = draft.addPort("p", 0, 0);
  const pins: number[] = [];
  // All sinks on one soft macro at different offsets: as many points as sinks.
  const soft = draft.addNode(NodeKind.SoftMacro, "s", 10, 10);
  for (let i = 0; i < sinks; i++) pins.push(draft.addPin(soft, `a${i}`, i * 1e-6));
  draft.addNet(port, pins);
  const block = blockOf(draft, {}, { s: [50, 50] });
  const costs = judge(block).evaluate(block.initial);
  assert.ok(Math.abs(costs.wirelength - (50 + (sinks - 1) * 1e-6 + 50)) < 1e-6, `${costs.wirelength}`);
});
