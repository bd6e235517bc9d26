// What a policy sees of an episode: each plane against a slow twin or computed by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BASIC_PLANES,
  type CellPlacer,
  Episode,
  Judge,
  Observer,
  PLANE_BOUNDS,
  PLANES,
  putOnCell,
  STATE_HIGHS,
  STATE_NAMES,
  STATE_NUMBERS,
  sampleFeasibleCell,
} from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { type Block, NetlistDraft, NodeKind, Random } from "../../../../netlist/index.js";
import { ForceDirectedPlacer } from "../../../../placer/index.js";
import { blockOf, randomPlacement, smallBlock } from "../../../support/blocks.js";
import { assertClose } from "../../../support/close.js";
import { judgeTwin } from "../../../twins/judge-twin.js";

/** Cells that stay where they are. */
class IdleCells implements CellPlacer {
  readonly name = "idle";
  placeSoftMacros(): void {}
  estimateSoftMacros(): void {}
}

function episodeOf(block: Block): Episode {
  return new Episode(new Judge(Kernels.create(), block), new IdleCells(), { tracksCongestion: true });
}

/** Planes of the current step, by name. */
function look(episode: Episode, observer: Observer): (name: (typeof PLANES)[number]) => Float32Array {
  const { columns, rows } = episode.judge.block.grid;
  const cells = columns * rows;
  const planes = new Float32Array(observer.planes * cells);
  observer.observe(planes, new Float32Array(STATE_NUMBERS));
  return (name) => planes.subarray(PLANES.indexOf(name) * cells, (PLANES.indexOf(name) + 1) * cells);
}

test("the wire mask of every cell is the full wirelength with the macro there, up to a constant", () => {
  for (let seed = 0; seed < 4; seed++) {
    const block = smallBlock(seed);
    const judge = new Judge(Kernels.create(), block);
    const episode = new Episode(judge, new IdleCells());
    const observer = new Observer(episode);
    const placement = randomPlacement(block, Random.stream(seed, "wire"));
    judge.placement.xs.set(placement.xs);
    judge.placement.ys.set(placement.ys);
    judge.placement.orientations.set(placement.orientations);
    judge.kernels.run.placePoints(judge.state.address);
    const cells = block.grid.columns * block.grid.rows;
    const planes = new Float32Array(observer.planes * cells);
    observer.observe(planes, new Float32Array(STATE_NUMBERS));
    const plane = planes.subarray(PLANES.indexOf("wire") * cells, (PLANES.indexOf("wire") + 1) * cells);
    const lengths = Array.from({ length: cells }, (_, cell) => {
      putOnCell(judge, episode.macro, cell);
      return judgeTwin(block, judge.placement).wirelength;
    });
    const best = Math.min(...lengths);
    const worst = Math.max(...lengths);
    assert.ok(worst > best, "the macro has no wires");
    const expected = lengths.map((length) => (length - best) / (worst - best));
    // The plane goes from 0 at the best cell to 1 at the worst; float32.
    assertClose(plane, expected, 1e-6, `seed ${seed}`);
  }
});

test("before the others stand, a macro's wire mask knows only of those that do", () => {
  const draft = new NetlistDraft();
  const a = draft.addNode(NodeKind.HardMacro, "A", 20, 20);
  const b = draft.addNode(NodeKind.HardMacro, "B", 10, 10);
  const out = draft.addPin(a, "A/p");
  draft.addNet(out, [draft.addPin(b, "B/p")], 5);
  draft.addNet(draft.addPort("o", 0, 5), [draft.addPin(a, "A/q")]);
  const episode = episodeOf(blockOf(draft));
  const planes = new Float32Array(BASIC_PLANES * 100);
  new Observer(episode).observe(planes, new Float32Array(STATE_NUMBERS));
  const wire = planes.subarray(100, 200);
  // B is not placed, so only the port at (0, 5) pulls: the length is x + |y - 5|, from 5 at cell 0 to 185 at cell 99.
  assertClose([wire[0]!, wire[1]!, wire[10]!, wire[99]!], [0, 10 / 180, 10 / 180, 1], 1e-6);
});

