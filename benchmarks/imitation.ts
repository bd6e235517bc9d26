// What does a policy learn from annealed placements alone? Each arm, a kind of encoder, imitates the same placements: the
// log-probability of every macro's cell, given the macros placed before it, is raised. Prints the mean log-probability on
// placements of blocks that were left out, which says how much of a placement the network foretells, and plays unseen blocks. Run:
//
//   node dist/benchmarks/imitation.js OUT --demonstrations FOLDER --training BLOCK … [--left-out BLOCK …] [--arms none,static,live]
//     [--seeds 1] [--minutes 5] [--protocol es] [--set NAME=VALUE …] [--policy FILE …] [--blank all|wires]
//     [--sharpness 1] UNSEEN_BLOCK …
//
// FOLDER holds run folders `BLOCK-…` of `place --method anneal`. Policies in files play beside those that imitate; those that are
// already in OUT are reused. --blank all: no plane is drawn from the netlist (blank-planes.ts); wires: none of wires (blank-wires.ts).
// --sharpness: policies play with their logits times this, as imitation teaches the spread of the placements too.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { PUBLISHED_RULES } from "../env/index.js";
import { readDemonstrations } from "../flow/demonstrations.js";
import { settingsOfTexts } from "../flow/index.js";
import { Kernels } from "../kernels/index.js";
import { type Block, loadBlock, Random } from "../netlist/index.js";
import type { Protocol } from "../placer/index.js";
import {
  Adam,
  type Elite,
  freshParameters,
  graphNetwork,
  type NetworkConfig,
  type Policy,
  type PolicyNetworkModule,
  parseTrainSettings,
  readPolicy,
  type TrainSettings,
  writePolicy,
} from "../policy/index.js";
import { tensorsOf } from "../policy/network/memory.js";
import { parameterLayout } from "../policy/network/parameters.js";
import type { Sample } from "../policy/ppo/loss.js";
import { openWorkers } from "../policy/ppo/open-workers.js";
import { makeSlots, TrainingBlock } from "../policy/ppo/training-block.js";
import type { Trajectory } from "../policy/ppo/trajectory.js";
import { comparisonOf, ENCODERS, type Played, playUnseen } from "./arms.js";
import { blankPlanesNetwork } from "./blank-planes.js";
import { blankWiresNetwork } from "./blank-wires.js";
import { processorSeconds } from "./part-times.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    demonstrations: { type: "string", default: "" },
    training: { type: "string", multiple: true, default: [] },
    "left-out": { type: "string", multiple: true, default: [] },
    seeds: { type: "string", default: "1" },
    minutes: { type: "string", default: "5" },
    protocol: { type: "string", default: "es" },
    arms: { type: "string", default: Object.keys(ENCODERS).join(",") },
    set: { type: "string", multiple: true, default: [] },
    policy: { type: "string", multiple: true, default: [] },
    blank: { type: "string", default: "none" },
    sharpness: { type: "string", default: "1" },
  },
});
const [out, ...unseen] = positionals;
if (out === undefined || values.demonstrations === "" || values.training.length === 0) {
  console.error(
    "usage: node dist/benchmarks/imitation.js OUT --demonstrations FOLDER --training BLOCK … UNSEEN_BLOCK …",
  );
  process.exit(1);
}
const protocol = values.protocol as Protocol;
const networkModule = networkOf(values.blank);
const seeds = values.seeds.split(",").map(Number);
const sharpness = Number(values.sharpness);
/** What names of files end with. */
const blanked = values.blank === "none" ? "" : `-${values.blank}`;
const sharp = sharpness === 1 ? "" : `-x${sharpness}`;
mkdirSync(out, { recursive: true });

function networkOf(blank: string): PolicyNetworkModule<NetworkConfig> {
  const found = { none: graphNetwork, all: blankPlanesNetwork, wires: blankWiresNetwork }[blank];
  if (!found) throw new Error(`--blank ${blank}: none, all or wires was expected`);
  return found;
}

type PlayedPolicy = Pick<Policy, "config" | "parameters">;

