// Steiner trees against the shortest ones, and against minimum spanning trees.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type SteinerTrees, steinerTrees } from "../../../../env/index.js";
import { Random } from "../../../../netlist/index.js";
import { shortestTree, spanningTree } from "../../../twins/routing-twin.js";

type Points = readonly (readonly [number, number])[];

function treesOf(nets: readonly Points[]): SteinerTrees {
  const starts = new Int32Array(nets.length + 1);
  for (const [i, net] of nets.entries()) starts[i + 1] = starts[i]! + net.length;
  const points = nets.flat();
  return steinerTrees({
    starts,
    xs: Float64Array.from(points, ([x]) => x),
    ys: Float64Array.from(points, ([, y]) => y),
  });
}

/** Nets of `pins` points; every other net has whole numbers of a small range, so that places coincide. */
function randomNets(count: number, pins: number): Points[] {
  const random = Random.stream(pins, "steiner", count);
  return Array.from({ length: count }, (_, net) =>
    Array.from({ length: pins }, () =>
      net % 2
        ? ([random.below(8), random.below(8)] as const)
        : ([random.uniform() * 100, random.uniform() * 60] as const),
    ),
  );
}

/** Whether the branches of a net join all of its points, without a loop. */
function joins(trees: SteinerTrees, net: number, points: Points): boolean {
  const names = new Map<string, number>();
  const parents: number[] = [];
  const nameOf = (x: number, y: number) => {
    const key = `${x} ${y}`;
    if (!names.has(key)) {
      names.set(key, parents.length);
      parents.push(parents.length);
    }
    return names.get(key)!;
  };
  const rootOf = (node: number): number => {
    let root = node;
    while (parents[root] !== root) root = parents[root]!;
    parents[node] = root;
    return root;
  };
  for (const [x, y] of points) nameOf(x, y);
  for (let branch = trees.starts[net]!; branch < trees.starts[net + 1]!; branch++) {
    const a = rootOf(nameOf(trees.fromXs[branch]!, trees.fromYs[branch]!));
    const b = rootOf(nameOf(trees.toXs[branch]!, trees.toYs[branch]!));
    parents[a] = b;
  }
  return new Set(parents.map((_, node) => rootOf(node))).size <= 1;
}

test("by hand: a line, a corner, a T, a cross, and an H", () => {
  const trees = treesOf([
    [
      [0, 0],
      [5, 0],
    ],
    [
      [0, 0],
      [4, 3],
    ],
    [
      [0, 0],
      [10, 0],
      [5, 4],
    ],
    [
      [0, 5],
      [10, 5],
      [5, 0],
      [5, 10],
    ],
    [
      [0, 0],
      [0, 10],
      [20, 0],
      [20, 10],
    ],
    [
      [3, 3],
      [3, 3],
    ],
    [[1, 1]],
    [],
  ]);
  assert.deepEqual([...trees.lengths], [5, 7, 14, 20, 40, 0, 0, 0]);
  const counts = [...trees.lengths].map((_, net) => trees.starts[net + 1]! - trees.starts[net]!);
  assert.deepEqual(counts.slice(5), [0, 0, 0]);
});

test("up to four pins the trees are the shortest", () => {
  for (const pins of [2, 3, 4]) {
    const nets = randomNets(300, pins);
    const trees = treesOf(nets);
    for (const [net, points] of nets.entries()) {
      assert.ok(
        Math.abs(trees.lengths[net]! - shortestTree(points)) < 1e-9,
        `${pins} ${JSON.stringify(points)}`,
      );
      assert.ok(joins(trees, net, points));
    }
  }
});

test("of five and six pins they are at most 12 % longer, and 1 % in the mean", () => {
  for (const pins of [5, 6]) {
    const nets = randomNets(200, pins);
    const trees = treesOf(nets);
    let excess = 0;
    let worst = 0;
    for (const [net, points] of nets.entries()) {
      const least = shortestTree(points);
      const more = trees.lengths[net]! / least - 1;
      assert.ok(more > -1e-9 && joins(trees, net, points), JSON.stringify(points));
      excess += more / nets.length;
      worst = Math.max(worst, more);
    }
    assert.ok(worst <= 0.12 && excess <= 0.01, `${pins} pins: worst ${worst}, mean ${excess}`);
  }
});

test("of many pins they are a tenth shorter than minimum spanning trees, and join all pins", () => {
  for (const [pins, count] of [
    [12, 40],
    [60, 10],
    [300, 3],
    [3000, 1],
  ] as const) {
    const nets = randomNets(count, pins);
    const trees = treesOf(nets);
    let ratio = 0;
    for (const [net, points] of nets.entries()) {
      assert.ok(joins(trees, net, points));
      const xs = points.map(([x]) => x);
      const ys = points.map(([, y]) => y);
      const half = Math.max(...xs) - Math.min(...xs) + Math.max(...ys) - Math.min(...ys);
      assert.ok(trees.lengths[net]! >= half - 1e-9);
      if (pins < 1000)
        ratio += net % 2 ? 0 : trees.lengths[net]! / spanningTree(points) / Math.ceil(count / 2);
    }
    if (pins < 1000) assert.ok(ratio < 0.93 && ratio > 0.85, `${pins} pins: ${ratio}`);
  }
});
