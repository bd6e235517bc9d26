// The game and the judge.
export * from "./cell-placer.js";
export * from "./credits.js";
export * from "./draw-cell.js";
export * from "./episode.js";
export * from "./feasibility.js";
export { fencesOf } from "./fences.js";
export * from "./incremental-judge.js";
export * from "./judge.js";
export * from "./judge-nets.js";
export * from "./macro-order.js";
export * from "./observation.js";
export * from "./orientations.js";
