// The layer of what moved the policy: lines from the chosen cell to the nodes that moved it, and these nodes, the stronger the
// wider and the fuller. Lines of nodes that spoke against the cell are dashed and of another colour; those of nodes that changed
// nothing, but had the network's attention, are grey.
import type { Graphics } from "pixi.js";
import { NodeKind } from "../../netlist/index.js";
import { placedSize } from "../geometry.js";
import type { Colours } from "../palette.js";
import type { Influences } from "../protocol.js";
import type { Camera } from "./camera.js";
import { type Influence, strongest, type Weighing } from "./influences.js";
import type { SceneState } from "./scene-state.js";
import type { Picture } from "./underlay.js";
import { centreOfCell } from "./why-here.js";

const MOST_DRAWN = 40;
/** Share of the strongest below which a node is not drawn. */
const LEAST_SHARE = 0.02;
const DASH = 6;
const GAP = 4;
/** Most dashes of a line, which may be far longer than the window. */
const MOST_DASHES = 300;

/** The nodes that are drawn: the strongest ones that have a place. */
function drawnNodes(found: Influences, weighing: Weighing): Influence[] {
  return strongest(found, weighing)
    .filter(({ x, y, share }) => share >= LEAST_SHARE && !Number.isNaN(x + y))
    .slice(0, MOST_DRAWN);
}

/** Draws the layer for the decision shown, and returns the nodes that it has drawn; none if there is no decision. */
export function drawInfluences(
  to: Graphics,
  { camera, colours }: Picture,
  scene: SceneState,
): readonly Influence[] {
  const found = scene.influences.influences;
  if (!found) return [];
  const [cellX, cellY] = centreOfCell(scene.block, found.cell);
  const from = { x: camera.toScreenX(cellX), y: camera.toScreenY(cellY) };
  const nodes = drawnNodes(found, scene.influences.weighing);
  for (const influence of nodes.toReversed()) {
    const { x, y, share, speaks } = influence;
    const colour = colourOf(colours, speaks);
    drawNode(to, influence, { camera, scene, colour });
    const end = { x: camera.toScreenX(x), y: camera.toScreenY(y) };
    if (speaks === "against") dashed(to, from, end);
    else to.moveTo(from.x, from.y).lineTo(end.x, end.y);
    to.stroke({ width: 1 + 4 * share, color: colour, alpha: 0.45 + 0.5 * share });
  }
  return nodes;
}

function colourOf({ series, muted }: Colours, speaks: Influence["speaks"]): string {
  if (speaks === "neither") return muted;
  return series[speaks === "for" ? 2 : 3]!;
}

function drawNode(
  to: Graphics,
  { nodes, x, y, share }: Influence,
  given: { readonly camera: Camera; readonly scene: SceneState; readonly colour: string },
): void {
  const { camera, scene, colour } = given;
  const { block, placement } = scene;
  const [node] = nodes;
  if (node === undefined) return;
  const [centreX, centreY] = [camera.toScreenX(x), camera.toScreenY(y)];
  if (block.kinds[node] === NodeKind.Port) to.circle(centreX, centreY, 4 + 4 * share);
  else {
    const [width, height] = placedSize(block, placement, node).map((side) =>
      Math.max(6, side * camera.scale),
    ) as [number, number];
    to.rect(centreX - width / 2, centreY - height / 2, width, height);
  }
  to.fill({ color: colour, alpha: 0.1 + 0.4 * share }).stroke({ width: 1 + 2 * share, color: colour });
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function dashed(to: Graphics, from: Point, end: Point): void {
  const length = Math.hypot(end.x - from.x, end.y - from.y);
  if (length === 0) return;
  const step = Math.max(DASH + GAP, length / MOST_DASHES);
  const [dx, dy] = [(end.x - from.x) / length, (end.y - from.y) / length];
  for (let at = 0; at < length; at += step) {
    const stop = Math.min(length, at + (step * DASH) / (DASH + GAP));
    to.moveTo(from.x + dx * at, from.y + dy * at).lineTo(from.x + dx * stop, from.y + dy * stop);
  }
}
