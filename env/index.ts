// The problem to solve: the exact cost of a placement, and placing macros as an episode.

export * from "./cost/cost-term.js";
export { pullOfGuides } from "./cost/guides.js";
export * from "./cost/incremental-judge.js";
export * from "./cost/judge.js";
export * from "./cost/judge-nets.js";
export * from "./cost/orientations.js";
export { refuseFarPlace } from "./cost/ranges.js";
export * from "./environment/counterfactual.js";
export * from "./environment/environment.js";
export * from "./environment/episode.js";
export * from "./environment/feasibility.js";
export { coveredArea, fencesOf, forbiddenTo, insideOf } from "./environment/fences.js";
export * from "./environment/legality.js";
export * from "./environment/legality-tracker.js";
export * from "./environment/macro-order.js";
export * from "./features/observation.js";
export { type QuadraticTarget, quadraticTarget } from "./features/quadratic-target.js";
export * from "./floorplan/data-flow.js";
export * from "./floorplan/macro-gaps.js";
export * from "./import-default.js";
export * from "./routing/congestion.js";
export * from "./routing/global-router.js";
export * from "./routing/routing-grid.js";
export * from "./routing/routing-nets.js";
