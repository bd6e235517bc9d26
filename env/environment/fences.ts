// Fences: regions that some hard macros may not leave and, if exclusive, no other may enter. To masks they are
// blockages that differ from macro to macro.
import type { Block, Rectangle } from "../../netlist/index.js";

/** The fences that a node belongs to, as a text: macros with the same text may stand in the same places. */
export function fencesOf({ fences = [] }: Block, node: number): string {
  return fences.flatMap(({ members }, index) => (members.includes(node) ? [index] : [])).join(" ");
}

/**
 * What a hard macro may not overlap, in µm: the blockages, exclusive fences of others, and all of the canvas beside its
 * own fences.
 */
export function forbiddenTo(block: Block, node: number): Rectangle[] {
  const { blockages, fences = [], canvas } = block;
  return [
    ...blockages,
    ...fences.flatMap(({ rectangles, members, exclusive }) => {
      if (members.includes(node)) return beside(rectangles, canvas.width, canvas.height);
      return exclusive ? rectangles : [];
    }),
  ];
}

/** Rectangles that cover what `rectangles` leave of the canvas, none overlapping another. */
export function beside(rectangles: readonly Rectangle[], width: number, height: number): Rectangle[] {
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
  const rest: Rectangle[] = [];
  for (let row = 0; row + 1 < ys.length; row++) {
    const [bottom, top] = [ys[row]!, ys[row + 1]!];
    let run: { left: number; right: number } | undefined;
    for (let column = 0; column + 1 < xs.length; column++) {
      const [left, right] = [xs[column]!, xs[column + 1]!];
      const covered = rectangles.some(
        (r) => r.left <= left && r.right >= right && r.bottom <= bottom && r.top >= top,
      );
      if (!covered && run) run.right = right;
      else if (!covered) run = { left, right };
      if (run && (covered || column + 2 === xs.length)) {
        rest.push({ ...run, bottom, top });
        run = undefined;
      }
    }
  }
  return rest;
}

/** Area of the union of rectangles within the canvas, µm². */
export function coveredArea(rectangles: readonly Rectangle[], width: number, height: number): number {
  const rest = beside(rectangles, width, height);
  return rest.reduce((area, r) => area - (r.right - r.left) * (r.top - r.bottom), width * height);
}
