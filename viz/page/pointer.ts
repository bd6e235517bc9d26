// Mouse, touch and pen on a view: pan, zoom to the cursor, select, drag macros, measure.
import type { Move } from "../../env/index.js";
import { NodeKind, type Rectangle, widened } from "../../netlist/index.js";
import { boxOf, isPlaced } from "../geometry.js";
import { moveTo } from "./arrange.js";
import type { PlacementView } from "./placement-view.js";
import type { SceneState } from "./scene-state.js";
import { type HaloedBox, snap } from "./snapping.js";

/** Farthest that the pointer may move during a click, in pixels. */
const CLICK = 4;
/** How near an edge must be for a dragged macro to snap to it, in pixels. */
const SNAP = 8;
export type Tool = "select" | "ruler" | "box";

/** A place in the view, in pixels. */
type Point = readonly [x: number, y: number];

interface Gesture {
  readonly kind: "pan" | "drag" | "ruler" | "box";
  readonly startX: number;
  readonly startY: number;
  lastX: number;
  lastY: number;
  moved: boolean;
  readonly node: number;
  readonly starts: readonly Move[];
  /** The dragged macro where it began, and the macros that it may snap to. */
  readonly snaps?: { readonly dragged: HaloedBox; readonly others: readonly HaloedBox[] };
}

export interface PointerHost {
  readonly view: PlacementView;
  readonly element: HTMLElement;
  readonly scene: SceneState;
  tool(): Tool;
  /** Called when the user moved the camera. */
  onCamera(): void;
  onCursor(x: number | undefined, y: number | undefined): void;
  /** Whether nodes can be dragged. */
  readonly editable: boolean;
  /** Called with the selection box while it is drawn, in pixels of the view; with undefined when it ends. */
  onBox(box: { x: number; y: number; width: number; height: number } | undefined): void;
}

export function listenToPointer(host: PointerHost): void {
  const { element, view } = host;
  let gesture: Gesture | undefined;
  const touches = new Map<number, Point>();
  const at = (event: MouseEvent): Point => {
    const { left, top } = element.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };

  element.addEventListener("pointerdown", (event) => {
    const point = at(event);
    element.setPointerCapture(event.pointerId);
    touches.set(event.pointerId, point);
    if (touches.size > 1) {
      end(host, gesture, { kept: false });
      gesture = undefined;
      return;
    }
    gesture = begin(host, event, point);
  });
  element.addEventListener("pointermove", (event) => {
    const point = at(event);
    const [x, y] = point;
    host.onCursor(view.camera.toWorldX(x), view.camera.toWorldY(y));
    const before = touches.get(event.pointerId);
    if (before && touches.size === 2) pinch(host, touches, { id: event.pointerId, to: point });
    if (before) touches.set(event.pointerId, point);
    if (gesture && touches.size === 1) follow(host, gesture, point, event.altKey);
    else if (!gesture) element.style.cursor = cursorAt(host, x, y);
  });
  const stop = (event: PointerEvent, kept: boolean) => {
    touches.delete(event.pointerId);
    if (gesture) {
      const add = event.shiftKey || event.ctrlKey || event.metaKey || host.tool() === "box";
      end(host, gesture, { kept, add });
    }
    gesture = undefined;
  };
  element.addEventListener("pointerup", (event) => stop(event, true));
  element.addEventListener("pointercancel", (event) => stop(event, false));
  // Another placement may come during a drag; the dragged macros are elsewhere in it.
  host.scene.on("placement", (nodes) => {
    if (nodes || gesture?.kind !== "drag") return;
    gesture = undefined;
    view.overlay.snapLines = undefined;
  });
  element.addEventListener("pointerleave", () => host.onCursor(undefined, undefined));
  element.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const [x, y] = at(event);
      const pixels = event.deltaMode === 1 ? event.deltaY * 30 : event.deltaY;
      view.camera.zoomAt(x, y, Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.0015)));
      host.onCamera();
    },
    { passive: false },
  );
  element.addEventListener("dblclick", (event) => {
    const node = view.nodeAt(...at(event));
    if (node >= 0) view.fitNodes([node]);
    else view.fit();
    host.onCamera();
  });
  window.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !gesture) return;
    end(host, gesture, { kept: false });
    gesture = undefined;
    event.stopPropagation();
  });
}

function cursorAt(host: PointerHost, x: number, y: number): string {
  if (host.tool() !== "select") return "crosshair";
  return host.view.nodeAt(x, y) >= 0 ? "pointer" : "grab";
}

