// Cells from beginning to end on inputs that nobody wishes for: each ends with all cells legal, or in one line that says why not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Judge } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { type Block, isInputError, NodeKind } from "../../../../netlist/index.js";
import { type FlatCells, placeFlatCells } from "../../../../placer/cells/flat-cells.js";
import { flatBlock, SITE } from "../../../support/flat-block.js";
import { rowFaults } from "../../../support/row-faults.js";

const OPTIONS = { density: 1, passes: 3, onProgress: () => {} };

async function placed(block: Block): Promise<FlatCells> {
  const result = await placeFlatCells(block, block.initial, OPTIONS);
  assert.deepEqual(rowFaults(block, result.placement), []);
  const { wirelength } = new Judge(Kernels.create(), block).evaluate(result.placement);
  assert.ok(Math.abs(result.wirelength - wirelength) <= 1e-6 * wirelength);
  assert.ok(result.wirelength <= result.legalWirelength + 1e-9);
  return result;
}

async function refused(block: Block, expected: RegExp): Promise<void> {
  await assert.rejects(
    placeFlatCells(block, block.initial, { ...OPTIONS, onIteration: () => assert.fail("it has begun") }),
    (error) => isInputError(error) && expected.test(error.message) && !error.message.includes("\n"),
  );
}

/** A block with other nets: lists of pins. */
function withNets(block: Block, nets: readonly (readonly number[])[]): Block {
  const starts = new Int32Array(nets.length + 1);
  for (const [net, pins] of nets.entries()) starts[net + 1] = starts[net]! + pins.length;
  const netPins = new Int32Array(starts.at(-1)!);
  for (const [net, pins] of nets.entries()) netPins.set(pins, starts[net]);
  return {
    ...block,
    netCount: nets.length,
    netStarts: starts,
    netPins,
    netWeights: new Float64Array(nets.length).fill(1),
  };
}

function pinsOfNets(block: Block): number[][] {
  return Array.from({ length: block.netCount }, (_, net) => [
    ...block.netPins.subarray(block.netStarts[net], block.netStarts[net + 1]),
  ]);
}

test("cells without nets", async () => {
  await placed(withNets(flatBlock({ cells: 50 }), []));
});

test("one row, and one that macros cut", async () => {
  await placed(flatBlock({ cells: 20, rows: 1, widths: [4] }));
  await placed(flatBlock({ cells: 12, rows: 1, widths: [3], macros: [[10, 0]] }));
});

test("rows that are 98 % and 100.0 % full; one cell more is refused with the sites", async () => {
  await placed(flatBlock({ cells: 980, widths: [2] }));
  await placed(flatBlock({ cells: 1000, widths: [2] }));
  await refused(
    flatBlock({ cells: 1001, widths: [2] }),
    /^drafted: cells take 2002 sites of 2000 that are free in rows of 2 µm \(100\.1 %\)/,
  );
});

test("rows that macros and fixed cells cover altogether", async () => {
  const block = flatBlock({ cells: 3, rows: 7, sitesPerRow: 40, macros: [[0, 0]] });
  await refused(block, /cells take \d+ sites of 0 that are free in rows of 2 µm \(no site is free\)/);
});

test("a cell that is wider than every free stretch", async () => {
  const block = flatBlock({ cells: 5, rows: 7, widths: [3], macros: [[20, 0]] });
  const widths = block.widths.slice();
  widths[block.nodeCount - 1] = 41 * SITE;
  await refused(
    { ...block, widths },
    /^cell 'c4': takes 41 sites, and the widest free stretch of a row has 40; make room for it/,
  );
});

test("a net of 100,000 pins beside small ones: it ends soon, and wires get no longer", async () => {
  const block = flatBlock({ cells: 1000, widths: [1], rows: 20 });
  const cells = Array.from({ length: block.pinCount }, (_, pin) => pin).filter(
    (pin) => block.kinds[block.pinNodes[pin]!] === NodeKind.StandardCell,
  );
  // A pin may be named more than once.
  const large = Array.from({ length: 100_000 }, (_, i) => cells[i % cells.length]!);
  const started = performance.now();
  const { wirelength, legalWirelength } = await placed(withNets(block, [...pinsOfNets(block), large]));
  assert.ok(wirelength < legalWirelength, `${legalWirelength} to ${wirelength}`);
  assert.ok(performance.now() - started < 60_000);
});

test("fixed cells all over the rows", async () => {
  const block = flatBlock({ cells: 400, widths: [2] });
  const fixed = block.fixed.slice();
  const [xs, ys] = [block.initial.xs.slice(), block.initial.ys.slice()];
  let count = 0;
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] !== NodeKind.StandardCell || count >= 100) continue;
    fixed[node] = 1;
    // Off the sites, as fixed cells may be.
    xs[node] = 2.3 + 4.7 * (count % 10);
    ys[node] = 1 + 4 * Math.floor(count / 10);
    count++;
  }
  const some = { ...block, fixed, initial: { ...block.initial, xs, ys } };
  const { placement } = await placed(some);
  for (let node = 0; node < block.nodeCount; node++)
    if (fixed[node]) assert.equal(placement.xs[node], xs[node]);
});
