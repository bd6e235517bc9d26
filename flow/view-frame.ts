// What the viewer shows of the design behind a block: its name, core, rows, halos, fences and guides as the run used them.
import { basename, resolve } from "node:path";
import {
  type Block,
  blockFileOf,
  type Halos,
  InputError,
  inMicrons,
  isDefPath,
  type LoadedDef,
  placingDesign,
} from "../netlist/index.js";
import type { DesignFrame } from "../viz/index.js";
import { loadBookshelfWith, loadDefWith } from "./load-block.js";
import { readRunSource } from "./run-record.js";

export interface ViewedDesign {
  readonly name: string;
  readonly frame: DesignFrame;
  /** The DEF design itself, if it is one. */
  readonly loaded?: LoadedDef;
}

/**
 * The design that a run clustered, for a block of that run's folder. A design that cannot be read any more costs the
 * picture its rows and halos, nothing else.
 */
export async function designOfRun(run: string, block: Block): Promise<ViewedDesign> {
  const source = readRunSource(run);
  const name = basename(resolve(source.block)).replace(/\.(pb\.txt|aux|def)(\.gz)?$/, "");
  try {
    if (isDefPath(source.block)) {
      const loaded = await loadDefWith(source.block, source.options);
      return { name: loaded.block.name, frame: frameOfDesign(loaded, block), loaded };
    }
    if (blockFileOf("bookshelf", source.block) !== undefined) {
      const { block: flat } = await loadBookshelfWith(source.block, source.options);
      return { name: flat.name, frame: frameOfBlock(flat) };
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
  return { name, frame: frameOfBlock(block) };
}

export function frameOfBlock({ rows = [] }: Block): DesignFrame {
  return { rows, fences: [] };
}

/** The frame of a design for a block with its macros, which has them by the same names. */
export function frameOfDesign(loaded: LoadedDef, block: Block): DesignFrame {
  const nodeOf = new Map(block.nodeNames.map((name, node) => [name, node]));
  const nodesOf = (nodes: readonly number[]) =>
    nodes.flatMap((node) => nodeOf.get(loaded.block.nodeNames[node]!) ?? []);
  const { fences = [], guides = [] } = placingDesign(loaded.block, loaded).block;
  const core = loaded.core && inMicrons(loaded.design, loaded.core);
  return {
    rows: loaded.block.rows ?? [],
    halos: halosOf(loaded, block, nodeOf),
    fences: fences.flatMap((fence) => (fence.isOpen ? [] : [{ ...fence, members: nodesOf(fence.members) }])),
    guides: guides.map((guide) => ({ ...guide, members: nodesOf(guide.members) })),
    ...(core && { core }),
  };
}

/** Halos of macros in orientation N, µm, by the nodes of `block`. Undefined if the design has none. */
function halosOf(
  { design, nodes, block: flat }: LoadedDef,
  block: Block,
  nodeOf: ReadonlyMap<string, number>,
): Halos | undefined {
  if (design.components.halos.size === 0) return undefined;
  const side = () => new Float64Array(block.nodeCount);
  const halos = { lefts: side(), bottoms: side(), rights: side(), tops: side() };
  for (const [component, { left, bottom, right, top }] of design.components.halos) {
    const node = nodeOf.get(flat.nodeNames[nodes.nodeOfComponent[component]!]!);
    if (node === undefined) continue;
    halos.lefts[node] = left / design.units;
    halos.bottoms[node] = bottom / design.units;
    halos.rights[node] = right / design.units;
    halos.tops[node] = top / design.units;
  }
  return halos;
}
