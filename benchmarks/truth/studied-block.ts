// A block of the study as the command line names it: BLOCK[:PLACEMENTS][=LEF].
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readJsonLines } from "../../flow/json-lines.js";
import { loadBlockWith } from "../../flow/load-block.js";
import { isDefPath } from "../../netlist/index.js";
import type { CheapFigures } from "./figures.js";
import type { Judged } from "./findings.js";
import { type Source, type Studied, sourcesFor } from "./placements.js";

export interface Opened extends Studied {
  readonly name: string;
  readonly sources: readonly Source[];
  readonly every: readonly Source[];
  readonly log: string;
  readonly done: ReadonlySet<string>;
  cheap?: CheapFigures;
}

/** What a block of the command line is called: as its folder is. */
export function nameOf(argument: string): string {
  const [path] = argument.split(/[:=]/) as [string];
  return basename(isDefPath(path) ? dirname(path) : path);
}

/** Makes its folder in `into`. `most`: how many placements a block has that does not say so. */
export async function openBlock(argument: string, into: string, most: number): Promise<Opened> {
  const [block, lef] = argument.split("=") as [string, string | undefined];
  const [path, count] = block.split(":") as [string, string | undefined];
  const beside = isDefPath(path) ? dirname(path) : path;
  const name = nameOf(argument);
  const out = join(into, name);
  mkdirSync(out, { recursive: true });
  const log = join(out, "judged.jsonl");
  const lefs = lef === undefined ? [] : [lef];
  const design = isDefPath(path) ? { freeFixed: true, lef: lefs } : {};
  const every = sourcesFor(readdirSync(beside).filter((file) => /^macros_/.test(file)));
  return {
    ...{ path, beside, lefs, out, name, log, every },
    options: isDefPath(path) ? [...lefs.flatMap((one) => ["--lef", one]), "--free-fixed"] : [],
    flat: await loadBlockWith(path, design, true),
    sources: every.slice(0, Number(count ?? most)),
    done: new Set((existsSync(log) ? (readJsonLines(log) as Judged[]) : []).map(({ source }) => source)),
  };
}
