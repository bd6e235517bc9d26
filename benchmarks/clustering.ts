// Compares our clustering of flat blocks with the original's groups: number of soft macros, cut nets, and the proxy cost
// that the same method reaches in the same iterations. The two netlists differ, so the macros' places are also scored on
// the original's netlist (with soft macros placed again) and by the wirelength of the flat netlist.
// Run: node dist/benchmarks/clustering.js [iterations] [seeds] [blocks…]
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Judge } from "../env/index.js";
import { place } from "../flow/index.js";
import { Kernels } from "../kernels/index.js";
import {
  type Block,
  loadBlock,
  NodeKind,
  type Placement,
  placementFromPlc,
  readPlc,
  turnOffset,
} from "../netlist/index.js";
import { ForceDirectedPlacer } from "../placer/index.js";
import { SHARED } from "../test/support/shared-data.js";
import { makeFolder } from "../test/support/temp-folder.js";

const [iterations = "100", seeds = "1,2", ...names] = process.argv.slice(2);
const BLOCKS = ["ariane133_ng45", "mempool_tile_ng45", "nvdla_sky130hd"];
const out = makeFolder();

console.log("| block | groups | soft macros | cut nets | seed | proxy | on original | flat µm | seconds |");
console.log("|---|---|---|---|---|---|---|---|---|");
for (const name of names.length > 0 ? names : BLOCKS) await compareOn(join(SHARED, "benchmarks/tilos", name));

async function compareOn(folder: string): Promise<void> {
  const original = await loadBlock(folder);
  const { canvas, grid, routing, smoothing } = original;
  const rules = {
    canvas: `${canvas.width}x${canvas.height}`,
    grid: `${grid.columns}x${grid.rows}`,
    routes: `${routing.horizontal},${routing.vertical}`,
    macroRoutes: `${routing.horizontalUsedByMacros},${routing.verticalUsedByMacros}`,
    smoothing,
  };
  const flatPath = join(folder, "flat.pb.txt.gz");
  const flat = await loadBlock(flatPath, { overrides: { canvas, grid } });
  for (const kind of ["original", "partition", "communities"] as const)
    for (const seed of seeds.split(",").map(Number)) {
      const run = join(out, `${original.name}-${kind}-${seed}`);
      const { proxy_cost, seconds } = await place(kind === "original" ? folder : flatPath, {
        ...rules,
        ...(kind !== "original" && { clusterBy: kind }),
        method: "anneal",
        protocol: "fd",
        iterations: Number(iterations),
        workers: 1,
        seed,
        out: run,
        force: true,
      });
      const block =
        kind === "original"
          ? original
          : await loadBlock(join(run, "netlist.pb.txt"), { overrides: { canvas, grid } });
      const groups = readGroups(
        join(kind === "original" ? folder : run, kind === "original" ? "groups.txt.gz" : "groups.txt"),
      );
      const placement = placementFromPlc(block, await readPlc(join(run, "best.plc")));
      const softs = block.kinds.filter((kindOf) => kindOf === NodeKind.SoftMacro).length;
      console.log(
        `| ${original.name} | ${kind} | ${softs} | ${cutNets(flat, groups)} | ${seed} | ${proxy_cost.toFixed(4)} ` +
          `| ${scoreOn(original, block, placement).toFixed(4)} | ${flatWirelength({ flat, groups }, block, placement).toExponential(3)} ` +
          `| ${seconds.toFixed(0)} |`,
      );
    }
}

/** Groups per node of the flat file, including pins of macros. */
function readGroups(path: string): Int32Array {
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
  return Int32Array.from(text.trim().split("\n"), Number);
}

/** Proxy cost of the hard macros' places on the original's netlist. */
function scoreOn(original: Block, block: Block, placement: Placement): number {
  const judge = new Judge(Kernels.create(), original);
  judge.placement.xs.set(original.initial.xs);
  judge.placement.ys.set(original.initial.ys);
  const nodeOfName = new Map(block.nodeNames.map((name, node) => [name, node]));
  for (let node = 0; node < original.nodeCount; node++) {
    if (original.kinds[node] !== NodeKind.HardMacro) continue;
    const from = nodeOfName.get(original.nodeNames[node]!)!;
    judge.placement.xs[node] = placement.xs[from]!;
    judge.placement.ys[node] = placement.ys[from]!;
    judge.placement.orientations[node] = placement.orientations[from]!;
  }
  new ForceDirectedPlacer(judge).placeSoftMacros();
  return judge.evaluate().proxyCost;
}

/** Nets of at most 500 sinks whose pins are not all of one group. */
function cutNets(flat: Block, groups: Int32Array): number {
  let cut = 0;
  for (let net = 0; net < flat.netCount; net++) {
    const pins = flat.netPins.subarray(flat.netStarts[net]!, flat.netStarts[net + 1]!);
    const group = groups[flat.pinFileIndices[pins[0]!]!]!;
    if (pins.length <= 501 && pins.some((pin) => group < 0 || groups[flat.pinFileIndices[pin]!] !== group))
      cut++;
  }
  return cut;
}

interface Clustered {
  readonly flat: Block;
  /** Per node of the flat file. */
  readonly groups: Int32Array;
}

/** Half-perimeters of the flat nets with at most 500 sinks, µm. Cells are at the centres of their soft macros. */
function flatWirelength({ flat, groups }: Clustered, block: Block, placement: Placement): number {
  const { xs, ys, orientations } = placement;
  const nodeOfName = new Map(block.nodeNames.map((name, node) => [name, node]));
  const nodeOf = Int32Array.from({ length: flat.nodeCount }, (_, node) => {
    const cell = flat.kinds[node] === NodeKind.StandardCell;
    return nodeOfName.get(cell ? `Grp_${groups[flat.fileIndices[node]!]}` : flat.nodeNames[node]!) ?? -1;
  });
  let sum = 0;
  for (let net = 0; net < flat.netCount; net++) {
    const start = flat.netStarts[net]!;
    const end = flat.netStarts[net + 1]!;
    if (end - start > 501) continue;
    const box = { left: Infinity, right: -Infinity, bottom: Infinity, top: -Infinity };
    for (let i = start; i < end; i++) {
      const pin = flat.netPins[i]!;
      const node = nodeOf[flat.pinNodes[pin]!]!;
      if (node < 0) continue;
      const [dx, dy] = turnOffset(orientations[node]!, flat.pinXOffsets[pin]!, flat.pinYOffsets[pin]!);
      const [x, y] = [xs[node]! + dx, ys[node]! + dy];
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x);
      box.bottom = Math.min(box.bottom, y);
      box.top = Math.max(box.top, y);
    }
    if (box.right > box.left || box.top > box.bottom) sum += box.right - box.left + box.top - box.bottom;
  }
  return sum;
}
