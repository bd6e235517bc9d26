// Reading files. Errors of the operating system and of gzip become `InputError`s.
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  type Stats,
  statSync,
} from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { InputError } from "./input-error.js";

/** Status of the file or folder at a path, or undefined if there is none. Throws `InputError` if it cannot be read. */
export function statusOf(path: string): Stats | undefined {
  return reading(path, () => {
    try {
      return statSync(path, { throwIfNoEntry: false });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined; // below a file
      throw error;
    }
  });
}

/** Names in a folder. Throws `InputError` if it cannot be read. */
export function namesIn(folder: string): string[] {
  return reading(folder, () => readdirSync(folder));
}

const READ_BYTES = 1 << 18;

/**
 * Bytes of a file or pipe, as they are. Throws `InputError` if it cannot be read, or holds more than `most` bytes.
 */
export function bytesOf(path: string, most: number): Buffer {
  return readWhole(path, most, true);
}

/**
 * Bytes of a file that this program has written, or undefined if there is none. Throws `InputError` as `bytesOf` does, and
 * for a pipe in the file's place: nobody may ever write to it.
 */
export function ownBytesOf(path: string, most: number): Buffer | undefined {
  return statusOf(path) && readWhole(path, most, false);
}

/**
 * Whether a file is at a path. Throws `InputError` for anything else that is there, such as a pipe, which would be
 * waited for.
 */
export function isFile(path: string): boolean {
  const status = statusOf(path);
  if (status) refuseNoFile(path, status, false);
  return status !== undefined;
}

/** The longest text that a string holds is a little longer, 2^29 characters. */
const LARGEST_JSON = 500 * 2 ** 20;

/** What a JSON file says that this program has written. Throws `InputError` as `ownBytesOf` does, and for no JSON. */
export function readOwnJson(path: string): unknown {
  const bytes = ownBytesOf(path, LARGEST_JSON);
  try {
    if (bytes) return JSON.parse(bytes.toString("utf8"));
  } catch {
    throw new InputError(path, "is no JSON");
  }
  throw new InputError(path, "no such file");
}

function readWhole(path: string, most: number, pipes: boolean): Buffer {
  return reading(path, () => {
    // Opening a pipe waits for somebody who writes to it, unless it is opened like this.
    const file = openSync(path, pipes ? "r" : constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const status = fstatSync(file);
      refuseNoFile(path, status, pipes);
      const pieces: Buffer[] = [];
      let bytes = 0;
      for (;;) {
        const piece = Buffer.allocUnsafe(status.isFile() ? Math.max(status.size - bytes, 1024) : READ_BYTES);
        const found = readSync(file, piece, 0, Math.min(piece.length, most + 1 - bytes), null);
        if (found === 0) return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
        pieces.push(piece.subarray(0, found));
        bytes += found;
        if (bytes > most) throw new InputError(path, `holds more than ${megabytes(most)}, less was expected`);
      }
    } finally {
      closeSync(file);
    }
  });
}

function megabytes(bytes: number): string {
  return bytes >= 1 << 20 ? `${Math.round(bytes / (1 << 20))} MiB` : `${bytes} bytes`;
}

/** Directories cannot be read, and devices such as /dev/zero have no end. */
function refuseNoFile(path: string, status: Stats, pipes = true): void {
  if (status.isFile()) return;
  if (status.isDirectory()) throw new InputError(path, "is a directory, a file was expected");
  const isPipe = status.isFIFO() || status.isSocket();
  if (!pipes) throw new InputError(path, `is a ${isPipe ? "pipe" : "device"}, a file was expected`);
  if (!isPipe) throw new InputError(path, "is a device, a file or a pipe was expected");
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
  if (code === "EISDIR") return new InputError(path, "is a directory, a file was expected");
  if (code === "EACCES" || code === "EPERM")
    return new InputError(path, "not readable", "check its permissions");
  if (code === "Z_BUF_ERROR")
    return new InputError(path, "the gzip data ends too early", "fetch the file again");
  if (code.startsWith("Z_")) return new InputError(path, "not valid gzip data", "fetch the file again");
  if (code === "EMFILE" || code === "ENFILE")
    return new InputError(path, "cannot be read: too many files are open", "raise the limit: ulimit -n");
  if (isSystemError(error)) return new InputError(path, `cannot be read (${code})`);
  return refusedPath(path, error) ?? error;
}

/** For a path that Node refuses before the system sees it: files with lists of other files may hold any bytes. */
export function refusedPath(path: string, error: unknown): InputError | undefined {
  const isRefused = (error as { code?: string }).code === "ERR_INVALID_ARG_VALUE" && path.includes("\0");
  return isRefused ? new InputError(path, "a path with a NUL byte, which no file can have") : undefined;
}

/** Whether an error was reported by the operating system, as ENOSPC, and is none of this program. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) && "syscall" in (error as object);
}

const LONGEST_LINE_BYTES = 1 << 20;
const NEWLINE = 10;
const RETURN = 13;
const BLANK = 32;
/** As numbers: this file is loaded in the browser too, which has no `Buffer`. */
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;

interface ChunkRules {
  /** Index behind the last place in a piece of the file where a chunk may end, or 0 if there is none. */
  readonly cut: (piece: Buffer) => number;
  /** Most bytes without such a place, and what they are called. */
  readonly longest: number;
  readonly unit: string;
  readonly keepMark?: boolean;
}

