import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { type Netlist, NodeKind } from "../../../../../netlist/block.js";
import { readPbNetlist } from "../../../../../netlist/formats/pb/pb-netlist-reader.js";
import { pbNetlistPieces, writePbNetlist } from "../../../../../netlist/formats/pb/pb-netlist-writer.js";
import { InputError } from "../../../../../netlist/input-error.js";
import { float32 } from "../../../../../netlist/netlist-draft.js";
import { makeFile, makeFolder, NO_SHARED_DATA, node, sharedFile, TINY } from "../../tiny-files.js";

test("what is written reads back as the same netlist and places", async () => {
  const first = await readPbNetlist(makeFile("netlist.pb.txt", TINY), "tiny");
  const path = join(makeFolder(), "again.pb.txt");
  await writePbNetlist(path, first.netlist, first.places);
  const second = await readPbNetlist(path, "tiny");
  assert.deepEqual(second, first);
  // Drivers are in, A/p and the two outputs of the soft macro.
  assert.equal(second.netlist.netCount, 4);
  assert.deepEqual([...second.netlist.netWeights], [1, 1, 3, 1]);
});

for (const path of [
  "benchmarks/circuit_training/sample_clustered/netlist.pb.txt.gz",
  "benchmarks/circuit_training/toy_macro_stdcell/netlist.pb.txt.gz",
  "benchmarks/tilos/ariane133_ng45/netlist.pb.txt.gz",
])
  test(`the second writing of ${path.split("/")[2]} equals the first byte for byte`, async (t) => {
    const source = sharedFile(path);
    if (!source) return t.skip(NO_SHARED_DATA);
    const folder = makeFolder();
    const canvas = { width: 500, height: 500 };
    const read = await readPbNetlist(source, "a");
    await writePbNetlist(join(folder, "1.pb.txt.gz"), read.netlist, read.places, { canvas });
    const again = await readPbNetlist(join(folder, "1.pb.txt.gz"), "a");
    assert.deepEqual(again, read);
    await writePbNetlist(join(folder, "2.pb.txt"), again.netlist, again.places, { canvas });
    assert.deepEqual(
      gunzipSync(readFileSync(join(folder, "1.pb.txt.gz"))),
      readFileSync(join(folder, "2.pb.txt")),
    );
  });

test("numbers are the shortest decimals of their float32", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [57.57, "57.57"],
    [Math.fround(0.1), "0.1"],
    [Math.fround(246.33289), "246.33289"],
    [16777216, "16777216"],
    [-9.9, "-9.9"],
    [1 / 3, "0.33333334"],
    [1.401298464324817e-45, "1e-45"], // the smallest float32
  ];
  for (const [value, text] of cases) assert.equal(float32(value), text);
  for (let value = 1e-6; value < 1e6; value *= 1.37)
    assert.equal(Math.fround(Number(float32(value))), Math.fround(value));
});

test("names with quotes, backslashes and brackets survive", async () => {
  const text = node('q\\"[0]\\\\x', { type: "PORT", x: 1, y: 2 }, "p") + node("p", { type: "PORT" });
  const first = await readPbNetlist(makeFile("netlist.pb.txt", text), "names");
  assert.equal(first.netlist.nodeNames[0], 'q"[0]\\x');
  const path = join(makeFolder(), "a.pb.txt");
  await writePbNetlist(path, first.netlist, first.places);
  assert.deepEqual(await readPbNetlist(path, "names"), first);
});

test("a net that names only its own driver keeps its weight", async () => {
  const text = node("p", { type: "PORT", weight: 2 }, "p");
  const first = await readPbNetlist(makeFile("netlist.pb.txt", text), "self");
  assert.equal(first.netlist.netCount, 1);
  const path = join(makeFolder(), "a.pb.txt");
  await writePbNetlist(path, first.netlist, first.places);
  assert.deepEqual(await readPbNetlist(path, "self"), first);
});

test("a macro's pins get the place that its orientation gives them", async () => {
  const { netlist, places } = await readPbNetlist(makeFile("netlist.pb.txt", TINY), "tiny");
  const text = [...pbNetlistPieces("tiny", netlist, places)].join("");
  const pin = text.slice(text.indexOf('name: "B/p"')).split("node {")[0]!;
  // B stands at (60, 40) as FS, which turns (4, -2) into (4, 2).
  assert.match(pin, /key: "x"\s+value \{\s+f: 64\n/);
  assert.match(pin, /key: "y"\s+value \{\s+f: 42\n/);
});

test("ports name the nearest edge when the canvas is given", async () => {
  const { netlist, places } = await readPbNetlist(makeFile("netlist.pb.txt", TINY), "tiny");
  const canvas = { width: 101, height: 96 };
  const text = [...pbNetlistPieces("tiny", netlist, places, { canvas })].join("");
  const sides = [...text.matchAll(/key: "side"\s+value \{\s+placeholder: "(\w+)"/g)].map((match) => match[1]);
  // `in` is at x = 0; `out` is 1 from the right edge and 0.5 from the top.
  assert.deepEqual(sides, ["LEFT", "TOP"]);
});

test("the metadata node appears only if there is something to say", async () => {
  const { netlist, places } = await readPbNetlist(makeFile("netlist.pb.txt", TINY), "tiny");
  assert.doesNotMatch([...pbNetlistPieces("x", netlist, places)].join(""), /__metadata__/);
  const path = join(makeFolder(), "a.pb.txt");
  await writePbNetlist(path, netlist, places, { softMacroAreaBloatingRatio: 2 });
  assert.match(readFileSync(path, "utf8"), /^node \{\n {2}name: "__metadata__"/);
  assert.deepEqual((await readPbNetlist(path, "tiny")).netlist, netlist);
});

test("a soft macro under another name is refused, for it would come back as a hard one", async () => {
  const { netlist, places } = await readPbNetlist(makeFile("netlist.pb.txt", TINY), "tiny");
  const kinds = netlist.kinds.slice();
  kinds[2] = NodeKind.SoftMacro;
  const renamed: Netlist = { ...netlist, kinds };
  await assert.rejects(writePbNetlist(join(makeFolder(), "a.pb.txt"), renamed, places), (error: Error) => {
    assert.ok(error instanceof InputError);
    assert.match(error.message, /soft macro 'A' cannot be written/);
    return true;
  });
});

test("a name that comes twice is refused, for the file would be", async () => {
  const { netlist, places } = await readPbNetlist(makeFile("netlist.pb.txt", TINY), "tiny");
  const nodeNames = netlist.nodeNames.map((name) => (name === "out" ? "A/p" : name));
  await assert.rejects(
    writePbNetlist(join(makeFolder(), "a.pb.txt"), { ...netlist, nodeNames }, places),
    (error: Error) => {
      assert.ok(error instanceof InputError);
      assert.match(error.message, /a\.pb\.txt: two nodes or pins are called 'A\/p'/);
      return true;
    },
  );
});
