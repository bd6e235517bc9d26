// `--turn`: macros are turned by 90° where LEF allows it, and every file that a run writes has them where they lie.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runCli, runJson } from "../support/command.js";
import { assertLegalDef } from "../support/def-checker.js";
import { makeFolder } from "../support/temp-folder.js";
import { makeDesign, TINY_LEF } from "../unit/netlist/formats/lefdef/tiny-design.js";

const UNITS = 1000;
const MACROS = 6;
/** µm, left, bottom, right, top, in orientation N. */
const HALO = [0.5, 1, 1.5, 2] as const;

/** Six ROT of 8 x 4 µm (SYMMETRY X Y R90) with uneven halos, and two RAM of 20 x 10 µm (X Y), one of which lies. */
function turnDesign(): string {
  const halo = HALO.map((side) => side * UNITS).join(" ");
  const rots = Array.from({ length: MACROS }, (_, i) => `- c${i} ROT + HALO ${halo} ;`);
  const flops = Array.from({ length: MACROS }, (_, i) => `- f${i} FF ;`);
  const nets = Array.from(
    { length: MACROS },
    (_, i) => `- n${i} ( c${i} P ) ( c${(i + 1) % MACROS} P ) ( f${i} D ) ;`,
  );
  return `VERSION 5.8 ;
DESIGN turns ;
UNITS DISTANCE MICRONS ${UNITS} ;
DIEAREA ( 0 0 ) ( 60000 60000 ) ;
ROW a core 2000 2000 N DO 112 BY 1 STEP 500 0 ;
ROW b core 2000 56000 N DO 112 BY 1 STEP 500 0 ;
COMPONENTS ${2 * MACROS + 2} ;
${rots.join("\n")}
- r0 RAM ;
- r1 RAM + PLACED ( 40000 20000 ) E ;
${flops.join("\n")}
END COMPONENTS
NETS ${MACROS + 1} ;
${nets.join("\n")}
- m ( r0 Q ) ( r1 A ) ;
END NETS
END DESIGN
`;
}

/** Name, corner in µm and orientation of every macro of a DEF. */
function macrosOf(def: string): Map<string, { x: number; y: number; orientation: string }> {
  const found = new Map<string, { x: number; y: number; orientation: string }>();
  for (const [, name, x, y, orientation] of readFileSync(def, "utf8").matchAll(
    /^- ([cr]\d) \w+ \+ PLACED \( (-?\d+) (-?\d+) \) (\w+)/gm,
  ))
    found.set(name!, { x: Number(x) / UNITS, y: Number(y) / UNITS, orientation: orientation! });
  return found;
}

const lies = (orientation: string) => /^F?[EW]$/.test(orientation);
const OPENROAD: Record<string, string> = {
  ...{ N: "R0", S: "R180", FN: "MY", FS: "MX" },
  ...{ E: "R270", W: "R90", FE: "MYR90", FW: "MXR90" },
};

for (const { method, protocol } of [
  { method: "anneal", protocol: "free" },
  { method: "refine", protocol: "fd" },
])
  test(`${method} turns macros of SYMMETRY R90 under protocol ${protocol}, and no others`, (t) => {
    const design = makeDesign(turnDesign(), TINY_LEF);
    const out = join(makeFolder(), "run");
    const asked = ["--method", method, "--protocol", protocol, "--iterations", "12", "--workers", "1"];
    const { legal, violations } = runJson(
      "place",
      design,
      ...asked,
      "--turn",
      "--out",
      out,
      "--json",
      "--quiet",
    );
    assert.deepEqual([legal, violations], [true, 0]);
    const macros = macrosOf(join(out, "best.def"));
    assert.equal(macros.size, MACROS + 2);
    const turned = [...macros].filter(([name, { orientation }]) => name.startsWith("c") && lies(orientation));
    assert.ok(turned.length > 0);
    assert.ok(!lies(macros.get("r0")!.orientation));
    assert.ok(lies(macros.get("r1")!.orientation));
    const tcl = readFileSync(join(out, "best.tcl"), "utf8");
    for (const [name, { x, y, orientation }] of macros)
      assert.ok(
        tcl.includes(`{${name}} -location {${x} ${y}} -orientation ${OPENROAD[orientation]}\n`),
        `${name} ${x} ${y} ${orientation}: ${tcl}`,
      );
    // The picture shows boxes of 4 x 8 µm for those that lie.
    const boxes = [
      ...readFileSync(join(out, "best.svg"), "utf8").matchAll(/width="([\d.]+)" height="([\d.]+)"/g),
    ];
    const ratio = (of: number) =>
      boxes.filter(([, w, h]) => Math.abs(Number(w) / Number(h) - of) < 0.02).length;
    assert.ok(
      ratio(0.5) >= turned.length,
      `${ratio(0.5)} boxes as high as wide twice, ${turned.length} turned`,
    );
    // Other formats, read again: the same boxes and orientations.
    const cost = Number(runJson("eval", out, "--json").proxy_cost);
    assert.equal(runCli("convert", out, join(out, "x.pl"), "--quiet").code, 0);
    const netlist = join(out, "netlist.pb.txt");
    const again = runJson("eval", netlist, "--placement", join(out, "best.plc"), "--json");
    assert.ok(
      again.legal && Math.abs(Number(again.proxy_cost) - cost) < 1e-6,
      `${again.proxy_cost}, not ${cost}`,
    );
    const pl = readFileSync(join(out, "x.pl"), "utf8");
    for (const [name, { orientation }] of macros)
      assert.match(pl, new RegExp(`^${name}\\s+\\S+\\s+\\S+\\s*:\\s*${orientation}\\b`, "m"));
    assertLegalDef(out, TINY_LEF, t);
  });

