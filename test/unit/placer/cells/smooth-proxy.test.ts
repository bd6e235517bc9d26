// The smooth proxy cost: the mean of the largest values, routes as the judge draws them, and a step of descent.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Judge } from "../../../../env/index.js";
import { KernelRecord, Kernels } from "../../../../kernels/index.js";
import { type Block, copyPlacement, generateBlock, NodeKind, Random } from "../../../../netlist/index.js";
import { CellNets } from "../../../../placer/cells/cell-nets.js";
import { SmoothRoutes } from "../../../../placer/cells/smooth-routes.js";
import { assertClose } from "../../../support/close.js";
import { normals } from "../../../support/random-arrays.js";
import { smoothTopTwin } from "../../../twins/electrostatic-twin.js";

test("shares of the largest values equal those by bisection, and are the slopes of the smooth mean", () => {
  const kernels = Kernels.create();
  const random = Random.stream(1, "values");
  for (const [n, k, tau] of [
    [37, 4, 0.1],
    [500, 50, 0.02],
    [1003, 100, 0.001],
    [64, 60, 0.5],
    [5, 1, 1e-3],
  ] as const) {
    const values = normals(kernels, random, n + 3).subarray(0, n);
    const shares = kernels.f32(n + 3).subarray(0, n);
    const kept = [...values];
    kernels.run.smoothTop(values.byteOffset, shares.byteOffset, n, k, tau);
    const expected = smoothTopTwin(kept, k, tau);
    assertClose(shares, expected.shares, 2e-3, `${n} values`);
    assertClose([shares.reduce((sum, share) => sum + share, 0)], [1], 1e-4);
    const h = 1e-4 * tau;
    for (let i = 0; i < n; i += 31) {
      const at = (shift: number) => smoothTopTwin(kept.with(i, kept[i]! + shift), k, tau).value;
      assert.ok(Math.abs((at(h) - at(-h)) / (2 * h) - expected.shares[i]!) < 1e-4 / k, `slope by ${i}`);
    }
  }
});

test("equal values have equal shares", () => {
  const kernels = Kernels.create();
  const values = kernels.f32(23).fill(0.75);
  const shares = kernels.f32(23);
  kernels.run.smoothTop(values.byteOffset, shares.byteOffset, 20, 2, 0.01);
  assertClose(shares.subarray(0, 20), new Array(20).fill(1 / 20), 1e-4);
});

/** A block whose pins are all in the middle of their nodes. */
function routedBlock(seed: number, smoothing: number): Block {
  const block = generateBlock({ seed, macros: 6, softMacros: 20, ports: 12 });
  return {
    ...block,
    smoothing,
    pinXOffsets: block.pinXOffsets.map(() => 0),
    pinYOffsets: block.pinYOffsets.map(() => 0),
  };
}

const isSoft = (block: Block, node: number) => block.kinds[node] === NodeKind.SoftMacro;

/** Every other soft macro moves. */
function routed(block: Block, spread: (random: Random) => number) {
  const judge = new Judge(Kernels.create(), block);
  const random = Random.stream(3, "places");
  const { columns, rows } = block.grid;
  const placement = copyPlacement(block.initial);
  for (let node = 0; node < block.nodeCount; node++) {
    placement.xs[node] = ((random.below(columns) + 0.5 + spread(random)) * block.canvas.width) / columns;
    placement.ys[node] = ((random.below(rows) + 0.5 + spread(random)) * block.canvas.height) / rows;
  }
  const nets = new CellNets(judge, (node) => isSoft(block, node) && node % 2 === 0);
  const routes = new SmoothRoutes(judge, nets);
  judge.evaluate(placement);
  nets.readPlacement();
  routes.readStanding();
  routes.build();
  routes.evaluate();
  return { judge, nets, routes, placement };
}

test("with all pins at cell centres, congestion is the judge's own", () => {
  for (const seed of [1, 2, 3, 4])
    for (const smoothing of [0, 2]) {
      const { judge, routes, nets } = routed(routedBlock(seed, smoothing), () => 0);
      assert.ok(nets.netCount < nets.allNetCount, "some net stands");
      const { horizontal, vertical } = judge.maps();
      assertClose(routes.congestion, [...horizontal, ...vertical], 1e-5, `seed ${seed}, range ${smoothing}`);
    }
});

