export * from "./env/index.js";
export * from "./kernels/index.js";
export * from "./netlist/index.js";
export * from "./placer/index.js";
