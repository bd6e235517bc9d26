// Greedy placement by the wire mask: macros go one by one, each onto the feasible cell where the wirelength grows
// least, anticipated soft macros counted where they would be drawn. Wires alone crowd the macros around the logic
// that they talk to and leave the cells no room, so each cell is also paid for lying near an edge of the canvas, and
// for leaving room where soft macros gather and no gaps between macros (env/features/neighbourhood.ts), and pays for its distance
// from where a plan of the whole has the macro (env/features/quadratic-target.ts); restarts add noise.
import { cellDistance, type Episode, type Observer, PLANES, STATE_NUMBERS } from "../../env/index.js";
import type { Random } from "../../netlist/index.js";
import type { DrawnSettings, OneShotPlacer } from "../restarts/one-shot.js";

/** What restarts draw. Costs of cells are in spans of the macro's wire mask, from its best cell to its worst. */
export const GREEDY_SETTINGS = {
  edgeWeight: {
    least: 0.3,
    most: 10,
    meaning: "what an edge cell is worth over a middle one, in wire spans",
  },
  roomWeight: {
    least: 0.1,
    most: 10,
    meaning: "what room left to soft macros and touching macros are worth, in wire spans",
  },
  targetWeight: {
    least: 0.1,
    most: 10,
    meaning: "what it costs to be a whole diagonal from the plan, in wire spans",
  },
  noise: { least: 0.005, most: 0.3, meaning: "spread of the noise on each cell, in wire spans" },
  growth: {
    least: 0.1,
    most: 10,
    meaning: "order of the macros: over 1 grown along the wires, else by area",
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
  starts: [GREEDY_PLAIN, { ...GREEDY_PLAIN, growth: 10 }],

  place(context, { settings }: { readonly settings: DrawnSettings & GreedySettings }, random) {
    const { growth = 0 } = settings;
    const { episode, observer } = context.game(growth > 1 ? "connectivity" : "area");
    for (let deadEnds = 0; deadEnds < TRIES; deadEnds++) {
      const noise = (settings.noise ?? 0) + NOISE_PER_DEAD_END * deadEnds;
      if (greedyPlacement(episode, observer, { ...settings, noise }, random)) return true;
    }
    return false;
  },
};
export default greedyPlacer;

/**
 * Places the macros of an episode in its order; false if one finds no cell. The soft macros are yet to be settled.
 * Of equal cells the one nearest to where the macro before went is taken (to the canvas centre, for the first), so
 * that macros without wires fill up the canvas from one side and keep their gaps few; then the first in row-major
 * order.
 */
export function greedyPlacement(
  episode: Episode,
  observer: Observer,
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
  const plan = plane("quadraticTarget");
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
      let score = wires[cell]! + targetWeight * plan[cell]! - edgeWeight * edge - roomWeight * room;
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
