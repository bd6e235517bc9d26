// Hypergraphs and how to divide them.
export * from "./bisection.js";
export * from "./coarsen.js";
export * from "./fiduccia-mattheyses.js";
export * from "./hypergraph.js";
export * from "./recursive-bisection.js";
