import assert from "node:assert/strict";
import { test } from "node:test";
import { ORIENTATION_NAMES, PlaceStatus, readDef } from "../../../../../netlist/index.js";
import { makeFile } from "../../tiny-files.js";
import { COMPONENTS, HEADER, NETS, PINS, TINY_DEF } from "./tiny-design.js";

const read = (text: string, name = "x.def") => readDef(makeFile(name, text));
/** A design with the given sections between header and end. */
const withSections = (...sections: string[]) => `${HEADER}${sections.join("")}END DESIGN\n`;

test("the floorplan is read", async () => {
  const design = await read(TINY_DEF, "x.def.gz");
  assert.equal(design.name, "top");
  assert.equal(design.units, 1000);
  assert.deepEqual(design.die, [
    [10000, 20000],
    [110000, 80000],
  ]);
  assert.equal(design.rows.length, 1);
  assert.deepEqual(design.tracks[0], { axis: "Y", start: 20250, count: 120, step: 500, layers: ["m1"] });
});

test("components keep file order, status, corner, orientation, halo", async () => {
  const { components } = await read(TINY_DEF);
  assert.deepEqual(components.names, ["mem/a[0]", "mem/b", "c", "ff"]);
  assert.deepEqual(
    Array.from(components.masters, (master) => components.masterNames[master]),
    ["RAM", "RAM", "ROT", "FF"],
  );
  const { Placed, Fixed, Unplaced } = PlaceStatus;
  assert.deepEqual([...components.statuses], [Placed, Fixed, Unplaced, Unplaced]);
  assert.deepEqual([components.xs[0], components.ys[0], components.orientations[0]], [20000, 30000, 1]);
  assert.deepEqual(components.halos.get(0), { left: 1000, bottom: 2000, right: 3000, top: 4000 });
});

test("byte ranges hold the placements, strings in properties are no placements", async () => {
  const { components } = await read(TINY_DEF);
  const text = (c: number) => TINY_DEF.slice(components.starts[c], components.ends[c]);
  assert.deepEqual([0, 1, 2, 3].map(text), [
    "PLACED ( 20000 30000 ) FN",
    "FIXED ( 80000 60000 ) S",
    "",
    "UNPLACED",
  ]);
  assert.equal(TINY_DEF.slice(0, components.starts[2]).slice(-5), "c ROT");
});

test("all eight orientations are read", async () => {
  const lines = ORIENTATION_NAMES.map((name, i) => `- u${i} RAM + PLACED ( ${i} 0 ) ${name} ;\n`);
  const { components } = await read(withSections(`COMPONENTS 8 ;\n${lines.join("")}END COMPONENTS\n`));
  assert.deepEqual([...components.orientations], [0, 1, 2, 3, 4, 5, 6, 7]);
});

test("a pin stands in the middle of its shape, which turns with it", async () => {
  const { pins } = await read(TINY_DEF);
  // in: (10000, 50000) + (200, 0). out: the middle (0, 150) turned by S is (0, -150).
  assert.deepEqual(
    pins.map(({ name, x, y, isPlaced, direction }) => [name, x, y, isPlaced, direction]),
    [
      ["in", 10200, 50000, true, "INPUT"],
      ["out", 60000, 79850, true, "OUTPUT"],
    ],
  );
  const { pins: more } = await read(
    withSections(`PINS 3 ;
      - a + NET a ;
      - b + NET b + PORT + LAYER m1 ( 0 0 ) ( 2 2 ) + PLACED ( 5 6 ) N + PORT + LAYER m1 ( 0 0 ) ( 8 8 ) + PLACED ( 90 90 ) N ;
      - c + NET c + POLYGON m1 MASK 1 ( 0 0 ) ( 0 4 ) ( 8 4 ) ( 8 0 ) + COVER ( 10 10 ) W ;
    END PINS\n`),
  );
  assert.deepEqual(
    more.map(({ isPlaced, x, y }) => [isPlaced, x, y]),
    [
      [false, 0, 0],
      [true, 6, 7],
      [true, 8, 14], // (4, 2) turned by W is (-2, 4)
    ],
  );
});

