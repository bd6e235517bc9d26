// Files and folders as the system tells of them; where it refuses to, that is a line for the user.
import { readdirSync, readFileSync, type Stats, statSync } from "node:fs";
import { InputError } from "./input-error.js";

/** What there is at a path, or undefined if nothing is. */
export function statusOf(path: string): Stats | undefined {
  return reading(path, () => statSync(path, { throwIfNoEntry: false }));
}

export function namesIn(folder: string): string[] {
  return reading(folder, () => readdirSync(folder));
}

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

/** What the system or gzip says against a file, as an `InputError`; any other error as it is. */
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
