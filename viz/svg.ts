// A placement as SVG: outline, macros and soft macros. Pure function of what it is given.
import { type Block, NodeKind, type Placement } from "../netlist/index.js";

export interface Curve {
  readonly label: string;
  readonly xs: readonly number[];
  readonly ys: readonly number[];
}

export interface Scene {
  readonly block: Block;
  readonly placement: Placement;
  readonly title: string;
  readonly subtitle?: readonly string[];
  readonly curve?: readonly Curve[];
  readonly maps?: { density: Float64Array; horizontal: Float64Array; vertical: Float64Array };
  readonly costs?: { wirelengthCost: number; densityCost: number; congestionCost: number; proxyCost: number };
}

export function renderSvg({ block, placement }: Scene): string {
  const { width, height } = block.canvas;
  const boxes: string[] = [];
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] === NodeKind.Port || Number.isNaN(placement.xs[node])) continue;
    const sideways = placement.orientations[node]! >= 4;
    const w = sideways ? block.heights[node]! : block.widths[node]!;
    const h = sideways ? block.widths[node]! : block.heights[node]!;
    const x = placement.xs[node]! - w / 2;
    const y = height - placement.ys[node]! - h / 2;
    const fill = block.kinds[node] === NodeKind.HardMacro ? "#4472a8" : "#d9a441";
    boxes.push(`<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="${fill}" fill-opacity="0.6"/>`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}">${boxes.join("")}</svg>\n`;
}

export function renderReportHtml({ scene }: { scene: Scene; summary: Record<string, unknown> }): string {
  return `<!doctype html><meta charset="utf-8"><body>${renderSvg(scene)}</body>\n`;
}
