// Layers and tracks of a Bookshelf set for the global router.
import { type Block, NodeKind } from "../../block.js";
import { boxOf } from "../../boxes.js";
import {
  assumedObstruction,
  assumedSupply,
  type RoutingBlockage,
  type RoutingLayer,
  type RoutingSupply,
} from "../../routing-supply.js";
import { frameOf } from "./block-parts.js";

/**
 * The routing supply of a block read from a Bookshelf set: that of its `.route` file, if that grants tracks; else it is
 * assumed from the rows. A hard macro that the file does not list blocks what is assumed of macros. Throws `InputError` if
 * there are no rows either.
 */
export function bookshelfSupplyOf(block: Block): RoutingSupply {
  const route = frameOf(block)?.route;
  if (!route || route.layers.length === 0) return assumedSupply(block);
  const { tile, porosity, blocked } = route;
  // A layer of both directions counts as one of the direction in which it has more.
  const layers = route.layers.map(({ horizontal, vertical }, layer): RoutingLayer => {
    const isHorizontal = horizontal >= vertical;
    const tracks = isHorizontal ? horizontal / tile.height : vertical / tile.width;
    return { name: `M${layer + 1}`, isHorizontal, tracks };
  });
  const blockages: RoutingBlockage[] = [];
  for (const [node, taken] of blocked) {
    if (block.kinds[node] === NodeKind.HardMacro) continue; // see `blockedBy`
    const rectangle = boxOf(block, block.initial, node);
    if (Number.isNaN(rectangle.left + rectangle.bottom)) continue;
    for (const layer of taken) blockages.push({ rectangle, layer, share: 1 - porosity });
  }
  return {
    layers,
    cellWidth: tile.width,
    cellHeight: tile.height,
    usable: 1, // the capacities are for signals
    blockedBy: (node, layer) => {
      const taken = blocked.get(node);
      if (!taken) return assumedObstruction(layer);
      return taken.includes(layer) ? 1 - porosity : 0;
    },
    blockages,
    source: `${layers.length} layers of the .route file`,
  };
}
