// Nodes by name: a part of the name, a pattern with * and ?, or a regular expression between slashes.

/** Nodes whose name matches, in node order, at most `most`. Throws if a regular expression is none. */
export function searchNames(names: readonly string[], query: string, most: number): number[] {
  const text = query.trim();
  if (text === "") return [];
  const matches = matcher(text);
  const found: number[] = [];
  for (let node = 0; node < names.length && found.length < most; node++)
    if (matches(names[node]!)) found.push(node);
  return found;
}

function matcher(text: string): (name: string) => boolean {
  const regular = /^\/(.+)\/(i?)$/.exec(text);
  if (regular) {
    const expression = new RegExp(regular[1]!, regular[2]);
    return (name) => expression.test(name);
  }
  if (/[*?]/.test(text)) {
    const escaped = text.replace(/[.+^${}()|[\]\\]/g, "\\$&");
    const expression = new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "i");
    return (name) => expression.test(name);
  }
  const part = text.toLowerCase();
  return (name) => name.toLowerCase().includes(part);
}
