// Simulated annealing of hard and soft macros anywhere on the canvas (protocol `free`), on the exact proxy cost.
// Proposals that know something about wires and crowding share the work by what they gain; see
// kernels/assembly/anneal/anneal-free.ts. The placement is legal after every sweep.
import { type Costs, IncrementalJudge, type Judge } from "../../env/index.js";
import { KernelRecord } from "../../kernels/index.js";
import { copyPlacement, type Placement, type Random } from "../../netlist/index.js";
import { geometric } from "../geometric.js";
import { legalStart } from "../legaliser/legal-start.js";
import type { ScoredPlacement } from "../method.js";
import { seedWords } from "./anneal-grid.js";
import { BurstGate } from "./bursts.js";
import {
  FREE_PROPOSALS,
  type FreeArrays,
  type FreeProposal,
  makeFreeArrays,
  SOFT_PROPOSALS,
  takeSides,
} from "./free-state.js";

export { FREE_PROPOSALS, type FreeProposal, SOFT_PROPOSALS } from "./free-state.js";

export interface FreeAnnealOptions {
  /** Relative frequency of each kind of proposal at the start. */
  readonly shares: Readonly<Record<FreeProposal, number>>;
  /** How much of the shares follows what each kind gains per unit of work, 0 to 1. */
  readonly adapt: number;
  /** Temperatures, in units of the proxy cost, between which the schedule falls geometrically. */
  readonly hottest: number;
  readonly coldest: number;
  /** Proposals of a sweep. */
  readonly stepsPerSweep: number;
  /** Distance that hard macros keep, µm: printed places stay legal. */
  readonly gapUm: number;
}

export const FREE_ANNEAL_DEFAULTS: FreeAnnealOptions = {
  shares: {
    softOptimal: 0.25,
    softStep: 0.25,
    softSwap: 0.04,
    routeShift: 0.08,
    cooling: 0.08,
    sameSwap: 0.05,
    swap: 0.03,
    shift: 0.1,
    slide: 0.04,
    flip: 0.03,
    turn: 0.03,
    hardOptimal: 0.05,
  },
  adapt: 0.5,
  hottest: 3e-4,
  coldest: 1e-6,
  stepsPerSweep: 20000,
  gapUm: 1e-4,
};

/** A soft macro's step at the start and at the end, as a fraction of the canvas. */
const SOFT_REACH = [0.15, 0.01] as const;
/** A hard macro's shift, in grid cells. */
const HARD_REACH = [1.5, 0.1] as const;
/** Proposals of a burst under cost terms. */
const STEPS_PER_BURST = 250;
/** Weight of the newest sweep in what a kind is known to gain. */
const NEWEST = 0.2;

/** How often each kind of proposal was made, staged and accepted, and how much cost it took off at what work. */
export type FreeCounts = Readonly<
  Record<
    FreeProposal,
    {
      readonly tried: number;
      readonly feasible: number;
      readonly accepted: number;
      readonly gain: number;
      readonly work: number;
    }
  >
>;

export class FreeAnnealer {
  /** Best placement since `begin`; legal. */
  best!: ScoredPlacement;
  private readonly judge: Judge;
  private readonly incremental: IncrementalJudge;
  private readonly options: FreeAnnealOptions;
  private readonly state: KernelRecord<"FreeAnneal">;
  private readonly arrays: FreeArrays;
  private readonly random: Int32Array;
  private gate: BurstGate | undefined;
  private readonly known = {
    gain: new Float64Array(FREE_PROPOSALS.length),
    work: new Float64Array(FREE_PROPOSALS.length),
  };
  private readonly seen = {
    gain: new Float64Array(FREE_PROPOSALS.length),
    work: new Float64Array(FREE_PROPOSALS.length),
  };

  /** Begins from `placement`. */
  constructor(judge: Judge, placement: Placement, random: Random, options: Partial<FreeAnnealOptions> = {}) {
    this.judge = judge;
    this.options = { ...FREE_ANNEAL_DEFAULTS, ...options };
    this.incremental = new IncrementalJudge(judge);
    const { arrays, numbers } = makeFreeArrays(judge, placement);
    this.arrays = arrays;
    this.random = judge.kernels.i32(4);
    this.state = new KernelRecord(judge.kernels, "FreeAnneal");
    const addresses = Object.fromEntries(
      Object.entries(arrays).map(([name, array]) => [name, array.byteOffset]),
    );
    this.state.set({
      ...addresses,
      ...numbers,
      gap: this.options.gapUm,
      moves: this.incremental.state.address,
      random: this.random.byteOffset,
    });
    this.begin(placement, random);
  }

