// The public library.
export * from "./env/index.js";
export * from "./flow/index.js";
export * from "./kernels/index.js";
export * from "./netlist/index.js";
export * from "./placer/index.js";
export * from "./policy/index.js";
export * from "./viz/index.js";
