// Edits by keys and buttons, and saving edited placements.
import type { Move } from "../../env/index.js";
import { NodeKind, plcText } from "../../netlist/index.js";
import { pack } from "../packing.js";
import { type EditFormat, packPlacement, type SavedEdit, type Session } from "../protocol.js";
import {
  type Arrangement,
  align,
  distribute,
  moveTo,
  placedMacros,
  type Side,
  swap,
  type Turn,
  turn,
} from "./arrange.js";
import { download } from "./dom.js";
import type { SceneState } from "./scene-state.js";

/** What can be done with the selected macros. */
export type EditCommand =
  | { readonly do: "turn"; readonly how: Turn }
  | { readonly do: "align"; readonly side: Side }
  | { readonly do: "distribute"; readonly axis: "x" | "y" }
  | { readonly do: "swap" };

/** The selected hard macros as they can be edited. */
export function arrangementOf(scene: SceneState): Arrangement {
  const { block, placement, selection, legality, snapping } = scene;
  return {
    block,
    placement,
    rules: legality.rules,
    snapping,
    nodes: placedMacros(block, placement, selection),
    mayMove: (node) => scene.mayMove(node),
  };
}

/** Carries out an edit. Returns why nothing happened, if nothing did. */
export function edit(scene: SceneState, command: EditCommand): string | undefined {
  const arrangement = arrangementOf(scene);
  const movable = arrangement.nodes.filter(arrangement.mayMove).length;
  if (movable === 0) return "No hard macro is selected that may move.";
  const moves = movesOf(arrangement, command);
  carryOut(scene, moves);
  if (command.do === "turn" && moves.length < movable)
    return `${movable - moves.length} of ${movable} macros stay: their orientations in LEF do not allow it.`;
  if (command.do === "swap" && moves.length === 0) return "Select two macros that may move to swap them.";
  if (command.do === "distribute" && moves.length === 0)
    return "Select three or more macros to distribute them.";
  return undefined;
}

function movesOf(arrangement: Arrangement, command: EditCommand): Move[] {
  switch (command.do) {
    case "turn":
      return turn(arrangement, command.how);
    case "align":
      return align(arrangement, command.side);
    case "distribute":
      return distribute(arrangement, command.axis);
    default:
      return swap(arrangement);
  }
}

/**
 * Moves the selected macros by grid cells, or by single steps of the lattice where the design has one, at most to the edge of the
 * die.
 */
export function nudge(scene: SceneState, columns: number, rows: number, step: "cell" | "lattice"): void {
  const { canvas, grid } = scene.block;
  const lattice = scene.legality.rules.grid;
  if (step === "lattice" && !lattice) return;
  const dx = step === "cell" ? canvas.width / grid.columns : lattice!.x.pitch / lattice!.units;
  const dy = step === "cell" ? canvas.height / grid.rows : lattice!.y.pitch / lattice!.units;
  const { placement } = scene;
  const arrangement = arrangementOf(scene);
  carryOut(
    scene,
    arrangement.nodes.filter(arrangement.mayMove).map((node) =>
      moveTo(arrangement, {
        node,
        x: placement.xs[node]! + columns * dx,
        y: placement.ys[node]! + rows * dy,
        orientation: placement.orientations[node]!,
      }),
    ),
  );
}

function carryOut(scene: SceneState, moves: readonly Move[]): void {
  const { xs, ys, orientations } = scene.placement;
  const isMoved = moves.some(
    ({ node, x, y, orientation }) => xs[node] !== x || ys[node] !== y || orientations[node] !== orientation,
  );
  if (!isMoved) return;
  scene.tryMoves(moves);
  scene.commitMoves();
}

/** Locks the selected hard macros that may move, or releases them if all are locked. */
export function toggleLock(scene: SceneState): void {
  const { block, placement, selection, locked } = scene;
  const macros = placedMacros(block, placement, selection).filter((node) => !block.fixed[node]);
  scene.lock(macros, !macros.every((node) => locked.has(node)));
}

/** Selects all hard macros that can be selected. */
export function selectAll(scene: SceneState): void {
  const { block, layers } = scene;
  const macros = placedMacros(block, scene.placement, block.kinds.keys());
  scene.select(macros.filter((node) => layers.selectable(block.fixed[node] ? "fixed" : "hard")));
}

/** Saves the placement in the run's folder. Throws with a sentence for the reader. */
export async function save(scene: SceneState): Promise<SavedEdit> {
  return (await post(scene, "")).json() as Promise<SavedEdit>;
}

/** The token of the printed address, which writing needs. */
export function tokenOf(): string | null {
  return new URLSearchParams(location.search).get("token");
}

/** Offers the placement as a file. A `.plc` needs no server. Returns the file's name. */
export async function downloadEdit(
  scene: SceneState,
  format: EditFormat,
  { title }: Session,
): Promise<string> {
  const name = `${title.replace(/[^\w.-]+/g, "_")}.${format}`;
  if (format === "plc") {
    const { block, placement, locked, costs } = scene;
    const fixed = block.fixed.slice();
    for (const node of locked) if (block.kinds[node] === NodeKind.HardMacro) fixed[node] = 1;
    const text = plcText({ ...block, fixed }, placement, { thisFile: name, ...(costs && { costs }) });
    download(name, text, "text/plain");
  } else download(name, await (await post(scene, `&as=${format}`)).blob(), "text/plain");
  return name;
}

async function post(scene: SceneState, more: string): Promise<Response> {
  const token = tokenOf() ?? "";
  const kept = "The edit stays in this page";
  let response: Response;
  try {
    response = await fetch(`/api/placement?token=${encodeURIComponent(token)}${more}`, {
      method: "POST",
      body: pack(packPlacement(scene.placement, scene.locked)) as BlobPart as Blob,
    });
  } catch {
    throw new Error(`Not saved: the server does not answer. ${kept}; download it as .plc.`);
  }
  if (response.ok) return response;
  const told = (await response.json().catch(() => ({}))) as { error?: string };
  const why =
    response.status === 403
      ? "this page belongs to another start of the server, whose address has another token"
      : (told.error ?? `the server answers ${response.status}`);
  throw new Error(`Not saved: ${why}. ${kept}; download it as .plc.`);
}
