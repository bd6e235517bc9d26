// A placement as one SVG picture: the die, next to it maps and costs, below them learning curves. The same scene always
// gives the same bytes. This file arranges the parts, in pixels; the parts draw themselves.
import type { Block } from "../netlist/index.js";
import { roundLength } from "./axis.js";
import { CANVAS_MARGIN, CanvasLayer, countOutside, countUnplaced } from "./canvas-layer.js";
import { curveChart, picture } from "./curve-chart.js";
import { coordinate, element, label, moved, readable } from "./markup.js";
import type { Box, Part, Scene } from "./scene.js";
import { PANEL_WIDTH, sidePanel } from "./side-panel.js";
import { cutEnd, textWidth, wrapWords } from "./text-fit.js";

export type { Curve, Scene, SceneCosts, SceneMaps, Theme } from "./scene.js";

const PADDING = 24;
const GAP = 34;
const LARGEST_SIDE = 760;
/** Room for the scale bar and its text under a narrow die, in pixels. */
const NARROWEST_MAIN = 300;
const CHART_HEIGHT = 250;

/** The picture of a scene. Nodes that are not placed are left out and counted in the text. */
export function renderSvg(scene: Scene): string {
  const { block, placement } = scene;
  const scale = Math.min(LARGEST_SIDE / block.canvas.width, LARGEST_SIDE / block.canvas.height);
  const die = { width: block.canvas.width * scale, height: block.canvas.height * scale };
  const mainWidth = Math.max(NARROWEST_MAIN, die.width) + 2 * CANVAS_MARGIN;
  const width = 2 * PADDING + mainWidth + GAP + PANEL_WIDTH;
  const heading = headingOf(scene, width - 2 * PADDING);
  const top = PADDING + heading.height + CANVAS_MARGIN;
  const box: Box = { x: PADDING + (mainWidth - die.width) / 2, y: top + CANVAS_MARGIN, ...die };
  const ruler = rulerOf(block, box, mainWidth);
  const canvas = new CanvasLayer(block, placement, box);
  const panel = sidePanel(scene, canvas.connections !== "");
  const mainHeight = die.height + 2 * CANVAS_MARGIN + ruler.height;
  const chartTop = top + Math.max(mainHeight, panel.height) + 20;
  const curves = scene.curve ?? [];
  const parts = [
    moved(PADDING, PADDING, heading.markup),
    canvas.render(),
    moved(PADDING, box.y + die.height + CANVAS_MARGIN, ruler.markup),
    moved(PADDING + mainWidth + GAP, top, panel.markup),
  ];
  let height = chartTop;
  if (curves.length > 0) {
    const labels = { xLabel: scene.curveX ?? "iteration", yLabel: "proxy cost" };
    parts.push(
      moved(
        PADDING,
        chartTop,
        curveChart(curves, { width: width - 2 * PADDING, height: CHART_HEIGHT }, labels).markup,
      ),
    );
    height += CHART_HEIGHT + PADDING;
  }
  return picture(parts, {
    width,
    height,
    theme: scene.theme ?? "light",
    name: `placement of ${scene.title}`,
  });
}

function headingOf({ block, placement, title, subtitle }: Scene, width: number): Part {
  const lines = [...(subtitle ?? [])]
    .map((line) => line.trim().replace(/\s{2,}/g, " · "))
    .filter(Boolean)
    .flatMap((line) => wrapWords(line, { width, size: 12, most: 2 }));
  const unplaced = countUnplaced(block, placement);
  if (unplaced > 0)
    lines.push(
      `${unplaced} of ${block.nodeCount} nodes ${unplaced === 1 ? "is" : "are"} not placed and not drawn`,
    );
  const outside = countOutside(block, placement);
  if (outside > 0)
    lines.push(`${outside} hard macro${outside === 1 ? " reaches" : "s reach"} outside the die`);
  const texts = lines.map((line, index) =>
    label(line, { x: 0, y: 40 + index * 17, size: 12, class: "muted" }),
  );
  // Bold text is about an eighth wider than the estimate.
  const name = label(cutEnd(title, width / 1.12, 20), { x: 0, y: 18, size: 20, class: "strong" });
  return { markup: name + texts.join(""), height: 26 + lines.length * 17 };
}

/** The scale bar, and the sizes of die and grid, under the die. */
function rulerOf({ canvas, grid }: Block, box: Box, width: number): Part {
  const length = roundLength(canvas.width / 4);
  const pixels = (length * box.width) / canvas.width;
  const left = (width - box.width) / 2;
  const bar = `M${coordinate(left)} 12v8h${coordinate(pixels)}v-8`;
  const text = `${length} µm`;
  const sizes = `${readable(canvas.width)} × ${readable(canvas.height)} µm, grid ${grid.columns} × ${grid.rows}`;
  const used = left + pixels + 8 + textWidth(text, 11);
  const beside = used + 16 + textWidth(sizes, 11) <= width;
  const markup = [
    element("path", { class: "outline", d: bar }),
    label(text, { x: left + pixels + 8, y: 20, size: 11 }),
    beside
      ? label(sizes, {
          x: Math.max(left + box.width, used + 16 + textWidth(sizes, 11)),
          y: 20,
          size: 11,
          class: "muted",
          "text-anchor": "end",
        })
      : label(cutEnd(sizes, width - left, 11), { x: left, y: 38, size: 11, class: "muted" }),
  ];
  return { markup: markup.join(""), height: beside ? 26 : 44 };
}
