// What moved a decision of the policy: asked for while its layer is shown, for the step of the episode that is shown. The
// server takes one node after the other out of the step; see policy/influence.ts.
import { type Influences, unpackInfluences, type ViewData } from "../protocol.js";
import { Emitter } from "./emitter.js";
import type { LayerState } from "./layers.js";

/** A step of the policy's episode, and the checkpoint that played it. */
export interface Decision {
  readonly step: number;
  readonly checkpoint: number;
}

/** By what nodes count: by how much the decision changes without them, or by the network's attention. */
export const WEIGHINGS = ["change", "attention"] as const;
export type Weighing = (typeof WEIGHINGS)[number];

/** One node of the netlist graph. */
export interface Influence {
  /** Block nodes: one, or the ports of a cluster. */
  readonly nodes: Int32Array;
  /** µm; NaN if it is nowhere yet. */
  readonly x: number;
  readonly y: number;
  /** Change of the logarithm of the probability; NaN if it was not tried. */
  readonly change: number;
  /** NaN if the network has none. */
  readonly attention: number;
  /** By what it counts, relative to the strongest. */
  readonly share: number;
  /** Whether the node makes the chosen cell more probable; neither if it changes nothing, or was not tried. */
  readonly speaks: "for" | "against" | "neither";
}

/** The nodes that count for anything, the strongest first; of nodes alike the earlier. */
export function strongest(influences: Influences, weighing: Weighing): Influence[] {
  const { starts, members, xs, ys, changes, attention } = influences;
  const isByAttention = weighing === "attention" && attention.length > 0;
  const strength = Float64Array.from(changes, (change, entry) => {
    const value = isByAttention ? attention[entry]! : Math.abs(change);
    return Number.isNaN(value) ? 0 : value;
  });
  const most = strength.reduce((greatest, value) => Math.max(greatest, value), 0);
  return Array.from(strength.keys())
    .filter((entry) => strength[entry]! > LEAST)
    .sort((a, b) => strength[b]! - strength[a]! || a - b)
    .map((entry) => ({
      nodes: members.subarray(starts[entry], starts[entry + 1]),
      x: xs[entry]!,
      y: ys[entry]!,
      change: changes[entry]!,
      attention: attention[entry] ?? Number.NaN,
      share: strength[entry]! / most,
      speaks: changes[entry]! > LEAST ? "for" : changes[entry]! < -LEAST ? "against" : "neither",
    }));
}

/** Less is the rounding of single-precision numbers. */
const LEAST = 1e-5;

const ASKING = "being computed: one node after the other is taken out";

/** What is known of the decision shown. */
export class InfluenceState extends Emitter<{ change: undefined }> {
  /** Whether there is a policy. */
  hasPolicy = false;
  private shown: Decision | undefined;
  private found: Influences | undefined;
  private problem: string | undefined;
  private by: Weighing = "change";

  /** The decision shown: that of a step of the policy's episode. */
  get decision(): Decision | undefined {
    return this.shown;
  }

  /** What moved it, once that is known. */
  get influences(): Influences | undefined {
    return this.found;
  }

  /** Why nothing is known; undefined if something is. */
  get reason(): string | undefined {
    if (!this.hasPolicy) return "needs a run of method policy";
    if (!this.shown) return "needs a step of the policy's episode";
    return this.found ? undefined : (this.problem ?? ASKING);
  }

  get weighing(): Weighing {
    return this.by;
  }

  set weighing(by: Weighing) {
    if (by === this.by) return;
    this.by = by;
    this.emit("change", undefined);
  }

  /** Tells which decision is shown; undefined if it is no step of the episode. */
  show(decision: Decision | undefined): void {
    if (!decision && !this.shown) return;
    this.shown = decision;
    this.found = undefined;
    this.problem = undefined;
    this.emit("change", undefined);
  }

  /** Takes the answer about a decision, or why there is none, if that decision is still shown. */
  tell(decision: Decision, answer: { readonly found: Influences } | { readonly problem: string }): void {
    if (decision !== this.shown) return;
    if ("found" in answer) this.found = answer.found;
    else this.problem = answer.problem;
    this.emit("change", undefined);
  }

  /** Whether an answer is missing. */
  get isOpen(): boolean {
    return this.shown !== undefined && !this.found && this.problem === undefined;
  }
}

/** Asks for what moved the decision shown, while the layer is shown: one question at a time, the newest next. */
export class InfluenceLoader {
  private readonly state: InfluenceState;
  private readonly layers: LayerState;
  private readonly data: Pick<ViewData, "influences">;
  private isAsking = false;

  constructor(state: InfluenceState, layers: LayerState, data: Pick<ViewData, "influences">) {
    this.state = state;
    this.layers = layers;
    this.data = data;
    state.on("change", () => void this.ask());
    layers.on("change", () => void this.ask());
  }

  get idle(): boolean {
    return !this.isAsking;
  }

  private async ask(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    try {
      while (this.state.isOpen && this.layers.shown("influences")) {
        const decision = this.state.decision!;
        try {
          const message = await this.data.influences(decision.step, decision.checkpoint);
          this.state.tell(decision, { found: unpackInfluences(message) });
        } catch (error) {
          this.state.tell(decision, { problem: (error as Error).message });
        }
      }
    } finally {
      this.isAsking = false;
    }
  }
}
