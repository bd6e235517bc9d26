// A stand-in for plc_wrapper_main, Circuit Training's closed cost program: its calls as a class, and the process that serves
// them. It needs the netlist, the judge and the force-directed placer, but no methods, policies or run folders, so it is
// beside `flow` and starts in a fraction of the time.
export * from "./calls.js";
export * from "./connections.js";
export * from "./file-nodes.js";
export * from "./forces.js";
export * from "./frame.js";
export * from "./placed-netlist.js";
export * from "./placement-cost.js";
export * from "./server.js";
