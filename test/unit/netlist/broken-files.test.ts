// Broken input of every kind: each must end in one line that says where, what was found and what was expected.
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { namesIn } from "../../../netlist/files.js";
import { loadBlock } from "../../../netlist/formats/load-block.js";
import { readPbNetlist } from "../../../netlist/formats/pb/pb-netlist-reader.js";
import { readPlc } from "../../../netlist/formats/plc/plc.js";
import { InputError } from "../../../netlist/input-error.js";
import { makeFile, makeFolder, node, TINY } from "./tiny-files.js";

/** Runs `load` and holds its error to the rules; `pattern` is what it must say after the file's name. */
async function refuses(load: () => Promise<unknown>, file: string, pattern: RegExp): Promise<void> {
  await assert.rejects(load, (error: Error) => {
    assert.ok(error instanceof InputError, `${error.stack}`);
    assert.ok(error.message.includes(file), `'${error.message}' does not name ${file}`);
    assert.doesNotMatch(error.message, /[\r\n]/);
    assert.ok(error.message.length <= 1100, `${error.message.length} characters`);
    const said = error.message.slice(error.message.indexOf(file) + file.length);
    assert.match(said, pattern);
    return true;
  });
}

const PORT = { type: "PORT", x: 0, y: 0 };
const macro = (attributes: Record<string, string | number>) =>
  node("M", { type: "MACRO", width: 1, height: 1, ...attributes });
const garbage = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 197 + (i >> 3) * 31) % 256));

