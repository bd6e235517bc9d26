// The rules that the placement shown breaks: found again at once for macros that an edit moves, and a moment later for another
// placement, so that replay does not wait.
import { LegalityTracker, type TrackedViolation } from "../../env/index.js";
import type { Block, DesignRulesMessage, Placement, ViolationKind } from "../../netlist/index.js";
import { blockRules, designEditRules, type EditRules } from "./edit-rules.js";
import { Emitter } from "./emitter.js";

/** Time until another placement is checked, ms. */
const LATER = 80;

/** What is wrong, by kind, in words: one and several. */
const NOUNS: Readonly<Record<ViolationKind, readonly [string, string]>> = {
  overlap: ["overlap", "overlaps"],
  outside: ["macro outside the die", "macros outside the die"],
  core: ["macro outside the core", "macros outside the core"],
  halo: ["macro in a halo", "macros in halos"],
  grid: ["macro off the grid", "macros off the grid"],
  fence: ["macro on the wrong side of a fence", "macros on the wrong side of a fence"],
  blockage: ["macro on a blockage", "macros on blockages"],
  orientation: ["orientation that is not allowed", "orientations that are not allowed"],
  fixed: ["fixed macro moved", "fixed macros moved"],
  unplaced: ["macro without a place", "macros without a place"],
};

/** Counts of violations by kind, as a text: `2 overlaps, 1 macro off the grid`. */
export function violationCounts(violations: readonly { readonly kind: ViolationKind }[]): string {
  const kinds = Object.keys(NOUNS) as ViolationKind[];
  return kinds
    .flatMap((kind) => {
      const count = violations.filter((violation) => violation.kind === kind).length;
      return count > 0 ? [`${count.toLocaleString("en-US")} ${NOUNS[kind][count === 1 ? 0 : 1]}`] : [];
    })
    .join(", ");
}

/** The placement that is checked. */
export interface CheckedScene {
  readonly block: Block;
  readonly placement: Placement;
  /** Whether nodes are not placed yet. */
  readonly partial: boolean;
  on(name: "placement", listener: (nodes: readonly number[] | undefined) => void): void;
}

export class Legality extends Emitter<{ change: undefined }> {
  rules: EditRules;
  violations: readonly TrackedViolation[] = [];
  /** Macros that are part of a violation. */
  readonly nodes = new Set<number>();
  private readonly scene: CheckedScene;
  private tracker: LegalityTracker;
  private later: ReturnType<typeof setTimeout> | undefined;

  constructor(scene: CheckedScene) {
    super();
    this.scene = scene;
    this.rules = blockRules(scene.block);
    this.tracker = new LegalityTracker(scene.block, this.rules.macros);
    scene.on("placement", (nodes) => {
      if (nodes && this.later === undefined) {
        this.tracker.moved(scene.placement, nodes);
        this.tell();
      } else if (nodes) this.check();
      else this.checkLater();
    });
    this.checkLater();
  }

  get idle(): boolean {
    return this.later === undefined;
  }

  /** Takes the rules of the design that is placed. */
  useDesign(message: DesignRulesMessage): void {
    this.rules = designEditRules(this.scene.block, message);
    this.tracker = new LegalityTracker(this.scene.block, this.rules.macros);
    this.check();
  }

  /** Whether there are more violations than are listed. */
  get isCut(): boolean {
    return this.tracker.isCut;
  }

  private checkLater(): void {
    clearTimeout(this.later);
    this.later = setTimeout(() => this.check(), LATER);
  }

  private check(): void {
    clearTimeout(this.later);
    this.later = undefined;
    this.tracker.restart(this.scene.placement);
    this.tell();
  }

  private tell(): void {
    // Of an unfinished episode the rest is not placed yet, which is no violation.
    this.violations = this.tracker.list().filter(({ kind }) => kind !== "unplaced" || !this.scene.partial);
    this.nodes.clear();
    for (const { nodes } of this.violations) for (const node of nodes) this.nodes.add(node);
    this.emit("change", undefined);
  }
}
