// What KLayout reads in the DEF files that we write, in a design that was made for it: every orientation, masters whose origin
// is not their corner, a die away from 0, lying macros, escaped names, and all cells in rows.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { evaluate, place } from "../../flow/index.js";
import { NodeKind, ORIENTATION_NAMES, originOf, turnOffset } from "../../netlist/index.js";
import { runJson } from "../support/command.js";
import { assertMacrosAsIn, assertSameInKlayout, unescaped, withoutKlayout } from "../support/klayout.js";
import { makeFolder } from "../support/temp-folder.js";
import { makeDesign } from "../unit/netlist/formats/lefdef/tiny-design.js";

/** One pin in each master, off every axis of symmetry. */
const LEF = `VERSION 5.8 ;
UNITS
  DATABASE MICRONS 2000 ;
END UNITS
MANUFACTURINGGRID 0.005 ;
LAYER m1
  TYPE ROUTING ; DIRECTION HORIZONTAL ; PITCH 0.4 ; WIDTH 0.1 ;
END m1
LAYER m2
  TYPE ROUTING ; DIRECTION VERTICAL ; PITCH 0.4 ; WIDTH 0.1 ;
END m2
SITE core
  CLASS CORE ; SIZE 0.5 BY 2 ;
END core
MACRO RAM
  CLASS BLOCK ; FOREIGN other -1.5 -0.75 ; ORIGIN 1.5 0.75 ; SIZE 12 BY 7 ; SYMMETRY X Y R90 ;
  PIN A
    DIRECTION INPUT ;
    PORT
      LAYER m1 ;
      RECT -1.5 4 -0.5 4.5 ;
    END
  END A
END RAM
MACRO FF
  CLASS CORE ; SIZE 2 BY 2 ; SYMMETRY X Y ; SITE core ;
  PIN Q
    DIRECTION OUTPUT ;
    PORT
      LAYER m1 ;
      RECT 0.25 0.5 0.5 1 ;
    END
  END Q
END FF
END LIBRARY
`;

const UNITS = 2000;
const point = (x: number, y: number) => `( ${x * UNITS} ${y * UNITS} )`;
const macros = ORIENTATION_NAMES.map((name, i) => ({ name, x: -20 + 15 * (i % 4), y: i < 4 ? 14 : 34 }));

function design(): string {
  const rows = Array.from(
    { length: 40 },
    (_, i) =>
      `ROW r${i} core ${-30 * UNITS} ${(10 + 2 * i) * UNITS} ${i % 2 ? "FS" : "N"} DO 180 BY 1 STEP ${UNITS / 2} 0 ;`,
  );
  const flops = Array.from({ length: 60 }, (_, i) => `- f${i}/q\\[${i}\\] FF ;`);
  const nets = Array.from(
    { length: 60 },
    (_, i) =>
      `- n${i} ( f${i}/q\\[${i}\\] Q ) ( ${i % 2 ? `free${i % 6}` : `is${ORIENTATION_NAMES[i % 8]}`} A ) ;`,
  );
  return `VERSION 5.8 ;
DIVIDERCHAR "/" ;
BUSBITCHARS "[]" ;
DESIGN turned ;
UNITS DISTANCE MICRONS ${UNITS} ;
DIEAREA ${point(-31.5, 8.5)} ${point(61, 93)} ;
${rows.join("\n")}
COMPONENTS ${macros.length + 6 + flops.length + 2} ;
${macros.map(({ name, x, y }) => `- is${name} RAM + FIXED ${point(x, y)} ${name} ;`).join("\n")}
- free0 RAM ;
- free1 RAM + PLACED ${point(0, 60)} N ;
- free2 RAM + PLACED ${point(10, 60)} E ;
- free3 RAM + PLACED ${point(20, 60)} FW + HALO 1000 2000 3000 4000 ;
- free4 RAM + PLACED ${point(30, 60)} FS ;
- free5 RAM ;
${flops.join("\n")}
- tap\\/0 FF + FIXED ${point(-30, 10)} N ;
- tap1 FF + FIXED ${point(-30, 12)} FS ;
END COMPONENTS
NETS ${nets.length} ;
${nets.join("\n")}
END NETS
END DESIGN
`;
}

