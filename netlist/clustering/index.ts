// Standard cells into soft macros.
export * from "./cluster.js";
export * from "./clustered-block.js";
