// The built-in network without the hand-made planes that are drawn from the netlist: they are blank, so that what is connected to
// what reaches it through the encoder alone. What is placed, the canvas' edges and the mask stay.
import { PLANES, type PlaneName } from "../env/index.js";
import { graphNetwork, type NetworkConfig, type PolicyNetworkModule } from "../policy/index.js";

const DRAWN_FROM_NETLIST: readonly PlaneName[] = [
  "wire",
  "nextWire",
  "cells",
  "prior",
  "softMacroDistance",
  "softMacroOverlap",
  "quadraticTarget",
];

export const blankPlanesNetwork: PolicyNetworkModule<NetworkConfig> = {
  ...graphNetwork,
  name: "blank-planes",
  module: import.meta.url,
  create: (parts) => {
    const network = graphNetwork.create(parts);
    const cells = parts.rows * parts.columns;
    const planes = new Float32Array(parts.shape.planes * cells);
    return {
      encode: () => network.encode?.(),
      forward: (step) => {
        planes.set(step.planes);
        for (const name of DRAWN_FROM_NETLIST) {
          const at = PLANES.indexOf(name) * cells;
          planes.fill(0, at, at + cells);
        }
        return network.forward({ ...step, planes });
      },
      backward: (dValue) => network.backward(dValue),
      encodeBackward: () => network.encodeBackward?.(),
    };
  },
};
export default blankPlanesNetwork;
