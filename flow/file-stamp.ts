// Whether a file has changed since somebody looked.
import { statSync } from "node:fs";

/** Changes whenever the file does; -1 without one, or where there is none to be reached. */
export function stampOf(path: string): number {
  try {
    const { mtimeMs, size } = statSync(path);
    return mtimeMs * 1e3 + (size % 1e3);
  } catch {
    return -1;
  }
}
