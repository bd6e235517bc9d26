// Bookshelf `.nodes`: names, sizes and terminals; `.scl`: rows of sites for cells.
import { append, type GrowingArray, growingBytes, growingFloats } from "../../arrays.js";
import { InputError } from "../../input-error.js";
import { type Announced, checkCount, readWords, toCount, toNumber, valuesOf } from "./words.js";

/** Whether a node is movable, fixed, or fixed with overlaps allowed (`terminal_NI`). */
export const Terminal = { Movable: 0, Fixed: 1, Coverable: 2 } as const;

export interface NodeList {
  readonly names: readonly string[];
  /** Number of a node by its name. */
  readonly numbers: ReadonlyMap<string, number>;
  /** Sides in database units in orientation N. */
  readonly widths: Float64Array;
  readonly heights: Float64Array;
  /** Per node, `Terminal`. */
  readonly terminals: Uint8Array;
}

const TERMINALS: Readonly<Record<string, number>> = {
  terminal: Terminal.Fixed,
  terminal_ni: Terminal.Coverable,
};

/** Reads a `.nodes` file. */
export async function readNodes(path: string): Promise<NodeList> {
  const names: string[] = [];
  const numbers = new Map<string, number>();
  const widths = growingFloats();
  const heights = growingFloats();
  const terminals: GrowingArray<Uint8Array> = growingBytes();
  let nodeCount: Announced | undefined;
  let terminalCount: Announced | undefined;
  let terminalsFound = 0;
  await readWords(path, "nodes", (line) => {
    const { words, where } = line;
    const nodesSaid = names.length === 0 ? valuesOf(line, "NumNodes") : undefined;
    if (nodesSaid) {
      nodeCount = { count: toCount(nodesSaid[0], where, "NumNodes"), where };
      return;
    }
    const terminalsSaid = names.length === 0 ? valuesOf(line, "NumTerminals") : undefined;
    if (terminalsSaid) {
      terminalCount = { count: toCount(terminalsSaid[0], where, "NumTerminals"), where };
      return;
    }
    const [name, width, height, flag, extra] = words;
    if (words.length < 3 || extra !== undefined)
      throw new InputError(where, `${words.length} words, 'name width height [terminal]' was expected`);
    const earlier = numbers.get(name!);
    if (earlier !== undefined)
      throw new InputError(where, `node '${name}' comes twice`, "rename one of them");
    const terminal = flag === undefined ? Terminal.Movable : TERMINALS[flag.toLowerCase()];
    if (terminal === undefined)
      throw new InputError(where, `'${flag}' after a node's size, terminal or terminal_NI was expected`);
    const w = toNumber(width, where, `the width of '${name}'`);
    const h = toNumber(height, where, `the height of '${name}'`);
    if (w < 0 || h < 0)
      throw new InputError(where, `node '${name}' has size ${w} x ${h}, not negative was expected`);
    numbers.set(name!, names.length);
    names.push(name!);
    widths.push(w);
    heights.push(h);
    terminals.push(terminal);
    if (terminal !== Terminal.Movable) terminalsFound++;
  });
  checkCount(path, { what: "NumNodes", announced: nodeCount, found: names.length });
  checkCount(path, { what: "NumTerminals", announced: terminalCount, found: terminalsFound });
  if (names.length === 0)
    throw new InputError(path, "no node found, lines 'name width height' were expected");
  return {
    names,
    numbers,
    widths: widths.toArray(),
    heights: heights.toArray(),
    terminals: terminals.toArray(),
  };
}

/** One row, or one subrow of it, in database units. */
export interface Row {
  readonly bottom: number;
  readonly height: number;
  readonly siteWidth: number;
  readonly siteSpacing: number;
  readonly left: number;
  readonly sites: number;
  readonly orientation: string;
  readonly symmetry: string;
}

