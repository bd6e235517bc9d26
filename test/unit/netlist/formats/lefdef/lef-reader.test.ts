import assert from "node:assert/strict";
import { test } from "node:test";
import { allowedOrientations, ORIENTATION_NAMES, readLef } from "../../../../../netlist/index.js";
import { makeFile } from "../../tiny-files.js";
import { TINY_LEF } from "./tiny-design.js";

const read = (text: string, name = "x.lef") => readLef([makeFile(name, text)]);

test("units, layers, sites and masters are kept", async () => {
  const library = await read(TINY_LEF, "x.lef.gz");
  assert.equal(library.databaseUnits, 1000);
  assert.equal(library.manufacturingGrid, 0.005);
  // Horizontal wires are apart in y: the second of two pitches.
  assert.deepEqual(library.layers, [
    { name: "m1", direction: "H", pitch: 0.5, width: 0.1 },
    { name: "m2", direction: "V", pitch: 0.25, width: 0.1 },
  ]);
  assert.deepEqual(library.sites.get("core"), { name: "core", width: 0.5, height: 2 });
  assert.deepEqual([...library.masters.keys()], ["RAM", "ROT", "FF"]);
  const ram = library.masters.get("RAM")!;
  assert.deepEqual([ram.masterClass, ram.width, ram.height, ram.symmetry], ["BLOCK", 20, 10, ["X", "Y"]]);
  assert.deepEqual(Object.fromEntries(ram.obstructed), { m1: 1, m2: 0.5 });
});

test("a pin's offset runs from the centre of the macro to the middle of its shapes", async () => {
  const { masters } = await read(TINY_LEF);
  // A: middle (0.2, 1.1), centre (10, 5).
  assert.deepEqual(masters.get("RAM")!.pins.get("A"), {
    name: "A",
    direction: "INPUT",
    xOffset: -9.8,
    yOffset: -3.9,
  });
  // ORIGIN 1 0.5 moves the shape's middle from (-0.5, 0) to (0.5, 0.5); the centre is (4, 2).
  assert.deepEqual(masters.get("ROT")!.pins.get("P"), {
    name: "P",
    direction: "INOUT",
    xOffset: -3.5,
    yOffset: -1.5,
  });
  // No shape: the centre.
  assert.deepEqual(masters.get("FF")!.pins.get("O"), {
    name: "O",
    direction: "OUTPUT",
    xOffset: 0,
    yOffset: 0,
  });
});

test("polygons, paths, masks and arrays of rectangles count with their bounds", async () => {
  const pin = (shapes: string) =>
    read(`LAYER m1 TYPE ROUTING ; WIDTH 2 ; END m1
      MACRO M SIZE 20 BY 20 ; PIN P PORT LAYER m1 ; ${shapes} END END P END M`).then(
      ({ masters }) => masters.get("M")!.pins.get("P")!,
    );
  const at = async (shapes: string) => {
    const { xOffset, yOffset } = await pin(shapes);
    return [xOffset, yOffset];
  };
  assert.deepEqual(await at("POLYGON 0 0 4 0 4 8 0 8 ;"), [-8, -6]);
  assert.deepEqual(await at("PATH 0 0 4 0 ;"), [-8, -10]);
  assert.deepEqual(await at("RECT MASK 2 0 0 2 2 ;"), [-9, -9]);
  assert.deepEqual(await at("RECT ITERATE 0 0 2 2 DO 3 BY 2 STEP 5 4 ;"), [-4, -7]); // 12 x 6
  assert.deepEqual(await at("RECT 0 0 2 2 ; VIA 1 1 v ; RECT 18 18 20 20 ;"), [0, 0]);
});

test("sections of which nothing is wanted are passed over, whatever they hold", async () => {
  const { masters } = await read(`PROPERTYDEFINITIONS
    MACRO x STRING ;
    LAYER LEF58_TYPE STRING ;
    END PROPERTYDEFINITIONS
    SPACING SAMENET m1 m1 0.1 ; END SPACING
    NONDEFAULTRULE wide LAYER m1 WIDTH 1 ; END m1 LAYER m2 WIDTH 1 ; END m2 VIA v LAYER m1 ; END v END wide
    VIARULE g GENERATE LAYER m1 ; END g
    BEGINEXT "v" MACRO bad ENDEXT
    MACRO M TIMING FROMPIN a ; END TIMING DENSITY LAYER m1 ; RECT 0 0 1 1 50 ; END SIZE 1 BY 2 ; END M
    END LIBRARY`);
  assert.deepEqual([...masters.keys()], ["M"]);
  assert.equal(masters.get("M")!.height, 2);
});

test("of a master that is defined twice the first counts, and another size is noted", async () => {
  const macro = (width: number) => makeFile("a.lef", `MACRO M SIZE ${width} BY 1 ; END M`);
  const library = await readLef([macro(3), macro(3), macro(4)]);
  assert.equal(library.masters.get("M")!.width, 3);
  assert.equal(library.notes.length, 1);
  assert.match(library.notes[0]!, /a\.lef:1: MACRO 'M' of another size is at .*a\.lef:1, the first counts/);
});

