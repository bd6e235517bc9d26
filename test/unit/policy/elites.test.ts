// The memory of good episodes, and starts from them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Kernels } from "../../../kernels/index.js";
import { Random } from "../../../netlist/index.js";
import { drawPrefix, mergeElites } from "../../../policy/elites.js";
import { Outcome, type Trajectory, trajectoryAt, trajectoryBytes } from "../../../policy/trajectory.js";

const kernels = Kernels.create();

function episode(cells: readonly number[], proxy?: number): Trajectory {
  const shape = { steps: cells.length, cells: 2, planes: 1, stateNumbers: 1, nodes: 1 };
  const slot = trajectoryAt(kernels, kernels.u8(trajectoryBytes(shape)).byteOffset, shape);
  slot.cells.set(cells);
  slot.summary.set([cells.length, proxy === undefined ? Outcome.DeadEnd : Outcome.Complete, 0]);
  slot.costs.fill(proxy ?? Number.NaN);
  return slot;
}

test("the cheapest episodes are kept, each cost once, dead ends never", () => {
  const known = mergeElites([], [episode([1, 2], 5), episode([3, 4]), episode([5, 6], 3)], 2);
  assert.deepEqual(known, [
    { proxyCost: 3, cells: [5, 6] },
    { proxyCost: 5, cells: [1, 2] },
  ]);
  const next = mergeElites(known, [episode([5, 6], 3), episode([7, 8], 4)], 2);
  assert.deepEqual(
    next.map((elite) => elite.proxyCost),
    [3, 4],
  );
});

test("a prefix is the beginning of an elite, never all of it, of any length, from any of them", () => {
  const elites = [
    { proxyCost: 1, cells: [1, 2, 3, 4] },
    { proxyCost: 2, cells: [5, 6, 7, 8] },
  ];
  const seen = new Set<string>();
  for (let i = 0; i < 200; i++) seen.add(drawPrefix(elites, Random.stream(1, "prefix", i)).join(" "));
  assert.deepEqual([...seen].sort(), ["", "1", "1 2", "1 2 3", "5", "5 6", "5 6 7"]);
  assert.deepEqual(drawPrefix([], Random.stream(1, "none")), []);
});
