import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_ROUTING, loadBlock, loadDef, NodeKind, readLef } from "../../../../../netlist/index.js";
import { makeFile, makeFolder } from "../../tiny-files.js";
import { COMPONENTS, HEADER, loadTiny, makeDesign, NETS, PINS, TINY_DEF, TINY_LEF } from "./tiny-design.js";

test("components and pins become nodes in µm from the die's corner: ports, hard macros, cells", async () => {
  const { block } = await loadTiny();
  assert.deepEqual(block.nodeNames, ["in", "out", "mem/a[0]", "mem/b", "c", "ff"]);
  const { Port, HardMacro, StandardCell } = NodeKind;
  assert.deepEqual([...block.kinds], [Port, Port, HardMacro, HardMacro, HardMacro, StandardCell]);
  assert.deepEqual(block.canvas, { width: 100, height: 60 });
  // mem/a[0] at (20, 30) - (10, 20), half of 20 x 10 further.
  assert.deepEqual([block.initial.xs[2], block.initial.ys[2], block.initial.orientations[2]], [20, 15, 1]);
  assert.deepEqual([block.initial.xs[0]!.toFixed(6), block.initial.ys[0]], ["0.200000", 30]);
  assert.ok(Number.isNaN(block.initial.xs[4]!));
  assert.deepEqual([...block.fixed], [1, 1, 0, 1, 0, 0]);
});

