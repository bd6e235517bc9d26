// Which block a directory holds: netlist text, a Bookshelf set or a design. Nothing is guessed: a directory with
// several candidates is refused with their names.
import { join } from "node:path";
import { namesIn, statusOf } from "./files.js";
import { InputError } from "./input-error.js";

export type BlockFormat = "netlist" | "bookshelf" | "design";

/** How the names of the files end that say what a block is. */
export const BLOCK_FILE_NAMES: Readonly<Record<BlockFormat, RegExp>> = {
  netlist: /\.pb\.txt(\.gz)?$/,
  bookshelf: /\.aux(\.gz)?$/,
  design: /\.def(\.gz)?$/i,
};

/** The file that makes a directory a block whatever else is in it, as in the folder of a run; the first is preferred. */
export const BLOCK_NETLIST = ["netlist.pb.txt", "netlist.pb.txt.gz"];
const MOST_NAMED = 8;

/**
 * The file that says what the block of a directory is: `netlist.pb.txt`, or else the only netlist, `.aux` or `.def`.
 * Undefined if there is none, or `path` is no directory. Throws `InputError` if there are several.
 */
export function blockFileIn(
  path: string,
): { readonly format: BlockFormat; readonly file: string } | undefined {
  if (!statusOf(path)?.isDirectory()) return undefined;
  const names = namesIn(path);
  const netlist = BLOCK_NETLIST.find((name) => names.includes(name));
  if (netlist !== undefined) return { format: "netlist", file: join(path, netlist) };
  const found = names.sort().flatMap((name) => {
    const format = formatOf(name);
    return format === undefined ? [] : [{ format, file: join(path, name) }];
  });
  if (found.length <= 1) return found[0];
  const listed = found.slice(0, MOST_NAMED).map(({ file }) => file);
  const more = found.length > MOST_NAMED ? ` and ${found.length - MOST_NAMED} more` : "";
  throw new InputError(
    path,
    `the directory holds ${found.length} blocks, one was expected: ${listed.join(", ")}${more}`,
    "name one of the files",
  );
}

function formatOf(name: string): BlockFormat | undefined {
  return (Object.keys(BLOCK_FILE_NAMES) as BlockFormat[]).find((format) =>
    BLOCK_FILE_NAMES[format].test(name),
  );
}

/** Whether a path names a block of a format, by the file's name or by what a directory holds. */
export function isBlockOf(format: BlockFormat, path: string): boolean {
  return blockFileOf(format, path) !== undefined;
}

/** The file of a block of a format: the path itself, or the one in the directory. */
export function blockFileOf(format: BlockFormat, path: string): string | undefined {
  if (statusOf(path)?.isDirectory()) {
    const found = blockFileIn(path);
    return found?.format === format ? found.file : undefined;
  }
  return BLOCK_FILE_NAMES[format].test(path) ? path : undefined;
}
