// Greedy placement: legal, the wire mask's own choice where nothing else counts, edges where they are paid for.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  checkLegality,
  Environment,
  Judge,
  macrosByArea,
  macrosByConnectivity,
} from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { type Block, NetlistDraft, NodeKind, Random } from "../../../../netlist/index.js";
import { ForceDirectedPlacer, type GreedySettings, greedyPlacement } from "../../../../placer/index.js";
import { blockOf, smallBlock } from "../../../support/blocks.js";

function placed(block: Block, settings: GreedySettings, order = macrosByArea(block)): Judge {
  const judge = new Judge(Kernels.create(), block);
  const environment = new Environment(judge, new ForceDirectedPlacer(judge), { macros: order });
  assert.ok(greedyPlacement(environment, settings, Random.stream(1, "test")));
  return judge;
}

test("a placement is legal in either order, with noise and without, and repeats", () => {
  for (const seed of [1, 2, 3]) {
    const block = smallBlock(seed, 30);
    for (const order of [macrosByArea(block), macrosByConnectivity(block)])
      for (const noise of [0, 0.2]) {
        const first = placed(block, { noise }, order).placement;
        assert.ok(checkLegality(block, first).legal, `seed ${seed}`);
        assert.deepEqual(placed(block, { noise }, order).placement.xs, first.xs);
      }
  }
});

/** One macro of 20 x 20 µm wired to a port on the left side. */
function oneMacro(): Block {
  const draft = new NetlistDraft();
  const port = draft.addPort("port", 0, 52);
  const macro = draft.addNode(NodeKind.HardMacro, "macro", 20, 20);
  draft.addNet(port, [draft.addPin(macro, "pin")]);
  return blockOf(draft);
}

test("without a pull to the edge a macro goes to the cell where its wires are shortest", () => {
  const { placement, block } = placed(oneMacro(), {
    edgeWeight: 0,
    roomWeight: 0,
    targetWeight: 0,
    noise: 0,
  });
  const macro = block.nodeNames.indexOf("macro");
  assert.deepEqual([placement.xs[macro], placement.ys[macro]], [15, 55]); // the first column where it fits, the port's row
});

test("the pull to the edge outweighs the wires when it is strong", () => {
  const block = smallBlock(4, 6);
  const distance = (edgeWeight: number) => {
    const { placement } = placed(block, { edgeWeight, roomWeight: 0, targetWeight: 0, noise: 0 });
    const { width, height } = block.canvas;
    let sum = 0;
    for (let node = 0; node < block.nodeCount; node++) {
      if (block.kinds[node] !== NodeKind.HardMacro) continue;
      const [x, y] = [placement.xs[node]!, placement.ys[node]!];
      sum += Math.min(x / width, 1 - x / width, y / height, 1 - y / height);
    }
    return sum;
  };
  assert.ok(distance(100) < distance(0), `${distance(100)} against ${distance(0)}`);
});

test("a macro leaves room where soft macros gather when that is paid for", () => {
  // A soft macro that a port holds at the left edge; a macro that only it is wired to.
  const draft = new NetlistDraft();
  const macro = draft.addNode(NodeKind.HardMacro, "macro", 20, 20);
  const soft = draft.addNode(NodeKind.SoftMacro, "Grp_0", 40, 40);
  draft.addNet(draft.addPort("port", 0, 50), [draft.addPin(soft, "Grp_0/in")], 100);
  draft.addNet(draft.addPin(soft, "Grp_0/out"), [draft.addPin(macro, "pin")]);
  const x = (roomWeight: number) =>
    placed(blockOf(draft), { edgeWeight: 0, roomWeight, targetWeight: 0, noise: 0 }).placement.xs[macro]!;
  // The disc of 1600 µm² around (0, 50), half of it off the canvas, has a radius of about 32 µm.
  assert.ok(x(0) < 32 && x(10) > 42, `${x(0)} and ${x(10)}`);
});
