// Random moves of every kind on a small generated block: the incremental judge equals a full evaluation bit by bit,
// and a move undone leaves no trace in any array of the state.
import assert from "node:assert/strict";
import { test } from "node:test";
import { IncrementalJudge, Judge } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { type Block, generateBlock, Random } from "../../../../netlist/index.js";
import { RandomMoves } from "../../../support/random-moves.js";

const MOVES = 3000;

function smallBlock(smoothing: number): Block {
  return generateBlock({ seed: 3, macros: 8, softMacros: 40, smoothing });
}

/** A placement inside the canvas; overlaps do not matter to the judge. */
function scatter(block: Block, random: Random) {
  return {
    xs: block.initial.xs.map((x, node) => (block.fixed[node] ? x : block.canvas.width * random.uniform())),
    ys: block.initial.ys.map((y, node) => (block.fixed[node] ? y : block.canvas.height * random.uniform())),
    orientations: block.initial.orientations.slice(),
  };
}

/** Everything that the state holds about the placement, as one copy. */
function snapshot(judge: Judge) {
  const { state, nets, block } = judge;
  const { buffer } = judge.kernels.handle.memory;
  const cells = block.grid.columns * block.grid.rows;
  const bytes = (field: Parameters<typeof state.get>[0], length: number) =>
    Buffer.from(new Uint8Array(buffer, state.get(field), length)).toString("base64");
  return {
    costs: judge.costs(),
    xs: bytes("xs", 8 * block.nodeCount),
    ys: bytes("ys", 8 * block.nodeCount),
    orientations: bytes("orientations", block.nodeCount),
    pointXs: bytes("pointXs", 8 * nets.pointCount),
    pointYs: bytes("pointYs", 8 * nets.pointCount),
    pointCells: bytes("pointCells", 4 * nets.pointCount),
    netLengths: bytes("netLengths", 8 * nets.netCount),
    horizontalDemand: bytes("horizontalDemand", 8 * cells),
    verticalDemand: bytes("verticalDemand", 8 * cells),
    horizontalBlocked: bytes("horizontalBlocked", 8 * cells),
    verticalBlocked: bytes("verticalBlocked", 8 * cells),
    density: bytes("density", 8 * cells),
    congestion: bytes("congestion", 16 * cells),
  };
}

for (const smoothing of [0, 2]) {
  test(`${MOVES} random moves equal full evaluations, smoothing ${smoothing}`, () => {
    const block = smallBlock(smoothing);
    const random = Random.stream(5, "moves", smoothing);
    const judge = new Judge(Kernels.create(), block);
    const reference = new Judge(Kernels.create(), block);
    const incremental = new IncrementalJudge(judge);
    incremental.start(scatter(block, random));
    const drawer = new RandomMoves(block, judge.placement, random);
    for (let move = 0; move < MOVES; move++) {
      const costs = incremental.try(drawer.draw().moves);
      assert.deepEqual(costs, reference.evaluate(judge.placement), `move ${move}`);
      if (move % 10 === 0) assert.deepEqual(judge.maps(), reference.maps(), `maps of move ${move}`);
      if (random.below(2) === 0) incremental.commit();
      else incremental.revert();
    }
    assert.deepEqual(judge.costs(), reference.evaluate(judge.placement));
    assert.deepEqual(judge.maps(), reference.maps());
  });
}

test("an undone move leaves every array of the state as it was", () => {
  const block = smallBlock(2);
  const random = Random.stream(6, "undo");
  const judge = new Judge(Kernels.create(), block);
  const incremental = new IncrementalJudge(judge);
  incremental.start(scatter(block, random));
  const drawer = new RandomMoves(block, judge.placement, random);
  for (let move = 0; move < 300; move++) {
    const before = snapshot(judge);
    incremental.try(drawer.draw().moves);
    incremental.revert();
    assert.deepEqual(snapshot(judge), before, `move ${move}`);
    incremental.try(drawer.draw().moves);
    incremental.commit();
  }
});
