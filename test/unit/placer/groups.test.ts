// Groups of macros in searches: none mirrors the macro that stands for a group.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Environment, Judge, macrosByArea, OrientationChooser } from "../../../env/index.js";
import { Kernels } from "../../../kernels/index.js";
import {
  copyPlacement,
  groupedView,
  NodeKind,
  nodesOfKind,
  type Placement,
  placingView,
  Random,
} from "../../../netlist/index.js";
import { drawStart } from "../../../placer/anneal/worker.js";
import {
  ForceDirectedPlacer,
  FREE_PROPOSALS,
  FreeAnnealer,
  GRID_ANNEAL_DEFAULTS,
  GRID_PROPOSALS,
  GridAnnealer,
  Refiner,
} from "../../../placer/index.js";
import { smallBlock } from "../../support/blocks.js";

const STILL = { name: "still", placeSoftMacros: () => {}, estimateSoftMacros: () => {} };

/** All of one kind of proposal. */
function only<Name extends string>(kind: Name, names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, name === kind ? 1 : 0])) as Record<Name, number>;
}

const small = smallBlock(3, 10);
const movable = [...nodesOfKind(small, NodeKind.HardMacro)].filter((node) => !small.fixed[node]);
const group = { name: "pair", members: movable.slice(0, 2) };
const [a, b] = group.members as [number, number];
const initial = copyPlacement(small.initial);
[initial.xs[a], initial.ys[a]] = [small.widths[a]! / 2, small.heights[a]! / 2];
[initial.xs[b], initial.ys[b]] = [small.widths[a]! + small.widths[b]! / 2, small.heights[b]! / 2];
const block = { ...small, initial };
const { block: seen } = groupedView(placingView(block), block, [group]);
const judge = new Judge(Kernels.create(), seen);
const start = drawStart(
  new Environment(judge, new ForceDirectedPlacer(judge)),
  Random.stream(1, "start"),
  2,
)!.placement;
const upright = { ...copyPlacement(start), orientations: new Uint8Array(seen.nodeCount) };

function assertOnlyOthers({ orientations }: Placement): void {
  assert.equal(orientations[a], 0);
  assert.ok(movable.slice(2).some((node) => orientations[node]! > 0));
}

test("episodes", () => assertOnlyOthers(start));

test("annealing on grid cells", () => {
  const grid = new GridAnnealer(judge, STILL, {
    ...GRID_ANNEAL_DEFAULTS,
    ...{ shares: only("flip", GRID_PROPOSALS), hottest: 1, coldest: 0.9 },
  });
  grid.begin(upright, Random.stream(1, "grid"));
  grid.sweep(0);
  assertOnlyOthers(judge.placement);
  const { tried, feasible } = grid.counts().flip;
  assert.ok(tried > feasible, "flips of the group are drawn and dropped");
});

test("free annealing", () => {
  const free = new FreeAnnealer(judge, upright, Random.stream(1, "free"), {
    ...{ shares: only("flip", FREE_PROPOSALS), hottest: 1, coldest: 0.9, stepsPerSweep: 400 },
  });
  free.sweep(0);
  assertOnlyOthers(judge.placement);
});

test("refinement", () => {
  new Refiner(judge, STILL).sweep(upright, Random.stream(1, "refine"));
  assertOnlyOthers(judge.placement);
});

test("the choice of orientations", () => {
  judge.evaluate(upright);
  new OrientationChooser(judge).choose(macrosByArea(seen));
  assertOnlyOthers(judge.placement);
});
