// The picture of a placement: canvas, heat maps, costs, learning curve. A pure function of what it is given.
import { type Block, NodeKind, type Placement } from "../netlist/index.js";
import { drawCanvas } from "./canvas-picture.js";
import { type Curve, drawCurves } from "./curve-chart.js";
import { drawHeatMap, drawHeatScale } from "./heat-map.js";
import { num, PALETTES, type Palette, text } from "./svg-parts.js";

export interface Scene {
  readonly block: Block;
  readonly placement: Placement;
  readonly title: string;
  readonly subtitle?: readonly string[];
  readonly costs?: {
    readonly wirelengthCost: number;
    readonly densityCost: number;
    readonly congestionCost: number;
    readonly proxyCost: number;
  };
  /** Values per grid cell, row-major from the lower left; 1 is a full cell. */
  readonly maps?: {
    readonly density: Float64Array;
    readonly horizontal: Float64Array;
    readonly vertical: Float64Array;
  };
  readonly curve?: readonly Curve[];
  readonly theme?: "light" | "dark";
}

const MARGIN = 28;
const CANVAS_WIDTH = 760;
const SIDE_WIDTH = 250;
const HEADER = 66;
const CHART_HEIGHT = 230;
const SCALE_BAR_HEIGHT = 40;
/** End of the heat maps' scale: values beyond it are over capacity by half. */
const FULL_SCALE = 1.5;

/** Renders a scene as an SVG document. */
export function renderSvg(scene: Scene): string {
  const { block, placement } = scene;
  const palette = PALETTES[scene.theme ?? "light"];
  const canvasHeight = (CANVAS_WIDTH * block.canvas.height) / block.canvas.width;
  const sideHeight = sideColumnHeight(scene);
  const hasSide = sideHeight > 0;
  const curves = scene.curve ?? [];
  const chartTop = HEADER + canvasHeight + SCALE_BAR_HEIGHT;
  const mainHeight = canvasHeight + SCALE_BAR_HEIGHT + (curves.length > 0 ? CHART_HEIGHT : 0);
  const width = 2 * MARGIN + CANVAS_WIDTH + (hasSide ? MARGIN + SIDE_WIDTH : 0);
  const height = HEADER + Math.max(mainHeight, sideHeight) + MARGIN;
  const frame = { x: MARGIN, y: HEADER, width: CANVAS_WIDTH, height: canvasHeight };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${num(width)} ${num(height)}" width="${num(width)}" height="${num(height)}" font-family="Helvetica, Arial, sans-serif">`,
    `<rect width="${num(width)}" height="${num(height)}" fill="${palette.page}"/>`,
    text(MARGIN, 30, scene.title, { size: 20, fill: palette.ink, weight: 600 }),
    text(MARGIN, 50, [...(scene.subtitle ?? []), countsLine(block, placement)].join(" · "), {
      size: 12,
      fill: palette.faint,
    }),
    drawCanvas(block, placement, frame, palette),
    hasSide ? sideColumn(scene, palette) : "",
    curves.length > 0
      ? drawCurves(
          curves,
          { x: MARGIN, y: chartTop, width: CANVAS_WIDTH, height: CHART_HEIGHT },
          { xLabel: "episodes", yLabel: "proxy cost" },
          palette,
        )
      : "",
    "</svg>\n",
  ].join("\n");
}

/** What is drawn, and how many nodes are not because they have no place. */
function countsLine(block: Block, placement: Placement): string {
  const counts = [0, 0, 0, 0];
  let missing = 0;
  for (let node = 0; node < block.nodeCount; node++) {
    if (Number.isNaN(placement.xs[node]! + placement.ys[node]!)) missing++;
    else counts[block.kinds[node]!]!++;
  }
  const parts = [
    `${counts[NodeKind.HardMacro]} macros`,
    `${counts[NodeKind.SoftMacro]! + counts[NodeKind.StandardCell]!} soft macros`,
    `${counts[NodeKind.Port]} ports`,
  ];
  if (missing > 0) parts.push(`${missing} not placed`);
  return parts.join(", ");
}

const COST_ROWS = 4;
const ROW = 22;

function mapHeight(block: Block): number {
  return (SIDE_WIDTH * block.canvas.height) / block.canvas.width;
}

function sideColumnHeight({ costs, maps, block }: Scene): number {
  return (costs ? COST_ROWS * ROW + 24 : 0) + (maps ? 3 * (mapHeight(block) + 34) + 30 : 0);
}

function sideColumn({ costs, maps, block }: Scene, palette: Palette): string {
  const x = 2 * MARGIN + CANVAS_WIDTH;
  let y = HEADER;
  const parts: string[] = [];
  if (costs) {
    const rows: [string, number][] = [
      ["proxy cost", costs.proxyCost],
      ["wirelength", costs.wirelengthCost],
      ["density", costs.densityCost],
      ["congestion", costs.congestionCost],
    ];
    rows.forEach(([name, value], row) => {
      const weight = row === 0 ? 600 : 400;
      const line = y + 14 + row * ROW;
      parts.push(
        text(x, line, name, { size: 14, fill: palette.ink, weight }),
        text(x + SIDE_WIDTH, line, value.toFixed(4), { size: 14, fill: palette.ink, weight, anchor: "end" }),
      );
    });
    y += COST_ROWS * ROW + 24;
  }
  if (maps) {
    const named = [
      ["density", maps.density],
      ["horizontal congestion", maps.horizontal],
      ["vertical congestion", maps.vertical],
    ] as const;
    for (const [name, values] of named) {
      const frame = { x, y: y + 10, width: SIDE_WIDTH, height: mapHeight(block) };
      parts.push(drawHeatMap({ name, values, ...block.grid }, frame, FULL_SCALE, palette));
      y += mapHeight(block) + 34;
    }
    parts.push(drawHeatScale({ x, y: y - 8, width: SIDE_WIDTH, height: 10 }, FULL_SCALE, palette));
  }
  return parts.join("\n");
}
