// JSON Lines: an object per line, read while others append.
import { readFileSync, statSync } from "node:fs";
import { InputError, readError } from "../netlist/index.js";

/**
 * The objects of a file in order; none if there is no file. Lines that do not parse are left out: a kill may have cut
 * one short. Throws `InputError` for what is no file or cannot be read.
 */
export function readJsonLines<Line>(path: string): Line[] {
  const lines: Line[] = [];
  for (const text of textOf(path).split("\n")) {
    if (!text.endsWith("}")) continue; // no whole object
    try {
      lines.push(JSON.parse(text) as Line);
    } catch {
      // left out
    }
  }
  return lines;
}

/** Read without asking first whether the file is there: a run that is started over may remove it in between. */
function textOf(path: string): string {
  try {
    // A pipe would be waited for.
    if (!statSync(path).isFile()) throw new InputError(path, "is no file, lines of JSON were expected");
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw readError(path, error);
  }
}