  /**
   * Starts anew from `placement`, made legal if it is not (see placer/legaliser/legal-start.ts), with hard macros on the
   * same sides as at first, unless they may be turned. Forgets what the kinds of proposals had gained.
   */
  begin(placement: Placement, random: Random): void {
    const { judge, arrays, known, seen } = this;
    const counted = [arrays.tried, arrays.feasible, arrays.accepted, arrays.gains, arrays.work];
    for (const counts of [...counted, known.gain, known.work, seen.gain, seen.work]) counts.fill(0);
    this.gate = BurstGate.of(judge, random);
    this.random.set(seedWords(random));
    const costs = this.startFrom(legalStart(judge.block, placement, this.options.gapUm).placement);
    this.best = { placement: copyPlacement(judge.placement), costs };
  }

  /** One sweep of proposals at the temperature and reach of `progress` (0 to 1). Returns the costs after it. */
  sweep(progress: number): Costs {
    const { hottest, coldest, stepsPerSweep } = this.options;
    const { softs, hards } = this.arrays;
    if (softs.length + hards.length === 0) return this.best.costs;
    this.setShares();
    this.state.set({
      temperature: geometric([hottest, coldest], progress),
      softReach: geometric(SOFT_REACH, progress),
      hardReach: geometric(HARD_REACH, progress),
    });
    const costs = this.gate
      ? this.annealInBursts(this.gate, geometric([hottest, coldest], progress))
      : this.runMoves(stepsPerSweep);
    this.learn();
    this.keepIfBest(costs);
    return costs;
  }

  private runMoves(steps: number): Costs {
    this.judge.kernels.run.annealFree(this.state.address, steps);
    return this.judge.costs();
  }

  private annealInBursts(gate: BurstGate, temperature: number): Costs {
    let costs = this.judge.costs();
    for (let left = this.options.stepsPerSweep; left > 0; left -= STEPS_PER_BURST) {
      const kept = copyPlacement(this.judge.placement);
      const after = this.runMoves(Math.min(left, STEPS_PER_BURST));
      costs = gate.keeps(costs.proxyCost, after.proxyCost, temperature) ? after : this.startFrom(kept);
      this.keepIfBest(costs);
    }
    return costs;
  }

  private keepIfBest(costs: Costs): void {
    if (costs.proxyCost < this.best.costs.proxyCost)
      this.best = { placement: copyPlacement(this.judge.placement), costs };
  }

  /** Puts the judge, its moves and the kernel's bins where `placement` is. */
  private startFrom(placement: Placement): Costs {
    const costs = this.incremental.start(placement);
    if (this.judge.block.turnable) takeSides(this.arrays, this.judge.block, placement);
    this.state.set({ cost: this.judge.proxyOfKernels() });
    this.judge.kernels.run.startFree(this.state.address);
    return costs;
  }

  counts(): FreeCounts {
    const { tried, feasible, accepted, gains, work } = this.arrays;
    return Object.fromEntries(
      FREE_PROPOSALS.map((name, kind) => [
        name,
        {
          tried: tried[kind]!,
          feasible: feasible[kind]!,
          accepted: accepted[kind]!,
          gain: gains[kind]!,
          work: work[kind]!,
        },
      ]),
    ) as FreeCounts;
  }

  /** Shares of the options, and of what each kind gained per unit of work lately; kinds without members get none. */
  private setShares(): void {
    const { shares, adapt } = this.options;
    const { softs, hards } = this.arrays;
    const possible = FREE_PROPOSALS.map((name, kind) => {
      if (name === "turn" && this.state.get("turnable") === 0) return 0;
      return (kind < SOFT_PROPOSALS.length ? softs.length : hards.length) > 0 ? shares[name] : 0;
    });
    const total = possible.reduce((a, b) => a + b, 0);
    const rates = possible.map((share, kind) =>
      share > 0 && this.known.work[kind]! > 0 ? this.known.gain[kind]! / this.known.work[kind]! : 0,
    );
    const rateTotal = rates.reduce((a, b) => a + b, 0);
    const weight = rateTotal > 0 ? adapt : 0;
    let sum = 0;
    possible.forEach((share, kind) => {
      sum += ((1 - weight) * share) / total + (weight > 0 ? (weight * rates[kind]!) / rateTotal : 0);
      this.arrays.shares[kind] = sum;
    });
  }

  private learn(): void {
    const { gains, work } = this.arrays;
    const { known, seen } = this;
    for (let kind = 0; kind < gains.length; kind++) {
      known.gain[kind] = (1 - NEWEST) * known.gain[kind]! + NEWEST * (gains[kind]! - seen.gain[kind]!);
      known.work[kind] = (1 - NEWEST) * known.work[kind]! + NEWEST * (work[kind]! - seen.work[kind]!);
    }
    seen.gain.set(gains);
    seen.work.set(work);
  }
}
