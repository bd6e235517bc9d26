import assert from "node:assert/strict";
import { test } from "node:test";
import { StatementScanner } from "../../../../../netlist/formats/lefdef/statements.js";

interface Seen {
  readonly words: string[];
  readonly line: number;
  readonly bytes: string[];
}

/** Statements of a text that is pushed in pieces of so many lines (or words), as files come. */
function scan(text: string, linesPerChunk = 1000, end = /(?<=\n)/): Seen[] {
  const seen: Seen[] = [];
  const bytes = Buffer.from(text);
  const scanner = new StatementScanner("x.def", {
    endsHere: ({ count, words }) => count === 2 && words[0] === "END",
    handle: ({ words, count, lines, starts, ends }) => {
      seen.push({
        words: words.slice(0, count),
        line: lines[0]!,
        bytes: starts.slice(0, count).map((start, i) => bytes.subarray(start, ends[i]).toString()),
      });
    },
  });
  const lines = text.split(end);
  for (let i = 0; i < lines.length; i += linesPerChunk)
    scanner.push(Buffer.from(lines.slice(i, i + linesPerChunk).join("")));
  scanner.end();
  return seen;
}

const TEXT = `# a comment ; here
A b\t(1 2 ) ;
"two
lines ; # no comment" x;
END STUFF
BEGINEXT "vendor" anything ; goes "
" END here ENDEXT
- name\\;odd é#no ;`;

test("statements end at a semicolon or where the rule says, comments and extensions are left out", () => {
  assert.deepEqual(
    scan(TEXT).map(({ words }) => words),
    [
      ["A", "b", "(1", "2", ")"],
      ['"two\nlines ; # no comment"', "x"],
      ["END", "STUFF"],
      ["-", "name\\;odd", "é#no"],
    ],
  );
  assert.deepEqual(
    scan(TEXT).map(({ line }) => line),
    [2, 3, 5, 8],
  );
});

test("byte ranges give the words, however the file is cut into chunks", () => {
  for (const lines of [1, 2, 3, 100]) {
    const seen = scan(TEXT, lines);
    assert.deepEqual(
      seen.map(({ words }) => words),
      scan(TEXT).map(({ words }) => words),
    );
    for (const { words, bytes } of seen) assert.deepEqual(bytes, words);
  }
  for (const words of [1, 2, 5]) assert.deepEqual(scan(TEXT, words, /(?<=[ \n])/), scan(TEXT));
});

test("lines end in LF, CR LF or CR alone, comments with them", () => {
  for (const end of ["\r\n", "\r"])
    assert.deepEqual(
      scan(TEXT.replaceAll("\n", end)).map(({ words, line }) => [
        words.join(" ").replaceAll(end, "\n"),
        line,
      ]),
      scan(TEXT).map(({ words, line }) => [words.join(" "), line]),
    );
});

test("what is left open is told with the line where it begins", () => {
  assert.throws(() => scan("A ;\nB c\n"), /x\.def:2: the statement 'B c' does not end, ';' was expected/);
  assert.throws(() => scan('A ;\n\nB "c ;\n;\n'), /x\.def:3: a string begins here and does not end/);
  assert.throws(() => scan("BEGINEXT ;\n"), /ENDEXT was expected/);
});

test("words beyond those to keep are dropped", () => {
  const counts: number[] = [];
  const scanner = new StatementScanner("x.def", {
    endsHere: () => false,
    handle: ({ count }) => counts.push(count),
  });
  scanner.keep = 2;
  scanner.push(Buffer.from("a b c d e ; a ;"));
  assert.deepEqual(counts, [2, 1]);
});
