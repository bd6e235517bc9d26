// Macro placement as Tcl: one `place_macro` a line, as OpenROAD's write_macro_placement writes them and OpenROAD-flow's
// MACRO_PLACEMENT_TCL sources them. Facts: odb/src/db/util.cpp, generateMacroPlacementString.
import type { DefPlace } from "./def-places.js";
import type { LoadedDef } from "./load-def.js";

/** OpenROAD's names of the orientation codes N FN S FS E FE W FW. */
export const OPENROAD_ORIENTATIONS = ["R0", "MY", "R180", "MX", "R270", "MYR90", "R90", "MXR90"] as const;

/**
 * The commands, in file order. Left out are components that may not move: pads, and what the file fixes and did not get
 * free, which OpenROAD refuses to place again.
 */
export function macroPlacementTcl(loaded: LoadedDef, places: ReadonlyMap<number, DefPlace>): string {
  const { design, nodes, block } = loaded;
  const { names } = design.components;
  let text = "";
  for (const component of [...places.keys()].sort((a, b) => a - b)) {
    if (block.fixed[nodes.nodeOfComponent[component]!]) continue;
    const { x, y, orientation } = places.get(component)!;
    text += `place_macro -macro_name {${names[component]}} -location {${x / design.units} ${y / design.units}} -orientation ${OPENROAD_ORIENTATIONS[orientation]}\n`;
  }
  return text;
}
