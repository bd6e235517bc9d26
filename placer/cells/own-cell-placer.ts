// A cell placer of the user's own, which worker threads import by its module.
import { type CellPlacer, type CellPlacerFactory, importDefault, type Judge } from "../../env/index.js";
import { InputError } from "../../netlist/index.js";
import { makeCellPlacer, type Protocol } from "./protocols.js";

/** A cell placer of one's own: the default export of its module. */
export interface CellPlacerMaker {
  /** Printed next to every figure as the protocol, because figures compare only within one. */
  readonly name: string;
  /** Makes the cell placer that works on a judge's own placement. */
  create(judge: Judge): CellPlacer;
}

/** What places the soft macros, as plain data that worker threads can be sent. */
export interface CellRules {
  readonly protocol: Protocol;
  /** URL of the module of a cell placer of the user's own, which takes the place of the protocol's. */
  readonly cellPlacer?: string | undefined;
}

/** What makes the cell placers of a run. Throws `InputError` if the module exports none by default. */
export async function loadCellPlacer({ protocol, cellPlacer }: CellRules): Promise<CellPlacerFactory> {
  if (cellPlacer === undefined) return (judge) => makeCellPlacer(protocol, judge);
  const maker = await importMaker(cellPlacer);
  return (judge) => checkedPlacer(maker.create(judge), cellPlacer);
}

/** Imports a cell placer by the URL of its module. Throws `InputError` if that exports none by default. */
export async function importMaker(module: string): Promise<CellPlacerMaker> {
  const given = await importDefault(module, "a cell placer");
  const { name, create } = (given ?? {}) as Partial<Record<keyof CellPlacerMaker, unknown>>;
  if (typeof name === "string" && name !== "" && typeof create === "function")
    return given as CellPlacerMaker;
  throw new InputError(
    module,
    "is no cell placer: an object with a name and a function create(judge) was expected",
    "export it by default; docs/cell-placers.md has an example",
  );
}

function checkedPlacer(placer: CellPlacer, module: string): CellPlacer {
  const { placeSoftMacros, estimateSoftMacros } = (placer ?? {}) as Partial<CellPlacer>;
  if (typeof placeSoftMacros === "function" && typeof estimateSoftMacros === "function") return placer;
  throw new InputError(
    module,
    "its create() gives no cell placer: functions placeSoftMacros() and estimateSoftMacros() were expected",
    "see docs/cell-placers.md",
  );
}
