// A block for other placers: a Bookshelf set in whole numbers, in which all but the cells that may move is a terminal. Nodes are
// called by their numbers, so that any reader takes the names.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Block, copyPlacement, isSideways, type Placement, turnOffset } from "../netlist/index.js";
import { isLooseCell } from "../placer/index.js";

/** The least power of ten by which sites and rows are whole numbers, to a thousandth. */
function unitsPerMicron({ rows = [] }: Block): number {
  const lengths = rows.slice(0, 1).flatMap(({ siteWidth, height }) => [siteWidth, height]);
  for (let units = 1; units < 1e6; units *= 10)
    if (lengths.every((length) => Math.abs(length * units - Math.round(length * units)) < 1e-3)) return units;
  return 1000;
}

/** Writes `peer.aux` and its parts to a folder. Returns the path of `peer.aux`. Nodes without a place and nets of them are left out. */
export function writePeerFiles(folder: string, block: Block, placement: Placement): string {
  const units = unitsPerMicron(block);
  const whole = (length: number) => Math.round(length * units);
  const nodes: string[] = [];
  const places: string[] = [];
  let terminals = 0;
  for (let node = 0; node < block.nodeCount; node++) {
    const isLoose = isLooseCell(block, node);
    if (!isLoose) terminals++;
    const sideways = isSideways(placement.orientations[node]!);
    const [width, height] = sideways
      ? [block.heights[node]!, block.widths[node]!]
      : [block.widths[node]!, block.heights[node]!];
    // Some readers take no node without an area.
    const sides = [Math.max(1, whole(width)), Math.max(1, whole(height))];
    nodes.push(`n${node}\t${sides.join("\t")}${isLoose ? "" : "\tterminal"}`);
    const known = isLoose ? 0 : 1;
    const [x, y] = [placement.xs[node]! * known, placement.ys[node]! * known].map((at) => (at > 0 ? at : 0));
    const left = isLoose ? 0 : whole(x! - width / 2);
    const bottom = isLoose ? 0 : whole(y! - height / 2);
    places.push(`n${node}\t${left}\t${bottom}\t: N${isLoose ? "" : " /FIXED"}`);
  }
  for (const [i, { left, bottom, right, top, rate }] of block.blockages.entries()) {
    if (rate < 1) continue;
    terminals++;
    nodes.push(`b${i}\t${whole(right - left)}\t${whole(top - bottom)}\tterminal`);
    places.push(`b${i}\t${whole(left)}\t${whole(bottom)}\t: N /FIXED`);
  }
  const nets: string[] = [];
  let pinCount = 0;
  for (let net = 0; net < block.netCount; net++) {
    const [first, end] = [block.netStarts[net]!, block.netStarts[net + 1]!];
    nets.push(`NetDegree : ${end - first}\te${net}`);
    pinCount += end - first;
    for (let entry = first; entry < end; entry++) {
      const pin = block.netPins[entry]!;
      const node = block.pinNodes[pin]!;
      const orientation = placement.orientations[node]!;
      const offset = [block.pinXOffsets[pin]!, block.pinYOffsets[pin]!] as const;
      const [x, y] = isLooseCell(block, node) ? offset : turnOffset(orientation, ...offset);
      nets.push(`\tn${node}\t${entry === first ? "O" : "I"} : ${x * units}\t${y * units}`);
    }
  }
  const rows = (block.rows ?? []).flatMap(({ bottom, height, siteWidth, left, sites }) => [
    "CoreRow Horizontal",
    `  Coordinate : ${whole(bottom)}`,
    `  Height : ${whole(height)}`,
    `  Sitewidth : ${whole(siteWidth)}`,
    `  Sitespacing : ${whole(siteWidth)}`,
    "  Siteorient : N",
    "  Sitesymmetry : Y",
    `  SubrowOrigin : ${whole(left)}\tNumSites : ${sites}`,
    "End",
  ]);
  const write = (ending: string, head: readonly string[], lines: readonly string[]) =>
    writeFileSync(
      join(folder, `peer.${ending}`),
      `UCLA ${ending} 1.0\n\n${[...head, ...lines].join("\n")}\n`,
    );
  write("nodes", [`NumNodes : ${nodes.length}`, `NumTerminals : ${terminals}`], nodes);
  write("nets", [`NumNets : ${block.netCount}`, `NumPins : ${pinCount}`], nets);
  write("wts", [], []);
  write("pl", [], places);
  // Some readers skip the line after the number of rows.
  write("scl", [`NumRows : ${block.rows?.length ?? 0}`, ""], rows);
  const aux = join(folder, "peer.aux");
  writeFileSync(aux, "RowBasedPlacement : peer.nodes peer.nets peer.wts peer.pl peer.scl\n");
  return aux;
}

/** The places of the cells in a `.pl` file of such a set; all else is where `placement` has it. */
export function readPeerPlaces(path: string, block: Block, placement: Placement): Placement {
  const units = unitsPerMicron(block);
  const result = copyPlacement(placement);
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const match = /^n(\d+)\s+(\S+)\s+(\S+)/.exec(line);
    const node = Number(match?.[1]);
    if (!match || !isLooseCell(block, node)) continue;
    result.xs[node] = Number(match[2]) / units + block.widths[node]! / 2;
    result.ys[node] = Number(match[3]) / units + block.heights[node]! / 2;
    result.orientations[node] = 0;
  }
  return result;
}
