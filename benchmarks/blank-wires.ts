// The built-in network without the planes of wires, but with those of where macros and soft macros may come to lie: what a live
// encoder reads of every node, a network without one then has as planes.
import { blanked, WIRE_PLANES } from "./blank-planes.js";

export const blankWiresNetwork = blanked(WIRE_PLANES, { name: "blank-wires", module: import.meta.url });
export default blankWiresNetwork;
