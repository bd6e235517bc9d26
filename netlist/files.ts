// Reading and writing files. Errors of the operating system and of gzip become `InputError`s.
//
// Files are written whole or not at all: the bytes go to a temporary file in the same folder, which is then renamed.
// If the process is killed, either the old file or the new one is there, never half of one.
import {
  createReadStream,
  createWriteStream,
  readdirSync,
  readFileSync,
  type Stats,
  statSync,
} from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { InputError } from "./input-error.js";

/** Status of the file or folder at a path, or undefined if there is none. Throws `InputError` if it cannot be read. */
export function statusOf(path: string): Stats | undefined {
  return reading(path, () => statSync(path, { throwIfNoEntry: false }));
}

/** Names in a folder. Throws `InputError` if it cannot be read. */
export function namesIn(folder: string): string[] {
  return reading(folder, () => readdirSync(folder));
}

/** Bytes of a file. Throws `InputError` if it cannot be read. */
export function bytesOf(path: string): Buffer {
  return reading(path, () => readFileSync(path));
}

function reading<Found>(path: string, read: () => Found): Found {
  try {
    return read();
  } catch (error) {
    throw readError(path, error);
  }
}

/** An error of the system or of gzip as an `InputError`; any other error unchanged. */
export function readError(path: string, error: unknown): unknown {
  const code = (error as { code?: string }).code ?? "";
  if (code === "ENOENT" || code === "ENOTDIR") return new InputError(path, "no such file");
  if (code === "EACCES") return new InputError(path, "not readable", "check its permissions");
  if (code === "Z_BUF_ERROR")
    return new InputError(path, "the gzip data ends too early", "fetch the file again");
  if (code.startsWith("Z_")) return new InputError(path, "not valid gzip data", "fetch the file again");
  if (code.startsWith("E") && "syscall" in (error as object))
    return new InputError(path, `cannot be read (${code})`);
  return error;
}

const LONGEST_LINE_BYTES = 1 << 20;
const LARGEST_TEXT_BYTES = 1 << 28;
const NEWLINE = 10;

/**
 * Chunks of `path`, unpacked if it is gzip. Each ends at the end of a line (or of the file), so that no token of a
 * line-oriented format is cut in two. Throws `InputError` for lines longer than 1 MiB and for files that cannot be read.
 */
export async function* readLineChunks(path: string): AsyncGenerator<Buffer> {
  let carry: Buffer = Buffer.alloc(0);
  try {
    for await (const piece of await openBytes(path)) {
      const chunk = carry.length > 0 ? Buffer.concat([carry, piece as Buffer]) : (piece as Buffer);
      const end = chunk.lastIndexOf(NEWLINE) + 1;
      if (end > 0) yield chunk.subarray(0, end);
      carry = chunk.subarray(end);
      if (carry.length > LONGEST_LINE_BYTES)
        throw new InputError(
          path,
          "a line is longer than 1 MiB",
          "is this a text file of the format its name says?",
        );
    }
  } catch (error) {
    throw readError(path, error);
  }
  if (carry.length > 0) yield carry;
}

/** A whole text file, unpacked if it is gzip. Throws `InputError` beyond 256 MiB. */
export async function readText(path: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of readLineChunks(path)) {
    bytes += chunk.length;
    if (bytes > LARGEST_TEXT_BYTES)
      throw new InputError(path, "holds more than 256 MiB of text, far less was expected");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function openBytes(path: string): Promise<AsyncIterable<unknown>> {
  const file = await open(path);
  const magic = Buffer.alloc(2);
  try {
    if ((await file.stat()).isDirectory()) throw new InputError(path, "is a directory, a file was expected");
    await file.read(magic, 0, 2, 0);
  } finally {
    await file.close();
  }
  const bytes = createReadStream(path, { highWaterMark: 1 << 18 });
  if (magic[0] !== 0x1f || magic[1] !== 0x8b) {
    if (!path.endsWith(".gz")) return bytes;
    bytes.destroy();
    throw new InputError(
      path,
      "not gzip data, which its name promises",
      "drop .gz from the name, or pack it",
    );
  }
  const unpacked = createGunzip({ chunkSize: 1 << 18 });
  bytes.on("error", (error) => unpacked.destroy(error));
  return bytes.pipe(unpacked);
}

let writeCount = 0;

/**
 * Writes `data` (one piece, or several in order) to `path`, as gzip if the name ends in `.gz`. The same data gives the
 * same bytes. Throws `InputError` if the folder does not exist or cannot be written to.
 */
export async function writeFileAtomically(
  path: string,
  data: string | Uint8Array | Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
): Promise<void> {
  const pieces = typeof data === "string" || data instanceof Uint8Array ? [data] : data;
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${writeCount++}.tmp`);
  try {
    const source = Readable.from(pieces, { objectMode: true });
    const target = createWriteStream(temporary);
    if (path.endsWith(".gz")) await pipeline(source, createGzip(), target);
    else await pipeline(source, target);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw explain(path, error);
  }
}

function explain(path: string, error: unknown): unknown {
  const code = (error as { code?: string }).code ?? "";
  if (code === "ENOENT" || code === "ENOTDIR")
    return new InputError(path, `cannot be written: there is no folder '${dirname(path)}'`, "make it first");
  if (code === "EACCES" || code === "EPERM" || code === "EROFS")
    return new InputError(path, "cannot be written", "check the folder's permissions");
  if (code === "EISDIR") return new InputError(path, "cannot be written: it is a directory");
  if (code === "ENOSPC") return new InputError(path, "cannot be written: the disk is full");
  return error;
}
