// JSON Lines: an object per line, read while others append.
import { ownBytesOf } from "../netlist/index.js";

const LARGEST_BYTES = 2 ** 30;
const NEWLINE = 10;
const BRACE = "}".charCodeAt(0);

/**
 * The objects of a file in order; none if there is no file. Lines that do not parse are left out: a kill may have cut
 * one short. Throws `InputError` for what is no file, cannot be read, or holds more than 1 GiB.
 */
export function readJsonLines<Line>(path: string): Line[] {
  const lines: Line[] = [];
  const bytes = ownBytesOf(path, LARGEST_BYTES) ?? Buffer.alloc(0);
  let start = 0;
  while (start < bytes.length) {
    const found = bytes.indexOf(NEWLINE, start);
    const end = found < 0 ? bytes.length : found;
    if (bytes[end - 1] === BRACE)
      try {
        lines.push(JSON.parse(bytes.toString("utf8", start, end)) as Line);
      } catch {
        // no whole object: left out
      }
    start = end + 1;
  }
  return lines;
}
