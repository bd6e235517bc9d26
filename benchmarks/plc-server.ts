// Speed of the cost server on a block: processor time of the server and time seen by a client, per call or per group of
// calls. Run: node dist/benchmarks/plc-server.js [FOLDER with netlist.pb.txt.gz and legalized.plc.gz]
import { readFileSync } from "node:fs";
import { readPlc } from "../netlist/index.js";
import { PlcClient } from "../test/support/plc-client.js";

/** Ticks of /proc's processor times in a second, on every Linux that matters. */
const TICKS = 100;

function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

const [folder = "../shared/benchmarks/tilos/ariane133_ng45"] = process.argv.slice(2);
const started = performance.now();
const client = await PlcClient.start(`${folder}/netlist.pb.txt.gz`);
const connected = performance.now();
await client.call("NumNodes");
console.log(
  `connected after ${(connected - started).toFixed(0)} ms, loaded after ${(performance.now() - started).toFixed(0)} ms`,
);
const pid = client.child.pid!;
console.log(`processor time until loaded: ${(1e3 * processorSeconds(pid)).toFixed(0)} ms`);

const plc = await readPlc(`${folder}/legalized.plc.gz`);
await client.call("SetCanvasBoundaryCheck", false);
await client.call("SetCanvasSize", plc.canvas!.width, plc.canvas!.height);
await client.call("SetPlacementGrid", plc.grid!.columns, plc.grid!.rows);
await client.call("RestorePlacement", `${folder}/legalized.plc.gz`);
const hard: number[] = [];
for (const node of (await client.call("GetMacroIndices")) as number[])
  if (!(await client.call("IsNodeSoftMacro", node))) hard.push(node);

async function measure(name: string, repeats: number, run: (i: number) => Promise<void>): Promise<void> {
  for (let i = 0; i < repeats / 10; i++) await run(i);
  const [processor, clock] = [processorSeconds(pid), performance.now()];
  for (let i = 0; i < repeats; i++) await run(i);
  const milliseconds = (1e3 * (processorSeconds(pid) - processor)) / repeats;
  const seen = (performance.now() - clock) / repeats;
  console.log(
    `${name}: ${milliseconds.toFixed(4)} ms of the server's processor, ${seen.toFixed(4)} ms seen by the client`,
  );
}

async function costs(): Promise<void> {
  for (const name of ["GetCost", "GetDensityCost", "GetCongestionCost"]) await client.call(name);
}

const size = Math.max(plc.canvas!.width, plc.canvas!.height);
await measure("one short call", 20_000, async (i) => {
  await client.call("IsNodePlaced", hard[i % hard.length]);
});
await measure("a step: unplace, mask, place, next", 5000, async (i) => {
  const node = hard[i % hard.length];
  await client.call("UnplaceNode", node);
  const mask = (await client.call("GetNodeMask", node)) as number[];
  await client.call("PlaceNode", node, Math.max(0, mask.indexOf(1)));
  await client.call("IsNodePlaced", node);
});
await measure("one macro moved, three costs", 5000, async (i) => {
  await client.call(
    "UpdateNodeCoords",
    hard[i % hard.length],
    (i % 97) * (size / 100),
    (i % 89) * (size / 100),
  );
  await costs();
});
await measure("twenty macros moved, three costs in full", 500, async (i) => {
  for (let k = 0; k < 20; k++)
    await client.call("UpdateNodeCoords", hard[k], ((i + k) % 97) * (size / 100), (i % 89) * (size / 100));
  await costs();
});
const schedule = [[100, 100, 100], Array(3).fill(size / 100), [100, 1e-3, 1e-5], [0, 1e6, 1e7]];
await measure("a reward: soft macros placed, three costs", 10, async () => {
  await client.call("OptimizeStdcells", false, true, false, false, false, 1, ...schedule);
  await costs();
});
await client.end();
