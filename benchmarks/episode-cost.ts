// Does an episode of training take less time than in another checkout? Plays the same episodes with both in turn, in one process,
// and prints the processor time of each part before and after, so that the ratios hold on a loaded machine. Run, with both built:
// node dist/benchmarks/episode-cost.js BASE_CHECKOUT [--episodes N] BLOCK …
import { basename, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { PartTimes } from "./part-times.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { episodes: { type: "string", default: "10" } },
});
const [base, ...paths] = positionals;
if (base === undefined || paths.length === 0) {
  console.error("usage: node dist/benchmarks/episode-cost.js BASE_CHECKOUT [--episodes N] BLOCK …");
  process.exit(1);
}

/** What this file needs of a checkout. */
interface Checkout {
  readonly env: typeof import("../env/index.js");
  readonly kernels: typeof import("../kernels/index.js");
  readonly netlist: typeof import("../netlist/index.js");
  readonly placer: typeof import("../placer/index.js");
  readonly policy: typeof import("../policy/index.js");
}

async function open(folder: string): Promise<Checkout> {
  const part = (name: string) => import(pathToFileURL(join(resolve(folder), "dist", name, "index.js")).href);
  return {
    env: await part("env"),
    kernels: await part("kernels"),
    netlist: await part("netlist"),
    placer: await part("placer"),
    policy: await part("policy"),
  };
}

const before = await open(base);
const after = await open(fileURLToPath(new URL("../..", import.meta.url)));
for (const path of paths) {
  const players = [await openPlayer(before, path), await openPlayer(after, path)] as const;
  for (const { play } of players) play(0); // the compiler's time
  for (const { times } of players) times.clear();
  const costs: number[] = [];
  for (let episode = 1; episode <= Number(values.episodes); episode++) {
    const order = episode % 2 === 0 ? players : [players[1], players[0]];
    const [first, second] = order.map(({ play }) => play(episode));
    if (first !== second)
      throw new Error(`${path}: an episode costs ${first} in one, ${second} in the other`);
    if (first !== undefined) costs.push(first);
  }
  print(basename(path), costs.length, players[0].times, players[1].times);
}

/** Plays episodes of the untrained policy without an encoder under protocol es, and measures their parts. */
async function openPlayer({ env, kernels: { Kernels }, netlist, placer, policy }: Checkout, path: string) {
  const kernels = Kernels.create();
  const judge = new env.Judge(kernels, await netlist.loadBlock(path));
  const { episode, observer } = new env.Environment(judge, placer.makeCellPlacer("es", judge));
  const evaluator = new env.CounterfactualEvaluator(judge);
  const settings = policy.parseTrainSettings({ experimental: { network: { encoder: false } } });
  const { network: config, counterfactualSamples: samples } = settings.experimental;
  const fresh = policy.freshParameters(config, 1);
  const parameters = kernels.f32(fresh.length);
  parameters.set(fresh);
  const gradients = kernels.f32(fresh.length);
  const agent = policy.Agent.of(kernels, judge.block, {
    network: policy.graphNetwork,
    config,
    parameters,
    gradients,
  });
  const planes = new Float32Array(observer.planes * episode.mask.length);
  const state = new Float32Array(env.STATE_NUMBERS);
  const found = new Float32Array(episode.macros.length);
  const parts = new PartTimes();
  const { times } = parts;
  agent.encode();
  /** The cost of the episode; undefined at a dead end, which is not counted. */
  const play = (number: number): number | undefined => {
    const random = netlist.Random.stream(1, "episode cost", number);
    const kept = new Map(times);
    episode.reset();
    while (!episode.complete && !episode.deadEnd) {
      parts.timed("observations", () => observer.observe(planes, state));
      const step = agent.stepOf(episode, { planes, state }, observer.source.places);
      parts.timed("network, playing", () => agent.evaluate(step));
      const cell = agent.act(step.mask, random);
      parts.timed("network, gradients", () => {
        for (let epoch = 0; epoch < settings.epochs; epoch++) {
          agent.evaluate(step);
          agent.distribution.backward(cell, { logProbability: 1, entropy: 0.01 }, agent.dLogits);
          agent.network.backward(0.1);
        }
      });
      parts.timed("estimated soft macros, mask", () => episode.place(cell));
    }
    if (!episode.complete) {
      times.clear();
      for (const [part, time] of kept) times.set(part, time);
      return undefined;
    }
    const { proxyCost } = parts.timed("reward by es", () => episode.finish());
    parts.timed("counterfactuals", () => evaluator.evaluate(episode.macros, { samples, random }, found));
    return proxyCost;
  };
  return { play, times };
}

function print(
  name: string,
  episodes: number,
  old: ReadonlyMap<string, number>,
  now: ReadonlyMap<string, number>,
): void {
  console.log(`\n${name}: ms of processor time an episode, ${episodes} episodes, same costs\n`);
  console.log("| part | before | after | ratio |\n|---|---|---|---|");
  const sum = (times: ReadonlyMap<string, number>) => [...times.values()].reduce((a, b) => a + b, 0);
  const line = (part: string, was: number, is: number) =>
    console.log(
      `| ${part} | ${(was / episodes).toFixed(1)} | ${(is / episodes).toFixed(1)} | ${(is / was).toFixed(2)} |`,
    );
  for (const [part, time] of old) line(part, time, now.get(part)!);
  line("whole episode", sum(old), sum(now));
}
