// Layers of the picture: which are shown and which are selectable. The choice is kept between visits.
import { type Block, NodeKind } from "../../netlist/index.js";
import { memory } from "./dom.js";
import { Emitter } from "./emitter.js";

export const LAYERS = {
  hard: "Hard macros",
  fixed: "Fixed macros",
  soft: "Soft macros",
  cells: "Standard cells",
  ports: "Ports",
  blockages: "Blockages",
  core: "Core",
  rows: "Rows of sites",
  tracks: "Routing tracks",
  fences: "Fences",
  guides: "Guides",
  notches: "Notches",
  halos: "Halos",
  pins: "Pins",
  names: "Names",
  grid: "Grid",
  flylines: "Flylines of selection",
  nets: "Strongest connections",
  arrows: "Arrows of a comparison",
  influences: "What moved the policy",
} as const;

export type Layer = keyof typeof LAYERS;
export const LAYER_NAMES = Object.keys(LAYERS) as Layer[];
/** Layers with nodes, which can be selected. */
export const SELECTABLE = ["hard", "fixed", "soft", "cells", "ports"] as const;
export type SelectableLayer = (typeof SELECTABLE)[number];

interface Stored {
  readonly hidden: readonly string[];
  readonly locked: readonly string[];
  readonly halo: number;
}

const DEFAULT: Stored = { hidden: ["nets", "notches", "tracks", "influences"], locked: [], halo: 5 };

export class LayerState extends Emitter<{ change: undefined }> {
  /** The layers that are hidden unless the user shows them. */
  readonly hiddenAtFirst: readonly Layer[];
  readonly defaultHalo = DEFAULT.halo;
  private readonly hidden: Set<string>;
  private readonly locked: Set<string>;
  /** What the browser keeps the choice under. */
  private readonly key: string;
  /** Width of the halo drawn around hard macros of a block that has none of its own, µm. */
  private haloWidth: number;

  /** @param hasHalos whether the design says its halos; those of a width that the user chooses are hidden at first */
  constructor(hasHalos: boolean) {
    super();
    this.hiddenAtFirst = LAYER_NAMES.filter(
      (layer) => DEFAULT.hidden.includes(layer) || (layer === "halos" && !hasHalos),
    );
    const hidden = this.hiddenAtFirst;
    const stored = memory.read<Stored>(hasHalos ? "design-layers" : "layers", { ...DEFAULT, hidden });
    this.key = hasHalos ? "design-layers" : "layers";
    this.hidden = new Set(stored.hidden);
    this.locked = new Set(stored.locked);
    this.haloWidth = stored.halo;
  }

  shown(layer: Layer): boolean {
    return !this.hidden.has(layer);
  }

  selectable(layer: SelectableLayer): boolean {
    return this.shown(layer) && !this.locked.has(layer);
  }

  get halo(): number {
    return this.haloWidth;
  }

  set halo(width: number) {
    this.haloWidth = Math.max(0, width);
    this.changed();
  }

  show(layer: Layer, on: boolean): void {
    if (on) this.hidden.delete(layer);
    else this.hidden.add(layer);
    this.changed();
  }

  allowSelecting(layer: SelectableLayer, on: boolean): void {
    if (on) this.locked.delete(layer);
    else this.locked.add(layer);
    this.changed();
  }

  /** The layers that are hidden, and those of which nothing can be selected. */
  get state(): { readonly hidden: Layer[]; readonly locked: Layer[] } {
    return {
      hidden: LAYER_NAMES.filter((layer) => this.hidden.has(layer)),
      locked: LAYER_NAMES.filter((layer) => this.locked.has(layer)),
    };
  }

  /** Takes the layers of an address, without keeping them for the next visit. */
  restore(hidden: readonly Layer[], locked: readonly Layer[], halo: number | undefined): void {
    this.hidden.clear();
    this.locked.clear();
    for (const layer of hidden) this.hidden.add(layer);
    for (const layer of locked) this.locked.add(layer);
    if (halo !== undefined) this.haloWidth = Math.max(0, halo);
    this.emit("change", undefined);
  }

  private changed(): void {
    memory.write(this.key, { hidden: [...this.hidden], locked: [...this.locked], halo: this.haloWidth });
    this.emit("change", undefined);
  }
}

/** The layer that a node is on. */
export function layerOf(block: Block, node: number): SelectableLayer {
  switch (block.kinds[node]) {
    case NodeKind.HardMacro:
      return block.fixed[node] ? "fixed" : "hard";
    case NodeKind.SoftMacro:
      return "soft";
    case NodeKind.Port:
      return "ports";
    default:
      return "cells";
  }
}
