// Maps of a global routing as one picture: how full edges are in each direction, and where wires do not fit.
import type { Block, Placement } from "../netlist/index.js";
import { picture } from "./curve-chart.js";
import { greatest, heatMap } from "./heat-map.js";
import { label } from "./markup.js";
import type { Theme } from "./scene.js";
import { cutEnd } from "./text-fit.js";

/** Values of the cells of a routing grid, row by row from the lower left. */
export interface RoutingMaps {
  readonly columns: number;
  readonly rows: number;
  /** Wires over capacity to the cell on the right, and to the one above; NaN where there is no room for a wire. */
  readonly horizontal: Float64Array;
  readonly vertical: Float64Array;
  /** Wires above capacity on the edges to the right and above. */
  readonly overflow: Float64Array;
}

export interface RoutingScene {
  readonly block: Block;
  readonly placement: Placement;
  readonly maps: RoutingMaps;
  readonly title: string;
  readonly subtitle: string;
  readonly theme?: Theme;
}

const PADDING = 24;
const GAP = 30;
/** Longest side of a map, in pixels. */
const LONGEST = 360;

/** The picture of a routing: three maps side by side. Each of the first two ends at 1, where an edge is full. */
export function renderRoutingSvg({ block, placement, maps, title, subtitle, theme }: RoutingScene): string {
  const scale = LONGEST / Math.max(block.canvas.width, block.canvas.height);
  const [mapWidth, mapHeight] = [block.canvas.width * scale, block.canvas.height * scale];
  const textWidth = Math.max(mapWidth, 200);
  const top = PADDING + 70;
  const onGrid = { ...block, grid: { columns: maps.columns, rows: maps.rows } };
  const parts = [
    ["horizontal wires / capacity", maps.horizontal, 1],
    ["vertical wires / capacity", maps.vertical, 1],
    ["wires above capacity", maps.overflow, Math.max(1, greatest(maps.overflow))],
  ] as const;
  const width = 2 * PADDING + parts.length * textWidth + (parts.length - 1) * GAP;
  const children = parts.map(([name, values, limit], i) =>
    heatMap({
      ...{ name, values, block: onGrid, placement, top: limit, textWidth },
      box: {
        x: PADDING + i * (textWidth + GAP) + (textWidth - mapWidth) / 2,
        y: top,
        width: mapWidth,
        height: mapHeight,
      },
    }),
  );
  return picture(
    [
      label(cutEnd(title, (width - 2 * PADDING) / 1.12, 20), {
        x: PADDING,
        y: PADDING + 18,
        size: 20,
        class: "strong",
      }),
      label(cutEnd(subtitle, width - 2 * PADDING, 12), {
        x: PADDING,
        y: PADDING + 40,
        size: 12,
        class: "muted",
      }),
      ...children,
    ],
    { width, height: top + mapHeight + PADDING, theme: theme ?? "light", name: `routing of ${title}` },
  );
}
