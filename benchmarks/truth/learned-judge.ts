// Does a model with the policy's graph encoder foretell what a floorplan is worth, on blocks that it has never seen? It learns
// log wirelength, log overflow and ACE of placements of made designs, as a short verification has them, from macros and the
// clustered netlist. It is tested on each made design in turn, left out of what it learns from, and on the blocks of a study
// (main.ts), beside a linear fit of the same numbers and the best cheap figures. What is done is kept in FOLDER.
// --made names those of them that come from the same script as what is learned from, to be reported apart.
// Run: node dist/benchmarks/truth/learned-judge.js FOLDER [--samples 60] [--epochs 30] [--study STUDY [--made NAME,NAME]] BLOCK[=LEF]...
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeFileAtomically } from "../../netlist/index.js";
import {
  fitLinear,
  graphInput,
  networkSettingsSchema,
  REWARD_LABELS,
  REWARD_NUMBERS,
  type RewardBlock,
  RewardModel,
  rewardBlock,
} from "../../policy/index.js";
import { linearPrediction } from "../../policy/reward-model/scoring.js";
import { mean } from "./agreement.js";
import {
  type Agreement,
  agreementLines,
  agreementOf,
  chosenOf,
  type Judged,
  PLACEMENT_SETS,
  TRUTHS,
} from "./findings.js";
import { BEST_CHEAP, type SampledBlock, sampledDesigns, sampledStudy } from "./learned-samples.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    samples: { type: "string", default: "60" },
    epochs: { type: "string", default: "30" },
    study: { type: "string" },
    made: { type: "string", default: "" },
    json: { type: "boolean", default: false },
  },
});
const [folder, ...named] = positionals;
if (folder === undefined) {
  console.error(
    "usage: node dist/benchmarks/truth/learned-judge.js FOLDER [--samples COUNT] [--epochs COUNT] [--study STUDY [--made NAME,NAME]] [--json] BLOCK[=LEF]...",
  );
  process.exit(1);
}
const say = (line: string) => console.error(line);

const SEEDS = [1, 2, 3];
/** Where a block is left out there is a model for each block. */
const SEEDS_LEFT_OUT = [1];
const CONFIG = { network: networkSettingsSchema.parse({ encoder: true }), hidden: 64, numbers: true };
// The network has as many outputs as a reward model has labels. Here they are the truths, whatever they are called there.
if (REWARD_LABELS.length !== TRUTHS.length)
  throw new Error(`internal: ${REWARD_LABELS.length} outputs for ${TRUTHS.length} truths`);
/** As of `pretrain --reward-model`, but in smaller steps, since there are far fewer placements. */
const FIT = { minibatch: 16, learningRate: 0.003, epochs: Number(values.epochs) };

const designs = (await sampledDesigns(folder, Number(values.samples), say)).map(prepared);
const study: Prepared[] = [];
if (values.study !== undefined)
  for (const argument of named)
    study.push(prepared(await sampledStudy(argument, values.study, join(folder, "study"))));
const made = values.made.split(",");
const foretoldByDesigns = await foretoldBy(designs, study, { seeds: SEEDS, key: "study-by-designs" });
const tables = [
  ...halves("learnt from made designs", foretoldByDesigns),
  {
    title: "made designs, each left out of what is learnt from",
    agreements: agreements(designs, await leftOut(designs, [])),
  },
  ...halves("learnt from made designs and the study's other blocks", await leftOut(study, designs)),
];
if (values.json) process.stdout.write(`${JSON.stringify(tables)}\n`);
else
  for (const { title, agreements } of tables)
    console.log(`\n# ${title}\n${agreementLines(agreements).join("\n")}`);

/** A block as the model takes it, and as a linear fit takes it that also sees the best cheap figures. */
interface Prepared extends SampledBlock {
  readonly learned: RewardBlock;
  readonly wide: RewardBlock;
}

function prepared(sampled: SampledBlock): Prepared {
  const { block, samples } = sampled;
  const graph = graphInput(block, CONFIG.network.spectral);
  const rows = (of: (sample: SampledBlock["samples"][number]) => readonly number[]) =>
    Float32Array.from(samples.flatMap(of));
  const data = {
    count: samples.length,
    sources: new Int32Array(),
    cells: new Int32Array(),
    places: rows(({ places }) => places),
    labels: rows(({ truth }) => [
      Math.log(truth.flat_wirelength),
      Math.log(truth.routed_wirelength),
      Math.log1p(truth.pattern_overflow),
      truth.ace_5,
    ]),
  };
  return {
    ...sampled,
    learned: rewardBlock(graph, { ...data, numbers: rows(({ numbers }) => numbers) }),
    wide: rewardBlock(graph, {
      ...data,
      numbers: rows(({ numbers, figures }) => [
        ...numbers,
        ...BEST_CHEAP.map((one) => Math.log(figures[one]!)),
      ]),
    }),
  };
}

/** What is foretold of a block's placements, by predictor: for every placement a number for every truth. */
type Foretold = Readonly<Record<string, readonly (readonly number[])[]>>;

