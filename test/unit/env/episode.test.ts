// The game: order, steps, what is refused, dead ends, starting over; and what the policy sees of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type CellPlacer,
  Episode,
  InfeasibleActionError,
  Judge,
  macrosByArea,
  macrosByConnectivity,
  Observer,
  PLANES,
  putOnCell,
  STATE_NUMBERS,
} from "../../../env/index.js";
import { Kernels } from "../../../kernels/index.js";
import { type Block, NetlistDraft, NodeKind, Random } from "../../../netlist/index.js";
import { ForceDirectedPlacer } from "../../../placer/index.js";
import { blockOf, randomPlacement, smallBlock } from "../../support/blocks.js";
import { assertClose } from "../../support/close.js";
import { judgeTwin } from "../../twins/judge-twin.js";

/** Cells that stay where they are, and remember how often they were asked. */
class IdleCells implements CellPlacer {
  readonly name = "idle";
  settled = 0;
  settle(): void {
    this.settled++;
  }
  anticipate(): void {}
}

function episodeOf(block: Block, cells: CellPlacer = new IdleCells()): Episode {
  return new Episode(new Judge(Kernels.create(), block), cells);
}

/** Macros on a canvas of 100 x 100 µm with 2 x 2 cells. */
function fourCells(...sizes: readonly (readonly [number, number])[]): Block {
  const draft = new NetlistDraft();
  sizes.forEach(([width, height], i) => {
    draft.addNode(NodeKind.HardMacro, `M${i}`, width, height);
  });
  return blockOf(draft, { grid: { columns: 2, rows: 2 } });
}

test("macros come by area, the largest first, equal ones in file order; fixed and soft ones not at all", () => {
  const draft = new NetlistDraft();
  draft.addNode(NodeKind.HardMacro, "small", 2, 2);
  draft.addNode(NodeKind.SoftMacro, "Grp_0", 90, 90);
  draft.addNode(NodeKind.HardMacro, "flat", 9, 4);
  draft.addNode(NodeKind.HardMacro, "square", 6, 6); // 36 µm², as flat
  draft.addNode(NodeKind.HardMacro, "fixed", 50, 50);
  draft.addNode(NodeKind.HardMacro, "large", 10, 10);
  const block = { ...blockOf(draft), fixed: Uint8Array.from([0, 0, 0, 0, 1, 0]) };
  assert.deepEqual([...macrosByArea(block)], [5, 2, 3, 0]);
});

test("macros grown along the wires begin at the ports, and a soft macro passes its share of a connection on", () => {
  const draft = new NetlistDraft();
  const port = draft.addPort("port", 0, 0);
  const node = (kind: NodeKind, name: string, side: number) => draft.addNode(kind, name, side, side);
  const macros = [9, 8, 7, 6].map((side, i) => node(NodeKind.HardMacro, `M${i}`, side));
  const soft = node(NodeKind.SoftMacro, "Grp_0", 5);
  const wire = (from: number, to: number, weight: number) =>
    draft.addNet(draft.addPin(from, `o${from}-${to}`), [draft.addPin(to, `i${from}-${to}`)], weight);
  const [, far, through, first] = macros as [number, number, number, number];
  draft.addNet(port, [draft.addPin(first, "in")], 2);
  wire(first, soft, 3);
  wire(soft, through, 1);
  wire(through, far, 5);
  // M0 has no wires: it comes last, though it is the largest.
  assert.deepEqual([...macrosByConnectivity(blockOf(draft))], [first, through, far, macros[0]]);
});

test("an episode places macro after macro on cell centres, then settles the cells once and scores", () => {
  const cells = new IdleCells();
  const episode = episodeOf(fourCells([40, 40], [50, 50]), cells);
  assert.deepEqual([episode.macro, episode.nextMacro, episode.step, episode.feasibleCells], [1, 0, 0, 4]);
  episode.place(3);
  assert.deepEqual([episode.macro, episode.nextMacro, episode.step, episode.feasibleCells], [0, -1, 1, 3]);
  assert.deepEqual([...episode.mask], [1, 1, 1, 0]);
  episode.place(0);
  assert.deepEqual([episode.macro, episode.complete, episode.deadEnd], [-1, true, false]);
  assert.deepEqual([...episode.judge.placement.xs], [25, 75]);
  assert.deepEqual([...episode.judge.placement.ys], [25, 75]);
  const costs = episode.finish();
  assert.equal(cells.settled, 1);
  assertClose([costs.densityCost], [0.5], 1e-12); // the densest cell is full: 0.5 * 1
});

