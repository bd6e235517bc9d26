// Guides: regions that pull hard macros. The pull is a part of the cost that searches see.
import { f64At, i32At, isSideways, JudgeState } from "./judge-state";

/** How far a span with this centre and half length is from being inside another one, or from its middle if it is longer. */
// @ts-ignore: decorator
@inline
function beyond(centre: f64, half: f64, low: f64, high: f64): f64 {
  const free = max(0, (high - low) / 2 - half);
  return max(0, abs(centre - (low + high) / 2) - free);
}

/** The pull of all guides in units of the proxy cost: the distances of their members, in x and y, from the nearest rectangle. */
export function pullOf(judge: JudgeState): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < judge.guideCount; i++) {
    const node = i32At(judge.guideNodes, i);
    const x = f64At(judge.xs, node);
    const y = f64At(judge.ys, node);
    if (x != x) continue; // not placed
    const sideways = isSideways(judge, node);
    const halfWidth = f64At(judge.guideSides, 2 * i + (sideways ? 1 : 0)) / 2;
    const halfHeight = f64At(judge.guideSides, 2 * i + (sideways ? 0 : 1)) / 2;
    let least: f64 = Infinity;
    const end = i32At(judge.guideStarts, i + 1);
    for (let j = i32At(judge.guideStarts, i); j < end; j++) {
      const way = beyond(x, halfWidth, f64At(judge.guideBoxes, 4 * j), f64At(judge.guideBoxes, 4 * j + 2)) +
        beyond(y, halfHeight, f64At(judge.guideBoxes, 4 * j + 1), f64At(judge.guideBoxes, 4 * j + 3));
      least = min(least, way);
    }
    sum += least;
  }
  return sum * judge.guideFactor;
}

/** The same by address. */
export function guidePull(address: usize): f64 {
  return pullOf(changetype<JudgeState>(address));
}