/** The study's public blocks, and those that the script made too. */
function halves(title: string, foretold: readonly Foretold[]) {
  return [false, true].map((isMade) => {
    const chosen = [...study.keys()].filter((index) => made.includes(study[index]!.name) === isMade);
    return {
      title: `the study's ${isMade ? "made" : "public"} blocks, ${title}`,
      agreements: agreements(
        chosen.map((index) => study[index]!),
        chosen.map((index) => foretold[index]!),
      ),
    };
  });
}

/** Each block is foretold by what was learnt from the others, and from `also`. */
async function leftOut(blocks: readonly Prepared[], also: readonly Prepared[]): Promise<Foretold[]> {
  const foretold: Foretold[] = [];
  for (const [index, block] of blocks.entries()) {
    const others = [...also, ...blocks.filter((_, other) => other !== index)];
    const key = `${block.name}-by-${others.length}`;
    const [of] = await foretoldBy(others, [block], { seeds: SEEDS_LEFT_OUT, key });
    foretold.push(of!);
  }
  return foretold;
}

/** All predictors of placements of `blocks` after learning from `from`. What models say is kept under `key`. */
async function foretoldBy(
  from: readonly Prepared[],
  blocks: readonly Prepared[],
  { seeds, key }: { readonly seeds: readonly number[]; readonly key: string },
): Promise<Foretold[]> {
  const learned = from.map((one) => one.learned);
  const bySeed: number[][][][] = [];
  for (const seed of seeds) bySeed.push(await modelled(learned, blocks, { seed, key }));
  const narrow = fitLinear(learned, REWARD_NUMBERS.length);
  const wide = fitLinear(
    from.map((one) => one.wide),
    REWARD_NUMBERS.length + BEST_CHEAP.length,
  );
  return blocks.map((block, index) => ({
    // Of the mean of what its seeds say.
    "learned model": block.samples.map((_, row) =>
      TRUTHS.map((_, truth) => mean(bySeed.map((seed) => seed[index]![row]![truth]!))),
    ),
    ...Object.fromEntries(seeds.map((seed, i) => [`learned model, seed ${seed}`, bySeed[i]![index]!])),
    "linear fit of its numbers": fitted(block.learned, narrow),
    "linear fit with the best cheap figures": fitted(block.wide, wide),
    ...Object.fromEntries(
      BEST_CHEAP.map((one) => [one, block.samples.map(({ figures }) => TRUTHS.map(() => figures[one]!))]),
    ),
  }));
}

function fitted({ numbers }: RewardBlock, weights: readonly number[]): number[][] {
  const outputs = TRUTHS.length;
  return numbers.map((row) => TRUTHS.map((_, output) => linearPrediction(row, weights, { outputs, output })));
}

/** For every block and placement what a model says, in the order of `TRUTHS`. Kept in the folder, since it takes long. */
async function modelled(
  learned: readonly RewardBlock[],
  blocks: readonly Prepared[],
  { seed, key }: { readonly seed: number; readonly key: string },
): Promise<number[][][]> {
  const count = (some: readonly RewardBlock[]) => some.reduce((sum, { labels }) => sum + labels.length, 0);
  const tested = count(blocks.map((one) => one.learned));
  const fits = join(folder!, "fits");
  const path = join(fits, `${key}-${count(learned)}-${tested}-e${FIT.epochs}-s${seed}.json`);
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as number[][][];
  const started = performance.now();
  const model = RewardModel.start(CONFIG, seed, learned);
  let error = Number.NaN;
  while (model.epoch < FIT.epochs) error = model.runEpoch(learned, { ...FIT, seed });
  const said = blocks.map((block) =>
    model.predict(block.learned, [...block.samples.keys()]).map((row) => Array.from(row)),
  );
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  say(`${key}, seed ${seed}: squared error ${error.toFixed(3)}, ${seconds} s`);
  mkdirSync(fits, { recursive: true });
  await writeFileAtomically(path, JSON.stringify(said));
  return said;
}

/** Of every predictor with every truth, in every set of the placements. */
function agreements(blocks: readonly Prepared[], foretold: readonly Foretold[]): Agreement[] {
  if (blocks.length === 0) return [];
  const rowOf = new Map<Judged, readonly [block: number, row: number]>(
    blocks.flatMap(({ samples }, block) => samples.map((sample, row) => [sample, [block, row]] as const)),
  );
  return TRUTHS.flatMap((truth, column) =>
    PLACEMENT_SETS.flatMap((set) => {
      const counted = chosenOf(
        blocks.map(({ samples }) => samples),
        set,
        truth,
      );
      if (counted.length === 0) return [];
      return Object.keys(foretold[0]!).map((figure) => {
        const found = counted.map((placements) =>
          placements.map((one) => {
            const [block, row] = rowOf.get(one)!;
            return foretold[block]![figure]![row]![column]!;
          }),
        );
        return agreementOf({ truth, set, figure }, counted, found);
      });
    }),
  );
}
