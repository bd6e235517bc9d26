// What a block is, and how it comes in and goes out.
export * from "./block.js";
export * from "./generate.js";
export * from "./input-error.js";
export * from "./lefdef/index.js";
export * from "./load-block.js";
export * from "./macro-graph.js";
export * from "./netlist-draft.js";
export * from "./orientation.js";
export * from "./pb-netlist-reader.js";
export * from "./pb-netlist-writer.js";
export * from "./plc.js";
export * from "./plc-writer.js";
export * from "./random.js";
export * from "./statistics.js";
export * from "./stored-placement.js";
export * from "./write-file.js";
