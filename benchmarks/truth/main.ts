// How well do cheap figures of macros foretell what the chip is worth once its cells are placed and its nets routed? Macro
// placements of varied origin and quality are made, judged by the cheap figures, and verified by `verify`; then the rank
// agreement of each figure with the verified ones is printed. What is done is kept in FOLDER, so a study that was cut off goes on.
// Run: node dist/benchmarks/truth/main.js FOLDER [--most PLACEMENTS] [--summary] BLOCK[=LEF]...
import { appendFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { readJsonLines } from "../../flow/json-lines.js";
import { loadBlockWith, readGivenPlaces } from "../../flow/load-block.js";
import type { VerifySummary } from "../../flow/verify.js";
import { isDefPath, Random } from "../../netlist/index.js";
import { fittedOnOthers, kendall, meanTau } from "./agreement.js";
import { CheapFigures, type Figures } from "./figures.js";
import { ashlar, placementOf, type Source, type Studied, sourcesFor } from "./placements.js";

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
  options: { most: { type: "string", default: "40" }, summary: { type: "boolean", default: false } },
});
const [folder, ...blocks] = positionals;
if (folder === undefined) {
  console.error(
    "usage: node dist/benchmarks/truth/main.js FOLDER [--most PLACEMENTS] [--summary] BLOCK[:PLACEMENTS][=LEF]...",
  );
  process.exit(1);
}
mkdirSync(folder, { recursive: true });
if (!values.summary) await study(blocks, folder);
report(readdirSync(folder).flatMap((name) => readJsonLines(join(folder, name, "judged.jsonl")) as Judged[]));

/** Judges placements of all blocks in turn, so that every block is equally far from its end whenever the study is cut off. */
async function study(args: readonly string[], into: string): Promise<void> {
  const opened = await Promise.all(args.map((argument) => openBlock(argument, into)));
  const tasks = opened
    .flatMap((block) =>
      block.sources.map((source, i) => ({ block, source, at: (i + 0.5) / block.sources.length })),
    )
    .sort((a, b) => a.at - b.at);
  for (const { block, source } of tasks) {
    if (block.done.has(source.name)) continue;
    const started = performance.now();
    const judged = await judge(block, source);
    if (!judged) continue;
    const line: Judged = { block: block.name, source: source.name, group: source.group, ...judged };
    appendFileSync(block.log, `${JSON.stringify(line)}\n`);
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    const found = (judged.truth.flat_wirelength / 1e6).toFixed(3);
    console.error(`${block.name} ${source.name}: ${found}e6 µm, ${seconds} s`);
  }
}

interface Opened extends Studied {
  readonly name: string;
  readonly sources: readonly Source[];
  readonly every: readonly Source[];
  readonly log: string;
  readonly done: ReadonlySet<string>;
  cheap?: CheapFigures;
}

async function openBlock(argument: string, into: string): Promise<Opened> {
  const [block, lef] = argument.split("=") as [string, string | undefined];
  const [path, most] = block.split(":") as [string, string | undefined];
  const beside = isDefPath(path) ? dirname(path) : path;
  const name = basename(beside);
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
    sources: every.slice(0, Number(most ?? values.most)),
    done: new Set((existsSync(log) ? (readJsonLines(log) as Judged[]) : []).map(({ source }) => source)),
  };
}

async function judge(block: Opened, source: Source): Promise<Pick<Judged, "figures" | "truth"> | undefined> {
  const placement = await placementOf(block, source, block.every);
  if (placement === undefined) return undefined;
  const answer = ashlar([
    ...["verify", block.path, ...block.options, "--placement", placement, "--json", "--workers", "1"],
    ...["--passes", "2", "--rounds", "5"],
  ]);
  if (answer === undefined) return undefined;
  block.cheap ??= new CheapFigures(block.flat);
  const figures = block.cheap.of(block.flat, await readGivenPlaces(placement, block.flat, block.lefs));
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
