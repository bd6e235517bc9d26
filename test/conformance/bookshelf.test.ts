// Real Bookshelf sets: counts as the manifest has them, wirelength as computed straight from the files, placements
// that come back from writing as they went.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Judge } from "../../env/index.js";
import { Kernels } from "../../kernels/index.js";
import {
  DEFAULT_ROUTING,
  loadBlock,
  loadBookshelf,
  NodeKind,
  nodesOfKind,
  writePl,
} from "../../netlist/index.js";
import { SHARED, sharedPath, withoutShared } from "../support/shared-data.js";
import { makeFolder } from "../support/temp-folder.js";
import { bookshelfWirelength, plainWirelength } from "../twins/bookshelf-wirelength.js";

interface Case {
  readonly suite: string;
  readonly name: string;
  readonly format: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly canvas: { readonly width: number; readonly height: number };
}

const cases: Case[] = withoutShared
  ? []
  : (
      JSON.parse(readFileSync(join(SHARED, "benchmarks/manifest.json"), "utf8")) as { cases: Case[] }
    ).cases.filter(({ format }) => format === "Bookshelf");

test("real Bookshelf sets are read whole", { skip: withoutShared }, async (t) => {
  assert.ok(cases.length >= 9);
  for (const { suite, name, counts, canvas } of cases)
    await t.test(`${suite}/${name}`, async () => {
      const folder = sharedPath(`benchmarks/${suite}/${name}`);
      const { block, reading } = await loadBookshelf(folder, DEFAULT_ROUTING);
      assert.deepEqual(
        {
          nodes: reading.nodes,
          macros: nodesOfKind(block, NodeKind.HardMacro).length,
          cells: nodesOfKind(block, NodeKind.StandardCell).length,
          ports: nodesOfKind(block, NodeKind.Port).length,
          nets: block.netCount,
          net_pins: block.netPins.length,
          rows: reading.rows,
          row_height: reading.rowHeight,
        },
        Object.fromEntries(Object.entries(counts).filter(([key]) => key !== "pins_with_offset")),
      );
      // Where the files state offsets, they do so for every pin but those of pads.
      const offsets = Array.from(block.pinNodes).filter((node) => block.kinds[node] !== NodeKind.Port).length;
      if (counts.pins_with_offset! > 0) assert.equal(offsets, counts.pins_with_offset);
      else assert.ok([...block.pinXOffsets, ...block.pinYOffsets].every((offset) => offset === 0));
      assert.deepEqual(block.canvas, { width: canvas.width, height: canvas.height });
      assert.equal(plainWirelength(block), bookshelfWirelength(join(folder, name)));
    });
});

test("a placement of the macros gives the files' wirelength and comes back", {
  skip: withoutShared,
}, async () => {
  const folder = sharedPath("benchmarks/iccad04/ibm01");
  const placement = join(folder, "macros_replace.pl.gz");
  const block = await loadBlock(folder, { placement });
  const wirelength = bookshelfWirelength(join(folder, "ibm01"), join(folder, "macros_replace.pl"));
  assert.equal(plainWirelength(block), wirelength);
  // The judge sums in fixed point; its rounding is below a millionth of a unit per net.
  const judged = new Judge(Kernels.create(), block, {}).evaluate(block.initial).wirelength;
  assert.ok(Math.abs(judged - wirelength) < 1e-6 * block.netCount, `${judged} and ${wirelength}`);
  const out = makeFolder();
  await writePl(join(out, "a.pl"), block, block.initial);
  const again = await loadBlock(folder, { placement: join(out, "a.pl") });
  assert.deepEqual(again.initial, block.initial);
  await writePl(join(out, "b.pl"), again, again.initial);
  assert.equal(readFileSync(join(out, "b.pl"), "utf8"), readFileSync(join(out, "a.pl"), "utf8"));
});
