// The canvas of a placement: outline, grid, blockages, ports, soft macros, connections, and hard macros with name
// and orientation. Micrometres are scaled to the picture, y upward.
import {
  type Block,
  isSideways,
  NodeKind,
  ORIENTATION_NAMES,
  type Placement,
  turnOffset,
} from "../netlist/index.js";
import { CHARACTER_WIDTH, escapeXml, niceStep, num, type Palette, text } from "./svg-parts.js";

export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Draws the canvas into `frame`, whose shape must be the canvas's. */
export function drawCanvas(block: Block, placement: Placement, frame: Frame, palette: Palette): string {
  const view = new View(block, placement, frame);
  return [
    `<rect x="${num(frame.x)}" y="${num(frame.y)}" width="${num(frame.width)}" height="${num(frame.height)}" fill="none" stroke="${palette.ink}" stroke-width="1.5"/>`,
    gridLines(view, palette),
    blockages(view, palette),
    softMacros(view, palette),
    connections(view, palette),
    hardMacros(view, palette),
    ports(view, palette),
    scaleBar(view, palette),
  ].join("\n");
}

/** Where things of the block are in the picture. */
class View {
  readonly scale: number;
  readonly block: Block;
  readonly placement: Placement;
  readonly frame: Frame;

  constructor(block: Block, placement: Placement, frame: Frame) {
    this.block = block;
    this.placement = placement;
    this.frame = frame;
    this.scale = frame.width / block.canvas.width;
  }

  x(um: number): number {
    return this.frame.x + um * this.scale;
  }

  y(um: number): number {
    return this.frame.y + this.frame.height - um * this.scale;
  }

  placed(node: number): boolean {
    return !Number.isNaN(this.placement.xs[node]! + this.placement.ys[node]!);
  }

  /** The box of a node as it is turned. */
  box(node: number): Frame {
    const sideways = isSideways(this.placement.orientations[node]!);
    const width = (sideways ? this.block.heights[node]! : this.block.widths[node]!) * this.scale;
    const height = (sideways ? this.block.widths[node]! : this.block.heights[node]!) * this.scale;
    const x = this.x(this.placement.xs[node]!) - width / 2;
    return { x, y: this.y(this.placement.ys[node]!) - height / 2, width, height };
  }

  nodes(kind: number): number[] {
    const nodes: number[] = [];
    for (let node = 0; node < this.block.nodeCount; node++)
      if (this.block.kinds[node] === kind && this.placed(node)) nodes.push(node);
    return nodes;
  }
}

function gridLines({ block, frame }: View, palette: Palette): string {
  const { columns, rows } = block.grid;
  const lines: string[] = [];
  for (let column = 1; column < columns; column++) {
    const x = num(frame.x + (column * frame.width) / columns);
    lines.push(`M${x} ${num(frame.y)}V${num(frame.y + frame.height)}`);
  }
  for (let row = 1; row < rows; row++) {
    const y = num(frame.y + (row * frame.height) / rows);
    lines.push(`M${num(frame.x)} ${y}H${num(frame.x + frame.width)}`);
  }
  return `<path d="${lines.join("")}" stroke="${palette.grid}" stroke-width="0.5" fill="none"/>`;
}

function blockages(view: View, palette: Palette): string {
  return view.block.blockages
    .map(({ left, bottom, right, top, rate }) => {
      const size = `width="${num((right - left) * view.scale)}" height="${num((top - bottom) * view.scale)}"`;
      return `<rect x="${num(view.x(left))}" y="${num(view.y(top))}" ${size} fill="${palette.port}" fill-opacity="${num(0.15 + 0.25 * rate)}"><title>blockage, rate ${rate}</title></rect>`;
    })
    .join("");
}

function softMacros(view: View, palette: Palette): string {
  const boxes = [NodeKind.SoftMacro, NodeKind.StandardCell]
    .flatMap((kind) => view.nodes(kind))
    .map((node) => {
      const { x, y, width, height } = view.box(node);
      const radius = num(Math.min(width, height) / 3);
      return `<rect x="${num(x)}" y="${num(y)}" width="${num(width)}" height="${num(height)}" rx="${radius}"/>`;
    });
  return `<g fill="${palette.softFill}" fill-opacity="0.28">${boxes.join("")}</g>`;
}

const MOST_CONNECTIONS = 120;

