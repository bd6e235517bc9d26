// Macro placement as a reinforcement-learning environment, with the interface of Gymnasium (Towers et al. 2024):
// `reset` and `step` give an observation, a mask of the actions allowed, a reward and whether the episode has ended.
// An action is the grid cell that the current macro's centre goes to. The only reward is the negative proxy cost at the
// end. There is no chance in the game: the same actions give the same observations and rewards.
import { InputError, Random } from "../../netlist/index.js";
import type { Costs, Judge } from "../cost/judge.js";
import {
  BASIC_PLANES,
  Observer,
  PLANE_BOUNDS,
  PLANES,
  STATE_HIGHS,
  STATE_NAMES,
  STATE_NUMBERS,
  type WirelengthDeltas,
} from "../features/observation.js";
import { type CellPlacer, Episode, sampleFeasibleCell } from "./episode.js";

/** Reward of an episode whose next macro fits nowhere: below that of any usable placement, whose costs are 0.5 to 3. */
export const DEAD_END_REWARD = -10;

/** Actions are whole numbers from 0 below `count`: row · columns + column, row 0 at the bottom. */
export interface DiscreteSpace {
  readonly type: "discrete";
  readonly count: number;
}

/** An array of numbers. `names`, `low` and `high` are those of the first dimension's entries, or of all (one each). */
export interface BoxSpace {
  readonly type: "box";
  readonly dtype: "float32" | "uint8";
  readonly shape: readonly number[];
  readonly names: readonly string[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

export interface ObservationSpace {
  /** [planes x rows x columns]; what each plane shows, see `PLANES`. */
  readonly planes: BoxSpace;
  /** [STATE_NUMBERS]; what each number is, see `STATE_NAMES`. */
  readonly state: BoxSpace;
  /** 1 where the action is allowed; rows x columns cells. */
  readonly mask: BoxSpace;
}

/** Arrays as `ObservationSpace` describes them, row-major. All 0 once the episode has ended. */
export interface Observation {
  readonly planes: Float32Array;
  readonly state: Float32Array;
}

export interface StepInfo {
  /** Macros placed so far. */
  readonly step: number;
  /** Name of the macro to place now; undefined once the episode has ended. */
  readonly macroName: string | undefined;
  /** By how much the action was estimated to raise the wirelength cost; 0 after `reset`. Potential-based shaping uses it. */
  readonly wirelengthDelta: number;
  /** Exact costs of the finished placement, after the last macro. */
  readonly costs?: Costs;
}

/** What `reset` and `step` of an environment return. */
export interface StepResult {
  /** The environment's own arrays, or those given to `reset` or `step`; the next step overwrites them. */
  readonly observation: Observation;
  /** 1 where the next action is allowed; all 0 once the episode has ended. The next step overwrites it. */
  readonly mask: Uint8Array;
  /** 0 until the episode ends, then -proxyCost, or `deadEndReward`. */
  readonly reward: number;
  /** All macros are placed, or the next one fits nowhere. */
  readonly terminated: boolean;
  /** Always false: an episode has as many steps as there are macros. */
  readonly truncated: boolean;
  readonly info: StepInfo;
}

export interface EnvironmentOptions {
  /** Node numbers of the macros in the order in which they are placed; by default by area, largest first. */
  readonly macros?: Int32Array;
  /** How many of `PLANES` observations have: `BASIC_PLANES`, the default, or all. */
  readonly planes?: number;
  /** Whether the observer notes the places of all bodies (`ObservationSource.places`). Default: false. */
  readonly readsPlaces?: boolean;
  readonly deadEndReward?: number;
}

export interface ResetOptions {
  /**
   * Cell of each macro in order, -1 for those to place; by default none. Those with a cell are placed first, before the
   * first observation, and do not count as steps of the agent. Throws `InfeasibleActionError` if one does not fit.
   */
  readonly start?: readonly number[];
  /** Where to write the observation instead of the environment's own arrays. */
  readonly into?: Observation;
}

/** The environment of one block. After construction it is as after `reset()`. */
export class Environment {
  readonly actionSpace: DiscreteSpace;
  readonly observationSpace: ObservationSpace;
  /** The game itself, and what writes the observations; for loops that need no reward. */
  readonly episode: Episode;
  readonly observer: Observer;
  private readonly deadEndReward: number;
  private readonly own: Observation;
  /** Given once the episode has ended. */
  private readonly nothing: Observation;
  private deltas: WirelengthDeltas | undefined;
  private random = Random.stream(0, "environment");

  constructor(
    judge: Judge,
    cells: CellPlacer,
    {
      macros,
      planes = BASIC_PLANES,
      readsPlaces = false,
      deadEndReward = DEAD_END_REWARD,
    }: EnvironmentOptions = {},
  ) {
    if (planes !== BASIC_PLANES && planes !== PLANES.length)
      throw new InputError("planes", `${planes}, but ${BASIC_PLANES} or ${PLANES.length} were expected`);
    const tracksCongestion = planes > BASIC_PLANES;
    this.episode = new Episode(judge, cells, { ...(macros && { macros }), tracksCongestion });
    this.observer = new Observer(this.episode, planes, readsPlaces);
    this.deadEndReward = deadEndReward;
    const { columns, rows } = judge.block.grid;
    this.actionSpace = { type: "discrete", count: columns * rows };
    this.observationSpace = observationSpace(planes, { columns, rows });
    this.own = emptyObservation(this.observationSpace);
    this.nothing = emptyObservation(this.observationSpace);
    this.reset();
  }

  /**
   * Begins an episode. `seed` starts the stream of `sampleAction` anew, and without one it goes on; the game itself
   * needs none. The result may have ended at once, if there is no macro to place or the first one fits nowhere.
   */
  reset(seed?: number, { start = [], into }: ResetOptions = {}): StepResult {
    if (seed !== undefined) this.random = Random.stream(seed, "environment");
    const { episode } = this;
    const placed = start.flatMap((cell, index) => (cell < 0 ? [] : [index]));
    episode.reset(placed);
    for (const index of placed) episode.place(start[index]!);
    return this.result(0, into);
  }

  /**
   * Puts the current macro's centre on the cell `action`. Throws `InfeasibleActionError` if the mask forbids it or the
   * episode has ended; the environment is then as before.
   * @param into where to write the observation instead of the environment's own arrays
   */
  step(action: number, into?: Observation): StepResult {
    const wirelengthDelta = this.deltas?.at(action) ?? 0;
    this.episode.place(action);
    return this.result(wirelengthDelta, into);
  }

  /** The episode has ended: all macros are placed, or the next one fits nowhere. */
  get ended(): boolean {
    return this.episode.complete || this.episode.deadEnd;
  }

  /** A feasible action, each with the same probability, from the stream that `reset(seed)` starts. */
  sampleAction(): number {
    return sampleFeasibleCell(this.episode, this.random);
  }

  private result(wirelengthDelta: number, into: Observation = this.own): StepResult {
    const { episode } = this;
    const { step, mask, complete, deadEnd } = episode;
    const terminated = this.ended;
    const costs = complete ? episode.finish() : undefined;
    this.deltas = terminated ? undefined : this.observer.observe(into.planes, into.state);
    return {
      observation: terminated ? this.nothing : into,
      mask,
      reward: costs ? -costs.proxyCost : deadEnd ? this.deadEndReward : 0,
      terminated,
      truncated: false,
      info: {
        step,
        macroName: terminated ? undefined : episode.judge.block.nodeNames[episode.macro],
        wirelengthDelta,
        ...(costs && { costs }),
      },
    };
  }
}

function observationSpace(
  planes: number,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): ObservationSpace {
  const names = PLANES.slice(0, planes);
  return {
    planes: {
      type: "box",
      dtype: "float32",
      shape: [planes, rows, columns],
      names,
      low: names.map((name) => PLANE_BOUNDS[name][0]),
      high: names.map((name) => PLANE_BOUNDS[name][1]),
    },
    state: {
      type: "box",
      dtype: "float32",
      shape: [STATE_NUMBERS],
      names: STATE_NAMES,
      low: STATE_NAMES.map(() => 0),
      high: STATE_HIGHS,
    },
    mask: { type: "box", dtype: "uint8", shape: [rows, columns], names: ["mask"], low: [0], high: [1] },
  };
}

function sizeOf({ shape }: BoxSpace): number {
  return shape.reduce((product, length) => product * length, 1);
}

function emptyObservation({ planes, state }: ObservationSpace): Observation {
  return { planes: new Float32Array(sizeOf(planes)), state: new Float32Array(sizeOf(state)) };
}

/** The results of one step of a batch, stacked: entry i is environment i's. The next step overwrites all arrays. */
export interface BatchStep {
  /** [environments x planes x rows x columns] */
  readonly planes: Float32Array;
  /** [environments x STATE_NUMBERS] */
  readonly states: Float32Array;
  /** [environments x rows x columns] */
  readonly masks: Uint8Array;
  readonly rewards: Float64Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  readonly infos: readonly StepInfo[];
}

/**
 * Several environments with the same spaces, one step of all at a time. With `autoReset`, an environment whose episode
 * ends begins the next one in the same step: reward, `terminated` and info are those of the end, observation and mask
 * those of the new start. Otherwise its actions are ignored until `reset`.
 */
export class EnvironmentBatch {
  readonly environments: readonly Environment[];
  readonly autoReset: boolean;
  private readonly results: BatchStep & { infos: StepInfo[] };
  private readonly slots: readonly { readonly observation: Observation; readonly mask: Uint8Array }[];

  constructor(environments: readonly Environment[], { autoReset = false } = {}) {
    const [first] = environments;
    if (!first) throw new InputError("environments", "none were given, at least one was expected");
    const space = JSON.stringify(first.observationSpace);
    if (environments.some((other) => JSON.stringify(other.observationSpace) !== space))
      throw new InputError(
        "environments",
        "they have different observation spaces",
        "give environments of blocks with the same grid, and the same planes",
      );
    this.environments = environments;
    this.autoReset = autoReset;
    const count = environments.length;
    const [planes, state, mask] = [
      sizeOf(first.observationSpace.planes),
      sizeOf(first.observationSpace.state),
      sizeOf(first.observationSpace.mask),
    ];
    const results = {
      planes: new Float32Array(count * planes),
      states: new Float32Array(count * state),
      masks: new Uint8Array(count * mask),
      rewards: new Float64Array(count),
      terminated: new Uint8Array(count),
      truncated: new Uint8Array(count),
      infos: [],
    };
    this.results = results;
    this.slots = environments.map((_, i) => ({
      observation: {
        planes: results.planes.subarray(i * planes, (i + 1) * planes),
        state: results.states.subarray(i * state, (i + 1) * state),
      },
      mask: results.masks.subarray(i * mask, (i + 1) * mask),
    }));
    this.reset();
  }

  /** Begins an episode in every environment; environment i takes `seed` + i. */
  reset(seed?: number): BatchStep {
    for (const [i, environment] of this.environments.entries()) {
      const into = this.slots[i]!.observation;
      this.store(i, environment.reset(seed === undefined ? undefined : seed + i, { into }));
    }
    return this.results;
  }

  /**
   * Takes a step in every environment that has not ended. Throws `InfeasibleActionError` for an action that its
   * environment's mask forbids; those before it have then taken their step.
   */
  step(actions: ArrayLike<number>): BatchStep {
    const { results, slots, autoReset } = this;
    for (const [i, environment] of this.environments.entries()) {
      const into = slots[i]!.observation;
      if (environment.ended) {
        results.rewards[i] = 0;
        continue;
      }
      const end = environment.step(actions[i]!, into);
      this.store(i, end);
      if (!end.terminated || !autoReset) continue;
      const { observation, mask } = environment.reset(undefined, { into });
      this.storeView(i, observation, mask);
    }
    return results;
  }

  private store(i: number, { observation, mask, reward, terminated, truncated, info }: StepResult): void {
    const { results } = this;
    this.storeView(i, observation, mask);
    results.rewards[i] = reward;
    results.terminated[i] = terminated ? 1 : 0;
    results.truncated[i] = truncated ? 1 : 0;
    results.infos[i] = info;
  }

  private storeView(i: number, observation: Observation, mask: Uint8Array): void {
    const slot = this.slots[i]!;
    if (observation !== slot.observation) {
      slot.observation.planes.set(observation.planes);
      slot.observation.state.set(observation.state);
    }
    slot.mask.set(mask);
  }
}