test("--turn is refused where nothing would come of it", () => {
  const design = makeDesign(turnDesign(), TINY_LEF);
  const refused = (...more: string[]) => {
    const { code, stderr } = runCli("place", design, "--turn", "--iterations", "1", ...more);
    assert.equal(code, 1, stderr);
    return stderr;
  };
  assert.match(
    refused("--method", "greedy"),
    /--turn: method 'greedy' does not turn macros under protocol fd; these do: anneal \(protocol free\), refine \(protocol fd or es\), pipeline \(protocol free\)/,
  );
  assert.match(refused("--method", "anneal"), /does not turn macros under protocol fd/);
  assert.match(
    refused("--method", "refine", "--snap", "row"),
    /steps of 0\.5 and 2 µm in x and y differ; use --snap manufacturing/,
  );
});

test("without --turn macros keep their sides; with it, a design without R90 says that none may be turned", () => {
  const design = makeDesign(turnDesign(), TINY_LEF.replace("SYMMETRY X Y R90", "SYMMETRY X Y"));
  const out = join(makeFolder(), "run");
  const quick = ["--method", "anneal", "--protocol", "free", "--iterations", "4", "--workers", "1"];
  const { code, stderr } = runCli("place", design, ...quick, "--turn", "--out", out);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /no macro may be turned by 90°/);
  for (const [name, { orientation }] of macrosOf(join(out, "best.def")))
    assert.equal(lies(orientation), name === "r1", name);
  const plain = join(makeFolder(), "run");
  const r90 = makeDesign(turnDesign(), TINY_LEF);
  assert.equal(runCli("place", r90, ...quick, "--quiet", "--out", plain).code, 0);
  for (const [name, { orientation }] of macrosOf(join(plain, "best.def")))
    assert.equal(lies(orientation), name === "r1", name);
});

/** Two RAM of 20 x 10 µm in a core of 15 x 58 µm. */
function narrowDesign(): string {
  const rows = Array.from(
    { length: 29 },
    (_, i) => `ROW r${i} core 500 ${500 + 2000 * i} N DO 30 BY 1 STEP 500 0 ;`,
  );
  return `VERSION 5.8 ;
DESIGN narrow ;
UNITS DISTANCE MICRONS ${UNITS} ;
DIEAREA ( 0 0 ) ( 16000 60000 ) ;
${rows.join("\n")}
COMPONENTS 4 ;
- r0 RAM ;
- r1 RAM ;
- f0 FF ;
- f1 FF ;
END COMPONENTS
NETS 2 ;
- a ( r0 Q ) ( r1 A ) ( f0 D ) ;
- b ( r0 A ) ( f1 D ) ;
END NETS
END DESIGN
`;
}

