// The force-directed placement of a call: which nodes move, from where, and what the placer needs for it. A placer is kept
// for the next call, as an episode ends with the same one every time.
import { createJudge, type Judge } from "../env/index.js";
import { type Block, copyPlacement, InputError, NodeKind, type Placement } from "../netlist/index.js";
import { ForceDirectedPlacer } from "../placer/index.js";

/** How `PlacementCost.optimizeStdcells` moves nodes; the names are Circuit Training's. Lists have one entry per phase. */
export interface ForceSchedule {
  /** Start from where the nodes are, not from the canvas centre. */
  readonly useCurrentLoc: boolean;
  /** Move soft macros and standard cells, and hard macros. Fixed nodes never move. */
  readonly moveStdcells: boolean;
  readonly moveMacros: boolean;
  /** Accepted and ignored: nothing public tells what they do. */
  readonly logScaleConns?: boolean;
  readonly useSizes?: boolean;
  /** Multiplies the pull of nets with a port at either end. */
  readonly ioFactor: number;
  readonly numSteps: readonly number[];
  /** Largest move of a step, µm. */
  readonly maxMoveDistance: readonly number[];
  readonly attractFactor: readonly number[];
  readonly repelFactor: readonly number[];
}

/** More would hold up a client for minutes. */
const MOST_STEPS = 100_000;
const MOST_PHASES = 1000;

/** Throws `InputError` for lists of different lengths and numbers out of range. */
export function checkSchedule(schedule: ForceSchedule): void {
  const { numSteps, maxMoveDistance, attractFactor, repelFactor } = schedule;
  const lists = [numSteps, maxMoveDistance, attractFactor, repelFactor];
  if (lists.some((list) => list.length !== numSteps.length) || numSteps.length > MOST_PHASES)
    throw new InputError(
      "steps, moves, attract and repel",
      `lists of ${lists.map((list) => list.length).join(", ")} entries, equal lengths up to ${MOST_PHASES} were expected`,
    );
  let steps = 0;
  for (const count of numSteps) {
    if (!(Number.isInteger(count) && count >= 0))
      throw new InputError("steps", `${count} was found, a whole number from 0 was expected`);
    steps += count;
  }
  if (steps > MOST_STEPS)
    throw new InputError("steps", `${steps} in all, at most ${MOST_STEPS} were expected`);
  for (const value of [...maxMoveDistance, ...attractFactor, ...repelFactor, schedule.ioFactor])
    if (!(Number.isFinite(value) && value >= 0))
      throw new InputError(
        "moves, attract, repel and io factor",
        `${value} was found, 0 or more was expected`,
      );
}

/** Moves the nodes of one netlist on one canvas. */
export class ForceMover {
  private kept:
    | { readonly key: string; readonly judge: Judge; readonly placer: ForceDirectedPlacer }
    | undefined;

  /**
   * Where the nodes of `block` that may move are after the schedule, from `placement`, which does not change. Movable
   * nodes without a place start at the canvas centre; others without one are left out. Throws `InputError` if forces are
   * so large that a node is nowhere.
   */
  move(block: Block, placement: Placement, schedule: ForceSchedule): Map<number, readonly [number, number]> {
    const { kinds, fixed, canvas } = block;
    const moves = (node: number) =>
      fixed[node] !== 1 &&
      (kinds[node] === NodeKind.HardMacro
        ? schedule.moveMacros
        : kinds[node] !== NodeKind.Port && schedule.moveStdcells);
    const moving = Array.from(kinds, (_, node) => node).filter(moves);
    if (moving.length === 0) return new Map();
    const start = copyPlacement(placement);
    for (const node of moving)
      if (Number.isNaN(start.xs[node]!)) {
        start.xs[node] = canvas.width / 2;
        start.ys[node] = canvas.height / 2;
      }
    const { judge, placer } = this.placerFor(block, start, { schedule, moving, moves });
    judge.placement.xs.set(start.xs);
    judge.placement.ys.set(start.ys);
    judge.placement.orientations.set(start.orientations);
    placer.placeSoftMacros();
    const { xs, ys } = judge.placement;
    for (const node of moving)
      if (!(Number.isFinite(xs[node]!) && Number.isFinite(ys[node]!)))
        throw new InputError(
          "attract and repel",
          "the forces are too large to be computed",
          "give smaller factors",
        );
    return new Map(moving.map((node) => [node, [xs[node]!, ys[node]!] as const]));
  }

  private placerFor(
    block: Block,
    start: Placement,
    {
      schedule,
      moving,
      moves,
    }: {
      readonly schedule: ForceSchedule;
      readonly moving: readonly number[];
      readonly moves: (node: number) => boolean;
    },
  ): { readonly judge: Judge; readonly placer: ForceDirectedPlacer } {
    // Places of nodes that stand are read anew each time; whether they have one is not, nor how moving macros are turned.
    const placed = Array.from(start.xs, (x) => (Number.isNaN(x) ? "0" : "1")).join("");
    const turns = moving.map((node) => start.orientations[node]).join("");
    const key = JSON.stringify([schedule, placed, turns, moving]);
    if (this.kept?.key === key) return this.kept;
    const judge = createJudge(block);
    judge.placement.xs.set(start.xs);
    judge.placement.ys.set(start.ys);
    judge.placement.orientations.set(start.orientations);
    const placer = new ForceDirectedPlacer(judge, {
      ioFactor: schedule.ioFactor,
      useCurrent: schedule.useCurrentLoc,
      phases: schedule.numSteps.map((steps, phase) => ({
        steps,
        attract: schedule.attractFactor[phase]!,
        repel: schedule.repelFactor[phase]!,
        maxMove: schedule.maxMoveDistance[phase]!,
      })),
      moves,
    });
    this.kept = { key, judge, placer };
    return this.kept;
  }
}
