// Bookshelf `.shapes`: nodes that are unions of rectangles, as in the ISPD 2011 and DAC 2012 sets. Places in the file are
// absolute, so only fixed nodes can have an outline.
import { append } from "../../arrays.js";
import type { Rectangle } from "../../block.js";
import { InputError } from "../../input-error.js";
import type { NodeList } from "./nodes.js";
import { readWords, toCount, toNumber, valuesOf } from "./words.js";

/** Rectangles of a node in database units, as in the file. */
export interface Shape {
  readonly node: number;
  readonly rectangles: readonly Rectangle[];
  readonly where: string;
}

/** Reads a `.shapes` file. */
export async function readShapes(path: string, nodes: NodeList): Promise<Shape[]> {
  const shapes: { node: number; rectangles: Rectangle[]; where: string }[] = [];
  const seen = new Set<number>();
  let missing = 0;
  await readWords(path, "shapes", (line) => {
    const { words, where } = line;
    if (missing > 0) {
      if (words.length !== 5)
        throw new InputError(where, `${words.length} words, 'shape x y width height' was expected`);
      const [left, bottom, width, height] = words
        .slice(1)
        .map((word) => toNumber(word, where, "a number of the shape")) as [number, number, number, number];
      if (width < 0 || height < 0)
        throw new InputError(where, `the rectangle is ${width} x ${height}, not negative was expected`);
      shapes.at(-1)!.rectangles.push({ left, bottom, right: left + width, top: bottom + height });
      missing--;
      return;
    }
    if (valuesOf(line, "NumNonRectangularNodes")) return;
    const [name, colon, count] = words;
    const node = nodes.numbers.get(name!);
    if (colon !== ":" || node === undefined)
      throw new InputError(
        where,
        `'${words.join(" ")}', 'node : count' with a node of the block was expected`,
      );
    if (seen.has(node)) throw new InputError(where, `node '${name}' has a shape already`);
    seen.add(node);
    missing = toCount(count, where, "the number of rectangles");
    shapes.push({ node, rectangles: [], where });
  });
  if (missing > 0)
    throw new InputError(path, `the last node lacks ${missing} rectangles`, "is the file cut off?");
  return shapes;
}

/** Lengths in database units below this are rounding of the file. */
const ROUNDING = 1e-3;

/**
 * The outline of a node as rectangles that do not overlap, the largest first; undefined if it is the node's box. Throws
 * `InputError` if the shape leaves the box.
 */
export function outlineOf(
  { rectangles, where }: Shape,
  name: string,
  box: Rectangle,
): Rectangle[] | undefined {
  for (const { left, bottom, right, top } of rectangles)
    if (
      left < box.left - ROUNDING ||
      bottom < box.bottom - ROUNDING ||
      right > box.right + ROUNDING ||
      top > box.top + ROUNDING
    )
      throw new InputError(
        where,
        `a rectangle of '${name}' from (${left}, ${bottom}) to (${right}, ${top}) leaves its box from (${box.left}, ${box.bottom}) to (${box.right}, ${box.top})`,
        "places in this file are absolute; do .nodes and .pl agree with it?",
      );
  const parts = disjoint(rectangles.filter(({ left, bottom, right, top }) => right > left && top > bottom));
  if (parts.length === 0) return undefined;
  if (parts.length === 1 && areaOf(parts[0]!) >= areaOf(box) * (1 - 1e-9)) return undefined;
  return parts.sort((a, b) => areaOf(b) - areaOf(a) || a.bottom - b.bottom || a.left - b.left);
}

function areaOf({ left, bottom, right, top }: Rectangle): number {
  return (right - left) * (top - bottom);
}

/** The same area without overlaps: as it is given if there are none, else cut into bands from bottom to top. */
function disjoint(rectangles: readonly Rectangle[]): Rectangle[] {
  const overlap = rectangles.some((a, i) =>
    rectangles
      .slice(i + 1)
      .some(
        (b) =>
          Math.min(a.right, b.right) > Math.max(a.left, b.left) &&
          Math.min(a.top, b.top) > Math.max(a.bottom, b.bottom),
      ),
  );
  if (!overlap) return [...rectangles];
  const ys = [...new Set(rectangles.flatMap(({ bottom, top }) => [bottom, top]))].sort((a, b) => a - b);
  const bands: Rectangle[] = [];
  let open: Rectangle[] = [];
  for (let i = 0; i + 1 < ys.length; i++) {
    const [bottom, top] = [ys[i]!, ys[i + 1]!];
    const spans = mergedSpans(rectangles.filter((part) => part.bottom <= bottom && part.top >= top));
    const continues =
      spans.length === open.length &&
      spans.every(([left, right], k) => open[k]!.left === left && open[k]!.right === right);
    if (continues) {
      open = open.map((part) => ({ ...part, top }));
      continue;
    }
    append(bands, open);
    open = spans.map(([left, right]) => ({ left, bottom, right, top }));
  }
  append(bands, open);
  return bands;
}

function mergedSpans(parts: readonly Rectangle[]): [number, number][] {
  const merged: [number, number][] = [];
  for (const { left, right } of [...parts].sort((a, b) => a.left - b.left)) {
    const last = merged.at(-1);
    if (last && left <= last[1]) last[1] = Math.max(last[1], right);
    else merged.push([left, right]);
  }
  return merged;
}
