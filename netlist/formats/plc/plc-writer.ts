// Writer of placement files (`.plc`), the counterpart of plc.ts, with the header lines of Circuit Training's
// `save_placement`. Canvas, routing and places keep every digit, so that reading back gives the same doubles. The date
// comes from the caller; no clock is read here.
import { basename } from "node:path";
import { type Block, NodeKind, totalArea } from "../../block.js";
import { InputError } from "../../input-error.js";
import { ORIENTATION_NAMES } from "../../orientation.js";
import type { Placement } from "../../placement.js";
import { type WriteOptions, writeFileAtomically } from "../../write-file.js";
import { COUNT_LABELS, checkHeaderLine } from "./plc.js";

/** Costs in the header: wirelength in µm, and the three parts of the proxy cost. */
export interface PlcCosts {
  readonly wirelength: number;
  readonly wirelengthCost: number;
  readonly densityCost: number;
  readonly congestionCost: number;
}

export interface PlcOptions extends WriteOptions {
  /** Netlist files that the indices refer to. */
  readonly sources?: readonly string[] | undefined;
  /** The file's name in the header. Default: its name without folders. */
  readonly thisFile?: string | undefined;
  /** Date in the header, verbatim. */
  readonly date?: string | undefined;
  /** Without them the header has no cost lines. */
  readonly costs?: PlcCosts | undefined;
  readonly project?: string | undefined;
  /** Free comment lines. One that would read as a header field is marked with `>`. */
  readonly comments?: readonly string[] | undefined;
  /** Significant digits of coordinates. Default: as many as the exact double needs. The format usually has 6. */
  readonly digits?: number | undefined;
}

/**
 * Writes `placement` of `block` to `path`, as gzip if it ends in `.gz`. Nodes that are not placed get no line. Throws
 * `InputError` for what readers refuse: a place that is not finite, a canvas, tracks or blockages out of range.
 */
export async function writePlc(
  path: string,
  block: Block,
  placement: Placement,
  options: PlcOptions = {},
): Promise<void> {
  const text = plcText(block, placement, { thisFile: basename(path), ...options });
  await writeFileAtomically(path, text, options);
}

/** The text of the placement file. Throws `InputError` as `writePlc` does. */
export function plcText(block: Block, placement: Placement, options: PlcOptions = {}): string {
  const header = [
    ...headerLines(block, options),
    "",
    ...commentLines(options.comments ?? []),
    "",
    ...countLines(block),
    "",
    "node_index x y orientation fixed",
  ];
  for (const line of header) checkHeaderLine(line, block.name);
  const lines = header.map((line) => (line === "" ? "#" : `# ${line}`));
  const order = Array.from({ length: block.nodeCount }, (_, node) => node).sort(
    (a, b) => block.fileIndices[a]! - block.fileIndices[b]!,
  );
  for (const node of order) {
    const x = placement.xs[node]!;
    const y = placement.ys[node]!;
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    if (!(Number.isFinite(x) && Number.isFinite(y)))
      throw new InputError(
        block.name,
        `the place of '${block.nodeNames[node]}' is (${x}, ${y}), finite numbers were expected`,
      );
    const orientation = placement.orientations[node]!;
    const turn =
      block.kinds[node] === NodeKind.Port && orientation === 0 ? "-" : ORIENTATION_NAMES[orientation]!;
    lines.push(
      `${block.fileIndices[node]} ${decimal(x, options.digits)} ${decimal(y, options.digits)} ${turn} ${block.fixed[node]}`,
    );
  }
  return `${lines.join("\n")}\n`;
}

function headerLines(block: Block, options: PlcOptions): string[] {
  const { canvas, grid, routing } = block;
  const { costs } = options;
  return [
    "Placement file for Circuit Training",
    `Source input file(s) : ${oneLine((options.sources ?? []).join(", "))}`,
    `This file : ${oneLine(options.thisFile ?? "")}`,
    `Date : ${oneLine(options.date ?? "")}`,
    `Columns : ${grid.columns}  Rows : ${grid.rows}`,
    `Width : ${length(canvas.width)}  Height : ${length(canvas.height)}`,
    `Area : ${totalArea(block)}`,
    ...(costs
      ? [
          `Wirelength : ${costs.wirelength.toFixed(3)}`,
          `Wirelength cost : ${costs.wirelengthCost.toFixed(4)}`,
          `Congestion cost : ${costs.congestionCost.toFixed(4)}`,
          `Density cost : ${costs.densityCost.toFixed(4)}`,
        ]
      : []),
    `Project : ${oneLine(options.project ?? "") || "unset_project"}`,
    `Block : ${oneLine(block.name) || "unset_block"}`,
    `Routes per micron, hor : ${routing.horizontal}  ver : ${routing.vertical}`,
    `Routes used by macros, hor : ${routing.horizontalUsedByMacros}  ver : ${routing.verticalUsedByMacros}`,
    `Smoothing factor : ${block.smoothing}`,
    `Overlap threshold : ${block.overlapThreshold}`,
    ...block.blockages.map(
      ({ left, bottom, right, top, rate }) =>
        `Blockage : ${left} ${bottom} ${right} ${top} ${Number.isInteger(rate) ? rate.toFixed(1) : rate}`,
    ),
  ];
}

const HEADER_LABELS = [
  ...["Columns", "Width", "Project", "Block", "Blockage", "Smoothing factor", "Overlap threshold"],
  ...["Routes per micron, hor", "Routes used by macros, hor"],
  ...COUNT_LABELS,
];
const LOOKS_LIKE_HEADER = new RegExp(`^(${HEADER_LABELS.join("|")})\\s*:`);

function commentLines(comments: readonly string[]): string[] {
  return comments
    .flatMap((comment) => comment.split(/[\r\n]+/))
    .map((line) => line.trim())
    .map((line) => (LOOKS_LIKE_HEADER.test(line) ? `> ${line}` : line));
}

function countLines(block: Block): string[] {
  const nodes = [0, 0, 0, 0]; // by NodeKind
  const pins = [0, 0, 0, 0];
  for (let node = 0; node < block.nodeCount; node++) nodes[block.kinds[node]!]!++;
  for (let pin = 0; pin < block.pinCount; pin++) pins[block.kinds[block.pinNodes[pin]!]!]!++;
  const [hard, soft, cells, ports] = nodes as [number, number, number, number];
  const [hardPins, softPins] = pins as [number, number, number, number];
  const counts: [string, number][] = [
    [COUNT_LABELS[NodeKind.HardMacro], hard],
    ["HARD_MACRO_PINs", hardPins],
    ["MACROs", hard + soft],
    ["MACRO_PINs", hardPins + softPins],
    [COUNT_LABELS[NodeKind.Port], ports],
    [COUNT_LABELS[NodeKind.SoftMacro], soft],
    ["SOFT_MACRO_PINs", softPins],
    [COUNT_LABELS[NodeKind.StandardCell], cells],
  ];
  return [
    "Counts of node types:",
    ...counts.map(([name, count]) => `${name.padEnd(16)}:${String(count).padStart(10)}`),
  ];
}

/** Three decimals, as usual in the format, or as many as the exact double needs. */
function length(value: number): string {
  const short = value.toFixed(3);
  return Number(short) === value ? short : String(value);
}

function decimal(value: number, digits: number | undefined): string {
  return digits === undefined ? String(value) : String(Number(value.toPrecision(digits)));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
