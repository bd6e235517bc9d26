// Small netlists and files for the tests of this folder.
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { makeFolder } from "../../support/temp-folder.js";

export { makeFolder };

/** Writes a file into a folder (a fresh one if none is given) and returns its path; gzip if the name says so. */
export function makeFile(name: string, content: string | Uint8Array, folder = makeFolder()): string {
  const path = join(folder, name);
  writeFileSync(path, name.endsWith(".gz") ? gzipSync(content) : content);
  return path;
}

/** One node of a netlist text file. Text attributes become placeholders, numbers stay numbers. */
export function node(
  name: string,
  attributes: Record<string, string | number>,
  ...inputs: readonly string[]
): string {
  const attrs = Object.entries(attributes).map(([key, value]) => {
    const text = typeof value === "string" ? `placeholder: "${value}"` : `f: ${value}`;
    return `  attr { key: "${key}" value { ${text} } }\n`;
  });
  const lines = inputs.map((input) => `  input: "${input}"\n`);
  return `node {\n  name: "${name}"\n${lines.join("")}${attrs.join("")}}\n`;
}

/**
 * Two ports, two hard macros with one pin each, one soft macro:
 * `in` drives `A/p` and the soft macro; `A/p` drives `B/p`; the soft macro drives `B/p` (weight 3) and `out`.
 */
export const TINY =
  node("in", { type: "PORT", x: 0, y: 5 }, "A/p", "Grp_0/Pinput") +
  node("out", { type: "PORT", x: 100, y: 95.5 }) +
  node("A", { type: "MACRO", width: 20, height: 10, orientation: "N" }) +
  node("A/p", { type: "MACRO_PIN", macro_name: "A", x_offset: -9.9, y_offset: 1 }, "B/p") +
  node("B", { type: "MACRO", width: 16, height: 8, x: 60, y: 40, orientation: "FS" }) +
  node("B/p", { type: "MACRO_PIN", macro_name: "B", x_offset: 4, y_offset: -2 }) +
  node("Grp_0", { type: "macro", width: 12, height: 2.5, x: 30.3, y: 31.7 }) +
  node("Grp_0/Poutput_single_0", { type: "macro_pin", macro_name: "Grp_0", weight: 3 }, "B/p") +
  node("Grp_0/Poutput_single_1", { type: "macro_pin", macro_name: "Grp_0" }, "out") +
  node("Grp_0/Pinput", { type: "macro_pin", macro_name: "Grp_0" });

/** Path of a file of the shared benchmark data, or undefined if that is not at hand. */
export function sharedFile(path: string): string | undefined {
  const full = resolve("..", "shared", path);
  return existsSync(full) ? full : undefined;
}

export const NO_SHARED_DATA = "SKIPPED: the shared benchmark data (../shared) is not here";
