// Macro placements made from another one, all legal where it is: varied quality without a search.
import {
  type Block,
  boxOf,
  composed,
  NodeKind,
  Orientation,
  type Placement,
  Random,
} from "../../netlist/index.js";

/** `amount`: of "swap" the share of macros that change places, of "nudge" the longest step over the canvas's sides. */
export interface Change {
  readonly kind: "swap" | "nudge" | "flip" | "mirror";
  readonly amount: number;
}

const SWEEPS = 3;
const TRIES = 10;

/** `placement` with its movable hard macros changed. The same seed gives the same change. */
export function changed(
  block: Block,
  placement: Placement,
  { kind, amount }: Change,
  seed: number,
): Placement {
  const result = {
    xs: placement.xs.slice(),
    ys: placement.ys.slice(),
    orientations: placement.orientations.slice(),
  };
  const random = Random.stream(seed, "truth", kind);
  const macros = [...Array(block.nodeCount).keys()].filter(
    (node) => block.kinds[node] === NodeKind.HardMacro && !block.fixed[node],
  );
  if (kind === "swap") swap(block, result, { macros, share: amount, random });
  else if (kind === "nudge") nudge(block, result, { macros, reach: amount, random });
  else if (kind === "flip")
    for (const macro of macros)
      result.orientations[macro] = composed(result.orientations[macro]!, random.below(4));
  else
    for (const macro of macros) {
      result.xs[macro] = block.canvas.width - result.xs[macro]!;
      result.orientations[macro] = composed(result.orientations[macro]!, Orientation.FN);
    }
  return result;
}

/** Lets a share of the macros change places with others of their size. */
function swap(
  { widths, heights }: Block,
  { xs, ys, orientations }: Placement,
  { macros, share, random }: { macros: readonly number[]; share: number; random: Random },
): void {
  const groups = new Map<string, number[]>();
  for (const macro of macros) {
    const size = `${widths[macro]} ${heights[macro]}`;
    groups.set(size, [...(groups.get(size) ?? []), macro]);
  }
  for (const group of groups.values())
    for (let swaps = Math.round((share * group.length) / 2); swaps > 0; swaps--) {
      const [a, b] = [group[random.below(group.length)]!, group[random.below(group.length)]!];
      for (const values of [xs, ys, orientations]) [values[a], values[b]] = [values[b]!, values[a]!];
    }
}

/** Moves every macro a few times by a random step that makes no overlap, if one is found. */
function nudge(
  block: Block,
  placement: Placement,
  { macros, reach, random }: { macros: readonly number[]; reach: number; random: Random },
): void {
  const { width, height } = block.canvas;
  const { xs, ys } = placement;
  const hard = [...Array(block.nodeCount).keys()].filter((node) => block.kinds[node] === NodeKind.HardMacro);
  const free = (macro: number) => {
    const box = boxOf(block, placement, macro);
    if (box.left < 0 || box.bottom < 0 || box.right > width || box.top > height) return false;
    return hard.every((other) => {
      if (other === macro) return true;
      const its = boxOf(block, placement, other);
      return box.right <= its.left || its.right <= box.left || box.top <= its.bottom || its.top <= box.bottom;
    });
  };
  for (let sweep = 0; sweep < SWEEPS; sweep++)
    for (const macro of macros) {
      const [x, y] = [xs[macro]!, ys[macro]!];
      for (let tries = 0; tries < TRIES; tries++) {
        xs[macro] = x + reach * width * (2 * random.uniform() - 1);
        ys[macro] = y + reach * height * (2 * random.uniform() - 1);
        if (free(macro)) break;
        [xs[macro], ys[macro]] = [x, y];
      }
    }
}
