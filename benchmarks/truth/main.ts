// How well do cheap figures of macros foretell what the chip is worth once its cells are placed and its nets routed? Macro
// placements of varied origin and quality are made, judged by the cheap figures, and verified by `verify`; then the rank
// agreement of each figure with the verified ones is printed. What is done is kept in FOLDER, so a study that was cut off goes on.
// --summary prints what is there, of the blocks that are named or of all; --anew computes the cheap figures of what is there again.
// Run: node dist/benchmarks/truth/main.js FOLDER [--most PLACEMENTS] [--summary] BLOCK[=LEF]...
import { appendFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readJsonLines } from "../../flow/json-lines.js";
import { readGivenPlaces } from "../../flow/load-block.js";
import type { VerifySummary } from "../../flow/verify.js";
import { writeFileAtomically } from "../../netlist/index.js";
import { CheapFigures } from "./figures.js";
import { findings, type Judged, reportOf } from "./findings.js";
import { ashlar, placementOf, type Source } from "./placements.js";
import { nameOf, type Opened, openBlock } from "./studied-block.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    most: { type: "string", default: "40" },
    summary: { type: "boolean", default: false },
    anew: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const [folder, ...blocks] = positionals;
if (folder === undefined) {
  console.error(
    "usage: node dist/benchmarks/truth/main.js FOLDER [--most PLACEMENTS] [--summary | --anew] [--json] BLOCK[:PLACEMENTS][=LEF]...",
  );
  process.exit(1);
}
mkdirSync(folder, { recursive: true });
if (values.anew) await figuresAnew(blocks, folder);
else if (!values.summary) await study(blocks, folder);
const named = blocks.map(nameOf);
const judged = readdirSync(folder)
  .filter((name) => named.length === 0 || named.includes(name))
  .map((name) => join(folder, name, "judged.jsonl"))
  .filter((log) => existsSync(log))
  .flatMap((log) => readJsonLines(log) as Judged[]);
const found = findings(judged);
process.stdout.write(values.json ? `${JSON.stringify(found)}\n` : reportOf(found));

/** Judges placements of all blocks in turn, so that every block is equally far from its end whenever the study is cut off. */
async function study(args: readonly string[], into: string): Promise<void> {
  const opened = await Promise.all(args.map((argument) => openBlock(argument, into, Number(values.most))));
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

/** Computes the cheap figures of all judged placements again. */
async function figuresAnew(args: readonly string[], into: string): Promise<void> {
  for (const argument of args) {
    const block = await openBlock(argument, into, Number(values.most));
    const lines: string[] = [];
    for (const one of readJsonLines(block.log) as Judged[]) {
      const source = block.every.find(({ name }) => name === one.source);
      const placement = source && (await placementOf(block, source, block.every));
      if (placement === undefined) continue;
      lines.push(JSON.stringify({ ...one, figures: await figuresOf(block, placement) }));
    }
    await writeFileAtomically(block.log, `${lines.join("\n")}\n`);
  }
}

async function figuresOf(block: Opened, placement: string): Promise<Judged["figures"]> {
  block.cheap ??= new CheapFigures(block.flat);
  return block.cheap.of(block.flat, await readGivenPlaces(placement, block.flat, block.lefs));
}

async function judge(block: Opened, source: Source): Promise<Pick<Judged, "figures" | "truth"> | undefined> {
  const placement = await placementOf(block, source, block.every);
  if (placement === undefined) return undefined;
  const answer = ashlar([
    ...["verify", block.path, ...block.options, "--placement", placement, "--json", "--workers", "1"],
    ...["--passes", "2", "--rounds", "5"],
  ]);
  if (answer === undefined) return undefined;
  const figures = await figuresOf(block, placement);
  const { flat_wirelength, routed_wirelength, overflow, pattern_overflow, ace_5, legal } = JSON.parse(
    answer,
  ) as VerifySummary;
  return { figures, truth: { flat_wirelength, routed_wirelength, overflow, pattern_overflow, ace_5, legal } };
}
