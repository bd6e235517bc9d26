// What is computed.
export * from "./anneal-free.js";
export * from "./anneal-grid.js";
export * from "./anneal-replicas.js";
export type { Replica } from "./anneal-worker.js";
export * from "./force-directed.js";
export * from "./free-search.js";
export * from "./free-start.js";
export * from "./prior-start.js";
