// Items of the DEF sections BLOCKAGES, REGIONS and GROUPS.
import type { DefBlockage, DefGroup, DefRegion, DefRoutingBlockage } from "./def-design.js";
import { type Rect, rectOf, slabsOf } from "./geometry.js";
import { readPoint, readPoints, type Statement } from "./statements.js";

/** The rectangles of a placement blockage; undefined for a blockage of a layer. */
export function readBlockage(statement: Statement): DefBlockage[] | undefined {
  const line = statement.lines[0]!;
  const what = statement.take("LAYER or PLACEMENT");
  if (what !== "PLACEMENT") {
    statement.at--;
    return undefined;
  }
  let kind: DefBlockage["kind"] = "hard";
  let density = 0;
  let component: string | undefined;
  const rects: Rect[] = [];
  while (!statement.done) {
    const word = statement.take("a word");
    if (word === "SOFT") kind = "soft";
    else if (word === "PARTIAL") {
      kind = "partial";
      density = statement.takeNumber("a density in per cent") / 100;
      if (density < 0 || density > 1)
        throw statement.error(`PARTIAL ${density * 100}, 0 to 100 per cent was expected`);
    } else if (word === "COMPONENT") component = statement.take("a component");
    else if (word === "RECT") rects.push(rectOf(readPoint(statement), readPoint(statement)));
    else if (word === "POLYGON") for (const slab of slabsOf(readPoints(statement))) rects.push(slab);
  }
  if (rects.length === 0) throw statement.error("a placement blockage without RECT or POLYGON");
  return rects.map((rect) => ({
    ...rect,
    kind,
    density,
    ...(component !== undefined && { component }),
    line,
  }));
}

/**
 * The rectangles of a routing blockage, `- LAYER name [+ options] RECT …`; none for one that keeps only
 * fills or slots out.
 */
export function readRoutingBlockage(statement: Statement): DefRoutingBlockage[] {
  statement.expect("LAYER");
  const layer = statement.take("a layer");
  const found: DefRoutingBlockage[] = [];
  let isForWires = true;
  while (!statement.done) {
    const word = statement.take("a word");
    if (word === "FILLS" || word === "SLOTS") isForWires = false;
    else if (word === "RECT") found.push({ layer, ...rectOf(readPoint(statement), readPoint(statement)) });
    else if (word === "POLYGON")
      for (const slab of slabsOf(readPoints(statement))) found.push({ layer, ...slab });
  }
  return isForWires ? found : [];
}

/** A region with its rectangles. */
export function readRegion(statement: Statement): DefRegion {
  const line = statement.lines[0]!;
  const name = statement.take("the region's name");
  const rects: Rect[] = [];
  while (statement.peek() === "(") rects.push(rectOf(readPoint(statement), readPoint(statement)));
  if (rects.length === 0) throw statement.error(`region '${name}' has no rectangle`);
  let type: DefRegion["type"];
  while (!statement.done) {
    statement.expect("+");
    if (statement.take("an option") === "TYPE") {
      const given = statement.take("FENCE or GUIDE");
      if (given !== "FENCE" && given !== "GUIDE")
        throw statement.error(`region '${name}' has type '${given}', FENCE or GUIDE was expected`);
      type = given;
    }
    statement.skipOption();
  }
  return { name, rects, type, line };
}

/** A group of components, given by patterns of names. */
export function readGroup(statement: Statement): DefGroup {
  const line = statement.lines[0]!;
  const name = statement.take("the group's name");
  const patterns: string[] = [];
  while (!statement.done && statement.peek() !== "+") patterns.push(statement.take("a component"));
  let region: string | undefined;
  while (!statement.done) {
    statement.expect("+");
    if (statement.take("an option") === "REGION" && statement.peek() !== "(")
      region = statement.take("the region's name");
    statement.skipOption();
  }
  return { name, patterns, region, line };
}

/** A note for each region that groups or components name but the file does not list. */
export function unknownRegions(
  path: string,
  regions: readonly DefRegion[],
  named: { readonly groups: readonly DefGroup[]; readonly ofComponents: Iterable<string> },
): string[] {
  const known = new Set(regions.map(({ name }) => name));
  const ofGroups = named.groups.flatMap(({ region }) => region ?? []);
  return [...new Set([...named.ofComponents, ...ofGroups])]
    .filter((name) => !known.has(name))
    .map((name) => `${path}: REGIONS does not list '${name}', which keeps none of its members anywhere`);
}
