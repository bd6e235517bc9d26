// The force-directed placer: single steps by hand, and several against the plain twin.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Judge } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { type Block, generateBlock, NetlistDraft, NodeKind, Random } from "../../../../netlist/index.js";
import { ForceDirectedPlacer, type ForceOptions, releasedPhases } from "../../../../placer/index.js";
import { blockOf, randomPlacement, smallBlock } from "../../../support/blocks.js";
import { assertClose } from "../../../support/close.js";
import { forceDirectedTwin } from "../../../twins/force-directed-twin.js";

function placeSoftMacros(block: Block, options: ForceOptions, placement = block.initial) {
  const judge = new Judge(Kernels.create(), block);
  judge.evaluate(placement);
  new ForceDirectedPlacer(judge, options).placeSoftMacros();
  return { xs: [...judge.placement.xs], ys: [...judge.placement.ys], judge };
}

const pullOnly = (steps: number, maxMove: number) => [{ steps, attract: 1, repel: 0, maxMove }];
const pushOnly = (steps: number, maxMove: number) => [{ steps, attract: 0, repel: 1, maxMove }];

test("one step of attraction: forces divided by the largest, on x and y apart", () => {
  const draft = new NetlistDraft();
  const near = draft.addNode(NodeKind.SoftMacro, "Grp_0", 4, 4);
  const far = draft.addNode(NodeKind.SoftMacro, "Grp_1", 4, 4);
  // From the centre (50, 50): Grp_0 is pulled by 3 * (10, 0) = (30, 0), Grp_1 by (-40, 20) + (-20, 0) = (-60, 20).
  draft.addNet(draft.addPort("a", 60, 50), [draft.addPin(near, "n")], 3);
  draft.addNet(draft.addPort("b", 10, 70), [draft.addPin(far, "f1")]);
  draft.addNet(draft.addPin(far, "f2"), [draft.addPort("c", 30, 50)]);
  const { xs, ys } = placeSoftMacros(blockOf(draft), { phases: pullOnly(1, 2) });
  // Largest force 60 on x, 20 on y; 2 µm at most.
  assertClose([xs[near]!, xs[far]!, ys[near]!, ys[far]!], [50 + 1, 50 - 2, 50, 50 + 2], 1e-12);
});

test("nets with a port are multiplied by the port factor, others are not", () => {
  const draft = new NetlistDraft();
  const a = draft.addNode(NodeKind.SoftMacro, "Grp_0", 4, 4);
  const b = draft.addNode(NodeKind.SoftMacro, "Grp_1", 4, 4);
  const hard = draft.addNode(NodeKind.HardMacro, "M", 10, 10);
  draft.addNet(draft.addPort("p", 60, 50), [draft.addPin(a, "a")]); // 10 µm, times 4
  draft.addNet(draft.addPin(hard, "M/p", -5, 0), [draft.addPin(b, "b")]); // from 75: 25 µm
  const options = { phases: pullOnly(1, 1), ioFactor: 4 };
  const { xs } = placeSoftMacros(blockOf(draft, {}, { M: [80, 50] }), options);
  assertClose([xs[a]!, xs[b]!], [51, 50 + 25 / 40], 1e-12);
});

test("overlapping macros push each other along the line between their centres; hard ones stay", () => {
  const draft = new NetlistDraft();
  const soft = draft.addNode(NodeKind.SoftMacro, "Grp_0", 10, 10);
  const hard = draft.addNode(NodeKind.HardMacro, "M", 10, 10);
  const block = blockOf(draft, {}, { Grp_0: [53, 46], M: [50, 50] });
  // Direction (3, -4) / 5; each axis is divided by its own largest force, so both move by the whole 2 µm.
  const { xs, ys } = placeSoftMacros(block, { phases: pushOnly(1, 2), useCurrent: true });
  assertClose([xs[soft]!, ys[soft]!, xs[hard]!, ys[hard]!], [55, 44, 50, 50], 1e-12);
});

test("macros that only touch do not push", () => {
  const draft = new NetlistDraft();
  const soft = draft.addNode(NodeKind.SoftMacro, "Grp_0", 10, 10);
  draft.addNode(NodeKind.HardMacro, "M", 10, 10);
  const block = blockOf(draft, {}, { Grp_0: [60, 50], M: [50, 50] });
  assert.equal(placeSoftMacros(block, { phases: pushOnly(3, 2), useCurrent: true }).xs[soft], 60);
});

