// Fences as masks see them, against areas of overlap computed another way.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkFeasible, checkLegality, Judge, MaskMaker } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import {
  type Block,
  type Fence,
  NodeKind,
  nodesOfKind,
  Random,
  type Rectangle,
} from "../../../../netlist/index.js";
import { smallBlock } from "../../../support/blocks.js";

/** Two rectangles side by side, no overlap, sometimes beyond the canvas; each at least 0.3 of it wide and high. */
function twoRooms({ canvas: { width, height } }: Block, random: Random): Rectangle[] {
  const middle = width * (0.3 + 0.4 * random.uniform());
  const room = (left: number, right: number): Rectangle => {
    const bottom = height * (0.6 * random.uniform() - 0.1);
    return { left, right, bottom, top: bottom + height * (0.3 + 0.4 * random.uniform()) };
  };
  return [room(middle - 0.4 * width, middle), room(middle, middle + 0.4 * width)];
}

function overlap(a: Rectangle, b: Rectangle): number {
  const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const y = Math.min(a.top, b.top) - Math.max(a.bottom, b.bottom);
  return x > 0 && y > 0 ? x * y : 0;
}

function fenced(seed: number, exclusive: boolean): { block: Block; fence: Fence } {
  const small = smallBlock(seed, 6);
  const macros = nodesOfKind(small, NodeKind.HardMacro);
  const rectangles = twoRooms(small, Random.stream(seed, "fence"));
  const fence = { name: "f", rectangles, members: [macros[0]!, macros[3]!], exclusive };
  return { block: { ...small, grid: { columns: 17, rows: 13 }, fences: [fence] }, fence };
}

test("members of a fence stay within its rectangles, others out of them if it is exclusive", () => {
  let open = 0;
  let closed = 0;
  for (let seed = 0; seed < 20; seed++)
    for (const exclusive of [true, false]) {
      const { block, fence } = fenced(seed, exclusive);
      const { fences: _, ...free } = block;
      const masks = new MaskMaker(new Judge(Kernels.create(), block));
      const unfenced = new MaskMaker(new Judge(Kernels.create(), free));
      for (const node of nodesOfKind(block, NodeKind.HardMacro)) {
        masks.maskFor(node);
        unfenced.maskFor(node);
        const [width, height] = [block.widths[node]!, block.heights[node]!];
        masks.mask.forEach((allowed, cell) => {
          const x = (((cell % 17) + 0.5) * block.canvas.width) / 17;
          const y = ((Math.floor(cell / 17) + 0.5) * block.canvas.height) / 13;
          const box = {
            left: x - width / 2,
            right: x + width / 2,
            bottom: y - height / 2,
            top: y + height / 2,
          };
          const inside = fence.rectangles.reduce((area, r) => area + overlap(box, r), 0);
          const whole = width * height;
          // Closer than rounding to an edge either answer is right.
          if (Math.abs(inside) > 0 && Math.abs(inside) < 1e-5 * whole) return;
          if (inside < whole && inside > whole * (1 - 1e-5)) return;
          const fits = fence.members.includes(node) ? inside >= whole : !exclusive || inside === 0;
          assert.equal(allowed, fits && unfenced.mask[cell] === 1 ? 1 : 0, `seed ${seed}, cell ${cell}`);
          if (allowed) open++;
          else closed++;
        });
      }
    }
  assert.ok(open > 1000 && closed > 1000, `${open} open, ${closed} closed`);
});

test("a member outside and a stranger inside are not legal", () => {
  const { block: random, fence } = fenced(3, true);
  const { width, height } = random.canvas;
  const half = { left: 0, right: width / 2, bottom: 0, top: height };
  const block = { ...random, fences: [{ ...fence, rectangles: [half] }] };
  const member = fence.members[0]!;
  const stranger = nodesOfKind(block, NodeKind.HardMacro)[1]!;
  const blocked = (node: number, x: number) => {
    const xs = new Float64Array(block.nodeCount).fill(Number.NaN);
    const ys = xs.slice();
    xs[node] = x;
    ys[node] = height / 2;
    return checkLegality(block, { xs, ys, orientations: new Uint8Array(block.nodeCount) }).blocked;
  };
  assert.deepEqual([blocked(member, width / 4), blocked(member, (3 * width) / 4)], [0, 1]);
  assert.deepEqual([blocked(stranger, width / 4), blocked(stranger, (3 * width) / 4)], [1, 0]);
  assert.deepEqual([blocked(member, width / 2), blocked(stranger, width / 2)], [1, 1], "across the edge");
});

test("a fence with more macros than it has room for is refused", () => {
  const { block, fence } = fenced(1, true);
  const { left, bottom } = fence.rectangles[0]!;
  const width = block.widths[fence.members[0]!]! * 1.2;
  const tight = { left: Math.max(0, left), bottom: Math.max(0, bottom), right: 0, top: 0 };
  tight.right = tight.left + width;
  tight.top = tight.bottom + block.heights[fence.members[0]!]! * 1.2;
  const crowded = { ...block, fences: [{ ...fence, rectangles: [tight] }] };
  assert.throws(
    () => checkFeasible(new Judge(Kernels.create(), crowded)),
    /the macros of fence 'f' take \d+ µm², the fence has \d+ on the canvas/,
  );
});
