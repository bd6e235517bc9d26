// Bookshelf `.aux`: the names of the files of a set. The names may omit `.gz`.
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { blockFileOf } from "../../block-directory.js";
import { bytesOf, MARK_BYTES, startsWithMark } from "../../files.js";
import { InputError } from "../../input-error.js";

const LARGEST_BYTES = 1 << 20;

export interface AuxFiles {
  readonly aux: string;
  readonly nodes: string;
  readonly nets: string;
  readonly pl: string;
  readonly scl: string;
  readonly wts: string | undefined;
  readonly shapes: string | undefined;
  readonly route: string | undefined;
  /** All files that are read, the .aux first. */
  readonly all: string[];
  /** Names of files that are not read. */
  readonly unread: string[];
}

/** The `.aux` file at a path: the path itself, or the only block of a directory. */
export function findAux(path: string): string | undefined {
  return blockFileOf("bookshelf", path);
}

/** Name of a block, from the name of its file. */
export function stemOf(path: string): string {
  return basename(path).replace(/(\.aux|\.pl)?(\.gz)?$/, "");
}

/** Reads an `.aux` file and finds the files that it names. Throws `InputError` if one is missing. */
export function readAux(path: string): AuxFiles {
  const lines = textOf(path)
    .split(/\r\n|\r|\n/)
    .map((line, i) => ({
      words: line.replace(/#.*$/, "").replace(":", " : ").trim(),
      where: `${path}:${i + 1}`,
    }))
    .filter(({ words }) => words !== "");
  const first = lines[0];
  if (first === undefined)
    throw new InputError(path, "empty, 'RowBasedPlacement : NAME.nodes NAME.nets …' was expected");
  const words = first.words.split(/\s+/);
  if (words[1] !== ":" || words.length < 3)
    throw new InputError(first.where, `'${first.words}', 'RowBasedPlacement : NAME.nodes …' was expected`);
  if (lines[1] !== undefined)
    throw new InputError(lines[1].where, "a second line, one with all the files' names was expected");
  const parts = new Map<string, string>();
  for (const name of words.slice(2)) {
    const ending = /\.([a-z]+)(?:\.gz)?$/i.exec(name)?.[1]?.toLowerCase() ?? "";
    if (parts.has(ending))
      throw new InputError(
        first.where,
        `'${name}' is the second file of ending .${ending}, one was expected`,
      );
    parts.set(ending, name);
  }
  const part = (ending: string): string | undefined => {
    const name = parts.get(ending);
    return name === undefined ? undefined : besideOf(path, name, first.where);
  };
  const needed = (ending: string, what: string): string => {
    const file = part(ending);
    if (file === undefined)
      throw new InputError(first.where, `no .${ending} file is named`, `it gives ${what}`);
    return file;
  };
  const nodes = needed("nodes", "the nodes and their sizes");
  const nets = needed("nets", "the nets");
  const pl = needed("pl", "the places of pads");
  const scl = needed("scl", "the rows, and with them the canvas and what a macro is");
  const wts = part("wts");
  const shapes = part("shapes");
  // Sets are passed on without it, because most placers do not read it.
  const routeName = parts.get("route");
  const route = routeName === undefined ? undefined : fileBeside(path, routeName);
  return {
    aux: path,
    nodes,
    nets,
    pl,
    scl,
    wts,
    shapes,
    route,
    all: [path, nodes, nets, pl, scl, wts, shapes, route].filter((file) => file !== undefined),
    unread: [...parts]
      .filter(([ending]) => !READ.has(ending) && !(ending === "route" && route !== undefined))
      .map(([, name]) => name),
  };
}

/** Text of the file. It is one line, so it is read synchronously. */
function textOf(path: string): string {
  const bytes = bytesOf(path, LARGEST_BYTES);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = isGzip ? unpacked(path, bytes) : bytes;
  return text.subarray(startsWithMark(text) ? MARK_BYTES : 0).toString("utf8");
}

function unpacked(path: string, bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST_BYTES });
  } catch {
    throw new InputError(path, "not valid gzip data of at most 1 MiB of text", "fetch the file again");
  }
}

const READ: ReadonlySet<string> = new Set(["nodes", "nets", "pl", "scl", "wts", "shapes"]);

function besideOf(aux: string, name: string, where: string): string {
  const file = fileBeside(aux, name);
  if (file === undefined)
    throw new InputError(where, `there is no file '${name}' (or '${name}.gz') beside it`);
  return file;
}

function fileBeside(aux: string, name: string): string | undefined {
  const path = join(dirname(aux), name);
  return [path, `${path}.gz`].find((candidate) => existsSync(candidate));
}
