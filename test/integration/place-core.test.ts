// Designs whose core is smaller than the die, with halos, fences and macros that lie: every method, under either protocol,
// keeps macros in the core, on the manufacturing grid, off halos, and lying.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { METHODS } from "../../flow/index.js";
import { ashlar } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";
import { writeTinySet } from "../unit/netlist/formats/bookshelf/tiny-set.js";
import { makeDesign, TINY_LEF } from "../unit/netlist/formats/lefdef/tiny-design.js";

const UNITS = 2000;
const FLOPS = 8;
/** µm. The core: two regions of rows, one of them in two pieces. */
const CORE = { left: 12.5, bottom: 8, right: 92.5, top: 66 };
const FIXED = { left: 50, bottom: 30, right: 70, top: 40 };
const FIXED_HALO = { left: 2, bottom: 3, right: 4, top: 5 };

const dbu = (um: number) => Math.round(um * UNITS);
const point = (x: number, y: number) => `( ${dbu(x)} ${dbu(y)} )`;

/** Four RAMs of 20 x 10 µm, r3 of which lies, ROT c, and a fixed RAM with a halo. */
function coreDesign(): string {
  const { left, bottom, right, top } = FIXED_HALO;
  const flops = Array.from({ length: FLOPS }, (_, i) => `- f${i} FF ;`);
  const nets = Array.from({ length: FLOPS }, (_, i) => `- n${i} ( r${i % 4} Q ) ( f${i} D ) ;`);
  return `VERSION 5.8 ;
DESIGN floors ;
UNITS DISTANCE MICRONS ${UNITS} ;
DIEAREA ( 0 0 ) ${point(100, 80)} ;
ROW a core ${dbu(12.5)} ${dbu(8)} N DO 160 BY 1 STEP ${dbu(0.5)} 0 ;
ROW b core ${dbu(12.5)} ${dbu(10)} FS DO 20 BY 1 STEP ${dbu(0.5)} 0 ;
ROW c core ${dbu(72.5)} ${dbu(10)} FS DO 40 BY 1 STEP ${dbu(0.5)} 0 ;
ROW d core ${dbu(12.5)} ${dbu(64)} N DO 160 BY 1 STEP ${dbu(0.5)} 0 ;
TRACKS Y ${dbu(0.25)} DO 160 STEP ${dbu(0.5)} LAYER m1 ;
TRACKS X ${dbu(0.125)} DO 400 STEP ${dbu(0.25)} LAYER m2 ;
COMPONENTS ${FLOPS + 6} ;
- r0 RAM ;
- r1 RAM + HALO ${[1, 2, 3, 0].map(dbu).join(" ")} ;
- r2 RAM + PLACED ${point(60.0013, 70)} N ;
- r3 RAM + PLACED ${point(20, 40)} FE ;
- c ROT ;
- f RAM + FIXED ${point(FIXED.left, FIXED.bottom)} N + HALO ${[left, bottom, right, top].map(dbu).join(" ")} ;
${flops.join("\n")}
END COMPONENTS
NETS ${nets.length} ;
${nets.join("\n")}
END NETS
END DESIGN
`;
}

interface Box {
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
  readonly top: number;
  readonly orientation: string;
}

/** Boxes of the macros in a DEF file, µm. Read by pattern, with no code of the reader. */
function boxesIn(path: string): Map<string, Box> {
  const sizes: Record<string, readonly [number, number]> = { RAM: [20, 10], ROT: [8, 4] };
  const boxes = new Map<string, Box>();
  const text = readFileSync(path, "utf8");
  for (const [, name, master, x, y, orientation] of text.matchAll(
    /^- (\S+) (RAM|ROT) \+ (?:PLACED|FIXED) \( (-?\d+) (-?\d+) \) (\S+)/gm,
  )) {
    const [a, b] = sizes[master!]!;
    const [width, height] = /E|W/.test(orientation!) ? [b, a] : [a, b];
    const [left, bottom] = [Number(x) / UNITS, Number(y) / UNITS];
    boxes.set(name!, { left, bottom, right: left + width, top: bottom + height, orientation: orientation! });
  }
  return boxes;
}

