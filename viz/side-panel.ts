// The panel next to the placement: maps with their scale, the cost table, and the key of colours.
import { type Block, NodeKind, type Placement } from "../netlist/index.js";
import { CANVAS_MARGIN } from "./canvas-layer.js";
import { isPlaced } from "./geometry.js";
import { heatLegend, heatMap, sharedTop } from "./heat-map.js";
import { coordinate, element, label, moved, rectanglePath } from "./markup.js";
import type { Part, Scene, SceneCosts } from "./scene.js";
import { cutEnd } from "./text-fit.js";

export const PANEL_WIDTH = 470;
const GAP = 22;
const COLUMN = (PANEL_WIDTH - GAP) / 2;
const TALLEST_MAP = 250;

/** The panel: three maps and the cost table in two columns, the key below. */
export function sidePanel({ block, placement, maps, costs }: Scene, hasConnections: boolean): Part {
  const parts: string[] = [];
  let y = 0;
  if (maps) {
    const scale = Math.min(COLUMN / block.canvas.width, TALLEST_MAP / block.canvas.height);
    const width = block.canvas.width * scale;
    const height = block.canvas.height * scale;
    const top = sharedTop(maps);
    const map = (name: string, values: Float64Array, [x, y]: readonly [number, number]) => {
      // Texts have the width of the column, because a narrow die has no room for them.
      const box = { x: x + (COLUMN - width) / 2, y, width, height };
      return heatMap({ name, values, block, placement, top, box, textWidth: COLUMN });
    };
    const second = 22 + height + 34;
    parts.push(
      map("density", maps.density, [0, 22]),
      map("horizontal congestion", maps.horizontal, [COLUMN + GAP, 22]),
      map("vertical congestion", maps.vertical, [0, second]),
    );
    const x = COLUMN + GAP;
    parts.push(
      label("share of a cell's capacity in use", { x, y: second - 6, size: 11 }),
      heatLegend(maps, { x, y: second + 4, width: COLUMN, top }),
    );
    const table = costs ? costTable(costs, COLUMN) : { markup: "", height: 0 };
    parts.push(moved(x, second + 52, table.markup));
    y = second + Math.max(height, 52 + table.height) + 26;
  } else if (costs) {
    const table = costTable(costs, COLUMN);
    parts.push(table.markup);
    y = table.height + 26;
  }
  const key = keyOf(block, placement, hasConnections);
  parts.push(moved(0, y, key.markup));
  return { markup: parts.join(""), height: y + key.height };
}

/** Names and values of the costs, as everywhere else. */
export function costRows(costs: SceneCosts): [name: string, value: string][] {
  const text = (value: number) => (Number.isFinite(value) ? value.toFixed(6) : "–");
  return [
    ["proxy", text(costs.proxyCost)],
    ["wirelength", text(costs.wirelengthCost)],
    ["density", text(costs.densityCost)],
    ["congestion", text(costs.congestionCost)],
  ];
}

function costTable(costs: SceneCosts, width: number): Part {
  const rows = costRows(costs).map(([name, value], index) => {
    const y = 34 + index * 19;
    const style = index === 0 ? "strong" : undefined;
    return (
      label(name, { x: 0, y, size: 12, class: style }) +
      label(value, { x: width, y, size: 12, class: style, "text-anchor": "end" }) +
      element("path", { class: "grid", d: `M0 ${y + 5.5}h${coordinate(width)}` })
    );
  });
  const head = label("cost", { x: 0, y: 12, size: 11, class: "muted" });
  return {
    markup: head + element("path", { class: "thin", d: `M0 17.5h${coordinate(width)}` }) + rows.join(""),
    height: 98,
  };
}

/** How kinds of nodes are drawn and how many there are, for the kinds that the block has. */
function keyOf(block: Block, placement: Placement, hasConnections: boolean): Part {
  const counts = { hard: 0, fixed: 0, soft: 0, cell: 0, port: 0 };
  for (let node = 0; node < block.nodeCount; node++) {
    if (!isPlaced(placement, node)) continue;
    const kind = block.kinds[node];
    if (kind === NodeKind.HardMacro) counts[block.fixed[node] ? "fixed" : "hard"]++;
    else if (kind === NodeKind.SoftMacro) counts.soft++;
    else if (kind === NodeKind.Port) counts.port++;
    else counts.cell++;
  }
  const sample = { x: 0, y: 0, width: 22, height: 13 };
  const rectangle = (name: string, more = {}) => element("rect", { class: name, ...sample, ...more });
  const entries: [count: number, text: string, sample: string][] = [
    [counts.hard, "hard macro", rectangle("hard") + mark()],
    [counts.fixed, "fixed macro", rectangle("fixed") + mark()],
    [counts.soft, "soft macro", rectangle("soft", { rx: 4.5 })],
    [
      counts.cell,
      "standard cell",
      element("path", { class: "cell", d: rectanglePath({ x: 8, y: 4, width: 6, height: 5 }) }),
    ],
    [counts.port, "port", element("path", { class: "port", d: "M4 3v7M11 3v7M18 3v7" })],
    [
      block.blockages.length,
      "blockage",
      element("rect", { ...sample, fill: "url(#ashlar-hatch)", "fill-opacity": 0.85 }) +
        element("path", { class: "blockage", d: rectanglePath({ x: 0, y: 0, width: 22, height: 13 }) }),
    ],
  ];
  const present = entries.filter(([count]) => count > 0);
  const items = present.map(([count, text, drawing], index) => {
    const column = index % 2;
    const y = Math.floor(index / 2) * 21;
    const words = cutEnd(
      `${count.toLocaleString("en-US")} ${text}${count === 1 ? "" : "s"}`,
      COLUMN - 30,
      11,
    );
    return moved(column * (COLUMN + GAP), y, drawing + label(words, { x: 30, y: 10.5, size: 11 }));
  });
  const rows = Math.ceil(present.length / 2);
  const notes = [
    ...(counts.hard + counts.fixed > 0 ? ["White corner: lower left corner of orientation N."] : []),
    ...(hasConnections ? ["Violet lines: the strongest connections."] : []),
  ];
  const texts = notes.map((text, index) =>
    label(text, { x: 0, y: rows * 21 + 12 + index * 16, size: 10.5, class: "muted" }),
  );
  return { markup: items.join("") + texts.join(""), height: rows * 21 + notes.length * 16 + CANVAS_MARGIN };
}

function mark(): string {
  return element("path", { class: "mark", d: "M0 13h5l-5 -5z" });
}