/** After an epoch: minus the mean log-probability of a macro's cell, nats. */
interface Epoch {
  readonly processorSeconds: number;
  readonly training: number;
  readonly leftOut: number;
}

interface Result {
  readonly epochs: readonly Epoch[];
  readonly played: Record<string, Played>;
}

/** Blocks with the placements to be imitated on each. */
interface Demonstrated {
  readonly blocks: readonly Block[];
  readonly elites: readonly (readonly Elite[])[];
}

async function demonstrated(paths: readonly string[]): Promise<Demonstrated> {
  const blocks = await Promise.all(paths.map((path) => loadBlock(path)));
  return {
    blocks,
    elites: await readDemonstrations(values.demonstrations, blocks, { order: "area", protocol }),
  };
}

function settingsOf(arm: string): TrainSettings {
  return parseTrainSettings(settingsOfTexts(["learningRate=0.002", ...ENCODERS[arm]!, ...values.set]));
}

/** Passes over all steps, until the processor time is spent; the parameters are those of the pass that foretold the left-out best. */
async function imitated(
  training: Demonstrated,
  leftOut: Demonstrated,
  { settings, seed }: { readonly settings: TrainSettings; readonly seed: number },
): Promise<{ readonly epochs: Epoch[]; readonly policy: Policy }> {
  const began = processorSeconds();
  const kernels = Kernels.create();
  const { network: config, shards, gradientNorm } = settings.experimental;
  const blocks = [...training.blocks, ...leftOut.blocks];
  const elites = [...training.elites, ...leftOut.elites];
  const fresh = freshParameters(config, seed);
  const parameters = kernels.f32(fresh.length);
  parameters.set(fresh);
  const adam = new Adam(kernels, parameters.length);
  const known = blocks.map((block, index) => new TrainingBlock(kernels, block, { index, seen: config }));
  const count = elites.reduce((sum, of) => sum + of.length, 0);
  const slots = makeSlots(kernels, blocks, { episodes: count, elites: 0, seen: config }).episodes;
  const workers = openWorkers(kernels, blocks, {
    workers: 1,
    seed,
    shards,
    rules: PUBLISHED_RULES,
    cellRules: { protocol },
    network: networkModule,
    config,
    parameters,
  });
  const tasks = known
    .flatMap((block, index) => elites[index]!.map((elite) => ({ block, elite })))
    .map(({ block, elite }, i) => ({
      trajectory: block.trajectory(slots[i]!),
      order: block.order,
      cells: elite.cells,
    }));
  await workers.replay(tasks);
  const stepsOf = (episodes: readonly Trajectory[]) =>
    episodes.flatMap(({ steps }, episode) =>
      Array.from({ length: steps }, (_, step): Sample => ({ episode, step, imitate: true })),
    );
  const isTraining = ({ block }: Trajectory) => block < training.blocks.length;
  const all = tasks.map(({ trajectory }) => trajectory);
  const [ours, theirs] = [all.filter(isTraining), all.filter((episode) => !isTraining(episode))];
  const [samples, others] = [stepsOf(ours), stepsOf(theirs)];
  const loss = { clip: 1, entropy: 0, valueWeight: 0, imitation: 1 };
  const epochs: Epoch[] = [];
  let best = { leftOut: Number.POSITIVE_INFINITY, parameters: fresh };
  const total = 60 * Number(values.minutes);
  for (let epoch = 0; epoch === 0 || processorSeconds() - began < total; epoch++) {
    const random = Random.stream(seed, "imitation", epoch);
    random.shuffle(samples);
    let sum = 0;
    for (let start = 0; start < samples.length; start += settings.minibatch) {
      const minibatch = samples.slice(start, start + settings.minibatch);
      const { gradient, statistics } = await workers.gradient(minibatch, ours, {
        ...loss,
        minibatch: minibatch.length,
      });
      sum += statistics.imitationLoss;
      // Falls to a tenth while the time is spent.
      const spent = Math.min(1, (processorSeconds() - began) / total);
      adam.step(parameters, gradient, {
        learningRate: settings.learningRate * 0.1 ** spent,
        maxGradientNorm: gradientNorm,
      });
      workers.parametersChanged();
    }
    const { statistics } = await workers.gradient(others, theirs, { ...loss, minibatch: 1 });
    const leftOutLoss = statistics.imitationLoss / Math.max(1, others.length);
    epochs.push({
      processorSeconds: processorSeconds() - began,
      training: sum / samples.length,
      leftOut: leftOutLoss,
    });
    const { training: own, processorSeconds: seconds } = epochs.at(-1)!;
    console.error(
      `epoch ${epoch}: ${own.toFixed(3)} nats, left out ${leftOutLoss.toFixed(3)}, ${seconds.toFixed(0)} s`,
    );
    if (leftOutLoss < best.leftOut) best = { leftOut: leftOutLoss, parameters: parameters.slice() };
  }
  await workers.close();
  return { epochs, policy: { config, parameters: best.parameters, notes: {} } };
}