function meet(a: Omit<Box, "orientation">, b: Omit<Box, "orientation">): boolean {
  return (
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1e-6 &&
    Math.min(a.top, b.top) - Math.max(a.bottom, b.bottom) > 1e-6
  );
}

function assertKept(path: string, { floor = CORE, pitch = 0.005 } = {}): Map<string, Box> {
  const boxes = boxesIn(path);
  assert.equal(boxes.size, 6);
  const around = {
    left: FIXED.left - FIXED_HALO.left,
    bottom: FIXED.bottom - FIXED_HALO.bottom,
    right: FIXED.right + FIXED_HALO.right,
    top: FIXED.top + FIXED_HALO.top,
  };
  for (const [name, box] of boxes) {
    if (name === "f") continue;
    assert.ok(box.left >= floor.left && box.right <= floor.right + 1e-6, `${name} ${JSON.stringify(box)}`);
    assert.ok(box.bottom >= floor.bottom && box.top <= floor.top + 1e-6, `${name} ${JSON.stringify(box)}`);
    for (const at of [box.left / pitch, box.bottom / pitch])
      assert.ok(Math.abs(at - Math.round(at)) < 1e-6, `${name} ${JSON.stringify(box)}`);
    assert.ok(!meet(box, around), `${name} is in the halo of f`);
    for (const [other, its] of boxes) if (other !== name) assert.ok(!meet(box, its), `${name} and ${other}`);
  }
  assert.match(boxes.get("r3")!.orientation, /^F?[EW]$/);
  for (const name of ["r0", "r1", "r2"]) assert.match(boxes.get(name)!.orientation, /^F?[NS]$/);
  return boxes;
}

const place = (design: string, out: string, ...more: string[]) =>
  ashlar("place", design, "--iterations", "2", "--workers", "1", "--quiet", "--json", "--out", out, ...more);

for (const { name: method, protocols } of METHODS.filter(({ name }) => name !== "pipeline"))
  for (const protocol of protocols)
    test(`${method} keeps to core, grid, halos and sides under protocol ${protocol}`, async () => {
      const out = join(makeFolder(), "run");
      const set = method === "policy" ? ["--set", "episodes=8"] : [];
      const design = makeDesign(coreDesign(), TINY_LEF);
      const asked = ["--method", method, "--protocol", protocol, ...set];
      const { code, stdout, stderr } = await place(design, out, ...asked);
      assert.equal(code, 0, stderr);
      const { legal, violations } = JSON.parse(stdout);
      assert.deepEqual({ legal, violations }, { legal: true, violations: 0 });
      assertKept(join(out, "best.def"));
      // What the viewer shows of the search is in the design's terms, too: r3, the fourth macro, lies in every frame.
      const frames = readFileSync(join(out, "frames.jsonl"), "utf8").trim().split("\n");
      for (const frame of frames) assert.ok(JSON.parse(frame).orientations[3] >= 4, frame);
    });

test("corners on tracks and on rows, by either protocol", async () => {
  for (const [snap, pitchX, pitchY, startX, startY] of [
    ["track", 0.25, 0.5, 0.125, 0.25],
    ["row", 0.5, 2, 12.5, 8],
  ] as const)
    for (const protocol of ["fd", "free"]) {
      const out = join(makeFolder(), "run");
      const design = makeDesign(coreDesign(), TINY_LEF);
      const { code, stderr } = await place(
        design,
        out,
        "--method",
        "anneal",
        "--snap",
        snap,
        "--protocol",
        protocol,
      );
      assert.equal(code, 0, stderr);
      for (const [name, { left, bottom }] of assertKept(join(out, "best.def"))) {
        if (name === "f") continue;
        for (const at of [(left - startX) / pitchX, (bottom - startY) / pitchY])
          assert.ok(Math.abs(at - Math.round(at)) < 1e-6, `${snap} ${name} ${left} ${bottom}`);
      }
    }
});

