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

/** Whether a name is the one given, where `*` matches any text. */
export function nameMatcher(pattern: string): (name: string) => boolean {
  return pattern.includes("*") ? wildcard(pattern) : (name) => name === pattern;
}

/** `*` matches any text. Names are compared piece by piece, which is fast for every pattern. */
function wildcard(pattern: string): (name: string) => boolean {
  const pieces = pattern.split("*");
  const [head, tail] = [pieces[0]!, pieces.at(-1)!];
  return (name) => {
    if (name.length < head.length + tail.length || !name.startsWith(head) || !name.endsWith(tail))
      return false;
    let at = head.length;
    for (const piece of pieces.slice(1, -1)) {
      const found = name.indexOf(piece, at);
      if (found < 0 || found + piece.length > name.length - tail.length) return false;
      at = found + piece.length;
    }
    return true;
  };
}