/** The strongest connections between hard macros, soft macros and ports, as thin lines between centres. */
function connections(view: View, palette: Palette): string {
  const { block, placement } = view;
  const weights = new Map<number, number>();
  for (let net = 0; net < block.netCount; net++) {
    const start = block.netStarts[net]!;
    const driver = block.pinNodes[block.netPins[start]!]!;
    for (let i = start + 1; i < block.netStarts[net + 1]!; i++) {
      const sink = block.pinNodes[block.netPins[i]!]!;
      if (sink === driver) continue;
      if (block.kinds[driver] !== NodeKind.HardMacro && block.kinds[sink] !== NodeKind.HardMacro) continue;
      const key = Math.min(driver, sink) * block.nodeCount + Math.max(driver, sink);
      weights.set(key, (weights.get(key) ?? 0) + block.netWeights[net]!);
    }
  }
  const strongest = [...weights].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, MOST_CONNECTIONS);
  const lines = strongest.map(([key]) => {
    const a = Math.floor(key / block.nodeCount);
    const b = key % block.nodeCount;
    if (!view.placed(a) || !view.placed(b)) return "";
    const at = (node: number) => `${num(view.x(placement.xs[node]!))} ${num(view.y(placement.ys[node]!))}`;
    return `M${at(a)}L${at(b)}`;
  });
  return `<path d="${lines.join("")}" stroke="${palette.net}" stroke-opacity="0.22" stroke-width="0.6" fill="none"/>`;
}

function hardMacros(view: View, palette: Palette): string {
  return view
    .nodes(NodeKind.HardMacro)
    .map((node) => hardMacro(view, node, palette))
    .join("\n");
}

function hardMacro(view: View, node: number, palette: Palette): string {
  const { block, placement } = view;
  const { x, y, width, height } = view.box(node);
  const orientation = ORIENTATION_NAMES[placement.orientations[node]!]!;
  const size = `${block.widths[node]} x ${block.heights[node]} µm`;
  const place = `(${placement.xs[node]!.toFixed(2)}, ${placement.ys[node]!.toFixed(2)})`;
  const fixed = block.fixed[node] ? ", fixed" : "";
  const title = escapeXml(`${block.nodeNames[node]}  ${size}  ${place}  ${orientation}${fixed}`);
  const fill = block.fixed[node] ? palette.fixedFill : palette.hardFill;
  return (
    `<g><title>${title}</title><rect class="hard" x="${num(x)}" y="${num(y)}" width="${num(width)}" height="${num(height)}" fill="${fill}" fill-opacity="0.85" stroke="${palette.hardStroke}" stroke-width="0.8"/>` +
    `${orientationMark(view, node, palette)}${label(block.nodeNames[node]!, { x, y, width, height }, palette)}</g>`
  );
}

/** A triangle in the corner to which the orientation turns the lower left one. */
function orientationMark(view: View, node: number, palette: Palette): string {
  const { block, placement } = view;
  const box = view.box(node);
  const [dx, dy] = turnOffset(placement.orientations[node]!, -block.widths[node]!, -block.heights[node]!);
  const right = dx > 0;
  const up = dy > 0;
  const side = Math.min(box.width, box.height) * 0.28;
  const x = right ? box.x + box.width : box.x;
  const y = up ? box.y : box.y + box.height;
  const alongX = num(right ? x - side : x + side);
  const alongY = num(up ? y + side : y - side);
  return `<path d="M${num(x)} ${num(y)}L${alongX} ${num(y)}L${num(x)} ${alongY}Z" fill="${palette.hardText}" fill-opacity="0.75"/>`;
}

const LARGEST_LABEL = 11;
const SMALLEST_LABEL = 4.5;
const FEWEST_CHARACTERS = 4;

/** The end of a name, as much as fits along the longer side; nothing if that would not be legible. */
function label(name: string, { x, y, width, height }: Frame, palette: Palette): string {
  const upright = height > width;
  const length = (upright ? height : width) * 0.9;
  const size = Math.min(LARGEST_LABEL, (upright ? width : height) * 0.45);
  const room = Math.floor(length / (size * CHARACTER_WIDTH));
  if (size < SMALLEST_LABEL || room < FEWEST_CHARACTERS) return "";
  const shown = name.length <= room ? name : `…${name.slice(name.length - room + 1)}`;
  const cx = x + width / 2;
  const cy = y + height / 2;
  const turn = upright ? ` transform="rotate(-90 ${num(cx)} ${num(cy)})"` : "";
  return `<text x="${num(cx)}" y="${num(cy + size * 0.35)}" font-size="${num(size)}" fill="${palette.hardText}" text-anchor="middle"${turn}>${escapeXml(shown)}</text>`;
}

function ports(view: View, palette: Palette): string {
  const { placement } = view;
  const dots = view
    .nodes(NodeKind.Port)
    .map(
      (node) =>
        `<circle cx="${num(view.x(placement.xs[node]!))}" cy="${num(view.y(placement.ys[node]!))}" r="1.6"/>`,
    );
  return `<g fill="${palette.port}">${dots.join("")}</g>`;
}

function scaleBar(view: View, palette: Palette): string {
  const { frame, block } = view;
  const um = niceStep(block.canvas.width, 6);
  const y = frame.y + frame.height + 14;
  const end = frame.x + um * view.scale;
  const bar = `<path d="M${num(frame.x)} ${num(y - 3)}v6M${num(frame.x)} ${num(y)}H${num(end)}M${num(end)} ${num(y - 3)}v6" stroke="${palette.ink}" stroke-width="1.2" fill="none"/>`;
  return bar + text(end + 6, y + 4, `${um} µm`, { size: 11, fill: palette.ink });
}
