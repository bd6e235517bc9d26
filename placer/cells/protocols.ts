// The protocols that figures are quoted under. A protocol says what may move where, and which cell placer arranges the
// soft macros around given hard macros. Figures are comparable only within one protocol.
import type { CellPlacer, Judge } from "../../env/index.js";
import { ElectrostaticPlacer } from "./electrostatic.js";
import { ForceDirectedPlacer } from "./force-directed.js";

interface ProtocolRules {
  /** For help and docs. */
  readonly description: string;
  /** Makes the cell placer for a judge's placement. */
  readonly cells: (judge: Judge) => CellPlacer;
}

/** Every protocol by its name. A further one is a further line here. */
export const PROTOCOLS = {
  fd: {
    description: "hard macros on cell centres, soft macros placed by force",
    cells: (judge) => new ForceDirectedPlacer(judge),
  },
  es: {
    description: "hard macros on cell centres, soft macros placed by electrostatics",
    cells: (judge) => new ElectrostaticPlacer(judge),
  },
  free: {
    description: "hard and soft macros anywhere",
    // For the search on grid cells that comes first.
    cells: (judge) => new ForceDirectedPlacer(judge),
  },
} as const satisfies Readonly<Record<string, ProtocolRules>>;

export type Protocol = keyof typeof PROTOCOLS;

export const PROTOCOL_NAMES = Object.keys(PROTOCOLS) as [Protocol, ...Protocol[]];

/** The cell placer of a protocol, which moves the soft macros of the judge's own placement. */
export function makeCellPlacer(protocol: Protocol, judge: Judge): CellPlacer {
  return PROTOCOLS[protocol].cells(judge);
}
