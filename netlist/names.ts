// Names: of folders, made from the names of blocks, and of nodes and pins, which must be unique in some formats.

/**
 * A block's name as a file or folder name. All characters but letters, digits, `_`, `.` and `-` become `_`, and so do
 * leading dots, so that no name is hidden or leads out of the folder.
 */
export function fileNameOf(name: string): string {
  return name.replace(/[^\w.-]/g, "_").replace(/^\.+|^$/, "_");
}

/** The name, with `_` appended until it is not taken. */
export function freshName(name: string, taken: { has(name: string): boolean }): string {
  let fresh = name;
  while (taken.has(fresh)) fresh += "_";
  return fresh;
}
