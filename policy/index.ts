// What is learned: the network, its parameters, its optimiser.
export * from "./adam.js";
export type { PolicyGraph } from "./graph-encoder.js";
export * from "./network.js";
export * from "./network-config.js";
export * from "./parameters.js";