/**
 * Chunks of a text file, unpacked if it is gzip, without the mark at its beginning that some editors write. Each ends at
 * the end of a line (or of the file), so that no token of a line-oriented format is cut in two. Throws `InputError` for
 * lines longer than `longest` bytes (1 MiB), for UTF-16, and for files that cannot be read.
 */
export function readLineChunks(path: string, longest = LONGEST_LINE_BYTES): AsyncGenerator<Buffer> {
  return readChunks(path, { cut: lineEnd, longest, unit: "line" });
}

/**
 * The same for formats whose lines mean nothing: each chunk ends behind a blank or at the end of a line. `keepMark`: with
 * the mark, for copying the file.
 */
export function readWordChunks(path: string, { keepMark = false } = {}): AsyncGenerator<Buffer> {
  return readChunks(path, { cut: blankEnd, longest: LONGEST_LINE_BYTES, unit: "word", keepMark });
}

/** Calls `each` for every line of a text file, whether its lines end in LF, CR LF or CR; numbers are from 1. */
export async function readLines(path: string, each: (text: string, number: number) => void): Promise<void> {
  let number = 0;
  for await (const chunk of readLineChunks(path)) {
    const text = chunk.toString("utf8");
    const lines = text.split(text.includes("\r") ? /\r\n|\r|\n/ : "\n");
    if (lines.at(-1) === "") lines.pop();
    for (const line of lines) each(line, ++number);
  }
}

function lineEnd(piece: Buffer): number {
  const end = piece.lastIndexOf(NEWLINE) + 1;
  if (end > 0) return end;
  // Old editors end lines with CR alone. Of one at the end of the piece, the next piece tells whether LF follows.
  const before = piece.subarray(0, piece.length - 1);
  return before.lastIndexOf(RETURN) + 1;
}

function blankEnd(piece: Buffer): number {
  let end = piece.length;
  if (piece[end - 1] === RETURN) end--;
  while (end > 0 && piece[end - 1]! > BLANK) end--;
  return end;
}

async function* readChunks(path: string, rules: ChunkRules): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let isFirst = true;
  try {
    for await (const found of openBytes(path)) {
      const piece = isFirst ? withoutMark(path, found, rules) : found;
      isFirst = false;
      const end = rules.cut(piece);
      if (end > 0) {
        yield Buffer.concat([...held, piece.subarray(0, end)]);
        held = [];
        heldBytes = 0;
      }
      if (end < piece.length) {
        held.push(piece.subarray(end));
        heldBytes += piece.length - end;
      }
      if (heldBytes > rules.longest)
        throw new InputError(
          path,
          `a ${rules.unit} is longer than ${megabytes(rules.longest)}`,
          "is this a text file of the format its name says?",
        );
    }
  } catch (error) {
    throw readError(path, error);
  }
  if (heldBytes > 0) yield Buffer.concat(held);
}

function withoutMark(path: string, piece: Buffer, { keepMark }: ChunkRules): Buffer {
  if ((piece[0] === 0xff && piece[1] === 0xfe) || (piece[0] === 0xfe && piece[1] === 0xff))
    throw new InputError(
      path,
      "is UTF-16 text, UTF-8 was expected",
      "convert it: iconv -f UTF-16 -t UTF-8 OLD > NEW",
    );
  return !keepMark && startsWithMark(piece) ? piece.subarray(BYTE_ORDER_MARK.length) : piece;
}

/** Whether bytes begin with the mark that some editors write at the beginning of UTF-8 text: bytes EF BB BF. */
export function startsWithMark(bytes: Buffer): boolean {
  return BYTE_ORDER_MARK.every((byte, i) => bytes[i] === byte);
}

export const MARK_BYTES = BYTE_ORDER_MARK.length;

/** Pieces of a file or pipe, unpacked if it is gzip. */
async function* openBytes(path: string): AsyncGenerator<Buffer> {
  const file = await open(path);
  try {
    refuseNoFile(path, await file.stat());
    const pieces = readPieces(file);
    const first = await pieces.next();
    const isGzip = !first.done && first.value[0] === 0x1f && first.value[1] === 0x8b;
    if (!isGzip && path.endsWith(".gz"))
      throw new InputError(
        path,
        "not gzip data, which its name promises",
        "drop .gz from the name, or pack it",
      );
    if (first.done) return;
    async function* all(): AsyncGenerator<Buffer> {
      yield first.value as Buffer;
      yield* pieces;
    }
    if (!isGzip) {
      yield* all();
      return;
    }
    const unpacked = createGunzip({ chunkSize: READ_BYTES });
    const source = Readable.from(all(), { objectMode: true });
    source.on("error", (error) => unpacked.destroy(error));
    try {
      for await (const piece of source.pipe(unpacked)) yield piece as Buffer;
    } finally {
      source.destroy();
    }
  } finally {
    await file.close();
  }
}

async function* readPieces(file: FileHandle): AsyncGenerator<Buffer> {
  for (;;) {
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    let filled = 0;
    // Pipes may give few bytes at a time; the first piece must hold what tells a file's kind.
    while (filled < buffer.length) {
      const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, null);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    if (filled > 0) yield buffer.subarray(0, filled);
    if (filled < buffer.length) return;
  }
}
