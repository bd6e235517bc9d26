// The strongest connections as lines: between macros, and between macros and ports that share a grid cell.
import { type Block, buildMacroGraph, compileGraph, NodeKind, type Placement } from "../netlist/index.js";
import { coordinate, element } from "./markup.js";

const MOST_LINES = 150;
/** More macros and cells than this are a picture of lines only. */
const MOST_NODES = 5000;

/** Lines in pixels, the weakest first; thickness and opacity grow with the net weight between the ends. */
export function connectionLines(
  block: Block,
  placement: Placement,
  toX: (x: number) => number,
  toY: (y: number) => number,
): string {
  let nodes = 0;
  for (const kind of block.kinds) if (kind !== NodeKind.Port) nodes++;
  if (nodes > MOST_NODES || nodes === 0) return "";
  const graph = compileGraph(buildMacroGraph(block, placement));
  const place = (node: number): [number, number] => {
    const blockNode = graph.blockNodes[node]!;
    if (blockNode < 0) return [graph.clusterXs[node]!, graph.clusterYs[node]!];
    return [placement.xs[blockNode]!, placement.ys[blockNode]!];
  };
  const drawn: number[] = [];
  for (let edge = 0; edge < graph.edgeCount; edge++) {
    const ends = [...place(graph.edgeSources[edge]!), ...place(graph.edgeTargets[edge]!)];
    if (ends.every(Number.isFinite) && graph.edgeWeights[edge]! > 0) drawn.push(edge);
  }
  drawn.sort((a, b) => graph.edgeWeights[b]! - graph.edgeWeights[a]! || a - b);
  drawn.length = Math.min(drawn.length, MOST_LINES);
  const strongest = drawn.length > 0 ? graph.edgeWeights[drawn[0]!]! : 1;
  return drawn
    .reverse()
    .map((edge) => {
      const share = Math.sqrt(graph.edgeWeights[edge]! / strongest);
      const [x1, y1] = place(graph.edgeSources[edge]!);
      const [x2, y2] = place(graph.edgeTargets[edge]!);
      return element("path", {
        class: "link",
        d: `M${coordinate(toX(x1))} ${coordinate(toY(y1))}L${coordinate(toX(x2))} ${coordinate(toY(y2))}`,
        "stroke-width": 0.4 + 1.8 * share,
        "stroke-opacity": 0.2 + 0.4 * share,
      });
    })
    .join("");
}
