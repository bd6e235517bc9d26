// Rectangles and rectilinear polygons of LEF and DEF, in the units of the file.
import { turnSides } from "../../placing-view.js";

export interface Rect {
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
  readonly top: number;
}

export type Point = readonly [x: number, y: number];

/** The rectangle with two opposite corners. */
export function rectOf([ax, ay]: Point, [bx, by]: Point): Rect {
  return {
    left: Math.min(ax, bx),
    bottom: Math.min(ay, by),
    right: Math.max(ax, bx),
    top: Math.max(ay, by),
  };
}

/** The smallest rectangle around points. */
export function boundsOf(points: readonly Point[]): Rect {
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    left = Math.min(left, x);
    bottom = Math.min(bottom, y);
    right = Math.max(right, x);
    top = Math.max(top, y);
  }
  return { left, bottom, right, top };
}

export function unionOf(a: Rect | undefined, b: Rect): Rect {
  if (!a) return b;
  return {
    left: Math.min(a.left, b.left),
    bottom: Math.min(a.bottom, b.bottom),
    right: Math.max(a.right, b.right),
    top: Math.max(a.top, b.top),
  };
}

export function overlaps(a: Rect, b: Rect, tolerance = 0): boolean {
  return (
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > tolerance &&
    Math.min(a.top, b.top) - Math.max(a.bottom, b.bottom) > tolerance
  );
}

export function contains(outer: Rect, inner: Rect, tolerance = 0): boolean {
  return (
    inner.left >= outer.left - tolerance &&
    inner.bottom >= outer.bottom - tolerance &&
    inner.right <= outer.right + tolerance &&
    inner.top <= outer.top + tolerance
  );
}

/** A box with its halo, which turns with the macro. */
export function widened(box: Rect, halo: Rect, orientation: number): Rect {
  const { left, bottom, right, top } = turnSides(halo, orientation);
  return { left: box.left - left, bottom: box.bottom - bottom, right: box.right + right, top: box.top + top };
}

/** Whether every edge is horizontal or vertical; the last point joins the first. */
export function isRectilinear(points: readonly Point[]): boolean {
  return points.every(([x, y], i) => {
    const [nextX, nextY] = points[(i + 1) % points.length]!;
    return x === nextX || y === nextY;
  });
}

/**
 * A rectilinear polygon as rectangles, by cutting it at the x of every corner; with `outside`, the part of its bounds that
 * is not in the polygon. A point is inside if a line down from it crosses an odd number of horizontal edges.
 */
export function slabsOf(points: readonly Point[], outside = false): Rect[] {
  const bounds = boundsOf(points);
  const xs = [...new Set(points.map(([x]) => x))].sort((a, b) => a - b);
  const slabs: Rect[] = [];
  for (let i = 0; i + 1 < xs.length; i++) {
    const [left, right] = [xs[i]!, xs[i + 1]!];
    const middle = (left + right) / 2;
    const crossings = points
      .flatMap(([x, y], k) => {
        const [nextX] = points[(k + 1) % points.length]!;
        return Math.min(x, nextX) < middle && middle < Math.max(x, nextX) ? [y] : [];
      })
      .sort((a, b) => a - b);
    const edges = outside ? [bounds.bottom, ...crossings, bounds.top] : crossings;
    for (let k = 0; k + 1 < edges.length; k += 2)
      if (edges[k]! < edges[k + 1]!) slabs.push({ left, bottom: edges[k]!, right, top: edges[k + 1]! });
  }
  return slabs;
}
