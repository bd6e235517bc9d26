// Macros onto the lattice: never into each other, a blockage, a halo or out of the core.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  checkConstraints,
  copyPlacement,
  defPlacesOf,
  type LoadedDef,
  type Placement,
  placingDesign,
  Random,
  snappedPlaces,
} from "../../../../../netlist/index.js";
import { loadTiny, TINY_LEF } from "./tiny-design.js";

const MACROS = 8;

/** A library whose sides and edges are whole numbers of no lattice. */
const ODD_LEF = TINY_LEF.replace("SIZE 20 BY 10", "SIZE 9.013 BY 5.007").replace(
  "RECT 19.6 8 20 8.2",
  "RECT 8.6 4 9 4.2",
);

/** Eight RAMs, one of them fixed with a halo, a blockage and a fence; the core has odd edges, too. */
const DEF = `DESIGN odd ;
UNITS DISTANCE MICRONS 1000 ;
DIEAREA ( 0 0 ) ( 60000 40000 ) ;
ROW r0 core 2003 3001 N DO 110 BY 17 STEP 500 2000 ;
TRACKS Y 250 DO 80 STEP 500 LAYER m1 ;
TRACKS X 125 DO 240 STEP 250 LAYER m2 ;
COMPONENTS ${MACROS + 1} ;
${Array.from({ length: MACROS }, (_, i) => `- r${i} RAM${i % 2 === 0 ? " + HALO 1003 0 502 251" : ""} ;`).join("\n")}
- f RAM + FIXED ( 25001 15003 ) FS + HALO 701 702 703 704 ;
END COMPONENTS
BLOCKAGES 1 ;
- PLACEMENT RECT ( 40001 20003 ) ( 43001 26007 ) ;
END BLOCKAGES
REGIONS 1 ;
- pen ( 2007 3003 ) ( 30011 38001 ) + TYPE FENCE ;
END REGIONS
GROUPS 1 ;
- g r0 r1 + REGION pen ;
END GROUPS
END DESIGN
`;

/** Macros of the view one by one at random places where they are legal; undefined if one finds none. */
function scatter(loaded: LoadedDef, random: Random): Placement | undefined {
  const { block } = placingDesign(loaded.block, loaded);
  const { halos, fences = [], canvas } = block;
  const placement = copyPlacement(block.initial);
  const boxes: [number, number, number, number][] = [];
  for (let node = 0; node < block.nodeCount; node++) {
    const [width, height] = [block.widths[node]!, block.heights[node]!];
    const overX = halos ? Math.min(halos.lefts[node]!, halos.rights[node]!) : 0;
    const overY = halos ? Math.min(halos.bottoms[node]!, halos.tops[node]!) : 0;
    let found = false;
    for (let attempt = 0; attempt < 3000 && !found; attempt++) {
      const isFixed = block.fixed[node] === 1;
      const x = isFixed ? placement.xs[node]! : canvas.width * random.uniform();
      const y = isFixed ? placement.ys[node]! : canvas.height * random.uniform();
      const box: [number, number, number, number] = [
        x - width / 2,
        y - height / 2,
        x + width / 2,
        y + height / 2,
      ];
      const body = {
        left: box[0] + overX,
        bottom: box[1] + overY,
        right: box[2] - overX,
        top: box[3] - overY,
      };
      const hits = (left: number, bottom: number, right: number, top: number) =>
        body.left < right && body.right > left && body.bottom < top && body.top > bottom;
      const isIn = ({ left, bottom, right, top }: typeof body) =>
        body.left >= left && body.right <= right && body.bottom >= bottom && body.top <= top;
      const isFree =
        boxes.every((b) => box[0] >= b[2] || box[2] <= b[0] || box[1] >= b[3] || box[3] <= b[1]) &&
        !block.blockages.some(({ left, bottom, right, top }) => hits(left, bottom, right, top)) &&
        fences.every(({ rectangles: [r], members, exclusive, isOpen }) => {
          if (members.includes(node)) return isOpen || isIn(r!);
          return !exclusive || !hits(r!.left, r!.bottom, r!.right, r!.top);
        });
      if (!isFree && !isFixed) continue;
      found = true;
      boxes.push(box);
      placement.xs[node] = x;
      placement.ys[node] = y;
      placement.orientations[node] = isFixed ? placement.orientations[node]! : random.below(4);
    }
    if (!found) return undefined;
  }
  return placement;
}

for (const snap of ["manufacturing", "track", "row"] as const)
  test(`what is legal while placing is legal on the ${snap} lattice`, async () => {
    const loaded = await loadTiny(DEF, { snap }, ODD_LEF);
    const view = placingDesign(loaded.block, loaded);
    let tried = 0;
    for (let seed = 0; tried < 15; seed++) {
      assert.ok(seed < 400, "macros find room");
      const random = Random.stream(seed, "scatter");
      const placement = scatter(loaded, random);
      if (!placement) continue;
      tried++;
      const found = view.toBlock(placement);
      const places = snappedPlaces(loaded, found);
      const result = copyPlacement(found);
      const { x, y } = loaded.lattice;
      for (const [component, place] of places) {
        const node = loaded.nodes.nodeOfComponent[component]!;
        const { width, height } = loaded.nodes.masters[component]!;
        if (loaded.block.fixed[node]) continue;
        assert.equal((place.x - x.start) % x.pitch, 0);
        assert.equal((place.y - y.start) % y.pitch, 0);
        // A corner is rounded down, so that no macro goes further than to the next point.
        const [left, bottom] = [found.xs[node]! - width / 2, found.ys[node]! - height / 2];
        assert.ok(Math.abs(place.x / 1000 - left) <= x.pitch / 1000 + 1e-9, `${place.x} ${left}`);
        assert.ok(Math.abs(place.y / 1000 - bottom) <= y.pitch / 1000 + 1e-9, `${place.y} ${bottom}`);
        result.xs[node] = place.x / 1000 + width / 2;
        result.ys[node] = place.y / 1000 + height / 2;
      }
      assert.deepEqual(defPlacesOf(loaded, result), places);
      assert.deepEqual(checkConstraints(loaded, result), []);
    }
  });

test("a macro that rounding would put into another takes the nearest legal place", async () => {
  const def = DEF.replace(/BLOCKAGES[\s\S]*END GROUPS\n/, "").replace(/ \+ HALO [\d ]+/g, "");
  const loaded = await loadTiny(def, {}, ODD_LEF);
  const placement = copyPlacement(loaded.block.initial);
  const node = (name: string) => loaded.block.nodeNames.indexOf(name);
  // Both corners are legal in database units. r1 at 14.018 would be rounded down to 14.015, into r0, which ends at 14.018.
  const corners: Record<string, [number, number]> = { r0: [5.005, 5.005], r1: [14.018, 5.005] };
  for (const [name, [x, y]] of Object.entries(corners)) {
    placement.xs[node(name)] = x + 9.013 / 2;
    placement.ys[node(name)] = y + 5.007 / 2;
  }
  const places = snappedPlaces(loaded, placement);
  const at = (name: string) => {
    const { x, y } = places.get(loaded.nodes.componentOfNode[node(name)]!)!;
    return [x, y];
  };
  assert.deepEqual(
    [at("r0"), at("r1")].map(([x, y]) => [x! % 5, y! % 5]),
    [
      [0, 0],
      [0, 0],
    ],
  );
  const [a, b] = [at("r0"), at("r1")];
  assert.ok(b[0]! - a[0]! >= 9013 && b[0]! - a[0]! <= 9020, `${a} ${b}`);
});
