// Greedy placement by the wire mask: macros go one by one, each to the feasible cell that adds the least wirelength, with
// the soft macros at their estimated places. Wires alone would crowd the macros around the logic that they connect to and
// leave the cells no room. So a cell also gains by being near an edge, by leaving room where the soft macros gather, and
// by leaving no gaps between macros (env/features/neighbourhood.ts), and loses by its distance from the macro's quadratic
// target (env/features/quadratic-target.ts). Restarts add noise.
import { cellDistance, type Environment, PLANES, STATE_NUMBERS } from "../../env/index.js";
import type { Random } from "../../netlist/index.js";
import type { DrawnSettings, OneShotPlacer } from "../restarts/one-shot.js";

/** What restarts draw. Costs of cells are in spans of the macro's wire mask, from its best cell to its worst. */
export const GREEDY_SETTINGS = {
  edgeWeight: {
    least: 0.3,
    most: 10,
    meaning: "worth of a cell at the canvas edge over one in the middle, in spans of the wire mask",
  },
  roomWeight: {
    least: 0.1,
    most: 10,
    meaning: "worth of leaving room for soft macros and of touching other macros, in spans of the wire mask",
  },
  targetWeight: {
    least: 0.1,
    most: 10,
    meaning: "cost of lying a canvas diagonal away from the quadratic target, in spans of the wire mask",
  },
  noise: { least: 0.005, most: 0.3, meaning: "spread of the noise on each cell, in spans of the wire mask" },
  growth: {
    least: 0.1,
    most: 10,
    meaning: "order of the macros: above 1 along the connections, otherwise by area",
  },
} as const;

/** All weights are those of the observations' prior. */
export const GREEDY_PLAIN = { edgeWeight: 1, roomWeight: 1, targetWeight: 1, noise: 0, growth: 0.1 };

export type GreedySettings = Readonly<Partial<Record<keyof typeof GREEDY_SETTINGS, number>>>;

/** Tries of one attempt to get past dead ends, on crowded canvases. */
const TRIES = 40;
/** What every dead end adds to the noise of the next try, in wire spans. */
const NOISE_PER_DEAD_END = 0.02;

const greedyPlacer: OneShotPlacer = {
  name: "greedy",
  description: "macros one by one, each on the cell where wires, edges and soft macros cost least",
  module: import.meta.url,
  settings: GREEDY_SETTINGS,
  oldNames: { renamed: { planWeight: "targetWeight" } },
  starts: [GREEDY_PLAIN, { ...GREEDY_PLAIN, growth: 10 }],

  place(context, { settings }: { readonly settings: DrawnSettings & GreedySettings }, random) {
    const { growth = 0 } = settings;
    const environment = context.environment(growth > 1 ? "connectivity" : "area");
    for (let deadEnds = 0; deadEnds < TRIES; deadEnds++) {
      const noise = (settings.noise ?? 0) + NOISE_PER_DEAD_END * deadEnds;
      if (greedyPlacement(environment, { ...settings, noise }, random)) return true;
    }
    return false;
  },
};
export default greedyPlacer;

/**
 * Places the macros of an environment's episode in its order, but not yet the soft macros; false if one finds no cell.
 * Of equal cells it takes the one nearest to the macro before, or to the canvas centre for the first, so that macros
 * without wires fill the canvas from one side with few gaps; then the first in row-major order.
 */
export function greedyPlacement(
  { episode, observer }: Pick<Environment, "episode" | "observer">,
  settings: GreedySettings,
  random: Random,
): boolean {
  const { edgeWeight, roomWeight, targetWeight, noise } = { ...GREEDY_PLAIN, ...settings };
  const { columns, rows } = episode.judge.block.grid;
  const cells = columns * rows;
  const planes = new Float32Array(observer.planes * cells);
  const state = new Float32Array(STATE_NUMBERS);
  const plane = (name: (typeof PLANES)[number]) =>
    planes.subarray(PLANES.indexOf(name) * cells, (PLANES.indexOf(name) + 1) * cells);
  const [wires, edgeXs, edgeYs] = [plane("wire"), plane("edgeX"), plane("edgeY")];
  const [softMacroDistance, softMacroOverlap, contact] = [
    plane("softMacroDistance"),
    plane("softMacroOverlap"),
    plane("contact"),
  ];
  const target = plane("quadraticTarget");
  episode.reset();
  let previous = Math.floor(rows / 2) * columns + Math.floor(columns / 2);
  while (!episode.complete && !episode.deadEnd) {
    observer.observe(planes, state);
    const { mask } = episode;
    let chosen = -1;
    let least = Number.POSITIVE_INFINITY;
    let nearest = Number.POSITIVE_INFINITY;
    for (let cell = 0; cell < cells; cell++) {
      if (mask[cell] === 0) continue;
      const room = softMacroDistance[cell]! + contact[cell]! - softMacroOverlap[cell]!;
      const edge = Math.max(edgeXs[cell]!, edgeYs[cell]!);
      let score = wires[cell]! + targetWeight * target[cell]! - edgeWeight * edge - roomWeight * room;
      if (noise > 0) score += noise * random.normal();
      if (score > least) continue;
      const distance = cellDistance(cell, previous, columns);
      if (score === least && distance >= nearest) continue;
      least = score;
      nearest = distance;
      chosen = cell;
    }
    episode.place(chosen);
    previous = chosen;
  }
  return episode.complete;
}
