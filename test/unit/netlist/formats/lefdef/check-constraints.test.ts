import assert from "node:assert/strict";
import { test } from "node:test";
import {
  checkConstraints,
  copyPlacement,
  type LoadDefOptions,
  unmetGuides,
} from "../../../../../netlist/index.js";
import { loadTiny, TINY_DEF, TINY_LEF } from "./tiny-design.js";

/** The library without a manufacturing grid, so that every database unit is a place. */
const NO_GRID = TINY_LEF.replace("MANUFACTURINGGRID 0.005 ;\n", "");

const A = 2; // mem/a[0], 20 x 10, halo 1 2 3 4 (left, bottom, right, top)
const B = 3; // mem/b, fixed at (80, 60) of the file
const C = 4; // c, 8 x 4

/** Kinds of violations, and their text, with macros at corners of the file in µm. */
async function violations(
  places: Readonly<Record<number, readonly [x: number, y: number, orientation: number]>>,
  sections = "",
  { edit = (text: string) => text, lef = NO_GRID, options = {} as Partial<LoadDefOptions> } = {},
) {
  const def = edit(TINY_DEF).replace("END DESIGN\n", `${sections}END DESIGN\n`);
  const loaded = await loadTiny(def, options, lef);
  const { block } = loaded;
  const placement = copyPlacement(block.initial);
  for (const [key, [x, y, orientation]] of Object.entries(places)) {
    const node = Number(key);
    const [width, height] =
      orientation >= 4
        ? [block.heights[node]!, block.widths[node]!]
        : [block.widths[node]!, block.heights[node]!];
    placement.xs[node] = x - 10 + width / 2;
    placement.ys[node] = y - 20 + height / 2;
    placement.orientations[node] = orientation;
  }
  const found = checkConstraints(loaded, placement);
  return {
    kinds: found.map(({ kind }) => kind),
    text: found.map(({ message }) => message).join("\n"),
    found,
    guides: unmetGuides(loaded, placement),
  };
}

test("nothing is wrong where macros stand apart, inside, and as LEF allows", async () => {
  assert.deepEqual((await violations({ [A]: [20, 30, 1], [C]: [60, 30, 6] })).kinds, []);
});

test("a macro without a place is told", async () => {
  const { kinds, text } = await violations({});
  assert.deepEqual(kinds, ["unplaced"]);
  assert.match(text, /macro 'c' has no place/);
});

test("touching is no overlap, a database unit is", async () => {
  // B covers 80 to 100 in x, 60 to 70 in y.
  assert.deepEqual((await violations({ [C]: [72, 60, 0] })).kinds, []);
  const { kinds, text } = await violations({ [C]: [72.001, 60, 0] });
  assert.deepEqual(kinds, ["overlap"]);
  assert.match(text, /macro 'mem\/b' at \(80, 60\) S: overlaps macro 'c' at \(72\.001, 60\) N/);
});

test("outside the die, or in the notch of a polygon", async () => {
  assert.deepEqual((await violations({ [C]: [102, 76, 0] })).kinds, []);
  assert.deepEqual((await violations({ [C]: [102.001, 76, 0] })).kinds, ["outside"]);
  const notched = (text: string) =>
    text.replace(
      /DIEAREA.*;/,
      "DIEAREA ( 10000 20000 ) ( 10000 80000 ) ( 60000 80000 ) ( 60000 50000 ) ( 110000 50000 ) ( 110000 20000 ) ;",
    );
  assert.deepEqual((await violations({ [C]: [60, 72, 0] }, "", { edit: notched })).kinds, ["outside"]);
  assert.deepEqual((await violations({ [C]: [52, 72, 0] }, "", { edit: notched })).kinds, []);
});

test("an orientation that SYMMETRY does not allow", async () => {
  const { kinds, text } = await violations({ [A]: [20, 30, 6], [C]: [60, 30, 0] });
  assert.deepEqual(kinds, ["orientation"]);
  assert.match(text, /SYMMETRY X Y \(.*tiny\.lef:\d+\), which does not allow W/);
});

