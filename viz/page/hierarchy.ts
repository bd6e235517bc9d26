// The hierarchy of the hard macros by their names, whose levels are separated by `/`: which modules are open, and the colours
// of those at the lowest level that is open.
import type { Block } from "../../netlist/index.js";
import { Emitter } from "./emitter.js";

/** A module with hard macros below it. Levels at which nothing branches are joined. */
export interface Module {
  /** From the top, as in names. */
  readonly path: string;
  /** The part of the path that its parent does not have. */
  readonly label: string;
  /** All hard macros below it. */
  readonly macros: readonly number[];
  readonly children: readonly Module[];
}

/** A module as it is listed. */
export interface ModuleRow {
  readonly module: Module;
  /** From 1. */
  readonly level: number;
  readonly isOpen: boolean;
  /** The colour of its macros, except of those in modules listed below it; undefined if there are no others. */
  readonly colour: string | undefined;
}

export class Hierarchy extends Emitter<{ change: undefined }> {
  /** What all macros have in common: the path to where their modules branch. */
  readonly top: string;
  readonly modules: readonly Module[];
  private readonly opened = new Set<string>();
  private isColoured = false;
  private listed: readonly ModuleRow[] | undefined;
  private colours: ReadonlyMap<number, string> | undefined;

  /** @param macros hard macros */
  constructor({ nodeNames }: Pick<Block, "nodeNames">, macros: readonly number[]) {
    super();
    const { path, children } = moduleOf(
      macros.map((node) => ({ node, levels: nodeNames[node]!.split("/").slice(0, -1) })),
      [],
    );
    this.top = path;
    this.modules = children;
  }

  /** Paths of open modules, in the order in which they were opened. */
  get open(): readonly string[] {
    return [...this.opened];
  }

  get coloured(): boolean {
    return this.isColoured;
  }

  set coloured(on: boolean) {
    this.isColoured = on;
    this.changed();
  }

  setOpen({ path }: Module, on: boolean): void {
    if (on) this.opened.add(path);
    else this.opened.delete(path);
    this.changed();
  }

  /** Takes what an address tells. Paths that no module has are ignored. */
  restore(open: readonly string[], coloured: boolean): void {
    this.opened.clear();
    for (const path of open) this.opened.add(path);
    this.isColoured = coloured;
    this.changed();
  }

  /** The modules that are listed, from top to bottom. */
  get rows(): readonly ModuleRow[] {
    if (this.listed) return this.listed;
    const rows: ModuleRow[] = [];
    let colours = 0;
    const list = (modules: readonly Module[], level: number) => {
      for (const module of modules) {
        const isOpen = module.children.length > 0 && this.opened.has(module.path);
        const below = isOpen ? module.children.reduce((sum, { macros }) => sum + macros.length, 0) : 0;
        const colour = below < module.macros.length ? moduleColour(colours++) : undefined;
        rows.push({ module, level, isOpen, colour });
        if (isOpen) list(module.children, level + 1);
      }
    };
    list(this.modules, 1);
    this.listed = rows;
    return rows;
  }

  /** The colour of a macro's module; undefined while modules have no colours, and for macros outside all of them. */
  colourOf(node: number): string | undefined {
    if (!this.isColoured) return undefined;
    this.colours ??= this.allColours();
    return this.colours.get(node);
  }

  private allColours(): ReadonlyMap<number, string> {
    const colours = new Map<number, string>();
    // Rows of children come after those of their parents.
    for (const { module, colour } of this.rows)
      if (colour !== undefined) for (const node of module.macros) colours.set(node, colour);
    return colours;
  }

  private changed(): void {
    this.listed = undefined;
    this.colours = undefined;
    this.emit("change", undefined);
  }
}

interface Member {
  readonly node: number;
  /** Names of the modules that it is in, from the top. */
  readonly levels: readonly string[];
}

/** The module of these members, which are all in the modules `above` it. */
function moduleOf(members: readonly Member[], above: readonly string[]): Module {
  let depth = above.length;
  const [first] = members;
  // While all members are in one module of the next level, it is the same one.
  while (
    first?.levels[depth] !== undefined &&
    members.every(({ levels }) => levels[depth] === first.levels[depth])
  )
    depth++;
  const below = new Map<string, Member[]>();
  for (const member of members) {
    const name = member.levels[depth];
    if (name === undefined) continue;
    const list = below.get(name);
    if (list) list.push(member);
    else below.set(name, [member]);
  }
  const levels = first?.levels.slice(0, depth) ?? [];
  const names = [...below.keys()].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  return {
    path: levels.join("/"),
    label: levels.slice(above.length).join("/"),
    macros: members.map(({ node }) => node),
    children: names.map((name) => moduleOf(below.get(name)!, levels)),
  };
}

/** Colours that can be told apart as long as there are few, and on which white names are legible. */
export function moduleColour(index: number): string {
  const hue = ((250 + index * 137.508) * Math.PI) / 180;
  // A third of them each lighter and darker.
  return oklch(0.53 + 0.05 * ((index % 3) - 1), 0.12, hue);
}

/** A colour by lightness, chroma and hue in radians, which Ottosson (2020) made so that equal steps look equal. */
function oklch(lightness: number, chroma: number, hue: number): string {
  const [a, b] = [chroma * Math.cos(hue), chroma * Math.sin(hue)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  const channel = (value: number) => {
    const inside = Math.min(1, Math.max(0, value));
    const encoded = inside <= 0.0031308 ? 12.92 * inside : 1.055 * inside ** (1 / 2.4) - 0.055;
    return Math.round(255 * encoded)
      .toString(16)
      .padStart(2, "0");
  };
  return `#${linear.map(channel).join("")}`;
}
