// A Bookshelf set small enough to check by hand, its rows away from the origin.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../../../../support/temp-folder.js";

/**
 * Rows from (100, 50) to (140, 80). Cells a, b; macro m; fixed macro f inside; pad p with one pin, pad q with two,
 * pad r of no net; tall terminal o outside the rows.
 */
export const TINY_SET: Readonly<Record<string, string>> = {
  "t.aux": "RowBasedPlacement : t.nodes t.nets t.wts t.pl t.scl t.route\n",
  "t.nodes": `UCLA nodes 1.0
# a comment
NumNodes : 8
NumTerminals: 5
a 4 10
b 6 10
m 12 20
f 10 20 terminal
p 2 2 terminal
q 4 2 terminal_NI
r 2 2 terminal   # of no net
o 2 40 terminal
`,
  "t.nets": `UCLA nets 1.0
NumNets : 4
NumPins : 10
NetDegree : 3 n1
 a I : -1 2.5
 m O : 6 -10
 p B
NetDegree : 3
 b I : 0 0
 q I : 1 1
 f O : 5 0
NetDegree : 2 n3
 m B : -6 10
 q : -2 0
NetDegree : 2 n4
 o B : 0 20
 b B 1 1
`,
  "t.wts": "UCLA wts 1.0\nn1 2.5\na 40\n",
  "t.pl": `UCLA pl 1.0
a 100 50 : N
b 110 60 : FS
m 120 50 : E
f 100 60 : W /FIXED
p 98 49 : N
q 140 70 : S /FIXED_NI
r 0 0 : N
o 150 50 : N
`,
  "t.scl": `UCLA scl 1.0
NumRows : 3
${[50, 60, 70]
  .map(
    (y) => `CoreRow Horizontal
 Coordinate : ${y}
 Height : 10
 Sitewidth : 1
 Sitespacing : 1
 Siteorient : N
 Sitesymmetry : Y
 SubrowOrigin : 100 NumSites : 40
End
`,
  )
  .join("")}`,
};

/** f is 20 x 10 at (100, 60), turned to W; without its upper right quarter it is an L. */
export const L_SHAPE =
  "UCLA shapes 1.0\n\nNumNonRectangularNodes : 1\n\nf : 2\n Shape_0 100 60 20 5\n Shape_1 100 65 10 5\n";

/** A `.route` file: tracks on four layers, and f on two of them. */
export const TINY_ROUTE = `route 1.0

Grid               : 4 3 4
VerticalCapacity   : 0 40 0 20
HorizontalCapacity : 30 0 40 0
MinWireWidth       : 1 1 1 2
MinWireSpacing     : 1 1 1 3
ViaSpacing         : 0 0 0 0
GridOrigin         : 100 50
TileSize           : 10 20
BlockagePorosity   : 0.25

NumNiTerminals : 1
 q 4

NumBlockageNodes : 1
 f 2 1 2
`;

/** The set with the files that only contests have. */
export const CONTEST_SET: Readonly<Record<string, string>> = {
  ...TINY_SET,
  "t.aux": `${TINY_SET["t.aux"]!.trim()} t.shapes\n`,
  "t.shapes": L_SHAPE,
  "t.route": TINY_ROUTE,
};

/** Writes the set, with some of its files replaced; returns the path of the .aux file. */
export function writeTinySet(changes: Readonly<Record<string, string>> = {}): string {
  const folder = makeFolder();
  for (const [name, text] of Object.entries({ ...TINY_SET, ...changes }))
    writeFileSync(join(folder, name), text);
  return join(folder, "t.aux");
}