test("an overlap of 1e-3 µm pushes, one of 5e-5 does not, on either axis", () => {
  for (const [overlap, pushes] of [
    [1e-3, true],
    [5e-5, false],
  ] as const)
    for (const [dx, dy] of [
      [10 - overlap, 0],
      [overlap - 10, 0],
      [0, 10 - overlap],
      [0, overlap - 10],
    ] as const) {
      const draft = new NetlistDraft();
      const soft = draft.addNode(NodeKind.SoftMacro, "Grp_0", 10, 10);
      draft.addNode(NodeKind.HardMacro, "M", 10, 10);
      const block = blockOf(draft, {}, { Grp_0: [50 + dx, 50 + dy], M: [50, 50] });
      const { xs, ys } = placeSoftMacros(block, { phases: pushOnly(1, 2), useCurrent: true });
      const moved = Math.hypot(xs[soft]! - 50 - dx, ys[soft]! - 50 - dy);
      assert.ok(Math.abs(moved - (pushes ? 2 : 0)) < 1e-9, `${dx}, ${dy}: moved ${moved}`);
    }
});

test("coinciding centres part along the diagonal, the first towards the lower left", () => {
  const draft = new NetlistDraft();
  const first = draft.addNode(NodeKind.SoftMacro, "Grp_0", 10, 10);
  const second = draft.addNode(NodeKind.SoftMacro, "Grp_1", 10, 10);
  const { xs, ys } = placeSoftMacros(blockOf(draft), { phases: pushOnly(1, 2) });
  assertClose([xs[first]!, ys[first]!, xs[second]!, ys[second]!], [48, 48, 52, 52], 1e-12);
});

test("coinciding with a hard macro, whose number decides the direction", () => {
  for (const hardFirst of [true, false]) {
    const draft = new NetlistDraft();
    const add = (kind: NodeKind, name: string) => draft.addNode(kind, name, 10, 10);
    if (hardFirst) add(NodeKind.HardMacro, "M");
    const soft = add(NodeKind.SoftMacro, "Grp_0");
    if (!hardFirst) add(NodeKind.HardMacro, "M");
    const { xs } = placeSoftMacros(blockOf(draft, {}, { M: [50, 50] }), { phases: pushOnly(1, 2) });
    assertClose([xs[soft]!], [hardFirst ? 52 : 48], 1e-12);
  }
});

test("a macro that would leave the canvas stays for the step, on both axes", () => {
  const draft = new NetlistDraft();
  const edge = draft.addNode(NodeKind.SoftMacro, "Grp_0", 10, 10);
  const free = draft.addNode(NodeKind.SoftMacro, "Grp_1", 10, 10);
  draft.addNet(draft.addPort("left", 0, 60), [draft.addPin(edge, "e")]);
  draft.addNet(draft.addPort("l", 0, 50), [draft.addPin(free, "f")]);
  const block = blockOf(draft, {}, { Grp_0: [5, 50], Grp_1: [80, 50] });
  const { xs, ys } = placeSoftMacros(block, { phases: pullOnly(1, 4), useCurrent: true });
  // Grp_0 stands at the left edge and is pulled left and up: neither happens.
  assertClose([xs[edge]!, ys[edge]!, xs[free]!, ys[free]!], [5, 50, 76, 50], 1e-12);
});

test("a soft macro counts as the square of its area", () => {
  const draft = new NetlistDraft();
  const soft = draft.addNode(NodeKind.SoftMacro, "Grp_0", 40, 2.5); // a square of 10 µm
  draft.addNode(NodeKind.HardMacro, "M", 10, 10);
  const apart = blockOf(draft, {}, { Grp_0: [61, 50], M: [50, 50] });
  assert.equal(placeSoftMacros(apart, { phases: pushOnly(1, 1), useCurrent: true }).xs[soft], 61);
  apart.initial.xs[soft] = 59;
  assert.equal(placeSoftMacros(apart, { phases: pushOnly(1, 1), useCurrent: true }).xs[soft], 60);
});

test("fixed soft macros push and pull but stay", () => {
  const draft = new NetlistDraft();
  const fixed = draft.addNode(NodeKind.SoftMacro, "Grp_0", 10, 10);
  const free = draft.addNode(NodeKind.SoftMacro, "Grp_1", 10, 10);
  draft.addNet(draft.addPin(fixed, "o"), [draft.addPin(free, "i")]);
  const block = { ...blockOf(draft, {}, { Grp_0: [20, 50] }), fixed: Uint8Array.from([1, 0]) };
  const { xs } = placeSoftMacros(block, { phases: pullOnly(1, 3) });
  assertClose([xs[fixed]!, xs[free]!], [20, 47], 1e-12);
});

