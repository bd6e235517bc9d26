// From wires on the grid to wires on layers: straight runs of a net go to the lowest layer of their direction that has room
// for all of a run, nets with short wires first, so that long ones climb. Greedy, in a fixed order.
import type { RoutingGrid } from "./routing-grid.js";

/** The edges of nets: those of net n are `edges[starts[n] .. starts[n + 1]]`, each once, sorted. */
export interface NetEdges {
  readonly starts: Int32Array;
  readonly edges: Int32Array;
}

export interface LayerAssignment {
  /** Per layer and cell, wires to the right or above, as `capacities` of the grid. */
  readonly usage: readonly Int32Array[];
  readonly vias: number;
}

/** A straight run of a net: `count` edges from edge `first`, `stride` apart; its layer is found last. */
interface Run {
  readonly first: number;
  readonly count: number;
  readonly stride: number;
}

/**
 * Assigns layers. Vias are counted between the lowest and the highest layer of a net in each cell; a pin is on the lowest layer
 * of all, and every pin has a via of its own up to the next. `pinCells` are the cells of the pins, net by net.
 */
export function assignLayers(
  grid: RoutingGrid,
  nets: NetEdges,
  pins: { readonly starts: Int32Array; readonly cells: Int32Array },
): LayerAssignment {
  const { columns, rows, layers, capacities } = grid;
  const cellCount = columns * rows;
  const usage = layers.map(() => new Int32Array(cellCount));
  const across = layers.flatMap(({ isHorizontal }, layer) => (isHorizontal && layer > 0 ? [layer] : []));
  const up = layers.flatMap(({ isHorizontal }, layer) => (!isHorizontal && layer > 0 ? [layer] : []));
  const netCount = nets.starts.length - 1;
  const lengthOf = (net: number) => nets.starts[net + 1]! - nets.starts[net]!;
  const order = Int32Array.from({ length: netCount }, (_, net) => net);
  order.sort((a, b) => lengthOf(a) - lengthOf(b) || a - b);
  // Lowest and highest layer of the net at hand in a cell; `stamps` tells whose they are.
  const stamps = new Int32Array(cellCount).fill(-1);
  const lowest = new Int32Array(cellCount);
  const highest = new Int32Array(cellCount);
  let vias = 0;
  for (const net of order) {
    const touched: number[] = [];
    const touch = (cell: number, layer: number) => {
      if (stamps[cell] !== net) {
        stamps[cell] = net;
        lowest[cell] = layer;
        highest[cell] = layer;
        touched.push(cell);
      } else {
        lowest[cell] = Math.min(lowest[cell]!, layer);
        highest[cell] = Math.max(highest[cell]!, layer);
      }
    };
    const lay = (edge: number, layer: number) => {
      const isUp = edge >= cellCount;
      const cell = isUp ? edge - cellCount : edge;
      usage[layer]![cell]!++;
      touch(cell, layer);
      touch(cell + (isUp ? columns : 1), layer);
    };
    for (const run of runsOf(nets, net, { columns, cellCount })) {
      const choices = run.first >= cellCount ? up : across;
      const base = run.first >= cellCount ? cellCount : 0;
      const roomOf = (edge: number, layer: number) =>
        capacities[layer]![edge - base]! - usage[layer]![edge - base]!;
      const edges = Array.from({ length: run.count }, (_, i) => run.first + i * run.stride);
      const whole = choices.find((layer) => edges.every((edge) => roomOf(edge, layer) >= 1));
      for (const edge of edges) {
        let layer = whole ?? choices[0]!;
        // No layer has room for the whole run: each edge takes the one with the most.
        if (whole === undefined)
          for (const choice of choices) if (roomOf(edge, choice) > roomOf(edge, layer)) layer = choice;
        lay(edge, layer);
      }
    }
    const [firstPin, endPin] = [pins.starts[net]!, pins.starts[net + 1]!];
    if (endPin - firstPin > 1) {
      vias += endPin - firstPin; // from each pin to the layer above it
      for (let pin = firstPin; pin < endPin; pin++) if (touched.length > 0) touch(pins.cells[pin]!, 1);
    }
    for (const cell of touched) vias += highest[cell]! - lowest[cell]!;
  }
  return { usage, vias };
}

/** Straight runs of a net's edges, which are sorted: horizontal ones follow each other, vertical ones are a row apart. */
function runsOf(
  { starts, edges }: NetEdges,
  net: number,
  { columns, cellCount }: { readonly columns: number; readonly cellCount: number },
): Run[] {
  const runs: Run[] = [];
  const ups: number[] = [];
  let first = -1;
  let count = 0;
  for (let i = starts[net]!; i < starts[net + 1]!; i++) {
    const edge = edges[i]!;
    if (edge >= cellCount) ups.push(edge);
    else if (count > 0 && edge === first + count && edge % columns > 0) count++;
    else {
      if (count > 0) runs.push({ first, count, stride: 1 });
      first = edge;
      count = 1;
    }
  }
  if (count > 0) runs.push({ first, count, stride: 1 });
  // Column by column, from bottom to top.
  ups.sort((a, b) => ((a - cellCount) % columns) - ((b - cellCount) % columns) || a - b);
  for (let i = 0; i < ups.length; ) {
    let length = 1;
    while (i + length < ups.length && ups[i + length] === ups[i]! + length * columns) length++;
    runs.push({ first: ups[i]!, count: length, stride: columns });
    i += length;
  }
  return runs;
}
