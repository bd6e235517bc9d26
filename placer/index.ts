// What is computed.
export * from "./analytic/analytic.js";
export * from "./anneal/anneal-free.js";
export * from "./anneal/anneal-grid.js";
export * from "./anneal/anneal-replicas.js";
export type { Replica } from "./anneal/anneal-worker.js";
export { ANNEALS_IN_BURSTS } from "./anneal/bursts.js";
export * from "./anneal/free-start.js";
export * from "./anneal/prior-start.js";
export * from "./cells/create-environment.js";
export * from "./cells/force-directed.js";
export * from "./end-pool.js";
export * from "./greedy/greedy.js";
export * from "./legaliser/legaliser.js";
export * from "./mincut/mincut.js";
export * from "./refine/refine.js";
export * from "./restarts/restart-search.js";
export * from "./restarts/restarts.js";
