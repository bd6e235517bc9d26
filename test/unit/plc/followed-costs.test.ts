// Costs and masks of `PlacementCost` do not depend on how a placement came about: after hundreds of random calls they are
// those of a fresh object with the same places.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { generateBlock, Random, writePbNetlist } from "../../../netlist/index.js";
import { PlacementCost } from "../../../plc/index.js";
import { makeFolder } from "../../support/temp-folder.js";

/** Everything that follows the placement. */
function state(cost: PlacementCost) {
  return {
    cost: cost.getCost(),
    wirelength: cost.getWirelength(),
    density: cost.getDensityCost(),
    congestion: cost.getCongestionCost(),
    horizontal: cost.getHorizontalRoutingCongestion(),
    cells: cost.getGridCellsDensity(),
    masks: cost.getMacroIndices().map((node) => cost.getNodeMask(node).join("")),
  };
}

test("400 random calls leave the costs and masks that a fresh object has", async () => {
  const block = generateBlock({ macros: 8, softMacros: 14, ports: 10, seed: 6 });
  const file = join(makeFolder(), "block.pb.txt");
  await writePbNetlist(file, block, block.initial);
  const random = Random.stream(28, "followed-costs");
  const { width, height } = block.canvas;
  for (const congestionGrid of [undefined, [7, 9]] as const) {
    const open = async () => {
      const cost = await PlacementCost.open(file);
      cost.setCanvasBoundaryCheck(false);
      cost.setCanvasSize(width, height);
      cost.setPlacementGrid(12, 10);
      if (congestionGrid) cost.setCongestionGrid(...congestionGrid);
      cost.setCongestionSmoothRange(2);
      cost.makeSoftMacrosSquare();
      cost.createBlockage([0, 0, width / 5, height / 5], 0.5);
      return cost;
    };
    const cost = await open();
    const nodes = Array.from({ length: cost.numNodes() }, (_, node) => node).filter(
      (node) => cost.getNodeType(node) !== "MACRO_PIN",
    );
    for (let i = 1; i <= 200; i++) {
      const node = nodes[random.below(nodes.length)]!;
      const isMacro = cost.getNodeType(node) === "MACRO";
      switch (random.below(6)) {
        case 0:
          cost.unplaceNode(node);
          break;
        case 1:
          cost.placeNode(node, random.below(120));
          break;
        case 2:
          if (isMacro) cost.updateMacroOrientation(node, ["N", "FS", "E", "FW"][random.below(4)]!);
          break;
        case 3:
          if (i % 5 === 0) cost.unplaceAllNodes();
          break;
        default:
          cost.updateNodeCoords(node, width * (1.4 * random.uniform() - 0.2), height * random.uniform());
      }
      if (random.below(3) === 0) state(cost); // follows now, or with the next changes
      if (i % 40 !== 0) continue;
      const fresh = await open();
      fresh.unplaceAllNodes();
      for (const other of nodes) {
        if (cost.isNodePlaced(other)) fresh.updateNodeCoords(other, ...cost.getNodeLocation(other));
        const turn = cost.getMacroOrientation(other);
        if (turn !== "") fresh.updateMacroOrientation(other, turn);
      }
      assert.deepEqual(state(cost), state(fresh), `after ${i} calls`);
    }
  }
});
