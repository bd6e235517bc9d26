// The force-directed placer against one step of the original binary and against an independent implementation.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Costs, Judge } from "../../env/index.js";
import { Kernels } from "../../kernels/index.js";
import { type Block, loadBlock, NodeKind, readPlc } from "../../netlist/index.js";
import { ForceDirectedPlacer, releasedPhases } from "../../placer/index.js";
import { readGolden, sharedPath, withoutShared } from "../support/shared-data.js";

interface StepRecord {
  readonly netlist: string;
  readonly start: string;
  readonly steps: readonly [number];
  readonly attract: readonly [number];
  readonly repel: readonly [number];
  readonly max_move_distance: readonly [number];
  readonly expected: Readonly<Record<string, readonly [number, number]>>;
  readonly expected_plc?: string;
  readonly tolerance_um: number;
  readonly costs_after_phase: Readonly<Record<string, { readonly independent_double: readonly number[] }>>;
}

interface ForceFile {
  readonly google: readonly StepRecord[];
  readonly tilos_like: readonly StepRecord[];
}

async function loadStart(record: StepRecord): Promise<Block> {
  return loadBlock(sharedPath(record.netlist), { placement: sharedPath(record.start) });
}

test("one repulsion step moves four nodes as the original binary does", { skip: withoutShared }, async () => {
  const record = readGolden<ForceFile>("fd.json").google[0]!;
  const block = await loadBlock(sharedPath(record.netlist), {
    overrides: { canvas: { width: 500, height: 500 }, grid: { columns: 23, rows: 28 } },
  });
  const judge = new Judge(Kernels.create(), block);
  judge.evaluate(block.initial);
  const phase = { steps: 1, attract: 0, repel: record.repel[0], maxMove: record.max_move_distance[0] };
  new ForceDirectedPlacer(judge, { useCurrent: true, phases: [phase], ioFactor: 0 }).placeSoftMacros();
  for (const [name, [x, y]] of Object.entries(record.expected)) {
    const node = block.nodeNames.indexOf(name);
    assert.ok(Math.abs(judge.placement.xs[node]! - x) < 1e-9, `${name} x ${judge.placement.xs[node]}`);
    assert.ok(Math.abs(judge.placement.ys[node]! - y) < 1e-9, `${name} y ${judge.placement.ys[node]}`);
  }
});

test("1, 5 and 20 attraction steps on ariane133 end within the stated micrometres", {
  skip: withoutShared,
}, async () => {
  const records = readGolden<ForceFile>("fd.json").tilos_like.filter((record) => record.expected_plc);
  assert.equal(records.length, 3);
  for (const record of records) {
    const block = await loadStart(record);
    const judge = new Judge(Kernels.create(), block);
    judge.evaluate(block.initial);
    const phase = {
      steps: record.steps[0],
      attract: record.attract[0],
      repel: 0,
      maxMove: record.max_move_distance[0],
    };
    new ForceDirectedPlacer(judge, { phases: [phase] }).placeSoftMacros();
    const lines = (await readPlc(sharedPath(record.expected_plc!))).lines;
    const nodeOfFile = new Map(Array.from(block.fileIndices, (file, node) => [file, node]));
    let compared = 0;
    for (const line of lines) {
      const node = nodeOfFile.get(line.index)!;
      if (block.kinds[node] !== NodeKind.SoftMacro) continue;
      const distance = Math.hypot(judge.placement.xs[node]! - line.x, judge.placement.ys[node]! - line.y);
      assert.ok(distance < record.tolerance_um, `${block.nodeNames[node]} is ${distance} µm off`);
      compared++;
    }
    assert.equal(compared, 782);
  }
});

test("after each phase of the released schedule the costs are within 5 % of the independent ones", {
  skip: withoutShared,
}, async () => {
  const record = readGolden<ForceFile>("fd.json").tilos_like.find((r) => r.costs_after_phase)!;
  const block = await loadStart(record);
  for (const [phase, { independent_double: expected }] of Object.entries(record.costs_after_phase)) {
    const judge = new Judge(Kernels.create(), squareSoftMacros(block));
    judge.evaluate(block.initial);
    const phases = releasedPhases(block.canvas).slice(0, Number(phase));
    new ForceDirectedPlacer(judge, { phases }).placeSoftMacros();
    const costs: Costs = judge.evaluate();
    const found = [costs.wirelengthCost, costs.densityCost, costs.congestionCost];
    found.forEach((value, i) => {
      assert.ok(Math.abs(value / expected[i]! - 1) < 0.05, `phase ${phase}: ${found} against ${expected}`);
    });
  }
});

/** The record's costs count soft macros as squares. */
function squareSoftMacros(block: Block): Block {
  const widths = block.widths.slice();
  const heights = block.heights.slice();
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] !== NodeKind.SoftMacro) continue;
    widths[node] = Math.sqrt(block.widths[node]! * block.heights[node]!);
    heights[node] = widths[node]!;
  }
  return { ...block, widths, heights };
}