test("the place of a pin does not depend on the order of its options, and ports do not mix", async () => {
  const placesOf = async (text: string) =>
    (await read(withSections(`PINS 1 ;\n- p + NET n ${text} ;\nEND PINS\n`))).pins.map(({ x, y }) => [x, y]);
  const shape = "+ LAYER m1 ( 0 0 ) ( 1000 200 )";
  const expected = [[10500, 20100]];
  assert.deepEqual(await placesOf(`${shape} + PLACED ( 10000 20000 ) N`), expected);
  assert.deepEqual(await placesOf(`+ PLACED ( 10000 20000 ) N ${shape}`), expected);
  assert.deepEqual(
    await placesOf(`+ FIXED ( 10000 20000 ) N + VIA v ( 0 0 ) ${shape} + USE CLOCK`),
    expected,
  );
  const polygon = "+ POLYGON m1 ( 0 0 ) ( 0 200 ) ( 1000 200 ) ( 1000 0 )";
  assert.deepEqual(await placesOf(`+ PLACED ( 10000 20000 ) N ${polygon}`), expected);
  assert.deepEqual(
    await placesOf(
      `+ PORT + PLACED ( 10000 20000 ) N ${shape} + PORT + FIXED ( 0 0 ) N + LAYER m1 ( 8 8 ) ( 9 9 )`,
    ),
    expected,
  );
  // The first port has no place, so that its shape is none of the second.
  assert.deepEqual(
    await placesOf(`+ PORT + LAYER m1 ( 8 8 ) ( 90 90 ) + PORT ${shape} + PLACED ( 10000 20000 ) N`),
    expected,
  );
});

test("nets keep connections, weights and use; routing and special nets are passed over", async () => {
  const { nets, ignored } = await read(
    withSections(COMPONENTS, PINS, NETS.replace("- lone ( mem/b Q )", "- lone ( mem/b Q ) + USE GROUND")),
  );
  assert.deepEqual(nets.names, ["n1", "n2", "n3", "lone"]);
  assert.deepEqual([...nets.weights], [3, 1, 1, 1]);
  assert.deepEqual([...nets.isSupply], [0, 0, 0, 1]);
  const connections = Array.from(nets.components, (c, i) => `${c} ${nets.pinNames[nets.pins[i]!]}`);
  assert.deepEqual(connections, ["0 A", "-1 in", "3 D", "1 A", "0 Q", "-1 out", "3 O", "2 P", "1 Q"]);
  assert.deepEqual([...nets.starts], [0, 2, 5, 8, 9]);
  assert.equal(ignored.get("SPECIALNETS"), 1);
});

test("blockages, regions and groups are read", async () => {
  const design = await read(
    withSections(`BLOCKAGES 5 ;
- LAYER m1 RECT ( 0 0 ) ( 1 1 ) ;
- PLACEMENT RECT ( 5 6 ) ( 1 2 ) RECT ( 0 0 ) ( 9 9 ) ;
- PLACEMENT + SOFT RECT ( 0 0 ) ( 3 3 ) ;
- PLACEMENT + PARTIAL 40.0 RECT ( 0 0 ) ( 4 4 ) ;
- PLACEMENT POLYGON ( 0 0 ) ( 0 10 ) ( 6 * ) ( * 4 ) ( 10 * ) ( * 0 ) ;
END BLOCKAGES
REGIONS 2 ;
- r1 ( 0 0 ) ( 5 5 ) ( 5 0 ) ( 9 5 ) + TYPE FENCE ;
- r2 ( 0 0 ) ( 5 5 ) + TYPE GUIDE + PROPERTY a 1 ;
END REGIONS
GROUPS 2 ;
- g1 a/* b + REGION r1 ;
- g2 c + SOFT MAXX 5 + PROPERTY x "y" ;
END GROUPS
`),
  );
  const blockage = (
    left: number,
    bottom: number,
    right: number,
    top: number,
    kind = "hard",
    density = 0,
  ) => ({
    left,
    bottom,
    right,
    top,
    kind,
    density,
  });
  assert.deepEqual(
    design.blockages.map(({ line, ...rest }) => rest),
    [
      blockage(1, 2, 5, 6),
      blockage(0, 0, 9, 9),
      blockage(0, 0, 3, 3, "soft"),
      blockage(0, 0, 4, 4, "partial", 0.4),
      blockage(0, 0, 6, 10),
      blockage(6, 0, 10, 4),
    ],
  );
  assert.equal(design.ignored.get("BLOCKAGES LAYER"), 1);
  assert.deepEqual(
    design.regions.map(({ name, type, rects }) => [name, type, rects.length]),
    [
      ["r1", "FENCE", 2],
      ["r2", "GUIDE", 1],
    ],
  );
  assert.deepEqual(
    design.groups.map(({ name, patterns, region }) => [name, patterns, region]),
    [
      ["g1", ["a/*", "b"], "r1"],
      ["g2", ["c"], undefined],
    ],
  );
});

