// Writer of Bookshelf `.pl`: lower left corners in database units, rounded to a millionth of one, so that what is read
// back and written again is the same file.
import { type Block, NodeKind, type Placement } from "../../block.js";
import { InputError } from "../../input-error.js";
import { isSideways, ORIENTATION_NAMES } from "../../orientation.js";
import { writeFileAtomically } from "../../write-file.js";

const PIECE_LINES = 4096;

/**
 * Writes `placement` of `block` to `path`, gzip if it ends in `.gz`. Nodes without a place get no line. A pad with
 * several ports stands where its first port says.
 */
export async function writePl(path: string, block: Block, placement: Placement): Promise<void> {
  await writeFileAtomically(path, plPieces(path, block, placement));
}

/** The text of the file, in pieces. `where` is what errors name. */
export function* plPieces(where: string, block: Block, placement: Placement): Generator<string> {
  const { originX, originY } = block.bookshelf ?? { originX: 0, originY: 0 };
  const further = furtherPorts(block);
  let lines = ["UCLA pl 1.0", ""];
  for (let node = 0; node < block.nodeCount; node++) {
    if (further.has(node)) continue;
    const name = block.nodeNames[node]!;
    checkName(where, name);
    let x = placement.xs[node]! + originX;
    let y = placement.ys[node]! + originY;
    if (Number.isNaN(x + y)) continue;
    let [width, height] = [block.widths[node]!, block.heights[node]!];
    let orientation = placement.orientations[node]!;
    const terminal = block.kinds[node] === NodeKind.Port ? block.bookshelf?.terminals.get(name) : undefined;
    if (terminal) {
      ({ width, height, orientation } = terminal);
      x -= terminal.ports[0]!.xOffset;
      y -= terminal.ports[0]!.yOffset;
    }
    const sideways = isSideways(orientation);
    const left = unit(x - (sideways ? height : width) / 2);
    const bottom = unit(y - (sideways ? width : height) / 2);
    const fixed = block.fixed[node] ? (terminal?.coverable ? " /FIXED_NI" : " /FIXED") : "";
    lines.push(`${name}\t${left}\t${bottom}\t: ${ORIENTATION_NAMES[orientation]}${fixed}`);
    if (lines.length < PIECE_LINES) continue;
    yield `${lines.join("\n")}\n`;
    lines = [];
  }
  yield `${lines.join("\n")}\n`;
}

/** Ports that stand for the second and further pins of a pad, which the files know as one node. */
export function furtherPorts(block: Block): ReadonlySet<number> {
  const further = new Set<number>();
  for (const { ports } of block.bookshelf?.terminals.values() ?? [])
    for (const { node } of ports.slice(1)) further.add(node);
  return further;
}

/** A name that the format can hold: one word, and no comment. */
export function checkName(where: string, name: string): void {
  if (!/^[^\s#:/][^\s#]*$/.test(name) || name === "UCLA")
    throw new InputError(
      where,
      `'${name}' cannot be written: Bookshelf names are single words without '#' that do not begin with ':' or '/'`,
      "rename it",
    );
}

/** A millionth of a unit is far below any site, and far above what sums of doubles lose. */
function unit(value: number): string {
  return String(Number(value.toFixed(6)) + 0);
}