describe("broken netlists", () => {
  const cases: [name: string, content: string | Uint8Array, says: RegExp][] = [
    ["an empty file", "", /^:1: no node found; .*'node \{ … \}'/],
    ["a file of zero bytes of value 0", new Uint8Array(3000), /^:1: no node found/],
    ["nothing but comments", "# a\n# b\n", /^:3: no node found/],
    ["another kind of text", "VERSION 5.8 ;\nDIVIDERCHAR ;\n", /^:1: field 'VERSION' is followed by '5\.8'/],
    ["binary garbage", garbage, /^:\d+: /],
    ["a file cut off in the middle of a node", TINY.slice(0, 300), /^:\d+: .*(cut off|does not end)/],
    [
      "a file cut off between braces",
      'node {\n  name: "a"\n',
      /^:3: the file ends inside a message opened at line 1; .*cut off/,
    ],
    ["a field without a value at the end", "node", /^:1: the file ends after field 'node' without its value/],
    ["a closing brace too many", `${node("p", PORT)}}\n`, /^:\d+: '\}' without a '\{'/],
    ["a field without a value", "node { name: }\n", /^:1: field 'name' has no value/],
    ["a value without a field", 'node { "x" }\n', /^:1: a string without 'field:'/],
    ["a string over two lines", 'node { name: "a\nb" }\n', /^:1: a string does not end on its line/],
    ["nesting without end", "a {".repeat(100_000), /^:1: messages nested deeper than 64/],
    ["a line of 17 million characters", "x".repeat(17_000_000), /^: a line is longer than 16 MiB/],
    [
      "a field name of a million characters",
      `${"x".repeat(1_000_000)} y\n`,
      /^:1: field 'x{60}…' is followed by 'y'/,
    ],
    [
      "a number that is none",
      'node {\n  attr { key: "x" value { f: 1.2.3 } }\n}\n',
      /^:2: field 'f' is '1\.2\.3'/,
    ],
    [
      "NaN for a width",
      macro({}).replace("f: 1 ", "f: nan "),
      /^:4: attribute 'width' of node 'M' is NaN, a finite/,
    ],
    [
      "infinity for a place",
      macro({ x: 7, y: 0 }).replace("f: 7", "f: -inf"),
      /^:6: attribute 'x' .*-Infinity/,
    ],
    [
      "a number beyond float32",
      macro({ x: "" }).replace('placeholder: ""', "f: 1e39"),
      /^:6: attribute 'x' .*1e\+39/,
    ],
    [
      "a text where a number belongs",
      macro({ height: "tall" }),
      /^:5: attribute 'height' .*'tall', a number/,
    ],
    ["a number where a name belongs", "node {\n name: 5\n}\n", /^:2: 'name' is the number 5, a name/],
    ["a negative width", macro({ width: -2 }), /^:6: node 'M' has size -2 x 1, not negative/],
    ["a macro of no height", macro({ height: 0 }), /^:6: macro 'M' has size 1 x 0, both greater than 0/],
    ["a macro with x and no y", macro({ x: 3 }), /^:7: node 'M' has x but no y, both or none/],
    [
      "a negative net weight",
      node("p", { ...PORT, weight: -1 }),
      /^:7: node 'p' has net weight -1, 0 or more/,
    ],
    ["an unknown type", node("p", { type: "PAD" }), /^:4: node 'p' has type 'PAD', one of PORT/],
    ["no type", node("p", { x: 1, y: 1 }), /^:5: node 'p' has type '', one of PORT/],
    ["an attribute that shadows a built-in", node("p", { constructor: 1 }), /^:4: node 'p' has type ''/],
    [
      "an unknown orientation",
      macro({ orientation: "R90" }),
      /^:7: node 'M' has orientation 'R90', one of N FN/,
    ],
    [
      "a node without a name",
      'node {\n attr { key: "type" value { placeholder: "PORT" } }\n}\n',
      /^:3: a node without a name/,
    ],
    [
      "a name used twice",
      node("p", PORT) + node("p", PORT),
      /^:12: node 'p' is defined twice, first at line 6/,
    ],
    ["a pin without a macro's name", node("q", { type: "MACRO_PIN" }), /^:4: pin 'q' has no macro_name/],
    [
      "a pin of a macro that is not there",
      node("p", PORT) + node("q", { type: "MACRO_PIN", macro_name: "M" }),
      /^:11: pin 'q' belongs to macro 'M', which is not in the file/,
    ],
    [
      "a pin that owns itself",
      node("q", { type: "MACRO_PIN", macro_name: "q" }),
      /^:5: pin 'q' names 'q' as its macro, which is not a macro/,
    ],
    [
      "two pins that own each other",
      node("q", { type: "MACRO_PIN", macro_name: "r" }) + node("r", { type: "MACRO_PIN", macro_name: "q" }),
      /^:5: pin 'q' names 'r' as its macro, which is not a macro/,
    ],
    [
      "a sink that is not there",
      node("p", PORT, "nowhere"),
      /^:7: 'p' drives 'nowhere', which is not in the file/,
    ],
    [
      "a macro as a sink",
      node("p", PORT, "M") + macro({}),
      /^:7: 'p' drives macro 'M' itself; name one of its pins/,
    ],
    [
      "a macro that drives a net",
      node("p", PORT) + node("M", { type: "MACRO", width: 1, height: 1 }, "p"),
      /^:13: macro 'M' drives a net itself/,
    ],
    ["a name with line ends in it", node("a\\nb\\r\\nc", { type: "?" }), /^:4: node 'a b c' has type '\?'/],
  ];
  for (const [name, content, says] of cases)
    test(name, async () => {
      const path = makeFile("broken.pb.txt", content);
      await refuses(() => readPbNetlist(path, "broken"), path, says);
    });

  test("a canvas larger than any chip, by placement, option or macros", async () => {
    const tiny = makeFile("tiny.pb.txt", TINY);
    const huge = makeFile("huge.plc", "# Width : 1e308  Height : 5\n");
    await refuses(
      () => loadBlock(tiny, { placement: huge }),
      "tiny",
      /^: the canvas is 1e\+308 x 5 µm, .*1000000000/,
    );
    const overrides = { canvas: { width: 5, height: 1.1e9 } };
    await refuses(() => loadBlock(tiny, { overrides }), "tiny", /^: the canvas is 5 x 1100000000 µm/);
    await loadBlock(tiny, { overrides: { canvas: { width: 1e9, height: 1e9 } } });
    const vast = makeFile("vast.pb.txt", macro({ width: 3e38 }).replace("f: 1 ", "f: 3e38 "));
    await refuses(() => loadBlock(vast), "vast", /^: the canvas is .* µm, sides of at most/);
  });

  test("ports alone tell no canvas", async () => {
    const path = makeFile("ports.pb.txt", node("p", PORT));
    await refuses(() => loadBlock(path), "ports", /^: no canvas is given/);
  });
});

