// The regions of a design that standard cells must keep to.
import { type Fence, NodeKind } from "../../block.js";
import type { DefDesign, DefRegion } from "./def-design.js";
import { type DefNetlist, inMicrons } from "./def-to-block.js";

/**
 * The regions that hold cells, and the fences that keep them out, in µm of the block. Members are all cells and macros of a region
 * that may move. Guides are left out.
 */
export function cellFencesOf(
  design: DefDesign,
  {
    netlist,
    nodeOfComponent,
    memberships,
  }: Pick<DefNetlist, "netlist" | "nodeOfComponent"> & {
    readonly memberships: ReadonlyMap<number, readonly DefRegion[]>;
  },
  fixed: Uint8Array,
): Fence[] {
  const regions = design.regions.filter(({ type }) => type !== "GUIDE");
  const members = new Map(regions.map((region) => [region, [] as number[]]));
  for (const [component, own] of memberships) {
    const node = nodeOfComponent[component]!;
    if (!fixed[node]) for (const region of new Set(own)) members.get(region)?.push(node);
  }
  return regions.flatMap((region): Fence[] => {
    const nodes = members.get(region)!;
    const exclusive = region.type === "FENCE";
    if (!exclusive && !nodes.some((node) => netlist.kinds[node] === NodeKind.StandardCell)) return [];
    const rectangles = region.rects.map((rect) => inMicrons(design, rect));
    return [{ name: region.name, rectangles, members: nodes, exclusive }];
  });
}
