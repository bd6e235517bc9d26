// Does the graph network earn its place? Pretrains the policy without an encoder, with the static one and with the live one on
// the same blocks, for equal processor time and with several seeds, and plays each on blocks that it has not seen: greedily
// once and by 16 samples, whose streams are the same for all. Policies that are already in OUT are reused, so that the program
// can be stopped and started again. Prints geometric means of ratios with bootstrap intervals over blocks and seeds. Run:
//
//   node dist/benchmarks/encoder.js OUT --training "sets/twenty/training/*" [--seeds 1,2] [--minutes 5] [--protocol es]
//     [--arms none,static,live] [--set NAME=VALUE …] UNSEEN_BLOCK …
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { Environment, Judge, MACRO_ORDERS } from "../env/index.js";
import { settingsOfTexts } from "../flow/index.js";
import { Kernels } from "../kernels/index.js";
import { type Block, loadBlock, Random } from "../netlist/index.js";
import { makeCellPlacer, type Protocol } from "../placer/index.js";
import {
  Agent,
  freshParameters,
  graphNetwork,
  type IterationMetrics,
  type Policy,
  parseTrainSettings,
  readPolicy,
  type TrainSettings,
  train,
  writePolicy,
} from "../policy/index.js";

const SAMPLES = 16;
const BOOTSTRAPS = 4000;

const ARMS: Readonly<Record<string, readonly string[]>> = {
  none: ["experimental.network.encoder=false"],
  static: [],
  live: ["experimental.network.live=true"],
};

/** Settings of pretraining on many blocks. */
const PRETRAINING = ["imitation=0", "eliteShare=0", "groupSize=8", "learningRate=0.002"];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    training: { type: "string", multiple: true, default: [] },
    seeds: { type: "string", default: "1,2" },
    minutes: { type: "string", default: "5" },
    protocol: { type: "string", default: "es" },
    arms: { type: "string", default: Object.keys(ARMS).join(",") },
    set: { type: "string", multiple: true, default: [] },
  },
});
const [out, ...unseen] = positionals;
if (out === undefined || unseen.length === 0 || values.training.length === 0) {
  console.error("usage: node dist/benchmarks/encoder.js OUT --training BLOCK … UNSEEN_BLOCK …");
  process.exit(1);
}
const protocol = values.protocol as Protocol;
const arms = values.arms.split(",");
const seeds = values.seeds.split(",").map(Number);
mkdirSync(out, { recursive: true });

/** Costs of one policy on one block; NaN for dead ends. */
interface Played {
  readonly greedy: number;
  readonly samples: readonly number[];
}

/** What a policy was trained with, and what it is worth. */
interface Result {
  readonly processorSeconds: number;
  readonly iterations: number;
  readonly episodes: number;
  readonly metrics: readonly IterationMetrics[];
  readonly played: Record<string, Played>;
}

const processorSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

function settingsOf(arm: string): TrainSettings {
  return parseTrainSettings(settingsOfTexts([...PRETRAINING, ...ARMS[arm]!, ...values.set]));
}

/** Trains until the processor time is spent, reading the blocks and starting the workers included. */
async function trained(
  blocks: readonly Block[],
  arm: string,
  seed: number,
): Promise<Result & { policy: Policy }> {
  const began = processorSeconds();
  const settings = settingsOf(arm);
  const stop = new AbortController();
  const watch = setInterval(() => {
    if (processorSeconds() - began > 60 * Number(values.minutes)) stop.abort();
  }, 200);
  const metrics: IterationMetrics[] = [];
  const checkpoint = await train(blocks, {
    settings,
    seed,
    workers: 1,
    protocol,
    budget: { iterations: 1_000_000 },
    signal: stop.signal,
    observer: { onIteration: (line) => void metrics.push(line) },
  });
  clearInterval(watch);
  return {
    processorSeconds: processorSeconds() - began,
    iterations: checkpoint.state.iteration,
    episodes: checkpoint.state.episodes,
    metrics,
    played: {},
    policy: { config: settings.experimental.network, parameters: checkpoint.parameters.slice(), notes: {} },
  };
}

/** Plays a block with the most probable cells, then with drawn ones. */
function play(block: Block, { config, parameters: trainedParameters }: Policy): Played {
  const kernels = Kernels.create();
  const judge = new Judge(kernels, block);
  const environment = new Environment(judge, makeCellPlacer(protocol, judge), {
    macros: MACRO_ORDERS.area(block),
    planes: config.planes,
    readsPlaces: config.live,
  });
  const { episode, observer } = environment;
  const parameters = kernels.f32(trainedParameters.length);
  parameters.set(trainedParameters);
  const gradients = kernels.f32(parameters.length);
  const agent = Agent.of(kernels, block, { network: graphNetwork, config, parameters, gradients });
  agent.encode();
  const one = (random: Random | undefined): number => {
    let seen = environment.reset();
    while (!seen.terminated) {
      agent.evaluate(agent.stepOf(episode, seen.observation, observer.source.places));
      seen = environment.step(agent.act(episode.mask, random));
    }
    return seen.info.costs?.proxyCost ?? Number.NaN;
  };
  const greedy = one(undefined);
  const samples = Array.from({ length: SAMPLES }, (_, sample) => one(Random.stream(1, "encoder", sample)));
  return { greedy, samples };
}

