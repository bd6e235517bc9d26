// What other flows read: Tcl for OpenROAD, sourced here in a model of it, and OpenLane's list of macros.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  copyPlacement,
  defPlacesOf,
  type LoadedDef,
  macroPlacementCfg,
  macroPlacementTcl,
  type Placement,
  tclWord,
} from "../../../../../netlist/index.js";
import { type ModelMacro, sourceInModel, withoutTcl } from "../../../../support/openroad-model.js";
import { makeFolder } from "../../../../support/temp-folder.js";
import { loadTiny, TINY_DEF, TINY_LEF } from "./tiny-design.js";

/** Places of the macros mem/a[0] (20 x 10 µm) and c (8 x 4), by lower-left corners in µm of the DEF; both in N. */
function placesOf(loaded: LoadedDef, corners: Readonly<Record<string, readonly [number, number]>>) {
  const placement: Placement = copyPlacement(loaded.block.initial);
  for (const [name, [x, y]] of Object.entries(corners)) {
    const node = loaded.block.nodeNames.indexOf(name);
    placement.xs[node] = x - 10 + loaded.block.widths[node]! / 2;
    placement.ys[node] = y - 20 + loaded.block.heights[node]! / 2;
    placement.orientations[node] = 0;
  }
  return defPlacesOf(loaded, placement);
}

const UNPLACED = TINY_DEF.replace("- mem/a[0] RAM + PLACED ( 20000 30000 ) FN", "- mem/a[0] RAM");

test("unplaced macros get a line each, as OpenROAD's write_macro_placement writes them", async () => {
  assert.notEqual(UNPLACED, TINY_DEF);
  const loaded = await loadTiny(UNPLACED);
  assert.equal(
    macroPlacementTcl(loaded, placesOf(loaded, { "mem/a[0]": [20, 30], c: [78, 46] })),
    "place_macro -macro_name {mem/a[0]} -location {20 30} -orientation R0\n" +
      "place_macro -macro_name {c} -location {78 46} -orientation R0\n",
  );
});

test("pads and fixed macros, which stay, have no line; OpenLane's list neither", async () => {
  const pads = TINY_LEF.replace("CLASS BLOCK ; ORIGIN 1 0.5", "CLASS PAD ; ORIGIN 1 0.5");
  const text = UNPLACED.replace("- c ROT", "- c ROT + PLACED ( 60000 30000 ) N");
  const loaded = await loadTiny(text, {}, pads);
  const places = placesOf(loaded, { "mem/a[0]": [20, 30] });
  assert.equal(
    macroPlacementTcl(loaded, places),
    "place_macro -macro_name {mem/a[0]} -location {20 30} -orientation R0\n",
  );
  assert.equal(macroPlacementCfg(loaded, places), "mem/a[0] 20 30 N\n");
});

test("a design without macros to place gives an empty file", async () => {
  const loaded = await loadTiny(UNPLACED);
  assert.equal(macroPlacementTcl(loaded, new Map(), { exact: true }), "");
});

/** Sources the text for macros of the tiny design that stand as the session has them. */
function sourced(texts: readonly string[], macros: readonly ModelMacro[]) {
  const folder = makeFolder();
  const files = texts.map((text, i) => {
    const file = join(folder, `${i}.tcl`);
    writeFileSync(file, text);
    return file;
  });
  return sourceInModel(macros, files);
}

const SIZES = { "mem/a[0]": { width: 20, height: 10 }, c: { width: 8, height: 4 } };

function session(status: ModelMacro["status"], at: readonly [number, number]): ModelMacro[] {
  return Object.entries(SIZES).map(([name, size]) => ({ name, ...size, status, x: at[0], y: at[1] }));
}

test("the commands work whatever the macros' state, in any order and twice; neighbours stay where they are", {
  skip: withoutTcl,
}, async () => {
  const loaded = await loadTiny(); // mem/a[0] is PLACED
  // Side by side, on no track: snapping one to the next track would push it into the other.
  const text = macroPlacementTcl(loaded, placesOf(loaded, { "mem/a[0]": [20.3, 30.1], c: [40.3, 30.1] }));
  const lines = text.split("\n");
  const reversed = [
    ...lines.filter((line) => !/^(place_macro|\}$)/.test(line)).slice(0, -1),
    ...lines.filter((line) => line.startsWith("place_macro")).reverse(),
    "}\n",
  ].join("\n");
  for (const status of ["NONE", "PLACED", "FIRM", "LOCKED"] as const)
    for (const at of [
      [0, 0],
      [21, 31],
    ] as const)
      for (const texts of [[text], [reversed], [text, reversed]]) {
        const after = sourced(texts, session(status, at));
        assert.equal(after.get("mem/a[0]"), "20.3 30.1 LOCKED");
        assert.equal(after.get("c"), "40.3 30.1 LOCKED");
      }
});

test("the model refuses what OpenROAD refuses", { skip: withoutTcl }, async () => {
  const loaded = await loadTiny(UNPLACED);
  const places = placesOf(loaded, { "mem/a[0]": [20.3, 30.1], c: [40.3, 30.1] });
  const plain = macroPlacementTcl(loaded, places);
  assert.throws(() => sourced([plain], session("PLACED", [0, 0])), /MPL-0041/);
  assert.throws(() => sourced([plain], session("FIRM", [0, 0])), /ODB-0359/);
  const shifted = placesOf(loaded, { "mem/a[0]": [20.3, 30.1], c: [12.3, 30.1] });
  assert.throws(() => sourced([macroPlacementTcl(loaded, shifted)], session("NONE", [0, 0])), /MPL-0041/);
  const exact = macroPlacementTcl(loaded, shifted, { exact: true });
  assert.equal(sourced([exact], session("FIRM", [0, 0])).get("c"), "12.3 30.1 LOCKED");
});

test("every name is one word of Tcl", { skip: withoutTcl }, () => {
  const names = [
    "a[0]",
    "a\\[0\\]",
    "$x",
    "{b}",
    "}{",
    "a{",
    "b}",
    "back\\",
    "two\\\\",
    'ü#;"q',
    "\\{",
    "[exit]",
  ];
  const macros = names.map((name, i) => ({ name, width: 1, height: 1, status: "NONE" as const, x: 0, y: i }));
  const lines = names.map(
    (name, i) => `place_macro -macro_name ${tclWord(name)} -location {${2 * i} 0} -orientation R0\n`,
  );
  const nested = `namespace eval n {\nforeach name {\n${names.map(tclWord).join("\n")}\n} { lappend all $name }\n}\n`;
  const check = `if {[llength $n::all] != ${names.length}} { error [llength $n::all] }\n`;
  const after = sourced([lines.join(""), nested + check], macros);
  for (const name of names) assert.match(after.get(name)!, / LOCKED$/, name);
});
