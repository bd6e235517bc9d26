// The electrostatic placer as a whole: deterministic, better and steadier than the force-directed one, and at peace with
// blocks of any shape.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type CostWeights, Judge } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import {
  type Block,
  copyPlacement,
  generateBlock,
  NetlistDraft,
  NodeKind,
  type Placement,
  Random,
} from "../../../../netlist/index.js";
import { ElectrostaticPlacer, ForceDirectedPlacer, LONG_ELECTROSTATIC } from "../../../../placer/index.js";
import { blockOf, smallBlock } from "../../../support/blocks.js";

function toolsFor(block: Block, weights?: CostWeights) {
  const judge = new Judge(Kernels.create(), block, weights && { weights });
  return { judge, placer: new ElectrostaticPlacer(judge), force: new ForceDirectedPlacer(judge) };
}

/** Hard macros in rows, at random; soft macros nowhere. */
function someHardMacros(block: Block, random: Random): Placement {
  const placement = copyPlacement(block.initial);
  const hard = [...block.kinds.keys()].filter((node) => block.kinds[node] === NodeKind.HardMacro);
  const side = Math.ceil(Math.sqrt(hard.length));
  const seats = random.shuffle([...Array(side * side).keys()]);
  hard.forEach((node, i) => {
    placement.xs[node] = (((seats[i]! % side) + 0.5) * block.canvas.width) / side;
    placement.ys[node] = ((Math.floor(seats[i]! / side) + 0.5) * block.canvas.height) / side;
    placement.orientations[node] = random.below(4);
  });
  for (let node = 0; node < block.nodeCount; node++)
    if (block.kinds[node] === NodeKind.SoftMacro) placement.xs[node] = placement.ys[node] = Number.NaN;
  return placement;
}

const isSoft = (block: Block, node: number) => block.kinds[node] === NodeKind.SoftMacro;

function placed({ judge, placer }: ReturnType<typeof toolsFor>, hard: Placement): Placement {
  judge.evaluate(hard);
  placer.placeSoftMacros();
  return copyPlacement(judge.placement);
}

test("the result depends on the hard macros alone, not on what was placed before", () => {
  const block = generateBlock({ seed: 3, macros: 12, softMacros: 60, ports: 30 });
  const [first, second] = [1, 2].map((seed) => someHardMacros(block, Random.stream(seed, "hard")));
  const tools = toolsFor(block);
  const fresh = placed(tools, first!);
  placed(tools, second!);
  tools.placer.adjustSoftMacros();
  assert.deepEqual(placed(tools, first!), fresh);
  assert.deepEqual(placed(toolsFor(block), first!), fresh);
});

test("soft macros stay on the canvas; hard macros, ports and fixed soft macros stay where they are", () => {
  const base = smallBlock(4);
  const held = base.kinds.indexOf(NodeKind.SoftMacro);
  const block = { ...base, fixed: base.fixed.with(held, 1) };
  const hard = someHardMacros(block, Random.stream(4, "hard"));
  hard.xs[held] = 10;
  hard.ys[held] = 20;
  const after = placed(toolsFor(block), hard);
  for (let node = 0; node < block.nodeCount; node++) {
    const [x, y] = [after.xs[node]!, after.ys[node]!];
    if (!isSoft(block, node) || node === held) {
      assert.deepEqual([x, y], [hard.xs[node], hard.ys[node]]);
      continue;
    }
    const [w, h] = [block.widths[node]! / 2, block.heights[node]! / 2];
    const slack = 1e-4; // µm: places are f32
    assert.ok(x >= w - slack && x <= block.canvas.width - w + slack, `x ${x}`);
    assert.ok(y >= h - slack && y <= block.canvas.height - h + slack, `y ${y}`);
  }
});

test("its cost is lower than that of the force-directed placer, and lower still with more steps", () => {
  let [force, short, long] = [0, 0, 0];
  for (const seed of [1, 2, 3]) {
    const block = generateBlock({ seed, macros: 20, softMacros: 120, ports: 60 });
    const tools = toolsFor(block);
    const { judge } = tools;
    const hard = someHardMacros(block, Random.stream(seed, "hard"));
    judge.evaluate(hard);
    tools.force.placeSoftMacros();
    force += judge.evaluate().proxyCost;
    short += judge.evaluate(placed(tools, hard)).proxyCost;
    const longer = new ElectrostaticPlacer(judge, LONG_ELECTROSTATIC);
    long += judge.evaluate(placed({ ...tools, placer: longer }, hard)).proxyCost;
  }
  assert.ok(short < 0.97 * force, `${short} against ${force}`);
  assert.ok(long < short, `${long} against ${short}`);
});

