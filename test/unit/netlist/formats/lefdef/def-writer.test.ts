import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import {
  copyPlacement,
  defPlacesOf,
  type LoadedDef,
  ORIENTATION_NAMES,
  type Placement,
  readDef,
  writeDef,
} from "../../../../../netlist/index.js";
import { loadTiny, TINY_DEF } from "./tiny-design.js";

/** The text that is written for a placement. */
async function written(loaded: LoadedDef, placement: Placement, name = "out.def"): Promise<string> {
  const path = join(dirname(loaded.design.path), name);
  await writeDef(path, loaded, defPlacesOf(loaded, placement));
  const bytes = readFileSync(path);
  return (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
}

function place(placement: Placement, node: number, x: number, y: number, orientation: number): Placement {
  placement.xs[node] = x;
  placement.ys[node] = y;
  placement.orientations[node] = orientation;
  return placement;
}

test("where nothing moved the bytes are the same", async () => {
  const odd = TINY_DEF.replace("DESIGN top ;", "DESIGN top ;\r\n\r\n\t# ünï\n").replace(
    "END DESIGN\n",
    "END DESIGN",
  );
  for (const text of [TINY_DEF, odd]) {
    const loaded = await loadTiny(text);
    assert.equal(await written(loaded, loaded.block.initial), text);
    assert.equal(await written(loaded, loaded.block.initial, "out.def.gz"), text);
  }
});

test("a mark at the beginning, line ends and a line of 2 MiB come back as they were", async () => {
  const mark = "\ufeff";
  const long = TINY_DEF.replace("- lone", `- many ${"( ff D ) ".repeat(250_000)};\n- lone`);
  for (const text of [
    mark + TINY_DEF,
    TINY_DEF.replaceAll("\n", "\r"),
    TINY_DEF.replaceAll("\n", "\r\n"),
    TINY_DEF.replaceAll("\n", " "),
    long,
    mark + long.replaceAll("\n", " "),
  ]) {
    const loaded = await loadTiny(text);
    assert.equal(loaded.design.components.count, 4);
    assert.ok((await written(loaded, loaded.block.initial)) === text);
    const placement = place(copyPlacement(loaded.block.initial), 2, 50, 25, 0);
    const moved = text.replace("PLACED ( 20000 30000 ) FN", "PLACED ( 50000 40000 ) N");
    assert.ok((await written(loaded, placement)) === moved);
  }
});

test("of moved components only the placement is written anew", async () => {
  const loaded = await loadTiny();
  const placement = copyPlacement(loaded.block.initial);
  place(placement, 2, 50, 25, 0); // mem/a[0], 20 x 10: corner (40, 20) + (10, 20)
  place(placement, 4, 70, 30, 4); // c, 8 x 4 turned to 4 x 8: corner (68, 26) + (10, 20)
  assert.equal(
    await written(loaded, placement),
    TINY_DEF.replace("PLACED ( 20000 30000 ) FN", "PLACED ( 50000 40000 ) N").replace(
      "- c ROT ;",
      "- c ROT + PLACED ( 78000 46000 ) E ;",
    ),
  );
});

test("a component that is UNPLACED is placed where the word stands; FIXED stays FIXED when it was set free", async () => {
  const text = TINY_DEF.replace("- c ROT ;", "- c ROT + UNPLACED ( 1 2 ) N + WEIGHT 5 ;");
  const loaded = await loadTiny(text, { freeFixed: true });
  const placement = copyPlacement(loaded.block.initial);
  place(placement, 3, 30, 30, 3);
  place(placement, 4, 54, 32, 0);
  assert.equal(
    await written(loaded, placement),
    text
      .replace("UNPLACED ( 1 2 ) N + WEIGHT", "PLACED ( 60000 50000 ) N + WEIGHT")
      .replace("FIXED ( 80000 60000 ) S", "FIXED ( 30000 45000 ) FS"),
  );
});

test("every orientation comes back as it was written, and the second write equals the first", async () => {
  for (let code = 0; code < 8; code++) {
    const loaded = await loadTiny();
    const placement = place(copyPlacement(loaded.block.initial), 4, 40.25, 30.125, code);
    const text = await written(loaded, placement);
    assert.ok(text.includes(`) ${ORIENTATION_NAMES[code]} ;`), text);
    const again = await loadTiny(text);
    assert.equal(again.block.initial.xs[4], 40.25);
    assert.equal(again.block.initial.ys[4], 30.125);
    assert.equal(again.block.initial.orientations[4], code);
    assert.equal(await written(again, again.block.initial), text);
  }
});

test("corners go down to the database unit, so that neighbours stay apart", async () => {
  const loaded = await loadTiny();
  const placement = copyPlacement(loaded.block.initial);
  place(placement, 2, 20.00049, 15.9999999, 0); // corner 10.00049 and 10.9999999: the latter counts as 11
  const { xs, ys } = (await readDefOf(loaded, placement)).components;
  assert.deepEqual([xs[0], ys[0]], [20000, 31000]);
});

async function readDefOf(loaded: LoadedDef, placement: Placement) {
  await written(loaded, placement);
  return readDef(join(dirname(loaded.design.path), "out.def"));
}
