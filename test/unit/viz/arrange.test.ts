// Edits of several macros, snapping, and the command that goes on from an edit.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import {
  boxOf,
  copyPlacement,
  NetlistDraft,
  NodeKind,
  Orientation,
  type Placement,
  turnOffset,
} from "../../../netlist/index.js";
import { type Arrangement, align, distribute, swap, turn, turned } from "../../../viz/page/arrange.js";
import { blockRules } from "../../../viz/page/edit-rules.js";
import { snap } from "../../../viz/page/snapping.js";
import { placeCommand } from "../../../viz/place-command.js";
import { blockOf } from "../../support/blocks.js";

const { N, FN, S, FS, E, W } = Orientation;

/** Four macros on a canvas of 100 µm; the lattice has steps of a quarter of a µm, from 0.1. */
function arrangement(options: Partial<Arrangement> & { readonly allowed?: readonly number[] } = {}) {
  const draft = new NetlistDraft();
  const sizes = { a: [20, 10], b: [10, 10], c: [8, 6], d: [4, 4] } as const;
  for (const [name, [width, height]] of Object.entries(sizes))
    draft.addNode(NodeKind.HardMacro, name, width, height);
  const places = { a: [20, 20], b: [40, 30], c: [70, 52], d: [90, 80] } as const;
  const block = blockOf(draft, { canvas: { width: 100, height: 100 } }, places);
  const comb = { start: 100, pitch: 250 };
  const rules = {
    ...blockRules(block),
    grid: { x: comb, y: comb, name: "quarters", units: 1000 },
    allowed: () => options.allowed,
  };
  const base: Arrangement = {
    block,
    placement: copyPlacement(block.initial),
    rules,
    snapping: false,
    nodes: [0, 1, 2, 3],
    mayMove: () => true,
  };
  return { ...base, ...options };
}

function after({ placement }: Arrangement, moves: ReturnType<typeof align>): Placement {
  const result = copyPlacement(placement);
  for (const { node, x, y, orientation } of moves) {
    result.xs[node] = x;
    result.ys[node] = y;
    result.orientations[node] = orientation;
  }
  return result;
}

test("mirroring and turning an orientation do to a point what they say", () => {
  for (let orientation = 0; orientation < 8; orientation++) {
    const [x, y] = turnOffset(orientation, 1, 2);
    assert.deepEqual(turnOffset(turned(orientation, "flipX"), 1, 2), [-x, y]);
    assert.deepEqual(turnOffset(turned(orientation, "flipY"), 1, 2), [x, -y]);
    assert.deepEqual(turnOffset(turned(orientation, "rotate"), 1, 2), [-y, x]);
  }
});

test("macros turn as far as their orientations allow", () => {
  const orientations = (allowed?: readonly number[]) => {
    const all = arrangement(allowed ? { allowed } : {});
    return after(all, turn(all, "rotate")).orientations[0];
  };
  assert.equal(orientations(), W);
  assert.equal(orientations([N, S]), S);
  assert.equal(orientations([N, FN, S, FS]), S);
  assert.equal(orientations([N]), N);
  const mirrored = arrangement({ allowed: [N, FS] });
  assert.deepEqual(turn(mirrored, "flipX"), []);
  assert.equal(turn(mirrored, "flipY").length, 4);
});

test("aligning goes by the outermost edge, distributing makes equal gaps, and what may not move stays", () => {
  const all = arrangement({ mayMove: (node) => node !== 2 });
  const left = after(all, align(all, "left"));
  assert.deepEqual(
    [0, 1, 3].map((node) => boxOf(all.block, left, node).left),
    [10, 10, 10],
  );
  assert.equal(left.xs[2], 70);
  const top = after(all, align(all, "top"));
  assert.deepEqual(
    [0, 1, 3].map((node) => boxOf(all.block, top, node).top),
    [82, 82, 82],
  );
  const free = arrangement();
  const spread = after(free, distribute(free, "x"));
  const boxes = free.nodes.map((node) => boxOf(free.block, spread, node));
  const gaps = boxes.slice(1).map(({ left }, i) => Number((left - boxes[i]!.right).toFixed(9)));
  assert.deepEqual(
    gaps,
    [40 / 3, 40 / 3, 40 / 3].map((gap) => Number(gap.toFixed(9))),
  );
  assert.deepEqual([spread.xs[0], spread.xs[3]], [20, 90]);
});

