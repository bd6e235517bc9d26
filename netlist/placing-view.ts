// A block as the methods place it. Methods know macros that stand upright and boxes that contain their halo. So macros
// that lie in the block's own placement are turned upright, pins and all, and boxes grow by halos; a placement that a
// method found is turned back. A block with neither is left as it is. Where macros may be turned by 90°, the view says so.
import { type Block, type Halos, NodeKind } from "./block.js";
import { composed, inverseOf, isSideways, Orientation, turnOffset } from "./orientation.js";
import { copyPlacement, type Placement } from "./placement.js";

/** Lengths on the sides of a box, µm. */
export interface Sides {
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
  readonly top: number;
}

export const NO_SIDES: Sides = { left: 0, bottom: 0, right: 0, top: 0 };

/** Sides of a box after it is turned from orientation N. */
export function turnSides({ left, bottom, right, top }: Sides, orientation: number): Sides {
  // The middle of a box with these sides moves like a pin.
  const [dx, dy] = turnOffset(orientation, (right - left) / 2, (top - bottom) / 2);
  const sideways = isSideways(orientation);
  const halfX = (sideways ? bottom + top : left + right) / 2;
  const halfY = (sideways ? left + right : bottom + top) / 2;
  return { left: halfX - dx, bottom: halfY - dy, right: halfX + dx, top: halfY + dy };
}

/** What methods place, and the way back. */
export interface PlacingView {
  readonly block: Block;
  /** Orientation, in the block itself, of a node that has `orientation` in the view. */
  orientationOf(node: number, orientation: number): number;
  /** Centre, in the block itself, of a node whose box in the view has the centre (x, y). */
  centreOf(node: number, x: number, y: number, orientation: number): [x: number, y: number];
  /** A placement of the block itself from one of the view. */
  toBlock(placement: Placement): Placement;
  /**
   * A placement of the view from one of the block. Of macros that have halos or lie in the block's own placement, those that may
   * not be turned stand upright in it.
   */
  fromBlock(placement: Placement): Placement;
}

export interface BoxRules {
  /** Halo of a movable hard macro in orientation N, µm. Default: none. */
  haloOf?(node: number): Sides | undefined;
  /**
   * Length of a side of a box, of its body or of a halo, along x or y, that boxes are to have instead: at least as long.
   * Default: as it is. The surplus of a body is at its right and at its top, whichever way it is turned.
   */
  fullLength?(length: number, axis: "x" | "y"): number;
  /** Whether a movable hard macro may be turned by 90°; `fullLength` is then the same on both axes. Default: no. */
  mayTurn?(node: number): boolean;
}

/** What a movable hard macro is in the view. */
interface Box {
  readonly node: number;
  /** It lies in the block; in the view it stands upright. */
  readonly lies: boolean;
  readonly width: number;
  readonly height: number;
  /** In the view, in orientation N. */
  readonly halo: Sides;
  /** By how much the box exceeds body and halo. */
  readonly surplusX: number;
  readonly surplusY: number;
}