describe("broken placements", () => {
  const cases: [name: string, content: string | Uint8Array, says: RegExp][] = [
    ["an empty file", "", /^: neither a header field nor a place found/],
    ["comments that say nothing", "# hello\n#\n", /^: neither a header field nor a place/],
    ["binary garbage", garbage, /^:\d+: /],
    ["a line of two million characters", "1 ".repeat(1_000_000), /^: a line is longer than 1 MiB/],
    [
      "150 KB that unpack to 150 MB of empty lines",
      gzipSync(Buffer.alloc(150e6, "\n")),
      /^: neither a header/,
    ],
    ["words missing", "0 1 2 N\n", /^:1: 4 words, five were expected: index x y orientation fixed/],
    ["words too many", "# Block : b\n0 1 2 N 0 0\n", /^:2: 6 words, five were expected/],
    ["an index that is a word", "M 1 2 N 0\n", /^:1: node index 'M', a whole number from 0/],
    ["a negative index", "-1 1 2 N 0\n", /^:1: node index '-1'/],
    ["an index with a fraction", "1.5 1 2 N 0\n", /^:1: node index '1\.5'/],
    ["an index in hexadecimal", "0x1 1 2 N 0\n", /^:1: node index '0x1'/],
    ["an x that is none", "0 left 2 N 0\n", /^:1: x is 'left', a finite number/],
    ["an infinite y", "0 1 inf N 0\n", /^:1: y is 'inf', a finite number/],
    ["a NaN", "0 nan 1 N 0\n", /^:1: x is 'nan', a finite number/],
    ["a y beyond all doubles", "0 1 1e999 N 0\n", /^:1: y is '1e999', a finite number/],
    ["an unknown orientation", "\n0 1 2 R0 0\n", /^:2: orientation 'R0', one of N FN S FS E FE W FW -/],
    ["a fixed flag that is none", "0 1 2 N yes\n", /^:1: fixed flag 'yes', 0 or 1/],
    [
      "a grid of no cells",
      "# Columns : 0  Rows : 0\n",
      /^:1: header 'Columns : 0 {2}Rows : 0', whole columns and rows/,
    ],
    ["a grid of half a row", "# Columns : 4  Rows : 2.5\n", /^:1: header .*from 1 to 1024 was expected/],
    ["a grid beyond measure", "# Columns : 100000  Rows : 100000\n", /^:1: header .*from 1 to 1024/],
    ["a grid without rows", "# Columns : 4\n", /^:1: header 'Columns : 4', whole columns and rows/],
    [
      "a canvas of no height",
      "#\n# Width : 5  Height : 0\n",
      /^:2: header .* a width and a height greater than 0/,
    ],
    [
      "a canvas that is NaN",
      "# Width : nan  Height : 5\n",
      /^:1: header .* a width and a height greater than 0/,
    ],
    ["an infinite canvas", "# Width : 1e999  Height : 5\n", /^:1: header .* a width and a height/],
    ["no routing tracks", "# Routes per micron, hor : 0  ver : 1\n", /^:1: header .* tracks greater than 0/],
    [
      "negative macro tracks",
      "# Routes used by macros, hor : -1  ver : 1\n",
      /^:1: header .* tracks, 0 or more/,
    ],
    ["half a smoothing cell", "# Smoothing factor : 0.5\n", /^:1: header .* a whole number from 0/],
    ["a smoothing beyond measure", "# Smoothing factor : 3000000000\n", /^:1: header .* from 0 to 1000 was/],
    ["a threshold above 1", "# Overlap threshold : 2\n", /^:1: header .* a share from 0 to 1/],
    ["a blockage from right to left", "# Blockage : 9 0 1 5 1\n", /^:1: header .* lower left x y/],
    ["a blockage without a rate", "# Blockage : 0 0 1 5\n", /^:1: header .* and a rate from 0 to 1/],
  ];
  for (const [name, content, says] of cases)
    test(name, async () => {
      const path = makeFile("broken.plc", content);
      await refuses(() => readPlc(path), path, says);
    });

  const joined: [name: string, lines: string, says: RegExp][] = [
    [
      "an index beyond the netlist",
      "# Block : b\n99 1 2 N 0\n",
      /^:2: node index 99 is no port, macro or cell of 'tiny'/,
    ],
    ["the index of a pin", "3 1 2 N 0\n", /^:1: node index 3 is no port, macro or cell/],
    [
      "the placement of a flat netlist",
      "# SOFT_MACROs :  0\n0 1 2 N 0\n",
      /^:1: SOFT_MACROs is 0, but 'tiny' has 1; /,
    ],
    [
      "cells where there are none",
      "#\n# STDCELLs : 12\n0 1 2 N 0\n",
      /^:2: STDCELLs is 12, but 'tiny' has 0; give the netlist/,
    ],
    ["other macros", "# HARD_MACROs : 3\n0 1 2 N 0\n", /^:1: HARD_MACROs is 3, but 'tiny' has 2; /],
    ["other ports", "# PORTs : 1\n0 1 2 N 0\n", /^:1: PORTs is 1, but 'tiny' has 2; /],
    ["a node placed twice", "4 1 2 N 0\n2 1 1 N 0\n4 5 5 N 0\n", /^:3: node 4 was placed before, at line 1/],
  ];
  for (const [name, lines, says] of joined)
    test(name, async () => {
      const netlist = makeFile("tiny.pb.txt", TINY);
      const placement = makeFile("broken.plc", lines);
      await refuses(() => loadBlock(netlist, { placement }), placement, says);
    });
});