test("an infeasible action is refused with the action and a copy of the mask, and changes nothing", () => {
  const episode = episodeOf(fourCells([50, 50], [50, 50]));
  episode.place(2);
  for (const action of [2, -1, 4, 0.5]) {
    let caught: unknown;
    try {
      episode.place(action);
    } catch (error) {
      caught = error;
    }
    assert.ok(caught instanceof InfeasibleActionError, `action ${action}`);
    assert.equal(caught.action, action);
    assert.deepEqual([...caught.mask], [1, 1, 0, 1]);
    assert.match(caught.message, /macro 'M1'/);
    assert.equal(episode.step, 1);
    assert.ok(Number.isNaN(episode.judge.placement.xs[1]));
    episode.reset();
    assert.deepEqual([...caught.mask], [1, 1, 0, 1]); // not the live mask
    episode.place(2);
  }
});

test("a step after the last one is refused", () => {
  const episode = episodeOf(fourCells([50, 50]));
  episode.place(0);
  assert.throws(() => episode.place(1), InfeasibleActionError);
});

test("scoring before all macros stand is our own mistake", () => {
  assert.throws(() => episodeOf(fourCells([50, 50])).finish(), /^Error: internal: /);
});

test("a macro that fits nowhere is a dead end, and starting over leaves it", () => {
  // 9 x 1 cells; a macro of 30 µm in the middle leaves 35 µm on either side, too little for one of 40.
  const draft = new NetlistDraft();
  draft.addNode(NodeKind.HardMacro, "A", 30, 90);
  draft.addNode(NodeKind.HardMacro, "B", 40, 50);
  const episode = episodeOf(blockOf(draft, { grid: { columns: 10, rows: 1 } }));
  assert.equal(episode.macro, 0);
  episode.place(4);
  assert.deepEqual([episode.deadEnd, episode.complete, episode.feasibleCells], [true, false, 0]);
  assert.throws(() => episode.place(0), InfeasibleActionError);
  episode.reset();
  assert.deepEqual([episode.deadEnd, episode.step], [false, 0]);
  episode.place(1);
  assert.equal(episode.deadEnd, false);
});

test("a block whose macros are all fixed is complete at once and can be scored", () => {
  const draft = new NetlistDraft();
  draft.addNode(NodeKind.HardMacro, "A", 30, 30);
  const block = { ...blockOf(draft, {}, { A: [50, 50] }), fixed: Uint8Array.from([1]) };
  const episode = episodeOf(block);
  assert.deepEqual([episode.complete, episode.deadEnd, episode.macro], [true, false, -1]);
  assert.ok(episode.finish().densityCost > 0);
  assert.equal(episode.judge.placement.xs[0], 50);
});

test("starting over gives the same start and the same game, to the last bit", () => {
  const block = smallBlock(4);
  const judge = new Judge(Kernels.create(), block);
  const episode = new Episode(judge, new ForceDirectedPlacer(judge));
  const play = () => {
    const random = Random.stream(1, "play");
    const seen: unknown[] = [Array.from(judge.placement.xs), Array.from(judge.placement.ys)];
    while (!episode.complete && !episode.deadEnd) {
      seen.push([...episode.mask]);
      let left = random.below(episode.feasibleCells);
      episode.place(episode.mask.findIndex((open) => open === 1 && left-- === 0));
    }
    seen.push(episode.deadEnd ? "dead end" : episode.finish());
    return [...seen, Array.from(judge.placement.xs), Array.from(judge.placement.orientations)];
  };
  const first = play();
  episode.reset();
  assert.deepEqual(play(), first);
});

test("macros of an episode stand as N, whatever the files say, and fixed ones as the files say", () => {
  const block = fourCells([50, 50], [50, 50]);
  block.initial.xs[1] = 25;
  block.initial.ys[1] = 75;
  block.initial.orientations.fill(2);
  const episode = episodeOf({ ...block, fixed: Uint8Array.from([0, 1]) });
  assert.deepEqual([...episode.judge.placement.orientations], [0, 2]);
  assert.deepEqual([...episode.mask], [1, 1, 0, 1]); // cell 2 is taken
});

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
    const planes = new Float32Array(PLANES.length * cells);
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
  const planes = new Float32Array(PLANES.length * 100);
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
  const planes = new Float32Array(PLANES.length * 100);
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
  const planes = new Float32Array(PLANES.length * 100);
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
  assertClose([plane("nextWire")[0]!, plane("prior")[0]!], [0, 0.9], 1e-6);
  // One of two macros placed; B is 0.1 x 0.2 of the canvas; nothing comes after it.
  assertClose(state, [0.5, episode.feasibleCells / 100, 0.1, 0.2, 0, 0], 1e-6);
});