test("a thousandth of a cell changes the cost by far less than with the force-directed placer", () => {
  const block = generateBlock({ seed: 5, macros: 20, softMacros: 120, ports: 60 });
  const tools = toolsFor(block);
  const { judge } = tools;
  const hard = someHardMacros(block, Random.stream(5, "hard"));
  const macro = block.kinds.indexOf(NodeKind.HardMacro);
  const step = (0.001 * block.canvas.width) / block.grid.columns;
  const spread = (place: () => void) => {
    const costs = [-2, -1, 0, 1, 2].map((times) => {
      const moved = copyPlacement(hard);
      moved.xs[macro]! += times * step;
      judge.evaluate(moved);
      place();
      return judge.evaluate().proxyCost;
    });
    return Math.max(...costs) - Math.min(...costs);
  };
  const force = spread(() => tools.force.placeSoftMacros());
  const cold = spread(() => tools.placer.placeSoftMacros());
  assert.ok(cold < 0.2 * force, `${cold} against ${force}`);
});

test("adjusting follows a macro that moved: cheaper than standing still, and near a new placement", () => {
  const block = generateBlock({ seed: 6, macros: 20, softMacros: 120, ports: 60 });
  const tools = toolsFor(block);
  const { judge } = tools;
  const hard = someHardMacros(block, Random.stream(6, "hard"));
  const [a, b] = [...block.kinds.keys()].filter((node) => block.kinds[node] === NodeKind.HardMacro);
  const before = placed(tools, hard);
  const moved = copyPlacement(before);
  for (const axis of ["xs", "ys"] as const)
    [moved[axis][a!], moved[axis][b!]] = [moved[axis][b!]!, moved[axis][a!]!];
  const standing = judge.evaluate(moved).proxyCost;
  tools.placer.adjustSoftMacros();
  const adjusted = judge.evaluate().proxyCost;
  const anew = judge.evaluate(placed(tools, moved)).proxyCost;
  assert.ok(adjusted < standing, `${adjusted} against ${standing}`);
  assert.ok(adjusted < 1.03 * anew, `${adjusted} against ${anew}`);
});

test("estimates are those of the force-directed placer, so that a policy sees the same", () => {
  const block = smallBlock(7);
  const tools = toolsFor(block);
  const { judge, placer, force } = tools;
  const estimated = (cells: { estimateSoftMacros(sweeps: number, fromCentre: boolean): void }) => {
    judge.evaluate(someHardMacros(block, Random.stream(7, "hard")));
    cells.estimateSoftMacros(5, true);
    return copyPlacement(judge.placement);
  };
  assert.deepEqual(estimated(placer), estimated(force));
});

test("macros without nets, and macros with the same nets, spread over the canvas", () => {
  const draft = new NetlistDraft();
  for (let i = 0; i < 20; i++) draft.addNode(NodeKind.SoftMacro, `Grp_${i}`, 10, 12);
  for (let i = 20; i < 40; i++) {
    const macro = draft.addNode(NodeKind.SoftMacro, `Grp_${i}`, 10, 10);
    draft.addNet(draft.addPort(`p${i}`, 0, 50), [draft.addPin(macro, "a")]);
  }
  const block = blockOf(draft);
  const { judge, placer } = toolsFor(block);
  judge.evaluate(block.initial);
  placer.placeSoftMacros();
  const places = [...block.kinds.keys()].filter((node) => isSoft(block, node));
  const keys = places.map((node) => `${judge.placement.xs[node]} ${judge.placement.ys[node]}`);
  assert.equal(new Set(keys).size, places.length);
  judge.evaluate();
  assert.ok(Math.max(...judge.maps().density) < 2, "4400 µm² on 10000, each macro a cell");
});

test("blocks of any shape have a result", () => {
  const single = new NetlistDraft();
  single.addNet(single.addPort("p", 0, 0), [
    single.addPin(single.addNode(NodeKind.SoftMacro, "G", 4, 4), "a"),
  ]);
  const nothing = new NetlistDraft();
  nothing.addNet(nothing.addPort("p", 0, 0), [nothing.addPort("q", 50, 50)]);
  const empty = new NetlistDraft();
  empty.addNet(empty.addPort("p", 0, 0), [empty.addPin(empty.addNode(NodeKind.SoftMacro, "G", 0, 0), "a")]);
  const large = new NetlistDraft();
  large.addNet(large.addPort("p", 0, 0), [
    large.addPin(large.addNode(NodeKind.SoftMacro, "G", 300, 400), "a"),
  ]);
  const oneCell = { grid: { columns: 1, rows: 1 } };
  for (const block of [
    blockOf(single),
    blockOf(nothing),
    blockOf(empty),
    blockOf(large),
    { ...blockOf(single), ...oneCell },
    { ...smallBlock(8), ...oneCell },
    { ...smallBlock(8), smoothing: 3 },
    smallBlock(9), // its hard macros have no place
  ]) {
    for (const weights of [
      undefined,
      { wirelength: 0, density: 1, congestion: 0 },
      { wirelength: 2, density: 0, congestion: 3 },
    ]) {
      const { judge, placer } = toolsFor(block, weights);
      judge.evaluate(block.initial);
      placer.placeSoftMacros();
      placer.adjustSoftMacros();
      for (let node = 0; node < block.nodeCount; node++)
        if (isSoft(block, node))
          assert.ok(Number.isFinite(judge.placement.xs[node]! + judge.placement.ys[node]!));
      assert.ok(Number.isFinite(judge.evaluate().proxyCost));
    }
  }
});