test("swapping exchanges two centres, and needs two that may move", () => {
  const two = arrangement({ nodes: [0, 3] });
  const swapped = after(two, swap(two));
  assert.deepEqual([swapped.xs[0], swapped.ys[0], swapped.xs[3], swapped.ys[3]], [90, 80, 20, 20]);
  assert.deepEqual(swap(arrangement()), []);
  assert.deepEqual(swap(arrangement({ nodes: [0, 3], mayMove: (node) => node !== 3 })), []);
});

test("with snapping, corners are on the lattice and boxes inside the die", () => {
  const two = arrangement({ nodes: [0, 3], snapping: true });
  // At (90, 80) the wide one would stick out by nothing, and its corner be off the lattice.
  const swapped = after(two, swap(two));
  for (const node of [0, 3]) {
    const { left, bottom, right } = boxOf(two.block, swapped, node);
    for (const corner of [left, bottom])
      assert.ok(Math.abs(((corner - 0.1) * 4) % 1) < 1e-9, `corner at ${corner}`);
    assert.ok(left >= 0 && right <= 100);
  }
  const turnedBox = boxOf(two.block, after(two, turn(two, "rotate")), 0);
  assert.ok(Math.abs(((turnedBox.left - 0.1) * 4) % 1) < 1e-9);
  assert.equal(turned(N, "rotate") === W && turned(W, "rotate") === S && turned(S, "rotate") === E, true);
});

test("a dragged macro snaps to edges and halos near it, rounded so that nothing overlaps", () => {
  const box = (left: number, bottom: number, side: number) => ({
    left,
    bottom,
    right: left + side,
    top: bottom + side,
  });
  const grown = (rect: ReturnType<typeof box>, by: number) => ({
    left: rect.left - by,
    bottom: rect.bottom - by,
    right: rect.right + by,
    top: rect.top + by,
  });
  const other = box(50, 50, 20.1);
  const request = (left: number, bottom: number) => ({
    dragged: { box: box(left, bottom, 10), halo: box(left, bottom, 10) },
    others: [{ box: other, halo: grown(other, 3) }],
    regions: [],
    within: 2,
  });
  // To the right of it by the halo, and flush with its lower edge.
  const near = snap(request(74, 49));
  assert.deepEqual(
    [74 + near.dx, 49 + near.dy].map((value) => Number(value.toFixed(9))),
    [73.1, 50],
  );
  assert.deepEqual([near.x, near.y], [70.1, 50]);
  const grid = { x: { start: 0, pitch: 500 }, y: { start: 0, pitch: 500 }, name: "halves", units: 1000 };
  assert.equal(74 + snap({ ...request(74, 49), grid }).dx, 73.5);
  // To the left of it: rounded the other way.
  const before = snap({ ...request(36.2, 49), grid });
  assert.equal(36.2 + before.dx, 37);
  // Far away only the lattice counts, and without one nothing.
  assert.deepEqual(snap(request(5.2, 5.3)), { dx: 0, dy: 0 });
  assert.equal(5.2 + snap({ ...request(5.2, 5.3), grid }).dx, 5);
});

test("the command that goes on from an edit is read by a shell as it is meant", () => {
  const keep = ["a/b", "it's", "x,y", "m[*]", "$(pwd)", "last one"];
  const line = placeCommand({
    block: "runs/my run",
    from: "runs/my run/edits/edit-1.plc",
    out: "runs/my run-edit-1",
    keep,
    method: { name: "mincut", isWarm: false },
  });
  const script = line.replace(/^npx ashlar/, 'printf "%s\\n"');
  const words = execFileSync("sh", ["-c", script], { encoding: "utf8" }).trim().split("\n");
  assert.deepEqual(words, [
    ...["place", "runs/my run", "--method", "mincut", "--from", "runs/my run/edits/edit-1.plc"],
    ...["--keep", "x,y", "--keep", "m[*]", "--keep", "a/b,it's,$(pwd),last one"],
    ...["--out", "runs/my run-edit-1"],
  ]);
  const plain = { block: "b", from: "e.plc", keep: [] };
  assert.equal(
    placeCommand({ ...plain, method: { name: "mincut", isWarm: false } }),
    "npx ashlar place b --method anneal --from e.plc",
    "without macros to keep, a method must be able to start from a placement",
  );
  const long = Array.from({ length: 9000 }, (_, i) => `top/unit_${i}/ram`);
  const parts = placeCommand({ ...plain, keep: long })
    .split(" --keep ")
    .slice(1);
  assert.ok(parts.length > 1 && parts.every((part) => part.length < 100_000));
  assert.deepEqual(parts.join(",").split(","), long);
});
