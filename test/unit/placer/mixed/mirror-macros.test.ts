// Macros are mirrored for shorter wires: never longer, as an exhaustive search finds for one macro, and only as it is allowed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Judge } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { type Block, copyPlacement, NodeKind, type Placement } from "../../../../netlist/index.js";
import { mirrorMacros } from "../../../../placer/mixed/mirror-macros.js";
import { flatBlock, scattered } from "../../../support/flat-block.js";

const ALL = () => true;

/** Macros that may move, with one pin each, off their centres. */
function freeMacros(seed: number): { readonly block: Block; readonly placement: Placement } {
  const flat = flatBlock({
    seed,
    cells: 40,
    macros: [
      [2, 3],
      [26, 20],
    ],
  });
  const block = { ...flat, fixed: flat.fixed.map((flag, node) => (isMacro(flat, node) ? 0 : flag)) };
  return { block, placement: scattered(block, seed) };
}

function isMacro({ kinds }: Block, node: number): boolean {
  return kinds[node] === NodeKind.HardMacro;
}

function macrosOf(block: Block): number[] {
  return Array.from({ length: block.nodeCount }, (_, node) => node).filter((node) => isMacro(block, node));
}

function lengthOf(block: Block, placement: Placement): number {
  return new Judge(Kernels.create(), block).evaluate(placement).wirelength;
}

test("the shortest wires of all mirrorings, and nothing else changes", () => {
  let changed = 0;
  for (let seed = 1; seed <= 8; seed++) {
    const { block, placement } = freeMacros(seed);
    const found = mirrorMacros(block, placement, ALL);
    assert.deepEqual([found.xs, found.ys], [placement.xs, placement.ys]);
    // The macros share no net, so one after the other is as good as all together.
    let least = Number.POSITIVE_INFINITY;
    const [a, b] = macrosOf(block) as [number, number];
    for (let choice = 0; choice < 16; choice++) {
      const tried = copyPlacement(placement);
      tried.orientations[a] = choice & 3;
      tried.orientations[b] = choice >> 2;
      least = Math.min(least, lengthOf(block, tried));
    }
    assert.ok(Math.abs(lengthOf(block, found) - least) < 1e-9 * least);
    if (found.orientations[a] !== 0 || found.orientations[b] !== 0) changed++;
  }
  assert.ok(changed >= 4, `${changed} of 8`);
});

test("one that lies keeps lying, and those that may not be mirrored stay as they are", () => {
  const { block, placement } = freeMacros(2);
  const [a, b] = macrosOf(block) as [number, number];
  placement.orientations[a] = 4; // E
  placement.orientations[b] = 4;
  const found = mirrorMacros(block, placement, ALL);
  assert.ok([a, b].every((node) => found.orientations[node]! >= 4));
  const unmirrored = new Uint8Array(block.nodeCount).fill(1);
  const fixed = block.fixed.map((flag, node) => (isMacro(block, node) ? 1 : flag));
  for (const held of [
    { ...block, unmirrored },
    { ...block, fixed },
  ])
    assert.deepEqual(mirrorMacros(held, placement, ALL), placement);
});

test("only orientations that the design allows", () => {
  let refused = 0;
  for (let seed = 1; seed <= 8; seed++) {
    const { block, placement } = freeMacros(seed);
    const asked: number[] = [];
    const found = mirrorMacros(block, placement, (node, orientation) => {
      asked.push(node);
      return orientation === 1;
    });
    for (const node of macrosOf(block)) assert.ok(found.orientations[node]! <= 1);
    const free = mirrorMacros(block, placement, ALL);
    refused += macrosOf(block).filter((node) => free.orientations[node]! > 1).length;
    assert.ok(lengthOf(block, found) <= lengthOf(block, placement));
    assert.deepEqual(new Set(asked), new Set(macrosOf(block)));
  }
  assert.ok(refused > 0);
});

test("ports without a place do not count", () => {
  const { block, placement } = freeMacros(3);
  const macro = macrosOf(block)[0]!;
  const port = block.kinds.indexOf(NodeKind.Port);
  const portPin = block.pinNodes.indexOf(port);
  const nets = Array.from({ length: block.netCount }, (_, net) =>
    Array.from(block.netPins.subarray(block.netStarts[net]!, block.netStarts[net + 1]!)),
  );
  const own = nets.find((pins) => pins.some((pin) => block.pinNodes[pin] === macro))!;
  const placed = nets.filter((pins) => !pins.includes(portPin));
  const withNets = (all: readonly (readonly number[])[]): Block => ({
    ...block,
    netCount: all.length,
    netPins: Int32Array.from(all.flat()),
    netStarts: Int32Array.from([0, ...all.keys()], (_, i) => all.slice(0, i).flat().length),
  });
  const joined = placed.map((pins) => (pins === own ? [...pins, portPin] : pins));
  const unplaced = copyPlacement(placement);
  unplaced.xs[port] = Number.NaN;
  unplaced.ys[port] = Number.NaN;
  for (const orientation of [1, 4]) {
    unplaced.orientations[macro] = orientation;
    const found = mirrorMacros(withNets(joined), unplaced, ALL);
    assert.deepEqual(found, mirrorMacros(withNets(placed), unplaced, ALL));
    assert.equal(found.orientations[macro]! >= 4, orientation >= 4);
  }
});
