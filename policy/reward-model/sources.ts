// Placements of every quality, for the reward model to learn from: random, drawn from the prior, greedy, annealed
// briefly, and played by policies. A placement is the cell of every movable hard macro, in the order by area.
import {
  BASIC_PLANES,
  type CellPlacer,
  Environment,
  type Judge,
  macrosByArea,
  PLANES,
  STATE_NUMBERS,
  sampleByPrior,
} from "../../env/index.js";
import { greatestOf, InputError, type Random } from "../../netlist/index.js";
import { GRID_ANNEAL_DEFAULTS, GridAnnealer, greedyPlacement } from "../../placer/index.js";
import { Agent } from "../agent.js";
import type { Policy } from "../network/checkpoint.js";
import { graphNetwork } from "../network/network.js";

/** Where a placement came from, in the order of the numbers that data files hold. */
export const REWARD_SOURCES = ["random", "prior", "greedy", "annealed", "policy"] as const;
export type RewardSource = (typeof REWARD_SOURCES)[number];

/** Shares of the sources in a data set; without policies the others share theirs. */
const SHARES: Readonly<Record<RewardSource, number>> = {
  random: 0.2,
  prior: 0.2,
  greedy: 0.2,
  annealed: 0.25,
  policy: 0.15,
};

/** Ranges of what is drawn for each placement, uniformly in the logarithm. */
const SHARPNESS = [2, 100] as const; // of the prior: probabilities go as exp(sharpness · prior)
const NOISE = [0.01, 3] as const; // of greedy cells, in wire spans
const EDGE_WEIGHT = [0.1, 10] as const; // what greedy pays for an edge, in wire spans
const SWEEPS = [1, 12] as const; // of annealing
const STEPS_PER_MACRO = 20; // a quarter of the annealer's own: short runs must differ
const MOST_TRIES = 50;
const PRIOR = PLANES.indexOf("prior");

/** A policy set up for this block, and how many of the first planes it sees. */
interface BlockPolicy {
  readonly agent: Agent;
  readonly planes: number;
}

export class PlacementSource {
  readonly macros: Int32Array;
  private readonly judge: Judge;
  private readonly environment: Environment;
  private readonly annealer: GridAnnealer;
  private readonly policies: readonly BlockPolicy[];
  private readonly planes: Float32Array;
  private readonly state = new Float32Array(STATE_NUMBERS);

  constructor(judge: Judge, cells: CellPlacer, policies: readonly Policy[]) {
    const { columns, rows } = judge.block.grid;
    this.judge = judge;
    this.macros = macrosByArea(judge.block);
    // A policy that sees fewer planes sees the first of them.
    const planes = greatestOf([BASIC_PLANES, ...policies.map((p) => p.config.planes)]);
    const readsPlaces = policies.some(({ config }) => config.live);
    this.environment = new Environment(judge, cells, { macros: this.macros, planes, readsPlaces });
    this.annealer = new GridAnnealer(judge, cells, {
      ...GRID_ANNEAL_DEFAULTS,
      stepsPerMacro: STEPS_PER_MACRO,
    });
    this.policies = policies.map((policy) => blockPolicy(judge, policy));
    this.planes = new Float32Array(planes * columns * rows);
  }

  /** Draws a source, and from it the cells of a legal placement. Throws `InputError` if 50 tries met dead ends. */
  draw(random: Random): { readonly source: RewardSource; readonly cells: Int32Array } {
    const source = drawSource(random, this.policies.length > 0);
    for (let tries = 0; tries < MOST_TRIES; tries++)
      if (this.play(source, random)) return { source, cells: this.cells() };
    throw new InputError(
      this.judge.block.name,
      `no legal placement of source '${source}' in ${MOST_TRIES} tries`,
      "leave this block out, or generate it with a lower utilisation",
    );
  }

  /** Leaves a placement in the judge. Returns false at a dead end. */
  private play(source: RewardSource, random: Random): boolean {
    switch (source) {
      case "random":
        return this.playPrior(0, random);
      case "prior":
        return this.playPrior(drawGeometric(SHARPNESS, random), random);
      case "greedy":
        return greedyPlacement(
          this.environment,
          { edgeWeight: drawGeometric(EDGE_WEIGHT, random), noise: drawGeometric(NOISE, random) },
          random,
        );
      case "annealed":
        return this.anneal(random);
      case "policy":
        return this.playPolicy(this.policies[random.below(this.policies.length)]!, random);
      default:
        return source satisfies never;
    }
  }

  /** Draws cells with probability proportional to exp(sharpness · prior). */
  private playPrior(sharpness: number, random: Random): boolean {
    const { planes, state } = this;
    const { episode, observer } = this.environment;
    const prior = planes.subarray(PRIOR * episode.mask.length, (PRIOR + 1) * episode.mask.length);
    episode.reset();
    while (!episode.complete && !episode.deadEnd) {
      observer.observe(planes, state);
      episode.place(sampleByPrior({ prior, mask: episode.mask, sharpness }, random));
    }
    return episode.complete;
  }

  private anneal(random: Random): boolean {
    const { annealer, judge } = this;
    const sharpness = random.uniform() < 0.5 ? 0 : drawGeometric(SHARPNESS, random);
    const sweeps = Math.round(drawGeometric(SWEEPS, random));
    if (!this.playPrior(sharpness, random)) return false;
    annealer.begin(judge.placement, random);
    for (let sweep = 0; sweep < sweeps; sweep++) annealer.sweep(sweep / sweeps);
    return true;
  }

  private playPolicy({ agent, planes: count }: BlockPolicy, random: Random): boolean {
    const { planes, state } = this;
    const { episode, observer } = this.environment;
    const seenPlanes = planes.subarray(0, count * episode.mask.length);
    episode.reset();
    while (!episode.complete && !episode.deadEnd) {
      observer.observe(planes, state);
      agent.evaluate(agent.stepOf(episode, { planes: seenPlanes, state }, observer.source.places));
      episode.place(agent.act(episode.mask, random));
    }
    return episode.complete;
  }

  /** The cells of the macros in the judge's placement. */
  private cells(): Int32Array {
    const { placement, block } = this.judge;
    const { canvas, grid } = block;
    return this.macros.map((macro) => {
      const column = Math.floor((placement.xs[macro]! * grid.columns) / canvas.width);
      return Math.floor((placement.ys[macro]! * grid.rows) / canvas.height) * grid.columns + column;
    });
  }
}

function blockPolicy({ kernels, block }: Judge, policy: Policy): BlockPolicy {
  const { network = graphNetwork, config, parameters: values } = policy;
  const parameters = kernels.f32(values.length);
  parameters.set(values);
  const agent = Agent.of(kernels, block, {
    network,
    config,
    parameters,
    gradients: kernels.f32(values.length),
  });
  agent.encode();
  return { agent, planes: config.planes };
}

function drawSource(random: Random, policies: boolean): RewardSource {
  const sources = REWARD_SOURCES.filter((source) => policies || source !== "policy");
  let left = random.uniform() * sources.reduce((sum, source) => sum + SHARES[source], 0);
  return (
    sources.find((source) => {
      left -= SHARES[source];
      return left < 0;
    }) ?? sources[0]!
  );
}

/** Draws from a range, uniformly in the logarithm. */
function drawGeometric([least, most]: readonly [number, number], random: Random): number {
  return least * (most / least) ** random.uniform();
}
