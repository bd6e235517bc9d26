// Half-perimeter wirelength straight from Bookshelf files: no reader of ours, no block, no kernels.
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

function lines(path: string): string[][] {
  const packed = existsSync(`${path}.gz`) ? readFileSync(`${path}.gz`) : readFileSync(path);
  const text = packed[0] === 0x1f ? gunzipSync(packed).toString() : packed.toString();
  return text
    .split("\n")
    .map((line) =>
      line
        .replace(/#.*/, "")
        .trim()
        .split(/[\s:]+/),
    )
    .filter((words) => words[0] !== "" && words[0] !== "UCLA");
}

/** Weights 1, all in orientation N, every node placed. `stem` is the path without `.nodes` and the like. */
export function bookshelfWirelength(stem: string, placement = `${stem}.pl`): number {
  const centres = new Map<string, [number, number]>();
  const sizes = new Map<string, [number, number]>();
  for (const [name, width, height] of lines(`${stem}.nodes`))
    if (!name!.startsWith("Num")) sizes.set(name!, [Number(width), Number(height)]);
  for (const path of [`${stem}.pl`, placement])
    for (const [name, x, y] of lines(path)) {
      const [width, height] = sizes.get(name!)!;
      centres.set(name!, [Number(x) + width / 2, Number(y) + height / 2]);
    }
  let total = 0;
  let box = [0, 0, 0, 0];
  for (const [name, , x, y] of lines(`${stem}.nets`)) {
    if (name!.startsWith("Num")) continue;
    if (name === "NetDegree") {
      total += box[1]! - box[0]! + box[3]! - box[2]!;
      box = [];
      continue;
    }
    const [centreX, centreY] = centres.get(name!)!;
    const pinX = centreX + Number(x ?? 0);
    const pinY = centreY + Number(y ?? 0);
    box =
      box.length === 0
        ? [pinX, pinX, pinY, pinY]
        : [
            Math.min(box[0]!, pinX),
            Math.max(box[1]!, pinX),
            Math.min(box[2]!, pinY),
            Math.max(box[3]!, pinY),
          ];
  }
  return total + (box[1]! - box[0]! + box[3]! - box[2]!);
}

/** The same sum over a block's arrays, net by net in the same order. */
export function plainWirelength(block: {
  readonly netCount: number;
  readonly netStarts: Int32Array;
  readonly netPins: Int32Array;
  readonly pinNodes: Int32Array;
  readonly pinXOffsets: Float64Array;
  readonly pinYOffsets: Float64Array;
  readonly initial: { readonly xs: Float64Array; readonly ys: Float64Array };
}): number {
  let total = 0;
  for (let net = 0; net < block.netCount; net++) {
    const xs: number[] = [];
    const ys: number[] = [];
    for (let i = block.netStarts[net]!; i < block.netStarts[net + 1]!; i++) {
      const pin = block.netPins[i]!;
      xs.push(block.initial.xs[block.pinNodes[pin]!]! + block.pinXOffsets[pin]!);
      ys.push(block.initial.ys[block.pinNodes[pin]!]! + block.pinYOffsets[pin]!);
    }
    total += Math.max(...xs) - Math.min(...xs) + Math.max(...ys) - Math.min(...ys);
  }
  return total;
}
