// Everything that the project's own parts use of each other, for tools that need more than the public library. No name
// here is promised to the next version.
export * from "./env/index.js";
export * from "./flow/index.js";
export * from "./kernels/index.js";
export * from "./netlist/index.js";
export * from "./placer/index.js";
export * from "./plc/index.js";
export * from "./policy/index.js";
export * from "./viz/index.js";
