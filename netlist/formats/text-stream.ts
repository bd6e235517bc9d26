// Files as streams of whole lines, gzip undone on the way. A chunk always ends at the end of a line, so that no
// token of a line-oriented or protobuf text format is ever cut in two.
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { InputError } from "../input-error.js";
import { readError } from "../on-disk.js";

const LONGEST_LINE_BYTES = 1 << 20;
const LARGEST_TEXT_BYTES = 1 << 28;
const NEWLINE = 10;

/** Chunks of `path`, unpacked if it is gzip, each of them ending with a line's end (or the file's). */
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

/** The whole of a text file of up to 256 MiB, unpacked if it is gzip. */
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
