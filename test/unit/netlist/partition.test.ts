// Partitioning of hypergraphs, against exhaustive search where that is possible.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bisect,
  coarsen,
  contract,
  cutOf,
  fiducciaMattheyses,
  type Hypergraph,
  makeHypergraph,
  partition,
  Random,
} from "../../../netlist/index.js";

/** Nets of 2 to 5 distinct vertices, areas 1 to 3 (or all 1). */
function randomGraph(random: Random, vertexCount: number, netCount: number, unit = false): Hypergraph {
  const areas = Float64Array.from({ length: vertexCount }, () => (unit ? 1 : 1 + random.below(3)));
  const starts = [0];
  const vertices: number[] = [];
  const weights: number[] = [];
  for (let net = 0; net < netCount; net++) {
    const all = random.shuffle(Int32Array.from({ length: vertexCount }, (_, i) => i));
    vertices.push(...all.subarray(0, Math.min(vertexCount, 2 + random.below(4))));
    starts.push(vertices.length);
    weights.push(1 + random.below(4));
  }
  return makeHypergraph(areas, { starts, vertices, weights });
}

/** Cliques of `size` vertices, joined in a ring by single nets: the best parts are the cliques. */
function ringOfCliques(cliques: number, size: number): Hypergraph {
  const starts = [0];
  const vertices: number[] = [];
  const join = (a: number, b: number) => {
    vertices.push(a, b);
    starts.push(vertices.length);
  };
  for (let clique = 0; clique < cliques; clique++) {
    for (let a = 0; a < size; a++)
      for (let b = a + 1; b < size; b++) join(clique * size + a, clique * size + b);
    join(clique * size, ((clique + 1) % cliques) * size + 1);
  }
  const areas = new Float64Array(cliques * size).fill(1);
  return makeHypergraph(areas, { starts, vertices, weights: new Array(starts.length - 1).fill(1) });
}

function areaOnSide0({ areas }: Hypergraph, sides: Uint8Array): number {
  return areas.reduce((sum, area, vertex) => sum + (sides[vertex] === 0 ? area : 0), 0);
}

const totalArea = ({ areas }: Hypergraph) => areas.reduce((sum, area) => sum + area, 0);
const allFree = ({ vertexCount }: Hypergraph) => new Int8Array(vertexCount).fill(-1);

/** The least cut of all divisions within the balance that keep what is fixed; undefined if there is none. */
function leastCut(graph: Hypergraph, fixed: Int8Array, low: number, high: number): number | undefined {
  let least: number | undefined;
  for (let code = 0; code < 2 ** graph.vertexCount; code++) {
    const sides = Uint8Array.from({ length: graph.vertexCount }, (_, vertex) => (code >> vertex) & 1);
    if (sides.some((side, vertex) => fixed[vertex] !== -1 && fixed[vertex] !== side)) continue;
    const area = areaOnSide0(graph, sides);
    if (area < low || area > high) continue;
    const cut = cutOf(graph, sides);
    if (least === undefined || cut < least) least = cut;
  }
  return least;
}

test("the cut is the weight of nets with vertices on both sides", () => {
  // Nets {0,1} of 2, {1,2,3} of 3, {2,3} of 5; 0 and 1 on side 0: only the second is cut.
  const graph = makeHypergraph(new Float64Array(4).fill(1), {
    starts: [0, 2, 5, 7],
    vertices: [0, 1, 1, 2, 3, 2, 3],
    weights: [2, 3, 5],
  });
  assert.equal(cutOf(graph, Uint8Array.of(0, 0, 1, 1)), 3);
  assert.equal(cutOf(graph, Uint8Array.of(0, 1, 0, 1)), 10);
});

test("the heuristic never increases the cut of a balanced division, and keeps balance and fixed vertices", () => {
  for (let seed = 0; seed < 60; seed++) {
    const random = Random.stream(seed, "fm");
    const graph = randomGraph(random, 8 + random.below(60), 20 + random.below(100));
    const fixed = allFree(graph);
    const sides = Uint8Array.from(fixed, () => random.below(2));
    for (let vertex = 0; vertex < graph.vertexCount; vertex++)
      if (random.below(6) === 0) fixed[vertex] = sides[vertex]!;
    const area = areaOnSide0(graph, sides);
    const balance = { low: area - 4, high: area + 4 };
    const kept = sides.slice();
    const before = cutOf(graph, sides);
    const after = fiducciaMattheyses({ graph, fixed, balance }, sides);
    assert.equal(after, cutOf(graph, sides));
    assert.ok(after <= before, `seed ${seed}: ${before} became ${after}`);
    const areaAfter = areaOnSide0(graph, sides);
    assert.ok(areaAfter >= balance.low && areaAfter <= balance.high, `seed ${seed}: area ${areaAfter}`);
    for (let vertex = 0; vertex < graph.vertexCount; vertex++)
      if (fixed[vertex] !== -1) assert.equal(sides[vertex], kept[vertex]);
  }
});

test("a division out of balance is mended", () => {
  const graph = randomGraph(Random.stream(1, "mend"), 40, 80, true);
  const sides = new Uint8Array(40);
  fiducciaMattheyses({ graph, fixed: allFree(graph), balance: { low: 19, high: 21 } }, sides);
  const area = areaOnSide0(graph, sides);
  assert.ok(area >= 19 && area <= 21, `area ${area}`);
});