/** Reads an `.scl` file: one entry per subrow. */
export async function readRows(path: string): Promise<Row[]> {
  const rows: Row[] = [];
  let rowCount: Announced | undefined;
  let rowsFound = 0;
  let open: { where: string; values: Map<string, string>; stretches: [number, number][] } | undefined;
  await readWords(path, "scl", (line) => {
    const { words, where } = line;
    const first = words[0]!.toLowerCase();
    if (!open) {
      const said = valuesOf(line, "NumRows");
      if (said) rowCount = { count: toCount(said[0], where, "NumRows"), where };
      else if (first === "corerow") {
        if (words[1]?.toLowerCase() !== "horizontal")
          throw new InputError(where, `'${words.join(" ")}', 'CoreRow Horizontal' was expected`);
        open = { where, values: new Map(), stretches: [] };
      } else
        throw new InputError(where, `'${words.join(" ")}', 'NumRows :' or 'CoreRow Horizontal' was expected`);
      return;
    }
    if (first === "end") {
      append(rows, stretchesOf(open));
      rowsFound++;
      open = undefined;
      return;
    }
    const origin = valuesOf(line, "SubrowOrigin");
    if (origin) open.stretches.push(toStretch(origin, where));
    else {
      const key = ROW_KEYS.find((key) => valuesOf(line, key));
      if (key === undefined)
        throw new InputError(
          where,
          `'${words[0]}' in a row, one of ${ROW_KEYS.join(" ")} SubrowOrigin End was expected`,
        );
      open.values.set(key, valuesOf(line, key)![0] ?? "");
    }
  });
  if (open)
    throw new InputError(
      (open as { where: string }).where,
      "the row has no 'End'",
      "the file is cut off: fetch it again",
    );
  checkCount(path, { what: "NumRows", announced: rowCount, found: rowsFound });
  if (rows.length === 0)
    throw new InputError(path, "no row found, 'CoreRow Horizontal … End' entries were expected");
  return rows;
}

const ROW_KEYS = ["Coordinate", "Height", "Sitewidth", "Sitespacing", "Siteorient", "Sitesymmetry"] as const;

/** `origin NumSites : count`, as written after `SubrowOrigin :`. */
function toStretch(words: readonly string[], where: string): [number, number] {
  const match = /^(\S+)\s+NumSites\s*:\s*(\S+)$/i.exec(words.join(" "));
  if (!match)
    throw new InputError(where, `'SubrowOrigin : ${words.join(" ")}', 'x NumSites : count' was expected`);
  return [toNumber(match[1], where, "SubrowOrigin"), toCount(match[2], where, "NumSites")];
}

function stretchesOf({
  where,
  values,
  stretches,
}: {
  where: string;
  values: ReadonlyMap<string, string>;
  stretches: readonly [number, number][];
}): Row[] {
  const bottom = toNumber(values.get("Coordinate"), where, "the row's Coordinate");
  const height = toNumber(values.get("Height"), where, "the row's Height");
  const siteWidth = toNumber(values.get("Sitewidth") ?? "1", where, "the row's Sitewidth");
  const siteSpacing = toNumber(
    values.get("Sitespacing") ?? String(siteWidth),
    where,
    "the row's Sitespacing",
  );
  if (!(height > 0 && siteWidth > 0 && siteSpacing > 0))
    throw new InputError(
      where,
      `the row has height ${height} and sites of ${siteWidth} every ${siteSpacing}, greater than 0 were expected`,
    );
  if (stretches.length === 0)
    throw new InputError(where, "the row has no 'SubrowOrigin : x NumSites : count'");
  const orientation = values.get("Siteorient") ?? "N";
  const symmetry = values.get("Sitesymmetry") ?? "Y";
  return stretches.map(([left, sites]) => {
    if (!(Math.abs(left + sites * siteSpacing) <= 1e9))
      throw new InputError(where, `the row ends at ${left + sites * siteSpacing}, at most 1e9 was expected`);
    return { bottom, height, siteWidth, siteSpacing, left, sites, orientation, symmetry };
  });
}
