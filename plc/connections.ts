// What is connected to what: the adjacency of macros and clustered ports, and fake nets, which exist only here.
import { NodeKind } from "../netlist/index.js";
import type { FileNodes } from "./file-nodes.js";

/** Sums of net weights between macros, and between macros and clusters of ports: an n × n matrix, row by row. */
export interface Adjacency {
  readonly matrix: Float64Array;
  /** Per cluster the grid cell of its ports, ascending. Clusters come after the macros in the matrix. */
  readonly cells: readonly number[];
}

/** A weighted group of nodes that only the fake nets' own cost knows. */
export interface FakeNet {
  readonly weight: number;
  /** File indices of nodes of any kind. */
  readonly nodes: readonly number[];
}

/**
 * Adds, for every net and each of its sinks, the net's weight between the macros (or clusters) at its two ends. Ports are in
 * a cluster by their grid cell, as `cellOfPort` has it by file index; those at -1, and standard cells, are left out.
 * `isCut` tells of nets that no longer exist.
 */
export function adjacencyOf(
  files: FileNodes,
  isCut: (net: number) => boolean,
  cellOfPort: (file: number) => number = () => -1,
): Adjacency {
  const { netlist, macros } = files;
  const { netStarts, netPins, netWeights, pinNodes, fileIndices, kinds, netCount } = netlist;
  const rowOfNode = new Int32Array(netlist.nodeCount).fill(-1);
  macros.forEach((file, row) => {
    rowOfNode[files.nodes[file]!] = row;
  });
  const ports: { readonly node: number; readonly cell: number }[] = [];
  for (let node = 0; node < netlist.nodeCount; node++) {
    if (kinds[node] !== NodeKind.Port) continue;
    const cell = cellOfPort(fileIndices[node]!);
    if (cell >= 0) ports.push({ node, cell });
  }
  const cells = [...new Set(ports.map(({ cell }) => cell))].sort((a, b) => a - b);
  const rowOfCell = new Map(cells.map((cell, i) => [cell, macros.length + i]));
  for (const { node, cell } of ports) rowOfNode[node] = rowOfCell.get(cell)!;
  const size = macros.length + cells.length;
  const matrix = new Float64Array(size * size);
  for (let net = 0; net < netCount; net++) {
    if (isCut(net)) continue;
    const start = netStarts[net]!;
    const driver = rowOfNode[pinNodes[netPins[start]!]!]!;
    if (driver < 0) continue;
    for (let i = start + 1; i < netStarts[net + 1]!; i++) {
      const sink = rowOfNode[pinNodes[netPins[i]!]!]!;
      // Ports are not connected to each other: an edge has a macro at one end.
      if (sink < 0 || sink === driver || Math.min(sink, driver) >= macros.length) continue;
      matrix[driver * size + sink]! += netWeights[net]!;
      matrix[sink * size + driver]! += netWeights[net]!;
    }
  }
  return { matrix, cells };
}

/**
 * Σ weight · half-perimeter / (half-perimeter of the canvas · Σ weight) over fake nets, 0 without any. `locate` gives the
 * place of a node by file index, µm.
 */
export function fakeNetCost(
  nets: readonly FakeNet[],
  halfPerimeter: number,
  locate: (file: number) => readonly [number, number],
): number {
  let length = 0;
  let weights = 0;
  for (const { weight, nodes } of nets) {
    weights += weight;
    const box = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, -Infinity, -Infinity];
    for (const node of nodes) {
      const [x, y] = locate(node);
      box[0] = Math.min(box[0]!, x);
      box[1] = Math.min(box[1]!, y);
      box[2] = Math.max(box[2]!, x);
      box[3] = Math.max(box[3]!, y);
    }
    if (nodes.length > 0) length += weight * (box[2]! - box[0]! + (box[3]! - box[1]!));
  }
  return weights === 0 ? 0 : length / (halfPerimeter * weights);
}