test("the released schedule is 100 steps each of pull, push and stronger push, 1 % of the longer side at most", () => {
  assert.deepEqual(releasedPhases({ width: 300, height: 200 }), [
    { steps: 100, attract: 100, repel: 0, maxMove: 3 },
    { steps: 100, attract: 1e-3, repel: 1e6, maxMove: 3 },
    { steps: 100, attract: 1e-5, repel: 1e7, maxMove: 3 },
  ]);
});

for (const [name, phases, useCurrent] of [
  ["attraction from the centre", pullOnly(6, 3), false],
  ["repulsion from random places", pushOnly(6, 3), true],
  ["both at once", [{ steps: 6, attract: 1, repel: 40, maxMove: 2 }], true],
  ["the released phases, three steps of each", undefined, false],
] as const)
  test(`a few steps on generated blocks equal the plain twin at 1e-9: ${name}`, () => {
    // The last one is crowded: dozens of strips, with bodies in several of them.
    const crowded = generateBlock({ seed: 4, macros: 20, softMacros: 150, ports: 16 });
    for (const [seed, block] of [...[0, 1, 2, 3].map((seed) => smallBlock(seed)), crowded].entries()) {
      const start = randomPlacement(block, Random.stream(seed, "forces"), 0);
      const schedule = phases ?? releasedPhases(block.canvas).map((phase) => ({ ...phase, steps: 3 }));
      const options = { phases: schedule, useCurrent, ioFactor: 1.5 };
      const expected = forceDirectedTwin(block, start, options);
      const found = placeSoftMacros(block, options, start);
      assertClose(found.xs, expected.xs, 1e-9, `seed ${seed}: x`);
      assertClose(found.ys, expected.ys, 1e-9, `seed ${seed}: y`);
      assert.notDeepEqual(found.xs, [...start.xs]); // something moved
    }
  });

test("the same macros give the same cells to the last bit, whatever was settled before", () => {
  const block = smallBlock(2);
  const judge = new Judge(Kernels.create(), block);
  const placer = new ForceDirectedPlacer(judge);
  const run = (seed: number) => {
    judge.evaluate(randomPlacement(block, Random.stream(seed, "again"), 0));
    placer.placeSoftMacros();
    return [...judge.placement.xs, ...judge.placement.ys];
  };
  const first = run(1);
  run(2);
  assert.deepEqual(run(1), first);
});

test("anticipation moves every soft macro to the weighted mean of what stands, sweep by sweep", () => {
  const draft = new NetlistDraft();
  const a = draft.addNode(NodeKind.SoftMacro, "Grp_0", 4, 4);
  const b = draft.addNode(NodeKind.SoftMacro, "Grp_1", 4, 4);
  const alone = draft.addNode(NodeKind.SoftMacro, "Grp_2", 4, 4);
  const unplaced = draft.addNode(NodeKind.HardMacro, "M", 4, 4);
  draft.addNet(draft.addPort("p", 10, 20), [draft.addPin(a, "a1")], 3);
  draft.addNet(draft.addPin(a, "a2"), [draft.addPin(b, "b1")]);
  draft.addNet(draft.addPin(unplaced, "M/p"), [draft.addPin(b, "b2")], 9);
  const judge = new Judge(Kernels.create(), blockOf(draft));
  judge.evaluate(judge.block.initial);
  const placer = new ForceDirectedPlacer(judge);
  placer.estimateSoftMacros(1, true);
  // From (50, 50): a to (3 * 10 + 50) / 4 = 20 and (3 * 20 + 50) / 4 = 27.5; b to where a was; M counts nothing.
  assertClose([...judge.placement.xs].slice(0, 3), [20, 50, 50], 1e-12);
  assertClose([...judge.placement.ys].slice(0, 3), [27.5, 50, 50], 1e-12);
  placer.estimateSoftMacros(1, false);
  // a to (30 + 50) / 4 again, b to where a stood.
  assertClose(
    [judge.placement.xs[a]!, judge.placement.xs[b]!, judge.placement.xs[alone]!],
    [20, 20, 50],
    1e-12,
  );
});
