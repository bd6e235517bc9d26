// Names of blocks come from files and may hold anything, names of folders may not.

/**
 * A block's name as that of a file or folder: whatever is no letter, digit, `_`, `.` or `-` becomes `_`, and so do dots
 * at the front, so that no name leads out of the folder or hides in it.
 */
export function fileNameOf(name: string): string {
  return name.replace(/[^\w.-]/g, "_").replace(/^\.+|^$/, "_");
}
