// Places of hard macros as in DEF: lower-left corners of the placed boxes in database units.
import { NodeKind } from "../../block.js";
import { sidesOf } from "../../boxes.js";
import { isSideways, ORIENTATION_NAMES } from "../../orientation.js";
import { turnOutline } from "../../outlines.js";
import type { Placement } from "../../placement.js";
import { PlaceStatus } from "./def-design.js";
import { originOf } from "./def-to-block.js";
import type { DesignRules } from "./design-rules.js";
import type { Rect } from "./geometry.js";

export interface DefPlace {
  /** Lower-left corner in database units. */
  readonly x: number;
  readonly y: number;
  readonly orientation: number;
}

/**
 * Corners this little below a whole number of database units are rounded up to it: more than the overlap that is
 * ignored, and less than anything that matters.
 */
const ROUNDING = 0.01;

/**
 * Places of the hard macros of a placement, by component, or of the nodes that `isWanted` names; nodes without a place are left out. The placement is of all nodes of
 * the block, or only of the first ones (ports and hard macros). Corners are rounded down to whole database units, so
 * that macros whose sides are whole numbers of units do not overlap afterwards unless they did before.
 */
export function defPlacesOf(
  loaded: DesignRules,
  placement: Placement,
  isWanted: (node: number) => boolean = (node) => loaded.block.kinds[node] === NodeKind.HardMacro,
): Map<number, DefPlace> {
  const { block, nodes } = loaded;
  const places = new Map<number, DefPlace>();
  for (let node = 0; node < block.nodeCount; node++) {
    const place = isWanted(node) ? defPlaceOf(loaded, placement, node) : undefined;
    if (place) places.set(nodes.componentOfNode[node]!, place);
  }
  return places;
}

/** The place of one node, by the same rule; undefined for one without a place. */
export function defPlaceOf(
  { block, design }: Pick<DesignRules, "block" | "design">,
  placement: Placement,
  node: number,
): DefPlace | undefined {
  if (Number.isNaN(placement.xs[node]!)) return undefined;
  const origin = originOf(design);
  const { width, height } = sidesOf(block, placement, node);
  return {
    x: Math.floor((placement.xs[node]! - width / 2) * design.units + ROUNDING) + origin.x,
    y: Math.floor((placement.ys[node]! - height / 2) * design.units + ROUNDING) + origin.y,
    orientation: placement.orientations[node]!,
  };
}

/** Centre, in µm of the block, of a component at a place. */
export function centreOf(loaded: DesignRules, component: number, place: DefPlace): [number, number] {
  const { design } = loaded;
  const origin = originOf(design);
  const { left, bottom, right, top } = boxAt(loaded, component, place);
  return [((left + right) / 2 - origin.x) / design.units, ((bottom + top) / 2 - origin.y) / design.units];
}

/** The box of a component at a place, in database units. */
export function boxAt(loaded: DesignRules, component: number, place: DefPlace): Rect {
  const { units } = loaded.design;
  const { width, height } = loaded.nodes.masters[component]!;
  const sideways = isSideways(place.orientation);
  return {
    left: place.x,
    bottom: place.y,
    right: place.x + (sideways ? height : width) * units,
    top: place.y + (sideways ? width : height) * units,
  };
}

/** What a component covers at a place, in database units: the rectangles of its outline, or its box. */
export function shapesAt(loaded: DesignRules, component: number, place: DefPlace): Rect[] {
  const box = boxAt(loaded, component, place);
  const { outline } = loaded.nodes.masters[component]!;
  if (!outline) return [box];
  const { units } = loaded.design;
  const [x, y] = [(box.left + box.right) / 2, (box.bottom + box.top) / 2];
  return turnOutline(outline, place.orientation).map(({ left, bottom, right, top }) => ({
    left: x + left * units,
    bottom: y + bottom * units,
    right: x + right * units,
    top: y + top * units,
  }));
}

/** Whether a place differs from that in the file. */
export function isMoved(loaded: DesignRules, component: number, place: DefPlace): boolean {
  const { statuses, xs, ys, orientations } = loaded.design.components;
  return (
    statuses[component] === PlaceStatus.Unplaced ||
    xs[component] !== place.x ||
    ys[component] !== place.y ||
    orientations[component] !== place.orientation
  );
}

export function orientationName(place: DefPlace): string {
  return ORIENTATION_NAMES[place.orientation]!;
}
