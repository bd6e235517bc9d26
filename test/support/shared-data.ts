// Real netlists and golden values live outside the project. Tests that need them run where they are and say so
// where they are not.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The folder with benchmarks and conformance data, beside the project. */
export const SHARED = "../shared";

/** For `test(name, { skip: withoutShared }, …)`: false, or why the test is left out. */
export const withoutShared: string | false = existsSync(join(SHARED, "conformance"))
  ? false
  : `${SHARED} is not here: real netlists and golden values are not tested`;

export function sharedPath(path: string): string {
  return join(SHARED, path);
}

/** A JSON file of golden values. The caller knows its shape. */
export function readGolden<T>(name: string): T {
  return JSON.parse(readFileSync(sharedPath(`conformance/${name}`), "utf8")) as T;
}
