// How an annealing's stretches follow one another: cycles on grid cells, each a whole schedule from hot to cold that
// begins anew, then, under protocol `free`, one schedule for all macros anywhere.

export interface TimetableOptions {
  /** Of a cycle, and of the part after the cycles together. */
  readonly stretches: number;
  /** Part of the budget, and of these stretches, for the cycles: 1 for protocol `fd`. */
  readonly gridShare: number;
}

/** What the replicas do in a stretch. */
export interface StretchPlan {
  /** On grid cells with settled soft macros (protocol `fd`), or all macros anywhere (`free`). */
  readonly stage: "grid" | "free";
  /** Part of the schedule, 0 to 1. */
  readonly begin: number;
  readonly end: number;
  /** Where they go on from: nowhere yet, where they stand, or the best placement of the cycle or of all. */
  readonly from: "start" | "own" | "cycle" | "best";
  /** Part of the budget up to the beginning of the stretch, to its end and to that of its schedule, 0 to 1. */
  readonly spentBefore: number;
  readonly spentAfter: number;
  readonly spentAtEnd: number;
}

/** In the last quarter of a schedule all replicas go on from the best placement. */
const LAST_QUARTER = 0.75;

export class Timetable {
  readonly stretches: number;
  /** Part of the budget that the cycles take together. */
  readonly gridShare: number;
  private readonly cycles: number;
  private readonly perCycle: number;
  /** Of a schedule. */
  private readonly schedule: number;

  constructor({ stretches, gridShare }: TimetableOptions, cycles: number) {
    this.perCycle = Math.max(1, Math.round(gridShare * stretches));
    this.cycles = cycles;
    this.stretches = cycles * this.perCycle + stretches - this.perCycle;
    this.schedule = stretches;
    this.gridShare = this.perCycle / stretches;
  }

  at(stretch: number): StretchPlan {
    const first = this.cycles * this.perCycle;
    const spentBefore = this.spent(stretch);
    const spentAfter = this.spent(stretch + 1);
    if (stretch < first) {
      const at = stretch % this.perCycle;
      const isLate = at > 0 && at === Math.floor(LAST_QUARTER * this.perCycle);
      const from = at === 0 ? "start" : isLate ? "cycle" : "own";
      const [begin, end] = [at / this.perCycle, (at + 1) / this.perCycle];
      const spentAtEnd = this.spent(stretch - at + this.perCycle);
      return { stage: "grid", begin, end, from, spentBefore, spentAfter, spentAtEnd };
    }
    const count = this.stretches - first;
    const at = stretch - first;
    const isTurn = at === 0 || at === Math.floor(LAST_QUARTER * count);
    const [begin, end] = [at / count, (at + 1) / count];
    return {
      stage: "free",
      begin,
      end,
      from: isTurn ? "best" : "own",
      spentBefore,
      spentAfter,
      spentAtEnd: 1,
    };
  }

  /** Part of the budget that the first stretches take; those of several cycles are shorter. */
  private spent(stretches: number): number {
    const onGrid = Math.min(stretches, this.cycles * this.perCycle);
    return (onGrid / this.cycles + (stretches - onGrid)) / this.schedule;
  }
}
