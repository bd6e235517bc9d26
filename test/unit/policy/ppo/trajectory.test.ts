// Stored episodes: the arrays of a slot, what lies where, and how actions are drawn.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BASIC_PLANES, PLANES, STATE_NUMBERS } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { Random } from "../../../../netlist/index.js";
import { ActionDistribution, sample } from "../../../../policy/agent.js";
import { Trajectory, trajectoryBytes } from "../../../../policy/ppo/trajectory.js";
import { assertClose } from "../../../support/close.js";

/** The views of a slot, in the order of its fields. */
function arraysOf(slot: Trajectory) {
  const isArray = (value: unknown) => ArrayBuffer.isView(value) && !(value instanceof DataView);
  return Object.values(slot).filter(isArray) as (
    | Float64Array
    | Float32Array
    | Int32Array
    | Uint16Array
    | Uint8Array
  )[];
}

test("a slot's arrays lie one behind the other without overlap, each aligned, and fill the slot", () => {
  for (const shape of [
    { steps: 5, grid: { columns: 7, rows: 3 }, planes: BASIC_PLANES, stateNumbers: 2, nodes: 3, bodies: 2 },
    { steps: 1, grid: { columns: 1, rows: 1 }, planes: BASIC_PLANES, stateNumbers: 1, nodes: 1, bodies: 0 },
    { steps: 3, grid: { columns: 2, rows: 5 }, planes: PLANES.length, stateNumbers: 1, nodes: 2, bodies: 0 },
    { steps: 0, grid: { columns: 3, rows: 3 }, planes: BASIC_PLANES, stateNumbers: 6, nodes: 5, bodies: 0 }, // nothing to place
  ]) {
    const kernels = Kernels.create();
    const memory = kernels.u8(trajectoryBytes(shape));
    const slot = new Trajectory(kernels, { address: memory.byteOffset, block: 0, shape });
    const arrays = arraysOf(slot).sort((a, b) => a.byteOffset - b.byteOffset || a.length - b.length);
    let end = memory.byteOffset;
    for (const array of arrays) {
      assert.equal(array.byteOffset, end);
      assert.equal(array.byteOffset % array.BYTES_PER_ELEMENT, 0);
      end += array.byteLength;
    }
    assert.equal(end - memory.byteOffset, trajectoryBytes(shape));
  }
});

test("a stored step takes a quarter of its planes at most", () => {
  const grid = { columns: 32, rows: 32 };
  const shape = { steps: 100, grid, planes: BASIC_PLANES, stateNumbers: 9, nodes: 100, bodies: 0 };
  assert.ok(trajectoryBytes(shape) < (4 * BASIC_PLANES * 32 * 32 * 100) / 4);
});

test("places of bodies are stored with a step if they are wanted, four bytes a body", () => {
  const shape = {
    steps: 2,
    grid: { columns: 2, rows: 1 },
    planes: BASIC_PLANES,
    stateNumbers: STATE_NUMBERS,
    nodes: 3,
  };
  const [without, wanted] = [0, 3].map((bodies) => ({ ...shape, bodies }));
  assert.equal(trajectoryBytes(wanted!) - trajectoryBytes(without!), 4 * 3 * 2);
  const kernels = Kernels.create();
  const places = Uint16Array.from([1, 2, 3, 4, 5, 65535]);
  const stored = [without!, wanted!].map((form) => {
    const address = kernels.u8(trajectoryBytes(form)).byteOffset;
    const slot = new Trajectory(kernels, { address, block: 0, shape: form });
    slot.store(1, { ...slot.source(0), places }, new Float32Array(STATE_NUMBERS));
    return [...slot.source(1).places];
  });
  assert.deepEqual(stored, [[], [...places]]);
});

test("what one thread writes another reads under the same name", () => {
  const grid = { columns: 3, rows: 1 };
  const shape = { steps: 2, grid, planes: BASIC_PLANES, stateNumbers: 2, nodes: 4, bodies: 3 };
  const kernels = Kernels.create();
  const at = kernels.u8(trajectoryBytes(shape)).byteOffset;
  const written = new Trajectory(kernels, { address: at, block: 0, shape });
  arraysOf(written).forEach((array, i) => {
    array.fill(i + 1);
  });
  const read = new Trajectory(Kernels.attach(kernels.handle), { address: at, block: 0, shape });
  assert.deepEqual(read, written);
  const costs = {
    wirelength: 1,
    wirelengthCost: 2,
    densityCost: 3,
    congestionCost: 4,
    proxyCost: 5,
  };
  written.end({ steps: 2, complete: true, placedBefore: 1, costs, meanEntropy: 6 });
  assert.deepEqual(read.costs, costs);
  assert.deepEqual(
    [read.proxyCost, read.meanEntropy, read.steps, read.placedBefore, read.isComplete, read.isWhole],
    [5, 6, 2, 1, true, false],
  );
  written.end({ steps: 1, complete: false });
  assert.deepEqual([read.steps, read.isComplete, read.isWhole], [1, false, true]);
  assert.ok(Number.isNaN(read.proxyCost));
});

