// Steps of training on other machines that do not wait for their last jobs: which jobs are given up, what the step goes on
// with, and that nothing changes where none is given up. Time passes only where a test says so.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { PUBLISHED_RULES } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import type { JobPool, OpenPool } from "../../../../placer/index.js";
import {
  graphNetwork,
  type IterationMetrics,
  openEpisodeHost,
  type TrainingSetup,
  train,
} from "../../../../policy/index.js";
import { NO_SAMPLES } from "../../../../policy/ppo/loss.js";
import { type GradientTask, RemoteWorkers } from "../../../../policy/ppo/remote-workers.js";
import { withoutStragglers } from "../../../../policy/ppo/stragglers.js";
import { smallBlock } from "../../../support/blocks.js";
import { SMALL_NETWORK } from "../../../support/small-network.js";

const block = smallBlock(3);
/** Longer than any limit, ms. */
const LONG = 1e9;

/** Lets what has been settled be taken in. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A job that ends when it is told to, or with its signal. */
function openJob<Result>() {
  let end: (result: Result) => void = () => {};
  let given: AbortSignal | undefined;
  return {
    end: (result: Result) => end(result),
    isGivenUp: () => given!.aborted,
    run: (signal: AbortSignal) => {
      given = signal;
      return new Promise<Result>((resolve, reject) => {
        end = resolve;
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    },
  };
}

test("jobs are given up once three quarters are back and much time has passed, not before", async (context) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  context.after(() => mock.timers.reset());
  const jobs = Array.from({ length: 8 }, () => openJob<number>());
  const results = withoutStragglers(
    jobs.map(({ run }) => run),
    { leastWait: LONG / 2 },
  );
  for (const at of [0, 1, 2, 3, 4]) jobs[at]!.end(at);
  await settled();
  mock.timers.tick(LONG);
  assert.equal(jobs[7]!.isGivenUp(), false, "five of eight are too few");
  jobs[6]!.end(6);
  await settled();
  mock.timers.tick(LONG / 4);
  assert.equal(jobs[7]!.isGivenUp(), false, "less than the least wait");
  jobs[5]!.end(5);
  await settled();
  mock.timers.tick(LONG);
  assert.equal(jobs[7]!.isGivenUp(), true);
  assert.deepEqual(await results, [0, 1, 2, 3, 4, 5, 6, undefined]);
});

test("of up to three jobs none is given up, and what a job throws is thrown", async (context) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  context.after(() => mock.timers.reset());
  const jobs = Array.from({ length: 3 }, () => openJob<number>());
  const results = withoutStragglers(jobs.map(({ run }) => run));
  jobs[0]!.end(0);
  jobs[2]!.end(2);
  await settled();
  mock.timers.tick(LONG);
  jobs[1]!.end(1);
  assert.deepEqual(await results, [0, 1, 2]);
  const failing = [async () => 1, async () => Promise.reject(new Error("a bug"))];
  await assert.rejects(withoutStragglers(failing), /^Error: a bug$/);
});

