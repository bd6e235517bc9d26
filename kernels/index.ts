// The lowest floor: compiled loops over typed arrays in one shared memory.
export { CONSTANTS, ENUMS, type KernelExports } from "./generated/kernel-types.js";
export * from "./kernels.js";
export * from "./record.js";
