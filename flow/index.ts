// What the command line calls, and what a program that uses the package calls: whole jobs.
export * from "./block-options.js";
export * from "./block-set.js";
export * from "./compare.js";
export * from "./comparison.js";
export * from "./comparison-table.js";
export * from "./convert.js";
export * from "./demo.js";
export * from "./describe.js";
export * from "./evaluate.js";
export * from "./generate.js";
export * from "./place.js";
export * from "./pretrain.js";
export * from "./pretrain-reward-model.js";
export * from "./published.js";
export * from "./train-command.js";
export * from "./version.js";
export * from "./view.js";
