import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import {
  bytesOf,
  isFile,
  ownBytesOf,
  readLines,
  readOwnJson,
  readWordChunks,
} from "../../../netlist/files.js";
import { InputError } from "../../../netlist/input-error.js";
import { appendToFile, writeFileAtomically } from "../../../netlist/write-file.js";
import { makeFile, makeFolder } from "./tiny-files.js";

const linesOf = async (content: string | Buffer, name = "a.txt") => {
  const lines: string[] = [];
  await readLines(makeFile(name, content), (text, number) => lines.push(`${number} ${text}`));
  return lines;
};

test("lines end in LF, CR LF or CR, the last one as it likes; a mark at the beginning is no text", async () => {
  const expected = ["1 a", "2 ", "3 bé"];
  for (const end of ["\n", "\r\n", "\r"])
    for (const last of ["", end]) {
      assert.deepEqual(await linesOf(`a${end}${end}bé${last}`), expected);
      assert.deepEqual(await linesOf(`\ufeffa${end}${end}bé${last}`, "a.gz"), expected);
    }
  const many = Array.from({ length: 100_000 }, (_, i) => `line ${i}`);
  for (const end of ["\n", "\r\n", "\r"])
    assert.deepEqual(
      await linesOf(many.join(end)),
      many.map((text, i) => `${i + 1} ${text}`),
    );
});

test("gzip files of several members are read whole", async () => {
  const path = makeFile("a.txt", Buffer.concat([gzipSync("a\n"), gzipSync("b\n")]));
  const lines: string[] = [];
  await readLines(path, (text) => lines.push(text));
  assert.deepEqual(lines, ["a", "b"]);
});

test("chunks of words are cut behind blanks, of which a line has enough", async () => {
  const text = "word ".repeat(500_000);
  const chunks: Buffer[] = [];
  for await (const chunk of readWordChunks(makeFile("a.txt", text))) chunks.push(chunk);
  assert.ok(chunks.length > 1);
  assert.ok(chunks.every((chunk) => chunk.at(-1) === 32));
  assert.ok(Buffer.concat(chunks).equals(Buffer.from(text)));
  await assert.rejects(async () => {
    for await (const _ of readWordChunks(makeFile("a.txt", "x".repeat(3_000_000))));
  }, /a word is longer than 1 MiB/);
});

test("what is no UTF-8 text, no file or too large is refused in one line", async () => {
  const refuses = (content: Promise<unknown>, says: RegExp) =>
    assert.rejects(content, (error) => error instanceof InputError && says.test(error.message));
  await refuses(
    linesOf(Buffer.from("\ufeffab\n", "utf16le")),
    /is UTF-16 text, UTF-8 was expected; convert it: iconv/,
  );
  await refuses(
    readLines("/dev/zero", () => {}),
    /^\/dev\/zero: is a device, a file or a pipe was expected/,
  );
  await refuses(
    readLines(makeFolder(), () => {}),
    /is a directory, a file was expected/,
  );
  const says = (read: () => unknown, text: RegExp) =>
    assert.throws(read, (error) => error instanceof InputError && text.test(error.message));
  says(() => bytesOf("/dev/zero", 10), /is a device/);
  says(() => bytesOf(makeFolder(), 10), /is a directory, a file was expected/);
  says(() => bytesOf(makeFile("a", "12345678901"), 10), /holds more than 10 bytes, less was expected/);
  assert.equal(bytesOf(makeFile("a", "1234567890"), 10).toString(), "1234567890");
});

test("pipes are read to their end, packed or not", async () => {
  for (const [content, text] of [
    ["ab", ["ab"]],
    [gzipSync("a\nb\n"), ["a", "b"]],
  ] as const) {
    const path = join(makeFolder(), "pipe");
    spawnSync("mkfifo", [path]);
    const lines: string[] = [];
    const reading = readLines(path, (line) => lines.push(line));
    await writeFile(path, content);
    await reading;
    assert.deepEqual(lines, text);
  }
});

test("a pipe, a folder and a device in the place of a file of our own are refused, and no pipe is waited for", () => {
  const folder = makeFolder();
  const pipe = join(folder, "pipe");
  spawnSync("mkfifo", [pipe]);
  const says = (read: (path: string) => unknown, path: string, text: RegExp) =>
    assert.throws(
      () => read(path),
      (error) => error instanceof InputError && text.test(error.message),
    );
  for (const read of [isFile, readOwnJson, (path: string) => ownBytesOf(path, 10)]) {
    says(read, pipe, /is a pipe, a file was expected/);
    says(read, folder, /is a directory, a file was expected/);
    says(read, "/dev/zero", /is a device, a file was expected/);
  }
  assert.equal(isFile(join(folder, "missing")), false);
  assert.equal(ownBytesOf(join(folder, "missing"), 10), undefined);
  says(readOwnJson, join(folder, "missing"), /no such file/);
  says(readOwnJson, makeFile("a.json", "{"), /a\.json: is no JSON/);
  assert.deepEqual(readOwnJson(makeFile("b.json", "[1]")), [1]);
});

test("a path with a NUL byte, as a broken list of files may hold it, is refused in one line", async () => {
  const path = "a\0b";
  const isRefused = (error: unknown) =>
    error instanceof InputError && /^a b: a path with a NUL/.test(error.message);
  assert.throws(() => bytesOf(path, 10), isRefused);
  assert.throws(() => isFile(path), isRefused);
  await assert.rejects(
    readLines(path, () => {}),
    isRefused,
  );
  await assert.rejects(writeFileAtomically(path, "x"), isRefused);
  assert.throws(() => appendToFile(path, "x"), isRefused);
});