test("--die lets macros leave the core, and named halos are kept on the side they are for", async () => {
  const out = join(makeFolder(), "run");
  const design = makeDesign(coreDesign(), TINY_LEF);
  const halo = ["--halo", "r0=0,6,0,1"];
  const { code, stderr } = await place(design, out, "--method", "greedy", "--die", ...halo);
  assert.equal(code, 0, stderr);
  const boxes = assertKept(join(out, "best.def"), { floor: { left: 0, bottom: 0, right: 100, top: 80 } });
  const { orientation, ...r0 } = boxes.get("r0")!;
  const isFlipped = orientation === "S" || orientation === "FS";
  const around = { ...r0, bottom: r0.bottom - (isFlipped ? 1 : 6), top: r0.top + (isFlipped ? 6 : 1) };
  for (const [name, box] of boxes) if (name !== "r0") assert.ok(!meet(around, box), name);
});

test("--halo keeps channels between all macros, and lets them touch the edge of the core", async () => {
  const [alongX, alongY] = [3, 2];
  // A small core, in which macros are pushed to the edge.
  const tight = `DESIGN tight ;\nUNITS DISTANCE MICRONS ${UNITS} ;\nDIEAREA ( 0 0 ) ${point(60, 40)} ;
ROW a core ${dbu(4)} ${dbu(4)} N DO 100 BY 1 STEP ${dbu(0.5)} 0 ;
ROW b core ${dbu(4)} ${dbu(28)} N DO 100 BY 1 STEP ${dbu(0.5)} 0 ;
COMPONENTS 3 ;\n- r0 RAM ;\n- r1 RAM ;\n- c ROT + FIXED ${point(5, 5)} N ;\nEND COMPONENTS
NETS 1 ;\n- n ( r0 Q ) ( r1 A ) ( c P ) ;\nEND NETS\nEND DESIGN\n`;
  const floor = { left: 4, bottom: 4, right: 54, top: 30 };
  for (const protocol of ["fd", "free"]) {
    const out = join(makeFolder(), "run");
    const halo = ["--halo", `${alongX},${alongY}`, "--protocol", protocol, "--seed", "2"];
    const { code, stdout, stderr } = await place(
      makeDesign(tight, TINY_LEF),
      out,
      "--method",
      "anneal",
      ...halo,
    );
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).legal, true);
    const boxes = boxesIn(join(out, "best.def"));
    assert.equal(boxes.size, 3);
    let atEdge = 0;
    for (const [name, box] of boxes) {
      const { left, bottom, right, top } = box;
      const grown = {
        left: left - alongX,
        bottom: bottom - alongY,
        right: right + alongX,
        top: top + alongY,
      };
      for (const [other, its] of boxes)
        if (other !== name) assert.ok(!meet(grown, its), `${name} and ${other}`);
      assert.ok(left >= floor.left && bottom >= floor.bottom && right <= floor.right && top <= floor.top);
      if (!(name === "c") && (grown.left < floor.left || grown.bottom < floor.bottom)) atEdge++;
      if (!(name === "c") && (grown.right > floor.right || grown.top > floor.top)) atEdge++;
    }
    assert.ok(atEdge > 0, "a halo lies over the edge");
  }
});

test("what has no room is refused with the macro's own size", async () => {
  const out = join(makeFolder(), "run");
  const narrow = coreDesign()
    .replace(/ROW b.*\n/, "")
    .replace(/ROW c.*\n/, "")
    .replace(/ROW ([ad]) core \d+ (\d+) (\S+) DO 160/g, `ROW $1 core ${dbu(12.5)} $2 $3 DO 30`);
  const small = await place(makeDesign(narrow, TINY_LEF), out, "--method", "greedy");
  assert.equal(small.code, 1);
  assert.match(
    small.stderr,
    /^ashlar: \S+top\.def: macro 'r0' is 20 x 10 µm, larger than the core, the bounds of the rows, of 15 x 58 µm; .*\(--die\)\n$/,
  );
  const unknown = await place(makeDesign(coreDesign(), TINY_LEF), out, "--halo", "nothing=1,1,1,1");
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /^ashlar: --halo: 'nothing' is no macro of/);
  const wide = await place(makeDesign(coreDesign(), TINY_LEF), out, "--halo", "40,40", "--method", "greedy");
  assert.equal(wide.code, 1);
  assert.match(
    wide.stderr,
    /'r0' and 'r2' fit neither beside nor above each other .* 20 x 10 µm with a halo of 40, 40, 40, 40 µm/,
  );
});

