// Standard cells around given macros: wirelength at each stage, processor time and memory of `cells`, one process a block. Other
// placers run in turn with it on the same machine: `--peer NAME=COMMAND` gives a shell command that reads the Bookshelf set
// $AUX, in which the macros are terminals, and writes the places of the cells to $PL_OUT. Their results are scored like ours.
// `--routes` routes every result as `verify` does: routed wirelength, and congestion of the fullest 5 % of the edges.
// `--curve` prints instead how wirelength falls with processor time, in this process.
// Run: node dist/benchmarks/cells.js [--json] [--routes] [--repeats N] [--workers N] [--peer NAME=COMMAND]... BLOCK[=PLACEMENT]...
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Judge } from "../env/index.js";
import {
  type CellsSummary,
  loadBlockWith,
  loadDefWith,
  routingSupplyFor,
  verifyPlacement,
} from "../flow/index.js";
import { Kernels } from "../kernels/index.js";
import {
  type Block,
  isDefPath,
  type Placement,
  placementFromPlc,
  type RoutingSupply,
  readPlc,
} from "../netlist/index.js";
import { checkRows, placeFlatCells } from "../placer/index.js";
import { type Peer, peersOf, runPeerCommand } from "./peer-command.js";
import { readPeerPlaces, writePeerFiles } from "./peer-files.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    repeats: { type: "string", default: "1" },
    workers: { type: "string", default: "1" },
    curve: { type: "boolean", default: false },
    routes: { type: "boolean", default: false },
    peer: { type: "string", multiple: true, default: [] },
  },
});
const peers = peersOf(values.peer);
if (positionals.length === 0 || !peers) {
  console.error(
    "usage: node dist/benchmarks/cells.js [--json] [--routes] [--repeats N] [--workers N] [--peer NAME=COMMAND]... BLOCK[=PLACEMENT]...",
  );
  process.exit(1);
}
/** Iterations between two lines of a curve. */
const CURVE_EVERY = 50;
const MAIN = fileURLToPath(new URL("../cli/main.js", import.meta.url));

/** Prints the processor seconds and the most memory in MB of the process that it is loaded into, on standard error. */
const METER = `data:text/javascript,${encodeURIComponent(`
  import { isMainThread } from "node:worker_threads";
  if (isMainThread) process.on("exit", () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    console.error("METER " + (userCPUTime + systemCPUTime) / 1e6 + " " + maxRSS / 1024);
  });
`)}`;

/** One run of one placer. Wirelengths in µm, times in s, memory in MB. */
interface Run {
  readonly placer: string;
  readonly cells: number;
  readonly global?: number;
  readonly rows?: number;
  readonly end: number;
  readonly iterations?: number;
  readonly cpu: number;
  readonly wall: number;
  readonly memory?: number;
  readonly legal: boolean;
  readonly routed?: number;
  readonly ace_5?: number;
  readonly overflow?: number;
}

/** What `cells` and its peers are given: the block, the places of its macros, and what it takes to route it. */
interface Given {
  readonly block: Block;
  readonly macros: Placement;
  readonly supply: RoutingSupply;
}

const row = (cells: readonly string[]) =>
  cells.map((cell, i) => (i < 2 ? cell.padEnd(18) : cell.padStart(10))).join(" ");
if (values.curve) {
  for (const path of positionals) await printCurve(path);
  process.exit();
}
if (!values.json)
  console.log(
    `${row([
      "block",
      "placer",
      "cells",
      "global",
      "in rows",
      "end",
      "iterations",
      "cpu s",
      "wall s",
      "MB",
      "legal",
      ...(values.routes ? ["routed", "ACE 5"] : []),
    ])}   wirelengths in 1e6 µm`,
  );
for (const argument of positionals) {
  const [path, placement] = argument.split("=") as [string, string | undefined];
  const folder = mkdtempSync(join(tmpdir(), "cells-"));
  for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
    const out = join(folder, `own-${repeat}`);
    const own = runCells(path, placement, out);
    if (!own) {
      process.exitCode = 1;
      break;
    }
    if (peers.length === 0 && !values.routes) {
      tell(path, own);
      continue;
    }
    const design = isDefPath(path) ? await loadDefWith(path, {}) : undefined;
    const block = design?.block ?? (await loadBlockWith(path, {}));
    const macros = placementFromPlc(block, await readPlc(join(out, "best.plc")));
    const given = { block, macros, supply: routingSupplyFor(block, design) };
    tell(path, { ...own, ...(await routes(given, macros)) });
    for (const peer of peers) {
      const found = runPeer(peer, folder, given);
      if (found) tell(path, { ...found.run, cells: own.cells, ...(await routes(given, found.placement)) });
      else process.exitCode = 1;
    }
  }
  rmSync(folder, { recursive: true });
}

