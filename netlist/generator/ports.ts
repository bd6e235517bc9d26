// The ports of a generated block: buses in rows along the four canvas edges.
import type { Canvas } from "../block.js";
import type { Random } from "../random.js";

/** An edge of the canvas: left, right, bottom, top. */
export const Edge = { Left: 0, Right: 1, Bottom: 2, Top: 3 } as const;
export type Edge = (typeof Edge)[keyof typeof Edge];

/** Ports of one bus. */
export interface BusPlan {
  readonly width: number;
  /** Drawn if not given. */
  readonly edge?: Edge | undefined;
  /** Where on the line of soft macros its logic is, 0 to 1; drawn if not given. */
  readonly home?: number | undefined;
}

/** Widths of buses, typical of data paths, with `ports` ports in total. */
export function drawBusWidths(ports: number, random: Random): number[] {
  const widths: number[] = [];
  const widest = Math.max(Math.floor(ports / 6), 1);
  for (let left = ports; left > 0; left -= widths.at(-1)!)
    widths.push(Math.min([1, 4, 8, 16, 32, 32, 64][random.below(7)]!, widest, left));
  return widths;
}

// Ports are just inside the canvas, like the metal shapes of real ports, so that rounding cannot move one off the grid.
const PORT_INSET = 0.07;
const PORT_PITCH = 2.8;

/** Places of the ports in µm: each bus in a row on one edge, the buses of an edge in the order of their homes. */
export function placeBuses(
  plans: readonly BusPlan[],
  canvas: Canvas,
  random: Random,
): [x: number, y: number][][] {
  const edges: number[][] = [[], [], [], []];
  plans.forEach(({ edge }, bus) => {
    edges[edge ?? random.below(4)]!.push(bus);
  });
  for (const buses of edges) buses.sort((a, b) => (plans[a]!.home ?? 0) - (plans[b]!.home ?? 0) || a - b);
  const places: [number, number][][] = plans.map(() => []);
  edges.forEach((buses, edge) => {
    const length = edge === Edge.Left || edge === Edge.Right ? canvas.height : canvas.width;
    const count = buses.reduce((sum, bus) => sum + plans[bus]!.width, 0);
    const pitch = Math.min(PORT_PITCH, (0.8 * length) / Math.max(count, 1));
    // The free length is divided into gaps before, between and after the buses.
    const gaps = Array.from({ length: buses.length + 1 }, () => 0.05 + random.uniform());
    const gapUnit = (length - pitch * count) / gaps.reduce((sum, gap) => sum + gap, 0);
    let at = 0;
    buses.forEach((bus, position) => {
      at += gaps[position]! * gapUnit;
      for (let bit = 0; bit < plans[bus]!.width; bit++) {
        const along = at + (bit + 0.5) * pitch;
        if (edge === Edge.Left) places[bus]!.push([PORT_INSET, along]);
        else if (edge === Edge.Right) places[bus]!.push([canvas.width - PORT_INSET, along]);
        else if (edge === Edge.Bottom) places[bus]!.push([along, PORT_INSET]);
        else places[bus]!.push([along, canvas.height - PORT_INSET]);
      }
      at += pitch * plans[bus]!.width;
    });
  });
  return places;
}
