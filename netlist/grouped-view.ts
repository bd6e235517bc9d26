// Groups of hard macros that move as one body. Methods are shown one macro per group, as large as the box around its members,
// with the pins of all of them. It stands for the first member; the others become ports without pins and place, which methods
// pass over, so node numbers stay what they are. The body is never mirrored or turned.
import { type Block, type Fence, type Guide, type Halos, NodeKind, type Rectangle } from "./block.js";
import { boxAround, boxOf } from "./boxes.js";
import { Orientation, turnOffset } from "./orientation.js";
import { copyPlacement, type Placement } from "./placement.js";
import { type PlacingView, turnSides } from "./placing-view.js";

/** Hard macros that keep their places to each other. */
export interface MacroGroup {
  readonly name: string;
  /** Nodes in ascending order, two or more. */
  readonly members: readonly number[];
}

/** What stands for a group in the view. */
interface Body {
  readonly group: MacroGroup;
  /** Around the members' boxes in the view's initial placement, halos included. */
  readonly outer: Rectangle;
  /** The same without the halos. */
  readonly inner: Rectangle;
  /** Middle of `outer`. */
  readonly x: number;
  readonly y: number;
}

/**
 * The view with one macro for each group. `block` is the block that `view` is of; its initial placement holds the members'
 * places to each other. Groups share no members.
 */
export function groupedView(view: PlacingView, block: Block, groups: readonly MacroGroup[]): PlacingView {
  if (groups.length === 0) return view;
  const bodies = groups.map((group) => bodyOf(view.block, group));
  return {
    ...view,
    block: withBodies(view.block, bodies),
    toBlock: (placement: Placement): Placement => {
      const result = copyPlacement(view.toBlock(placement));
      for (const { group, x, y } of bodies) {
        const lead = group.members[0]!;
        for (const node of group.members) {
          result.xs[node] = placement.xs[lead]! + (block.initial.xs[node]! - x);
          result.ys[node] = placement.ys[lead]! + (block.initial.ys[node]! - y);
          result.orientations[node] = block.initial.orientations[node]!;
        }
      }
      return result;
    },
    fromBlock: (placement: Placement): Placement => {
      const result = copyPlacement(view.fromBlock(placement));
      for (const { group, x, y } of bodies) {
        const lead = group.members[0]!;
        hideMembers(result, group);
        result.xs[lead] = placement.xs[lead]! - (block.initial.xs[lead]! - x);
        result.ys[lead] = placement.ys[lead]! - (block.initial.ys[lead]! - y);
      }
      return result;
    },
  };
}

/** Takes the members' places away; the first one stands upright. */
function hideMembers(placement: Placement, { members }: MacroGroup): void {
  for (const node of members) {
    placement.xs[node] = Number.NaN;
    placement.ys[node] = Number.NaN;
    placement.orientations[node] = Orientation.N;
  }
}

function bodyOf(block: Block, group: MacroGroup): Body {
  const outer = boxAround(group.members.map((node) => boxOf(block, block.initial, node)));
  const inner = boxAround(group.members.map((node) => boxWithoutHalo(block, node)));
  return { group, outer, inner, x: (outer.left + outer.right) / 2, y: (outer.bottom + outer.top) / 2 };
}

function boxWithoutHalo(block: Block, node: number): Rectangle {
  const { halos, initial } = block;
  const { left, bottom, right, top } = boxOf(block, initial, node);
  if (!halos) return { left, bottom, right, top };
  const own = {
    left: halos.lefts[node]!,
    bottom: halos.bottoms[node]!,
    right: halos.rights[node]!,
    top: halos.tops[node]!,
  };
  const halo = turnSides(own, initial.orientations[node]!);
  return {
    left: left + halo.left,
    bottom: bottom + halo.bottom,
    right: right - halo.right,
    top: top - halo.top,
  };
}

