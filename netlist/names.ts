// Names of blocks come from files and may hold anything. Names of folders may not, and names in a netlist are unique.

/**
 * A block's name as that of a file or folder: whatever is no letter, digit, `_`, `.` or `-` becomes `_`, and so do dots
 * at the front, so that no name leads out of the folder or hides in it.
 */
export function fileNameOf(name: string): string {
  return name.replace(/[^\w.-]/g, "_").replace(/^\.+|^$/, "_");
}

/** The name, or if it is taken that with as many `_` behind it as it takes. */
export function freshName(name: string, taken: { has(name: string): boolean }): string {
  let fresh = name;
  while (taken.has(fresh)) fresh += "_";
  return fresh;
}