function begin(host: PointerHost, event: PointerEvent, [x, y]: Point): Gesture {
  const { view, scene } = host;
  const base = { startX: x, startY: y, lastX: x, lastY: y, moved: false, starts: [] as Move[], node: -1 };
  if (event.button === 1) return { ...base, kind: "pan" };
  if (host.tool() === "ruler") return { ...base, kind: "ruler" };
  const node = view.nodeAt(x, y);
  if (host.tool() === "box") return { ...base, kind: "box", node };
  const movable = (candidate: number) => scene.mayMove(candidate) && isPlaced(scene.placement, candidate);
  // A finger pans, unless it begins on what is selected.
  const isMeant = event.pointerType !== "touch" || scene.selection.has(node);
  if (node >= 0 && isMeant && host.editable && !event.shiftKey && movable(node)) {
    const together = scene.selection.has(node) ? [...scene.selection].filter(movable) : [node];
    const starts = together.map((each) => moveOf(scene, each));
    const snaps = scene.block.kinds[node] === NodeKind.HardMacro && snapsFor(scene, node, together);
    return { ...base, kind: "drag", node, starts, ...(snaps && { snaps }) };
  }
  if (event.shiftKey && node < 0) return { ...base, kind: "box" };
  return { ...base, kind: "pan", node };
}

/** A box, and the same with a macro's halo as the macro is turned. */
function haloed(scene: SceneState, node: number): HaloedBox {
  const box = boxOf(scene.block, scene.placement, node);
  const halo = scene.legality.rules.haloOf(node);
  return { box, halo: halo ? widened(box, halo, scene.placement.orientations[node]!) : box };
}

function snapsFor(scene: SceneState, node: number, together: readonly number[]): Gesture["snaps"] {
  const moved = new Set(together);
  const others: HaloedBox[] = [];
  for (const other of scene.hardMacros)
    if (!moved.has(other) && isPlaced(scene.placement, other)) others.push(haloed(scene, other));
  return { dragged: haloed(scene, node), others };
}

function moveOf({ placement }: SceneState, node: number): Move {
  return {
    node,
    x: placement.xs[node]!,
    y: placement.ys[node]!,
    orientation: placement.orientations[node]!,
  };
}

function follow(host: PointerHost, gesture: Gesture, [x, y]: Point, isFree: boolean): void {
  const { view, scene } = host;
  const { camera } = view;
  if (!gesture.moved && Math.hypot(x - gesture.startX, y - gesture.startY) <= CLICK) return;
  if (!gesture.moved && gesture.kind === "drag" && !scene.selection.has(gesture.node))
    scene.select([gesture.node]);
  gesture.moved = true;
  if (gesture.kind === "pan") {
    camera.pan(x - gesture.lastX, y - gesture.lastY);
    host.element.style.cursor = "grabbing";
    host.onCamera();
  } else if (gesture.kind === "drag") {
    const dx = (x - gesture.startX) / camera.scale;
    const dy = -(y - gesture.startY) / camera.scale;
    const snapped = snappedBy(scene, gesture, {
      by: [dx, dy],
      within: isFree ? undefined : SNAP / camera.scale,
    });
    view.overlay.snapLines = snapped.lines;
    scene.tryMoves(snapped.moves);
    host.element.style.cursor = "move";
  } else if (gesture.kind === "box")
    host.onBox({
      x: Math.min(x, gesture.startX),
      y: Math.min(y, gesture.startY),
      width: Math.abs(x - gesture.startX),
      height: Math.abs(y - gesture.startY),
    });
  else {
    view.overlay.ruler = {
      x1: camera.toWorldX(gesture.startX),
      y1: camera.toWorldY(gesture.startY),
      x2: camera.toWorldX(x),
      y2: camera.toWorldY(y),
    };
    view.invalidate();
  }
  gesture.lastX = x;
  gesture.lastY = y;
}

/** @param how `kept`: whether the gesture takes effect; `add`: whether it extends the selection */
function end(
  host: PointerHost,
  gesture: Gesture | undefined,
  { kept, add = false }: { readonly kept: boolean; readonly add?: boolean },
): void {
  if (!gesture) return;
  const { scene, view } = host;
  host.element.style.cursor = "";
  view.overlay.snapLines = undefined;
  if (gesture.kind === "drag" && gesture.moved) {
    view.invalidate();
    if (kept) scene.commitMoves();
    else scene.revertMoves();
  } else if (gesture.kind === "box") {
    host.onBox(undefined);
    if (kept && gesture.moved) selectInside(host, gesture);
    else if (kept && gesture.node >= 0) scene.select([gesture.node], true);
  } else if (gesture.kind === "ruler") {
    if (!gesture.moved) view.overlay.ruler = undefined;
    view.invalidate();
  } else if (!gesture.moved && kept) {
    const node = view.nodeAt(gesture.startX, gesture.startY);
    if (node >= 0) scene.select([node], add);
    else if (!add) scene.select([]);
  }
}