test("a gradient is the mean over the samples of the shards that are there", async (context) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  context.after(() => mock.timers.reset());
  let stalled = -1;
  let jobs = 0;
  // Each sample's own gradient is its episode's number.
  const open: OpenPool = () => ({
    run: (_name, task, signal) => {
      const { samples, loss } = task as GradientTask;
      let sum = 0;
      for (let at = 0; at < samples.length; at += 3) sum += samples[at]!;
      const gradient = new Float32Array(4).fill(sum / loss.minibatch);
      const statistics = { ...NO_SAMPLES, played: samples.length / 3, kl: sum };
      if (jobs++ !== stalled) return Promise.resolve({ gradient, statistics });
      return new Promise((_, reject) => {
        signal!.addEventListener("abort", () => reject(signal!.reason));
        setImmediate(() => mock.timers.tick(LONG));
      });
    },
    close: async () => {},
  });
  const kernels = Kernels.create();
  const workers = new RemoteWorkers(kernels, [block], {
    ...{ workers: 1, seed: 1, shards: 4, rules: PUBLISHED_RULES, cellRules: { protocol: "fd" } },
    ...{ network: graphNetwork, config: SMALL_NETWORK as never, parameters: kernels.f32(4) },
    openPool: Object.assign(open, { isRemote: true, dropsStragglers: true }),
  });
  const loss = { clip: 0.2, entropy: 0, valueWeight: 0, imitation: 0, minibatch: 10 };
  const samples = Array.from({ length: 10 }, (_, episode) => ({ episode, step: 0, imitate: false }));
  const gradient = () => workers.gradient(samples, [], loss);
  const whole = await gradient();
  assert.equal(whole.gradient[0], Math.fround(4.5)); // the mean of 0 to 9
  assert.equal(whole.statistics.played, 10);
  assert.equal(workers.dropped, 0);
  // The shards are 0 1, 2 3 4, 5 6, 7 8 9.
  for (const [shard, mean, played] of [
    [3, (0 + 1 + 2 + 3 + 4 + 5 + 6) / 7, 7],
    [0, (2 + 3 + 4 + 5 + 6 + 7 + 8 + 9) / 8, 8],
  ] as const) {
    [jobs, stalled] = [0, shard];
    const part = await gradient();
    assert.ok(Math.abs(part.gradient[3]! - mean) < 1e-6, `${part.gradient[3]} ${mean}`);
    assert.equal(part.statistics.played, played);
  }
  assert.equal(workers.dropped, 2);
});

/** Trains on 16 episodes an iteration, in four jobs, and as many shards. Jobs that `stalls` names are never answered. */
async function learn(how: { readonly fast: boolean; readonly stalls?: (job: string) => boolean }) {
  const counts = new Map<string, number>();
  let [running, stalled] = [0, 0];
  const open: OpenPool = (_kind, workers, setup) => {
    const pool = openEpisodeHost({ ...(setup as TrainingSetup), network: graphNetwork }, workers);
    const run: JobPool["run"] = async (name, task, signal) => {
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      if (how.stalls?.(`${name} ${count}`)) {
        stalled++;
        return new Promise((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason)));
      }
      running++;
      try {
        return await pool.run(name, task);
      } finally {
        running--;
        // All others are back: time passes.
        if (running === 0 && stalled > 0) {
          stalled = 0;
          setImmediate(() => mock.timers.tick(LONG));
        }
      }
    };
    return { ...pool, run };
  };
  const metrics: IterationMetrics[] = [];
  const { parameters, adam, state } = await train([block], {
    settings: {
      ...{ episodes: 16, groupSize: 8, epochs: 1, minibatch: 64 },
      experimental: { network: SMALL_NETWORK },
    },
    ...{ seed: 5, workers: 1, budget: { iterations: 2 } },
    openPool: Object.assign(open, { isRemote: true, dropsStragglers: how.fast }),
    observer: { onIteration: (line) => void metrics.push(line) },
  });
  return { learned: { parameters: parameters.slice(), first: adam.first.slice(), state }, metrics };
}

test("without stragglers training learns the same as if it waited for all", async (context) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  context.after(() => mock.timers.reset());
  const [exact, fast] = [await learn({ fast: false }), await learn({ fast: true })];
  assert.deepEqual(fast.learned, exact.learned);
  assert.deepEqual(
    fast.metrics.map((line) => line["charts/dropped_jobs"]),
    [0, 0],
  );
  assert.ok(exact.metrics.every((line) => !("charts/dropped_jobs" in line)));
});

test("with stragglers training goes on with what it has, and counts what it dropped", async (context) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  context.after(() => mock.timers.reset());
  const stalls = (job: string) => ["rollouts 1", "gradient 2", "gradient 7"].includes(job);
  const { learned, metrics } = await learn({ fast: true, stalls });
  assert.deepEqual(
    metrics.map((line) => line.episodes),
    [12, 28],
    "four episodes of the first iteration were not played",
  );
  assert.equal(
    metrics.reduce((sum, line) => sum + line["charts/dropped_jobs"]!, 0),
    3,
  );
  assert.ok(learned.parameters.every(Number.isFinite));
  assert.equal(learned.state.iteration, 2);
  assert.ok(metrics.every((line) => Number.isFinite(line["cost/proxy"])));
});
