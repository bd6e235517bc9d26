// Writes the example design of the tutorial: a small processor tile in an invented technology, as LEF and DEF.
// Nothing in it comes from a real library or chip.
//
//     node examples/design/make-design.mjs examples/design
//
// With a seed and a scale it writes another design: SCALE * SCALE times as many cells and macros on as much more area.
//
//     node examples/design/make-design.mjs FOLDER [SEED [SCALE]] [--cells 2] [--area 1.2]
//
// `--cells` is how many times as many cells there are, `--area` how many times as much area.
//
// Lengths in this file are µm; the DEF has 1000 database units per µm. The design has no clock net: clock trees are
// built after placement, and an ideal clock with hundreds of sinks would look like congestion.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { cells: { type: "string", default: "1" }, area: { type: "string", default: "1" } },
});
const [folder, seed = "2024", scale = "1"] = positionals;
if (folder === undefined)
  throw new Error("usage: node make-design.mjs FOLDER [SEED [SCALE]] [--cells FACTOR] [--area FACTOR]");
const SCALE = Number(scale);
const CELLS_FACTOR = Number(values.cells) * SCALE * SCALE;
const SIDE_FACTOR = Math.sqrt(Number(values.area)) * SCALE;
const SITE = 0.3;
const ROW = 3;
const DIE = {
  width: Math.round((159 * SIDE_FACTOR) / SITE) * SITE,
  height: Math.round((135 * SIDE_FACTOR) / ROW) * ROW,
};

/** Routing layers: name, preferred direction, pitch. */
const LAYERS = [
  ["m1", "HORIZONTAL", 0.3],
  ["m2", "VERTICAL", 0.3],
  ["m3", "HORIZONTAL", 0.3],
  ["m4", "VERTICAL", 0.3],
  ["m5", "HORIZONTAL", 0.6],
  ["m6", "VERTICAL", 0.6],
];
/** Standard cells: width in sites, pins. */
const CELLS = {
  INV: { sites: 2, inputs: ["A"], output: "Y" },
  NAND2: { sites: 3, inputs: ["A", "B"], output: "Y" },
  MUX2: { sites: 6, inputs: ["A", "B", "S"], output: "Y" },
  DFF: { sites: 10, inputs: ["D"], output: "Q" },
};
const MACROS = {
  DATA: { width: 36, height: 30, inputs: [...bits("A", 8), ...bits("D", 16)], outputs: bits("Q", 16) },
  TAG: { width: 21, height: 18, inputs: [...bits("A", 6), ...bits("D", 10)], outputs: bits("Q", 10) },
  PHY: { width: 24, height: 18, inputs: bits("D", 8), outputs: bits("Q", 8) },
};
/** Modules: number of cells, macros, and the modules that they read signals from. */
const MODULES = {
  fetch: { cells: 190, macros: [], reads: ["icache", "execute"] },
  icache: { cells: 120, macros: ["DATA", "DATA", "DATA", "DATA", "TAG"], reads: ["fetch"] },
  decode: { cells: 150, macros: [], reads: ["fetch"] },
  execute: { cells: 220, macros: [], reads: ["decode", "dcache"] },
  dcache: { cells: 140, macros: ["DATA", "DATA", "DATA", "TAG", "TAG", "PHY"], reads: ["execute"] },
};
/** Buses at the edges of the die: x, and the range of y that their pins are spread over. */
const BUSES = [
  { name: "ibus_in", module: "icache", input: true, x: 0, from: 0, to: 0.5 },
  { name: "ibus_out", module: "icache", input: false, x: 0, from: 0.5, to: 1 },
  { name: "dbus_in", module: "dcache", input: true, x: DIE.width, from: 0.2, to: 0.6 },
  { name: "dbus_out", module: "dcache", input: false, x: DIE.width, from: 0.6, to: 1 },
];
const BUS_WIDTH = 16;

function bits(name, count) {
  return Array.from({ length: count }, (_, i) => `${name}[${i}]`);
}

/** Database units of a length. */
function units(um) {
  return Math.round(um * 1000);
}

// ---- LEF -------------------------------------------------------------------------------------------------