test("cells are drawn as often as their probability says, infeasible ones never", () => {
  const probabilities = Float32Array.of(0.1, 0, 0.2, 0.3, 0, 0.4);
  const mask = Uint8Array.of(1, 0, 1, 1, 0, 1);
  const random = Random.stream(3, "frequencies");
  const DRAWS = 20_000;
  const counts = new Array<number>(6).fill(0);
  for (let i = 0; i < DRAWS; i++) counts[sample(probabilities, mask, random)]!++;
  counts.forEach((count, cell) => {
    const p = probabilities[cell]!;
    const deviation = Math.sqrt(DRAWS * p * (1 - p));
    assert.ok(Math.abs(count - DRAWS * p) <= 4 * deviation, `cell ${cell}: ${count} of ${DRAWS * p}`);
  });
});

test("what rounding leaves over goes to the last feasible cell, never to an infeasible one", () => {
  const short = Float32Array.of(0.25, 0.25, 0);
  const random = Random.stream(1, "rest");
  const drawn = new Set<number>();
  for (let i = 0; i < 100; i++) drawn.add(sample(short, Uint8Array.of(1, 1, 0), random));
  assert.deepEqual([...drawn].sort(), [0, 1]);
});

test("a distribution's gradient equals finite differences of c log p(action) + d entropy in double precision", () => {
  const kernels = Kernels.create();
  const CELLS = 11;
  const random = Random.stream(8, "distribution");
  const open = Array.from({ length: CELLS }, (_, cell) => cell % 4 !== 1);
  const logits = kernels.f32(CELLS);
  logits.set(open.map((isOpen) => (isOpen ? random.normal() : 1e3)));
  const distribution = new ActionDistribution(kernels, CELLS);
  distribution.update(logits, Uint8Array.from(open, Number));
  const [action, c, d] = [6, 0.7, -0.3];
  const objective = (values: readonly number[]): number => {
    const total = values.reduce((sum, value) => sum + Math.exp(value), 0);
    const logs = values.map((value) => value - Math.log(total));
    const entropy = -logs.reduce((sum, log) => sum + (log < -1e6 ? 0 : Math.exp(log) * log), 0);
    return c * logs[action]! + d * entropy;
  };
  const H = 1e-5;
  const expected = Array.from(logits, (_, cell) => {
    if (!open[cell]) return 0;
    const at = (shift: number) =>
      objective(Array.from(logits, (value, i) => (i === cell ? value + shift : value)));
    return (at(H) - at(-H)) / (2 * H);
  });
  const slopes = kernels.f32(CELLS).fill(99);
  distribution.backward(action, { logProbability: c, entropy: d }, slopes);
  assertClose(slopes, expected, 1e-5);
  open.forEach((isOpen, cell) => {
    if (!isOpen) assert.equal(Math.abs(slopes[cell]!), 0);
  });
});

test("a record holds the final placement if it is complete and costs less than a bound, or in any case without a bound", () => {
  const shape = {
    steps: 2,
    grid: { columns: 2, rows: 1 },
    planes: BASIC_PLANES,
    stateNumbers: 1,
    nodes: 3,
    bodies: 0,
  };
  const slot = (kernels: Kernels) =>
    new Trajectory(kernels, { address: kernels.u8(trajectoryBytes(shape)).byteOffset, block: 0, shape });
  const costs = { wirelength: 1, wirelengthCost: 1, densityCost: 1, congestionCost: 1, proxyCost: 2 };
  const played = slot(Kernels.create());
  played.xs.set([1, 2, 3]);
  played.actions.set([1, 0]);
  const nodes = (below: number | undefined) => played.record(below).xs.length;
  played.end({ steps: 2, complete: true, costs });
  assert.deepEqual([nodes(undefined), nodes(2.5), nodes(2), nodes(1)], [3, 3, 0, 0]);
  const other = slot(Kernels.create());
  other.restore(played.record(2.5));
  assert.deepEqual([[...other.xs], [...other.actions], other.costs], [[1, 2, 3], [1, 0], costs]);
  other.restore(played.record(1));
  assert.deepEqual([[...other.xs], [...other.actions], other.costs], [[NaN, NaN, NaN], [1, 0], costs]);
  played.end({ steps: 1, complete: false });
  assert.deepEqual([nodes(undefined), nodes(2.5)], [3, 0]);
});
