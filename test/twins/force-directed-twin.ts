// The force-directed placer once more: plain loops over nets, pins and pairs, straight from its rules.
import { type Block, NodeKind, type Placement, turnOffset } from "../../netlist/index.js";
import type { ForcePhase } from "../../placer/index.js";

export interface ForceTwinOptions {
  readonly phases: readonly ForcePhase[];
  readonly ioFactor?: number;
  readonly useCurrent?: boolean;
}

/** Where the soft macros end up; `start` is left as it is. */
export function forceDirectedTwin(
  block: Block,
  start: Placement,
  { phases, ioFactor = 1, useCurrent = false }: ForceTwinOptions,
): { xs: number[]; ys: number[] } {
  const xs = [...start.xs];
  const ys = [...start.ys];
  const { canvas } = block;
  const nodes = Array.from({ length: block.nodeCount }, (_, node) => node);
  const bodies = nodes.filter((node) => block.kinds[node] !== NodeKind.Port);
  const moving = bodies.filter((node) => block.kinds[node] !== NodeKind.HardMacro && !block.fixed[node]);
  if (!useCurrent)
    for (const node of moving) {
      xs[node] = canvas.width / 2;
      ys[node] = canvas.height / 2;
    }
  const size = (node: number): [number, number] => {
    const width = block.widths[node]!;
    const height = block.heights[node]!;
    if (block.kinds[node] === NodeKind.SoftMacro)
      return [Math.sqrt(width * height), Math.sqrt(width * height)];
    return start.orientations[node]! >= 4 ? [height, width] : [width, height];
  };

  for (const { steps, attract, repel, maxMove } of phases)
    for (let step = 0; step < steps; step++) {
      const fx = new Float64Array(block.nodeCount);
      const fy = new Float64Array(block.nodeCount);
      const add = (node: number, x: number, y: number) => {
        fx[node]! += x;
        fy[node]! += y;
      };

      if (repel === 0 || attract / repel > 1e-4)
        for (let net = 0; net < block.netCount; net++) {
          const [driver, ...sinks] = block.netPins.subarray(block.netStarts[net]!, block.netStarts[net + 1]!);
          for (const sink of sinks) {
            const [a, b] = [block.pinNodes[driver!]!, block.pinNodes[sink]!];
            const [ax, ay] = pinPlace(block, start.orientations, xs, ys, driver!);
            const [bx, by] = pinPlace(block, start.orientations, xs, ys, sink);
            const io = block.kinds[a] === NodeKind.Port || block.kinds[b] === NodeKind.Port;
            const strength = block.netWeights[net]! * attract * (io ? ioFactor : 1);
            add(a, strength * (bx - ax), strength * (by - ay));
            add(b, strength * (ax - bx), strength * (ay - by));
          }
        }

      if (attract === 0 || repel / attract > 1e-4)
        for (const [i, first] of bodies.entries())
          for (const second of bodies.slice(i + 1)) {
            const dx = xs[first]! - xs[second]!;
            const dy = ys[first]! - ys[second]!;
            const [w1, h1] = size(first);
            const [w2, h2] = size(second);
            if (!(Math.abs(dx) <= (w1 + w2) / 2 - 1e-4 && Math.abs(dy) <= (h1 + h2) / 2 - 1e-4)) continue;
            const distance = Math.hypot(dx, dy);
            const [ux, uy] = distance > 0 ? [dx / distance, dy / distance] : [-1, -1];
            add(first, ux * repel * maxMove, uy * repel * maxMove);
            add(second, -ux * repel * maxMove, -uy * repel * maxMove);
          }

      const largestX = Math.max(...moving.map((node) => Math.abs(fx[node]!)));
      const largestY = Math.max(...moving.map((node) => Math.abs(fy[node]!)));
      for (const node of moving) {
        const x = xs[node]! + (largestX > 0 ? (fx[node]! / largestX) * maxMove : 0);
        const y = ys[node]! + (largestY > 0 ? (fy[node]! / largestY) * maxMove : 0);
        const [width, height] = size(node);
        if (x - width / 2 < 0 || x + width / 2 > canvas.width) continue;
        if (y - height / 2 < 0 || y + height / 2 > canvas.height) continue;
        xs[node] = x;
        ys[node] = y;
      }
    }
  return { xs, ys };
}

function pinPlace(
  block: Block,
  orientations: Uint8Array,
  xs: readonly number[],
  ys: readonly number[],
  pin: number,
): [number, number] {
  const node = block.pinNodes[pin]!;
  const [dx, dy] = turnOffset(orientations[node]!, block.pinXOffsets[pin]!, block.pinYOffsets[pin]!);
  return [xs[node]! + dx, ys[node]! + dy];
}
