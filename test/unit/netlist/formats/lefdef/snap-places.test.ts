// Macros onto the lattice: never into each other, a blockage, a halo or out of the core.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  centreOf,
  checkConstraints,
  checkGroups,
  copyPlacement,
  defPlacesOf,
  groupedView,
  type LoadedDef,
  NodeKind,
  nodesOfKind,
  type Placement,
  type PlacingView,
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
function scatter({ block }: PlacingView, random: Random): Placement | undefined {
  const { halos, fences = [], canvas } = block;
  const placement = copyPlacement(block.initial);
  const boxes: [number, number, number, number][] = [];
  for (const node of nodesOfKind(block, NodeKind.HardMacro)) {
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
      const stays = isFixed || block.unmirrored?.[node];
      placement.orientations[node] = stays ? placement.orientations[node]! : random.below(4);
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
      const placement = scatter(view, random);
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

/** The odd design with r2, r3 and r5 laid out on every lattice, as a group. */
async function loadGrouped(snap: "manufacturing" | "track" | "row", def = DEF) {
  const read = await loadTiny(def, { snap }, ODD_LEF);
  const initial = copyPlacement(read.block.initial);
  const corners = { r2: [5.01, 5.01, 1], r3: [15.51, 5.01, 0], r5: [15.51, 11.01, 2] } as const;
  const members = Object.entries(corners).map(([name, [x, y, orientation]]) => {
    const node = read.block.nodeNames.indexOf(name);
    initial.xs[node] = x + read.block.widths[node]! / 2;
    initial.ys[node] = y + read.block.heights[node]! / 2;
    initial.orientations[node] = orientation;
    return node;
  });
  const loaded: LoadedDef = { ...read, block: { ...read.block, initial } };
  const groups = [{ name: "g", members }];
  checkGroups(loaded, groups);
  return { loaded, groups, view: groupedView(placingDesign(loaded.block, loaded), loaded.block, groups) };
}

/** Corners of members from the first member's, in database units, and orientations. */
function layoutOf(loaded: LoadedDef, places: ReturnType<typeof snappedPlaces>, members: readonly number[]) {
  const [first, ...others] = members.map((node) => places.get(loaded.nodes.componentOfNode[node]!)!);
  return [first!, ...others].map(({ x, y, orientation }) => [x - first!.x, y - first!.y, orientation]);
}

const LAYOUT = [
  [0, 0, 1],
  [10500, 0, 0],
  [10500, 6000, 2],
];

for (const snap of ["manufacturing", "track", "row"] as const)
  test(`a group stays as it is laid out on the ${snap} lattice, and what is legal while placing is legal there`, async () => {
    const { loaded, groups, view } = await loadGrouped(snap);
    let tried = 0;
    for (let seed = 0; tried < 15; seed++) {
      assert.ok(seed < 400, "macros find room");
      const placement = scatter(view, Random.stream(seed, "scatter"));
      if (!placement) continue;
      tried++;
      const places = snappedPlaces(loaded, view.toBlock(placement), groups);
      assert.deepEqual(layoutOf(loaded, places, groups[0]!.members), LAYOUT);
      const result = copyPlacement(loaded.block.initial);
      for (const [component, place] of places) {
        const node = loaded.nodes.nodeOfComponent[component]!;
        [result.xs[node], result.ys[node]] = centreOf(loaded, component, place);
        result.orientations[node] = place.orientation;
      }
      assert.deepEqual(checkConstraints(loaded, result), []);
    }
  });

test("a group that covers something at its place moves as a whole to the nearest legal place", async () => {
  const { loaded, groups } = await loadGrouped(
    "manufacturing",
    DEF.replace(/REGIONS[\s\S]*END GROUPS\n/, ""),
  );
  const [{ members }] = groups as [(typeof groups)[0]];
  // r3 would cover the left side of the blockage, which begins at 40.001, by 1 µm; r2 and r5 are free.
  const found = copyPlacement(loaded.block.initial);
  found.xs.forEach((_x, node) => {
    if (!members.includes(node) && !loaded.block.fixed[node]) found.xs[node] = Number.NaN;
  });
  for (const node of members) {
    found.xs[node]! += 41 - 9.013 - 15.51;
    found.ys[node]! += 21.5 - 5.01;
  }
  const places = snappedPlaces(loaded, found, groups);
  assert.deepEqual(layoutOf(loaded, places, members), LAYOUT);
  const right = places.get(loaded.nodes.componentOfNode[members[1]!]!)!.x + 9013;
  assert.ok(right <= 40001 && right > 40001 - 6, `${right}`);
});

test("groups that cannot move as one body are refused", async () => {
  const { loaded, groups } = await loadGrouped("manufacturing");
  const refuses = (
    change: (placement: Placement, node: (name: string) => number) => void,
    message: RegExp,
    names?: string[],
  ) => {
    const initial = copyPlacement(loaded.block.initial);
    const node = (name: string) => loaded.block.nodeNames.indexOf(name);
    change(initial, node);
    const members = names?.map(node) ?? groups[0]!.members;
    assert.throws(
      () => checkGroups({ ...loaded, block: { ...loaded.block, initial } }, [{ name: "g", members }]),
      { name: "InputError", message },
    );
  };
  refuses(({ xs }, node) => {
    xs[node("r3")]! += 0.002;
  }, /^--group 'g': macros 'r2' and 'r3' are 10\.502 µm apart in x, no whole number of steps of .* \(0\.005 µm\); /);
  refuses(({ xs }, node) => {
    xs[node("r3")]! -= 1.2;
  }, /^--group 'g': macro 'r3' .*: stands in the halo of macro 'r2' /);
  refuses(({ ys }, node) => {
    ys[node("r5")]! -= 5;
  }, /^--group 'g': macro 'r3' .*: overlaps macro 'r5' /);
  refuses(({ orientations }, node) => {
    orientations[node("r3")] = 4;
  }, /^--group 'g': macro 'r3' .* does not allow E; /);
  refuses(
    ({ xs, ys }, node) => {
      [xs[node("r1")], ys[node("r1")]] = [xs[node("r3")]! + 20, ys[node("r3")]!];
    },
    /^--group 'g': macro 'r1' belongs to region 'pen' and macro 'r3' does not; group macros of the same regions$/,
    ["r1", "r3"],
  );
});
