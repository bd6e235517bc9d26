// The space that macros leave: channels between them, notches, and pins that face a wall. Lengths are µm.
import {
  append,
  type Block,
  boxOf,
  leastOf,
  NodeKind,
  type Placement,
  type Rectangle,
  turnOffset,
} from "../../netlist/index.js";

export interface MacroGaps {
  /** Channels of less are narrow. */
  readonly narrowBelow: number;
  /** Width of the narrowest channel, undefined if no two macros face each other; and how many are narrow. */
  readonly narrowest: number | undefined;
  readonly narrow: number;
  /** Pairs of macros that touch: no channel. */
  readonly abutted: number;
  /** Pockets of free space with one way out or none, in which no square of side `narrowBelow` fits; their area in µm². */
  readonly notches: number;
  readonly notchArea: number;
  /** Pins of macros on nets; those within `narrowBelow` of another macro or the canvas's edge, seen from the side they are on. */
  readonly pins: number;
  readonly pinsFacingWalls: number;
}

/** A channel is narrow if it holds fewer rows of cells: repeaters and the wires to the pins on either side need about that. */
export const NARROW_ROWS = 5;

/** Distances that rounding in files makes. */
const TOUCHING = 1e-6;

/** The gaps of a block with its hard macros placed. `narrowBelow` is a length in µm above 0. */
export function macroGapsOf(block: Block, placement: Placement, narrowBelow: number): MacroGaps {
  const { nodes, boxes } = placedBoxes(block, placement);
  const { notches, area } = notchesAmong(boxes, block.canvas, narrowBelow);
  return {
    narrowBelow,
    ...channelsOf(boxes, narrowBelow),
    notches: notches.length,
    notchArea: area,
    ...pinsOf(block, placement, { nodes, boxes, narrowBelow }),
  };
}

/** A pocket of free space between macros. */
export interface Notch {
  /** Disjoint, from the lowest to the highest; together they are the pocket, as exact as pixels are. */
  readonly rectangles: readonly Rectangle[];
}

/** The notches that `macroGapsOf` counts, with their places. `narrowBelow` is a length in µm above 0. */
export function notchesOf(block: Block, placement: Placement, narrowBelow: number): Notch[] {
  return notchesAmong(placedBoxes(block, placement).boxes, block.canvas, narrowBelow).notches;
}

/** The hard macros that have places, with their boxes. */
function placedBoxes(
  block: Block,
  placement: Placement,
): { readonly nodes: readonly number[]; readonly boxes: readonly Rectangle[] } {
  const nodes: number[] = [];
  const boxes: Rectangle[] = [];
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] !== NodeKind.HardMacro) continue;
    const box = boxOf(block, placement, node);
    if (Number.isNaN(box.left + box.bottom)) continue;
    nodes.push(node);
    boxes.push(box);
  }
  return { nodes, boxes };
}

/** The space between two macros that face each other. */
interface Channel {
  readonly width: number;
  readonly between: Rectangle;
}

function channelsOf(
  boxes: readonly Rectangle[],
  narrowBelow: number,
): Pick<MacroGaps, "narrowest" | "narrow" | "abutted"> {
  const channels: Channel[] = [];
  let abutted = 0;
  for (let i = 0; i < boxes.length; i++)
    for (let j = i + 1; j < boxes.length; j++) {
      const channel = channelBetween(boxes[i]!, boxes[j]!);
      if (!channel) continue;
      if (channel.width <= TOUCHING) abutted++;
      else channels.push(channel);
    }
  channels.sort((a, b) => a.width - b.width);
  let narrowest: number | undefined;
  let narrow = 0;
  for (const { width, between } of channels) {
    if (narrowest !== undefined && width >= narrowBelow) break;
    if (boxes.some((box) => overlap(box, between))) continue; // another macro stands in it
    narrowest ??= width;
    if (width < narrowBelow) narrow++;
  }
  return { narrowest, narrow, abutted };
}

/** What lies between two boxes that share a stretch in x or in y; undefined if none does, or if they overlap. */
function channelBetween(a: Rectangle, b: Rectangle): Channel | undefined {
  const [left, right] = [Math.max(a.left, b.left), Math.min(a.right, b.right)];
  const [bottom, top] = [Math.max(a.bottom, b.bottom), Math.min(a.top, b.top)];
  if (top - bottom > TOUCHING && left - right >= -TOUCHING)
    return { width: left - right, between: { left: right, right: left, bottom, top } };
  if (right - left > TOUCHING && bottom - top >= -TOUCHING)
    return { width: bottom - top, between: { left, right, bottom: top, top: bottom } };
  return undefined;
}

