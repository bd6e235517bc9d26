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
  sampleFeasibleCell,
} from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { type Block, NetlistDraft, NodeKind, Random } from "../../../../netlist/index.js";
import { ForceDirectedPlacer } from "../../../../placer/index.js";
import { blockOf, smallBlock } from "../../../support/blocks.js";
import { assertClose } from "../../../support/close.js";

/** Cells that stay where they are, and remember how often they were asked. */
class IdleCells implements CellPlacer {
  readonly name = "idle";
  settled = 0;
  placeSoftMacros(): void {
    this.settled++;
  }
  estimateSoftMacros(): void {}
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

test("wires of weight 0 count nothing in the order along the wires", () => {
  const draft = new NetlistDraft();
  const port = draft.addPort("port", 0, 0);
  const [loose, wired] = [9, 8, 7].map((side, i) => draft.addNode(NodeKind.HardMacro, `M${i}`, side, side));
  const soft = draft.addNode(NodeKind.SoftMacro, "Grp_0", 5, 5);
  draft.addNet(draft.addPin(loose!, "M0/o"), [draft.addPin(soft, "Grp_0/Pinput")], 0);
  draft.addNet(port, [draft.addPin(wired!, "M1/i")]);
  assert.deepEqual([...macrosByConnectivity(blockOf(draft))], [2, 1, 3]);
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
      episode.place(sampleFeasibleCell(episode, random));
    }
    seen.push(episode.deadEnd ? "dead end" : episode.finish());
    return [...seen, Array.from(judge.placement.xs), Array.from(judge.placement.orientations)];
  };
  const first = play();
  episode.reset();
  assert.deepEqual(play(), first);
});

test("macros that are to go first do so, the rest in order, and the cells of a game are open in any sequence", () => {
  const block = smallBlock(4);
  const judge = new Judge(Kernels.create(), block);
  const episode = new Episode(judge, new ForceDirectedPlacer(judge));
  const count = episode.macros.length;
  const random = Random.stream(1, "sequences");
  const cells = completeGame(episode, random);
  const played = [...episode.macros].map((macro) => [judge.placement.xs[macro], judge.placement.ys[macro]]);
  for (let i = 0; i < 20; i++) {
    const first = [...random.shuffle(Int32Array.from({ length: count }, (_, number) => number))];
    first.length = random.below(count + 1);
    episode.reset(first);
    const rest = [...episode.macros.keys()].filter((number) => !first.includes(number));
    for (const number of [...first, ...rest]) {
      assert.equal(episode.numberAt(episode.step), number);
      assert.equal(episode.macro, episode.macros[number]);
      episode.place(cells[number]!); // throws where the mask forbids it
    }
    assert.equal(episode.numberAt(episode.step), -1);
    const again = [...episode.macros].map((macro) => [judge.placement.xs[macro], judge.placement.ys[macro]]);
    assert.deepEqual(again, played);
  }
});

/** Plays at random until every macro has a cell: the cells of the macros, in order. */
function completeGame(episode: Episode, random: Random): number[] {
  const cells: number[] = [];
  for (episode.reset(); !episode.complete; ) {
    if (episode.deadEnd) {
      cells.length = 0;
      episode.reset();
    }
    const cell = sampleFeasibleCell(episode, random);
    cells.push(cell);
    episode.place(cell);
  }
  return cells;
}

test("macros of an episode stand as N, whatever the files say, and fixed ones as the files say", () => {
  const block = fourCells([50, 50], [50, 50]);
  block.initial.xs[1] = 25;
  block.initial.ys[1] = 75;
  block.initial.orientations.fill(2);
  const episode = episodeOf({ ...block, fixed: Uint8Array.from([0, 1]) });
  assert.deepEqual([...episode.judge.placement.orientations], [0, 2]);
  assert.deepEqual([...episode.mask], [1, 1, 0, 1]); // cell 2 is taken
});
