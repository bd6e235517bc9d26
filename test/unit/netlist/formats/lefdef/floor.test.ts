import assert from "node:assert/strict";
import { test } from "node:test";
import { coreOf, latticeOf, readDefText, readLefText } from "../../../../../netlist/index.js";

const SITES = "SITE core\n SIZE 0.5 BY 2 ;\nEND core\nSITE high\n SIZE 0.25 BY 4 ;\nEND high\n";
const LAYERS =
  "LAYER m1\n TYPE ROUTING ; DIRECTION HORIZONTAL ; PITCH 0.4 ;\nEND m1\n" +
  "LAYER m2\n TYPE ROUTING ; DIRECTION VERTICAL ; PITCH 0.3 ;\nEND m2\n";

function library(text = "") {
  return readLefText(`${LAYERS}${text}${SITES}END LIBRARY\n`, "x.lef");
}

/** 1000 units a µm; the die is 100 x 60 µm with its corner at (10, 20). */
function design(statements: string, units = 1000) {
  return readDefText(
    `DESIGN top ;\nUNITS DISTANCE MICRONS ${units} ;\nDIEAREA ( 10000 20000 ) ( 110000 80000 ) ;\n${statements}END DESIGN\n`,
    "top.def",
  );
}

const core = (statements: string) => coreOf(design(statements), library());

test("the core is the bounds of all rows, the uppermost as high as its site", () => {
  const rows =
    "ROW a core 20000 30000 N DO 100 BY 1 STEP 500 0 ;\nROW b core 20000 32000 FS DO 100 BY 1 STEP 500 0 ;\n";
  assert.deepEqual(core(rows), { left: 20000, bottom: 30000, right: 70000, top: 34000 });
});

test("several regions of rows and rows in pieces have one core", () => {
  const rows =
    "ROW a core 20000 30000 N DO 10 BY 1 STEP 500 0 ;\nROW b core 90000 30000 N DO 10 BY 1 STEP 500 0 ;\n" +
    "ROW c high 40000 60000 N DO 4 BY 1 STEP 250 0 ;\n";
  assert.deepEqual(core(rows), { left: 20000, bottom: 30000, right: 95000, top: 64000 });
});

test("rows without a step, of several lines, of turned sites and of unknown sites", () => {
  assert.deepEqual(core("ROW a core 20000 30000 N ;\n"), {
    ...{ left: 20000, bottom: 30000, right: 20500, top: 32000 },
  });
  assert.deepEqual(core("ROW a core 20000 30000 N DO 10 BY 1 ;\n"), {
    ...{ left: 20000, bottom: 30000, right: 25000, top: 32000 },
  });
  assert.deepEqual(core("ROW a core 20000 30000 N DO 10 BY 5 STEP 500 2000 ;\n"), {
    ...{ left: 20000, bottom: 30000, right: 25000, top: 40000 },
  });
  // A row that runs upward: ten sites of 2 x 0.5.
  assert.deepEqual(core("ROW a core 20000 30000 E DO 1 BY 10 STEP 0 500 ;\n"), {
    ...{ left: 20000, bottom: 30000, right: 22000, top: 35000 },
  });
  // No LEF file has the site: rows are 1.4 µm apart, and so high.
  const unknown =
    "ROW a what 20000 30000 N DO 10 BY 1 STEP 500 0 ;\nROW b what 20000 31400 N DO 10 BY 1 STEP 500 0 ;\n";
  assert.deepEqual(core(unknown), { left: 20000, bottom: 30000, right: 25000, top: 32800 });
});

test("there is no core without rows, or where rows cover the die or lie beside it", () => {
  assert.equal(core(""), undefined);
  assert.equal(core("ROW a core 10000 20000 N DO 200 BY 30 STEP 500 2000 ;\n"), undefined);
  assert.equal(core("ROW a core 0 0 N DO 400 BY 60 STEP 500 2000 ;\n"), undefined);
  assert.equal(core("ROW a core 200000 20000 N DO 20 BY 1 STEP 500 0 ;\n"), undefined);
  // What sticks out of the die is no core.
  assert.deepEqual(core("ROW a core 0 0 N DO 100 BY 60 STEP 500 2000 ;\n"), {
    ...{ left: 10000, bottom: 20000, right: 50000, top: 80000 },
  });
});

test("the lattice is that of the manufacturing grid, in whole database units", () => {
  const comb = (grid: string, units: number) =>
    latticeOf(design("", units), library(grid === "" ? "" : `MANUFACTURINGGRID ${grid} ;\n`)).x;
  assert.deepEqual(comb("0.005", 2000), { start: 0, pitch: 10 });
  assert.deepEqual(comb("0.005", 1000), { start: 0, pitch: 5 });
  assert.deepEqual(comb("0.0025", 1000), { start: 0, pitch: 5 }); // 2.5 units: every second point
  assert.deepEqual(comb("0.0005", 1000), { start: 0, pitch: 1 }); // finer than units
  assert.deepEqual(comb("", 1000), { start: 0, pitch: 1 });
});

test("tracks and rows are a lattice where they meet the manufacturing grid", () => {
  const grid = library("MANUFACTURINGGRID 0.005 ;\n");
  const statements =
    "ROW a core 20000 30000 N DO 10 BY 1 STEP 500 0 ;\nROW b core 20000 32000 N DO 10 BY 1 STEP 500 0 ;\n" +
    "TRACKS Y 20200 DO 100 STEP 400 LAYER m1 ;\nTRACKS X 10001 DO 100 STEP 303 LAYER m2 ;\n" +
    "TRACKS X 7 DO 100 STEP 11 LAYER m1 ;\n"; // of a layer whose wires do not run so
  const track = latticeOf(design(statements), grid, "track");
  assert.deepEqual(track.y, { start: 20200, pitch: 400 });
  // 10001 + 3 * 303 = 10910 is the first on the grid, every fifth after it.
  assert.deepEqual(track.x, { start: 10910, pitch: 1515 });
  const row = latticeOf(design(statements), grid, "row");
  assert.deepEqual(
    [row.x, row.y],
    [
      { start: 20000, pitch: 500 },
      { start: 30000, pitch: 2000 },
    ],
  );
  assert.throws(() => latticeOf(design(""), grid, "row"), /--snap: row, but 'top\.def' has no ROW statement/);
  assert.throws(() => latticeOf(design(""), grid, "track"), /--snap: track, but 'top\.def' has no TRACKS X/);
});
