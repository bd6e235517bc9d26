// Writes the placement of a design as DEF, with all bytes of the original file except the places of moved components.
import { MARK_BYTES, readWordChunks, startsWithMark } from "../../files.js";
import { writeFileAtomically } from "../../write-file.js";
import { PlaceStatus } from "./def-design.js";
import { type DefPlace, isMoved, orientationName } from "./def-places.js";
import type { LoadedDef } from "./load-def.js";

/**
 * Writes the design to `path` with components at `places`, as gzip if the name ends in `.gz`. Components that did not move
 * keep their bytes. UNPLACED becomes PLACED; PLACED and FIXED stay. Returns the number of components that were
 * rewritten.
 */
export async function writeDef(
  path: string,
  loaded: LoadedDef,
  places: ReadonlyMap<number, DefPlace>,
): Promise<number> {
  const moved = movedComponents(loaded, places);
  await writeFileAtomically(path, splice(loaded, places, moved));
  return moved.length;
}

/** The bytes that `writeDef` writes, in pieces. */
export function defPieces(
  loaded: LoadedDef,
  places: ReadonlyMap<number, DefPlace>,
): AsyncIterable<string | Uint8Array> {
  return splice(loaded, places, movedComponents(loaded, places));
}

/** Components that are not where the file has them, in its order. */
function movedComponents(loaded: LoadedDef, places: ReadonlyMap<number, DefPlace>): number[] {
  const { starts } = loaded.design.components;
  return [...places.keys()]
    .filter((component) => isMoved(loaded, component, places.get(component)!))
    .sort((a, b) => starts[a]! - starts[b]!);
}

async function* splice(
  loaded: LoadedDef,
  places: ReadonlyMap<number, DefPlace>,
  moved: readonly number[],
): AsyncGenerator<string | Uint8Array> {
  const { starts, ends } = loaded.design.components;
  let offset = 0; // of the chunk's first byte in the file, behind the byte order mark
  let next = 0;
  let skipTo = 0; // bytes before are replaced
  let isFirst = true;
  for await (const bytes of readWordChunks(loaded.design.path, { keepMark: true })) {
    const hasMark = isFirst && startsWithMark(bytes);
    isFirst = false;
    if (hasMark) yield bytes.subarray(0, MARK_BYTES);
    const chunk = hasMark ? bytes.subarray(MARK_BYTES) : bytes;
    const end = offset + chunk.length;
    let from = offset;
    while (next < moved.length && starts[moved[next]!]! < end) {
      const component = moved[next++]!;
      from = Math.max(from, skipTo);
      if (starts[component]! > from) yield chunk.subarray(from - offset, starts[component]! - offset);
      yield placementText(loaded, component, places.get(component)!);
      skipTo = ends[component]!;
      from = skipTo;
    }
    from = Math.max(from, skipTo);
    if (from < end) yield chunk.subarray(from - offset);
    offset = end;
  }
}

function placementText(loaded: LoadedDef, component: number, place: DefPlace): string {
  const { starts, ends, statuses } = loaded.design.components;
  const words = [undefined, "PLACED", "FIXED", "COVER"] as const;
  const status = words[statuses[component]!] ?? words[PlaceStatus.Placed];
  const text = `${status} ( ${place.x} ${place.y} ) ${orientationName(place)}`;
  return starts[component] === ends[component] ? ` + ${text}` : text;
}
