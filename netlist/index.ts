// What a block is, and how it comes in and goes out.
export * from "./block.js";
export * from "./input-error.js";
export * from "./load-block.js";
export * from "./orientation.js";
export * from "./pb-netlist-reader.js";
export * from "./plc.js";
export * from "./random.js";
