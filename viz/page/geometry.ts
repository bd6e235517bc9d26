// Rectangles of nodes as they stand.
import { type Block, NodeKind, type Placement } from "../../netlist/index.js";
import { isPlaced, standingSize } from "../standing.js";
import type { Rectangle } from "./camera.js";
import type { SelectableLayer } from "./layers.js";

export function boxOf(block: Block, placement: Placement, node: number): Rectangle {
  const [width, height] = standingSize(block, placement, node);
  const [x, y] = [placement.xs[node]!, placement.ys[node]!];
  return { left: x - width / 2, right: x + width / 2, bottom: y - height / 2, top: y + height / 2 };
}

export function layerOf(block: Block, node: number): SelectableLayer {
  switch (block.kinds[node]) {
    case NodeKind.HardMacro:
      return block.fixed[node] ? "fixed" : "hard";
    case NodeKind.SoftMacro:
      return "soft";
    case NodeKind.Port:
      return "ports";
    default:
      return "cells";
  }
}

/** The box around all placed nodes of a set; undefined if none is placed. */
export function boxAround(
  block: Block,
  placement: Placement,
  nodes: Iterable<number>,
): Rectangle | undefined {
  let around: Rectangle | undefined;
  for (const node of nodes) {
    if (!isPlaced(placement, node)) continue;
    const box = boxOf(block, placement, node);
    around = around
      ? {
          left: Math.min(around.left, box.left),
          right: Math.max(around.right, box.right),
          bottom: Math.min(around.bottom, box.bottom),
          top: Math.max(around.top, box.top),
        }
      : box;
  }
  return around;
}