function withBodies(block: Block, bodies: readonly Body[]): Block {
  const kinds = block.kinds.slice();
  const fixed = block.fixed.slice();
  const widths = block.widths.slice();
  const heights = block.heights.slice();
  const nodeNames = [...block.nodeNames];
  const initial = copyPlacement(block.initial);
  const halos = copyHalos(block);
  const unmirrored = block.unmirrored?.slice() ?? new Uint8Array(block.nodeCount);
  const turnable = block.turnable?.slice();
  const bodyOfNode = new Map<number, Body>();
  for (const body of bodies) {
    const { group, outer, inner, x, y } = body;
    const lead = group.members[0]!;
    hideMembers(initial, group);
    for (const node of group.members) {
      bodyOfNode.set(node, body);
      kinds[node] = NodeKind.Port;
      fixed[node] = 1;
      widths[node] = 0;
      heights[node] = 0;
      for (const sides of [halos.lefts, halos.bottoms, halos.rights, halos.tops]) sides[node] = 0;
      if (turnable) turnable[node] = 0;
    }
    kinds[lead] = NodeKind.HardMacro;
    fixed[lead] = 0;
    widths[lead] = outer.right - outer.left;
    heights[lead] = outer.top - outer.bottom;
    halos.lefts[lead] = inner.left - outer.left;
    halos.bottoms[lead] = inner.bottom - outer.bottom;
    halos.rights[lead] = outer.right - inner.right;
    halos.tops[lead] = outer.top - inner.top;
    unmirrored[lead] = 1;
    nodeNames[lead] = `group ${group.name}`;
    initial.xs[lead] = x;
    initial.ys[lead] = y;
  }
  return {
    ...block,
    ...{ kinds, fixed, widths, heights, nodeNames, initial, unmirrored },
    ...pinsOn(block, bodyOfNode),
    halos: block.halos && halos,
    ...(turnable && { turnable: turnable.includes(1) ? turnable : undefined }),
    ...(block.fences && { fences: block.fences.map((fence) => fenceOf(fence, bodies)) }),
    ...(block.guides && { guides: block.guides.map((guide) => guideOf(guide, bodies)) }),
    outlines: undefined,
    source: undefined,
  };
}

/** Pins of all members on the first one, where they are on the body. */
function pinsOn(
  block: Block,
  bodyOfNode: ReadonlyMap<number, Body>,
): Pick<Block, "pinNodes" | "pinXOffsets" | "pinYOffsets"> {
  const { xs, ys, orientations } = block.initial;
  const pinNodes = block.pinNodes.slice();
  const pinXOffsets = block.pinXOffsets.slice();
  const pinYOffsets = block.pinYOffsets.slice();
  for (let pin = 0; pin < block.pinCount; pin++) {
    const node = block.pinNodes[pin]!;
    const body = bodyOfNode.get(node);
    if (!body) continue;
    const [dx, dy] = turnOffset(orientations[node]!, pinXOffsets[pin]!, pinYOffsets[pin]!);
    pinNodes[pin] = body.group.members[0]!;
    pinXOffsets[pin] = xs[node]! - body.x + dx;
    pinYOffsets[pin] = ys[node]! - body.y + dy;
  }
  return { pinNodes, pinXOffsets, pinYOffsets };
}

function copyHalos({ halos, nodeCount }: Block): Halos {
  const copy = (sides: Float64Array | undefined) => sides?.slice() ?? new Float64Array(nodeCount);
  return {
    lefts: copy(halos?.lefts),
    bottoms: copy(halos?.bottoms),
    rights: copy(halos?.rights),
    tops: copy(halos?.tops),
  };
}

/** A body may enter what keeps others out if all its members may, and is held where any of them is held. */
function fenceOf(fence: Fence, bodies: readonly Body[]): Fence {
  return { ...fence, members: membersWith(fence.members, bodies, fence.isOpen === true) };
}

function guideOf(guide: Guide, bodies: readonly Body[]): Guide {
  return { ...guide, members: membersWith(guide.members, bodies, false) };
}

function membersWith(nodes: readonly number[], bodies: readonly Body[], all: boolean): number[] {
  const grouped = new Set(bodies.flatMap(({ group }) => group.members));
  const leads = bodies.flatMap(({ group: { members } }) => {
    const isMember = (node: number) => nodes.includes(node);
    return (all ? members.every(isMember) : members.some(isMember)) ? [members[0]!] : [];
  });
  return [...nodes.filter((node) => !grouped.has(node)), ...leads];
}
