// Bookshelf `.route` of the ISPD 2011 and DAC 2012 sets: what a global router may use. Facts: the contests' format pages.
import { type Block, NodeKind, type RoutingResources } from "../../block.js";
import { InputError } from "../../input-error.js";
import type { NodeList } from "./nodes.js";
import { type Line, readWords, toCount, toNumber, valuesOf } from "./words.js";

/** A layer of the router's grid. */
interface RouteLayer {
  /** Tracks through the side of a tile: the length that the file grants over wire width plus spacing. */
  readonly horizontal: number;
  readonly vertical: number;
}

export interface Route {
  /** Empty if the file grants no capacities. */
  readonly layers: readonly RouteLayer[];
  /** Tile of the router's grid in database units. */
  readonly tile: { readonly width: number; readonly height: number };
  /** Share of its tracks that a blocked layer keeps. */
  readonly porosity: number;
  /** Per node that blocks layers, their numbers from 0. */
  readonly blocked: ReadonlyMap<number, readonly number[]>;
  readonly where: string;
}

const LISTS = ["VerticalCapacity", "HorizontalCapacity", "MinWireWidth", "MinWireSpacing"] as const;
const VALUES = ["Grid", "ViaSpacing", "GridOrigin", "TileSize", "BlockagePorosity"] as const;
const SECTIONS = ["NumNiTerminals", "NumBlockageNodes"] as const;

/** Reads a `.route` file. Throws `InputError` for what is not as the contests have it. */
export async function readRoute(path: string, nodes: NodeList): Promise<Route> {
  const values = new Map<string, { readonly words: readonly string[]; readonly where: string }>();
  const blocked = new Map<number, readonly number[]>();
  let section: { readonly key: (typeof SECTIONS)[number]; left: number } | undefined;
  await readWords(path, "route", (line) => {
    const key = [...LISTS, ...VALUES].find((name) => valuesOf(line, name));
    const opens = SECTIONS.find((name) => valuesOf(line, name));
    if (key) values.set(key, { words: valuesOf(line, key)!, where: line.where });
    else if (opens) section = { key: opens, left: toCount(valuesOf(line, opens)![0], line.where, opens) };
    else if (section && section.left > 0) {
      section.left--;
      const [node, numbers] = toEntry(line, nodes);
      const isBlockage = section.key === "NumBlockageNodes";
      if (isBlockage ? numbers[0] !== numbers.length - 1 : numbers.length !== 1)
        throw new InputError(
          line.where,
          `'${line.words.join(" ")}', '${isBlockage ? "node count layer …" : "node layer"}' was expected`,
        );
      // The layer of a terminal's pins is of no use here: whether it may be covered is said in .nodes.
      const layers = toLayers(isBlockage ? numbers.slice(1) : numbers, line.where, layerCountOf(values));
      if (isBlockage) blocked.set(node, layers);
    } else
      throw new InputError(
        line.where,
        `'${line.words.join(" ")}', one of ${[...VALUES, ...LISTS, ...SECTIONS].join(" ")} was expected`,
      );
  });
  if (section && section.left > 0)
    throw new InputError(path, `${section.left} lines of ${section.key} are missing`, "is the file cut off?");
  const porosity = numbersOf(values, "BlockagePorosity", 1)?.[0] ?? 0;
  if (!(porosity >= 0 && porosity <= 1))
    throw new InputError(values.get("BlockagePorosity")!.where, `porosity ${porosity}, 0 to 1 was expected`);
  return { ...layersOf(path, values), porosity, blocked };
}

type Values = ReadonlyMap<string, { readonly words: readonly string[]; readonly where: string }>;

function layerCountOf(values: Values): number {
  return numbersOf(values, "Grid", 3)?.[2] ?? 0;
}

function numbersOf(values: Values, key: string, count: number): number[] | undefined {
  const found = values.get(key);
  if (!found) return undefined;
  if (found.words.length !== count)
    throw new InputError(found.where, `${key} has ${found.words.length} numbers, ${count} were expected`);
  return found.words.map((word) => toNumber(word, found.where, key));
}