/** The dragged nodes, snapped if `within` (µm) is given and snapping is on, and the lines that an edge was put on. */
function snappedBy(
  scene: SceneState,
  { starts, snaps, node }: Gesture,
  { by, within }: { readonly by: readonly [number, number]; readonly within: number | undefined },
): { readonly moves: Move[]; readonly lines?: { readonly x?: number; readonly y?: number } } {
  if (!snaps || !scene.snapping || within === undefined) return { moves: insideDie(scene, starts, by) };
  const { rules } = scene.legality;
  const { width, height } = scene.block.canvas;
  const at = (rect: Rectangle) => ({
    left: rect.left + by[0],
    right: rect.right + by[0],
    bottom: rect.bottom + by[1],
    top: rect.top + by[1],
  });
  const found = snap({
    dragged: { box: at(snaps.dragged.box), halo: at(snaps.dragged.halo) },
    others: snaps.others,
    regions: [{ left: 0, bottom: 0, right: width, top: height }, ...rules.regions],
    grid: rules.grid,
    within,
  });
  const moves = insideDie(scene, starts, [by[0] + found.dx, by[1] + found.dy]);
  // At the edge of the die the corner of the dragged macro goes to the lattice again, and the others with it.
  const dragged = moves.find((move) => move.node === node)!;
  const kept = moveTo({ block: scene.block, rules, snapping: true }, dragged);
  const [dx, dy] = [kept.x - dragged.x, kept.y - dragged.y];
  return {
    moves: moves.map((move) => (move === dragged ? kept : { ...move, x: move.x + dx, y: move.y + dy })),
    lines: found,
  };
}

/** Moves by (dx, dy) in µm, or less if a node would leave the die. A node that is outside can come back. */
function insideDie(scene: SceneState, starts: readonly Move[], [dx, dy]: readonly [number, number]): Move[] {
  const { canvas } = scene.block;
  const limit = (delta: number, [low, high]: readonly [number, number], size: number) =>
    high - low >= size ? delta : Math.min(Math.max(delta, Math.min(0, -low)), Math.max(0, size - high));
  let [alongX, alongY] = [dx, dy];
  for (const { node, x, y } of starts) {
    const box = boxOf(scene.block, scene.placement, node);
    const [halfWidth, halfHeight] = [(box.right - box.left) / 2, (box.top - box.bottom) / 2];
    alongX = limit(alongX, [x - halfWidth, x + halfWidth], canvas.width);
    alongY = limit(alongY, [y - halfHeight, y + halfHeight], canvas.height);
  }
  return starts.map((start) => ({ ...start, x: start.x + alongX, y: start.y + alongY }));
}

function inOrder(a: number, b: number): [number, number] {
  return a <= b ? [a, b] : [b, a];
}

/** Selects the hard macros whose centres are in the box; with the box tool they add to the selection. */
function selectInside({ view, scene, tool }: PointerHost, gesture: Gesture): void {
  const isAdding = tool() === "box";
  const { camera } = view;
  const [left, right] = inOrder(camera.toWorldX(gesture.startX), camera.toWorldX(gesture.lastX));
  const [bottom, top] = inOrder(camera.toWorldY(gesture.startY), camera.toWorldY(gesture.lastY));
  const nodes: number[] = [];
  for (const node of scene.hardMacros) {
    const [x, y] = [view.placement.xs[node]!, view.placement.ys[node]!];
    if (x >= left && x <= right && y >= bottom && y <= top) nodes.push(node);
  }
  scene.select(isAdding ? [...scene.selection, ...nodes] : nodes);
}

function pinch(
  host: PointerHost,
  touches: ReadonlyMap<number, Point>,
  { id, to }: { readonly id: number; readonly to: Point },
): void {
  const other = [...touches].find(([each]) => each !== id)?.[1];
  const from = touches.get(id);
  if (!other || !from) return;
  const distance = (a: Point) => Math.max(1, Math.hypot(a[0] - other[0], a[1] - other[1]));
  host.view.camera.pan((to[0] - from[0]) / 2, (to[1] - from[1]) / 2);
  const middle = [(to[0] + other[0]) / 2, (to[1] + other[1]) / 2] as const;
  host.view.camera.zoomAt(middle[0], middle[1], distance(to) / distance(from));
  host.onCamera();
}
