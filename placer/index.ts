// What is computed.

export * from "./anneal-grid.js";
export * from "./force-directed.js";
