// Pictures of placements. Knows the netlist and what it is handed, nothing of how placements come about.
export * from "./curve-chart.js";
export * from "./report.js";
export * from "./svg.js";