/** A node and the numbers after it. */
function toEntry({ words, where }: Line, nodes: NodeList): [node: number, numbers: number[]] {
  const node = nodes.numbers.get(words[0]!);
  if (node === undefined) throw new InputError(where, `node '${words[0]}' is not in the block`);
  return [node, words.slice(1).map((word) => toCount(word, where, "a number"))];
}

/** Layers from 0; the file counts from 1. */
function toLayers(numbers: readonly number[], where: string, layerCount: number): number[] {
  const wrong = numbers.find((layer) => layer < 1 || layer > layerCount);
  if (wrong !== undefined)
    throw new InputError(where, `layer ${wrong}, one of the ${layerCount} layers of Grid was expected`);
  return numbers.map((layer) => layer - 1);
}

function layersOf(path: string, values: Values): Pick<Route, "layers" | "tile" | "where"> {
  const isGranted = values.has("VerticalCapacity") || values.has("HorizontalCapacity");
  if (!isGranted) return { layers: [], tile: { width: 1, height: 1 }, where: path };
  for (const key of ["Grid", "TileSize", ...LISTS])
    if (!values.has(key)) throw new InputError(path, `capacities are given without ${key}`);
  const count = layerCountOf(values);
  const [width, height] = numbersOf(values, "TileSize", 2)! as [number, number];
  const tile = values.get("TileSize")!;
  if (!(width > 0 && height > 0))
    throw new InputError(tile.where, `tiles of ${width} x ${height}, greater than 0 was expected`);
  const [vertical, horizontal, wires, spaces] = LISTS.map((key) => numbersOf(values, key, count)!) as [
    number[],
    number[],
    number[],
    number[],
  ];
  const layers = wires.map((wire, layer) => {
    const pitch = wire + spaces[layer]!;
    const [up, along] = [vertical[layer]!, horizontal[layer]!];
    if (up < 0 || along < 0 || (up + along > 0 && !(pitch > 0)))
      throw new InputError(
        values.get("MinWireWidth")!.where,
        `layer ${layer + 1} has capacities ${up} and ${along} for wires of width and spacing ${pitch}`,
        "capacities from 0 and a pitch above 0 are expected",
      );
    return { vertical: up > 0 ? up / pitch : 0, horizontal: along > 0 ? along / pitch : 0 };
  });
  return { layers, tile: { width, height }, where: tile.where };
}

/**
 * Tracks per database unit, as the sum over layers. Hard macros take the mean of what they block, weighted by area; a
 * porosity p leaves p of each blocked layer's tracks. Undefined if the file grants nothing. Throws `InputError` if a direction
 * has no track.
 */
export function routingOf(
  route: Route,
  { kinds, widths, heights }: Pick<Block, "kinds" | "widths" | "heights">,
): RoutingResources | undefined {
  const { layers, tile, porosity, blocked, where } = route;
  if (layers.length === 0) return undefined;
  const sum = (direction: keyof RouteLayer, of: readonly number[] = [...layers.keys()]) =>
    of.reduce((total, layer) => total + layers[layer]![direction], 0) /
    (direction === "horizontal" ? tile.height : tile.width);
  const [horizontal, vertical] = [sum("horizontal"), sum("vertical")];
  if (!(horizontal > 0 && vertical > 0))
    throw new InputError(
      where,
      `${horizontal > 0 ? "no vertical" : "no horizontal"} capacity on any layer, above 0 was expected`,
    );
  let [area, usedAlong, usedUp] = [0, 0, 0];
  for (const [node, kind] of kinds.entries()) {
    if (kind !== NodeKind.HardMacro) continue;
    const own = widths[node]! * heights[node]!;
    area += own;
    const taken = blocked.get(node) ?? [];
    usedAlong += own * sum("horizontal", taken);
    usedUp += own * sum("vertical", taken);
  }
  const share = area > 0 ? (1 - porosity) / area : 0;
  return {
    horizontal,
    vertical,
    horizontalUsedByMacros: usedAlong * share,
    verticalUsedByMacros: usedUp * share,
  };
}
