export * from "./env/judge.js"; export * from "./kernels/index.js"export * from "./netlist/index.js"; 
