// Edits by keys and buttons, and saving edited placements.
import { MOST_NODES_PER_MOVE, type Move } from "../../env/index.js";
import { NodeKind, Orientation, plcText } from "../../netlist/index.js";
import { boxOf, isPlaced } from "../geometry.js";
import { pack } from "../packing.js";
import { packPlacement, type Session } from "../protocol.js";
import { download } from "./dom.js";
import type { SceneState } from "./scene-state.js";

const { N, FN, S, FS, E, FE, W, FW } = Orientation;
/** By orientation code, the orientation after mirroring left to right. Width and height stay. */
const FLIP_X: Readonly<Record<number, number>> = {
  [N]: FN,
  [FN]: N,
  [S]: FS,
  [FS]: S,
  [E]: FW,
  [FW]: E,
  [W]: FE,
  [FE]: W,
};
/** The same for mirroring top to bottom. */
const FLIP_Y: Readonly<Record<number, number>> = {
  [N]: FS,
  [FS]: N,
  [FN]: S,
  [S]: FN,
  [E]: FE,
  [FE]: E,
  [W]: FW,
  [FW]: W,
};

/** Selected movable hard macros, with their places. */
function movable(scene: SceneState): Move[] {
  const { block, placement, selection } = scene;
  return [...selection]
    .filter(
      (node) => block.kinds[node] === NodeKind.HardMacro && !block.fixed[node] && isPlaced(placement, node),
    )
    .slice(0, MOST_NODES_PER_MOVE)
    .map((node) => ({
      node,
      x: placement.xs[node]!,
      y: placement.ys[node]!,
      orientation: placement.orientations[node]!,
    }));
}

/** Mirrors the selected macros in place. */
export function flip(scene: SceneState, how: "flipX" | "flipY"): void {
  const table = how === "flipX" ? FLIP_X : FLIP_Y;
  carryOut(
    scene,
    movable(scene).map((move) => ({ ...move, orientation: table[move.orientation]! })),
  );
}

/** Moves the selected macros by grid cells, at most to the edge of the die. */
export function nudge(scene: SceneState, columns: number, rows: number): void {
  const { canvas, grid } = scene.block;
  const dx = (columns * canvas.width) / grid.columns;
  const dy = (rows * canvas.height) / grid.rows;
  const within = (value: number, low: number, high: number) =>
    Math.min(Math.max(value, low), Math.max(low, high));
  carryOut(
    scene,
    movable(scene).map((move) => {
      const box = boxOf(scene.block, scene.placement, move.node);
      const [halfWidth, halfHeight] = [(box.right - box.left) / 2, (box.top - box.bottom) / 2];
      return {
        ...move,
        x: within(move.x + dx, halfWidth, canvas.width - halfWidth),
        y: within(move.y + dy, halfHeight, canvas.height - halfHeight),
      };
    }),
  );
}

function carryOut(scene: SceneState, moves: readonly Move[]): void {
  if (moves.length === 0) return;
  scene.tryMoves(moves);
  scene.commitMoves();
}

/** Saves the placement in the run's folder if the server allows it, else offers it as a download. Returns a notice. */
export async function save(scene: SceneState, session: Session): Promise<string> {
  const token = new URLSearchParams(location.search).get("token");
  if (session.writable && token) {
    const response = await fetch(`/api/placement?token=${encodeURIComponent(token)}`, {
      method: "POST",
      body: pack(packPlacement(scene.placement)) as BlobPart as Blob,
    });
    const answer = (await response.json()) as { file?: string; error?: string };
    if (!response.ok || answer.file === undefined) throw new Error(answer.error ?? "not saved");
    return `saved as ${answer.file} in the run's folder`;
  }
  const costs = scene.costs && { costs: scene.costs };
  const name = `${scene.block.name}.plc`;
  download(name, plcText(scene.block, scene.placement, { thisFile: name, ...costs }), "text/plain");
  return `${name} offered as a download`;
}
