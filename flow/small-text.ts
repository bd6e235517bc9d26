// Small text files that users write by hand. They may be pipes, and devices that never end are refused.
import { closeSync, openSync, readSync } from "node:fs";
import { InputError, readError } from "../netlist/index.js";

const LARGEST_BYTES = 1 << 20;

/** The text of a file or pipe. Throws `InputError` if it cannot be read or holds more than 1 MiB. */
export function readSmallText(path: string): string {
  const bytes = Buffer.alloc(LARGEST_BYTES + 1);
  let length = 0;
  try {
    const file = openSync(path, "r");
    try {
      for (let read = -1; read !== 0 && length < bytes.length; length += read)
        read = readSync(file, bytes, length, bytes.length - length, null);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw readError(path, error);
  }
  if (length > LARGEST_BYTES) throw new InputError(path, "holds more than 1 MiB, far less was expected");
  return bytes.toString("utf8", 0, length);
}
