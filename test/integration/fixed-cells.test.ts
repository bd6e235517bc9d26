// Fixed cells through `place`, in every format: they keep their places in what is written, and what is written has the
// cost that was reported.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { evaluate, place } from "../../flow/index.js";
import { makeFolder } from "../support/temp-folder.js";
import { TINY_SET, writeTinySet } from "../unit/netlist/formats/bookshelf/tiny-set.js";
import { COMPONENTS, makeDesign, TINY_DEF, TINY_LEF } from "../unit/netlist/formats/lefdef/tiny-design.js";
import { makeFile, node } from "../unit/netlist/tiny-files.js";

const QUICK = { method: "random", iterations: 1, workers: 1 } as const;

/** A pad, a bump and tap cells beside the tiny library. */
const LEF = TINY_LEF.replace(
  "END LIBRARY",
  `MACRO BUMP
  CLASS COVER BUMP ; SIZE 30 BY 30 ;
  PIN PAD DIRECTION INOUT ; PORT LAYER m1 ; RECT 10 10 20 20 ; END END PAD
END BUMP
MACRO TAP
  CLASS CORE WELLTAP ; SIZE 2 BY 2 ;
END TAP
END LIBRARY`,
);

const FIXED_COMPONENTS = COMPONENTS.replace("COMPONENTS 4", "COMPONENTS 7")
  .replace("+ UNPLACED", "+ FIXED ( 90000 30000 ) FN")
  .replace(
    "END COMPONENTS",
    `- bump BUMP + COVER ( 40000 40000 ) N ;
- tap1 TAP + FIXED ( 20000 60000 ) N ;
- tap2 TAP + FIXED ( 22000 60000 ) FS ;
END COMPONENTS`,
  );
const FIXED_DEF = TINY_DEF.replace(COMPONENTS, FIXED_COMPONENTS)
  .replace("NETS 4", "NETS 5")
  .replace("- lone", "- n4 ( mem/b Q ) ( bump PAD ) ;\n- lone")
  .replace("( mem/b Q ) ;\nEND NETS", ";\nEND NETS")
  .replace("PINS 2", "PINS 3")
  .replace("END PINS", "- VSS + NET VSS + USE GROUND ;\nEND PINS");

/** The design with as many movable cells as it takes for a soft macro. */
const MIXED_DEF = FIXED_DEF.replace("COMPONENTS 7", "COMPONENTS 10")
  .replace("END COMPONENTS", "- a FF ;\n- b FF ;\n- d FF ;\nEND COMPONENTS")
  .replace("NETS 5", "NETS 6")
  .replace("END NETS", "- n5 ( ff O ) ( a D ) ( b D ) ( d D ) ;\nEND NETS")
  .replace("( ff O ) ( c P", "( a O ) ( c P");

const assertClose = (found: number, expected: number, what: string) =>
  assert.ok(Math.abs(found - expected) < 1e-6 * Math.max(1, expected), `${what} ${found}, not ${expected}`);

for (const clustering of [true, false])
  test(`DEF, clustering ${clustering}: the written file costs what was reported`, async () => {
    const path = makeDesign(FIXED_DEF, LEF);
    const out = join(makeFolder(), "run");
    const summary = await place(path, { ...QUICK, clustering, out });
    const written = readFileSync(join(out, "best.def"), "utf8");
    for (const name of ["ff", "bump", "tap1", "tap2", "mem/b"]) {
      const line = (text: string) => text.split("\n").find((l) => l.trim().startsWith(`- ${name} `));
      assert.equal(line(written), line(FIXED_DEF));
    }
    const { score } = await evaluate(join(out, "best.def"), { lef: [dirname(path)] });
    assertClose(score.wirelength, summary.wirelength, "wirelength");
    assertClose(score.proxy_cost, summary.proxy_cost, "proxy cost");
  });

test("DEF with fixed and movable cells: only the movable ones are clustered, and the run's files cost the same", async () => {
  const out = join(makeFolder(), "run");
  const lines: string[] = [];
  const summary = await place(makeDesign(MIXED_DEF, LEF), { ...QUICK, out }, (line) => lines.push(line));
  assert.ok(
    lines.some((line) => /3 standard cells in \d+ soft macros.*4 fixed cells keep/.test(line)),
    lines.join("\n"),
  );
  const { block, score } = await evaluate(out, { placement: join(out, "best.plc") });
  assertClose(score.wirelength, summary.wirelength, "wirelength");
  assertClose(score.proxy_cost, summary.proxy_cost, "proxy cost");
  const tap = block.nodeNames.indexOf("tap1");
  assert.deepEqual([block.fixed[tap], block.initial.xs[tap], block.initial.ys[tap]], [1, 11, 41]);
  // The clustered block is one to place again.
  const again = await place(out, { ...QUICK, out: join(makeFolder(), "again") });
  assert.ok(again.legal);
});

test("Bookshelf: nodes that the .pl fixes keep their places and count where they are", async () => {
  const pl = TINY_SET["t.pl"]!.replace("a 100 50 : N", "a 100 50 : N /FIXED").replace(
    "b 110 60 : FS",
    "b 134 60 : FS /FIXED",
  );
  const aux = writeTinySet({ "t.pl": pl });
  const out = join(makeFolder(), "run");
  const summary = await place(aux, { ...QUICK, out });
  const written = readFileSync(join(out, "best.pl"), "utf8").split("\n");
  for (const line of [
    "a\t100\t50\t: N /FIXED",
    "b\t134\t60\t: FS /FIXED",
    "f\t100\t60\t: W /FIXED",
    "q\t140\t70\t: S /FIXED_NI",
    "o\t150\t50\t: N /FIXED",
  ])
    assert.ok(written.includes(line), `${line} is not in\n${written.join("\n")}`);
  const { score } = await evaluate(aux, { placement: join(out, "best.pl") });
  assertClose(score.wirelength, summary.wirelength, "wirelength");
  assertClose(score.proxy_cost, summary.proxy_cost, "proxy cost");
});

test("netlist text: cells that the placement file fixes are neither clustered nor moved", async () => {
  const cells = ["c0", "c1", "c2"];
  const netlist = makeFile(
    "netlist.pb.txt",
    node("in", { type: "PORT", x: 0, y: 5 }, "A/p") +
      node("A", { type: "MACRO", width: 20, height: 10 }) +
      node("A/p", { type: "MACRO_PIN", macro_name: "A", x_offset: -9.9, y_offset: 1 }, ...cells) +
      cells
        .map((name, i) => node(name, { type: "STDCELL", width: 2, height: 2 }, cells[(i + 1) % 3]!))
        .join(""),
  );
  const folder = dirname(netlist);
  const header =
    "# Columns : 10  Rows : 10\n# Width : 100.0  Height : 100.0\n# node_index x y orientation fixed\n";
  makeFile("initial.plc", `${header}0 0 5 - 0\n1 50 50 N 0\n3 80 20 N 1\n4 90 80 N 1\n5 5 95 N 1\n`, folder);
  const out = join(makeFolder(), "run");
  const summary = await place(folder, { ...QUICK, out });
  const lines = readFileSync(join(out, "best.plc"), "utf8").split("\n");
  for (const line of ["3 80 20 N 1", "4 90 80 N 1", "5 5 95 N 1"]) assert.ok(lines.includes(line), line);
  const { score } = await evaluate(folder, { placement: join(out, "best.plc") });
  assertClose(score.proxy_cost, summary.proxy_cost, "proxy cost");
});