/** Makes the view of a block. `rules` are those of its format. */
export function placingView(
  block: Block,
  { haloOf, fullLength = (length) => length, mayTurn }: BoxRules = {},
): PlacingView {
  const boxes = new Map<number, Box>();
  const turnable = mayTurn && new Uint8Array(block.nodeCount);
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] !== NodeKind.HardMacro || block.fixed[node]) continue;
    const lies = isSideways(block.initial.orientations[node]!);
    if (turnable && mayTurn(node)) turnable[node] = 1;
    const given = haloOf?.(node);
    const own = given ? (lies ? turnSides(given, Orientation.E) : given) : NO_SIDES;
    const halo = {
      left: fullLength(own.left, "x"),
      bottom: fullLength(own.bottom, "y"),
      right: fullLength(own.right, "x"),
      top: fullLength(own.top, "y"),
    };
    const bodyX = lies ? block.heights[node]! : block.widths[node]!;
    const bodyY = lies ? block.widths[node]! : block.heights[node]!;
    const surplusX = fullLength(bodyX, "x") - bodyX;
    const surplusY = fullLength(bodyY, "y") - bodyY;
    const width = bodyX + surplusX + (halo.left + halo.right);
    const height = bodyY + surplusY + (halo.bottom + halo.top);
    if (lies || width !== bodyX || height !== bodyY)
      boxes.set(node, { node, lies, width, height, halo, surplusX, surplusY });
  }
  const view = {
    orientationOf: (node: number, orientation: number) =>
      boxes.get(node)?.lies ? composed(Orientation.E, orientation) : orientation,
    centreOf: (node: number, x: number, y: number, orientation: number): [number, number] => {
      const box = boxes.get(node);
      if (!box) return [x, y];
      const halo = turnSides(box.halo, orientation);
      const [surplusX, surplusY] = surplusOf(box, orientation);
      return [x + (halo.left - halo.right - surplusX) / 2, y + (halo.bottom - halo.top - surplusY) / 2];
    },
    toBlock: (placement: Placement): Placement => {
      if (boxes.size === 0) return placement;
      const result = copyPlacement(placement);
      for (const node of boxes.keys()) {
        const orientation = placement.orientations[node]!;
        const [x, y] = view.centreOf(node, placement.xs[node]!, placement.ys[node]!, orientation);
        result.xs[node] = x;
        result.ys[node] = y;
        result.orientations[node] = view.orientationOf(node, orientation);
      }
      return result;
    },
  };
  const fromBlock = (placement: Placement) => {
    if (boxes.size === 0) return placement;
    const result = copyPlacement(placement);
    for (const box of boxes.values()) {
      const given = placement.orientations[box.node]!;
      const within = box.lies ? composed(inverseOf(Orientation.E), given) : given;
      // One that lies in only one of the two placements is turned upright.
      enterBox(box, result, turnable?.[box.node] ? within : given % Orientation.E);
    }
    return result;
  };
  const own = boxes.size === 0 ? block : viewed(block, [...boxes.values()]);
  return { ...view, fromBlock, block: turnable?.includes(1) ? { ...own, turnable } : own };
}

/** What the box exceeds body and halo by in x and in y, as it is turned. */
function surplusOf({ surplusX, surplusY }: Box, orientation: number): [x: number, y: number] {
  return isSideways(orientation) ? [surplusY, surplusX] : [surplusX, surplusY];
}

/** Changes a node's place in the block into that of its box in the view, where it has the given orientation. */
function enterBox(box: Box, placement: Placement, orientation: number): void {
  const { node, halo } = box;
  const [surplusX, surplusY] = surplusOf(box, orientation);
  const turned = turnSides(halo, orientation);
  placement.xs[node]! += (turned.right - turned.left + surplusX) / 2;
  placement.ys[node]! += (turned.top - turned.bottom + surplusY) / 2;
  placement.orientations[node] = orientation;
}

function viewed(block: Block, boxes: readonly Box[]): Block {
  const widths = block.widths.slice();
  const heights = block.heights.slice();
  const initial = copyPlacement(block.initial);
  const lengths = () => new Float64Array(block.nodeCount);
  const halos: Halos = { lefts: lengths(), bottoms: lengths(), rights: lengths(), tops: lengths() };
  const boxOf = new Map(boxes.map((box) => [box.node, box]));
  for (const box of boxes) {
    const { node, width, height, halo } = box;
    widths[node] = width;
    heights[node] = height;
    halos.lefts[node] = halo.left;
    halos.bottoms[node] = halo.bottom;
    halos.rights[node] = halo.right;
    halos.tops[node] = halo.top;
    enterBox(box, initial, block.initial.orientations[node]! % Orientation.E);
  }
  const pinXOffsets = block.pinXOffsets.slice();
  const pinYOffsets = block.pinYOffsets.slice();
  for (let pin = 0; pin < block.pinCount; pin++) {
    const box = boxOf.get(block.pinNodes[pin]!);
    if (!box) continue;
    const [x, y] = box.lies
      ? turnOffset(Orientation.E, pinXOffsets[pin]!, pinYOffsets[pin]!)
      : [pinXOffsets[pin]!, pinYOffsets[pin]!];
    pinXOffsets[pin] = x + (box.halo.left - box.halo.right) / 2;
    pinYOffsets[pin] = y + (box.halo.bottom - box.halo.top) / 2;
  }
  const hasHalo = boxes.some(({ halo }) => halo.left + halo.bottom + halo.right + halo.top > 0);
  return {
    ...block,
    widths,
    heights,
    pinXOffsets,
    pinYOffsets,
    initial,
    ...(hasHalo && { halos }),
    outlines: undefined,
  };
}
