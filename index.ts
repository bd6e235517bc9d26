// The public library.
export * from "./env/index.js";
export * from "./flow/index.js";
export * from "./kernels/index.js";
export * from "./netlist/index.js";
// Both floors have a list of this name: those of restarts are the placer's own affair.
export { FAMILIES, type Family } from "./netlist/index.js";
export * from "./placer/index.js";
export * from "./policy/index.js";
export * from "./viz/index.js";
