// What is computed.
export * from "./force-directed.js";
