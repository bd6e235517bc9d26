// Placement methods, and the cell placers and tools that they share.

import analyticPlacer from "./analytic/analytic.js";
import { annealMethod } from "./anneal/anneal.js";
import greedyPlacer from "./greedy/greedy.js";
import type { Method } from "./method.js";
import mincutPlacer from "./mincut/mincut.js";
import { mixedMethod } from "./mixed/mixed.js";
import randomPlacer from "./random/random.js";
import refinePlacer from "./refine/refine.js";
import { restartMethod } from "./restarts/restarts.js";

/** The methods of this folder. */
export const PLACER_METHODS: readonly Method[] = [
  annealMethod,
  restartMethod(greedyPlacer),
  restartMethod(mincutPlacer),
  restartMethod(analyticPlacer),
  mixedMethod,
  // It improves a placement, and the block may come without one.
  restartMethod(refinePlacer, greedyPlacer),
  restartMethod(randomPlacer),
];

export * from "./analytic/analytic.js";
export * from "./anneal/anneal.js";
export * from "./anneal/anneal-free.js";
export * from "./anneal/anneal-grid.js";
export { ANNEAL_JOBS, type AnnealSetup } from "./anneal/worker.js";
export * from "./cells/check-rows.js";
export * from "./cells/create-environment.js";
export * from "./cells/electrostatic.js";
export * from "./cells/flat-cells.js";
export * from "./cells/force-directed.js";
export * from "./cells/global-placement.js";
export * from "./cells/own-cell-placer.js";
export * from "./cells/place-rows.js";
export * from "./cells/protocols.js";
export * from "./cells/row-space.js";
export * from "./cells/stored-arrays.js";
export * from "./geometric.js";
export * from "./greedy/greedy.js";
export * from "./jobs.js";
export * from "./legaliser/legal-start.js";
export * from "./legaliser/legaliser.js";
export * from "./legaliser/snap.js";
export * from "./method.js";
export * from "./mincut/mincut.js";
export * from "./mixed/mixed.js";
export * from "./refine/refine.js";
export * from "./restarts/one-shot.js";
export * from "./restarts/restarts.js";
export { RESTART_JOBS } from "./restarts/worker.js";
export * from "./schema-problem.js";
export * from "./search.js";
export * from "./settings.js";
export * from "./thread-pool.js";
