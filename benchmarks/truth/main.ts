// How well do cheap figures of macros foretell what the chip is worth once its cells are placed? Macro placements of varied
// origin and quality are made, judged by the cheap figures, and their standard cells placed flat by `cells`; then the rank
// agreement of each figure with the flat wirelength is printed. What is done is kept in FOLDER, so a study that was cut off goes on.
// Run: node dist/benchmarks/truth/main.js FOLDER [--most PLACEMENTS] [--summary] BLOCK[=LEF]...
import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import type { CellsSummary } from "../../flow/cells.js";
import { readGivenPlaces } from "../../flow/given-places.js";
import { readJsonLines } from "../../flow/json-lines.js";
import { type Block, isDefPath, loadBlock, Random } from "../../netlist/index.js";
import { kendall, meanTau } from "./agreement.js";
import { CheapFigures, type Figures } from "./figures.js";
import { ashlar, placementOf, type Source, sourcesFor } from "./placements.js";

/** A macro placement, judged. */
interface Judged {
  readonly block: string;
  readonly source: string;
  readonly group: Source["group"];
  /** Half-perimeter wirelength of all nets with the standard cells in their rows, µm. */
  readonly flat_wirelength: number;
  readonly legal: boolean;
  readonly figures: Figures;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { most: { type: "string" }, summary: { type: "boolean", default: false } },
});
const [folder, ...blocks] = positionals;
if (folder === undefined) {
  console.error(
    "usage: node dist/benchmarks/truth/main.js FOLDER [--most PLACEMENTS] [--summary] BLOCK[=LEF]...",
  );
  process.exit(1);
}
mkdirSync(folder, { recursive: true });
if (!values.summary) for (const argument of blocks) await study(argument, join(folder, nameOf(argument)));
report(readdirSync(folder).flatMap((name) => readJsonLines(join(folder, name, "judged.jsonl")) as Judged[]));

function nameOf(argument: string): string {
  const [path] = argument.split("=") as [string];
  return basename(isDefPath(path) ? dirname(path) : path);
}

async function study(argument: string, out: string): Promise<void> {
  const [path, lef] = argument.split("=") as [string, string | undefined];
  const options = lef === undefined ? [] : ["--lef", lef];
  const flat = await loadBlock(path, lef === undefined ? {} : { def: { lef: [lef] } });
  mkdirSync(out, { recursive: true });
  const log = join(out, "judged.jsonl");
  const done = new Set((existsSync(log) ? (readJsonLines(log) as Judged[]) : []).map(({ source }) => source));
  const beside = isDefPath(path) ? dirname(path) : path;
  const given = readdirSync(beside).filter((name) => /^macros_/.test(name));
  let cheap: CheapFigures | undefined;
  const sources = sourcesFor(given);
  const step = values.most === undefined ? 1 : Math.max(1, sources.length / Number(values.most));
  for (let at = 0; at < sources.length; at += step) {
    const source = sources[Math.floor(at)]!;
    if (done.has(source.name)) continue;
    const placement = placementOf({ path, beside, options }, source, out);
    if (placement === undefined) continue;
    cheap ??= new CheapFigures(flat);
    const judged = await judge({ path, options, flat, cheap }, { placement, out });
    if (!judged) continue;
    const line: Judged = { block: flat.name, source: source.name, group: source.group, ...judged };
    appendFileSync(log, `${JSON.stringify(line)}\n`);
    console.error(`${flat.name} ${source.name}: ${(judged.flat_wirelength / 1e6).toFixed(3)}e6 µm`);
  }
}

interface Studied {
  readonly path: string;
  readonly options: readonly string[];
  readonly flat: Block;
  readonly cheap: CheapFigures;
}

async function judge(
  { path, options, flat, cheap }: Studied,
  { placement, out }: { readonly placement: string; readonly out: string },
): Promise<Pick<Judged, "flat_wirelength" | "legal" | "figures"> | undefined> {
  const lefs = options.slice(1);
  const figures = cheap.of(flat, await readGivenPlaces(placement, flat, lefs));
  const cells = join(out, "cells");
  const args = ["cells", path, ...options, "--placement", placement, "--out", cells, "--force", "--json"];
  const answer = ashlar(args);
  rmSync(cells, { recursive: true, force: true });
  if (answer === undefined) return undefined;
  const { flat_wirelength, legal } = JSON.parse(answer) as CellsSummary;
  return { flat_wirelength, legal, figures };
}

/** Tau of every figure with the truth, within each block and in the mean, for all placements and for good ones alone. */
function report(all: readonly Judged[]): void {
  const sets: Record<string, (one: Judged) => boolean> = {
    "all placements": () => true,
    "without random ones": ({ group }) => group !== "random",
    "searches alone": ({ group }) => group === "search",
    "searches and mixed-size": ({ group }) => group === "search" || group === "mixed",
  };
  const names = [...new Set(all.map(({ block }) => block))];
  for (const [set, belongs] of Object.entries(sets)) {
    console.log(`\n${set}: Kendall's tau with flat wirelength`);
    console.log(
      [
        "figure".padEnd(22),
        "mean (95 %)".padEnd(22),
        ...names.map((name) => name.slice(0, 9).padStart(9)),
      ].join(" "),
    );
    for (const figure of Object.keys(all[0]?.figures ?? {})) {
      const pairs = names.map((name) => {
        const ours = all.filter((one) => one.block === name && belongs(one));
        return {
          figure: ours.map(({ figures }) => figures[figure]!),
          truth: ours.map(({ flat_wirelength }) => flat_wirelength),
        };
      });
      const { mean, low, high } = meanTau(pairs, Random.stream(1, "truth", set));
      const interval = `${mean.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
      const each = pairs.map(({ figure: values, truth }) => kendall(values, truth).toFixed(2).padStart(9));
      console.log([figure.padEnd(22), interval.padEnd(22), ...each].join(" "));
    }
  }
}