test("a count that is not what follows is noted, unknown statements and sections are counted", async () => {
  const design = await read(
    withSections(
      COMPONENTS.replace("COMPONENTS 4", "COMPONENTS 7"),
      'PROPERTYDEFINITIONS\nDESIGN flow STRING "x" ;\nEND PROPERTYDEFINITIONS\nGCELLGRID X 0 DO 2 STEP 5 ;\n',
      "SCANCHAINS 1 ;\n- c\n+ START a b ;\nEND SCANCHAINS\n",
    ),
  );
  assert.equal(design.name, "top");
  assert.match(design.notes[0]!, /x\.def:10: COMPONENTS announces 7, 4 are listed/);
  assert.deepEqual(Object.fromEntries(design.ignored), {
    PROPERTYDEFINITIONS: 1,
    GCELLGRID: 1,
    SCANCHAINS: 1,
  });
});

const component = (text: string) => withSections(`COMPONENTS 1 ;\n${text}\nEND COMPONENTS\n`);
const WRONG: readonly [string, string, RegExp][] = [
  [
    "an orientation",
    component("- a RAM + PLACED ( 1 2 ) R0 ;"),
    /:11: orientation 'R0', one of N FN S FS E FE W FW/,
  ],
  [
    "a coordinate",
    component("- a RAM + PLACED ( 1.5 2 ) N ;"),
    /:11: '1\.5', x \(a whole number\) was expected/,
  ],
  ["a coordinate too large", component("- a RAM + PLACED ( 3000000000 2 ) N ;"), /:11: '3000000000', x/],
  ["a bracket", component("- a RAM + PLACED 1 2 N ;"), /:11: '1', '\(' was expected/],
  ["no plus", component("- a RAM PLACED ( 1 2 ) N ;"), /:11: 'PLACED', '\+' was expected/],
  ["no master", component("- a ;"), /:11: the component's master was expected, the statement ends/],
  [
    "a component twice",
    component("- a RAM ;\n- a RAM ;"),
    /:12: component 'a' is defined twice, first at line 11/,
  ],
  [
    "a line that begins with no dash",
    component("a RAM ;"),
    /:11: 'a' inside COMPONENTS, '-' or 'END COMPONENTS'/,
  ],
  [
    "a net to nothing",
    withSections("COMPONENTS 0 ;\nEND COMPONENTS\nNETS 1 ;\n- n\n( u A ) ;\nEND NETS\n"),
    /:14: net 'n' connects component 'u', which COMPONENTS does not list/,
  ],
  [
    "nets before components",
    withSections("NETS 1 ;\n- n\n( u A ) ;\nEND NETS\n", COMPONENTS),
    /:12: NETS connects component 'u' before COMPONENTS lists it; write COMPONENTS before NETS/,
  ],
  [
    "a component without a semicolon",
    component("- a RAM\n- b RAM ;"),
    /:12: '- b' inside the item '- a' of line 11; is a semicolon missing before it\?/,
  ],
  [
    "a component with options and without a semicolon",
    component("- a RAM + SOURCE DIST\n- b RAM + PLACED ( 1 2 ) N ;"),
    /:12: '- b' inside the item '- a' of line 11/,
  ],
  [
    "a last component without a semicolon",
    withSections("COMPONENTS 1 ;\n- a RAM + SOURCE DIST\nEND COMPONENTS\nPINS 0 ;\nEND PINS\n"),
    /:12: 'END COMPONENTS' inside the item '- a' of line 11/,
  ],
  [
    "a net without a semicolon",
    withSections(COMPONENTS, "NETS 2 ;\n- n ( c P )\n- o ( c P ) ;\nEND NETS\n"),
    /:19: '- o' inside the item '- n' of line 18/,
  ],
  [
    "a row without a semicolon",
    "ROW a core 0 0 N DO 1 BY 1 STEP 1 0\nROW b core 0 0 N ;\n",
    /:2: 'ROW', ';' was expected; is a semicolon missing\?/,
  ],
  ["tracks without a semicolon", "TRACKS X 0 DO 1 STEP 1 LAYER m1\nROW b core 0 0 N ;\n", /:2: 'ROW', ';'/],
  ["a name without a semicolon", "DESIGN a\nUNITS DISTANCE MICRONS 1000 ;\n", /:2: 'UNITS', ';'/],
  [
    "points without blanks",
    "DESIGN a ;\nDIEAREA (0 0) (5 5) ;\n",
    /:2: '\(0', a point '\( x y \)' with blanks between was expected/,
  ],
  [
    "a negative weight",
    withSections("NETS 1 ;\n- n + WEIGHT -2 ;\nEND NETS\n"),
    /:11: net 'n' has weight -2/,
  ],
  [
    "an open bracket",
    withSections("NETS 1 ;\n- n ( PIN a ;\nEND NETS\n"),
    /:11: the statement ends, '\)' was expected/,
  ],
  [
    "another section's end",
    withSections("PINS 0 ;\nEND NETS\n"),
    /:11: 'END NETS' inside PINS, which begins at line 10/,
  ],
  ["an end of nothing", withSections("END NETS\n"), /:10: 'END NETS' closes nothing/],
  [
    "a file that ends in a section",
    `${HEADER}PINS 3 ;\n`,
    /:11: the file ends inside PINS, which begins at line 10/,
  ],
  ["a file that ends early", HEADER, /:10: the file ends without END DESIGN/],
  ["a file cut in a statement", `${HEADER}PINS 3`, /:10: the statement 'PINS 3' does not end/],
  ["more after the end", `${withSections("")}PINS 0 ;`, /'PINS' after END DESIGN/],
  ["a slanting die", "DESIGN a ;\nDIEAREA ( 0 0 ) ( 5 5 ) ( 5 0 ) ;\n", /:2: DIEAREA has a slanting edge/],
  ["a flat die", "DESIGN a ;\nDIEAREA ( 0 0 ) ( 5 0 ) ;\n", /:2: DIEAREA is 5 x 0, both more than 0/],
  ["units of 0", "UNITS DISTANCE MICRONS 0 ;\n", /:1: UNITS DISTANCE MICRONS 0, more than 0 was expected/],
  ["no units", "DESIGN a ;\nEND DESIGN\n", /no UNITS DISTANCE MICRONS statement/],
  ["a track of Z", `${HEADER}TRACKS Z 0 DO 1 STEP 1 ;\n`, /:10: TRACKS 'Z', X or Y was expected/],
  [
    "a density",
    withSections("BLOCKAGES 1 ;\n- PLACEMENT + PARTIAL 140 RECT ( 0 0 ) ( 1 1 ) ;\nEND BLOCKAGES\n"),
    /:11: PARTIAL 140/,
  ],
  [
    "an empty blockage",
    withSections("BLOCKAGES 1 ;\n- PLACEMENT ;\nEND BLOCKAGES\n"),
    /:11: a placement blockage without RECT/,
  ],
  [
    "a region's type",
    withSections("REGIONS 1 ;\n- r ( 0 0 ) ( 1 1 ) + TYPE WALL ;\nEND REGIONS\n"),
    /:11: region 'r' has type 'WALL', FENCE or GUIDE/,
  ],
  ["no text", "\n\n", /holds no DEF statement/],
  [
    "another format",
    "node { name: 'x' } ;",
    /:1: 'node', a DEF statement or section was expected; is this a DEF file\?/,
  ],
];

for (const [what, text, message] of WRONG)
  test(`refused with file and line: ${what}`, async () => {
    await assert.rejects(read(text), (error: Error) => {
      assert.equal(error.name, "InputError", error.stack);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
  });

test("a blockage of as many rectangles as one likes is read", async () => {
  const rectangles = "RECT ( 0 0 ) ( 1 1 ) ".repeat(200_000);
  const design = await read(withSections(`BLOCKAGES 1 ;\n- PLACEMENT ${rectangles};\nEND BLOCKAGES\n`));
  assert.equal(design.blockages.length, 200_000);
});
