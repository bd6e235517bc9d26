// A design with a fence: every method, under either protocol, keeps its macros in and the others out.
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { METHODS } from "../../flow/index.js";
import { checkConstraints, DEFAULT_ROUTING, loadDef } from "../../netlist/index.js";
import { ashlar } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";
import { makeDesign, TINY_LEF } from "../unit/netlist/formats/lefdef/tiny-design.js";

const RAMS = 6;
const FLOPS = 12;

/** Six RAMs of 20 x 10 µm, of which r0 and r1 belong into an L of two rectangles far from the ports they talk to. */
function fencedDesign(type: string, fence: string): string {
  const rams = Array.from({ length: RAMS }, (_, i) => `- r${i} RAM ;`);
  const flops = Array.from({ length: FLOPS }, (_, i) => `- f${i} FF ;`);
  const nets = [
    ...Array.from(
      { length: FLOPS },
      (_, i) => `- n${i} ( r${i % RAMS} Q ) ( f${i} D )${i === 0 ? " ( PIN p )" : ""} ;`,
    ).filter((_, i) => i < RAMS || i % 2 === 0),
    ...Array.from({ length: RAMS }, (_, i) => `- m${i} ( f${i} O ) ( r${(i + 1) % RAMS} A ) ;`),
  ];
  return `VERSION 5.8 ;
DESIGN fenced ;
UNITS DISTANCE MICRONS 1000 ;
DIEAREA ( 0 0 ) ( 120000 80000 ) ;
ROW r core 0 0 N DO 240 BY 40 STEP 500 2000 ;
COMPONENTS ${RAMS + FLOPS} ;
${[...rams, ...flops].join("\n")}
END COMPONENTS
PINS 1 ;
- p + NET n0 + DIRECTION INOUT + LAYER m1 ( 0 -100 ) ( 400 100 ) + FIXED ( 0 10000 ) N ;
END PINS
REGIONS 1 ;
- room ${fence} ${type} ;
END REGIONS
GROUPS 1 ;
- g r0 r1 + REGION room ;
END GROUPS
NETS ${nets.length} ;
${nets.join("\n")}
END NETS
END DESIGN
`;
}

const ROOM = "( 80000 40000 ) ( 120000 60000 ) ( 50000 60000 ) ( 120000 80000 )";
let fence: string;
let region: string;

before(() => {
  fence = makeDesign(fencedDesign("+ TYPE FENCE", ROOM), TINY_LEF);
  region = makeDesign(fencedDesign("", ROOM), TINY_LEF);
});

const place = (design: string, out: string, ...more: string[]) =>
  ashlar("place", design, "--iterations", "2", "--workers", "1", "--quiet", "--json", "--out", out, ...more);

for (const { name: method, protocols } of METHODS.filter(({ name }) => name !== "pipeline"))
  for (const protocol of protocols)
    test(`${method} keeps members in and others out under protocol ${protocol}`, async () => {
      for (const design of [fence, region]) {
        const out = join(makeFolder(), "run");
        const set = method === "policy" ? ["--set", "episodes=8"] : [];
        const asked = ["--method", method, "--protocol", protocol, ...set];
        const { code, stdout, stderr } = await place(design, out, ...asked);
        assert.equal(code, 0, stderr);
        const { legal, violations } = JSON.parse(stdout);
        assert.deepEqual({ legal, violations }, { legal: true, violations: 0 });
        const written = await loadDef(join(out, "best.def"), {
          lef: [join(design, "../tiny.lef")],
          defaultRouting: DEFAULT_ROUTING,
        });
        assert.deepEqual(checkConstraints(written, written.block.initial), []);
      }
    });

test("what cannot be kept is refused with one line", async () => {
  const out = join(makeFolder(), "run");
  const tight = makeDesign(fencedDesign("+ TYPE FENCE", "( 0 0 ) ( 30000 12000 )"), TINY_LEF);
  const { code, stderr } = await place(tight, out);
  assert.equal(code, 1);
  assert.match(stderr, /^ashlar: fenced: the macros of fence 'room' take 400 µm².*the fence has 360 .*\n$/);
});
