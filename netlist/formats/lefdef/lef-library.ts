// The contents of LEF files: units, routing layers, sites, masters with their pins. Lengths are in µm.
import { isSideways } from "../../orientation.js";
import type { Rect } from "./geometry.js";

export interface LefLayer {
  readonly name: string;
  /** Preferred direction of wires, or undefined if the file gives none. */
  readonly direction: "H" | "V" | undefined;
  /** Distance between tracks of the preferred direction. */
  readonly pitch: number;
  readonly width: number;
}

export interface LefSite {
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

export type LefDirection = "INPUT" | "OUTPUT" | "INOUT" | "FEEDTHRU";

export interface LefPin {
  readonly name: string;
  readonly direction: LefDirection;
  /** Centre of the bounds of all its shapes, from the master's centre in orientation N; 0, 0 if it has none. */
  readonly xOffset: number;
  readonly yOffset: number;
}

export interface LefMaster {
  readonly name: string;
  /** First word of CLASS, in capitals; empty if it is missing, which means the same as CORE. */
  readonly masterClass: string;
  readonly width: number;
  readonly height: number;
  /** Words of SYMMETRY (X, Y, R90), or undefined if it is missing. */
  readonly symmetry: readonly string[] | undefined;
  readonly pins: ReadonlyMap<string, LefPin>;
  /**
   * What a master that is no rectangle covers: the union of its obstructions on layers of TYPE OVERLAP, as rectangles from its
   * centre in orientation N that do not overlap each other. Undefined for a rectangle.
   */
  readonly outline: readonly Rect[] | undefined;
  /** Per layer, the share of the master's area that its obstructions cover, at most 1. */
  readonly obstructed: ReadonlyMap<string, number>;
  readonly where: string;
}

export interface LefLibrary {
  readonly databaseUnits: number | undefined;
  readonly manufacturingGrid: number | undefined;
  /** Routing layers, bottom up. */
  readonly layers: readonly LefLayer[];
  /** Names of the layers of TYPE OVERLAP. */
  readonly overlapLayers: ReadonlySet<string>;
  readonly sites: ReadonlyMap<string, LefSite>;
  readonly masters: ReadonlyMap<string, LefMaster>;
  /** Notes on what was left out and why, one line each. */
  readonly notes: readonly string[];
}

/** Whether components of a master are hard macros. */
export function isBlockMaster(master: LefMaster): boolean {
  return master.masterClass === "BLOCK";
}

/**
 * Orientation codes that SYMMETRY allows. X adds the mirror about the x axis (FS), Y that about the y axis (FN), both
 * together add S, and R90 adds the quarter turns of these. Without SYMMETRY only N is allowed.
 */
export function allowedOrientations(symmetry: readonly string[] | undefined): readonly number[] {
  const [x, y, quarter] = ["X", "Y", "R90"].map((name) => symmetry?.includes(name) ?? false);
  // Codes: N 0, FN 1, S 2, FS 3, E 4, FE 5, W 6, FW 7.
  const upright = [0, ...(y ? [1] : []), ...(x && y ? [2] : []), ...(x ? [3] : [])];
  if (!quarter) return upright;
  // Two quarter turns are a half turn, so R90 alone allows S; with a mirror it allows all eight.
  return x || y ? [0, 1, 2, 3, 4, 5, 6, 7] : [0, 2, 4, 6];
}

/** Whether a master's SYMMETRY allows quarter turns. */
export function allowsTurns({ symmetry }: Pick<LefMaster, "symmetry">): boolean {
  return allowedOrientations(symmetry).some(isSideways);
}

/** A rectangle of shapes on a layer while a pin or an obstruction is read. */
export interface LefShape extends Rect {
  readonly layer: string;
}

/** A library while its files are read. If layers or masters have the same name, the first one counts. */
export class LibraryBuilder implements LefLibrary {
  databaseUnits: number | undefined;
  manufacturingGrid: number | undefined;
  readonly layers: LefLayer[] = [];
  readonly overlapLayers = new Set<string>();
  readonly sites = new Map<string, LefSite>();
  readonly masters = new Map<string, LefMaster>();
  readonly notes: string[] = [];

  addLayer(layer: LefLayer): void {
    if (!this.layers.some(({ name }) => name === layer.name)) this.layers.push(layer);
  }

  addMaster(master: LefMaster): void {
    const earlier = this.masters.get(master.name);
    if (!earlier) this.masters.set(master.name, master);
    else if (earlier.width !== master.width || earlier.height !== master.height)
      this.notes.push(
        `${master.where}: MACRO '${master.name}' of another size is at ${earlier.where}, the first counts`,
      );
  }
}
