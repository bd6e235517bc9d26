// Pictures of placements.
export * from "./svg.js";