test("SYMMETRY says which orientations a macro may take", () => {
  const names = (...symmetry: string[]) =>
    allowedOrientations(symmetry).map((code) => ORIENTATION_NAMES[code]!);
  assert.deepEqual(allowedOrientations(undefined), [0]);
  assert.deepEqual(names(), ["N"]);
  assert.deepEqual(names("X"), ["N", "FS"]);
  assert.deepEqual(names("Y"), ["N", "FN"]);
  assert.deepEqual(names("X", "Y"), ["N", "FN", "S", "FS"]);
  assert.deepEqual(names("R90"), ["N", "S", "E", "W"]);
  assert.deepEqual(names("X", "Y", "R90"), [...ORIENTATION_NAMES]);
});

const WRONG: readonly [string, string, RegExp][] = [
  [
    "a size that is no number",
    "MACRO M\n SIZE a BY 2 ;\nEND M",
    /:2: 'a', a width \(a number\) was expected/,
  ],
  ["a size of 0", "MACRO M\n SIZE 0 BY 2 ;\nEND M", /:2: a width is 0, more than 0 was expected/],
  [
    "a size that no canvas has room for",
    "MACRO M\n SIZE 1e308 BY 2 ;\nEND M",
    /:2: a width is 1e\+308, at most 1000000000 was expected; are all lengths in micrometres\?/,
  ],
  [
    "a pin as far out",
    "MACRO M\n SIZE 1 BY 2 ; PIN P PORT LAYER m1 ;\n RECT 0 0 1 -1e200 ; END END P END M",
    /:3: y is -1e\+200, at most 1000000000 was expected/,
  ],
  ["no BY", "MACRO M\n SIZE 1 2 ;\nEND M", /:2: '2', 'BY' was expected/],
  ["no size", "MACRO M\n CLASS BLOCK ;\nEND M", /:3: MACRO 'M' has no SIZE/],
  ["another end", "MACRO M\n SIZE 1 BY 1 ;\nEND N", /:3: 'END N' closes MACRO 'M', 'END M' was expected/],
  ["another pin's end", "MACRO M\n PIN a\n END b\nEND M", /:3: 'END b' closes PIN 'a'/],
  ["an unknown direction", "MACRO M\n PIN a DIRECTION UP ; END a\nEND M", /:2: pin 'a' has direction 'UP'/],
  [
    "a rectangle of three numbers",
    "MACRO M OBS LAYER m ;\n RECT 0 0 1 ; END END M",
    /:2: y was expected, the statement ends/,
  ],
  ["a negative pitch", "LAYER m\n PITCH -1 ;\nEND m", /:2: a pitch is -1/],
  [
    "a file that ends in a macro",
    "MACRO M\n SIZE 1 BY 1 ;\n",
    /:\d: the file ends inside 'M', which begins at line 1/,
  ],
  ["a file that ends in a statement", "MACRO M\n SIZE 1 BY 1", /:2: the statement 'SIZE 1 BY' does not end/],
  ["nothing", "# only a comment\n", /holds no LEF statement/],
  ["something else", "<html> ; </html>", /'<HTML>', a LEF statement such as VERSION was expected/],
];

for (const [what, text, message] of WRONG)
  test(`refused with file and line: ${what}`, async () => {
    await assert.rejects(read(text), (error: Error) => {
      assert.equal(error.name, "InputError");
      assert.match(error.message, message);
      return true;
    });
  });

test("obstructions on a layer of TYPE OVERLAP are the outline of a macro", async () => {
  const layers = "LAYER cover TYPE OVERLAP ; END cover LAYER m1 TYPE ROUTING ; WIDTH 2 ; END m1";
  const outline = (shapes: string, { before = layers, layer = "cover" } = {}) =>
    read(`${before} MACRO M ORIGIN 1 2 ; SIZE 20 BY 10 ; OBS LAYER ${layer} ; ${shapes} END END M`).then(
      ({ masters }) => masters.get("M")!.outline,
    );
  // An L without its upper right quarter; ORIGIN is where (0, 0) is in the box. From the centre at (10, 5).
  const ell = [
    { left: -10, bottom: -5, right: 0, top: 5 },
    { left: 0, bottom: -5, right: 10, top: 0 },
  ];
  assert.deepEqual(await outline("RECT -1 -2 9 8 ; RECT 9 -2 19 3 ;"), ell);
  assert.deepEqual(
    await outline("RECT -1 -2 9 8 ; RECT 3 -2 25 3 ;"),
    ell,
    "overlapping, and beyond the box",
  );
  assert.deepEqual(await outline("POLYGON -1 -2 19 -2 19 3 9 3 9 8 -1 8 ;"), ell);
  assert.deepEqual(await outline("RECT ITERATE -1 -2 9 3 DO 2 BY 1 STEP 10 0 ; RECT -1 3 9 8 ;"), ell);
  assert.deepEqual(await outline("RECT -1 -2 9 8 ; RECT 9 -2 19 3 ;", { before: "", layer: "OVERLAP" }), ell);
  for (const shapes of ["RECT -1 -2 19 8 ;", "RECT -1 -2 9 8 ; RECT 9 -2 19 8 ;", "RECT 30 30 40 40 ;", ""])
    assert.equal(await outline(shapes), undefined, shapes);
  assert.equal(await outline("RECT -1 -2 9 8 ;", { layer: "m1" }), undefined);
  assert.deepEqual([...(await read(layers)).overlapLayers], ["cover"]);
});