/** What an earlier call has left, or nothing yet. */
function resultIn(file: string): Result {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Result) : { epochs: [], played: {} };
}

async function resultOf(arm: string, seed: number): Promise<Result> {
  const name = join(out!, `${arm}${blanked}-s${seed}`);
  const weights = `${name}.safetensors`;
  if (!existsSync(weights)) {
    const [training, leftOut] = await Promise.all([
      demonstrated(values.training),
      demonstrated(values["left-out"]),
    ]);
    const { epochs, policy } = await imitated(training, leftOut, { settings: settingsOf(arm), seed });
    writeFileSync(`${name}.json`, JSON.stringify({ epochs, played: {} }));
    await writePolicy(weights, policy);
  }
  const { epochs } = resultIn(`${name}.json`);
  const file = `${name}${sharp}.json`;
  return played({ ...resultIn(file), epochs }, await readPolicy(weights), file);
}

/** The same parameters with all logits times the sharpness, those of the prior included. */
function sharpened({ config, parameters }: PlayedPolicy): PlayedPolicy {
  const scaled = parameters.slice();
  const tensors = tensorsOf(parameterLayout(config), scaled);
  for (const name of ["cell.logit.weight", "cell.logit.bias", "cell.priorScale"])
    for (let i = 0; i < tensors[name]!.length; i++) tensors[name]![i]! *= sharpness;
  return { config, parameters: scaled };
}

async function played(result: Result, policy: PlayedPolicy, file: string): Promise<Result> {
  const playing = sharpened(policy);
  for (const path of unseen) {
    result.played[basename(path)] ??= playUnseen(await loadBlock(path), playing, protocol, networkModule);
    writeFileSync(file, JSON.stringify(result));
  }
  return result;
}

/** Nothing learned: the rule that planes make, with its usual factor. */
async function priorResult(): Promise<Result> {
  const file = join(out!, `prior${blanked}${sharp}.json`);
  const config = parseTrainSettings(settingsOfTexts(ENCODERS.none!)).experimental.network;
  return played(resultIn(file), { config, parameters: freshParameters(config, 1) }, file);
}

const results = new Map([["prior", [(await priorResult()).played]]]);
for (const path of values.policy) {
  const file = join(out, `${basename(path)}${blanked}${sharp}.json`);
  results.set(basename(path), [(await played(resultIn(file), await readPolicy(path), file)).played]);
}
for (const seed of seeds)
  for (const arm of values.arms.split(",").filter(Boolean)) {
    const { epochs, played: costs } = await resultOf(arm, seed);
    const least = epochs.reduce((a, b) => (b.leftOut < a.leftOut ? b : a));
    console.log(
      `${arm} seed ${seed}: ${epochs.length} epochs, left out ${least.leftOut.toFixed(3)} nats after ${least.processorSeconds.toFixed(0)} s`,
    );
    results.set(arm, [...(results.get(arm) ?? []), costs]);
  }
console.log(
  comparisonOf(
    unseen.map((path) => basename(path)),
    results,
  ),
);
