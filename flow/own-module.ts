// Code of the user's own, loaded from a path that the user named for this run. A run folder's record names such files
// too, with their hashes, but nothing is ever loaded because a record says so.
import { existsSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { InputError } from "../netlist/index.js";

/** Whether a text is the path of a module rather than a name. */
export function isModulePath(text: string): boolean {
  return /^(\.{1,2}[/\\]|file:)/.test(text) || isAbsolute(text) || /\.[cm]?js$/.test(text);
}

/** The absolute path of a module named by a path or a file URL. Throws `InputError` if there is no such file. */
export function moduleFile(path: string): string {
  const file = path.startsWith("file:") ? fileURLToPath(path) : resolve(path);
  if (!existsSync(file))
    throw new InputError(
      path,
      "no such file",
      "give the path of a JavaScript module, from the working directory",
    );
  return file;
}

/** The default export of a module. `what` names what was expected. Throws `InputError` if it cannot be had. */
export async function loadDefault(path: string, what: string): Promise<{ value: unknown; file: string }> {
  const file = moduleFile(path);
  let exports: { readonly default?: unknown };
  try {
    exports = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  } catch (error) {
    throw new InputError(path, `cannot be loaded (${(error as Error).message})`, "mend the module");
  }
  if (exports.default === undefined)
    throw new InputError(
      path,
      `has no default export, ${what} was expected`,
      "export it with 'export default'",
    );
  return { value: exports.default, file };
}
