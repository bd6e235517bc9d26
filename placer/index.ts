// What is computed.

export * from "./anneal-free.js";
export * from "./anneal-grid.js";
export * from "./force-directed.js";
export * from "./free-search.js";
export * from "./free-start.js";
