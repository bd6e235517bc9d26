// The netlist text format in the forms that protobuf's own writers and others give it: all read as the same netlist.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readPbNetlist } from "../../../../../netlist/index.js";
import { InputError } from "../../../../../netlist/input-error.js";
import { makeFile, TINY } from "../../tiny-files.js";

const read = (text: string | Buffer) => readPbNetlist(makeFile("t.pb.txt", text), "t");

const FORMS: Readonly<Record<string, (text: string) => string | Buffer>> = {
  "a colon before the brace": (text) => text.replaceAll(" {", ": {"),
  "angle brackets": (text) => text.replaceAll("{", "<").replaceAll("}", ">"),
  "both brackets": (text) => text.replace(/value \{ ([^}]*) \}/g, "value < $1 >"),
  "single quotes": (text) => text.replaceAll('"', "'"),
  commas: (text) => text.replace(/("|\d)\n/g, "$1,\n").replaceAll("}\n", "},\n"),
  "an f behind numbers": (text) => text.replace(/f: (-?[\d.]+)/g, "f: $1f"),
  exponents: (text) => text.replace(/f: (-?[\d.]+)/g, "f: $1e0"),
  "text as bytes": (text) => text.replaceAll("placeholder:", "s:"),
  "a mark at the beginning": (text) => `\ufeff${text}`,
  "CR LF": (text) => text.replaceAll("\n", "\r\n"),
  "CR alone, with comments": (text) => `# by hand\n${text}`.replaceAll("\n", "\r"),
  "one line": (text) => text.replaceAll("\n", " "),
};

for (const [name, form] of Object.entries(FORMS))
  test(`the same netlist with ${name}`, async () => {
    assert.deepEqual(await read(form(TINY)), await read(TINY));
  });

test("brackets must match", async () => {
  for (const [text, says] of [
    ['node < name: "x" }', /:1: '\}' without a '\{' that it closes/],
    ['node { name: "x" >', /:1: '>' without a '<' that it closes/],
    ["< >", /:1: '<' without a field name/],
  ] as const)
    await assert.rejects(read(text), (error) => error instanceof InputError && says.test(error.message));
});

test("a node may drive a hundred thousand pins on one line", async () => {
  const cells = Array.from({ length: 100_000 }, (_, i) => `cell_with_a_long_name_${i}`);
  const attributes = 'attr { key: "type" value { placeholder: "STDCELL" } }';
  const text =
    `node { name: "d" ${cells.map((name) => `input: "${name}"`).join(" ")} ${attributes} }\n` +
    cells.map((name) => `node { name: "${name}" ${attributes} }\n`).join("");
  const { netlist } = await read(text);
  assert.equal(netlist.netStarts[1], 100_001);
});
