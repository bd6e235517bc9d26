// What the live graph encoder reads: which edges, and where nodes are.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Environment, Judge } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { generateBlock, NodeKind } from "../../../../netlist/index.js";
import { ForceDirectedPlacer } from "../../../../placer/index.js";
import { freshParameters, parseTrainSettings, tracePolicy } from "../../../../policy/index.js";
import { graphInput } from "../../../../policy/network/graph-input.js";
import { heaviestEdges } from "../../../../policy/network/live-encoder.js";
import { assertClose } from "../../../support/close.js";

/** A graph with these edges: both ends, and the weight. */
function graphOf(nodeCount: number, edges: readonly (readonly [number, number, number])[]) {
  return {
    nodeCount,
    edgeCount: edges.length,
    edgeSources: Int32Array.from(edges, ([source]) => source),
    edgeTargets: Int32Array.from(edges, ([, target]) => target),
    edgeWeights: Float32Array.from(edges, ([, , weight]) => weight),
    features: new Float32Array(nodeCount),
  };
}

test("an edge is read if it is among the heaviest of one of its ends", () => {
  const graph = graphOf(4, [
    [0, 1, 3],
    [0, 2, 2],
    [0, 3, 1],
    [1, 2, 2.5],
    [1, 3, 0.5],
  ]);
  const kept = heaviestEdges(graph, 1);
  // 0 and 1 have 0-1, 2 has 1-2, 3 has 0-3.
  assert.deepEqual([...kept.edgeSources], [0, 0, 1]);
  assert.deepEqual([...kept.edgeTargets], [1, 3, 2]);
  assert.deepEqual([...kept.edgeWeights], [3, 1, 2.5]);
  assert.equal(heaviestEdges(graph, 3).edgeCount, 5);
  assert.equal(heaviestEdges(graph, 0), graph);
});

test("of edges alike the earlier ones are read, and a loop counts once", () => {
  const graph = graphOf(3, [
    [0, 0, 1],
    [0, 1, 1],
    [0, 2, 1],
    [1, 2, 1],
  ]);
  const kept = heaviestEdges(graph, 1);
  assert.deepEqual([...kept.edgeSources], [0, 0, 0]);
  assert.deepEqual([...kept.edgeTargets], [0, 1, 2]);
});

test("places follow an episode: macros are guessed until they are placed, soft macros estimated, ports known", () => {
  const block = generateBlock({ seed: 3, macros: 5 });
  const judge = new Judge(Kernels.create(), block);
  const { episode, observer } = new Environment(judge, new ForceDirectedPlacer(judge), { readsPlaces: true });
  const { places, graphNodes, nodeCount } = graphInput(block, 0, { live: true });
  const seen = () => places!.of(observer.source.places);
  const placeOf = (node: number) => [...seen().subarray(3 * graphNodes[node]!, 3 * graphNodes[node]! + 3)];
  const { columns, rows } = block.grid;
  observer.look();
  const before = seen().slice();
  assert.equal(before.length, 3 * nodeCount);
  const sureness = new Set(before.filter((_, i) => i % 3 === 2));
  assert.deepEqual([...sureness].sort(), [0, 0.5, 1]);
  const { macro } = episode;
  assert.equal(placeOf(macro)[2], 0);
  const cell = episode.mask.lastIndexOf(1);
  episode.place(cell);
  observer.look();
  const expected = [((cell % columns) + 0.5) / columns, (Math.floor(cell / columns) + 0.5) / rows, 1];
  assertClose(placeOf(macro), expected, 1e-5);
  assert.equal(placeOf(episode.macro)[2], 0);
  // The soft macros have followed the macro, so that their embeddings change.
  const soft = block.kinds.findIndex((kind) => kind !== NodeKind.HardMacro && kind !== NodeKind.Port);
  const at = 3 * graphNodes[soft]!;
  assert.equal(placeOf(soft)[2], 0.5);
  assert.notDeepEqual(placeOf(soft), [...before.subarray(at, at + 3)]);
  // Another episode begins as the first did.
  episode.reset();
  observer.look();
  assert.deepEqual(seen(), before);
});

test("the viewer's trace of a live policy has the embeddings of the last step", () => {
  const block = generateBlock({ seed: 3, macros: 5 });
  const settings = parseTrainSettings({ experimental: { network: { live: true, width: 8 } } });
  const parameters = freshParameters(settings.experimental.network, 1);
  const state = { iteration: 0, episodes: 0, blocks: [{}] };
  const { trace, embeddings } = tracePolicy(block, {}, { settings, parameters, state });
  assert.equal(trace.actions.length, 5);
  assert.equal(embeddings.width, 8);
  assert.ok(embeddings.nodes.length > 5 && embeddings.values.every(Number.isFinite));
  assert.ok(embeddings.values.some((value) => value !== 0));
});