function techLef() {
  const layers = LAYERS.map(
    ([name, direction, pitch]) => `LAYER ${name}
  TYPE ROUTING ; DIRECTION ${direction} ; PITCH ${pitch} ; WIDTH ${pitch / 2} ;
END ${name}
`,
  );
  return `VERSION 5.8 ;
UNITS
  DATABASE MICRONS 1000 ;
END UNITS
MANUFACTURINGGRID 0.005 ;
SITE core
  CLASS CORE ; SYMMETRY Y ; SIZE ${SITE} BY ${ROW} ;
END core
${layers.join("")}END LIBRARY
`;
}

function cellsLef() {
  const cells = Object.entries(CELLS).map(
    ([name, { sites, inputs, output }]) => `MACRO ${name}
  CLASS CORE ; ORIGIN 0 0 ; SIZE ${(sites * SITE).toFixed(1)} BY ${ROW} ; SYMMETRY X Y ; SITE core ;
${inputs.map((pin, i) => lefPin(pin, "INPUT", "m1", 0.1 + i * SITE, 0.6, 0.1)).join("")}${lefPin(output, "OUTPUT", "m1", 0.1, 1.8, 0.1)}END ${name}
`,
  );
  const macros = Object.entries(MACROS).map(([name, { width, height, inputs, outputs }]) => {
    /** Pins spread evenly over an edge. */
    const edge = (pins, direction, x) =>
      pins.map((pin, i) => lefPin(pin, direction, "m3", x, ((i + 1) * height) / (pins.length + 1), 0.2));
    const blocked = ["m1", "m2", "m3"].map((layer) => `    LAYER ${layer} ; RECT 0 0 ${width} ${height} ;\n`);
    return `MACRO ${name}
  CLASS BLOCK ; ORIGIN 0 0 ; SIZE ${width} BY ${height} ; SYMMETRY X Y ;
${edge(inputs, "INPUT", 0).join("")}${edge(outputs, "OUTPUT", width - 0.2).join("")}  OBS
${blocked.join("")}  END
END ${name}
`;
  });
  return `VERSION 5.8 ;\n${cells.join("")}${macros.join("")}END LIBRARY\n`;
}

function lefPin(name, direction, layer, x, y, size) {
  const corners = [x, y, x + size, y + size].map((value) => value.toFixed(3));
  return `  PIN ${name}
    DIRECTION ${direction} ; USE SIGNAL ;
    PORT
      LAYER ${layer} ; RECT ${corners.join(" ")} ;
    END
  END ${name}
`;
}

// ---- Netlist ---------------------------------------------------------------------------------------------

/** Components, the ports of the buses, and nets: each a list of [component, pin], the driver first. */
function makeNetlist() {
  const draw = makeDraw(Number(seed));
  const components = [];
  const nets = [];
  const ports = [];
  const signals = Object.fromEntries(Object.keys(MODULES).map((module) => [module, []]));
  const inputs = [];
  const addOutput = (module, owner, pin) => {
    const net = [[owner, pin]];
    nets.push(net);
    signals[module].push(net);
  };
  for (const [module, { cells: few, macros: once }] of Object.entries(MODULES)) {
    const cells = Math.round(few * CELLS_FACTOR);
    const macros = Array.from({ length: SCALE * SCALE }, () => once).flat();
    macros.forEach((master, i) => {
      const name = `${module}/${master.toLowerCase()}${i}`;
      components.push({ name, master });
      for (const pin of MACROS[master].outputs) addOutput(module, name, pin);
      for (const pin of MACROS[master].inputs)
        inputs.push({ module, pin: [name, pin], near: draw(1000) / 1000 });
    });
    for (let i = 0; i < cells; i++) {
      const name = `${module}/u${i}`;
      const master = ["NAND2", "DFF", "INV", "NAND2", "MUX2"][draw(5)];
      components.push({ name, master });
      addOutput(module, name, CELLS[master].output);
      for (const pin of CELLS[master].inputs) inputs.push({ module, pin: [name, pin], near: i / cells });
    }
  }
  for (const { name, module, input, x, from, to } of BUSES)
    bits(name, BUS_WIDTH).forEach((port, i) => {
      ports.push({ port, input, x, y: (from + ((i + 0.5) / BUS_WIDTH) * (to - from)) * DIE.height });
      if (input) addOutput(module, "PIN", port);
      else inputs.push({ module, pin: ["PIN", port], near: i / BUS_WIDTH });
    });
  // An input reads a signal. Four in five read one at about the same place in their own module's list, if possible one
  // that nothing reads yet; the others read any signal of a module that theirs reads.
  for (const { module, pin, near } of inputs) {
    const { reads } = MODULES[module];
    const own = draw(5) > 0;
    const from = signals[own ? module : reads[draw(reads.length)]];
    const first = Math.floor(near * from.length);
    const choice = own ? Array.from({ length: 24 }, (_, i) => from[(first + i) % from.length]) : from;
    const unread = own ? choice.find((net) => net.length === 1) : undefined;
    (unread ?? choice[draw(choice.length)]).push(pin);
  }
  return { components, ports, nets: nets.filter((net) => net.length > 1) };
}

