// What an episode needs to settle the standard cells once the macros stand. `placer` implements it.
/** Places the soft macros (and cells) of a judge's placement, given where its hard macros are. */
export interface CellPlacer {
  /** Word for the protocol, printed beside figures. */
  readonly name: string;
  /** Moves the soft macros of the judge's own placement. Same hard macros, same result. */
  placeSoftMacros(): void;
  /**
   * Cheap guess of where the soft macros will go while macros are still missing; moves them there from where they
   * are, or from the canvas centre. The judge's points must be up to date, and are so afterwards.
   */
  estimateSoftMacros(sweeps: number, fromCentre: boolean): void;
}
