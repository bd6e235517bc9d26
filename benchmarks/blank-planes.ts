// The built-in network without the hand-made planes that are drawn from the netlist: they are blank, so that what is connected to
// what reaches it through the encoder alone. What is placed, the canvas' edges and the mask stay.
import { PLANES, type PlaneName } from "../env/index.js";
import { graphNetwork, type NetworkConfig, type PolicyNetworkModule } from "../policy/index.js";

/** Planes that tell where a macro's nets pull it. */
export const WIRE_PLANES: readonly PlaneName[] = ["wire", "nextWire", "prior"];

/** Planes of where macros and soft macros may come to lie, which a live encoder reads too, node by node. */
const ESTIMATE_PLANES: readonly PlaneName[] = [
  "cells",
  "softMacroDistance",
  "softMacroOverlap",
  "quadraticTarget",
];

/** The built-in network for which these planes are 0; `module` is the URL of the file whose default export it is. */
export function blanked(
  blank: readonly PlaneName[],
  { name, module }: Pick<PolicyNetworkModule, "name" | "module">,
): PolicyNetworkModule<NetworkConfig> {
  return {
    ...graphNetwork,
    name,
    module,
    create: (parts) => {
      const network = graphNetwork.create(parts);
      const cells = parts.rows * parts.columns;
      const planes = new Float32Array(parts.shape.planes * cells);
      return {
        encode: () => network.encode?.(),
        forward: (step) => {
          planes.set(step.planes);
          for (const plane of blank) {
            const at = PLANES.indexOf(plane) * cells;
            planes.fill(0, at, at + cells);
          }
          return network.forward({ ...step, planes });
        },
        backward: (dValue) => network.backward(dValue),
        encodeBackward: () => network.encodeBackward?.(),
      };
    },
  };
}

export const blankPlanesNetwork = blanked([...WIRE_PLANES, ...ESTIMATE_PLANES], {
  name: "blank-planes",
  module: import.meta.url,
});
export default blankPlanesNetwork;