test("macros in all orientations, and cells in rows, are where KLayout reads them", {
  skip: withoutKlayout,
}, async () => {
  const path = makeDesign(design(), LEF);
  const lef = [join(path, "../tiny.lef")];
  const run = join(makeFolder(), "run");
  const summary = await place(path, { method: "greedy", iterations: 2, workers: 1, out: run });
  assert.equal(summary.legal, true);
  const { loaded, instances } = await assertSameInKlayout(join(run, "best.def"), lef);
  assert.equal(assertMacrosAsIn(instances, loaded, await evaluate(run)), macros.length + 6);
  const orientations = new Map(instances.map(({ name, orientation }) => [name, orientation]));
  for (const { name } of macros) assert.equal(orientations.get(`is${name}`), name);
  assert.match(orientations.get("free2")!, /^F?[EW]$/);

  const out = join(makeFolder(), "cells");
  const cells = runJson("cells", path, "--placement", run, "--out", out, "--json");
  assert.deepEqual([cells.legal, cells.cells], [true, 60]);
  const whole = await assertSameInKlayout(join(out, "best.def"), lef);
  assert.equal(whole.instances.length, macros.length + 6 + 62, "every component is placed");
  assertPinsAsIn(whole);
});

/** Our pins, turned by our own rule, are in the middle of those that KLayout drew. */
function assertPinsAsIn({ loaded, instances }: Awaited<ReturnType<typeof assertSameInKlayout>>): void {
  const { block, design } = loaded;
  const byName = new Map(instances.map((instance) => [instance.name, instance]));
  const { xs, ys, orientations } = block.initial;
  const origin = originOf(design);
  const turned = new Set<number>();
  for (let pin = 0; pin < block.pinCount; pin++) {
    const node = block.pinNodes[pin]!;
    const [x, y] = turnOffset(orientations[node]!, block.pinXOffsets[pin]!, block.pinYOffsets[pin]!);
    const { pins } = byName.get(unescaped(block.nodeNames[node]!))!;
    const [left, bottom, right, top] = pins as [number, number, number, number];
    const ours = [(xs[node]! + x) * design.units + origin.x, (ys[node]! + y) * design.units + origin.y];
    for (const [axis, middle] of [(left + right) / 2, (bottom + top) / 2].entries())
      assert.ok(Math.abs(ours[axis]! - middle) < 1e-6, `${block.pinNames[pin]}: ${ours}, KLayout ${pins}`);
    if (block.kinds[node] === NodeKind.HardMacro) turned.add(orientations[node]!);
  }
  assert.ok(turned.size >= 4, `${[...turned]}`);
}

test("all cells of the example design are on the rows where KLayout reads them", {
  skip: withoutKlayout,
}, async () => {
  const run = join(makeFolder(), "run");
  const out = join(makeFolder(), "cells");
  const lef = ["examples/design/tech.lef", "examples/design/cells.lef"];
  const [path, quick] = ["examples/design/tile.def", ["--method", "greedy", "--iterations", "1"]];
  runJson("place", path, ...quick, "--out", run, "--json");
  runJson("cells", path, "--placement", run, "--out", out, "--passes", "1", "--json");
  const { loaded, instances } = await assertSameInKlayout(join(out, "best.def"), lef);
  assert.equal(instances.length, loaded.design.components.count);
  const rows = new Map<number, { left: number; right: number; orientation: string }>();
  for (const [, x, y, orientation, sites, step] of readFileSync(path, "utf8").matchAll(
    /^ROW \S+ \S+ (\d+) (\d+) (\S+) DO (\d+) BY 1 STEP (\d+)/gm,
  ))
    rows.set(Number(y), {
      left: Number(x),
      right: Number(x) + Number(sites) * Number(step),
      orientation: orientation!,
    });
  const height = 3000; // of a row, in database units
  for (const { name, box, orientation } of instances) {
    const [left, bottom, right, top] = box as [number, number, number, number];
    if (top - bottom !== height) continue; // a macro
    const row = rows.get(bottom);
    assert.ok(
      row && left >= row.left && right <= row.right && (left - row.left) % 300 === 0,
      `${name} ${box}`,
    );
    assert.match(orientation, row.orientation === "N" ? /^F?N$/ : /^F?S$/, name);
  }
});
