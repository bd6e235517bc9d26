// Bookshelf `.shapes`: nodes that are unions of rectangles. Only checked and counted: a block's nodes are rectangles,
// and a node's box is the size that the .nodes file gives.
import { InputError } from "../../input-error.js";
import type { NodeList } from "./nodes.js";
import { readWords, toCount, toNumber, valuesOf } from "./words.js";

/** Reads a `.shapes` file. Returns how many nodes it shapes. */
export async function readShapes(path: string, nodes: NodeList): Promise<number> {
  let left = 0;
  let shaped = 0;
  await readWords(path, "shapes", (line) => {
    const { words, where } = line;
    if (left > 0) {
      if (words.length !== 5)
        throw new InputError(where, `${words.length} words, 'shape x y width height' was expected`);
      for (const word of words.slice(1)) toNumber(word, where, "a number of the shape");
      left--;
      return;
    }
    if (valuesOf(line, "NumNonRectangularNodes")) return;
    const [name, colon, count] = words;
    if (colon !== ":" || !nodes.numbers.has(name!))
      throw new InputError(
        where,
        `'${words.join(" ")}', 'node : count' with a node of the block was expected`,
      );
    left = toCount(count, where, "the number of rectangles");
    shaped++;
  });
  if (left > 0) throw new InputError(path, `the last node lacks ${left} rectangles`, "is the file cut off?");
  return shaped;
}
