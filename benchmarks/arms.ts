// Policies of several kinds ("arms") on blocks that none of them has seen: played greedily once and by 16 samples, whose random
// streams are the same for all, and compared by geometric means of ratios with bootstrap intervals.
import { Environment, Judge, MACRO_ORDERS } from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import { type Block, leastOf, Random } from "../netlist/index.js";
import { makeCellPlacer, type Protocol } from "../placer/index.js";
import {
  Agent,
  graphNetwork,
  type NetworkConfig,
  type Policy,
  type PolicyNetworkModule,
} from "../policy/index.js";
import { mean } from "./truth/agreement.js";

const SAMPLES = 16;
const BOOTSTRAPS = 4000;

/** The encoders that are compared, by the settings that they need. */
export const ENCODERS: Readonly<Record<string, readonly string[]>> = {
  none: ["experimental.network.encoder=false"],
  static: [],
  live: ["experimental.network.live=true"],
};

/** Costs of one policy on one block; NaN for dead ends. */
export interface Played {
  readonly greedy: number;
  readonly samples: readonly number[];
}

/** Plays a block with the most probable cells, then with drawn ones. */
export function playUnseen(
  block: Block,
  { config, parameters: trained }: Pick<Policy, "config" | "parameters">,
  protocol: Protocol,
  network: PolicyNetworkModule<NetworkConfig> = graphNetwork,
): Played {
  const kernels = Kernels.create();
  const judge = new Judge(kernels, block);
  const environment = new Environment(judge, makeCellPlacer(protocol, judge), {
    macros: MACRO_ORDERS.area(block),
    planes: config.planes,
    readsPlaces: config.live,
  });
  const { episode, observer } = environment;
  const parameters = kernels.f32(trained.length);
  parameters.set(trained);
  const gradients = kernels.f32(parameters.length);
  const agent = Agent.of(kernels, block, { network, config, parameters, gradients });
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

const FIGURES: Readonly<Record<string, (played: Played) => number>> = {
  "mean of 16": ({ samples }) => mean(samples.filter(Number.isFinite)),
  greedy: ({ greedy }) => greedy,
  "best of 16": ({ samples }) => leastOf(samples.filter(Number.isFinite)),
};

/** Geometric mean of ratios [blocks][seeds] and its 95 % bootstrap interval, blocks and seeds drawn anew. */
export function geometricMean(ratios: readonly (readonly number[])[]): string {
  const random = Random.stream(1, "bootstrap");
  const logs = ratios.map((row) => row.map(Math.log));
  const seeds = logs[0]!.map((_, seed) => seed);
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

/**
 * A table of costs for every figure, and each pair of arms in a line.
 * @param arms by name, costs by block of each seed; a policy without seeds has one entry
 */
export function comparisonOf(
  blocks: readonly string[],
  arms: ReadonlyMap<string, readonly Readonly<Record<string, Played>>[]>,
): string {
  const lines: string[] = [];
  const names = [...arms.keys()];
  for (const [figure, of] of Object.entries(FIGURES)) {
    lines.push("", `| ${figure} | ${names.join(" | ")} |`, `|---|${names.map(() => "---|").join("")}`);
    for (const block of blocks) {
      const cells = names.map((arm) => mean(arms.get(arm)!.map((played) => of(played[block]!))).toFixed(4));
      lines.push(`| ${block} | ${cells.join(" | ")} |`);
    }
    for (const [i, one] of names.entries())
      for (const other of names.slice(0, i)) lines.push(pairLine(blocks, { one, other }, { arms, of }));
  }
  return lines.join("\n");
}

function pairLine(
  blocks: readonly string[],
  { one, other }: { readonly one: string; readonly other: string },
  given: {
    readonly arms: ReadonlyMap<string, readonly Readonly<Record<string, Played>>[]>;
    readonly of: (played: Played) => number;
  },
): string {
  const [ones, others] = [given.arms.get(one)!, given.arms.get(other)!];
  const seeds = Math.max(ones.length, others.length);
  const at = <T>(list: readonly T[], seed: number): T => list[seed % list.length]!;
  const ratios = blocks.map((block) =>
    Array.from(
      { length: seeds },
      (_, seed) => given.of(at(ones, seed)[block]!) / given.of(at(others, seed)[block]!),
    ),
  );
  const known = ratios.filter((row) => row.every(Number.isFinite));
  const lower = known.filter((row) => mean(row.map(Math.log)) < 0).length;
  return `${one} against ${other}: ${geometricMean(known)}, better on ${lower} of ${known.length} blocks`;
}
