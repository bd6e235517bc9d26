// Names in files that know nodes and pins by their names alone.

/** The name, or if it is taken that with as many `_` behind it as it takes. */
export function freshName(name: string, taken: { has(name: string): boolean }): string {
  let fresh = name;
  while (taken.has(fresh)) fresh += "_";
  return fresh;
}
