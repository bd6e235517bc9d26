// Which macros a group names, and groups that are refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseTooLarge, withGroups, withKept } from "../../../flow/given-places.js";
import { type Block, copyPlacement, NetlistDraft, NodeKind, type Placement } from "../../../netlist/index.js";
import { blockOf } from "../../support/blocks.js";

/** On a canvas of 100 x 100 µm: a0 to a3, 10 x 10 µm, in a square of four; b/1 without a place; f fixed. */
function square(): Block {
  const draft = new NetlistDraft();
  for (const name of ["a0", "a1", "a2", "a3", "b/1", "f"]) draft.addNode(NodeKind.HardMacro, name, 10, 10);
  const places = { a0: [20, 20], a1: [35, 20], a2: [20, 35], a3: [35, 35], f: [80, 80] } as const;
  const block = blockOf(draft, {}, places);
  const fixed = block.fixed.slice();
  fixed[5] = 1;
  return { ...block, fixed };
}

const BLOCK = square();

function grouped(names: readonly string[], placement: Placement = BLOCK.initial, block = BLOCK) {
  return withGroups(block, names, { placement, fixedInFile: BLOCK.fixed });
}

function refuses(names: readonly string[], message: RegExp, placement?: Placement, block?: Block): void {
  assert.throws(() => grouped(names, placement, block), { name: "InputError", message });
}

test("names have commas between, and * stands for any text; each name counts once", () => {
  assert.deepEqual(grouped(["a1, a0,a*0"]).groups, [{ name: "a1, a0,a*0", members: [0, 1] }]);
  const all = copyPlacement(BLOCK.initial);
  [all.xs[4], all.ys[4]] = [60, 60];
  const two = grouped(["a0,a2", "*1,a3"], all).groups;
  assert.deepEqual(
    two.map(({ members }) => members),
    [
      [0, 2],
      [1, 3, 4],
    ],
  );
});

test("members are where the given placement has them, and nothing else is", () => {
  const given = copyPlacement(BLOCK.initial);
  given.xs[0] = 5;
  given.xs[1] = 70;
  given.orientations[1] = 2;
  given.xs[2] = 90;
  const { block } = grouped(["a0,a1"], given);
  assert.deepEqual([...block.initial.xs.slice(0, 3)], [5, 70, 20]);
  assert.deepEqual([...block.initial.orientations.slice(0, 3)], [0, 2, 0]);
  assert.equal(BLOCK.initial.xs[0], 20);
});

test("what cannot be one rigid body is refused in one line", () => {
  refuses(["c*,a0"], /^--group: 'c\*' is no hard macro of 'drafted'; there are a0, /);
  refuses(["a0"], /^--group 'a0': has one macro, 'a0'; name two or more/);
  refuses(["a0,b/1"], /macro 'b\/1' has no place, .*; give one: --from PLACEMENT, or leave it out$/);
  refuses(["a0,f"], /macro 'f' is fixed by the block's files; leave it out, or let it move: --free-fixed$/);
  refuses(["a0,a1", "a1,a2"], /^--group 'a1,a2': macro 'a1' is in group 'a0,a1', too; name it in one group$/);
  refuses(
    ["a0,a1"],
    /macro 'a1' stays where it is by --keep; /,
    BLOCK.initial,
    withKept(BLOCK, ["a1"], BLOCK.initial),
  );
  const near = copyPlacement(BLOCK.initial);
  near.xs[1] = 29;
  refuses(["a*"], /^--group 'a\*': macros 'a0' and 'a1' overlap each other; move them apart first/, near);
  near.xs[1] = 30;
  assert.equal(grouped(["a*"], near).groups.length, 1);
  const far = copyPlacement(BLOCK.initial);
  far.ys[3] = 126;
  refuses(["a*"], /^--group 'a\*': is 25 x 116 µm and does not fit into the canvas of 100 x 100 µm; /, far);
  const { block, groups } = grouped(["a*"]);
  const room = { width: 25, height: 25 };
  refuseTooLarge(block, groups[0]!, room);
  assert.throws(() => refuseTooLarge(block, groups[0]!, { ...room, height: 24.9, name: "core" }), {
    message:
      /does not fit into the core of 25 x 24\.9 µm; name fewer macros, or lay them out closer together$/,
  });
});
