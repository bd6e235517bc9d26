// What graph networks of several sizes cost: processor time of an episode and of its parts, of all networks in turn at the same
// steps of the same episodes, so that the ratios hold on a loaded machine. Run: node dist/benchmarks/encoder-cost.js [--episodes N] BLOCK …
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { CounterfactualEvaluator, Environment, Judge, STATE_NUMBERS } from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import { type Block, loadBlock, Random } from "../netlist/index.js";
import { makeCellPlacer } from "../placer/index.js";
import {
  Agent,
  freshParameters,
  graphNetwork,
  type NetworkOptions,
  parseTrainSettings,
} from "../policy/index.js";
import { PartTimes } from "./part-times.js";

const NETWORKS: Readonly<Record<string, Partial<NetworkOptions>>> = {
  "no encoder": { encoder: false },
  static: {},
  "live, width 16, 3 rounds, all edges": { live: true, liveEdges: 0 },
  "live, width 16, 3 rounds, 8 edges": { live: true },
  "live, width 16, 2 rounds, 8 edges": { live: true, rounds: 2 },
  "live, width 8, 3 rounds, 8 edges": { live: true, width: 8 },
  "live, width 8, 3 rounds, 4 edges": { live: true, width: 8, liveEdges: 4 },
  "live, width 8, 2 rounds, 4 edges": { live: true, width: 8, rounds: 2, liveEdges: 4 },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { episodes: { type: "string", default: "3" } },
});
if (positionals.length === 0) {
  console.error("usage: node dist/benchmarks/encoder-cost.js [--episodes N] BLOCK …");
  process.exit(1);
}
for (const path of positionals) measure(await loadBlock(path), basename(path), Number(values.episodes));

function measure(block: Block, name: string, episodes: number): void {
  const kernels = Kernels.create();
  const environment = (protocol: "fd" | "es") => {
    const judge = new Judge(kernels, block);
    return new Environment(judge, makeCellPlacer(protocol, judge), { readsPlaces: true });
  };
  const [{ episode, observer }, electrostatic] = [environment("fd"), environment("es").episode];
  const evaluator = new CounterfactualEvaluator(episode.judge);
  const { epochs, experimental } = parseTrainSettings();
  const agents = Object.entries(NETWORKS).map(([what, network]) => {
    const config = parseTrainSettings({ experimental: { network } }).experimental.network;
    const fresh = freshParameters(config, 1);
    const parameters = kernels.f32(fresh.length);
    parameters.set(fresh);
    const gradients = kernels.f32(fresh.length);
    return {
      what,
      agent: Agent.of(kernels, block, { network: graphNetwork, config, parameters, gradients }),
    };
  });
  const planes = new Float32Array(observer.planes * episode.mask.length);
  const state = new Float32Array(STATE_NUMBERS);
  const found = new Float32Array(episode.macros.length);
  const parts = new PartTimes();
  const { times } = parts;
  let played = 0;
  for (const { agent } of agents) agent.encode();
  for (let attempt = 0; attempt < episodes; attempt++) {
    const random = Random.stream(1, "encoder cost", attempt);
    const cells: number[] = [];
    episode.reset();
    while (!episode.complete && !episode.deadEnd) {
      parts.timed("observation", () => observer.observe(planes, state));
      let cell = -1;
      for (const { what, agent } of agents) {
        const { network, distribution, logits, dLogits } = agent;
        const step = parts.timed(`${what}: forward`, () => {
          const seen = agent.stepOf(episode, { planes, state }, observer.source.places);
          network.forward(seen);
          return seen;
        });
        distribution.update(logits, step.mask);
        if (cell < 0) cell = agent.act(step.mask, random); // all untrained networks play alike
        distribution.backward(cell, { logProbability: 1, entropy: 0.01 }, dLogits);
        parts.timed(`${what}: backward`, () => network.backward(0.1));
      }
      cells.push(cell);
      parts.timed("estimated soft macros, mask", () => episode.place(cell));
    }
    if (!episode.complete) continue;
    played++;
    parts.timed("reward by fd", () => episode.finish());
    const { counterfactualSamples: samples } = experimental;
    parts.timed("counterfactuals", () => evaluator.evaluate(episode.macros, { samples, random }, found));
    electrostatic.reset();
    for (const cell of cells) electrostatic.place(cell);
    parts.timed("reward by es", () => electrostatic.finish());
  }
  const ms = (part: string) => times.get(part)! / played;
  const shared = ["observation", "estimated soft macros, mask", "counterfactuals"];
  console.log(
    `\n${name}: ${block.nodeCount} nodes, ${episode.macros.length} macros; ms of processor time an episode\n`,
  );
  for (const part of [...shared, "reward by fd", "reward by es"])
    console.log(`- ${part}: ${ms(part).toFixed(1)}`);
  console.log(
    `\n| network | forward | backward | episode, fd | ratio | episode, es | ratio |\n|---|---|---|---|---|---|---|`,
  );
  const rows = agents.map(({ what }) => {
    const [forward, backward] = [ms(`${what}: forward`), ms(`${what}: backward`)];
    const rest = shared.reduce((sum, part) => sum + ms(part), 0) + forward + epochs * (forward + backward);
    return { what, forward, backward, fd: rest + ms("reward by fd"), es: rest + ms("reward by es") };
  });
  for (const { what, forward, backward, fd, es } of rows) {
    const ratio = (one: number, other: number) => (one / other).toFixed(2);
    const figures = [forward.toFixed(1), backward.toFixed(1), fd.toFixed(0), ratio(fd, rows[0]!.fd)];
    console.log(`| ${what} | ${[...figures, es.toFixed(0), ratio(es, rows[0]!.es)].join(" | ")} |`);
  }
}