/** Whole numbers below a limit from Lehmer's generator, multiplier 48271. */
function makeDraw(seed) {
  let state = seed;
  return (limit) => {
    state = (state * 48271) % 2147483647;
    return state % limit;
  };
}

// ---- DEF -------------------------------------------------------------------------------------------------

function designDef() {
  const { components, ports, nets } = makeNetlist();
  const rows = Array.from({ length: DIE.height / ROW }, (_, i) => {
    const orientation = i % 2 ? "FS" : "N";
    const sites = Math.round(DIE.width / SITE);
    return `ROW row${i} core 0 ${units(i * ROW)} ${orientation} DO ${sites} BY 1 STEP ${units(SITE)} 0 ;`;
  });
  const tracks = LAYERS.map(([name, direction, pitch]) => {
    const [axis, side] = direction === "HORIZONTAL" ? ["Y", DIE.height] : ["X", DIE.width];
    return `TRACKS ${axis} ${units(pitch / 2)} DO ${Math.floor(side / pitch)} STEP ${units(pitch)} LAYER ${name} ;`;
  });
  let fixed = 0;
  const placements = components.map(({ name, master }) => {
    if (master in CELLS) return `- ${name} ${master} ;`;
    if (master === "PHY") {
      fixed++;
      return `- ${name} ${master} + FIXED ( ${units(DIE.width - fixed * MACROS.PHY.width)} 0 ) N ;`;
    }
    return `- ${name} ${master} + HALO 1500 1500 1500 1500 ;`;
  });
  const netOfPort = new Map(
    nets.flatMap((net, i) => net.filter(([owner]) => owner === "PIN").map(([, port]) => [port, `n${i}`])),
  );
  const pins = ports.map(
    ({ port, input, x, y }) =>
      `- ${port} + NET ${netOfPort.get(port)} + DIRECTION ${input ? "INPUT" : "OUTPUT"} + USE SIGNAL
  + LAYER m3 ( -100 -100 ) ( 100 100 ) + PLACED ( ${units(x)} ${units(y)} ) N ;`,
  );
  const wires = nets.map(
    (net, i) => `- n${i} ${net.map(([owner, pin]) => `( ${owner} ${pin} )`).join(" ")} ;`,
  );
  return `VERSION 5.8 ;
DIVIDERCHAR "/" ;
BUSBITCHARS "[]" ;
DESIGN tile ;
UNITS DISTANCE MICRONS 1000 ;
DIEAREA ( 0 0 ) ( ${units(DIE.width)} ${units(DIE.height)} ) ;
${rows.join("\n")}
${tracks.join("\n")}
COMPONENTS ${placements.length} ;
${placements.join("\n")}
END COMPONENTS
PINS ${pins.length} ;
${pins.join("\n")}
END PINS
NETS ${wires.length} ;
${wires.join("\n")}
END NETS
END DESIGN
`;
}

mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "tech.lef"), techLef());
writeFileSync(join(folder, "cells.lef"), cellsLef());
writeFileSync(join(folder, "tile.def"), designDef());
