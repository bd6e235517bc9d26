// The lowest floor: compiled loops over typed arrays in one shared memory.
export * from "./kernels.js";
export * from "./record.js";