function overlap(a: Rectangle, b: Rectangle): boolean {
  return (
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > TOUCHING &&
    Math.min(a.top, b.top) - Math.max(a.bottom, b.bottom) > TOUCHING
  );
}

/** Pixels of a side of the square that must fit, and of the longest side of the picture. */
const SQUARE = 4;
const MOST_PIXELS = 1024;

/** Finds notches, and their area in µm², on a picture of the canvas with `SQUARE` pixels to `narrowBelow`, or less if the canvas is large. */
function notchesAmong(
  boxes: readonly Rectangle[],
  { width, height }: Block["canvas"],
  narrowBelow: number,
): { readonly notches: Notch[]; readonly area: number } {
  const pixel = Math.max(narrowBelow / SQUARE, Math.max(width, height) / MOST_PIXELS);
  const side = Math.max(1, Math.round(narrowBelow / pixel));
  const columns = Math.max(1, Math.round(width / pixel));
  const rows = Math.max(1, Math.round(height / pixel));
  const covered = new Uint8Array(columns * rows);
  for (const { left, bottom, right, top } of boxes)
    for (let row = edgeAt(bottom, height, rows); row < edgeAt(top, height, rows); row++)
      covered.fill(
        1,
        row * columns + edgeAt(left, width, columns),
        row * columns + edgeAt(right, width, columns),
      );
  const open = openedBy(covered, { columns, rows, side });
  const seen = new Uint8Array(columns * rows);
  const isTight = (cell: number) => !covered[cell] && !open[cell];
  const [across, up] = [width / columns, height / rows];
  const notches: Notch[] = [];
  let pixels = 0;
  for (let start = 0; start < seen.length; start++) {
    if (seen[start] || !isTight(start)) continue;
    const doors = new Set<number>(); // free pixels beside the pocket in which a square fits
    const pocket = flood(start, { columns, rows, seen }, (cell) => {
      if (open[cell]) doors.add(cell);
      return isTight(cell);
    });
    if (pocket.length < (side / 2) ** 2 || countGroups(doors, columns) > 1) continue;
    const rectangles = rectanglesOf(pocket, columns).map(({ left, right, bottom, top }) => ({
      left: left * across,
      right: right * across,
      bottom: bottom * up,
      top: top * up,
    }));
    notches.push({ rectangles });
    pixels += pocket.length;
  }
  return { notches, area: pixels * across * up };
}

/** Pixels as rectangles: runs along rows, of which equal ones above one another are joined. Sides count pixels. */
function rectanglesOf(pixels: readonly number[], columns: number): Rectangle[] {
  const done: Rectangle[] = [];
  let below: Rectangle[] = [];
  let current: Rectangle[] = [];
  let row = -1;
  const endRow = () => {
    append(done, below);
    below = current;
    current = [];
  };
  const sorted = [...pixels].sort((a, b) => a - b);
  for (let i = 0; i < sorted.length; ) {
    const first = sorted[i]!;
    const at = Math.floor(first / columns);
    const left = first % columns;
    let length = 1;
    while (sorted[i + length] === first + length && left + length < columns) length++;
    i += length;
    if (at !== row) {
      endRow();
      if (at !== row + 1) endRow();
      row = at;
    }
    const right = left + length;
    const under = below.findIndex((each) => each.left === left && each.right === right);
    const bottom = under < 0 ? at : below.splice(under, 1)[0]!.bottom;
    current.push({ left, right, bottom, top: at + 1 });
  }
  endRow();
  endRow();
  return done.sort((a, b) => a.bottom - b.bottom || a.left - b.left);
}

/** The pixel border nearest to a place. */
function edgeAt(place: number, length: number, pixels: number): number {
  return Math.min(pixels, Math.max(0, Math.round((place / length) * pixels)));
}

