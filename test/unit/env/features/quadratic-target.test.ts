// The quadratic target: the ranks of the macros where the quadratic wirelength is least.
import assert from "node:assert/strict";
import { test } from "node:test";
import { quadraticTarget } from "../../../../env/features/quadratic-target.js";
import { compileNets } from "../../../../env/index.js";
import { type Block, NetlistDraft, NodeKind } from "../../../../netlist/index.js";
import { blockOf, smallBlock } from "../../../support/blocks.js";
import { assertClose } from "../../../support/close.js";

const targetOf = (block: Block) => quadraticTarget(block, compileNets(block));

/** A chain between ports at the left and right edge: port - A - soft - B - C - port, on one height. */
function chain(names: readonly string[]): Block {
  const draft = new NetlistDraft();
  const nodes = names.map((name) =>
    name === "soft"
      ? draft.addNode(NodeKind.SoftMacro, name, 10, 10)
      : draft.addNode(NodeKind.HardMacro, name, name === "C" ? 20 : 10, 10),
  );
  draft.addNet(draft.addPort("left", 0, 50), [draft.addPin(nodes[0]!, "in")]);
  for (let i = 1; i < nodes.length; i++)
    draft.addNet(draft.addPin(nodes[i - 1]!, `${i}/out`), [draft.addPin(nodes[i]!, `${i}/in`)]);
  draft.addNet(draft.addPin(nodes.at(-1)!, "out"), [draft.addPort("right", 100, 50)]);
  return blockOf(draft);
}

test("the targets of a chain are in its order, spaced by area, also through a soft macro", () => {
  const block = chain(["A", "soft", "B", "C"]);
  const { xs, ys } = targetOf(block);
  const at = (name: string) => xs[block.nodeNames.indexOf(name)]!;
  // Areas 100, 100 and 200 of 400: A takes 0 to 1/4 of the width, B 1/4 to 1/2, C 1/2 to 1.
  assertClose([at("A"), at("B"), at("C")], [1 / 8, 3 / 8, 3 / 4], 1e-12);
  assert.ok(Number.isNaN(at("soft")));
  assert.ok(ys.every(Number.isNaN), "nothing pulls apart in y");
});

test("fixed macros pull as ports do, and have no target", () => {
  const draft = new NetlistDraft();
  const [fixed, a, b] = ["F", "A", "B"].map((name) => draft.addNode(NodeKind.HardMacro, name, 10, 10));
  draft.addNet(draft.addPin(fixed!, "F/p"), [draft.addPin(a!, "A/p")]);
  draft.addNet(draft.addPort("o", 100, 100), [draft.addPin(b!, "B/p")]);
  const plain = blockOf(draft, {}, { F: [90, 0] });
  const block = { ...plain, fixed: plain.fixed.map((value, node) => (node === fixed ? 1 : value)) };
  const { xs, ys } = targetOf(block);
  assert.ok(Number.isNaN(xs[fixed!]!));
  assertClose([xs[a!]!, xs[b!]!, ys[a!]!, ys[b!]!], [0.25, 0.75, 0.25, 0.75], 1e-12);
});

test("without wires there is no target; with them targets lie in the canvas and repeat", () => {
  const draft = new NetlistDraft();
  for (const name of ["A", "B"]) draft.addNode(NodeKind.HardMacro, name, 10, 10);
  assert.ok(targetOf(blockOf(draft)).xs.every(Number.isNaN));
  for (const seed of [1, 2, 3]) {
    const block = smallBlock(seed, 20);
    const { xs, ys } = targetOf(block);
    for (const places of [xs, ys]) {
      const known = [...places].filter((at) => !Number.isNaN(at));
      assert.equal(known.length, 20);
      assert.ok(known.every((at) => at > 0 && at < 1));
    }
    assert.deepEqual(targetOf(block), { xs, ys });
  }
});
