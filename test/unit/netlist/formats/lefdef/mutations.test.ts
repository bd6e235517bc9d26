// Broken files by the thousand: each reads or is refused with one line that names the file; nothing else is thrown.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  coreOf,
  hardBlockagesOf,
  InputError,
  netlistOf,
  Random,
  readDefText,
  readLefText,
} from "../../../../../netlist/index.js";
import { FUZZ_DEF, TINY_LEF } from "./tiny-design.js";

const MUTATIONS = 1000;
const PIECES = [
  "",
  ";",
  "+",
  "(",
  ")",
  "*",
  "-",
  "END",
  "99999999999",
  "-1",
  "1e400",
  '"',
  "#",
  "\n",
  "\0",
  "é",
  "PLACED",
];

/** The text with one to four words or bytes left out, doubled, exchanged or replaced. */
function mutate(text: string, random: Random): string {
  let result = text;
  for (let i = random.below(4); i >= 0; i--) {
    const words = result.split(/(?<=\s)/);
    const at = random.below(words.length);
    const kind = random.below(6);
    if (kind === 0) words.splice(at, 1 + random.below(3));
    else if (kind === 1) words.splice(at, 0, words[random.below(words.length)] ?? "");
    else if (kind === 2) words[at] = `${PIECES[random.below(PIECES.length)]} `;
    else if (kind === 3) words.length = at;
    else if (kind === 4) words[at] = words[at]!.slice(random.below(3));
    else words.splice(at, 1 + random.below(20), ...words.slice(random.below(words.length)).slice(0, 20));
    result = words.join("");
  }
  return result;
}

const LIBRARY = readLefText(TINY_LEF);

const READERS: Readonly<Record<string, { text: string; read: (text: string) => unknown }>> = {
  LEF: { text: TINY_LEF, read: (text) => readLefText(text, "x") },
  DEF: {
    text: FUZZ_DEF,
    read: (text) => {
      const design = readDefText(text, "x");
      const nodes = netlistOf(design, LIBRARY);
      if (design.die.length === 0) return;
      hardBlockagesOf(design, nodes, { fixed: nodes.fixed, core: coreOf(design, LIBRARY) });
    },
  },
};

for (const [format, { text, read }] of Object.entries(READERS))
  test(`${MUTATIONS} broken ${format} files read or are refused in one line`, () => {
    let refused = 0;
    for (let i = 0; i < MUTATIONS; i++) {
      const broken = mutate(text, Random.stream(1, "lefdef-mutations", format, i));
      try {
        read(broken);
      } catch (error) {
        refused++;
        assert.ok(error instanceof InputError, `mutation ${i}: ${(error as Error).stack}`);
        assert.match(error.message, /^x(:\d+)?: \S/);
        assert.doesNotMatch(error.message, /\n|internal/);
      }
    }
    assert.ok(refused > MUTATIONS / 4 && refused < MUTATIONS, `${refused} refused`);
  });
