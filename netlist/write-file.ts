// Files written whole or not at all: the bytes go to a temporary file beside the target, which is then renamed.
// A kill at any moment leaves the old file or the new one, never half of one.
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { InputError } from "./input-error.js";

let writeCount = 0;

/**
 * Writes `data` (one piece, or several in order) to `path`, gzip if the name ends in `.gz`. The same data gives the
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
