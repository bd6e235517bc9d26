// Measures how fast a policy trains: episodes per minute and gradient steps per second with worker threads, the use of the
// cores, and how the time of an episode is spent on one thread.
// Run: node dist/benchmarks/training.js BLOCK [SECONDS] [WORKERS]
import { CounterfactualEvaluator, Environment, Judge, STATE_NUMBERS } from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import { type Block, loadBlock, Random } from "../netlist/index.js";
import { ForceDirectedPlacer } from "../placer/index.js";
import {
  Agent,
  freshParameters,
  graphNetwork,
  type IterationMetrics,
  parseTrainSettings,
  train,
} from "../policy/index.js";

const [path, secondsText = "30", workersText = "2"] = process.argv.slice(2);
if (path === undefined) {
  console.error("usage: node dist/benchmarks/training.js BLOCK [SECONDS] [WORKERS]");
  process.exit(1);
}
const block = await loadBlock(path);
const settings = parseTrainSettings();
const workers = Number(workersText);
console.log(
  `${block.name}: ${block.nodeCount} nodes, grid ${block.grid.columns} x ${block.grid.rows}, ${workers} workers`,
);
await wholeRun();
oneEpisode(block);

/** Rates of a run without its first iteration, which sets up workers. */
async function wholeRun(): Promise<void> {
  const lines: IterationMetrics[] = [];
  let warm = { cpu: process.cpuUsage(), at: performance.now() };
  const peak = { bytes: 0 };
  await train([block], {
    settings,
    workers,
    budget: { seconds: Number(secondsText) },
    observer: {
      onIteration: (line) => {
        lines.push(line);
        peak.bytes = Math.max(peak.bytes, process.memoryUsage().rss);
        if (lines.length === 1) warm = { cpu: process.cpuUsage(), at: performance.now() };
      },
    },
  });
  const { user, system } = process.cpuUsage(warm.cpu);
  const wall = (performance.now() - warm.at) / 1000;
  const timed = lines.slice(1);
  if (timed.length === 0) {
    console.log(`no second iteration ended within ${secondsText} s: give more SECONDS for the rates`);
    return;
  }
  const sum = (value: (line: IterationMetrics) => number) =>
    timed.reduce((total, line) => total + value(line), 0);
  const episodes = timed.length * settings.episodes;
  const playing = sum((line) => line["charts/play_seconds"]);
  const all = sum((line) => settings.episodes / line["charts/episodes_per_second"]);
  const steps = sum((line) => line["charts/gradient_steps"]);
  const wholes = sum((line) => line.dead_ends);
  row("iterations timed", timed.length, "");
  row("episodes, updates included", (60 * episodes) / all, "per minute");
  row("episodes, while playing", (60 * episodes) / playing, "per minute");
  row("gradient steps, while updating", steps / (all - playing), "per second");
  row("time spent playing", (100 * playing) / all, "%");
  row("cores busy", (100 * (user + system)) / 1e6 / wall / workers, `% of ${workers}`);
  row("dead ends", wholes, "episodes");
  row("largest memory", peak.bytes / 2 ** 20, "MiB");
}

/** Milliseconds of the parts of an episode on this thread, as means over some seconds. */
function oneEpisode(block: Block): void {
  const { network: config, counterfactualSamples } = settings.experimental;
  const kernels = Kernels.create();
  const judge = new Judge(kernels, block);
  const { episode, observer } = new Environment(judge, new ForceDirectedPlacer(judge), {
    planes: config.planes,
    readsPlaces: config.live,
  });
  const evaluator = new CounterfactualEvaluator(judge);
  const values = freshParameters(config, 1);
  const parameters = kernels.f32(values.length);
  parameters.set(values);
  const gradients = kernels.f32(values.length);
  const agent = Agent.of(kernels, block, { network: graphNetwork, config, parameters, gradients });
  const { network, distribution } = agent;
  const planes = new Float32Array(observer.planes * block.grid.rows * block.grid.columns);
  const state = new Float32Array(STATE_NUMBERS);
  const found = new Float32Array(episode.macros.length);
  const times = new Map<string, number>();
  const timed = <T>(part: string, work: () => T): T => {
    const start = performance.now();
    const result = work();
    times.set(part, (times.get(part) ?? 0) + performance.now() - start);
    return result;
  };
  let episodes = 0;
  for (const end = performance.now() + 4000; performance.now() < end; episodes++) {
    const random = Random.stream(1, "benchmark", episodes);
    timed("encoder (once per version of the parameters)", () => agent.encode());
    timed("empty canvas", () => episode.reset());
    while (!episode.complete && !episode.deadEnd) {
      timed("observation: planes and state", () => observer.observe(planes, state));
      const seen = agent.stepOf(episode, { planes, state }, observer.source.places);
      timed("network forward", () => network.forward(seen));
      const cell = timed("distribution and draw", () => {
        distribution.update(agent.logits, seen.mask);
        return agent.act(seen.mask, random);
      });
      timed("place: estimated soft macros, next mask", () => episode.place(cell));
    }
    if (!episode.complete) continue;
    timed("place soft macros, mirror, judge", () => episode.finish());
    timed("counterfactuals", () =>
      evaluator.evaluate(episode.macros, { samples: counterfactualSamples, random }, found),
    );
  }
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  console.log(`one episode on one thread: ${(total / episodes).toFixed(1)} ms`);
  for (const [part, time] of times)
    row(`  ${part}`, time / episodes, `ms  ${((100 * time) / total).toFixed(0)} %`);
}

function row(what: string, value: number, unit: string): void {
  console.log(`${what.padEnd(48)}${value.toFixed(value < 10 ? 2 : 0).padStart(8)} ${unit}`);
}
