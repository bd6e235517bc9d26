// OVERLAP outlines: a placement whose boxes overlap and whose outlines do not is legal, from the command line to the run's
// files; what is placed anew keeps whole boxes apart.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runCli, runJson } from "../support/command.js";
import { sharedPath } from "../support/shared-data.js";
import { makeFolder } from "../support/temp-folder.js";
import { makeFile } from "../unit/netlist/tiny-files.js";

const CHECKER = sharedPath("tools/check_def.py");

/** ELL is 20 x 20 µm without its upper right quarter. */
const LEF = `VERSION 5.8 ;
LAYER m1
  TYPE ROUTING ; DIRECTION HORIZONTAL ; PITCH 0.5 ; WIDTH 0.1 ;
END m1
LAYER m2
  TYPE ROUTING ; DIRECTION VERTICAL ; PITCH 0.5 ; WIDTH 0.1 ;
END m2
LAYER OVERLAP
  TYPE OVERLAP ;
END OVERLAP
MACRO ELL
  CLASS BLOCK ;
  SYMMETRY X Y ;
  SIZE 20 BY 20 ;
  PIN P
    DIRECTION INOUT ;
    PORT
      LAYER m1 ;
      RECT 1 1 2 2 ;
    END
  END P
  OBS
    LAYER OVERLAP ;
    POLYGON 0 0 20 0 20 10 10 10 10 20 0 20 ;
  END
END ELL
END LIBRARY
`;

/** Two ELL at corners in µm, and a pad for each of them to be pulled to. */
function twoElls(a: string, b: string): string {
  return `VERSION 5.8 ;
DESIGN ells ;
UNITS DISTANCE MICRONS 1000 ;
DIEAREA ( 0 0 ) ( 80000 60000 ) ;
COMPONENTS 2 ;
- a ELL + PLACED ${a} ;
- b ELL + PLACED ${b} ;
END COMPONENTS
PINS 1 ;
- p + NET n + DIRECTION INPUT + LAYER m1 ( 0 0 ) ( 100 100 ) + PLACED ( 0 30000 ) N ;
END PINS
NETS 1 ;
- n ( PIN p ) ( a P ) ( b P ) ;
END NETS
END DESIGN
`;
}

/** Interlocked: b is the other way round, its full half beside a's and its free quarter on it. */
const INTERLOCKED = ["( 10000 10000 ) N", "( 20000 20000 ) S"] as const;

function makeElls(a: string, b: string): string {
  const folder = makeFolder();
  makeFile("ell.lef", LEF, folder);
  return makeFile("ells.def", twoElls(a, b), folder);
}

test("eval: boxes overlap, outlines do not; a step further they do, and the message says what counted", () => {
  const good = runJson("eval", makeElls(...INTERLOCKED), "--json");
  assert.deepEqual([good.legal, good.overlaps, good.violations], [true, 0, []]);
  const bad = runJson("eval", makeElls("( 10000 10000 ) N", "( 19000 19000 ) S"), "--json");
  assert.deepEqual([bad.legal, bad.overlaps], [false, 1]);
  const [violation] = bad.violations as { kind: string; by_um: number; message: string }[];
  assert.deepEqual([violation!.kind, violation!.by_um], ["overlap", 1]);
  assert.match(violation!.message, /by 1 µm, by their OVERLAP outlines$/);
  const upright = runJson("eval", makeElls("( 10000 10000 ) N", "( 20000 19000 ) N"), "--json");
  assert.deepEqual([upright.legal, upright.overlaps], [false, 1]);
});

test("a run keeps an interlocked placement that nothing beats, scores it as legal, and draws outlines", () => {
  const design = makeElls(...INTERLOCKED);
  const out = join(makeFolder(), "run");
  // Kept where they are, so that the result is the placement given.
  const kept = [
    "--from",
    design,
    "--keep",
    "a,b",
    "--method",
    "refine",
    "--iterations",
    "1",
    "--workers",
    "1",
  ];
  const summary = runJson("place", design, ...kept, "--out", out, "--json", "--quiet");
  assert.deepEqual([summary.legal, summary.violations, summary.overlaps], [true, 0, 0]);
  assert.match(readFileSync(join(out, "best.svg"), "utf8"), /<path class="fixed" d="M/);
  const again = runJson("eval", out, "--json");
  assert.deepEqual([again.legal, again.violations, again.proxy_cost], [true, [], summary.proxy_cost]);
});

test("placing anew keeps boxes apart, as an independent check of boxes says, too", () => {
  const design = makeElls(...INTERLOCKED);
  for (const protocol of ["fd", "free"]) {
    const out = join(makeFolder(), "run");
    const quick = ["--method", "anneal", "--protocol", protocol, "--iterations", "4", "--workers", "1"];
    assert.equal(runCli("place", design, ...quick, "--out", out, "--quiet").code, 0);
    if (!existsSync(CHECKER)) continue;
    const lef = join(out, "ell.lef");
    writeFileSync(lef, LEF);
    const { stdout } = spawnSync("python3", [CHECKER, join(out, "best.def"), lef], { encoding: "utf8" });
    assert.match(stdout, /^a PLACED/m);
    assert.doesNotMatch(stdout, /OVERLAP|OUT-OF|UNPLACED/);
  }
});
