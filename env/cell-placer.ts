// What an episode needs to settle the standard cells once the macros stand. `placer` implements it.
import type { Placement } from "../netlist/index.js";

/** Places the soft macros (and cells) of a judge's placement, given where its hard macros are. */
export interface CellPlacer {
  /** Word for the protocol, printed beside figures. */
  readonly name: string;
  /** Moves the soft macros of the judge's own placement. Same hard macros, same result. */
  settle(): void;
  readonly placement: Placement;
}