test("on tiny graphs bisection finds the least cut that exhaustive search finds", () => {
  for (let seed = 0; seed < 60; seed++) {
    const random = Random.stream(seed, "tiny");
    const graph = randomGraph(random, 4 + random.below(8), 6 + random.below(16));
    const fixed = allFree(graph);
    if (seed % 2 === 1) {
      fixed[0] = 0;
      fixed[1] = 1;
    }
    const half = totalArea(graph) / 2;
    const low = half - 3;
    const high = half + 3;
    const { sides, cut } = bisect({ graph, fixed, balance: { low, high } }, random, { starts: 64 });
    assert.equal(cut, leastCut(graph, fixed, low, high), `seed ${seed}`);
    assert.equal(cut, cutOf(graph, sides));
    if (seed % 2 === 1) assert.deepEqual([sides[0], sides[1]], [0, 1]);
  }
});

test("a large graph is coarsened and divided where it is thin, with fixed vertices where they belong", () => {
  const graph = ringOfCliques(100, 8);
  const fixed = allFree(graph);
  fixed[0] = 0;
  fixed[400] = 1;
  const { sides, cut } = bisect({ graph, fixed, balance: { low: 380, high: 420 } }, Random.stream(1, "ring"));
  assert.equal(cut, 2, "a ring falls apart by two cuts");
  assert.equal(sides[0], 0);
  assert.equal(sides[400], 1);
  const area = areaOnSide0(graph, sides);
  assert.ok(area >= 380 && area <= 420, `area ${area}`);
});

test("coarsening keeps areas, never joins fixed vertices of two sides, and keeps every cut", () => {
  const random = Random.stream(4, "coarsen");
  const graph = randomGraph(random, 200, 400);
  const fixed = allFree(graph);
  for (let vertex = 0; vertex < 20; vertex++) fixed[vertex] = vertex % 2;
  const { graph: coarse, fixed: coarseFixed, vertexOf } = coarsen({ graph, fixed }, 8, random);
  assert.ok(coarse.vertexCount < 150, `${coarse.vertexCount} vertices`);
  assert.equal(totalArea(coarse), totalArea(graph));
  for (let vertex = 0; vertex < 200; vertex++)
    if (fixed[vertex] !== -1) assert.equal(coarseFixed[vertexOf[vertex]!], fixed[vertex]);
    else assert.equal(coarseFixed[vertexOf[vertex]!], -1);
  const coarseSides = Uint8Array.from({ length: coarse.vertexCount }, () => random.below(2));
  const sides = Uint8Array.from(vertexOf, (vertex) => coarseSides[vertex]!);
  assert.equal(cutOf(coarse, coarseSides), cutOf(graph, sides));
});

test("nets that become alike are one, nets inside a vertex are gone", () => {
  // 0 and 1 join, 2 and 3 join: {0,2} and {1,3} are both {01,23}; {0,1} is inside.
  const graph = makeHypergraph(new Float64Array(4).fill(1), {
    starts: [0, 2, 4, 6],
    vertices: [0, 2, 3, 1, 0, 1],
    weights: [2, 3, 4],
  });
  const joined = contract(graph, Int32Array.of(0, 0, 1, 1), 2);
  assert.equal(joined.netCount, 1);
  assert.deepEqual([...joined.netVertices], [0, 1]);
  assert.deepEqual([...joined.netWeights], [5]);
});

test("k parts are about even and follow the structure", () => {
  const graph = ringOfCliques(60, 8);
  const parts = partition(graph, 6, { random: Random.stream(2, "parts"), tolerance: 0.035 });
  const areas = new Float64Array(6);
  for (const part of parts) areas[part]!++;
  for (const area of areas) assert.ok(area >= 64 && area <= 96, `areas ${areas}`);
  let cut = 0;
  for (let net = 0; net < graph.netCount; net++) {
    const [a, b] = graph.netVertices.subarray(graph.netStarts[net]!, graph.netStarts[net + 1]!);
    if (parts[a!] !== parts[b!]) cut++;
  }
  assert.ok(cut <= 12, `cut ${cut}; the best is 6`);
});

test("the same seed divides alike, another one otherwise", () => {
  const graph = randomGraph(Random.stream(3, "seeds"), 500, 900);
  const run = (seed: number) => [...partition(graph, 7, { random: Random.stream(seed, "parts") })];
  assert.deepEqual(run(1), run(1));
  assert.notDeepEqual(run(1), run(2));
});

test("graphs without nets or vertices, and single vertices larger than half, divide", () => {
  const none = makeHypergraph(new Float64Array(0), { starts: [0], vertices: [], weights: [] });
  assert.equal(partition(none, 3, { random: Random.stream(1, "none") }).length, 0);
  const loose = makeHypergraph(new Float64Array(10).fill(1), { starts: [0], vertices: [], weights: [] });
  const counts = new Int32Array(2);
  for (const part of partition(loose, 2, { random: Random.stream(1, "loose") })) counts[part]!++;
  assert.deepEqual([...counts], [5, 5]);
  const lopsided = makeHypergraph(Float64Array.of(100, 1, 1), {
    starts: [0, 2],
    vertices: [0, 1],
    weights: [1],
  });
  const { sides } = bisect(
    { graph: lopsided, fixed: allFree(lopsided), balance: { low: 50, high: 52 } },
    Random.stream(1, "large"),
  );
  assert.notEqual(sides[0], sides[2]);
});