test("slopes of congestion equal finite differences along fixed routes", () => {
  for (const smoothing of [0, 2]) {
    const block = routedBlock(5, smoothing);
    // Between cell centres the map is linear in every place.
    const { judge, nets, routes } = routed(block, (random) => 0.1 + 0.25 * random.uniform());
    const random = Random.stream(6, "shares");
    const shares = [...routes.shares].map(() => random.normal());
    const valueAt = (pair: number, shift: number) => {
      const kept = nets.places[pair]!;
      nets.places[pair] = kept + shift;
      routes.evaluate();
      nets.places[pair] = kept;
      return shares.reduce((sum, share, i) => sum + share * routes.congestion[i]!, 0);
    };
    const h = 0.01 * Math.min(block.canvas.width / block.grid.columns, block.canvas.height / block.grid.rows);
    const middle = valueAt(0, 0);
    routes.shares.set(shares);
    routes.sumShares();
    const slopes = judge.kernels.f32(2 * nets.movingCount);
    routes.addSlopes(2, slopes);
    const compared: number[][] = [];
    for (let pair = 0; pair < slopes.length; pair++) {
      const [before, after] = [valueAt(pair, -h), valueAt(pair, h)];
      // Where two pins of a net pass each other on an axis, the wire between them has a kink.
      if (Math.abs(before + after - 2 * middle) > 0.03 * Math.abs(after - before)) continue;
      compared.push([slopes[pair]!, (after - before) / h]);
    }
    assert.ok(compared.length > 0.7 * slopes.length, `${compared.length} of ${slopes.length} compared`);
    assertClose(
      compared.map(([slope]) => slope!),
      compared.map(([, expected]) => expected!),
      4e-3,
      `range ${smoothing}`,
    );
  }
});

test("pins beyond the outer cell centres feel no congestion across", () => {
  const block = routedBlock(7, 0);
  const { judge, nets, routes } = routed(block, () => 0);
  for (let i = 0; i < nets.movingCount; i++) nets.places.set([0, block.canvas.height], 2 * i);
  routes.evaluate();
  routes.shares.fill(1);
  routes.sumShares();
  const slopes = judge.kernels.f32(2 * nets.movingCount);
  routes.addSlopes(1, slopes);
  assert.ok(slopes.every((slope) => slope === 0));
});

test("a step moves against the slope over the stiffness, no farther than allowed, and looks ahead", () => {
  const kernels = Kernels.create();
  const pairs = (...values: number[]) => {
    const array = kernels.f32(6);
    array.set(values);
    return array;
  };
  const ahead = pairs(10, 10, 10, 10, 1, 19);
  const iterates = pairs(9, 10, 10, 10, 1, 19);
  const sums = pairs(0, 0, 100);
  const state = new KernelRecord(kernels, "MomentumStep");
  state.set({
    count: 3,
    ahead: ahead.byteOffset,
    iterates: iterates.byteOffset,
    slopes: pairs(-2, 4, 1000, -1000, 8, -8).byteOffset,
    stiffness: pairs(2, 4, 1, 1, 2, 2).byteOffset,
    least: pairs(0, 0, 0, 0, 0, 0).byteOffset,
    most: pairs(20, 20, 20, 20, 20, 20).byteOffset,
    sums: sums.byteOffset,
  });
  kernels.run.momentumStep(state.address, 0.5, 0.9, 3, 2);
  // Moves: +0.5, -0.5; -3, +2 at most; -2 and +2, of which the walls at 0 and 20 leave 1.
  assertClose(iterates, [10.5, 9.5, 7, 12, 0, 20], 1e-6);
  assertClose(ahead, [10.5 + 0.9 * 1.5, 9.5 - 0.45, 7 - 2.7, 12 + 1.8, 0, 20], 1e-6);
  kernels.run.sumIterates(state.address);
  assertClose(sums, [10.5, 9.5, 107, 12, 0, 20], 1e-6);
});
