// Guides as the judge counts them: how far each member is from its guide. Kernel: kernels/assembly/judge/guides.ts.
import type { Kernels } from "../../kernels/index.js";
import {
  type Block,
  GUIDE_WEIGHT,
  isSideways,
  leastOf,
  ownSizeOf,
  type Placement,
} from "../../netlist/index.js";

/** Numbers and addresses of the judge's record. */
export function guideArrays(kernels: Kernels, block: Block) {
  const { guides = [], canvas, guideWeight = GUIDE_WEIGHT } = block;
  if (guides.length === 0) return { guideCount: 0 };
  const pulls = guides.flatMap(({ members, rectangles }) => members.map((node) => ({ node, rectangles })));
  const starts = [0];
  for (const { rectangles } of pulls) starts.push(starts.at(-1)! + rectangles.length);
  const sides = pulls.flatMap(({ node }) => {
    const { width, height } = ownSizeOf(block, node);
    return [width, height];
  });
  const boxes = pulls.flatMap(({ rectangles }) =>
    rectangles.flatMap(({ left, bottom, right, top }) => [left, bottom, right, top]),
  );
  return {
    guideCount: pulls.length,
    guideFactor: guideWeight / (canvas.width + canvas.height),
    guideNodes: kernels.copyOf(Int32Array.from(pulls, ({ node }) => node)),
    guideSides: kernels.copyOf(Float64Array.from(sides)),
    guideStarts: kernels.copyOf(Int32Array.from(starts)),
    guideBoxes: kernels.copyOf(Float64Array.from(boxes)),
  };
}

/**
 * The pull of a block's guides on a placement, in units of the proxy cost: for each member how far it would have to move in x
 * and in y to be inside the nearest rectangle, or in its middle if it is larger, over the canvas's width and height.
 */
export function pullOfGuides(
  block: Pick<Block, "guides" | "guideWeight" | "canvas" | "widths" | "heights" | "halos">,
  { xs, ys, orientations }: Placement,
): number {
  const { guides = [], guideWeight = GUIDE_WEIGHT, canvas } = block;
  const beyond = (centre: number, length: number, low: number, high: number) =>
    Math.max(0, Math.abs(centre - (low + high) / 2) - Math.max(0, (high - low - length) / 2));
  let sum = 0;
  for (const { members, rectangles } of guides)
    for (const node of members) {
      const { width, height } = ownSizeOf(block, node);
      const [across, up] = isSideways(orientations[node]!) ? [height, width] : [width, height];
      const ways = rectangles.map(
        ({ left, bottom, right, top }) =>
          beyond(xs[node]!, across, left, right) + beyond(ys[node]!, up, bottom, top),
      );
      if (!Number.isNaN(xs[node]!)) sum += leastOf(ways);
    }
  return (guideWeight * sum) / (canvas.width + canvas.height);
}
