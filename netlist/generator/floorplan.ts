// The floorplan of a generated block: canvas, blockages, fixed macros and grid, with enough room for random placements.
import type { Blockage, Canvas, Grid, Rectangle } from "../block.js";
import type { Size } from "../fitting-turned.js";
import { chooseGrid } from "../grid-choice.js";
import { InputError } from "../input-error.js";
import { asInFile } from "../netlist-draft.js";
import type { Random } from "../random.js";
import { sampleOnce } from "./sampler.js";

export interface FloorplanRequest {
  readonly sizes: readonly Size[];
  /** Area of hard and soft macros, in µm². */
  readonly area: number;
  readonly utilisation: number;
  /** Whether the caller chose the utilisation; then the canvas may grow by at most a quarter. */
  readonly asked: boolean;
  readonly aspect: number;
  /** Target number of grid cells. */
  readonly cells: number;
  readonly blockages: number;
  readonly fixedMacros: number;
}

export interface Floorplan {
  readonly canvas: Canvas;
  readonly grid: Grid;
  readonly blockages: readonly Blockage[];
  /** Centres of fixed macros in µm, by index of the macro. */
  readonly fixed: ReadonlyMap<number, readonly [x: number, y: number]>;
}

// Of 48 random games 42 must end with all macros placed, so that a policy in training meets few dead ends. Fewer games
// would not do: among many canvases tried, one is soon lucky in a few games.
const SAMPLES = 48;
const MOST_DEAD_ENDS = 6;
const GROWTH = 1.04; // of the canvas area, per attempt
const MOST_ATTEMPTS = 40; // 4.8 times the area
const MOST_ATTEMPTS_ASKED = 6; // 1.27 times

/**
 * The smallest canvas, from the requested area up, on which random placements of the macros seldom dead-end. The same
 * stream gives the same floorplan. Throws `InputError` if there is none.
 */
export function makeFloorplan(request: FloorplanRequest, stream: (purpose: string) => Random): Floorplan {
  const attempts = request.asked ? MOST_ATTEMPTS_ASKED : MOST_ATTEMPTS;
  for (let attempt = 0; attempt <= attempts; attempt++)
    for (const fineness of attempt === 0 ? [1] : [1, 2]) {
      const floorplan = tryFloorplan(request, { room: GROWTH ** attempt, fineness }, stream);
      if (floorplan) return floorplan;
    }
  throw new InputError(
    "utilisation",
    `${request.utilisation.toFixed(3)} at an aspect of ${request.aspect.toFixed(3)}, ${request.sizes.length} macros: random placements dead-end, also on a canvas of ${(GROWTH ** attempts).toFixed(2)} times the area`,
    "lower the utilisation, raise the share of soft macros, bring the aspect closer to 1 or ask for fewer blockages and fixed macros",
  );
}

interface Attempt {
  /** Canvas area, in that of the request. */
  readonly room: number;
  /** Number of grid cells, in that of the request. */
  readonly fineness: number;
}

function tryFloorplan(
  request: FloorplanRequest,
  { room, fineness }: Attempt,
  stream: (purpose: string) => Random,
): Floorplan | undefined {
  const { sizes, aspect } = request;
  const shares = drawBlockageShares(request.blockages, stream("blockages"));
  const blocked = shares.reduce((sum, share) => sum + share, 0);
  const area = (room * request.area) / request.utilisation / (1 - blocked);
  const canvas = { width: round3(Math.sqrt(area * aspect)), height: round3(Math.sqrt(area / aspect)) };
  const blockages = placeBlockages(shares, canvas, stream("blockages/places"));
  const fixed = placeFixedMacros(request, { canvas, blockages }, stream("fixed macros"));
  if (!fixed) return undefined;
  let grid: Grid;
  try {
    grid = chooseGrid(sizes, canvas, fineness * request.cells);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
  const movable = sizes.filter((_, macro) => !fixed.has(macro));
  const taken = [...blockages, ...[...fixed].map(([macro, [x, y]]) => rectangleAround(sizes[macro]!, x, y))];
  let deadEnds = 0;
  for (let sample = 0; sample < SAMPLES; sample++) {
    const placed = sampleOnce(movable, { canvas, grid, taken }, stream(`sample ${sample}`));
    if (placed < movable.length && ++deadEnds > MOST_DEAD_ENDS) return undefined;
  }
  return { canvas, grid, blockages, fixed };
}

function drawBlockageShares(count: number, random: Random): number[] {
  return Array.from({ length: count }, () => 0.01 + 0.02 * random.uniform());
}

/** Rectangles of these shares of the canvas: in corners, at edges, or (one in four) inside. */
function placeBlockages(shares: readonly number[], canvas: Canvas, random: Random): Blockage[] {
  const blockages: Blockage[] = [];
  for (const share of shares) {
    let made: Blockage | undefined;
    for (let tries = 0; !made && tries < 100; tries++) {
      const stretch = Math.exp(0.5 * random.normal());
      const width = Math.min(Math.sqrt(share * stretch), 0.5) * canvas.width;
      const height = Math.min(Math.sqrt(share / stretch), 0.5) * canvas.height;
      const x = [0, 1, random.uniform(), random.uniform()][random.below(4)]! * (canvas.width - width);
      const y = [0, 1, random.uniform(), random.uniform()][random.below(4)]! * (canvas.height - height);
      const box = {
        left: round3(x),
        bottom: round3(y),
        right: round3(x + width),
        top: round3(y + height),
        rate: 1,
      };
      if (!blockages.some((other) => overlap(box, other))) made = box;
    }
    if (made) blockages.push(made);
  }
  return blockages;
}

/** Macros flush with an edge of the canvas, clear of blockages and each other; undefined if they do not fit. */
function placeFixedMacros(
  { sizes, fixedMacros }: FloorplanRequest,
  { canvas, blockages }: Pick<Floorplan, "canvas" | "blockages">,
  random: Random,
): Map<number, readonly [number, number]> | undefined {
  const chosen = random.shuffle(Array.from(sizes.keys())).slice(0, fixedMacros);
  const places = new Map<number, readonly [number, number]>();
  const taken: Rectangle[] = [...blockages];
  for (const macro of chosen.sort((a, b) => a - b)) {
    const { width, height } = sizes[macro]!;
    let tries = 0;
    for (; tries < 200; tries++) {
      const edge = random.below(4);
      const along = random.uniform();
      const xShare = edge < 2 ? edge : along;
      const yShare = edge < 2 ? along : edge - 2;
      const x = asInFile(round3(width / 2 + 0.001 + xShare * (canvas.width - width - 0.003)));
      const y = asInFile(round3(height / 2 + 0.001 + yShare * (canvas.height - height - 0.003)));
      const box = rectangleAround(sizes[macro]!, x, y);
      const inside =
        box.left >= 0 && box.bottom >= 0 && box.right <= canvas.width && box.top <= canvas.height;
      if (!inside || taken.some((other) => overlap(box, other))) continue;
      places.set(macro, [x, y]);
      taken.push(box);
      break;
    }
    if (tries === 200) return undefined;
  }
  return places;
}

function rectangleAround({ width, height }: Size, x: number, y: number): Rectangle {
  return { left: x - width / 2, bottom: y - height / 2, right: x + width / 2, top: y + height / 2 };
}

function overlap(a: Rectangle, b: Rectangle): boolean {
  return a.left < b.right && b.left < a.right && a.bottom < b.top && b.bottom < a.top;
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}
