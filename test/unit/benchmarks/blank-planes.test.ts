// Networks with blank planes see nothing of these, and all of the others.
import assert from "node:assert/strict";
import { test } from "node:test";
import { blankPlanesNetwork } from "../../../benchmarks/blank-planes.js";
import { blankWiresNetwork } from "../../../benchmarks/blank-wires.js";
import { BASIC_PLANES, PLANES } from "../../../env/index.js";
import { Kernels } from "../../../kernels/index.js";
import type { PolicyStep } from "../../../policy/network/contract.js";
import { tensorsOf } from "../../../policy/network/memory.js";
import { parameterLayout } from "../../../policy/network/parameters.js";
import { noisyParameters, randomGraph, randomStep, smallConfig } from "../policy/tiny-policy.js";

const [ROWS, COLUMNS] = [5, 7];
const CELLS = ROWS * COLUMNS;

for (const [network, blank] of [
  [blankWiresNetwork, ["wire", "nextWire", "prior"]],
  [
    blankPlanesNetwork,
    [
      ...["wire", "nextWire", "prior"],
      ...["cells", "softMacroDistance", "softMacroOverlap", "quadraticTarget"],
    ],
  ],
] as const)
  test(`network ${network.name} is blind to ${blank.join(", ")} alone`, () => {
    const shape = smallConfig({ planes: BASIC_PLANES, priorPlane: PLANES.indexOf("prior") });
    const kernels = Kernels.create();
    const values = noisyParameters(shape, 3);
    const [parameters, gradients] = [kernels.f32(values.length), kernels.f32(values.length)];
    parameters.set(values);
    const layout = parameterLayout(shape);
    const logits = kernels.f32(CELLS);
    const made = network.create({
      ...{ kernels, shape, logits, dLogits: kernels.f32(CELLS), rows: ROWS, columns: COLUMNS },
      ...{ parameters: tensorsOf(layout, parameters), gradients: tensorsOf(layout, gradients) },
      graph: randomGraph(5, 9, shape.nodeFeatures),
    });
    made.encode?.();
    const step = randomStep(shape, CELLS, [1, 3]);
    const open = (seen: PolicyStep) => {
      made.forward(seen);
      return Array.from(logits).filter((_, cell) => step.mask[cell]);
    };
    const before = open(step);
    const blind = PLANES.slice(0, BASIC_PLANES).filter((_, plane) => {
      const planes = step.planes.slice();
      for (let cell = 0; cell < CELLS; cell++) planes[plane * CELLS + cell]! += 1 + cell / CELLS;
      const after = open({ ...step, planes });
      return after.every((logit, i) => logit === before[i]);
    });
    assert.deepEqual(new Set<string>(blind), new Set<string>(blank));
  });
