export * from "./netlist/index.js";