test("a macro that has room only without its halo on both sides lies with it over the edge", async () => {
  const edge = `DESIGN edge ;\nUNITS DISTANCE MICRONS ${UNITS} ;\nDIEAREA ( 0 0 ) ${point(22, 12)} ;
COMPONENTS 1 ;\n- r RAM + HALO ${[5, 4, 5, 4].map(dbu).join(" ")} ;\nEND COMPONENTS\nEND DESIGN\n`;
  for (const protocol of ["fd", "free"]) {
    const out = join(makeFolder(), "run");
    const { code, stdout, stderr } = await place(
      makeDesign(edge, TINY_LEF),
      out,
      ...["--method", "anneal", "--protocol", protocol],
    );
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).legal, true);
  }
});

test("eval and info say item by item why a design is not legal", async () => {
  const design = makeDesign(coreDesign(), TINY_LEF);
  const info = await ashlar("info", design, "--json");
  const { violations, design: described } = JSON.parse(info.stdout);
  // r2 sticks out of the core by 14 µm, and is beside the grid, too.
  assert.deepEqual(
    violations.map(({ kind, macro, by_um }: Record<string, unknown>) => ({ kind, macro, by_um })),
    [
      { kind: "core", macro: "r2", by_um: 14 },
      { kind: "grid", macro: "r2", by_um: 0.0015 },
    ],
  );
  assert.match(violations[0].message, /^macro 'r2' at \(60\.0015, 70\) N: sticks out of the core/);
  assert.deepEqual(described.core, CORE);
  assert.deepEqual(described.lattice, { name: "the manufacturing grid of 0.005 µm", x: 0.005, y: 0.005 });
  // Complete, so that it can be scored: r0 stands in the halo of the fixed RAM.
  const whole = coreDesign()
    .replace(/ROW [bc].*\n/g, "")
    .replace("- r0 RAM ;", `- r0 RAM + PLACED ${point(28, 30)} N ;`)
    .replace("- r1 RAM +", `- r1 RAM + PLACED ${point(20, 12)} N +`)
    .replace(/PLACED \( \d+ \d+ \) N ;\n- r3/, `PLACED ${point(70, 50)} N ;\n- r3`)
    .replace("- c ROT ;", `- c ROT + PLACED ${point(50, 55)} N ;`)
    .replace(/- (f\d) FF ;/g, (_, name) => `- ${name} FF + PLACED ${point(14, 20)} N ;`);
  const scored = await ashlar("eval", makeDesign(whole, TINY_LEF), "--json");
  assert.equal(scored.code, 0, scored.stderr);
  const score = JSON.parse(scored.stdout);
  assert.equal(score.legal, true, scored.stdout);
  assert.deepEqual(score.violations, []);
  const moved = whole.replace(point(28, 30), point(29, 30));
  const other = await ashlar("eval", makeDesign(moved, TINY_LEF));
  assert.match(other.stdout, /^legal +false$/m);
  assert.match(other.stdout, /^violations +1$/m);
  assert.match(
    other.stdout,
    /^macro 'r0' at \(29, 30\) N: stands in the halo of macro 'f' at \(50, 30\) N, by 1 µm$/m,
  );
});

test("macros that lie keep lying in Bookshelf, too", async () => {
  for (const method of ["anneal", "greedy", "mincut", "analytic", "refine", "random"]) {
    const out = join(makeFolder(), "run");
    const { code, stderr } = await place(writeTinySet(), out, "--method", method);
    assert.equal(code, 0, stderr);
    assert.match(readFileSync(join(out, "best.pl"), "utf8"), /^m\s.*: F?[EW]$/m, method);
  }
});
