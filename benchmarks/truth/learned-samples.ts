// What the learned judge learns from, and what it is tested on: macro placements with what its network reads of each, and what
// verification says. Designs to learn from are made by a script; their placements are random, by greedy, annealed for a moment,
// and `mixed` with macros moved and swapped. Each sample is kept as soon as it is drawn.
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { byNames } from "../../flow/given-places.js";
import { readJsonLines } from "../../flow/json-lines.js";
import { loadBlockWith, loadDefWith, readGivenPlaces } from "../../flow/load-block.js";
import { routingSupplyFor, verifyPlacement } from "../../flow/verify.js";
import { Kernels } from "../../kernels/index.js";
import {
  type Block,
  clusterBlock,
  InputError,
  type Placement,
  Random,
  type RoutingSupply,
} from "../../netlist/index.js";
import { REWARD_SOURCES, RewardSampler, type RewardSource } from "../../policy/index.js";
import { flatFigures } from "./figures.js";
import type { Judged, Truth } from "./findings.js";
import { placementOf, type Source, type Studied } from "./placements.js";
import { openBlock } from "./studied-block.js";
import { changed } from "./variants.js";

/** A judged placement with what the network reads of it: places of the graph's nodes, and `REWARD_NUMBERS`. */
export interface LearnedSample extends Judged {
  readonly places: readonly number[];
  readonly numbers: readonly number[];
}

/** Samples of one block. */
export interface SampledBlock {
  readonly name: string;
  /** Clustered from its flat netlist as `place` does by default. */
  readonly block: Block;
  readonly samples: readonly LearnedSample[];
}

const TERM = "fd wirelength";
const FLAT_START = "flat, 0 iterations";
/** The cheap figures that samples of the made designs have: those that rank best (decision 25). */
export const BEST_CHEAP = [TERM, FLAT_START] as const;

/** Arguments of the script: macros grow with the square of `scale`, from 11; cells too, from 820, `cells` times as many. */
const DESIGNS = [
  { seed: 11, scale: 1, cells: 1, area: 1 },
  { seed: 12, scale: 1, cells: 2, area: 1.25 },
  { seed: 13, scale: 1, cells: 0.5, area: 0.85 },
  { seed: 14, scale: 1.5, cells: 1, area: 1.1 },
  { seed: 15, scale: 1.5, cells: 2, area: 1.15 },
  { seed: 16, scale: 1.5, cells: 0.6, area: 0.9 },
  { seed: 17, scale: 2, cells: 1, area: 1 },
  { seed: 18, scale: 2, cells: 0.5, area: 0.9 },
  { seed: 19, scale: 2, cells: 1.6, area: 1.3 },
  { seed: 20, scale: 1, cells: 3, area: 1.4 },
  { seed: 21, scale: 2.5, cells: 0.6, area: 1 },
  { seed: 22, scale: 1.5, cells: 3, area: 1.5 },
] as const;

const SCRIPT = "examples/design/make-design.mjs";
const SEED = 1;
/** Share of the samples that are changed from what `mixed` made. */
const CHANGED_SHARE = 0.4;
/** Ranges of what is drawn for each of them, uniformly in the logarithm: see `Change`. */
const NUDGE = [0.005, 0.1] as const;
const SWAP = [0.1, 1] as const;
/** Short: cells in rows with one pass, nets by patterns alone. */
const SHORT = { passes: 1, rounds: 0 };

/** In the study's terms, which sets of placements are told by. */
const GROUPS: Readonly<Record<RewardSource, Source["group"]>> = {
  random: "random",
  prior: "constructed",
  greedy: "search",
  annealed: "search",
  policy: "search",
};

/** Draws what is missing of `count` samples of every design, all designs in turn, and reads them. */
export async function sampledDesigns(
  folder: string,
  count: number,
  onSample: (line: string) => void,
): Promise<SampledBlock[]> {
  const designs = [];
  for (const design of DESIGNS) designs.push(await Design.make(design, join(folder, "designs")));
  for (let index = 0; index < count; index++)
    for (const design of designs) {
      if (design.has(index)) continue;
      const started = performance.now();
      const told = await design.draw(index);
      onSample(`${design.name} ${index}: ${told}, ${((performance.now() - started) / 1000).toFixed(1)} s`);
    }
  return designs.map((design) => design.sampled(count));
}

/** A sample by its number, or why there is none. */
interface Line {
  readonly index: number;
  readonly sample?: LearnedSample;
  readonly failed?: string;
}

interface DesignParts {
  readonly studied: Studied;
  readonly clustered: Block;
  readonly supply: RoutingSupply;
  readonly sampler: RewardSampler;
}

class Design {
  readonly name: string;
  private readonly parts: DesignParts;
  private readonly log: string;
  private readonly lines: Map<number, Line>;

  private constructor(parts: DesignParts) {
    const { beside, out } = parts.studied;
    this.parts = parts;
    this.name = basename(beside);
    this.log = join(out, "samples.jsonl");
    this.lines = new Map(readJsonLines<Line>(this.log).map((line) => [line.index, line]));
  }

  static async make({ seed, scale, cells, area }: (typeof DESIGNS)[number], folder: string): Promise<Design> {
    const beside = join(folder, `made-${seed}`);
    const factors = [`--cells=${cells}`, `--area=${area}`];
    execFileSync(process.execPath, [SCRIPT, beside, String(seed), String(scale), ...factors]);
    const path = join(beside, "tile.def");
    const flat = await loadBlockWith(path, { freeFixed: true }, true);
    const supply = routingSupplyFor(flat, await loadDefWith(path, { freeFixed: true }));
    const clustered = clusterBlock(flat, { seed: SEED }).block;
    const sampler = new RewardSampler(Kernels.create(), clustered);
    const studied: Studied = { path, beside, options: ["--free-fixed"], lefs: [], flat, out: beside };
    return new Design({ studied, clustered, supply, sampler });
  }