/** Figures of a placement's routes, if they are wanted. */
async function routes({ block, supply }: Given, placement: Placement): Promise<Partial<Run>> {
  if (!values.routes) return {};
  const { figures } = await verifyPlacement({ block, placement, supply }, { asPlaced: true });
  return { routed: figures.routed_wirelength, ace_5: figures.ace_5, overflow: figures.overflow };
}

/** Lines of JSON: processor seconds since the block was read, wirelength in µm, and overflow while cells spread. */
async function printCurve(path: string): Promise<void> {
  const block = isDefPath(path) ? (await loadDefWith(path, {})).block : await loadBlockWith(path, {});
  const before = process.cpuUsage();
  const line = (stage: string, figures: object) => {
    const { user, system } = process.cpuUsage(before);
    const memory = process.resourceUsage().maxRSS / 1024;
    const cpu = Number(((user + system) / 1e6).toFixed(2));
    console.log(JSON.stringify({ block: block.name, stage, cpu, memory: Math.round(memory), ...figures }));
  };
  const { placement } = await placeFlatCells(block, block.initial, {
    ...{ density: 1, passes: 8, workers: Number(values.workers) },
    onIteration: ({ iteration, wirelength, overflow }) => {
      if (iteration % CURVE_EVERY === 0) line(`iteration ${iteration}`, { wirelength, overflow });
    },
    onProgress: (text) => {
      const [, stage, wirelength] = /^(in rows|pass \d+) .*wirelength (\S+)/.exec(text) ?? [];
      if (stage !== undefined) line(stage, { wirelength: Number(wirelength!.replaceAll(",", "")) });
    },
  });
  line("end", { ...checkRows(block, placement) });
}

function tell(path: string, run: Run): void {
  if (values.json) {
    console.log(JSON.stringify({ block: basename(path), ...run }));
    return;
  }
  const millions = (length: number | undefined) => (length === undefined ? "" : (length / 1e6).toFixed(3));
  const { placer, cells, global, rows, end, iterations, cpu, wall, memory, legal, routed, ace_5 } = run;
  console.log(
    row([
      basename(path),
      placer,
      String(cells),
      millions(global),
      millions(rows),
      millions(end),
      iterations === undefined ? "" : String(iterations),
      cpu.toFixed(1),
      wall.toFixed(1),
      memory?.toFixed(0) ?? "",
      String(legal),
      ...(routed === undefined ? [] : [millions(routed), ace_5!.toFixed(3)]),
    ]),
  );
}

function runCells(path: string, placement: string | undefined, out: string): Run | undefined {
  const files = placement === undefined ? [] : ["--placement", placement];
  const options = [...files, "--workers", values.workers, "--out", out, "--quiet", "--json"];
  const command = ["--import", METER, MAIN, "cells", path, ...options];
  const started = performance.now();
  const { stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
  const wall = (performance.now() - started) / 1000;
  const meter = /METER (\S+) (\S+)/.exec(stderr);
  if (!meter || stdout === "") {
    console.error(`${path}: ${stderr}`);
    return undefined;
  }
  const summary = JSON.parse(stdout) as CellsSummary;
  return {
    placer: "cells",
    cells: summary.cells,
    global: summary.global_wirelength,
    rows: summary.legal_wirelength,
    end: summary.flat_wirelength,
    iterations: summary.iterations,
    cpu: Number(meter[1]),
    wall,
    memory: Number(meter[2]),
    legal: summary.legal,
  };
}

function runPeer(
  { name, command }: Peer,
  folder: string,
  { block, macros }: Given,
): { readonly run: Omit<Run, "cells">; readonly placement: Placement } | undefined {
  const aux = writePeerFiles(folder, block, macros);
  const result = join(folder, "peer-result.pl");
  rmSync(result, { force: true });
  const { cpu, wall, stderr } = runPeerCommand(command, {
    AUX: aux,
    PL_OUT: result,
    LOG: join(folder, "peer.log"),
  });
  if (!existsSync(result)) {
    console.error(`${name}: no result. ${stderr}`);
    return undefined;
  }
  const placement = readPeerPlaces(result, block, macros);
  const { overlaps, offRows } = checkRows(block, placement); // peers know no regions
  const end = new Judge(Kernels.create(), block).evaluate(placement).wirelength;
  return { run: { placer: name, end, cpu, wall, legal: overlaps === 0 && offRows === 0 }, placement };
}
