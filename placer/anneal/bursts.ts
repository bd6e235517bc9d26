// Annealing under cost terms. The kernels anneal on wirelength, density and congestion alone: a term is a function of
// the user's that they cannot call. So they are run in bursts, and each burst is one proposal to the full cost, which
// keeps it or undoes it as a whole at the temperature of its moves (Metropolis et al. 1953). Short bursts are kept more
// often, and cost a full evaluation each. Without terms there are no bursts.
import type { Judge } from "../../env/index.js";
import { Random } from "../../netlist/index.js";

/** Told once by a method that anneals under cost terms. */
export const ANNEALS_IN_BURSTS =
  "cost terms: annealing moves by the proxy cost alone, and keeps or undoes short bursts of moves by the full cost";

/** Decides on the bursts of one annealing. */
export class BurstGate {
  private readonly random: Random;

  private constructor(random: Random) {
    this.random = random;
  }

  /** Undefined, and nothing drawn, if the judge has no terms. The stream is drawn from that of the moves. */
  static of(judge: Judge, random: Random): BurstGate | undefined {
    return judge.terms.length > 0 ? new BurstGate(Random.stream(random.below(2 ** 32), "bursts")) : undefined;
  }

  /** Whether a burst is kept that changed the full cost from `before` to `after`; temperature in the same unit. */
  keeps(before: number, after: number, temperature: number): boolean {
    return after <= before - temperature * Math.log(1 - this.random.uniform());
  }
}
