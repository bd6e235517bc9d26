// What is learned: the network, its parameters, its optimiser.
export * from "./adam.js";
export * from "./checkpoint.js";
export type { PolicyGraph } from "./graph-encoder.js";
export * from "./network.js";
export * from "./network-config.js";
export * from "./parameters.js";
export * from "./safetensors.js";
export * from "./trace.js";
export * from "./train.js";
export * from "./train-checkpoint.js";
export * from "./train-options.js";