/** Free pixels that some free square of `side` pixels covers. */
function openedBy(
  covered: Uint8Array,
  { columns, rows, side }: { readonly columns: number; readonly rows: number; readonly side: number },
): Uint8Array {
  const open = new Uint8Array(covered.length);
  // Covered pixels of the rectangle from the corner to a pixel, which is not in it.
  const sums = new Int32Array((columns + 1) * (rows + 1));
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const at = (row + 1) * (columns + 1) + column + 1;
      sums[at] =
        sums[at - 1]! + sums[at - columns - 1]! - sums[at - columns - 2]! + covered[row * columns + column]!;
    }
  for (let row = 0; row + side <= rows; row++)
    for (let column = 0; column + side <= columns; column++) {
      const low = row * (columns + 1) + column;
      const high = low + side * (columns + 1);
      if (sums[high + side]! - sums[high]! - sums[low + side]! + sums[low]! > 0) continue;
      for (let y = row; y < row + side; y++) open.fill(1, y * columns + column, y * columns + column + side);
    }
  return open;
}

/** Visits the pixels joined to `start` for which `enter` is true, and returns them. Others are asked, but not entered. */
function flood(
  start: number,
  { columns, rows, seen }: { readonly columns: number; readonly rows: number; readonly seen: Uint8Array },
  enter: (cell: number) => boolean,
): number[] {
  const stack = [start];
  const visited: number[] = [];
  seen[start] = 1;
  for (let cell = stack.pop(); cell !== undefined; cell = stack.pop()) {
    visited.push(cell);
    const column = cell % columns;
    const row = (cell - column) / columns;
    const visit = (next: number) => {
      if (seen[next] || !enter(next)) return;
      seen[next] = 1;
      stack.push(next);
    };
    if (column > 0) visit(cell - 1);
    if (column + 1 < columns) visit(cell + 1);
    if (row > 0) visit(cell - columns);
    if (row + 1 < rows) visit(cell + columns);
  }
  return visited;
}

/** Groups of pixels that touch at sides or corners. */
function countGroups(cells: ReadonlySet<number>, columns: number): number {
  const left = new Set(cells);
  let groups = 0;
  for (const first of cells) {
    if (!left.delete(first)) continue;
    groups++;
    const stack = [first];
    for (let cell = stack.pop(); cell !== undefined; cell = stack.pop())
      for (const dy of [-columns, 0, columns])
        for (const dx of [-1, 0, 1]) if (left.delete(cell + dy + dx)) stack.push(cell + dy + dx);
  }
  return groups;
}

interface PlacedMacros {
  readonly nodes: readonly number[];
  readonly boxes: readonly Rectangle[];
  readonly narrowBelow: number;
}

function pinsOf(
  block: Block,
  placement: Placement,
  { nodes, boxes, narrowBelow }: PlacedMacros,
): Pick<MacroGaps, "pins" | "pinsFacingWalls"> {
  const macroOf = new Map(nodes.map((node, macro) => [node, macro]));
  let pins = 0;
  let pinsFacingWalls = 0;
  for (const pin of new Set(block.netPins)) {
    const macro = macroOf.get(block.pinNodes[pin]!);
    if (macro === undefined) continue;
    const [offsetX, offsetY] = [block.pinXOffsets[pin]!, block.pinYOffsets[pin]!];
    if (offsetX === 0 && offsetY === 0) continue; // files without pin offsets: it is on no side
    pins++;
    const node = nodes[macro]!;
    const [dx, dy] = turnOffset(placement.orientations[node]!, offsetX, offsetY);
    const place = { x: placement.xs[node]! + dx, y: placement.ys[node]! + dy };
    const view = viewFrom(place, boxes[macro]!, narrowBelow);
    const { width, height } = block.canvas;
    const isOutside =
      view.left < -TOUCHING ||
      view.bottom < -TOUCHING ||
      view.right > width + TOUCHING ||
      view.top > height + TOUCHING;
    if (isOutside || boxes.some((box, other) => other !== macro && overlap(box, view))) pinsFacingWalls++;
  }
  return { pins, pinsFacingWalls };
}

/** A thin strip of length `reach` outwards from the side of a box that is nearest to a pin. */
function viewFrom(
  { x, y }: { readonly x: number; readonly y: number },
  box: Rectangle,
  reach: number,
): Rectangle {
  const half = 2 * TOUCHING;
  const toSides = [x - box.left, box.right - x, y - box.bottom, box.top - y];
  const nearest = toSides.indexOf(leastOf(toSides));
  const across = { left: x - half, right: x + half };
  const up = { bottom: y - half, top: y + half };
  if (nearest === 0) return { ...up, left: box.left - reach, right: box.left };
  if (nearest === 1) return { ...up, left: box.right, right: box.right + reach };
  if (nearest === 2) return { ...across, bottom: box.bottom - reach, top: box.bottom };
  return { ...across, bottom: box.top, top: box.top + reach };
}
