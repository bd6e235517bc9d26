// Data flow between macros, by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { dataFlowOf, MOST_DATA_PINS } from "../../../../env/index.js";
import { NetlistDraft, NodeKind } from "../../../../netlist/index.js";
import { blockOf } from "../../../support/blocks.js";

/** Macros a (10, 10), b (40, 10) and c (10, 90); cells g, r, s and t without places. */
function draftOf(nets: readonly (readonly string[])[]) {
  const draft = new NetlistDraft();
  const nodes = new Map<string, number>();
  const places: Record<string, readonly [number, number]> = { a: [10, 10], b: [40, 10], c: [10, 90] };
  for (const name of ["a", "b", "c"]) nodes.set(name, draft.addNode(NodeKind.HardMacro, name, 5, 5));
  for (const name of ["g", "r", "s", "t"]) nodes.set(name, draft.addNode(NodeKind.StandardCell, name, 1, 1));
  let pins = 0;
  for (const [driver, ...sinks] of nets) {
    const pin = (name: string) => draft.addPin(nodes.get(name)!, `${name}/p${pins++}`, 0, 0);
    draft.addNet(
      pin(driver!),
      sinks.map((name) => pin(name)),
    );
  }
  const block = blockOf(draft, {}, places);
  const registers = Uint8Array.from(block.nodeNames, (name) => (["r", "s", "t"].includes(name) ? 1 : 0));
  return { block, registers };
}

test("through a gate there is no hop, through registers there is one each, and the shortest way counts", () => {
  // a -> g -> b without a register, also by r; b -> r -> s -> c with two.
  const { block, registers } = draftOf([
    ["a", "g", "r"],
    ["g", "b"],
    ["r", "b", "s"],
    ["b", "r"],
    ["s", "c"],
  ]);
  // a to b: w 1, 30 µm. a to c by r and s: w 1/4, 80 µm. b to c by r and s: w 1/4, 30 + 80 µm.
  const flow = dataFlowOf(block, block.initial, registers)!;
  assert.deepEqual([flow.registers, flow.pairs, flow.weight], [3, 3, 1.5]);
  assert.ok(Math.abs(flow.distance - (30 + 80 / 4 + 110 / 4) / 1.5) < 1e-9);
});

test("no figure where no data flows, and none through nets of too many pins", () => {
  const none = draftOf([["a", "g"]]);
  assert.equal(dataFlowOf(none.block, none.block.initial, none.registers), undefined);
  const many = draftOf([["a", ...Array.from({ length: MOST_DATA_PINS - 1 }, () => "g"), "b"]]);
  assert.equal(dataFlowOf(many.block, many.block.initial, many.registers), undefined);
  const fewer = draftOf([["a", ...Array.from({ length: MOST_DATA_PINS - 2 }, () => "g"), "b"]]);
  assert.equal(dataFlowOf(fewer.block, fewer.block.initial, fewer.registers)!.pairs, 1);
});