test("hard blockages bind macros, soft and partial ones do not", async () => {
  const sections = (kind: string) =>
    `BLOCKAGES 1 ;\n- PLACEMENT ${kind} RECT ( 60000 30000 ) ( 61000 31000 ) ;\nEND BLOCKAGES\n`;
  const { kinds, text } = await violations({ [C]: [60, 30, 0] }, sections(""));
  assert.deepEqual(kinds, ["blockage"]);
  assert.match(text, /covers the placement blockage of .*top\.def:\d+/);
  assert.deepEqual((await violations({ [C]: [60, 30, 0] }, sections("+ SOFT"))).kinds, []);
  assert.deepEqual((await violations({ [C]: [60, 30, 0] }, sections("+ PARTIAL 30"))).kinds, []);
});

test("a blockage that belongs to a component keeps only the others out", async () => {
  const sections = (component: string) =>
    `BLOCKAGES 1 ;\n- PLACEMENT + COMPONENT ${component} + PUSHDOWN RECT ( 60000 30000 ) ( 61000 31000 ) POLYGON ( 62000 30000 ) ( 62000 31000 ) ( 63000 31000 ) ( 63000 30000 ) ;\nEND BLOCKAGES\n`;
  assert.deepEqual((await violations({ [C]: [60, 30, 0] }, sections("c"))).kinds, []);
  assert.deepEqual((await violations({ [C]: [60, 30, 0] }, sections("mem/a[0]"))).kinds, [
    "blockage",
    "blockage",
  ]);
  const { block } = await loadTiny(TINY_DEF.replace("END DESIGN\n", `${sections("c")}END DESIGN\n`));
  assert.deepEqual(block.blockages, []);
  const ofFixed = await loadTiny(TINY_DEF.replace("END DESIGN\n", `${sections("mem/b")}END DESIGN\n`));
  assert.equal(ofFixed.block.blockages.length, 2);
});

test("a halo turns with its macro and keeps other macros off on each side by its width there", async () => {
  // A at (20, 30), 20 x 10, so 20 to 40 and 30 to 40. In N: right 3, top 4, left 1, bottom 2.
  const right = (x: number, orientation: number) =>
    violations({ [A]: [20, 30, orientation], [C]: [x, 30, 0] });
  assert.deepEqual((await right(43, 0)).kinds, []);
  assert.deepEqual((await right(42.999, 0)).kinds, ["halo"]);
  assert.deepEqual((await right(41, 1)).kinds, []); // FN: the left side's 1 is at the right
  assert.deepEqual((await right(40.999, 1)).kinds, ["halo"]);
  const above = (y: number, orientation: number) =>
    violations({ [A]: [20, 30, orientation], [C]: [30, y, 0] });
  assert.deepEqual((await above(44, 0)).kinds, []);
  assert.deepEqual((await above(43.999, 0)).kinds, ["halo"]);
  assert.deepEqual((await above(42, 3)).kinds, []); // FS: the bottom's 2 is at the top
  assert.match(
    (await above(41, 3)).text,
    /macro 'c' at \(30, 41\) N: stands in the halo of macro 'mem\/a\[0\]'/,
  );
});

