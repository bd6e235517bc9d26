// The exact proxy cost from a program of your own: of a placement, and of the same with one macro elsewhere.
//   node exact-cost.js BLOCK runs/ariane/best.plc
import { createJudge, loadBlock, NodeKind, readPlacement } from "ashlar";

const [blockPath, placementPath] = process.argv.slice(2);
const block = await loadBlock(blockPath);
const placement = await readPlacement(placementPath, block);
const judge = createJudge(block);
const before = judge.evaluate(placement);
console.log("wirelength in µm", before.wirelength);
console.log("proxy cost", before.proxyCost);

const macro = block.kinds.findIndex((kind, node) => kind === NodeKind.HardMacro && block.fixed[node] === 0);
const xs = placement.xs.slice();
xs[macro] = block.canvas.width - xs[macro]; // mirrored across the middle of the canvas
const change = judge.evaluate({ ...placement, xs }).proxyCost - before.proxyCost;
console.log(`${block.nodeNames[macro]} on the other side: ${change >= 0 ? "+" : ""}${change.toFixed(6)}`);
