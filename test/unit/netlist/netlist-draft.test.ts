import assert from "node:assert/strict";
import { test } from "node:test";
import { NodeKind } from "../../../netlist/block.js";
import { NetlistDraft } from "../../../netlist/netlist-draft.js";

test("pins are numbered behind their macro, nets by their driver, whatever the order of building", () => {
  const draft = new NetlistDraft();
  const port = draft.addPort("p", 1, 2);
  const a = draft.addNode(NodeKind.HardMacro, "A", 3, 4);
  const b = draft.addNode(NodeKind.SoftMacro, "Grp_0", 5, 6);
  const bIn = draft.addPin(b, "Grp_0/Pinput");
  const bOut = draft.addPin(b, "Grp_0/Poutput_single_0");
  const aIn = draft.addPin(a, "A/i", 1, -1); // comes before the pins of b in the file
  draft.addNet(bOut, [aIn], 7);
  draft.addNet(port, [bIn, aIn]);
  const { netlist, places } = draft.finish("draft");
  // File: p 0, A 1, A/i 2, Grp_0 3, Grp_0/Pinput 4, Grp_0/Poutput_single_0 5.
  assert.deepEqual([...netlist.fileIndices], [0, 1, 3]);
  assert.deepEqual(netlist.pinNames, ["p", "A/i", "Grp_0/Pinput", "Grp_0/Poutput_single_0"]);
  assert.deepEqual([...netlist.pinFileIndices], [0, 2, 4, 5]);
  assert.deepEqual([...netlist.netStarts], [0, 3, 5]);
  assert.deepEqual([...netlist.netPins], [0, 2, 1, 3, 1]);
  assert.deepEqual([...netlist.netWeights], [1, 7]);
  assert.deepEqual([...places.xs], [1, Number.NaN, Number.NaN]);
});

test("a pin that drives two nets is our own mistake", () => {
  const draft = new NetlistDraft();
  const p = draft.addPort("p", 0, 0);
  const q = draft.addPort("q", 0, 0);
  draft.addNet(p, [q]);
  assert.throws(() => draft.addNet(p, [q]), /^Error: internal: /);
});

test("a port that nothing is connected to has a file index of its own", () => {
  const draft = new NetlistDraft();
  const alone = draft.addNode(NodeKind.Port, "alone");
  const q = draft.addPort("q", 0, 0);
  const r = draft.addPort("r", 0, 0);
  draft.addNet(q, [r]);
  const { netlist } = draft.finish("draft");
  assert.equal(alone, 0);
  assert.deepEqual([...netlist.fileIndices], [0, 1, 2]);
  assert.deepEqual([...netlist.pinFileIndices], [1, 2]);
});