test("members of a fence stay in it and others out; a guide is a preference", async () => {
  const regions = (type: string) =>
    `REGIONS 1 ;\n- r ( 60000 30000 ) ( 66000 50000 ) ( 66000 30000 ) ( 70000 50000 ) + TYPE ${type} ;\nEND REGIONS\nGROUPS 1 ;\n- g mem/a* + REGION r ;\n- h c + REGION r ;\nEND GROUPS\n`;
  // c (8 x 4) lies over both rectangles of the region, mem/a[0] (20 x 10) fits in neither.
  const fenced = await violations({ [A]: [20, 30, 1], [C]: [61, 32, 0] }, regions("FENCE"));
  assert.deepEqual(fenced.kinds, ["fence"]);
  assert.match(fenced.text, /mem\/a\[0\].* belongs inside region 'r' \(.*top\.def:\d+\) and is not/);
  const guided = await violations({ [A]: [20, 30, 1], [C]: [59, 32, 0] }, regions("GUIDE"));
  assert.deepEqual(guided.kinds, []);
  assert.equal(guided.guides.length, 2);
  assert.match(guided.guides[0]!, /'mem\/a\[0\]' .* is not within guide 'r' \(.*top\.def:\d+\)/);
  const stranger = await violations(
    { [A]: [55, 32, 1], [C]: [20, 70, 0] },
    regions("FENCE").replace("mem/a* ", "ff ").replace("- h c", "- h ff"),
  );
  assert.deepEqual(stranger.kinds, ["fence"]);
  assert.match(stranger.text, /does not belong into region 'r' .* which is a fence/);
});

test("what is fixed must stay, and is asked for nothing else", async () => {
  const { kinds, text } = await violations({ [B]: [60, 60, 2], [C]: [60, 30, 0] });
  assert.deepEqual(kinds, ["fixed"]);
  assert.match(text, /macro 'mem\/b' .*is fixed elsewhere \(.*top\.def:13\)/);
});

test("a macro outside the bounds of the rows is told, unless macros may use the whole die", async () => {
  // Rows over x 20 to 100 and y 30 to 70.
  const inner = (text: string) =>
    text.replace(/ROW.*;/, "ROW r0 core 20000 30000 N DO 160 BY 20 STEP 500 2000 ;");
  const at = (x: number, y: number, die: boolean) =>
    violations({ [C]: [x, y, 0] }, "", { edit: inner, options: { die } });
  assert.deepEqual((await at(92, 50, false)).kinds, []);
  const { kinds, found } = await at(92.5, 50, false);
  assert.deepEqual(kinds, ["core"]);
  assert.deepEqual(
    found.map(({ macro, other, by_um }) => ({ macro, other, by_um })),
    [{ macro: "c", other: undefined, by_um: 0.5 }],
  );
  assert.match(
    found[0]!.message,
    /^macro 'c' at \(92\.5, 50\) N: sticks out of the core, the bounds of the rows, by 0\.5 µm$/,
  );
  assert.deepEqual((await at(92.5, 50, true)).kinds, []);
  // Outside the die it is outside the core as well, which is told once.
  assert.deepEqual((await at(103, 50, false)).kinds, ["outside"]);
});

test("a corner beside the manufacturing grid is told, with how far", async () => {
  const at = (x: number, y: number) => violations({ [C]: [x, y, 0] }, "", { lef: TINY_LEF });
  assert.deepEqual((await at(60.005, 30.01)).kinds, []);
  const { kinds, found } = await at(60.003, 30.001);
  assert.deepEqual(kinds, ["grid"]);
  assert.equal(found[0]!.by_um, 0.002);
  assert.match(found[0]!.message, /its corner is not on the manufacturing grid of 0\.005 µm, by 0\.002 µm/);
});

test("how far a macro is in the way of another, or of a rule, is told in µm", async () => {
  // B covers 80 to 100 in x, 60 to 70 in y; c is 8 x 4.
  const overlap = (await violations({ [C]: [75, 58, 0] })).found[0]!;
  assert.deepEqual([overlap.macro, overlap.other, overlap.by_um], ["mem/b", "c", 2]);
  // The halo of A at (20, 30) in N reaches to x 43.
  const halo = (await violations({ [A]: [20, 30, 0], [C]: [41.5, 30, 0] })).found[0]!;
  assert.deepEqual([halo.kind, halo.macro, halo.other, halo.by_um], ["halo", "c", "mem/a[0]", 1.5]);
});

/** The library with RAM as an L: its upper right quarter, 10 x 5 µm, is free. The layer's name is not the usual one. */
const L_SHAPED = NO_GRID.replace(
  "LAYER v1\n",
  "LAYER shape\n  TYPE OVERLAP ;\nEND shape\nLAYER v1\n",
).replace("  OBS\n", "  OBS\n    LAYER shape ;\n    RECT 0 0 10 10 ;\n    POLYGON 10 0 20 0 20 5 10 5 ;\n");

