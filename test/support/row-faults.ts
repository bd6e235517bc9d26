// Whether cells are where cells may be, by means of its own: a sweep from bottom to top over what stands side by side. While
// nothing overlaps, what a horizontal line crosses has an order from left to right, and a box is compared with its two
// neighbours only: O(n log n) comparisons.
import { type Block, NodeKind, ORIENTATION_NAMES, type Placement } from "../../netlist/index.js";

interface Body {
  readonly name: string;
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

/** µm: files round to a database unit, which is no larger. */
const SLACK = 1.5e-3;

/** What is wrong with the standard cells of a flat block: pairs that overlap, cells off sites or rows, or turned otherwise. */
export function rowFaults(block: Block, placement: Placement): string[] {
  const { kinds, fixed, nodeNames, widths, heights } = block;
  const bodies: Body[] = [];
  const faults: string[] = [];
  for (let node = 0; node < block.nodeCount; node++) {
    if (kinds[node] !== NodeKind.StandardCell && kinds[node] !== NodeKind.HardMacro) continue;
    const turn = ORIENTATION_NAMES[placement.orientations[node]!]!;
    const [width, height] = /[EW]/.test(turn)
      ? [heights[node]!, widths[node]!]
      : [widths[node]!, heights[node]!];
    const [x, y] = [placement.xs[node]!, placement.ys[node]!];
    const body = {
      name: nodeNames[node]!,
      left: x - width / 2,
      right: x + width / 2,
      bottom: y - height / 2,
      top: y + height / 2,
    };
    if (Number.isNaN(x + y)) {
      if (!fixed[node]) faults.push(`${body.name} has no place`);
      continue;
    }
    if (width > 2 * SLACK && height > 2 * SLACK) bodies.push(body);
    if (kinds[node] === NodeKind.StandardCell && !fixed[node]) {
      const fault = faultInRows(block, body, turn);
      if (fault) faults.push(`${body.name} ${fault}`);
    }
  }
  for (const { left, right, bottom, top, rate } of block.blockages)
    if (rate >= 1) bodies.push({ name: "a blockage", left, right, bottom, top });
  return [...faults, ...overlapsOf(bodies)];
}

function overlapsOf(bodies: readonly Body[]): string[] {
  const events = bodies.flatMap((body) => [
    { at: body.bottom + SLACK, ends: false, body },
    { at: body.top - SLACK, ends: true, body },
  ]);
  // What ends goes before what begins on the same line.
  events.sort((a, b) => a.at - b.at || Number(b.ends) - Number(a.ends));
  const crossed: Body[] = [];
  const faults: string[] = [];
  for (const { ends, body } of events) {
    const at = indexIn(crossed, body.left);
    if (ends) {
      const own = [at, at - 1, at + 1].find((index) => crossed[index] === body) ?? crossed.indexOf(body);
      if (own >= 0) crossed.splice(own, 1);
      continue;
    }
    const others = [crossed[at - 1], crossed[at]].filter(
      (other) => other && other.left < body.right - SLACK && body.left < other.right - SLACK,
    );
    // Macros over blockages, and macros over macros, are no business of the cells.
    for (const other of others) faults.push(`${body.name} overlaps ${other!.name}`);
    if (others.length === 0) crossed.splice(at, 0, body);
  }
  return faults;
}

/** Index of the first body whose left side is at or right of x. */
function indexIn(crossed: readonly Body[], x: number): number {
  let low = 0;
  let high = crossed.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (crossed[middle]!.left < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

const rowsByBottom = new WeakMap<object, Map<number, NonNullable<Block["rows"]>[number][]>>();

/** Rows of a block by their bottoms in hundredths of a µm. */
function rowsOf({ rows = [] }: Block) {
  let known = rowsByBottom.get(rows);
  if (!known) {
    known = new Map();
    for (const row of rows) {
      const key = Math.round(row.bottom * 100);
      known.set(key, [...(known.get(key) ?? []), row]);
    }
    rowsByBottom.set(rows, known);
  }
  return known;
}

/** Undefined if the rows that a cell covers hold it, on their sites, in the orientation of the lowest. */
function faultInRows(block: Block, { left, right, bottom, top }: Body, turn: string): string | undefined {
  const upsideDown = /S/.test(turn);
  let y = bottom;
  for (let count = 0; y < top - SLACK; count++) {
    const key = Math.round(y * 100);
    const rows = [key - 1, key, key + 1].flatMap((at) => rowsOf(block).get(at) ?? []);
    const row = rows.find(
      (at) =>
        Math.abs(at.bottom - y) < SLACK &&
        at.left < left + SLACK &&
        at.left + at.sites * at.siteWidth > right - SLACK &&
        at.height < top - y + (count === 0 ? at.height : SLACK),
    );
    if (!row) return `is not within a row at ${left}, ${y}`;
    const site = (left - row.left) / row.siteWidth;
    if (Math.abs(site - Math.round(site)) * row.siteWidth > SLACK) return `is off the sites at ${left}`;
    const rowTurn = ORIENTATION_NAMES[row.orientation]!;
    if (count === 0 && /S/.test(rowTurn) !== upsideDown) return `is ${turn} in a row that is ${rowTurn}`;
    y += row.height;
  }
  return undefined;
}
