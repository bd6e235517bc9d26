// A design with guides: searches bring their members there, and a macro elsewhere is told but never a violation.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runCli, runJson } from "../support/command.js";
import { assertLegalDef } from "../support/def-checker.js";
import { makeFolder } from "../support/temp-folder.js";
import { makeDesign, TINY_LEF } from "../unit/netlist/formats/lefdef/tiny-design.js";

const RAMS = 6;

/** Six RAMs of 20 x 10 µm in a ring, and a port at the lower left; r0 and r1 have a guide, `room`. */
function guidedDesign(room: string): string {
  const rams = Array.from({ length: RAMS }, (_, i) => `- r${i} RAM ;`);
  const port = (i: number) => (i === 2 ? " ( PIN p )" : "");
  const nets = Array.from(
    { length: RAMS },
    (_, i) => `- n${i} ( r${i} Q ) ( f${i} D ) ( r${(i + 1) % RAMS} A )${port(i)} ;`,
  );
  const flops = Array.from({ length: RAMS }, (_, i) => `- f${i} FF ;`);
  return `VERSION 5.8 ;
DESIGN guided ;
UNITS DISTANCE MICRONS 1000 ;
DIEAREA ( 0 0 ) ( 120000 80000 ) ;
ROW r core 2000 2000 N DO 232 BY 1 STEP 500 0 ;
ROW s core 2000 76000 N DO 232 BY 1 STEP 500 0 ;
COMPONENTS ${2 * RAMS} ;
${[...rams, ...flops].join("\n")}
END COMPONENTS
PINS 1 ;
- p + NET n2 + DIRECTION INOUT + LAYER m1 ( 0 -100 ) ( 400 100 ) + FIXED ( 0 10000 ) N ;
END PINS
REGIONS 1 ;
- corner ${room} + TYPE GUIDE ;
END REGIONS
GROUPS 1 ;
- g r0 r1 + REGION corner ;
END GROUPS
NETS ${RAMS} ;
${nets.join("\n")}
END NETS
END DESIGN
`;
}

const ROOM = "( 70000 40000 ) ( 118000 78000 )";
const UNMET = /(\d) macros are not within their guide/;

function placed(room: string, ...more: string[]): { out: string; stderr: string; design: string } {
  const design = makeDesign(guidedDesign(room), TINY_LEF);
  const out = join(makeFolder(), "run");
  const { code, stderr } = runCli("place", design, "--workers", "1", "--out", out, ...more);
  assert.equal(code, 0, stderr);
  return { out, stderr, design };
}

for (const search of [
  ["--method", "anneal", "--iterations", "12"],
  ["--method", "anneal", "--protocol", "free", "--iterations", "12"],
  ["--method", "refine", "--iterations", "8"],
])
  test(`${search.join(" ")} brings macros into their guide`, (t) => {
    // With six nets, a macro's own wires weigh more than the default pull.
    const { out, stderr } = placed(ROOM, ...search, "--guide-weight", "1");
    assert.doesNotMatch(stderr, UNMET);
    const summary = JSON.parse(readFileSync(join(out, "summary.json"), "utf8"));
    assert.deepEqual([summary.legal, summary.violations], [true, 0]);
    // The pull is no part of the score: the same placement costs the same without it.
    const again = runJson(
      "eval",
      join(out, "netlist.pb.txt"),
      "--placement",
      join(out, "best.plc"),
      "--json",
    );
    assert.ok(
      Math.abs(Number(again.proxy_cost) - summary.proxy_cost) < 1e-6,
      `${again.proxy_cost}, not ${summary.proxy_cost}`,
    );
    assert.match(placed(ROOM, ...search, "--guide-weight", "0").stderr, UNMET);
    assertLegalDef(out, TINY_LEF, t);
  });

test("a guide with room for no macro, or outside the core, makes nothing illegal", () => {
  for (const room of ["( 100000 70000 ) ( 101000 71000 )", "( -50000 -50000 ) ( -10000 -10000 )"]) {
    const { out, stderr } = placed(room, "--method", "anneal", "--iterations", "2", "--guide-weight", "5");
    assert.match(stderr, /2 macros are not within their guide, which is only a preference/);
    const summary = JSON.parse(readFileSync(join(out, "summary.json"), "utf8"));
    assert.deepEqual([summary.legal, summary.violations], [true, 0]);
  }
});

test("--guide-weight is for designs, and not negative", () => {
  const folder = makeFolder();
  const block = join(folder, "block");
  assert.equal(runCli("generate", "--macros", "4", "--soft-macros", "8", "--out", block).code, 0);
  const refused = (...more: string[]) => runCli("place", block, "--method", "greedy", ...more);
  const { code, stderr } = refused("--guide-weight", "1");
  assert.equal(code, 1);
  assert.match(stderr, /--guide-weight: is for \.def designs, and '.*' is none/);
  assert.match(refused("--guide-weight", "-1").stderr, /--guide-weight/);
});