test("macros that fit into the core only when turned lie with --turn, and are refused with what to do without it", () => {
  const turning = TINY_LEF.replace("SYMMETRY X Y ;", "SYMMETRY X Y R90 ;");
  const design = makeDesign(narrowDesign(), turning);
  const place = (path: string, ...more: string[]) =>
    runCli(
      "place",
      path,
      "--iterations",
      "6",
      "--workers",
      "1",
      "--quiet",
      "--out",
      join(makeFolder(), "run"),
      ...more,
    );
  assert.match(
    place(design).stderr,
    /^ashlar: narrow: macro 'r0' is 20 x 10 µm and fits into the core of 15 x 58 µm only when turned by 90°; use --turn, .*\n$/,
  );
  for (const how of [
    ["--method", "refine"],
    ["--protocol", "free"],
  ]) {
    const out = join(makeFolder(), "run");
    const result = place(design, "--turn", "--method", "anneal", ...how, "--out", out);
    assert.equal(result.code, 0, result.stderr);
    for (const [name, { orientation }] of macrosOf(join(out, "best.def"))) assert.ok(lies(orientation), name);
    const { legal, violations, proxy_cost } = runJson("eval", out, "--json");
    const summary = JSON.parse(readFileSync(join(out, "summary.json"), "utf8")) as Record<string, unknown>;
    assert.deepEqual([legal, violations, proxy_cost], [true, [], summary.proxy_cost]);
  }
  const upright = makeDesign(narrowDesign(), TINY_LEF);
  assert.match(
    place(upright, "--turn", "--method", "refine").stderr,
    /macro 'r0' is 20 x 10 µm, larger than the core, .* of 15 x 58 µm; give master 'RAM' SYMMETRY R90 and use --turn, add rows/,
  );
});

test("a macro of a flat Bookshelf set that fits only when turned is placed so, too", () => {
  const folder = makeFolder();
  const set = (name: string, text: string) => writeFileSync(join(folder, `t.${name}`), text);
  set("aux", "RowBasedPlacement : t.nodes t.nets t.wts t.pl t.scl\n");
  set("nodes", "UCLA nodes 1.0\nNumNodes : 4\nNumTerminals : 0\nM 30 10\nN 8 8\nc0 2 2\nc1 2 2\n");
  set(
    "nets",
    "UCLA nets 1.0\nNumNets : 1\nNumPins : 4\nNetDegree : 4\nM I : 5 1\nN O : 0 0\nc0 I : 0 0\nc1 I : 0 0\n",
  );
  set("wts", "UCLA wts 1.0\n");
  set("pl", "UCLA pl 1.0\nM 0 0 : N\nN 0 0 : N\nc0 0 0 : N\nc1 0 0 : N\n");
  const row = (y: number) =>
    `CoreRow Horizontal\nCoordinate : ${y}\nHeight : 2\nSitewidth : 1\nSitespacing : 1\nSiteorient : N\nSitesymmetry : Y\nSubrowOrigin : 0 NumSites : 20\nEnd\n`;
  set("scl", `UCLA scl 1.0\nNumRows : 25\n${Array.from({ length: 25 }, (_, i) => row(2 * i)).join("")}`);
  const block = join(folder, "t.aux");
  const quick = [
    "--method",
    "anneal",
    "--protocol",
    "free",
    "--iterations",
    "6",
    "--workers",
    "1",
    "--quiet",
  ];
  const refused = runCli("place", block, ...quick, "--out", join(folder, "no"));
  assert.match(
    refused.stderr,
    /macro 'M' is 30 x 10 µm and fits into the canvas of 20 x 50 µm only when turned/,
  );
  const out = join(folder, "run");
  const done = runJson("place", block, ...quick, "--turn", "--out", out, "--json");
  assert.equal(done.legal, true);
  assert.match(readFileSync(join(out, "best.pl"), "utf8"), /^M\s.*: F?[EW]$/m);
  const again = runJson("eval", block, "--placement", join(out, "best.pl"), "--json");
  assert.deepEqual([again.legal, again.violations], [true, []]);
});

test("blocks of other formats turn on request, too", () => {
  const folder = makeFolder();
  const block = join(folder, "block");
  assert.equal(runCli("generate", "--macros", "8", "--soft-macros", "20", "--out", block).code, 0);
  const out = join(folder, "run");
  const quick = ["--method", "anneal", "--protocol", "free", "--iterations", "12", "--workers", "1"];
  const { legal, proxy_cost } = runJson(
    "place",
    block,
    ...quick,
    "--turn",
    "--out",
    out,
    "--json",
    "--quiet",
  );
  assert.equal(legal, true);
  const sideways = readFileSync(join(out, "best.plc"), "utf8").match(/^\d+ \S+ \S+ F?[EW] 0$/gm) ?? [];
  assert.ok(sideways.length > 0);
  const again = runJson("eval", block, "--placement", join(out, "best.plc"), "--json");
  assert.ok(again.legal);
  assert.ok(Math.abs(Number(again.proxy_cost) - Number(proxy_cost)) < 1e-6);
});
