// What a block read from Bookshelf files needs to be written back: the block's corner is 0, 0, the files' may not be,
// and the block takes pads for points.
import type { Row } from "./nodes.js";

/** A terminal that is a port in the block, or several if it has several pins. */
export interface TerminalPorts {
  /** Size in database units in orientation N. */
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
  /** Whether other nodes may stand on it: `terminal_NI`. */
  readonly coverable: boolean;
  /** Ports, the first with the terminal's name, and where they are from its centre, turned. */
  readonly ports: { readonly node: number; readonly xOffset: number; readonly yOffset: number }[];
}

export interface BookshelfFrame {
  /** Lower left corner of the canvas in the files. */
  readonly originX: number;
  readonly originY: number;
  readonly rows: readonly Row[];
  /** By name. */
  readonly terminals: ReadonlyMap<string, TerminalPorts>;
  /** Per net. */
  readonly netNames: readonly string[];
  /** Per net, 1 if the files say which pin drives it. */
  readonly drivenNets: Uint8Array;
}
