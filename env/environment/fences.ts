// Fences: regions that their hard macros may not leave and, if exclusive, others may not enter. Masks treat them as
// blockages that differ from macro to macro. Halos do not count: they may lie over any of these.
import { type Block, overhangOf, type Rectangle } from "../../netlist/index.js";

/**
 * The fences that a node belongs to and how far it may lie over edges, as a text. Macros of one size with the same text
 * may go to the same places.
 */
export function fencesOf({ fences = [], halos }: Block, node: number): string {
  const own = fences.flatMap(({ members }, index) => (members.includes(node) ? [index] : [])).join(" ");
  if (!halos) return own;
  const { x, y } = overhangOf({ halos }, node);
  return `${own} over ${x} ${y}`;
}

/** What a hard macro may not overlap, µm: blockages, exclusive fences of others, and the canvas outside its own fences. */
export function forbiddenTo(
  { blockages, fences = [], canvas }: Pick<Block, "blockages" | "fences" | "canvas">,
  node: number,
): Rectangle[] {
  return [
    ...blockages,
    ...fences.flatMap(({ rectangles, members, exclusive, isOpen }) => {
      if (members.includes(node)) return isOpen ? [] : outsideOf(rectangles, canvas.width, canvas.height);
      return exclusive ? rectangles : [];
    }),
  ];
}

/** The canvas, from (0, 0) to `width` and `height`, without `rectangles`, cut into rectangles that do not overlap. */
export function outsideOf(rectangles: readonly Rectangle[], width: number, height: number): Rectangle[] {
  return partsOf(rectangles, [width, height], false);
}

/** The part of the canvas that `rectangles` cover, cut into rectangles that do not overlap. */
export function insideOf(rectangles: readonly Rectangle[], width: number, height: number): Rectangle[] {
  return partsOf(rectangles, [width, height], true);
}

function partsOf(
  rectangles: readonly Rectangle[],
  [width, height]: readonly [number, number],
  isInside: boolean,
): Rectangle[] {
  const cuts = (size: number, ends: readonly number[]) =>
    [...new Set([0, size, ...ends.filter((end) => end > 0 && end < size)])].sort((a, b) => a - b);
  const xs = cuts(
    width,
    rectangles.flatMap(({ left, right }) => [left, right]),
  );
  const ys = cuts(
    height,
    rectangles.flatMap(({ bottom, top }) => [bottom, top]),
  );
  const parts: Rectangle[] = [];
  for (let row = 0; row + 1 < ys.length; row++) {
    const [bottom, top] = [ys[row]!, ys[row + 1]!];
    let run: { left: number; right: number } | undefined;
    for (let column = 0; column + 1 < xs.length; column++) {
      const [left, right] = [xs[column]!, xs[column + 1]!];
      const covered = rectangles.some(
        (r) => r.left <= left && r.right >= right && r.bottom <= bottom && r.top >= top,
      );
      const isPart = covered === isInside;
      if (isPart && run) run.right = right;
      else if (isPart) run = { left, right };
      if (run && (!isPart || column + 2 === xs.length)) {
        parts.push({ ...run, bottom, top });
        run = undefined;
      }
    }
  }
  return parts;
}

/** Area of the union of rectangles within the canvas, µm². */
export function coveredArea(rectangles: readonly Rectangle[], width: number, height: number): number {
  const xs = [0, width];
  for (const { left, right } of rectangles) for (const x of [left, right]) if (x > 0 && x < width) xs.push(x);
  xs.sort((a, b) => a - b);
  const upwards = [...rectangles].sort((a, b) => a.bottom - b.bottom);
  let area = 0;
  for (let slab = 0; slab + 1 < xs.length; slab++) {
    const [left, right] = [xs[slab]!, xs[slab + 1]!];
    if (left === right) continue;
    let reached = 0;
    let length = 0;
    for (const rectangle of upwards) {
      if (!(rectangle.left <= left && rectangle.right >= right)) continue;
      const top = Math.min(rectangle.top, height);
      if (top <= reached) continue;
      length += top - Math.max(rectangle.bottom, reached);
      reached = top;
    }
    area += length * (right - left);
  }
  return area;
}
