// Counterfactual advantages by hand, where every alternative is known, and against full evaluations.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CounterfactualEvaluator,
  Judge,
  type JudgeOptions,
  macrosByArea,
  putOnCell,
} from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { type Block, copyPlacement, NetlistDraft, NodeKind, Random } from "../../../../netlist/index.js";
import { blockOf } from "../../../support/blocks.js";
import { assertClose } from "../../../support/close.js";

const WIRES_ONLY = { weights: { wirelength: 1, density: 0, congestion: 0 } };

/** A and B of one size; A is wired to a port at the lower left, B to one at the lower right. 2 x 1 cells. */
function twoOnTwoCells(): Block {
  const draft = new NetlistDraft();
  const [a, b] = ["A", "B"].map((name) => draft.addNode(NodeKind.HardMacro, name, 40, 40));
  draft.addNet(draft.addPort("left", 0, 50), [draft.addPin(a!, "A/p")]);
  draft.addNet(draft.addPort("right", 100, 50), [draft.addPin(b!, "B/p")]);
  return blockOf(draft, { grid: { columns: 2, rows: 1 } });
}

/** A judge whose own placement is the block's, with the ports in place. */
function judgeOf(block: Block, options: JudgeOptions = WIRES_ONLY): Judge {
  const judge = new Judge(Kernels.create(), block, options);
  judge.evaluate(block.initial);
  return judge;
}

function evaluate(judge: Judge, samples: number): Float32Array {
  const macros = macrosByArea(judge.block);
  const out = new Float32Array(macros.length).fill(9);
  new CounterfactualEvaluator(judge).evaluate(macros, { samples, random: Random.stream(1, "draws") }, out);
  return out;
}

test("with all cells taken, exchanging the two macros is the only alternative", () => {
  const judge = judgeOf(twoOnTwoCells());
  putOnCell(judge, 0, 0);
  putOnCell(judge, 1, 1);
  const before = copyPlacement(judge.placement);
  // Each wire is 25 µm long, exchanged 75: 100 µm more of a half perimeter of 200 and 2 nets. Half of the exchanges
  // are with itself and left out.
  assertClose(evaluate(judge, 16), [100 / 400, 100 / 400], 1e-6);
  assert.deepEqual(copyPlacement(judge.placement), before);
  // The worse way round the same exchange is a gain.
  putOnCell(judge, 0, 1);
  putOnCell(judge, 1, 0);
  assertClose(evaluate(judge, 16), [-100 / 400, -100 / 400], 1e-6);
});

test("a macro without peers and free cells has no alternative: 0", () => {
  const draft = new NetlistDraft();
  draft.addNode(NodeKind.HardMacro, "A", 90, 90);
  const block = blockOf(draft, { grid: { columns: 1, rows: 1 } });
  const judge = judgeOf(block, {});
  putOnCell(judge, 0, 0);
  assert.deepEqual([...evaluate(judge, 8)], [0]);
});

test("without peers, alternatives are the free cells, all with the same probability", () => {
  // A port at (0, 5) and A on cell 0 of 10 x 1: on cell c the wire is 10 c longer, on average over 1 to 9 50 µm.
  const draft = new NetlistDraft();
  const a = draft.addNode(NodeKind.HardMacro, "A", 10, 10);
  draft.addNet(draft.addPort("o", 0, 50), [draft.addPin(a, "A/p")]);
  const judge = judgeOf(blockOf(draft, { grid: { columns: 10, rows: 1 } }));
  putOnCell(judge, a, 0);
  // The deviation of one draw is 26 µm, of the mean of 900 0.9.
  const [found] = evaluate(judge, 900);
  assert.ok(Math.abs(found! * 200 - 50) < 3, `${found! * 200} µm`);
});
