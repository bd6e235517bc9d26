// How well do cheap figures of macros foretell what the chip is worth once its cells are placed and its nets routed? Macro
// placements of varied origin and quality are made, judged by the cheap figures, and verified by `verify`; then the rank
// agreement of each figure with the verified ones is printed. What is done is kept in FOLDER, so a study that was cut off goes on.
// Run: node dist/benchmarks/truth/main.js FOLDER [--most PLACEMENTS] [--summary] BLOCK[=LEF]...
import { appendFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { readJsonLines } from "../../flow/json-lines.js";
import { readGivenPlaces } from "../../flow/load-block.js";
import type { VerifySummary } from "../../flow/verify.js";
import { type Block, isDefPath, loadBlock, Random } from "../../netlist/index.js";
import { fittedOnOthers, kendall, meanTau } from "./agreement.js";
import { CheapFigures, type Figures } from "./figures.js";
import { ashlar, placementOf, type Source, sourcesFor } from "./placements.js";

/** What counts in the end, as `verify` finds it. */
const TRUTHS = ["flat_wirelength", "routed_wirelength", "pattern_overflow", "ace_5"] as const;
type Truth = Pick<VerifySummary, (typeof TRUTHS)[number] | "overflow" | "legal">;

/** A macro placement, judged. */
interface Judged {
  readonly block: string;
  readonly source: string;
  readonly group: Source["group"];
  readonly figures: Figures;
  readonly truth: Truth;
}

/** Figures of the electrostatic placer that a linear fit takes. */
const FITTED = ["wirelength", "density", "congestion", "rudy"];

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
    const judged = await judge({ path, options, flat, cheap }, placement);
    if (!judged) continue;
    const line: Judged = { block: flat.name, source: source.name, group: source.group, ...judged };
    appendFileSync(log, `${JSON.stringify(line)}\n`);
    console.error(`${flat.name} ${source.name}: ${(judged.truth.flat_wirelength / 1e6).toFixed(3)}e6 µm`);
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
  placement: string,
): Promise<Pick<Judged, "figures" | "truth"> | undefined> {
  const figures = cheap.of(flat, await readGivenPlaces(placement, flat, options.slice(1)));
  const answer = ashlar(["verify", path, ...options, "--placement", placement, "--json"]);
  if (answer === undefined) return undefined;
  const { flat_wirelength, routed_wirelength, overflow, pattern_overflow, ace_5, legal } = JSON.parse(
    answer,
  ) as VerifySummary;
  return { figures, truth: { flat_wirelength, routed_wirelength, overflow, pattern_overflow, ace_5, legal } };
}

/** Tau of every figure with each truth, within each block and in the mean, for all placements and for good ones alone. */
function report(all: readonly Judged[]): void {
  const sets: Record<string, (one: Judged) => boolean> = {
    "all placements": () => true,
    "without random ones": ({ group }) => group !== "random",
    "searches alone": ({ group }) => group === "search",
    "searches and mixed-size": ({ group }) => group === "search" || group === "mixed",
  };
  const names = [...new Set(all.map(({ block }) => block))];
  for (const truth of TRUTHS)
    for (const [set, belongs] of Object.entries(sets)) {
      console.log(`\n${set}: Kendall's tau with ${truth}`);
      const counts = names.map((name) => all.filter((one) => one.block === name && belongs(one)).length);
      const heads = names.map((name, i) => `${name.slice(0, 9)} ${counts[i]}`.padStart(13));
      console.log(["figure".padEnd(22), "mean (95 %)".padEnd(24), ...heads].join(" "));
      const ours = names.map((name) => all.filter((one) => one.block === name && belongs(one)));
      const truths = ours.map((block) => block.map((one) => one.truth[truth]));
      const figures = Object.keys(all[0]?.figures ?? {}).map((figure) => ({
        figure,
        values: ours.map((block) => block.map((one) => one.figures[figure]!)),
      }));
      const terms = FITTED.map((term) => figures.find(({ figure }) => figure === `es ${term}`)!.values);
      const fit = { figure: "linear fit of es", values: fittedOnOthers(terms, truths) };
      for (const { figure, values } of [...figures, fit]) {
        const pairs = values.map((block, i) => ({ figure: block, truth: truths[i]! }));
        const { mean, low, high } = meanTau(pairs, Random.stream(1, "truth", set));
        const interval = `${mean.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
        const each = pairs.map((pair) => kendall(pair.figure, pair.truth).toFixed(2).padStart(13));
        console.log([figure.padEnd(22), interval.padEnd(24), ...each].join(" "));
      }
    }
}