/** The result of an arm and seed with every unseen block played, from OUT as far as it is there. */
async function resultOf(arm: string, seed: number): Promise<Result> {
  const name = join(out!, `${arm}-s${seed}`);
  const [file, weights] = [`${name}.json`, `${name}.safetensors`];
  const known = existsSync(file) && (JSON.parse(readFileSync(file, "utf8")) as Result);
  let result: Result;
  let policy: Policy;
  if (arm === "prior") {
    // Nothing learned: the rule that planes make, with its usual factor.
    const config = parseTrainSettings(settingsOfTexts(ARMS.none!)).experimental.network;
    policy = { config, parameters: freshParameters(config, 1), notes: {} };
    result = known || { processorSeconds: 0, iterations: 0, episodes: 0, metrics: [], played: {} };
  } else if (known && existsSync(weights)) {
    result = known;
    policy = await readPolicy(weights);
  } else {
    const blocks = await Promise.all(values.training.map((path) => loadBlock(path)));
    ({ policy, ...result } = await trained(blocks, arm, seed));
    await writePolicy(weights, policy);
  }
  for (const path of unseen) {
    const block = basename(path);
    result.played[block] ??= play(await loadBlock(path), policy);
    writeFileSync(file, JSON.stringify(result));
  }
  const { iterations, episodes } = result;
  console.error(
    `${arm} seed ${seed}: ${iterations} iterations, ${episodes} episodes, ${result.processorSeconds.toFixed(0)} s`,
  );
  return result;
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
const FIGURES: Readonly<Record<string, (played: Played) => number>> = {
  "mean of 16": ({ samples }) => mean(samples.filter(Number.isFinite)),
  greedy: ({ greedy }) => greedy,
  "best of 16": ({ samples }) => Math.min(...samples.filter(Number.isFinite)),
};

/** Geometric mean of ratios [blocks][seeds] and its 95 % bootstrap interval, blocks and seeds drawn anew. */
function geometricMean(ratios: readonly (readonly number[])[]): string {
  const random = Random.stream(1, "bootstrap");
  const logs = ratios.map((row) => row.map(Math.log));
  const drawn = Array.from({ length: BOOTSTRAPS }, () => {
    const columns = seeds.map(() => random.below(seeds.length));
    return mean(
      logs.map(() => logs[random.below(logs.length)]!).flatMap((row) => columns.map((c) => row[c]!)),
    );
  }).sort((a, b) => a - b);
  const percent = (log: number) => `${(100 * (Math.exp(log) - 1)).toFixed(2)} %`;
  const at = (share: number) => percent(drawn[Math.floor(share * BOOTSTRAPS)]!);
  return `${percent(mean(logs.flat()))} (${at(0.025)} to ${at(0.975)})`;
}

const prior = await resultOf("prior", 1);
const results = new Map<string, Result[]>();
// All arms of a seed before the next seed, so that the program can be ended early.
for (const seed of seeds)
  for (const arm of arms) results.set(arm, [...(results.get(arm) ?? []), await resultOf(arm, seed)]);

const names = unseen.map((path) => basename(path));
for (const [figure, of] of Object.entries(FIGURES)) {
  console.log(`\n| ${figure} | prior | ${arms.join(" | ")} |\n|---|${arms.map(() => "---|").join("")}---|`);
  for (const block of names) {
    const cells = arms.map((arm) =>
      mean(results.get(arm)!.map(({ played }) => of(played[block]!))).toFixed(4),
    );
    console.log(`| ${block} | ${of(prior.played[block]!).toFixed(4)} | ${cells.join(" | ")} |`);
  }
  const pairs = [
    ...arms.map((arm) => [arm, "prior"]),
    ...arms.flatMap((a, i) => arms.slice(0, i).map((b) => [a, b])),
  ];
  for (const [one, other] of pairs as [string, string][]) {
    const ratios = names.map((block) =>
      seeds.map((_, s) => {
        const against = other === "prior" ? prior : results.get(other)![s]!;
        return of(results.get(one)![s]!.played[block]!) / of(against.played[block]!);
      }),
    );
    const known = ratios.filter((row) => row.every(Number.isFinite));
    const lower = known.filter((row) => mean(row.map(Math.log)) < 0).length;
    console.log(
      `${one} against ${other}: ${geometricMean(known)}, better on ${lower} of ${known.length} blocks`,
    );
  }
}