  has(index: number): boolean {
    return this.lines.has(index);
  }

  sampled(count: number): SampledBlock {
    const samples = Array.from({ length: count }, (_, index) => this.lines.get(index)?.sample);
    return {
      name: this.name,
      block: this.parts.clustered,
      samples: samples.filter((one) => one !== undefined),
    };
  }

  /** Draws and keeps a sample. Returns what there is to tell of it. */
  async draw(index: number): Promise<string> {
    let line: Line;
    try {
      line = { index, sample: await this.sample(index) };
    } catch (error) {
      // No legal placement was found, or cells found no room among the macros.
      if (!(error instanceof InputError)) throw error;
      line = { index, failed: error.message };
    }
    this.lines.set(index, line);
    appendFileSync(this.log, `${JSON.stringify(line)}\n`);
    return line.sample
      ? `${line.sample.source} ${line.sample.truth.flat_wirelength.toFixed(0)} µm`
      : line.failed!;
  }

  private async sample(index: number): Promise<LearnedSample> {
    const { studied, supply } = this.parts;
    const { flat } = studied;
    const random = Random.stream(SEED, "learned judge", this.name, index);
    const { placement, measured, ...origin } =
      random.uniform() < CHANGED_SHARE ? await this.changedMixed(random) : this.drawn(index);
    const { figures } = await verifyPlacement({ block: flat, placement, supply }, SHORT);
    const { flat_wirelength, routed_wirelength, overflow, pattern_overflow, ace_5, legal } = figures;
    const truth: Truth = { flat_wirelength, routed_wirelength, overflow, pattern_overflow, ace_5, legal };
    return {
      ...{ block: this.name, ...origin, truth },
      figures: { [TERM]: measured.labels[0]!, [FLAT_START]: flatFigures(flat, placement, [0])[FLAT_START]! },
      ...plain(measured),
    };
  }

  private drawn(index: number) {
    const { clustered, sampler, studied } = this.parts;
    const { source, ...measured } = sampler.draw(SEED, index);
    const name = REWARD_SOURCES[source]!;
    const placement = byNames(this.name, { block: clustered, placement: sampler.placement }, studied.flat);
    return { placement, measured, source: `${name}-${index}`, group: GROUPS[name] };
  }

  private async changedMixed(random: Random) {
    const { clustered, sampler, studied } = this.parts;
    const { flat } = studied;
    const from = await this.mixed(1 + random.below(2));
    const swapped =
      random.uniform() < 0.5
        ? from
        : changed(flat, from, { kind: "swap", amount: drawGeometric(SWAP, random) }, random.below(1e9));
    const amount = drawGeometric(NUDGE, random);
    const placement = changed(flat, swapped, { kind: "nudge", amount }, random.below(1e9));
    const measured = sampler.measureAt(byNames(this.name, { block: flat, placement }, clustered));
    return { placement, measured, source: `mixed-nudge-${amount.toFixed(3)}`, group: "changed" as const };
  }

  private async mixed(seed: number): Promise<Placement> {
    const source: Source = {
      name: `mixed-free-s${seed}-2s`,
      group: "mixed",
      args: ["--method", "mixed", "--protocol", "free", "--seed", String(seed), "--budget", "2s"],
    };
    const { studied } = this.parts;
    const made = await placementOf(studied, source, [source]);
    if (made === undefined) throw new InputError(this.name, `'mixed' with seed ${seed} found no placement`);
    return readGivenPlaces(made, studied.flat, []);
  }
}

/** The study's placements of a block that the command line names, measured, and kept in `folder`. */
export async function sampledStudy(argument: string, study: string, folder: string): Promise<SampledBlock> {
  const opened = await openBlock(argument, study, 0);
  const { name, flat, lefs, every } = opened;
  const block = clusterBlock(flat, { seed: SEED }).block;
  mkdirSync(folder, { recursive: true });
  const log = join(folder, `${name}.jsonl`);
  const known = new Map(readJsonLines<LearnedSample>(log).map((sample) => [sample.source, sample]));
  const judged = readJsonLines<Judged>(opened.log);
  const sampler = new RewardSampler(Kernels.create(), block);
  const samples: LearnedSample[] = [];
  for (const one of judged) {
    let sample = known.get(one.source);
    if (!sample) {
      const source = every.find((other) => other.name === one.source);
      const path = source && (await placementOf(opened, source, every));
      if (path === undefined) continue;
      const placement = await readGivenPlaces(path, flat, lefs);
      sample = { ...one, ...plain(sampler.measureAt(byNames(path, { block: flat, placement }, block))) };
      appendFileSync(log, `${JSON.stringify(sample)}\n`);
    }
    samples.push({ ...sample, ...one });
  }
  return { name, block, samples };
}

/** Numbers as a line of JSON holds them. */
function plain({
  places,
  numbers,
}: {
  readonly places: Float32Array;
  readonly numbers: Float32Array;
}): Pick<LearnedSample, "places" | "numbers"> {
  return { places: Array.from(places), numbers: Array.from(numbers) };
}

/** Draws from a range, uniformly in the logarithm. */
function drawGeometric([least, most]: readonly [number, number], random: Random): number {
  return least * (most / least) ** random.uniform();
}