test("a net that enters a macro at two places is as long as from the farther one", () => {
  // Pins at x -8 and +6 of the centre, a port at x 50: from the left the wire starts at -8, from the right at +6.
  const draft = new NetlistDraft();
  const a = draft.addNode(NodeKind.HardMacro, "A", 20, 20);
  const pins = [draft.addPin(a, "A/p", -8, 0), draft.addPin(a, "A/q", 6, 0)];
  draft.addNet(draft.addPort("o", 50, 5), pins);
  const episode = episodeOf(blockOf(draft));
  const planes = new Float32Array(BASIC_PLANES * 100);
  new Observer(episode).observe(planes, new Float32Array(STATE_NUMBERS));
  // Growth in row 0, where y costs nothing: at centre 5: 50 - (5 - 8) = 53; at 45: 5 + 8 to the left and 45 + 6 - 50
  // to the right, 14 in all; at 95: 95 + 6 - 50 = 51. The farthest cell, (9, 0), has 53 + 90; the best is 14.
  const wire = planes.subarray(100, 200);
  assertClose(
    [wire[0]!, wire[4]!, wire[9]!, wire[90]!],
    [39, 0, 37, 129].map((um) => um / 129),
    1e-6,
  );
});

test("an observation shows mask, cover, edges and the step's numbers", () => {
  const draft = new NetlistDraft();
  draft.addNode(NodeKind.HardMacro, "A", 20, 20);
  draft.addNode(NodeKind.HardMacro, "B", 10, 20);
  draft.addNode(NodeKind.SoftMacro, "Grp_0", 20, 10);
  const block = blockOf(draft, {}, { Grp_0: [50, 95] });
  const episode = episodeOf(block);
  episode.place(11); // A at (15, 15) covers x and y 5..25
  const planes = new Float32Array(BASIC_PLANES * 100);
  const state = new Float32Array(STATE_NUMBERS);
  new Observer(episode).observe(planes, state);
  const plane = (name: (typeof PLANES)[number]) => {
    const start = PLANES.indexOf(name) * 100;
    return planes.subarray(start, start + 100);
  };
  assert.deepEqual([...plane("mask")], [...episode.mask]);
  assertClose([plane("macros")[0]!, plane("macros")[1]!, plane("macros")[11]!], [0.25, 0.5, 1], 1e-6);
  assertClose([plane("cells")[94]!, plane("cells")[95]!, plane("cells")[93]!], [0.25, 0.25, 0], 1e-6);
  // Columns from the left: |(2c + 1) / 10 - 1| = 0.9, 0.7, …; rows likewise.
  assertClose([plane("edgeX")[0]!, plane("edgeX")[4]!, plane("edgeY")[90]!], [0.9, 0.1, 0.9], 1e-6);
  // B, 1 x 2 cells, has a frame of 3 x 4 - 2 = 10. With its centre on cell 0, 2.5 x 2 of the 12 are on the canvas, of
  // which A covers a quarter of cell 0, half of 1 and 10, all of 11, and half of 0.25 + 0.5 in row 2: 2.625. B itself
  // stands on 1.5, of which 0.5 are covered: 1.375 of the frame are free.
  assertClose([plane("nextWire")[0]!, plane("contact")[0]!], [0, 1 - 0.1375], 1e-6);
  // The soft macro is far from there; B has no wires, so it has no target either. Edge + softMacroDistance + contact -
  // wire - softMacroOverlap - quadraticTarget:
  assertClose([plane("prior")[0]!], [0.9 + 1 + (1 - 0.1375) - 0 - 0 - 0], 1e-6);
  // One of two macros placed; B is 0.1 x 0.2 of the canvas; nothing comes after it; there are no nets. The soft macro
  // takes 2 %, the macros 4 + 2 % of the canvas.
  assertClose(state, [0.5, episode.feasibleCells / 100, 0.1, 0.2, 0, 0, 0, 0.02, 0.06], 1e-6);
});

/** An episode with soft macros that move, and every plane. */
function congestedEpisode(block: Block) {
  const judge = new Judge(Kernels.create(), block);
  const episode = new Episode(judge, new ForceDirectedPlacer(judge), { tracksCongestion: true });
  return { judge, episode, observer: new Observer(episode, PLANES.length) };
}

