// Blocks that the viewer is measured with: many cells, many macros.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Block,
  generateBlock,
  NetlistDraft,
  NodeKind,
  Random,
  writePbNetlist,
  writePlc,
} from "../netlist/index.js";
import { makeFolder } from "../test/support/temp-folder.js";

/** Writes a placed block with rows of standard cells and a few macros to a folder. */
export async function writeCells(cells: number): Promise<string> {
  const random = Random.stream(1, "cells");
  const draft = new NetlistDraft();
  const columns = Math.ceil(Math.sqrt(cells * 2));
  const places: [number, number][] = [];
  const pins: number[] = [];
  for (let cell = 0; cell < cells; cell++) {
    const node = draft.addNode(NodeKind.StandardCell, `top/u_${cell % 64}/cell_${cell}`, 0.76, 1.4);
    pins.push(draft.addPin(node, `top/u_${cell % 64}/cell_${cell}`));
    places.push([0.5 + (cell % columns), 1 + 1.6 * Math.floor(cell / columns)]);
  }
  for (let cell = 0; cell + 1 < cells; cell++)
    draft.addNet(pins[cell]!, [pins[Math.min(cells - 1, cell + 1 + random.below(columns))]!]);
  const { netlist, places: initial } = draft.finish("cells");
  places.forEach(([x, y], node) => {
    initial.xs[node] = x;
    initial.ys[node] = y;
  });
  const rows = Math.ceil(cells / columns);
  const base = generateBlock({ seed: 1, macros: 4 });
  const block: Block = {
    ...netlist,
    fixed: new Uint8Array(netlist.nodeCount),
    canvas: { width: columns + 1, height: 1.6 * rows + 2 },
    grid: { columns: 32, rows: 32 },
    routing: base.routing,
    smoothing: 0,
    overlapThreshold: 0,
    blockages: [],
    initial,
  };
  return write(block);
}

/** Writes a placed block with rows of hard macros and nets between neighbours to a folder. */
export async function writeMacros(macros: number, nets: number): Promise<string> {
  const random = Random.stream(2, "macros");
  const draft = new NetlistDraft();
  const side = Math.ceil(Math.sqrt(macros));
  const pins = Array.from({ length: macros }, (_, i) => {
    const node = draft.addNode(NodeKind.HardMacro, `top/bank_${i % 32}/ram_${i}`, 60, 40);
    return Array.from({ length: Math.ceil(nets / macros) + 1 }, (_, pin) =>
      draft.addPin(node, `top/bank_${i % 32}/ram_${i}/p${pin}`, (pin % 8) * 6 - 21, 18),
    );
  });
  for (let net = 0; net < nets; net++) {
    const driver = net % macros;
    const sink = (driver + 1 + random.below(side * 2)) % macros;
    if (sink === driver) continue;
    draft.addNet(pins[driver]![Math.floor(net / macros)]!, [pins[sink]!.at(-1)!]);
  }
  const { netlist, places: initial } = draft.finish("macros");
  for (let node = 0; node < macros; node++) {
    initial.xs[node] = 40 + 70 * (node % side);
    initial.ys[node] = 30 + 50 * Math.floor(node / side);
  }
  const base = generateBlock({ seed: 1, macros: 4 });
  return write({
    ...netlist,
    fixed: new Uint8Array(netlist.nodeCount),
    canvas: { width: 70 * side + 20, height: 50 * side + 20 },
    grid: { columns: 40, rows: 40 },
    routing: base.routing,
    smoothing: 2,
    overlapThreshold: 0,
    blockages: [],
    initial,
  });
}

async function write(block: Block): Promise<string> {
  const folder = makeFolder();
  await writePbNetlist(join(folder, "netlist.pb.txt"), block, block.initial);
  await writePlc(join(folder, "initial.plc"), block, block.initial);
  return folder;
}

/** Writes a Bookshelf set with this many placed cells: files that no string could hold. */
export function writeLarge(cells: number): string {
  const aux = join(makeFolder(), "large.aux");
  const script = fileURLToPath(new URL("large-block.js", import.meta.url));
  execFileSync(process.execPath, [script, aux, "--cells", String(cells), "--placed"], { stdio: "inherit" });
  return aux;
}
