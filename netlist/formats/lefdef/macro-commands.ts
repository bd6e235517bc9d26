// The places of macros as other flows read them: Tcl commands for OpenROAD, and OpenLane's list of macros.
import { PlaceStatus } from "./def-design.js";
import { type DefPlace, isMoved, orientationName } from "./def-places.js";
import type { LoadedDef } from "./load-def.js";

/** OpenROAD's names of the orientation codes N FN S FS E FE W FW. */
export const OPENROAD_ORIENTATIONS = ["R0", "MY", "R180", "MX", "R270", "MYR90", "R90", "MXR90"] as const;

/** The macros that a file for another flow places: all but those that are fixed and stay where they are. */
export function macrosToPlace(
  loaded: LoadedDef,
  places: ReadonlyMap<number, DefPlace>,
): { readonly component: number; readonly name: string; readonly place: DefPlace }[] {
  const { design, nodes, block } = loaded;
  const macros: { component: number; name: string; place: DefPlace }[] = [];
  for (const component of [...places.keys()].sort((a, b) => a - b)) {
    const place = places.get(component)!;
    if (block.fixed[nodes.nodeOfComponent[component]!] && !isMoved(loaded, component, place)) continue;
    macros.push({ component, name: design.components.names[component]!, place });
  }
  return macros;
}

/** Whether all macros to place are unplaced in the design, as a floorplan has them. */
export function areAllUnplaced(loaded: LoadedDef, places: ReadonlyMap<number, DefPlace>): boolean {
  const { statuses } = loaded.design.components;
  return macrosToPlace(loaded, places).every(({ component }) => statuses[component] === PlaceStatus.Unplaced);
}

/**
 * Macro placement as Tcl, in file order: a `place_macro` per line, as OpenROAD's write_macro_placement writes them and
 * OpenROAD-flow's MACRO_PLACEMENT_TCL reads them (odb/src/db/util.cpp, generateMacroPlacementString).
 *
 * OpenROAD refuses to place a macro that is fixed (ODB-0359, ODB-0360), or that overlaps another one as it stands at that
 * moment, itself included (MPL-0041). And it moves each macro to the tracks nearby, which can shift neighbours into each
 * other (mpl/src/rtl_mp.cpp, snapper.cpp). So if one of the macros has a place in the design, or `exact` is set, the
 * lines are run by a procedure that first releases all of them, and then places with `-exact`, which OpenROAD knows
 * since December 2024.
 */
export function macroPlacementTcl(
  loaded: LoadedDef,
  places: ReadonlyMap<number, DefPlace>,
  { exact = false } = {},
): string {
  const { design } = loaded;
  const macros = macrosToPlace(loaded, places);
  const lines = macros.map(({ name, place: { x, y, orientation } }) => {
    const location = `{${x / design.units} ${y / design.units}}`;
    return `place_macro -macro_name ${tclWord(name)} -location ${location} -orientation ${OPENROAD_ORIENTATIONS[orientation]}\n`;
  });
  if (macros.length === 0 || (!exact && areAllUnplaced(loaded, places))) return lines.join("");
  const names = macros.map(({ name }) => `    ${tclWord(name)}\n`);
  return `${RELEASE_HEAD}${names.join("")}${RELEASE_TAIL}${lines.join("")}}\n`;
}

const RELEASE_HEAD = `# Source this in the OpenROAD process that holds the design. The macros may be unplaced, placed or fixed there:
# all of them are released first. Then each is placed exactly where it is listed, without snapping.
namespace eval ashlar_macros {
  proc place_macro {args} {
    uplevel #0 [list ::place_macro {*}$args -exact]
  }
  foreach name {
`;
const RELEASE_TAIL = `  } {
    set inst [[ord::get_db_block] findInst $name]
    if { $inst ne "NULL" } {
      $inst setPlacementStatus NONE
    }
  }
`;

/** A text as a word of a Tcl list or command: in braces, or escaped if its own braces or backslashes would end them. */
export function tclWord(text: string): string {
  let depth = 0;
  for (let i = 0; i < text.length && depth >= 0; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === "{") depth++;
    else if (text[i] === "}") depth--;
  }
  const trailing = /\\*$/.exec(text)![0].length;
  if (depth === 0 && trailing % 2 === 0 && !/\\\n/.test(text)) return `{${text}}`;
  return text.replace(/[\s\\{}[\]"$;#]/g, (character) => `\\${character}`);
}

/**
 * OpenLane's list of macros (MACRO_PLACEMENT_CFG): a line `name x y orientation` per macro, with the lower-left corner in
 * µm and the orientation as in DEF.
 */
export function macroPlacementCfg(loaded: LoadedDef, places: ReadonlyMap<number, DefPlace>): string {
  const { units } = loaded.design;
  return macrosToPlace(loaded, places)
    .map(({ name, place }) => `${name} ${place.x / units} ${place.y / units} ${orientationName(place)}\n`)
    .join("");
}
