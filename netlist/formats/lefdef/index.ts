// LEF and DEF: what a design is made of and where it goes, in and out.
export * from "./check-constraints.js";
export * from "./def-design.js";
export * from "./def-places.js";
export * from "./def-reader.js";
export * from "./def-to-block.js";
export * from "./def-writer.js";
export * from "./describe-def.js";
export * from "./lef-library.js";
export * from "./lef-reader.js";
export * from "./load-def.js";
export * from "./tcl-writer.js";
