// Writing files. Errors of the operating system become `InputError`s.
//
// Files are written whole or not at all: the bytes go to a temporary file in the same folder, which is then renamed.
// If the process is killed, either the old file or the new one is there, never half of one. The temporary file stays
// behind; the next process that writes to the folder removes it.
import {
  appendFileSync,
  constants,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  rmSync,
  statSync,
} from "node:fs";
import { lstat, open, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { isSystemError, refusedPath } from "./files.js";
import { InputError } from "./input-error.js";
import { markedName, removeLeftovers } from "./leftovers.js";

/** One piece, or several in order. */
export type FileData =
  | string
  | Uint8Array
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>;

export interface WriteOptions {
  /**
   * Whether to wait until the disk has the file, so that a power failure cannot take it back (default). It takes some
   * milliseconds. False is for files that are soon replaced by better ones.
   */
  readonly durable?: boolean;
}

/**
 * Writes `data` to `path`, as gzip if the name ends in `.gz`. The same data gives the same bytes. A link is followed.
 * Throws `InputError` if the folder does not exist or cannot be written to, and if something other than a file is there.
 */
export async function writeFileAtomically(
  path: string,
  data: FileData,
  { durable = true }: WriteOptions = {},
): Promise<void> {
  await explained(path, async () => {
    const target = await replacedBy(path);
    await withTemporary(target, data, durable, (temporary) => rename(temporary, target));
    if (durable) await syncFolder(dirname(target));
  });
}

/**
 * Writes a file that nobody else has written: of several processes one gets the name. Returns false, and leaves what is
 * there, if the name is taken. Throws `InputError` as `writeFileAtomically` does.
 */
export async function writeNewFile(path: string, data: FileData): Promise<boolean> {
  return explained(path, async () => {
    let isNew = false;
    await withTemporary(path, data, true, async (temporary) => {
      isNew = linkNew(temporary, path);
    });
    if (isNew) await syncFolder(dirname(path));
    return isNew;
  });
}

/** Adds to a file. Throws `InputError` if it cannot be written. */
export function appendToFile(path: string, data: string | Uint8Array): void {
  try {
    appendFileSync(path, data);
  } catch (error) {
    throw writeError(path, error);
  }
}

/** Makes a folder and those above it. Throws `InputError` if a file is in the way or it may not. */
export function makeFolder(path: string): void {
  if (path === "")
    throw new InputError("a folder", "has an empty name", "name one; . is the working directory");
  // Not with `recursive`, which never ends where the system makes no folders, as in /proc.
  const missing: string[] = [];
  try {
    for (let folder = path; !isFolder(folder); folder = dirname(folder)) {
      missing.unshift(folder);
      if (dirname(folder) === folder) break;
    }
    for (const folder of missing)
      try {
        mkdirSync(folder);
      } catch (error) {
        if (!isFolder(folder)) throw error; // another process was faster
      }
  } catch (error) {
    throw new InputError(
      path,
      `cannot be made a folder (${(error as Error).message})`,
      "choose another --out",
    );
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Removes a file if it is there. Throws `InputError` for a folder, and where it may not. */
export function removeFile(path: string): void {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status?.isDirectory())
    throw new InputError(
      path,
      "is a directory, but a run writes a file there",
      "move it, or choose another --out",
    );
  try {
    rmSync(path, { force: true });
  } catch (error) {
    throw writeError(path, error);
  }
}

/** What a file is written over: where a link leads. */
async function replacedBy(path: string): Promise<string> {
  const status = await stat(path).catch(() => undefined);
  if (!status) return path;
  if (status.isDirectory()) throw new InputError(path, "cannot be written: it is a directory");
  if (!status.isFile())
    throw new InputError(path, "cannot be written: it is a device or a pipe, a file was expected");
  return (await lstat(path)).isSymbolicLink() ? realpath(path) : path;
}

/** How names of temporary files begin. */
export const TEMPORARY = ".ashlar-tmp-";

/** Writes a temporary file beside `path` and hands it over; removes it if it is still there then. */
async function withTemporary(
  path: string,
  data: FileData,
  durable: boolean,
  use: (temporary: string) => Promise<void>,
): Promise<void> {
  const folder = dirname(path);
  removeLeftovers(folder, TEMPORARY);
  const temporary = join(folder, markedName(TEMPORARY));
  const pieces = typeof data === "string" || data instanceof Uint8Array ? [data] : data;
  // Opened before anything can break off: a stream that opens the file by itself may do so after it was removed.
  const file = await open(temporary, "wx");
  try {
    const source = Readable.from(pieces, { objectMode: true });
    const target = file.createWriteStream();
    if (path.endsWith(".gz")) await pipeline(source, createGzip(), target);
    else await pipeline(source, target);
    if (durable) await syncFile(temporary);
    await use(temporary);
  } finally {
    await file.close();
    await rm(temporary, { force: true });
  }
}

/** Errors of file systems that know no hard links. */
const WITHOUT_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"];

/** Gives a file a second name, in one step. Returns false if the name is taken. */
export function linkNew(from: string, to: string): boolean {
  try {
    try {
      linkSync(from, to);
    } catch (error) {
      if (!WITHOUT_LINKS.includes(codeOf(error))) throw error;
      copyFileSync(from, to, constants.COPYFILE_EXCL);
    }
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A rename lasts once the disk has the folder. Not every system lets a folder be written out. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => undefined);
  try {
    await folder?.sync();
  } catch (error) {
    if (codeOf(error) === "EIO") throw error;
  } finally {
    await folder?.close();
  }
}

/** An error of the system about a file to be written, as an `InputError`; any other error unchanged. */
export function writeError(path: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === "ENOENT" || code === "ENOTDIR")
    return new InputError(path, `cannot be written: there is no folder '${dirname(path)}'`, "make it first");
  if (code === "EACCES" || code === "EPERM" || code === "EROFS")
    return new InputError(path, "cannot be written", "check the folder's permissions");
  if (code === "EISDIR") return new InputError(path, "cannot be written: it is a directory");
  if (code === "ENOSPC" || code === "EDQUOT")
    return new InputError(path, "cannot be written: the disk is full", "make room, or choose another folder");
  if (code === "EMFILE" || code === "ENFILE")
    return new InputError(path, "cannot be written: too many files are open", "raise the limit: ulimit -n");
  if (isSystemError(error)) return new InputError(path, `cannot be written (${code})`);
  return refusedPath(path, error) ?? error;
}

async function explained<Result>(path: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    throw writeError(path, error);
  }
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? "";
}
