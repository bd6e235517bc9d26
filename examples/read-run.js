// What a run's folder holds: how far it is, its costs, and where the best placement has the macros.
//   node read-run.js runs/ariane
import { NodeKind, readRun } from "ashlar";

const { state, options, summary, metrics, block, best } = await readRun(process.argv[2]);
console.log(`${block.name} by ${options.method ?? "training"}: ${state}, ${metrics.length} lines of metrics`);
if (summary) console.log(`proxy cost ${summary.proxy_cost} after ${summary.seconds.toFixed(1)} s`);
for (let node = 0; best && node < block.nodeCount; node++)
  if (block.kinds[node] === NodeKind.HardMacro)
    console.log(`${block.nodeNames[node]} ${best.xs[node].toFixed(3)} ${best.ys[node].toFixed(3)}`);