test("congestion planes are the judge's at the last tenth of the steps, whenever they are observed", () => {
  const block = smallBlock(2, 24);
  const { judge, episode, observer } = congestedEpisode(block);
  const random = Random.stream(1, "congestion");
  const every = Math.ceil(episode.macros.length / 10);
  assert.ok(every > 1, "the block is too small to tell");
  const expected = { horizontal: new Float64Array(0), vertical: new Float64Array(0) };
  let changes = 0;
  while (!episode.complete && !episode.deadEnd) {
    if (episode.step % every === 0) {
      const twin = judgeTwin(block, judge.placement);
      const cut = (values: Float64Array) => values.map((value) => Math.min(value, 2) / 2);
      Object.assign(expected, { horizontal: cut(twin.horizontal), vertical: cut(twin.vertical) });
      changes++;
    }
    // Some steps are not observed at all, among them those at which the snapshot is taken.
    for (let times = random.below(3); times > 0; times--) {
      const plane = look(episode, observer);
      assertClose(plane("horizontal"), expected.horizontal, 1e-6, `step ${episode.step}`);
      assertClose(plane("vertical"), expected.vertical, 1e-6, `step ${episode.step}`);
    }
    const free = [...episode.mask.keys()].filter((cell) => episode.mask[cell] === 1);
    episode.place(free[random.below(free.length)]!);
  }
  assert.ok(changes >= 3 && Math.max(...expected.horizontal) > 0);
});

test("an observation depends on the cells placed alone: not on earlier episodes or observations", () => {
  const block = smallBlock(2, 24);
  const cells = (() => {
    const { episode } = congestedEpisode(block);
    const random = Random.stream(3, "cells");
    return Array.from({ length: 11 }, () => {
      const cell = sampleFeasibleCell(episode, random);
      episode.place(cell);
      return cell;
    });
  })();
  /** All that is seen after these cells, of episodes with another history. */
  const seen = (before: number, observes: (step: number) => boolean) => {
    const { episode, observer } = congestedEpisode(block);
    const planes = new Float32Array(observer.planes * episode.mask.length);
    const state = new Float32Array(STATE_NUMBERS);
    for (let step = 0; step < before; step++) {
      observer.observe(planes, state);
      episode.place(episode.mask.lastIndexOf(1));
    }
    episode.reset();
    for (const cell of cells) {
      if (observes(episode.step)) observer.observe(planes, state);
      episode.place(cell);
    }
    const deltas = observer.observe(planes, state);
    return { planes, state, deltas: Array.from(episode.mask, (_, cell) => deltas.at(cell)) };
  };
  const plain = seen(0, () => false);
  assert.ok(plain.planes.subarray(PLANES.indexOf("horizontal") * 100).some((value) => value > 0));
  assert.deepEqual(
    seen(0, () => true),
    plain,
  );
  assert.deepEqual(
    seen(5, (step) => step % 4 === 1),
    plain,
  );
  assert.deepEqual(
    seen(9, (step) => step > 7),
    plain,
  );
});

test("the delta of a cell is the rise of the wirelength cost that placing the macro there brings", () => {
  // A port at (0, 5) and one at (100, 5), both wired to A, with weight 1 and 3: of the wirelength cost, the half
  // perimeter is 200 and the weights are 4. A at cell 0, (5, 5), has 5 + 3 · 95 = 290 µm; each row up adds 4 · 10.
  const draft = new NetlistDraft();
  const a = draft.addNode(NodeKind.HardMacro, "A", 10, 10);
  draft.addNet(draft.addPort("left", 0, 5), [draft.addPin(a, "A/l")], 1);
  draft.addNet(draft.addPort("right", 100, 5), [draft.addPin(a, "A/r")], 3);
  const episode = episodeOf(blockOf(draft));
  const deltas = new Observer(episode).observe(
    new Float32Array(BASIC_PLANES * 100),
    new Float32Array(STATE_NUMBERS),
  );
  assertClose(
    [deltas.at(0), deltas.at(9), deltas.at(20)],
    [290, 95 + 15, 290 + 80].map((um) => um / 800),
    1e-12,
  );
  episode.place(20);
  assertClose([episode.judge.evaluate().wirelengthCost], [370 / 800], 1e-6);
});