test("components as large as macros that are not of CLASS BLOCK are noted while they have no place", async () => {
  const master = (name: string, statement: string) =>
    `MACRO ${name}\n${statement} SIZE 20 BY 10 ;\nEND ${name}\n`;
  const lef = TINY_LEF.replace(
    "END LIBRARY",
    master("BARE", "") +
      master("SLOW", "CLASS CORE ;") +
      master("SOFT", "CLASS BLOCK SOFT ;") +
      master("BLACK", "CLASS BLOCK BLACKBOX ;") +
      master("OVER", "CLASS COVER ;") +
      "END LIBRARY",
  );
  const components = COMPONENTS.replace("COMPONENTS 4", "COMPONENTS 10").replace(
    "END COMPONENTS",
    "- a BARE ;\n- b BARE ;\n- d SLOW ;\n- e SOFT ;\n- f BLACK ;\n- g OVER ;\nEND COMPONENTS",
  );
  const def = TINY_DEF.replace(COMPONENTS, components);
  const { block, notes } = await loadTiny(def, {}, lef);
  const kind = (name: string) => block.kinds[block.nodeNames.indexOf(name)];
  assert.deepEqual([kind("a"), kind("e"), kind("f")], [NodeKind.StandardCell, 0, 0]);
  const note = notes.find((text) => text.includes("as large as macros")) ?? "none";
  assert.match(
    note,
    /: 3 unplaced components .* not of CLASS BLOCK: 2 of 'BARE' \(no CLASS, .*tiny\.lef:\d+\), 'SLOW' \(CLASS CORE, /,
  );
  assert.ok(!/SOFT|BLACK|OVER/.test(note));
  const placed = await loadTiny(
    def.replace(/- (a BARE|b BARE|d SLOW) ;/g, "- $1 + FIXED ( 10000 20000 ) N ;"),
    {},
    lef,
  );
  assert.deepEqual(
    placed.notes.filter((text) => text.includes("as large as macros")),
    [],
  );
  const small = await loadTiny(TINY_DEF);
  assert.deepEqual(
    small.notes.filter((text) => text.includes("as large as macros")),
    [],
  );
});

test("a component of CLASS COVER takes no area, and its pins are where it is", async () => {
  const lef = TINY_LEF.replace(
    "END LIBRARY",
    "MACRO BUMP\nCLASS COVER BUMP ; SIZE 30 BY 20 ;\nPIN P PORT LAYER m1 ; RECT 0 0 10 10 ; END END P\nEND BUMP\nEND LIBRARY",
  );
  const components = COMPONENTS.replace("COMPONENTS 4", "COMPONENTS 5").replace(
    "END COMPONENTS",
    "- g BUMP + COVER ( 20000 30000 ) N ;\nEND COMPONENTS",
  );
  const nets = NETS.replace("- lone ( mem/b Q )", "- lone ( mem/b Q ) ( g P )");
  const { block } = await loadTiny(TINY_DEF.replace(COMPONENTS, components).replace(NETS, nets), {}, lef);
  const node = block.nodeNames.indexOf("g");
  assert.deepEqual([block.widths[node], block.heights[node], block.fixed[node]], [0, 0, 1]);
  assert.deepEqual([block.initial.xs[node], block.initial.ys[node]], [25, 20]);
  const pin = block.pinNames.indexOf("g/P");
  assert.deepEqual([block.pinXOffsets[pin], block.pinYOffsets[pin]], [-10, -5]);
});

test("nets have their driver first and their weight; nets of one pin are left out", async () => {
  const { block, notes } = await loadTiny();
  const net = (n: number) =>
    Array.from(
      block.netPins.subarray(block.netStarts[n], block.netStarts[n + 1]),
      (pin) => block.pinNames[pin],
    );
  assert.equal(block.netCount, 3);
  assert.deepEqual(net(0), ["in", "mem/a[0]/A"]);
  assert.deepEqual(net(1), ["mem/a[0]/Q", "ff/D", "mem/b/A"]);
  assert.deepEqual(net(2), ["ff/O", "out", "c/P"]);
  assert.deepEqual([...block.netWeights], [3, 1, 1]);
  assert.match(notes.join("\n"), /1 nets of fewer than two pins are left out/);
});

test("pins of a node stand together, with their offsets from LEF", async () => {
  const { block } = await loadTiny();
  assert.deepEqual(
    [...block.pinNodes],
    [...block.pinNodes].sort((a, b) => a - b),
  );
  const pin = block.pinNames.indexOf("mem/a[0]/A");
  assert.deepEqual([block.pinXOffsets[pin], block.pinYOffsets[pin]], [-9.8, -3.9]);
  // As in the text format: a macro, then its pins. in, out, mem/a[0], its two, mem/b, its one, c, its one, ff.
  assert.deepEqual([...block.fileIndices], [0, 1, 2, 5, 7, 9]);
});

test("a sideways macro has its box turned around its lower-left corner", async () => {
  const { block } = await loadTiny(TINY_DEF.replace("- c ROT ;", "- c ROT + PLACED ( 30000 40000 ) W ;"));
  // 8 x 4 turned is 4 x 8: centre at (30 + 2, 40 + 4) from (10, 20).
  assert.deepEqual([block.initial.xs[4], block.initial.ys[4], block.initial.orientations[4]], [22, 24, 6]);
});

test("a polygon die blocks the rest of its bounds, hard blockages block, soft ones do not", async () => {
  const die =
    "DIEAREA ( 10000 20000 ) ( 10000 80000 ) ( 60000 80000 ) ( 60000 50000 ) ( 110000 50000 ) ( 110000 20000 ) ;";
  const { block } = await loadTiny(
    TINY_DEF.replace(/DIEAREA.*;/, die).replace(
      "END DESIGN",
      "BLOCKAGES 2 ;\n- PLACEMENT RECT ( 12000 22000 ) ( 13000 24000 ) ;\n- PLACEMENT + SOFT RECT ( 20000 20000 ) ( 90000 30000 ) ;\nEND BLOCKAGES\nEND DESIGN",
    ),
  );
  assert.deepEqual(block.canvas, { width: 100, height: 60 });
  assert.deepEqual(block.blockages, [
    { left: 50, bottom: 30, right: 100, top: 60, rate: 1 },
    { left: 2, bottom: 2, right: 3, top: 4, rate: 1 },
  ]);
});

test("routing resources are the tracks on the die per µm, and what macros' obstructions take of them", async () => {
  const { block } = await loadTiny();
  // m1, horizontal: 120 tracks in 60 µm. m2, vertical: 400 in 100 µm. RAMs (200 µm² each) are covered on m1 wholly, on
  // m2 by half; ROT (32 µm²) not at all.
  const share = 400 / 432;
  assert.equal(block.routing.horizontal, 2);
  assert.equal(block.routing.vertical, 4);
  assert.ok(Math.abs(block.routing.horizontalUsedByMacros - 2 * share) < 1e-12);
  assert.ok(Math.abs(block.routing.verticalUsedByMacros - 2 * share) < 1e-12);
});

test("tracks beyond the die and tracks that come twice do not count; without tracks the pitch does", async () => {
  const beyond = await loadTiny(
    TINY_DEF.replace(
      /TRACKS Y.*;/,
      "TRACKS Y 250 DO 1200 STEP 500 LAYER m1 ;\nTRACKS Y 250 DO 1200 STEP 500 LAYER m1 ;",
    ),
  );
  assert.equal(beyond.block.routing.horizontal, 2);
  const bare = await loadTiny(TINY_DEF.replace(/TRACKS.*;\n/g, ""));
  assert.deepEqual([bare.block.routing.horizontal, bare.block.routing.vertical], [2, 4]);
  const none = await loadTiny(
    TINY_DEF.replace(/TRACKS.*;\n/g, ""),
    {},
    TINY_LEF.replace(/DIRECTION (HORIZONTAL|VERTICAL) ;/g, ""),
  );
  assert.deepEqual(none.block.routing, DEFAULT_ROUTING);
  assert.match(none.notes.join("\n"), /default routing resources are used/);
});

test("LEF files beside the design are found, technology first, others must be given", async () => {
  const path = makeDesign();
  assert.equal((await loadBlock(path)).nodeCount, 6);
  const lonely = makeFile("top.def", TINY_DEF);
  await assert.rejects(
    loadBlock(lonely),
    /top\.def: sizes of components are needed, and there is no LEF file beside it; put them there, or give them: --lef/,
  );
  const folder = makeFolder();
  const lef = makeFile("cells.lef", TINY_LEF, folder);
  assert.equal((await loadBlock(lonely, { def: { lef: [lef] } })).nodeCount, 6);
  assert.equal((await loadBlock(lonely, { def: { lef: [folder] } })).nodeCount, 6);
  await assert.rejects(
    loadBlock(lonely, { def: { lef: ["missing.lef"] } }),
    /--lef: 'missing\.lef': no such file/,
  );
});

test("fixed macros can be freed, halos given to those without one", async () => {
  const { block, design } = await loadTiny(TINY_DEF, {
    freeFixed: true,
    halos: [{ left: 1, bottom: 2, right: 1, top: 2 }],
  });
  assert.equal(block.fixed[3], 0);
  assert.deepEqual(design.components.halos.get(0), { left: 1000, bottom: 2000, right: 3000, top: 4000 });
  assert.deepEqual(design.components.halos.get(1), { left: 1000, bottom: 2000, right: 1000, top: 2000 });
  assert.equal(design.components.halos.get(3), undefined);
});

test("a fixed macro's halo that finds no room beside the other macros does not make the grid coarse", async () => {
  const plain = await loadTiny();
  const halos = [{ name: "mem/b", left: 70, bottom: 40, right: 70, top: 40 }];
  const { block, design } = await loadTiny(TINY_DEF, { halos });
  assert.equal(design.components.halos.get(1)?.left, 70_000);
  assert.deepEqual(block.grid, plain.block.grid);
});

test("the orientation that a macro already has is allowed beside those of SYMMETRY", async () => {
  const { allowed } = await loadTiny(TINY_DEF.replace(") FN", ") E"));
  assert.deepEqual(allowed[2], [0, 1, 2, 3, 4]);
  assert.deepEqual(allowed[3], [0, 1, 2, 3]);
  assert.equal(allowed[4]!.length, 8);
});

test("masters and pins that LEF does not have are told with the design's line", async () => {
  await assert.rejects(
    loadTiny(TINY_DEF.replace("- c ROT", "- c ROM")),
    /top\.def:14: component 'c' is of master 'ROM', which none of the LEF files defines; put the LEF file/,
  );
  await assert.rejects(
    loadTiny(TINY_DEF.replace("( ff D )", "( ff X )")),
    /top\.def:\d+: net 'n2' connects pin 'X' of component 'ff', which its master 'FF' \(.*tiny\.lef:\d+\) does not have/,
  );
  await assert.rejects(
    loadTiny(TINY_DEF.replace("( PIN in )", "( PIN on )")),
    /net 'n1' connects '\( PIN on \)', which PINS does not list/,
  );
  await assert.rejects(
    loadTiny(TINY_DEF.replace("( PIN out )", "( PIN in )")),
    /top\.def:\d+: net 'n3' connects '\( PIN in \)', which net 'n1' of line \d+ connects already/,
  );
  await assert.rejects(
    loadTiny(`${HEADER.replace(/DIEAREA.*;\n/, "")}${COMPONENTS}${PINS}${NETS}END DESIGN\n`),
    /no DIEAREA statement/,
  );
});

test("a region that is named and not listed is told once", async () => {
  const named = TINY_DEF.replace("- c ROT", "- c ROT + REGION core").replace(
    "END DESIGN",
    "GROUPS 2 ;\n- g mem/* + REGION core ;\n- h ff ;\nEND GROUPS\nEND DESIGN",
  );
  const notes = async (text: string) =>
    (await loadTiny(text)).notes
      .filter((note) => /REGIONS/.test(note))
      .map((note) => note.replace(/.*\//, ""));
  assert.deepEqual(await notes(named), [
    "top.def: REGIONS does not list 'core', which keeps none of its members anywhere",
  ]);
  const listed = "REGIONS 1 ;\n- core ( 10000 20000 ) ( 60000 60000 ) ;\nEND REGIONS\nGROUPS 2";
  assert.deepEqual(await notes(named.replace("GROUPS 2", listed)), []);
});

test("two files of one library read as one", async () => {
  const [tech, cells] = TINY_LEF.split(/(?=MACRO RAM)/) as [string, string];
  const split = await readLef([makeFile("cells.lef", cells), makeFile("tech.lef", tech)]);
  assert.equal(split.masters.size, 3);
  assert.equal(split.layers.length, 2);
  const loaded = await loadDef(makeDesign(), { defaultRouting: DEFAULT_ROUTING });
  assert.deepEqual([...split.masters.keys()], [...loaded.library.masters.keys()]);
});
