// JSON Lines: an object per line, read while others append.
import { readFileSync } from "node:fs";

/**
 * The objects of a file in order; none if there is no file. Lines that do not parse are left out: a kill may have cut
 * one short.
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
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