test("the wirelength deltas of a macro do not change when the next one is observed", () => {
  const draft = new NetlistDraft();
  const [a, b] = ["A", "B"].map((name) => draft.addNode(NodeKind.HardMacro, name, 10, 10));
  draft.addNet(draft.addPort("o", 0, 5), [draft.addPin(a!, "A/p")]);
  draft.addNet(draft.addPort("p", 100, 5), [draft.addPin(b!, "B/p")]);
  const episode = episodeOf(blockOf(draft));
  const deltas = new Observer(episode).observe(
    new Float32Array(BASIC_PLANES * 100),
    new Float32Array(STATE_NUMBERS),
  );
  // A pulls to the left, B, the next macro, to the right.
  assertClose([deltas.at(0), deltas.at(9)], [5 / 400, 95 / 400], 1e-12);
});

test("planes and state numbers keep within their bounds", () => {
  for (const seed of [1, 2, 3]) {
    const block = smallBlock(seed, 16);
    const { episode, observer } = congestedEpisode(block);
    const random = Random.stream(seed, "bounds");
    const planes = new Float32Array(observer.planes * episode.mask.length);
    const state = new Float32Array(STATE_NUMBERS);
    while (!episode.complete && !episode.deadEnd) {
      observer.observe(planes, state);
      for (const [i, name] of PLANES.entries()) {
        const plane = planes.subarray(i * episode.mask.length, (i + 1) * episode.mask.length);
        const [low, high] = PLANE_BOUNDS[name];
        assert.ok(
          plane.every((value) => value >= low - 1e-5 && value <= high + 1e-5),
          name,
        );
      }
      for (const [i, high] of STATE_HIGHS.entries())
        assert.ok(state[i]! >= 0 && state[i]! <= high, STATE_NAMES[i]);
      episode.place(sampleFeasibleCell(episode, random));
    }
  }
});

test("rows and columns of macros with the same sides are marked, those of others are not", () => {
  const draft = new NetlistDraft();
  for (const name of ["A", "B", "C"]) draft.addNode(NodeKind.HardMacro, name, 10, 20);
  draft.addNode(NodeKind.HardMacro, "D", 20, 9);
  const episode = episodeOf(blockOf(draft));
  const observer = new Observer(episode, PLANES.length);
  assert.ok(look(episode, observer)("sameSizeAlignment").every((value) => value === 0));
  episode.place(12); // column 2, row 1
  episode.place(57); // column 7, row 5
  const aligned = look(episode, observer)("sameSizeAlignment"); // of C
  assert.deepEqual(
    [aligned[12], aligned[17], aligned[52], aligned[92], aligned[50], aligned[0]],
    [1, 1, 1, 0.5, 0.5, 0],
  );
  episode.place(84);
  assert.ok(look(episode, observer)("sameSizeAlignment").every((value) => value === 0)); // none is as large as D
});

test("the target's plane is the distance from the macro's quadratic target, and counts in the prior", () => {
  // A is pulled to a port at the lower left, B to one at the upper right: ranks 1/4 and 3/4 both ways.
  const draft = new NetlistDraft();
  const [a, b] = ["A", "B"].map((name) => draft.addNode(NodeKind.HardMacro, name, 10, 10));
  draft.addNet(draft.addPort("o", 0, 0), [draft.addPin(a!, "A/p")]);
  draft.addNet(draft.addPort("p", 100, 100), [draft.addPin(b!, "B/p")]);
  const episode = episodeOf(blockOf(draft));
  const seen = look(episode, new Observer(episode));
  const target = seen("quadraticTarget"); // of A: cell (0, 0) has its centre at 0.05, cell (9, 9) at 0.95
  assertClose([target[0]!, target[99]!, target[22]!], [0.2, 0.7, 0], 1e-6);
  const edge = 0.9; // of both corners; the soft macros are nowhere, so that all cells are far from them
  const prior = (cell: number) => edge + 1 + seen("contact")[cell]! - seen("wire")[cell]! - target[cell]!;
  assertClose([seen("prior")[0]!, seen("prior")[99]!], [prior(0), prior(99)], 1e-6);
});
