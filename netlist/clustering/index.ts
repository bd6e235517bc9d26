// Standard cells into soft macros.
export * from "./clustered-block.js";
