// The memory of good episodes, and starts from them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BASIC_PLANES } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { Random } from "../../../../netlist/index.js";
import { parseTrainSettings } from "../../../../policy/index.js";
import { drawStart, drawStarts, EliteMemory, mergeElites } from "../../../../policy/ppo/elites.js";
import type { BlockBatch, TrainingBlock } from "../../../../policy/ppo/training-block.js";
import { Trajectory, trajectoryBytes } from "../../../../policy/ppo/trajectory.js";

const kernels = Kernels.create();

function episode(cells: readonly number[], proxyCost?: number): Trajectory {
  const grid = { columns: 2, rows: 1 };
  const shape = { steps: cells.length, grid, planes: BASIC_PLANES, stateNumbers: 1, nodes: 1, bodies: 0 };
  const address = kernels.u8(trajectoryBytes(shape)).byteOffset;
  const slot = new Trajectory(kernels, { address, block: 0, shape });
  slot.cells.set(cells);
  const costs = { wirelength: 0, wirelengthCost: 0, densityCost: 0, congestionCost: 0 };
  const isComplete = proxyCost !== undefined;
  slot.end({
    steps: cells.length,
    complete: isComplete,
    ...(isComplete && { costs: { ...costs, proxyCost } }),
  });
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

test("a start is an elite with at least one macro taken off: the last, some near each other, or any", () => {
  // Two elites on 4 columns; macros 0 and 2 stand side by side, as do 1 and 3, far from the others.
  const elites = [
    { proxyCost: 1, cells: [0, 15, 1, 14] },
    { proxyCost: 2, cells: [3, 12, 2, 13] },
  ];
  const ruins = new Set<string>();
  for (let i = 0; i < 500; i++) {
    const start = drawStart(elites, 4, Random.stream(1, "start", i));
    const kept = start.map((cell, number) => (cell < 0 ? -1 : number));
    const elite = elites.find(({ cells }) => start.every((cell, n) => cell < 0 || cell === cells[n]));
    assert.ok(elite && kept.includes(-1), `start ${start}`);
    ruins.add(kept.map((number) => (number < 0 ? "-" : number)).join(""));
  }
  for (const ruin of ["----", "012-", "01--", "0---", "-1-3", "0-2-", "-123", "0--3"])
    assert.ok(ruins.has(ruin), `${ruin} is drawn`);
  assert.deepEqual(drawStart([], 4, Random.stream(1, "none")), []);
});

test("of every block's groups a share begins from elites, and with one group each in some iterations", () => {
  const block = { block: { grid: { columns: 4 } } } as TrainingBlock;
  const batch = (groups: number) =>
    ({ block, episodes: Array(4 * groups).fill(undefined) }) as unknown as BlockBatch;
  const elites = [{ proxyCost: 1, cells: [0, 15, 1, 14] }];
  const fromElites = (batches: BlockBatch[], eliteShare: number, iteration: number) => {
    const settings = parseTrainSettings({ eliteShare });
    return drawStarts(batches, () => elites, { settings, seed: 1, iteration }).map(
      ({ length }) => length > 0,
    );
  };
  const [no, yes] = [false, true];
  for (const iteration of [1, 2])
    assert.deepEqual(fromElites([batch(8)], 0.5, iteration), [no, no, no, no, yes, yes, yes, yes]);
  assert.deepEqual(fromElites([batch(1), batch(1), batch(1)], 0.5, 1), [yes, no, yes]);
  assert.deepEqual(fromElites([batch(1), batch(1), batch(1)], 0.5, 2), [no, yes, no]);
  assert.deepEqual(fromElites([batch(2), batch(3)], 0, 1), [no, no, no, no, no]);
  assert.deepEqual(fromElites([batch(2), batch(3)], 1, 1), [yes, yes, yes, yes, yes]);
  const many = Array.from({ length: 100 }, (_, iteration) => fromElites([batch(3)], 0.25, iteration)).flat();
  assert.equal(many.filter(Boolean).length, 75);
});

test("more elites than the memory has slots are refused, not written somewhere", async () => {
  const memory = new EliteMemory([8]);
  const block = { index: 0, order: "area" } as TrainingBlock;
  const elites = [1, 2].map((proxyCost) => ({ block, elite: { proxyCost, cells: [0] } }));
  await assert.rejects(memory.update({ replay: async () => {} }, elites), /more elites than slots/);
});
