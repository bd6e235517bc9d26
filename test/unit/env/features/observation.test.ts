// What a policy sees of an episode: each plane against a slow twin or by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BASIC_PLANES,
  type CellPlacer,
  Episode,
  Judge,
  Observer,
  PLANES,
  putOnCell,
  STATE_NUMBERS,
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
  return new Episode(new Judge(Kernels.create(), block), new IdleCells());
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
  // The soft macro is far from there; B has no wires, so that there is no plan either. Edge + softMacroDistance + contact - wire -
  // softMacroOverlap - plan:
  assertClose([plane("prior")[0]!], [0.9 + 1 + (1 - 0.1375) - 0 - 0 - 0], 1e-6);
  // One of two macros placed; B is 0.1 x 0.2 of the canvas; nothing comes after it; there are no nets. The soft macro
  // takes 2 %, the macros 4 + 2 % of the canvas.
  assertClose(state, [0.5, episode.feasibleCells / 100, 0.1, 0.2, 0, 0, 0, 0.02, 0.06], 1e-6);
});

test("congestion so far is the judge's of what stands, brought up to date every tenth of the steps", () => {
  const block = smallBlock(2, 24);
  const judge = new Judge(Kernels.create(), block);
  const episode = new Episode(judge, new ForceDirectedPlacer(judge));
  const observer = new Observer(episode, PLANES.length);
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
    const plane = look(episode, observer);
    assertClose(plane("horizontal"), expected.horizontal, 1e-6, `step ${episode.step}`);
    assertClose(plane("vertical"), expected.vertical, 1e-6, `step ${episode.step}`);
    const free = [...episode.mask.keys()].filter((cell) => episode.mask[cell] === 1);
    episode.place(free[random.below(free.length)]!);
  }
  assert.ok(changes >= 3 && Math.max(...expected.horizontal) > 0);
});

test("an episode that begins with macros placed sees nothing of the episode before", () => {
  const block = smallBlock(2, 24);
  const seen = [1, 2].map((before) => {
    const judge = new Judge(Kernels.create(), block);
    const episode = new Episode(judge, new ForceDirectedPlacer(judge));
    const observer = new Observer(episode, PLANES.length);
    for (let step = 0; step < before; step++) {
      look(episode, observer);
      episode.place(episode.mask.indexOf(1));
    }
    episode.reset();
    for (let step = 0; step < before; step++) episode.place(episode.mask.lastIndexOf(1));
    if (before === 1) episode.place(episode.mask.lastIndexOf(1));
    return Float32Array.from(look(episode, observer)("horizontal"));
  });
  assert.ok(seen[0]!.some((value) => value > 0));
  assert.deepEqual(seen[0], seen[1]);
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
  const alike = look(episode, observer)("sameSizeAlignment"); // of C
  assert.deepEqual([alike[12], alike[17], alike[52], alike[92], alike[50], alike[0]], [1, 1, 1, 0.5, 0.5, 0]);
  episode.place(84);
  assert.ok(look(episode, observer)("sameSizeAlignment").every((value) => value === 0)); // D has no like
});

test("the plan's plane is the distance from where the macro would be, and counts in the prior", () => {
  // A is pulled to a port at the lower left, B to one at the upper right: ranks 1/4 and 3/4 both ways.
  const draft = new NetlistDraft();
  const [a, b] = ["A", "B"].map((name) => draft.addNode(NodeKind.HardMacro, name, 10, 10));
  draft.addNet(draft.addPort("o", 0, 0), [draft.addPin(a!, "A/p")]);
  draft.addNet(draft.addPort("p", 100, 100), [draft.addPin(b!, "B/p")]);
  const episode = episodeOf(blockOf(draft));
  const seen = look(episode, new Observer(episode));
  const plan = seen("quadraticTarget"); // of A: cell (0, 0) has its centre at 0.05, cell (9, 9) at 0.95
  assertClose([plan[0]!, plan[99]!, plan[22]!], [0.2, 0.7, 0], 1e-6);
  const edge = 0.9; // of both corners; the soft macros are nowhere, so that all cells are far from them
  const prior = (cell: number) => edge + 1 + seen("contact")[cell]! - seen("wire")[cell]! - plan[cell]!;
  assertClose([seen("prior")[0]!, seen("prior")[99]!], [prior(0), prior(99)], 1e-6);
});