describe("broken files and folders", () => {
  const packed = gzipSync(Array.from({ length: 500 }, (_, i) => node(`p${i * i}`, PORT)).join(""));

  test("no such file", async () => {
    const path = join(makeFolder(), "missing.pb.txt");
    await refuses(() => loadBlock(path), path, /^: no such file or directory$/);
    await refuses(() => readPbNetlist(path, "x"), path, /^: no such file$/);
    await refuses(() => readPlc(path), path, /^: no such file$/);
  });

  test("links that lead in a circle", async () => {
    const folder = makeFolder();
    for (const name of ["round", "round.aux", "round.pb.txt", "round.def"]) {
      const path = join(folder, name);
      symlinkSync(name, path);
      await refuses(() => loadBlock(path), path, /^: cannot be read \(ELOOP\)$/);
    }
    const def = makeFile("a.def", "", folder);
    const round = join(folder, "round");
    await refuses(() => loadBlock(def, { def: { lef: [round] } }), round, /^: cannot be read \(ELOOP\)$/);
  });

  test("a folder that is none", async () => {
    const path = makeFile("a", "x");
    await refuses(async () => namesIn(path), path, /^: no such file$/);
  });

  test("a file inside a file", async () => {
    const path = join(makeFile("a.plc", "x"), "b.plc");
    await refuses(() => readPlc(path), path, /^: no such file$/);
  });

  test("a directory where a file is meant", async () => {
    const path = makeFolder();
    await refuses(() => readPlc(path), path, /^: is a directory, a file was expected/);
  });

  test("a directory without a netlist", async () => {
    const path = makeFolder();
    await refuses(
      () => loadBlock(path),
      path,
      /^: the directory holds no block; a file netlist\.pb\.txt, or one/,
    );
  });

  test("a directory with two netlists", async () => {
    const folder = makeFolder();
    makeFile("a.pb.txt", TINY, folder);
    makeFile("b.pb.txt.gz", TINY, folder);
    await refuses(
      () => loadBlock(folder),
      folder,
      /^: the directory holds 2 blocks, one was expected: .*a\.pb\.txt, .*b\.pb\.txt\.gz; name/,
    );
  });

  test("a directory with an empty placement", async () => {
    const folder = makeFolder();
    makeFile("netlist.pb.txt", TINY, folder);
    const plc = makeFile("initial.plc", "", folder);
    await refuses(() => loadBlock(folder), plc, /^: neither a header field nor a place/);
  });

  test("a directory that is named like a netlist", async () => {
    const folder = makeFolder();
    const path = join(folder, "netlist.pb.txt");
    mkdirSync(path);
    await refuses(() => loadBlock(folder), path, /^: is a directory, a file was expected/);
  });

  test("a file of an unknown format", async () => {
    const path = makeFile("block.yaml", "a: b\n");
    await refuses(() => loadBlock(path), path, /^: unknown format; a netlist file \(\.pb\.txt/);
  });

  const raw: [name: string, bytes: Uint8Array, says: RegExp][] = [
    ["gzip that ends too early", packed.subarray(0, packed.length >> 1), /^: the gzip data ends too early/],
    ["a gzip header and no more", packed.subarray(0, 5), /^: the gzip data ends too early/],
    ["gzip with broken bytes", damaged(packed), /^: not valid gzip data/],
    ["text that is named gzip", Buffer.from(TINY), /^: not gzip data, which its name promises/],
    ["nothing that is named gzip", Buffer.alloc(0), /^: not gzip data, which its name promises/],
    ["garbage that is named gzip", garbage, /^: not gzip data, which its name promises/],
    ["64 MiB of zeros, packed", gzipSync(Buffer.alloc(1 << 26)), /^: a line is longer than 16 MiB/],
  ];
  for (const [name, bytes, says] of raw)
    test(name, async () => {
      const path = join(makeFolder(), "netlist.pb.txt.gz");
      writeFileSync(path, bytes);
      await refuses(() => loadBlock(path), basename(path), says);
    });

  function damaged(bytes: Buffer): Buffer {
    const copy = Buffer.from(bytes);
    copy.fill(0xff, 20, 60);
    return copy;
  }
});

describe("large input is read in time that grows with its size only", () => {
  test("a net of a hundred thousand sinks, all of them the same", { timeout: 20_000 }, async () => {
    const text = node("p", PORT, ...new Array<string>(100_000).fill("q")) + node("q", PORT);
    const { netlist } = await readPbNetlist(makeFile("netlist.pb.txt", text), "wide");
    assert.deepEqual([...netlist.netPins], [0, 1]);
  });

  test("a name of half a million backslashes", { timeout: 20_000 }, async () => {
    const text = node("\\\\".repeat(250_000), PORT);
    const { netlist } = await readPbNetlist(makeFile("netlist.pb.txt", text), "long");
    assert.equal(netlist.nodeNames[0]!.length, 250_000);
  });

  test("a header of half a million spaces", { timeout: 20_000 }, async () => {
    const spaces = " ".repeat(500_000);
    const path = makeFile("a.plc", `# Columns :${spaces}x\n# Block :${spaces}\n`);
    await refuses(() => readPlc(path), path, /^:1: header 'Columns :/);
  });

  test("two hundred thousand empty lines and comments", { timeout: 20_000 }, async () => {
    const plc = await readPlc(makeFile("a.plc", `${"\n# nothing\n".repeat(100_000)}0 1 2 N 0\n`));
    assert.equal(plc.lines[0]!.lineNumber, 200_001);
  });
});