test("macros overlap if their outlines do, whichever way they are turned", async () => {
  const lef = L_SHAPED;
  const edit = (text: string) => text.replace("+ HALO 1000 2000 3000 4000 ;", ";");
  // B is fixed in orientation S, so its free quarter is the lower left one, from (80, 60) to (90, 65).
  for (const [x, y, orientation] of [
    [70, 55, 0], // the free quarters of both lie on each other
    [82, 61, 0],
  ] as const) {
    const boxes = await violations({ [A]: [x, y, orientation], [C]: [20, 20, 0] }, "", { edit });
    assert.deepEqual(boxes.kinds, ["overlap"], `as boxes at ${x}, ${y}`);
  }
  assert.deepEqual((await violations({ [A]: [70, 55, 0], [C]: [20, 20, 0] }, "", { edit, lef })).kinds, []);
  // Its lower right quarter passes below B. Mirrored, another part is there, which reaches B.
  for (const orientation of [0, 1, 2, 3])
    assert.deepEqual(
      (await violations({ [A]: [71, 54.5, orientation], [C]: [20, 20, 0] }, "", { edit, lef })).kinds,
      orientation === 0 ? [] : ["overlap"],
    );
  // ROT of 8 x 4 µm, upright and turned, fits into the quarter of 10 x 5.
  for (const [x, y, orientation, kinds] of [
    [81, 60.5, 0, []],
    [81, 61.5, 0, ["overlap"]],
    [85, 57, 4, []],
    [87, 57, 4, ["overlap"]],
  ] as const)
    assert.deepEqual(
      (await violations({ [A]: [20, 40, 0], [C]: [x, y, orientation] }, "", { edit, lef })).kinds,
      kinds,
      `at ${x}, ${y}`,
    );
  const { found } = await violations({ [A]: [20, 40, 0], [C]: [81, 61.5, 0] }, "", { edit, lef });
  assert.equal(found[0]!.by_um, 0.5);
  assert.match(found[0]!.message, /overlaps macro 'c' .*, by 0\.5 µm, by their OVERLAP outlines$/);
});

test("halos are around outlines; blockages and other fences may be in a free quarter, edges may not", async () => {
  const lef = L_SHAPED;
  type Place = readonly [x: number, y: number, orientation: number];
  const kindsOf = async (place: Place, sections: string, at: Place) =>
    (await violations({ [A]: at, [C]: place }, sections, { lef })).kinds;
  // A's halo is 1, 2, 3, 4 (left, bottom, right, top); its free quarter is from (30, 45) to (40, 50).
  const apart = [20, 40, 0] as const;
  assert.deepEqual(await kindsOf([33, 49, 0], "", apart), []);
  assert.deepEqual(await kindsOf([33, 48.5, 0], "", apart), ["halo"]);
  assert.deepEqual(await kindsOf([32.5, 49, 0], "", apart), ["halo"]);
  const blocked = (rect: string) => `BLOCKAGES 1 ;\n- PLACEMENT RECT ${rect} ;\nEND BLOCKAGES\n`;
  assert.deepEqual(await kindsOf([60, 30, 0], blocked("( 30000 45000 ) ( 40000 50000 )"), apart), []);
  assert.deepEqual(await kindsOf([60, 30, 0], blocked("( 30000 44000 ) ( 40000 50000 )"), apart), [
    "blockage",
  ]);
  const fence = "REGIONS 1 ;\n- only ( 30000 45000 ) ( 40000 50000 ) + TYPE FENCE ;\nEND REGIONS\n";
  assert.deepEqual(await kindsOf([60, 30, 0], fence, apart), []);
  // The free quarter over the edge of the die: the whole box must be inside.
  assert.deepEqual(await kindsOf([20, 40, 0], "", [91, 30, 0]), ["outside"]);
});
