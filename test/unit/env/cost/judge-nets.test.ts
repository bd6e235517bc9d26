// How a netlist is compiled for the judge.
import assert from "node:assert/strict";
import { test } from "node:test";
import { compileNets, netsOfNodes } from "../../../../env/index.js";
import { NetlistDraft, NodeKind } from "../../../../netlist/index.js";

test("pins of a node at one offset are one point, and nets that join the same points are one net", () => {
  const draft = new NetlistDraft();
  const a = draft.addNode(NodeKind.HardMacro, "A", 10, 10);
  const b = draft.addNode(NodeKind.SoftMacro, "Grp_0", 10, 10);
  const a1 = draft.addPin(a, "a1", 1, 0);
  const a2 = draft.addPin(a, "a2", 1, 0); // where a1 is
  const a3 = draft.addPin(a, "a3", 2, 0);
  const b1 = draft.addPin(b, "b1");
  const b2 = draft.addPin(b, "b2"); // where b1 is
  draft.addNet(a1, [b1], 2);
  draft.addNet(a2, [b2], 0.5); // the same as the one before
  draft.addNet(a3, [b1]);
  draft.addNet(b2, [b1], 4); // all at one point
  const nets = compileNets(draft.finish("n").netlist);
  assert.equal(nets.pointCount, 3);
  assert.deepEqual([...nets.pointNodes], [a, a, b]);
  assert.deepEqual([...nets.nodePointStarts], [0, 2, 3]);
  assert.deepEqual([...nets.netPoints], [0, 2, 1, 2]);
  assert.deepEqual([...nets.netWeights], [2.5, 1]);
  assert.deepEqual([...nets.netDemands], [3, 1]); // 2 and, raised, 1
  assert.equal(nets.totalWeight, 7.5);
  assert.deepEqual([...netsOfNodes(2, nets).nets], [0, 1, 0, 1]);
  assert.deepEqual([...netsOfNodes(2, nets).starts], [0, 2, 4]);
});

test("a net back from sink to driver is another net: the route depends on who drives", () => {
  const draft = new NetlistDraft();
  const [p, q] = [draft.addPort("p", 0, 0), draft.addPort("q", 5, 5)];
  draft.addNet(p, [q]);
  draft.addNet(q, [p]);
  assert.equal(compileNets(draft.finish("n").netlist).netCount, 2);
});
