// Feasibility masks against those of the original legaliser's rules, and one of the original binary.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Judge, MaskMaker, macrosByArea } from "../../env/index.js";
import { Kernels } from "../../kernels/index.js";
import { loadBlock } from "../../netlist/index.js";
import { readGolden, sharedPath, withoutShared } from "../support/shared-data.js";

interface MaskFile {
  readonly netlist: string;
  readonly places: string;
  readonly tiles: { readonly netlist: string };
  readonly masks: readonly {
    readonly placed: number;
    readonly node: string;
    readonly mask: readonly string[];
  }[];
}

test("masks of ariane133 with 0 to 132 macros placed are the golden ones", {
  skip: withoutShared,
}, async () => {
  const golden = readGolden<MaskFile>("masks.json");
  const block = await loadBlock(sharedPath(golden.netlist.replace(/\/[^/]+$/, "")), {
    placement: sharedPath(golden.places),
  });
  const judge = new Judge(Kernels.create(), block);
  const maker = new MaskMaker(judge);
  const order = macrosByArea(block);
  assert.ok(golden.masks.length > 0);
  for (const { placed, node, mask } of golden.masks) {
    judge.placement.xs.fill(Number.NaN);
    for (const macro of order.subarray(0, placed)) {
      judge.placement.xs[macro] = block.initial.xs[macro]!;
      judge.placement.ys[macro] = block.initial.ys[macro]!;
    }
    const macro = order[placed]!;
    assert.equal(block.nodeNames[macro], node);
    maker.maskFor(macro);
    const { columns, rows } = block.grid;
    const lines = Array.from({ length: rows }, (_, row) =>
      maker.mask.subarray(row * columns, (row + 1) * columns).join(""),
    );
    assert.deepEqual(lines, mask, `${placed} placed`);
  }
});

test("a tile of the 10 x 10 array finds the lower left quarter taken, as in the binary", {
  skip: withoutShared,
}, async () => {
  const golden = readGolden<MaskFile>("masks.json");
  const block = await loadBlock(sharedPath(golden.tiles.netlist), {
    overrides: { canvas: { width: 1200, height: 1200 }, grid: { columns: 20, rows: 20 } },
  });
  const judge = new Judge(Kernels.create(), block);
  judge.evaluate(block.initial);
  const maker = new MaskMaker(judge);
  maker.maskFor(block.nodeNames.indexOf("M_R0_C1"));
  for (let cell = 0; cell < 400; cell++)
    assert.equal(maker.mask[cell], Math.floor(cell / 20) < 10 && cell % 20 < 10 ? 0 : 1, `cell ${cell}`);
});
