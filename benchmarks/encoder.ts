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
import { settingsOfTexts } from "../flow/index.js";
import { type Block, loadBlock } from "../netlist/index.js";
import type { Protocol } from "../placer/index.js";
import {
  freshParameters,
  type IterationMetrics,
  type Policy,
  parseTrainSettings,
  readPolicy,
  type TrainSettings,
  train,
  writePolicy,
} from "../policy/index.js";
import { comparisonOf, ENCODERS, type Played, playUnseen } from "./arms.js";
import { processorSeconds } from "./part-times.js";

/** Settings of pretraining on many blocks. */
const PRETRAINING = ["imitation=0", "eliteShare=0", "groupSize=8", "learningRate=0.002"];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    training: { type: "string", multiple: true, default: [] },
    seeds: { type: "string", default: "1,2" },
    minutes: { type: "string", default: "5" },
    protocol: { type: "string", default: "es" },
    arms: { type: "string", default: Object.keys(ENCODERS).join(",") },
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

/** What a policy was trained with, and what it is worth. */
interface Result {
  readonly processorSeconds: number;
  readonly iterations: number;
  readonly episodes: number;
  readonly metrics: readonly IterationMetrics[];
  readonly played: Record<string, Played>;
}

function settingsOf(arm: string): TrainSettings {
  return parseTrainSettings(settingsOfTexts([...PRETRAINING, ...ENCODERS[arm]!, ...values.set]));
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

/** The result of an arm and seed with every unseen block played, from OUT as far as it is there. */
async function resultOf(arm: string, seed: number): Promise<Result> {
  const name = join(out!, `${arm}-s${seed}`);
  const [file, weights] = [`${name}.json`, `${name}.safetensors`];
  const known = existsSync(file) && (JSON.parse(readFileSync(file, "utf8")) as Result);
  let result: Result;
  let policy: Policy;
  if (arm === "prior") {
    // Nothing learned: the rule that planes make, with its usual factor.
    const config = parseTrainSettings(settingsOfTexts(ENCODERS.none!)).experimental.network;
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
    result.played[block] ??= playUnseen(await loadBlock(path), policy, protocol);
    writeFileSync(file, JSON.stringify(result));
  }
  const { iterations, episodes } = result;
  console.error(
    `${arm} seed ${seed}: ${iterations} iterations, ${episodes} episodes, ${result.processorSeconds.toFixed(0)} s`,
  );
  return result;
}

const prior = await resultOf("prior", 1);
const results = new Map<string, Result[]>();
// All arms of a seed before the next seed, so that the program can be ended early.
for (const seed of seeds)
  for (const arm of arms) results.set(arm, [...(results.get(arm) ?? []), await resultOf(arm, seed)]);

const costs = new Map([["prior", [prior.played]]]);
for (const arm of arms)
  costs.set(
    arm,
    results.get(arm)!.map(({ played }) => played),
  );
console.log(
  comparisonOf(
    unseen.map((path) => basename(path)),
    costs,
  ),
);
