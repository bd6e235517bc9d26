// Layers, tracks and obstructions for the global router, from LEF and DEF; and which cells are registers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CELL_TRACKS, registersOf, routingSupplyOf, USABLE_TRACKS } from "../../../../../netlist/index.js";
import { loadTiny, TINY_DEF, TINY_LEF } from "./tiny-design.js";

const LEF = TINY_LEF.replace(
  "VIA via1",
  `LAYER m3
  TYPE ROUTING ; DIRECTION HORIZONTAL ; PITCH 0.8 ; WIDTH 0.2 ;
END m3
VIA via1`,
);

test("layers bottom up: tracks of the DEF file, else by the pitch; macros block what they obstruct", async () => {
  const supply = routingSupplyOf(await loadTiny(TINY_DEF, {}, LEF));
  assert.deepEqual(
    supply.layers.map(({ name, isHorizontal }) => [name, isHorizontal]),
    [
      ["m1", true],
      ["m2", false],
      ["m3", true],
    ],
  );
  // 120 tracks on 60 µm, 400 on 100 µm, and none in the file for m3.
  assert.deepEqual(
    supply.layers.map(({ tracks }) => tracks),
    [2, 4, 1.25],
  );
  assert.deepEqual([supply.cellWidth, supply.usable], [CELL_TRACKS * 0.8, USABLE_TRACKS]);
  // mem/a[0] is a RAM: all of m1, half of m2. c is a ROT without obstructions: the lowest four layers.
  assert.deepEqual(
    [0, 1, 2].map((layer) => supply.blockedBy(2, layer)),
    [1, 0.5, 0],
  );
  assert.deepEqual(
    [0, 1, 2].map((layer) => supply.blockedBy(4, layer)),
    [1, 1, 1],
  );
});

test("routing blockages are read in µm; those of fills and of unknown layers are not", async () => {
  const blockages = `BLOCKAGES 4 ;
- LAYER m2 RECT ( 20000 30000 ) ( 30000 40000 ) RECT ( 40000 30000 ) ( 50000 40000 ) ;
- LAYER m3 + FILLS RECT ( 20000 30000 ) ( 30000 40000 ) ;
- LAYER gone RECT ( 20000 30000 ) ( 30000 40000 ) ;
- PLACEMENT RECT ( 20000 30000 ) ( 30000 40000 ) ;
END BLOCKAGES
`;
  const def = TINY_DEF.replace("COMPONENTS", `${blockages}COMPONENTS`);
  const supply = routingSupplyOf(await loadTiny(def, {}, LEF));
  assert.deepEqual(supply.blockages, [
    { rectangle: { left: 10, bottom: 10, right: 20, top: 20 }, layer: 1, share: 1 },
    { rectangle: { left: 30, bottom: 10, right: 40, top: 20 }, layer: 1, share: 1 },
  ]);
});

test("with fewer layers than wires of both directions need, tracks are assumed from the rows", async () => {
  const supply = routingSupplyOf(await loadTiny());
  assert.match(supply.source, /^assumed: 8 layers, 10 tracks to a row$/);
  assert.deepEqual([supply.layers.length, supply.cellWidth], [8, 3]);
  assert.deepEqual(
    [3, 4].map((layer) => supply.blockedBy(2, layer)),
    [1, 0],
  );
});

test("registers are told by the names of masters", async () => {
  const namesOf = async (master: string) => {
    const loaded = await loadTiny(
      TINY_DEF.replace("ff FF", `ff ${master}`),
      {},
      TINY_LEF.replaceAll("FF", master),
    );
    const registers = registersOf(loaded);
    return registers && loaded.block.nodeNames.filter((_, node) => registers[node]);
  };
  for (const name of [
    "DFF_X1",
    "SDFFR_X2",
    "DLH_X1",
    "ASYNC_DFFHx1",
    "DHLx1_75t_R",
    "sky130_fd_sc_hd__dfxtp_1",
  ])
    assert.deepEqual(await namesOf(name), ["ff"], name);
  for (const name of [
    "sky130_fd_sc_hd__dlxtp_1",
    "sky130_fd_sc_hd__edfxtp_1",
    "SDFRPQD1BWP",
    "FF",
    "TLAT_X1",
  ])
    assert.deepEqual(await namesOf(name), ["ff"], name);
  for (const name of ["INV_X1", "CLKGATE_X1", "DLY4_X1", "sky130_fd_sc_hd__dlclkp_1", "FILLCELL_X1"])
    assert.equal(await namesOf(name), undefined, name);
});
