// What is computed.
export * from "./analytic.js";
export * from "./anneal-free.js";
export * from "./anneal-grid.js";
export * from "./anneal-replicas.js";
export type { Replica } from "./anneal-worker.js";
export * from "./end-pool.js";
export * from "./force-directed.js";
export * from "./free-start.js";
export * from "./greedy.js";
export * from "./legaliser.js";
export * from "./mincut.js";
export * from "./prior-start.js";
export * from "./refine.js";
export * from "./restart-search.js";
export * from "./restarts.js";
