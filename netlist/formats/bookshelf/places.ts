// Bookshelf `.pl`: places of nodes, by their lower left corners in their current orientation.
import { InputError } from "../../input-error.js";
import { orientationCode } from "../../orientation.js";
import { type Line, readWords, toNumber } from "./words.js";

/** One line of a `.pl` file, in database units. */
export interface PlLine {
  readonly name: string;
  readonly left: number;
  readonly bottom: number;
  readonly orientation: number;
  /** Whether `/FIXED` or `/FIXED_NI` follows. */
  readonly fixed: boolean;
  readonly where: string;
}

/** Calls `each` for every node of a `.pl` file. */
export async function readPl(path: string, each: (line: PlLine) => void): Promise<void> {
  let found = 0;
  await readWords(path, "pl", (line) => {
    found++;
    each(parsePl(line));
  });
  if (found === 0) throw new InputError(path, "no place found, lines 'node x y : orientation' were expected");
}

function parsePl({ words: found, where }: Line): PlLine {
  // Some writers leave no blank before the colon: `name x y: N`.
  const isGlued = found[2] !== undefined && found[2].length > 1 && found[2].endsWith(":");
  const words = isGlued ? [found[0]!, found[1]!, found[2]!.slice(0, -1), ":", ...found.slice(3)] : found;
  const name = words[0]!;
  const left = toNumber(words[1], where, `x of '${name}'`);
  const bottom = toNumber(words[2], where, `y of '${name}'`);
  let next = 3;
  let orientation = 0;
  if (words[next]?.startsWith(":")) {
    const glued = words[next]!.slice(1);
    const word = glued === "" ? words[next + 1] : glued;
    next += glued === "" ? 2 : 1;
    orientation = word === undefined ? -1 : orientationCode(word);
    if (orientation < 0)
      throw new InputError(
        where,
        `orientation '${word ?? ""}' of '${name}', one of N FN S FS E FE W FW was expected`,
      );
  }
  const flag = words[next];
  if (flag !== undefined && !/^\/FIXED(_NI)?$/i.test(flag))
    throw new InputError(
      where,
      `'${flag}' after the place of '${name}', ': orientation' or /FIXED was expected`,
    );
  if (words.length > next + 1) throw new InputError(where, `'${words[next + 1]}' after the end of the entry`);
  return { name, left, bottom, orientation, fixed: flag !== undefined, where };
}
